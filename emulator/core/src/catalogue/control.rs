//! Rules: who is in control, and how control moves.

macro_rules! control {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            TokenNamesCaller, "C-01", "the token names the caller", [], Documented, HANDOVER,
                "A control call is made with a Page token. The token's app is the caller and the token's Page is the Page; an app that is not connected to the Page can do nothing there.";
            MessagingPermission, "C-02", "calls need pages_messaging", [], Documented, HANDOVER,
                "A Page token without the permission pages_messaging can neither send nor move control.";
            RolesAssigned, "C-05", "a primary and its secondaries", [HandoverV1], Documented, HANDOVER,
                "A Page has one primary receiver; every other connected app is a secondary receiver, and so is the Page Inbox, unless an admin takes the role away. While there is no primary or no secondary receiver, or handover is switched off, no app can be given control: the edges answer with subcode 2018171, every app hears everything on messaging and may send, and conversations lie in Main. An app without a role can call no edge, and control cannot be passed to it.";
            OffGivesBack, "C-05a", "the primary receiver gets control back when handover ends", [HandoverV1], Observed, LOGS,
                "When handover is switched off, or the last secondary receiver loses its role, while another party than the primary receiver is in control, the primary receiver is told by pass_thread_control.";
            PrimaryDemoted, "C-06", "a new primary receiver demotes the old one", [HandoverV1], Observed, LOGS,
                "When another app becomes the primary receiver, the one before becomes a secondary receiver by itself.";
            AdminDecides, "C-08", "an admin decides about apps", [Handover], Documented, HANDOVER,
                "Every app that is connected to the Page takes part in handover; a primary receiver is optional, and everybody else is a plain participant.";
            InboxNeverPrimary, "C-09", "the inbox is never primary", [HandoverV1, Handover], Documented, HANDOVER,
                "The Page Inbox cannot be the primary receiver.";
            DefaultApp, "C-10", "an admin chooses the default app", [ConversationRouting, DefaultBehavior], Documented, ROUTING,
                "A Page with routing has a default app, which may be the Page Inbox. No API sets it, and no app is told when it changes. A Page that loses its default app has no routing any more, and one that gets one has.";
            TakePermission, "C-11", "an admin permits apps to take control", [ConversationRouting], Documented, ROUTING,
                "Whether an app may take control is a setting of the Page for each app; the default app is not exempt.";
            RolesTold, "C-12", "a change of roles is told", [HandoverV1, Handover], Documented, REFERENCE,
                "An app whose role changes is told by app_roles, an event without a sender; one event for each app. Under the first handover protocol the primary and all secondary receivers are told of each change.";
            RemovedOwner, "C-12a", "an app that is removed owns nothing", [], Inferred, CHOICE,
                "When an app is removed from the Page, or takes itself off, the conversations that it owned become idle and its role ends. Under the first handover protocol, where no conversation is idle, they go to the primary receiver. No control event tells of it.";
            RoleLost, "C-12b", "a primary receiver that loses its role owns nothing", [HandoverV1, Handover], Inferred, CHOICE,
                "When an admin takes the primary role away from an app, the conversations that it owned become idle; under the first handover protocol they go to the new primary receiver.";
            AlwaysOwned, "C-13", "a conversation always has an owner", [HandoverV1], Documented, HANDOVER,
                "A conversation begins with the primary receiver in control. Control never ends by itself: it stays where it is until an app passes or takes it.";
            DefaultSendsIdle, "C-15", "only the default app sends while idle", [ConversationRouting], Documented, ROUTING,
                "A conversation is idle when its owner has released it or the person has written nothing for 24 hours. Only the default app may then send; no app may while the Page Inbox is the default app.";
            DefaultGetsIdle, "C-15a", "a new message gives an idle conversation to the default app", [ConversationRouting], Documented, ROUTING,
                "When a person enters an idle conversation, a new one or one after a release too, and no route names another app, the default app owns the conversation from then on and gets the message on messaging.";
            DefaultHearsIdle, "C-15b", "the default app hears while idle", [ConversationRouting], Inferred, CHOICE,
                "Of an idle conversation the default app hears on messaging and every other app on standby; what standby does not carry reaches the default app alone.";
            PrimaryGetsIdle, "C-17", "a new message gives an idle conversation to the primary receiver", [Handover], Documented, HANDOVER,
                "When a person writes into an idle conversation of a Page with a primary receiver, that app owns the conversation from then on and gets the message on messaging. No control event tells of it.";
            IdleHeardByAll, "C-18", "idle without a primary: everybody hears", [Handover, DefaultBehavior], Documented, INSTAGRAM,
                "While nobody owns a conversation every connected app gets its events on messaging.";
            IdleOpenToAll, "C-18a", "idle: everybody may send", [Handover, DefaultBehavior], Documented, INSTAGRAM,
                "While nobody owns a conversation any app of the Page may send into it. Sending does not give control.";
            NotExclusive, "C-20", "everybody may send", [HandoverV1], Inferred, CHOICE,
                "An app that is not in control may send all the same: sending became exclusive only with the second handover protocol.";
            ControlExpires, "C-23", "control ends after 24 hours of silence", [Handover, ConversationRouting, DefaultBehavior], Documented, HANDOVER,
                "At exactly 24 hours without activity an owned conversation becomes idle. Nobody is told.";
            MessageRenewsControl, "C-26", "a message renews control", [Handover, ConversationRouting, DefaultBehavior], Observed, LOGS,
                "A person's message keeps the owner in control for at least another 24 hours; what the Page writes does not. An extension that lasts longer is not shortened.";
            AdWindow, "C-28", "an ad sets how long control lasts", [Handover, ConversationRouting, DefaultBehavior], Documented, ROUTING,
                "The app of an ad keeps control for 1 to 30 days after each message, as the ad says; any call that moves or extends control sets it back to 24 hours.";
            WindowsApart, "C-30", "control and window are two clocks", [], Inferred, CHOICE,
                "Extending thread control does not extend the messaging window, and an open window does not keep an app in control.";
            ProtocolChanges, "C-31a", "a Page moves to another protocol", [], Inferred, CHOICE,
                "When a Page moves to another protocol, the owner of each conversation keeps it with the expiry and the folder of the new one; what nobody owns belongs to who has such conversations there. No app is told.";
            EdgesByTime, "C-32", "each protocol has its edges", [HandoverV1, ConversationRouting, DefaultBehavior], Documented, SPEC,
                "Releasing, extending and passing metadata came after the first handover protocol, and passing metadata is gone since 2025. An edge that a protocol does not have is answered as an unknown path.";
            PassReaches, "C-33", "a secondary receiver passes to the primary", [HandoverV1], Documented, REFERENCE,
                "A pass by a secondary receiver gives control to the primary receiver, whatever target it names; the primary receiver names its target.";
            OnlyOwnerPasses, "C-34", "only the owner passes", [], Documented, REFERENCE,
                "A pass by an app that does not own an owned conversation is refused with code 100, subcode 2018151. Where idle conversations are not for every app to pass, nobody owns one.";
            PassNamesTarget, "C-35", "a pass names its target", [], Documented, REFERENCE,
                "A pass needs target_app_id. Under the first handover protocol that holds for the primary receiver alone.";
            TargetOnPage, "C-35a", "the target is on the Page", [], Inferred, ERRORS,
                "The target of a pass is an app that is connected to the Page, or the Page Inbox with its app id 263902037430900; anything else is refused with code 100, subcode 2018164.";
            PassToDefault, "C-36", "a pass without a target goes to the default app", [ConversationRouting], Documented, ROUTING,
                "The owner may pass control, and any app while the conversation is idle. Without a target control goes to the default app.";
            PassToItself, "C-36a", "an owner passes to another party", [ConversationRouting], Documented, ROUTING,
                "An owner that names itself as the target, to stay in control for longer, is refused as an invalid parameter.";
            IdlePasses, "C-37", "an idle conversation may be passed by any app", [ConversationRouting, DefaultBehavior], Documented, ROUTING,
                "While nobody owns the conversation any app may pass it to any app of the Page, itself included.";
            PassMovesControl, "C-38", "a pass moves control", [], Documented, REFERENCE,
                "After a pass the target owns the conversation, for 24 hours where control ends by itself, and is told by pass_thread_control.";
            OneIdInEvents, "C-39", "control events of the first protocol name one app", [HandoverV1], Documented, REFERENCE,
                "pass_thread_control names the new owner and take_thread_control the owner before; neither names the other.";
            TakeByOwner, "C-42", "taking what one has", [HandoverV1, Handover, ConversationRouting], Observed, LOGS,
                "A take by the app that owns the conversation already succeeds and changes nothing; with routing it is refused with code 100, subcode 2534037.";
            PrimaryTakes, "C-42a", "only the primary receiver takes", [HandoverV1], Documented, REFERENCE,
                "The primary receiver may take control at any time, and the party that loses it is told by take_thread_control. Anybody else is refused, even the owner.";
            WhoMayTake, "C-43", "who may take", [Handover], Documented, CONVERSATION,
                "Any app may take an idle conversation; the primary receiver may also take an owned one. The app that loses control is told by take_thread_control; nobody is told when it was idle.";
            PermittedTakes, "C-44", "apps with permission take", [ConversationRouting], Documented, ROUTING,
                "An app that the Page permits to take control may take it at any time, except from itself. The app that loses control is told by take_thread_control.";
            NobodyTakes, "C-45", "no app takes without a default app", [DefaultBehavior], Observed, LOGS,
                "A take on a Page without a default app is refused with code 27, subcode 2018464.";
            TakeFromInbox, "C-49", "a take from the inbox is told as a pass", [HandoverV1], Observed, LOGS,
                "A primary receiver that takes control from the Page Inbox hears of it by pass_thread_control, as if the inbox had passed control on.";
            RequestByOwner, "C-50", "an owner has nothing to request", [HandoverV1, Handover, DefaultBehavior], Inferred, CHOICE,
                "A request by the app that owns the conversation is refused as an invalid parameter.";
            RequestAsksPrimary, "C-50a", "a request asks the primary receiver", [HandoverV1], Documented, REFERENCE,
                "A request is told to the primary receiver by request_thread_control, whoever owns the conversation; control stays where it is. The primary receiver itself, which takes, is refused as with an invalid parameter. The Page Inbox never answers.";
            RequestAsksOwner, "C-51", "a request asks the owner", [Handover, DefaultBehavior], Documented, HANDOVER,
                "A request for an owned conversation is told to its owner by request_thread_control; control stays where it is. The Page Inbox never answers.";
            RequestOnIdle, "C-52", "a request on an idle conversation is granted", [Handover, DefaultBehavior], Inferred, CHOICE,
                "A request for an idle conversation gives control to the caller at once, who is told by pass_thread_control without a previous owner.";
            NoRequests, "C-53", "no requests with routing", [ConversationRouting], Documented, ROUTING,
                "A request for control is refused on a Page with routing, with code 100 and the text Handover Protocol APIs disabled for this page.";
            OnlyOwnerReleases, "C-55", "only the owner releases", [Handover, ConversationRouting, DefaultBehavior], Documented, HANDOVER,
                "A release by the owner makes the conversation idle and nobody is told; by anybody else it is refused with code 100.";
            ExtendControl, "C-59", "the owner may extend", [Handover, ConversationRouting, DefaultBehavior], Documented, CONVERSATION,
                "Only the owner may extend its control. It then ends the given duration from now, 7 days at most and 24 hours when none is given; a later message of the person can only move that end further away.";
            OwnerToldToPrimary, "C-60a", "the primary receiver may ask for the owner", [HandoverV1], Documented, REFERENCE,
                "thread_owner answers the primary receiver with the owner's app id, and refuses other apps. A conversation whose control never ends has no expiration in the answer.";
            OwnerToldToAll, "C-60", "every app of the Page may ask for the owner", [Handover], Inferred, REFERENCE,
                "thread_owner answers any app of the Page with the owner's app id and the moment at which its control ends, or with an empty list when the conversation is idle.";
            OwnerToldToOwner, "C-61", "the owner and the default app know who owns", [ConversationRouting, DefaultBehavior], Documented, ROUTING,
                "thread_owner answers the owner and the default app with the owner's app id and the moment at which its control ends, and any other app with that moment alone; with an empty list when the conversation is idle.";
            ReceiversForPrimary, "C-64", "the primary receiver may list the others", [HandoverV1, Handover], Documented, REFERENCE,
                "secondary_receivers answers the primary receiver with every other app of the Page and the Page Inbox. To another app of a Page with a primary receiver it is refused with subcode 2018234, on a Page without one, or to an app without a role, with subcode 2018171. Each has an id, a name and a link.";
            MetadataOnly, "C-65", "metadata without control", [Handover], Documented, REFERENCE,
                "pass_thread_metadata tells another app of the Page something about the conversation by an event of that name; control stays where it is.";
            SendPassesControl, "C-68", "a message can pass or release control", [ConversationRouting], Documented, ROUTING,
                "With thread_control beside the message, control moves once the message is sent and its echo decided: pass gives it to the named app, or else to the default app, who is told by pass_thread_control; release gives it up, which is also what happens without a control_type. Without routing it is refused as an invalid parameter, and nothing is sent.";
            FeatureStatus, "C-71", "a Page says which protocol it follows", [], Documented, ROUTING,
                "messaging_feature_status of a Page has three flags: hop_v2 for the second handover protocol, msgr_multi_app and ig_multi_app for routing on Messenger and on Instagram. All are false on a Page without a default app.";
            RoutingOf2023, "C-73", "routing of 2023 switched edges off", [ConversationRouting], Documented, ROUTING,
                "From 2023 to 2025 a Page with routing refused every edge but pass and release with the text Handover Protocol APIs disabled for this page. It is off unless a Page asks for it.";
            OnlyOwnerSends, "C-84", "only the owner sends", [Handover, ConversationRouting, DefaultBehavior], Observed, ERRORS,
                "A message by an app that does not own an owned conversation is refused with code 10, subcode 2018300. That includes the primary receiver and the default app, and a message that was planned while the app was in control: what counts is the owner at the moment of the call.";
            HumanAgentTakes, "C-93", "a human agent takes control", [ConversationRouting], Documented, ROUTING,
                "With routing a message of a human agent goes out from an app that is not in control only if the Page permits the app to take control, which it then does; the app that loses control is told by take_thread_control.";
            ButtonMovesControl, "C-119", "a tap gives control to the app that made the button", [Handover, ConversationRouting], Documented, HANDOVER,
                "A person who taps a postback button gives control to the app that made it, even when another app owns the conversation; that app gets the postback with its payload on messaging.";
            AdRoute, "C-136", "an ad names its app", [Handover, ConversationRouting, DefaultBehavior], Documented, ROUTING,
                "A person who comes by an ad gives an idle conversation to the app that the ad or its route names, at once if something was said before; where another app owns it, control moves with the person's next message.";
            LinkRoute, "C-137", "a link has its app", [ConversationRouting], Documented, ROUTING,
                "A person who comes by a link with a ref gives control to the app of its route, with the first message where nothing was said before, even when another app owns the conversation. Without a default app links have no routes.";
            ClaimOrder, "C-140", "who comes first", [Handover, ConversationRouting, DefaultBehavior], Inferred, CHOICE,
                "Who gets a conversation that a person enters is the first of these that the protocol has and whose app is on the Page: the app of the ad, of the link, of the button, of the organic route, and last the primary receiver or the default app.";
            OrganicRoute, "C-139", "the organic route names an app", [ConversationRouting], Documented, ROUTING,
                "A person who enters an idle conversation by no ad, link or button that has an app gives control to the app of the organic route, if there is one, and otherwise to the default app.";
            ImplicitMoves, "C-122", "whether control that moves by itself is announced", [Handover, ConversationRouting], Inferred, CHOICE,
                "When a message or a tap moves control, no control event tells of it, but for routing: the app that gets an idle conversation, or one of the inbox, hears of it first as if the inbox had passed it on with the metadata new message. Where all moves are announced, the app that loses control hears take_thread_control.";
            PagesApart, "C-166", "each Page has its own state", [], Documented, HANDOVER,
                "An app on several Pages has a token, a role, an owner and windows on each of them. A person has another id on each Page.";
            TapsWhatIsThere, "M-160", "only what is there can be tapped", [], Inferred, CHOICE,
                "A person taps a quick reply of the newest message, which is gone after a tap or another message, or a postback button of a message that is still remembered. Of several that fit the newest is meant.";
        }
    };
}
pub(super) use control;
