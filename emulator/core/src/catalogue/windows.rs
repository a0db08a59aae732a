//! Rules: when a message may be sent: windows, tags, reachability.

macro_rules! windows {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            WindowHumanAgent, "C-90", "a human agent has seven days", [], Documented, SEND,
                "With the tag HUMAN_AGENT and its feature a message may go out up to 7 days after the person's last message; at exactly 7 days it may not.";
            HumanAgentException, "C-91", "a human agent may send without control", [Handover], Documented, HANDOVER,
                "A message with the tag HUMAN_AGENT by an app with the Human Agent feature goes out although another app owns the conversation. Control stays where it is.";
            HumanAgentApproval, "C-92", "the human-agent tag needs the feature", [], Observed, LOGS,
                "The tag HUMAN_AGENT without the feature is refused with code 100, subcode 2018276, inside the messaging window too.";
            OrderOfSendChecks, "C-97", "the order in which the world checks a send", [], Inferred, CHOICE,
                "Of several reasons why the world refuses a send the first of this list is answered: a retired tag, a tag without its feature, a message to answer that is not there, thread control, the messaging window.";
            SignalsAreFree, "C-172", "typing and seen are not blocked", [], Inferred, CHOICE,
                "Sender actions are accepted from any app of the Page, whoever owns the conversation.";
            TagUnknown, "M-99", "tags that do not exist", [], Observed, LOGS,
                "A tag that does not exist, or no longer, is refused with code 100.";
            TagNeedsType, "M-100", "a tag goes with MESSAGE_TAG", [], Observed, LOGS,
                "A tag beside another messaging type than MESSAGE_TAG is refused with code 100, as is MESSAGE_TAG without a tag.";
            TagRetired, "M-101", "tags that were retired in 2026", [], Observed, LOGS,
                "CONFIRMED_EVENT_UPDATE, ACCOUNT_UPDATE and POST_PURCHASE_UPDATE are refused with code 100, subcode 1893061, inside the window too.";
            RecipientForbidden, "M-107", "ids that get no messages", [], Observed, LOGS,
                "A message to the id 0 is refused with code 100.";
            PersonOfPage, "M-108", "the person is known to the Page", [], Observed, ERRORS,
                "A page-scoped id means something on its own Page only; any other recipient is refused with code 100, subcode 2018001.";
            BlockedPage, "M-113", "who blocked the Page gets nothing", [], Observed, ERRORS,
                "A message to a person who has blocked the Page is refused with code 551, subcode 1545041.";
            PhoneRecipient, "M-116", "phone numbers need a permission", [], Observed, LOGS,
                "A recipient given by phone number needs the permission pages_messaging_phone_number, which no app here has: status 403, code 230. The list of errors has code 200, subcode 2018027 for it.";
            SignalsInWindow, "M-145", "typing and seen need an open window", [], Inferred, SEND,
                "Outside the 24-hour messaging window a sender action is refused as a message would be, with code 10, subcode 2018278; a tag cannot help it.";
            WindowStandard, "M-177", "the 24-hour messaging window", [], Documented, SEND,
                "An app may write to a person for 24 hours after the person's last opening action; at exactly 24 hours the window is closed and a message is refused with code 10, subcode 2018278.";
            WindowOpens, "M-178", "what opens the window", [], Documented, SEND,
                "What a person writes or taps, a reaction, and a link into an existing conversation open the messaging window for another 24 hours. Reading, and what the Page writes, does not.";
            WindowFeedback, "M-181a", "feedback has seven days", [], Documented, SEND,
                "With the tag CUSTOMER_FEEDBACK a feedback template, and nothing else, may go out up to 7 days after the person's last message.";
            WindowNews, "M-181b", "news Pages send at any time", [], Documented, SEND,
                "With the tag NON_PROMOTIONAL_SUBSCRIPTION a registered news Page sends at any time; any other Page is refused outside the window with code 10, subcode 2018065.";
            WindowUpdateTags, "M-183", "update tags until 2026", [], Documented, SEND,
                "Until 2026-04-27 the tags CONFIRMED_EVENT_UPDATE, ACCOUNT_UPDATE and POST_PURCHASE_UPDATE let a message out at any time.";
            DevelopmentMode, "M-184", "apps in development reach their testers", [], Documented, WEBHOOKS,
                "An app in development mode sends to, and hears of, only people with a role on it; another message is refused.";
        }
    };
}
pub(super) use windows;
