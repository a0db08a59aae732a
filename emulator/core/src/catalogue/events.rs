//! Rules: who hears of what, and what apps are told.

macro_rules! events {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            SubscribedFields, "C-03", "strictly by subscribed field", [], Documented, WEBHOOKS,
                "An app hears of an event only if it subscribed to the event's field; on standby it needs the field standby as well.";
            ChannelFollowsControl, "C-21", "owner on messaging, others on standby", [], Documented, STANDBY,
                "The owner gets events in the array messaging of an entry; every other app that subscribed gets the same event in the array standby instead.";
            ChannelAtDelivery, "C-22", "an echo goes where control is when it leaves", [], Observed, LOGS,
                "The channel of an echo or of a receipt of delivery is decided when it leaves, not when the message was sent: what an app sends while it handles a webhook leaves once it has answered that webhook, so an app that passes control in the same handler finds its own echo on standby, and the new owner hears it on messaging; anything else leaves with the answer to its call. What a person does stays with the apps it was routed to.";
            ControlEvents, "C-75", "control events travel on messaging", [], Observed, LOGS,
                "Control events need the field messaging_handovers and are delivered in the array messaging, never in standby.";
            EventOrder, "C-75a", "the order of keys in control events", [], Observed, LOGS,
                "A control event names the recipient first, then the timestamp, then the sender, who is the person, and then what happened; documents of 2017 that label the recipient as a person are wrong. Metadata that nobody gave stands there as null.";
            AppIdsInEvents, "C-78", "app ids in control events are numbers", [], Observed, LOGS,
                "App ids in control events and in echoes are JSON numbers, although the reference calls them strings. thread_owner answers with a string.";
            StandbyEvents, "C-80", "what travels on standby", [], Documented, STANDBY,
                "Messages, echoes, postbacks and receipts are delivered to listeners on standby. Referrals, reactions and control events are not.";
            ButtonPayload, "C-81", "a payload is for the app that made the button", [], Documented, STANDBY,
                "Only the app that made a button gets its payload. Where a tap does not move control, that app gets it on messaging even while another one owns the conversation.";
            QuickReplies, "C-82", "a quick reply is a message", [], Observed, LOGS,
                "Tapping a quick reply sends its title as a message that carries the payload, on messaging and on standby alike. It moves control as any message does.";
            StandbyPostback, "C-121", "a postback on standby keeps its payload to itself", [], Observed, LOGS,
                "Apps on standby see a postback without its payload.";
            Echoes, "C-161", "what an app sends is echoed", [], Documented, WEBHOOKS,
                "Every message of the Page reaches the apps that subscribed to message_echoes, the sender's own included, with the id of the message, the app id of its sender and the metadata that it was sent with. A template is repeated as it was sent.";
            Receipts, "C-164", "receipts follow control", [], Documented, STANDBY,
                "Receipts of delivery and of reading reach the owner on messaging and others on standby. A message is delivered as it reaches the person; it is read when she reads it, with the timestamp of the Page's newest message as watermark.";
            Referrals, "C-165", "referrals go to the owner alone", [], Inferred, STANDBY,
                "A link that leads into a conversation is told to its owner, or to every app while nobody owns it; never on standby. It gives an idle conversation to the primary receiver as a message does.";
            EchoAfterAnswer, "M-194a", "the echo follows the answer", [], Inferred, CHOICE,
                "Echo and receipt of a message leave once the call that sent it has been answered.";
            PersonWrites, "M-203", "a person writes", [], Documented, WEBHOOKS,
                "A person can always write to the Page. The message gets an id and a timestamp later than every event of the conversation before it.";
            Attachments, "M-206", "what a person sends beside text", [], Documented, WEBHOOKS,
                "Attachments are a list of types and payloads. A sticker is an item sticker, and until 2026-08-30 an item image as well. A shared page is a fallback beside the text. Instagram has kinds of its own, among them share, story_mention, like_heart and unsupported_type.";
            Reactions, "M-230", "reactions go to the owner alone", [], Inferred, STANDBY,
                "A reaction, and taking it back, is told to the owner, or to every app while nobody owns the conversation; standby does not carry reactions. A reaction opens the messaging window, taking it back does not.";
            LanguageProcessing, "M-270", "what language processing found", [], Documented, WEBHOOKS,
                "Where the platform's language processing is on, a text of a person carries what it found, after the text.";
            FirstLink, "M-271", "a link before anything was said is told with what is said", [], Observed, LOGS,
                "A link that is followed before anything was said in the conversation sends nothing by itself: it opens no window and moves no control. The person's first message carries it, for apps that subscribed to messaging_referrals as well; of several links the last one counts.";
        }
    };
}
pub(super) use events;
