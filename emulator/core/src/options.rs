//! The words with which decisions are taken: the closed list of each row of the table of
//! [`protocols`](crate::protocols).

use crate::word::words;

words! {
    /// Whether something is done.
    Switch {
        /// Yes.
        On = "on",
        /// No.
        Off = "off",
    }
    /// The channel on which everybody hears of an idle conversation.
    IdleDelivery {
        /// All on messaging, as owners would.
        Messaging = "messaging",
        /// All on standby, as listeners.
        Standby = "standby",
        /// The primary receiver or default app on messaging, the others on standby; all on messaging where there is
        /// no such app.
        Leader = "leader",
    }
    /// Who may send into an idle conversation.
    IdleSends {
        /// Every app.
        All = "all",
        /// The primary receiver or default app, and every app where there is none.
        Leader = "leader",
    }
    /// From what state of control somebody claims a conversation that a person enters.
    Claims {
        /// No.
        Off = "off",
        /// Yes, while nobody is in control.
        Idle = "idle",
        /// Yes, even while another party is in control.
        Always = "always",
    }
    /// Whom a pass can reach.
    PassReaches {
        /// Any app of the Page, and the inbox.
        All = "all",
        /// From the primary receiver any other party; from the others the primary receiver alone, whatever target
        /// they name.
        Primary = "primary",
    }
    /// What a pass does that names no target.
    PassWithoutTarget {
        /// It is refused.
        Refuse = "refuse",
        /// It gives control to the default app; it is refused where there is none.
        DefaultApp = "default_app",
    }
    /// Whom a request for an owned conversation asks.
    Requests {
        /// Its owner.
        Owner = "owner",
        /// The primary receiver, even where another app owns the conversation.
        Primary = "primary",
        /// Nobody: it is refused with code 100.
        Refuse = "refuse",
    }
    /// Who may ask for the owner of a conversation.
    OwnerTold {
        /// Every app of the Page.
        All = "all",
        /// The owner of the conversation.
        Owner = "owner",
        /// The primary receiver, or everybody when there is none.
        Primary = "primary",
        /// The owner, and the default app if there is one; others learn only when control ends.
        Expiration = "expiration",
    }
    /// Whether the folder of a conversation follows its owner.
    DoneFolder {
        /// Yes: the inbox's lie in Main, an app's in Done.
        On = "on",
        /// No: it stays where an agent put it.
        Off = "off",
        /// Yes, but what an app takes from the inbox goes to Done only with the next message.
        AfterMessage = "after_message",
    }
    /// What an agent's reply does to control.
    InboxReply {
        /// The inbox takes control.
        TakesControl = "takes_control",
        /// Nothing: the owner stays in control.
        LeavesControl = "leaves_control",
    }
    /// On which channel the app hears of a tap that made the button and is not in control.
    TapHeard {
        /// On messaging, with the payload.
        Messaging = "messaging",
        /// On standby, without the payload.
        Standby = "standby",
    }
    /// Which app ids stand in a control event.
    ControlFields {
        /// The owner before and the owner now.
        Both = "both",
        /// The one that its reader needs: a pass names the owner now, a take the owner before.
        One = "one",
    }
    /// How the primary receiver hears that it took control from the inbox.
    TakeFromInbox {
        /// Not at all.
        Silent = "silent",
        /// As if the inbox had passed it on.
        Passed = "passed",
    }
    /// What keeps an owner in control.
    Activity {
        /// What the person writes.
        UserMessage = "user_message",
        /// What either side writes.
        AnyMessage = "any_message",
    }
    /// Who may pass control.
    Passes {
        /// The owner alone.
        Owner = "owner",
        /// The owner, or any app while the conversation is idle.
        OwnerOrIdle = "owner_or_idle",
    }
    /// Who may take control.
    Takes {
        /// Any app while the conversation is idle, and the primary receiver at any time.
        IdleOrPrimary = "idle_or_primary",
        /// The primary receiver alone.
        Primary = "primary",
        /// The apps that an admin permits to.
        Permitted = "permitted",
        /// Nobody.
        Never = "never",
    }
    /// Whether control ends by itself.
    ControlEnds {
        /// Yes, after 24 hours of silence.
        AfterSilence = "after_silence",
        /// No: only a call or an agent moves it.
        Never = "never",
    }
    /// What an agent's move to Main does.
    InboxMain {
        /// The inbox takes control.
        TakesControl = "takes_control",
        /// It asks the primary receiver for control, by `request_thread_control`.
        AsksPrimary = "asks_primary",
    }
    /// Who gets control when an agent marks a conversation of the inbox as done.
    DoneGives {
        /// The primary receiver; nobody where there is none.
        Primary = "primary",
        /// Nobody: the conversation is idle.
        Nobody = "nobody",
    }
    /// Who owns a conversation after a release.
    Release {
        /// Nobody.
        Idle = "idle",
        /// The primary receiver, if there is one.
        Primary = "primary",
    }
    /// What becomes of the conversations of a primary receiver that loses its role.
    RoleLost {
        /// Nobody owns them.
        Idle = "idle",
        /// The app keeps them.
        Keeps = "keeps",
    }
    /// What a request for an idle conversation does.
    RequestOnIdle {
        /// It gives control at once.
        Grant = "grant",
        /// It asks the primary receiver, if there is one.
        Ask = "ask",
    }
    /// What a call does that asks for what the caller has already.
    WhatOneHas {
        /// It succeeds and changes nothing.
        Success = "success",
        /// It is refused.
        Refuse = "refuse",
    }
    /// Which conversations an agent's reply leaves alone.
    ReplyInDone {
        /// Those that an agent marked as done.
        Marked = "marked",
        /// Those that lie in the folder Done, for whatever reason.
        Folder = "folder",
    }
    /// What a human agent's message does to control.
    HumanAgent {
        /// No: the owner stays in control.
        LeavesControl = "leaves_control",
        /// Yes.
        TakesControl = "takes_control",
        /// Yes, where an admin permits the app to take control; elsewhere it is refused.
        TakesIfPermitted = "takes_if_permitted",
    }
    /// Which moves of control that nobody asked for are told.
    AnnounceImplicitMoves {
        /// Those that a message into an idle conversation causes: the app that gets it first hears
        /// pass_thread_control from the inbox, with the metadata `new message`.
        Inbox = "inbox",
        /// Those, and those of taps as well.
        All = "all",
        /// None.
        None = "none",
    }
    /// What a postback holds for those who only listen.
    StandbyPostback {
        /// Its title.
        Title = "title",
        /// Nothing.
        Empty = "empty",
        /// Its title and its id.
        TitleMid = "title_mid",
    }
    /// How metadata that nobody gave stands in a control event.
    MissingMetadata {
        /// As `null`.
        Null = "null",
        /// Not at all.
        Absent = "absent",
    }
    /// How app ids stand in control events.
    AppIdType {
        /// As numbers, which is how they were seen.
        AsObserved = "as_observed",
        /// As numbers.
        Number = "number",
        /// As strings.
        String = "string",
        /// As the reference prints each.
        Mixed = "mixed",
    }
    /// Whom a rule concerns.
    Whom {
        /// Every app of the Page.
        All = "all",
        /// The owner of the conversation.
        Owner = "owner",
        /// The primary receiver, or everybody when there is none.
        Primary = "primary",
    }
    /// Which of two accounts of the same error is followed.
    Account {
        /// The one that was seen.
        Observed = "observed",
        /// The one that is documented.
        Documented = "documented",
    }
    /// Which characters of a webhook body are escaped.
    Escapes {
        /// Everything that any source names.
        All = "all",
        /// What current documentation names: characters that are not ASCII, and slashes.
        Unicode = "unicode",
    }
    /// What becomes of a title of a button or a quick reply that is too long.
    LongTitles {
        /// Yes, and the person sees the beginning of it.
        Cut = "cut",
        /// No: the message is refused.
        Refuse = "refuse",
    }
    /// What a profile field does for which the token has no permission.
    ProfileFields {
        /// The call is refused.
        Refuse = "refuse",
        /// The field is left out of the answer.
        Omit = "omit",
    }
    /// What an empty name in a list of webhook fields does.
    EmptyField {
        /// The platform fails with status 500.
        Fail = "fail",
        /// The call is refused like one that names a field that does not exist.
        Refuse = "refuse",
    }
    /// When an echo leaves.
    EchoOrder {
        /// Once the call has been answered.
        AfterAnswer = "after_answer",
        /// Before it is answered.
        BeforeAnswer = "before_answer",
    }
}
