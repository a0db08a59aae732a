//! Rules: who is in control, and how control moves.

macro_rules! control {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            TokenNamesCaller, "C-01", "the token names the caller", [], Documented, HANDOVER,
                "A control call is made with a Page token. The token's app is the caller and the token's Page is the Page; an app that is not connected to the Page can do nothing there.";
            MessagingPermission, "C-02", "calls need pages_messaging", [], Documented, HANDOVER,
                "A Page token without the permission pages_messaging can neither send nor move control.";
            AdminDecides, "C-08", "an admin decides about apps", [Handover], Documented, HANDOVER,
                "Every app that is connected to the Page takes part in handover; a primary receiver is optional, and everybody else is a plain participant.";
            InboxNeverPrimary, "C-09", "the inbox is never primary", [Handover], Documented, HANDOVER,
                "The Page Inbox cannot be the primary receiver.";
            RolesTold, "C-12", "a change of roles is told", [], Documented, REFERENCE,
                "An app whose role changes is told by app_roles, an event without a sender; one event for each app.";
            RemovedOwner, "C-12a", "an app that is removed owns nothing", [], Inferred, CHOICE,
                "When an app is removed from the Page, or takes itself off, the conversations that it owned become idle and its role ends.";
            RoleLost, "C-12b", "a primary receiver that loses its role owns nothing", [Handover], Inferred, CHOICE,
                "When an admin takes the primary role away from an app, the conversations that it owned become idle.";
            PrimaryGetsIdle, "C-17", "a new message gives an idle conversation to the primary receiver", [Handover], Documented, HANDOVER,
                "When a person writes into an idle conversation of a Page with a primary receiver, that app owns the conversation from then on and gets the message on messaging. No control event tells of it.";
            IdleHeardByAll, "C-18", "idle without a primary: everybody hears", [Handover], Documented, INSTAGRAM,
                "While nobody owns a conversation every connected app gets its events on messaging.";
            IdleOpenToAll, "C-18a", "idle: everybody may send", [Handover], Documented, INSTAGRAM,
                "While nobody owns a conversation any app of the Page may send into it. Sending does not give control.";
            ControlExpires, "C-23", "control ends after 24 hours of silence", [Handover], Documented, HANDOVER,
                "At exactly 24 hours without activity an owned conversation becomes idle. Nobody is told.";
            MessageRenewsControl, "C-26", "a message renews control", [], Observed, LOGS,
                "A person's message keeps the owner in control for at least another 24 hours; an extension that lasts longer is not shortened.";
            WindowsApart, "C-30", "control and window are two clocks", [], Inferred, CHOICE,
                "Extending thread control does not extend the messaging window, and an open window does not keep an app in control.";
            OnlyOwnerPasses, "C-34", "only the owner passes", [Handover], Documented, REFERENCE,
                "A pass by an app that does not own the conversation is refused with code 100, subcode 2018151; nobody owns an idle conversation.";
            PassNamesTarget, "C-35", "a pass names its target", [Handover], Documented, REFERENCE,
                "A pass needs target_app_id.";
            TargetOnPage, "C-35a", "the target is on the Page", [Handover], Inferred, ERRORS,
                "The target of a pass is an app that is connected to the Page, or the Page Inbox; anything else is refused with code 100, subcode 2018164.";
            PassMovesControl, "C-38", "a pass moves control", [], Documented, REFERENCE,
                "After a pass the target owns the conversation for 24 hours and is told by pass_thread_control.";
            TakeByOwner, "C-42", "taking what one has", [Handover], Inferred, CHOICE,
                "A take by the app that owns the conversation already succeeds and changes nothing.";
            WhoMayTake, "C-43", "who may take", [Handover], Documented, CONVERSATION,
                "Any app may take an idle conversation; the primary receiver may also take an owned one. The app that loses control is told by take_thread_control; nobody is told when it was idle.";
            RequestByOwner, "C-50", "an owner has nothing to request", [Handover], Inferred, CHOICE,
                "A request by the app that owns the conversation is refused as an invalid parameter.";
            RequestAsksOwner, "C-51", "a request asks the owner", [Handover], Documented, HANDOVER,
                "A request for an owned conversation is told to its owner by request_thread_control; control stays where it is. The Page Inbox never answers.";
            RequestOnIdle, "C-52", "a request on an idle conversation is granted", [Handover], Inferred, CHOICE,
                "A request for an idle conversation gives control to the caller at once, who is told by pass_thread_control without a previous owner.";
            OnlyOwnerReleases, "C-55", "only the owner releases", [Handover], Documented, HANDOVER,
                "A release by the owner makes the conversation idle and nobody is told; by anybody else it is refused with code 100.";
            ExtendControl, "C-59", "the owner may extend", [Handover], Documented, CONVERSATION,
                "Only the owner may extend its control. It then ends the given duration from now, 7 days at most and 24 hours when none is given; a later message of the person can only move that end further away.";
            OwnerToldToAll, "C-60", "every app of the Page may ask for the owner", [Handover], Inferred, REFERENCE,
                "thread_owner answers any app of the Page with the owner's app id and the moment at which its control ends, or with an empty list when the conversation is idle.";
            ReceiversForPrimary, "C-64", "the primary receiver may list the others", [Handover], Documented, REFERENCE,
                "secondary_receivers answers the primary receiver with every other app of the Page and the Page Inbox. To another app of a Page with a primary receiver it is refused with subcode 2018234, on a Page without one with subcode 2018171.";
            MetadataOnly, "C-65", "metadata without control", [Handover], Documented, REFERENCE,
                "pass_thread_metadata tells another app of the Page something about the conversation by an event of that name; control stays where it is.";
            OnlyOwnerSends, "C-84", "only the owner sends", [Handover], Observed, ERRORS,
                "A message by an app that does not own an owned conversation is refused with code 10, subcode 2018300. That includes the primary receiver.";
            ButtonMovesControl, "C-119", "a tap gives control to the app that made the button", [Handover], Documented, HANDOVER,
                "A person who taps a postback button gives control to the app that made it, even when another app owns the conversation; that app gets the postback with its payload on messaging.";
            ImplicitMoves, "C-122", "control that moves by itself is not announced", [Handover], Inferred, CHOICE,
                "When a message or a tap moves control, no control event tells of it. Where announcing is switched on, the primary receiver hears of a message into an idle conversation as if the inbox had passed it on with the metadata new message, and the app that loses control by a tap hears take_thread_control.";
            PagesApart, "C-166", "each Page has its own state", [], Documented, HANDOVER,
                "An app on several Pages has a token, a role, an owner and windows on each of them. A person has another id on each Page.";
            TapsWhatIsThere, "M-160", "only what is there can be tapped", [], Inferred, CHOICE,
                "A person taps a quick reply of the newest message, which is gone after a tap or another message, or a postback button of a message that is still remembered. Of several that fit the newest is meant.";
        }
    };
}
pub(super) use control;
