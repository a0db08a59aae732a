//! Rules: what an agent does in the Page Inbox, and folders.

macro_rules! inbox {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            DoneByDefault, "C-98", "conversations lie in Done by default", [HandoverV1], Documented, HANDOVER,
                "Where the Page Inbox is a secondary receiver, a conversation lies in Done from its first message on, and in Main while the inbox is in control. Where the inbox has no role, conversations stay where they are.";
            InboxAsks, "C-101", "an agent asks the primary receiver", [HandoverV1], Documented, REFERENCE,
                "An agent who moves a conversation to Main that the inbox does not own asks for it: the primary receiver is told by request_thread_control with the app id of the inbox and no metadata. Control stays where it is; where there is nobody to ask, the conversation is filed and nothing else happens.";
            ReplyLeavesControl, "C-101a", "an agent's reply moves no control", [HandoverV1], Inferred, CHOICE,
                "An agent may answer in any conversation, and control stays where it is: only moving it to Main asks for control.";
            BackToDone, "C-102", "the next message files a conversation of an app in Done", [HandoverV1], Observed, LOGS,
                "A conversation that an app owns and that lies in Main, because an agent moved it there or because the app took it from the inbox, goes to Done with the next message of the person or of its owner.";
            HandoverSwitched, "C-108c", "switching handover on files everything in Done", [HandoverV1, Handover], Documented, VENDORS,
                "When an admin switches handover on, all conversations of the Page go to Done; when it is switched off they go back to Main, and nobody is in control.";
            InboxTakesOver, "C-104", "an agent who acts takes control", [Handover, ConversationRouting, DefaultBehavior], Documented, HANDOVER,
                "An agent who moves a conversation to Main, or replies in one that the inbox does not control, gives control to the inbox; the app that had it is told by take_thread_control. The inbox asks nobody, and is one more party to whom control can be passed.";
            ReplyInDone, "C-105", "a reply in a done conversation moves nothing", [Handover, ConversationRouting, DefaultBehavior], Documented, HANDOVER,
                "An agent's reply in a conversation marked as Done leaves control with the app that has it; where nobody has it, the primary receiver or the default app gets it.";
            DoneReleases, "C-106", "Done gives control back", [], Documented, HANDOVER,
                "An agent who marks a conversation of the inbox as Done gives control to the primary receiver, who is told by pass_thread_control with the metadata Pass thread control from Page Inbox, also under the first handover protocol. Where there is none the conversation becomes idle, and with routing the default app answers the next message.";
            FolderFollowsControl, "C-108", "folders follow control", [Handover], Inferred, HANDOVER,
                "A conversation that an app owns is filed under Done, one that the Page Inbox owns under Main. A new conversation lies in Main; becoming idle leaves the folder as it is.";
            MarkedDone, "C-108a", "marked as done is more than filed under Done", [], Inferred, CHOICE,
                "Done as a mark is set by an agent and taken away by the person's next message, by a move to Main and by any control call. The folder Done alone says only that an app owns the conversation.";
            InboxMoves, "C-108b", "an agent files conversations", [], Inferred, CHOICE,
                "A conversation lies where an agent last put it, until control moves.";
            InboxEchoes, "C-114", "an agent's reply is echoed", [], Documented, WEBHOOKS,
                "What an agent writes in the Page Inbox reaches apps as an echo with the app id 263902037430900. It neither opens nor prolongs the messaging window and is not bound by it.";
            SpamIsAFolder, "C-117", "Spam is a folder", [], Inferred, CHOICE,
                "Moving a conversation to Spam changes neither control nor what apps hear.";
        }
    };
}
pub(super) use inbox;
