//! The rule catalogue: every rule of the platform that the code follows, in our own words, with
//! where it comes from and how sure that is. Code names the id; a row in `fixtures/rules` tests it.

use std::fmt;

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Seen in traffic of the real platform.
    Observed,
    /// The platform's documentation says it.
    Documented,
    /// Our choice where no source settles it.
    Inferred,
}

impl Confidence {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Documented => "documented",
            Self::Inferred => "inferred",
        }
    }
}

/// A generation of conversation control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Exclusive control, idle conversations, an optional primary receiver.
    Handover,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: &'static [Self] = &[Self::Handover];

    /// The protocol of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| protocol.name() == name)
    }

    /// The value of `protocol:`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handover => "handover",
        }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id as code names it.
    pub id: RuleId,
    /// Its id as people cite it.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The protocols in which it holds; all of them when empty.
    pub protocols: &'static [Protocol],
    /// What it says.
    pub statement: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
}

macro_rules! rules {
    ($($variant:ident, $code:literal, $title:literal, [$($protocol:ident $(,)?)*], $confidence:ident, $source:expr, $statement:literal;)*) => {
        /// The id of a rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId {
            $(#[doc = $statement] $variant,)*
        }

        static CATALOGUE: &[Rule] = &[
            $(Rule {
                id: RuleId::$variant,
                code: $code,
                title: $title,
                protocols: &[$(Protocol::$protocol,)*],
                statement: $statement,
                source: $source,
                confidence: Confidence::$confidence,
            },)*
        ];
    };
}

const HANDOVER: &str = "developers.facebook.com/docs/messenger-platform/handover-protocol";
const CONVERSATION: &str =
    "developers.facebook.com/docs/messenger-platform/handover-protocol/conversation-control";
const INSTAGRAM: &str =
    "developers.facebook.com/docs/messenger-platform/instagram/features/handover-protocol";
const REFERENCE: &str = "developers.facebook.com/docs/messenger-platform/reference/handover-protocol";
const STANDBY: &str = "developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/standby";
const SEND: &str =
    "developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages";
const ERRORS: &str =
    "developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes";
const WEBHOOKS: &str = "developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks";
const GRAPH: &str = "developers.facebook.com/docs/graph-api/overview";
const LOGS: &str = "logs and issue threads of people who run bots";
const CHOICE: &str = "the emulator's own choice";

rules! {
    TokenNamesCaller, "C-01", "the token names the caller", [], Documented, HANDOVER,
        "A control call is made with a Page token. The token's app is the caller and the token's Page is the Page; an app that is not connected to the Page can do nothing there.";
    MessagingPermission, "C-02", "calls need pages_messaging", [], Documented, HANDOVER,
        "A Page token without the permission pages_messaging can neither send nor move control.";
    SubscribedFields, "C-03", "strictly by subscribed field", [], Documented, WEBHOOKS,
        "An app hears of an event only if it subscribed to the event's field; on standby it needs the field standby as well.";
    PrimaryGetsIdle, "C-17", "a new message gives an idle conversation to the primary receiver", [Handover], Documented, HANDOVER,
        "When a person writes into an idle conversation of a Page with a primary receiver, that app owns the conversation from then on and gets the message on messaging. No control event tells of it.";
    IdleHeardByAll, "C-18", "idle without a primary: everybody hears", [Handover], Documented, INSTAGRAM,
        "While nobody owns a conversation every connected app gets its events on messaging.";
    IdleOpenToAll, "C-18a", "idle: everybody may send", [Handover], Documented, INSTAGRAM,
        "While nobody owns a conversation any app of the Page may send into it. Sending does not give control.";
    OnlyOwnerSends, "C-84", "only the owner sends", [Handover], Observed, ERRORS,
        "A message by an app that does not own an owned conversation is refused with code 10, subcode 2018300. That includes the primary receiver.";
    ChannelAtDelivery, "C-22", "an echo goes where control is when it leaves", [], Observed, LOGS,
        "The channel of an echo or of a receipt of delivery is decided when it leaves, not when the message was sent: what an app sends while it handles a webhook leaves once it has answered that webhook, so an app that passes control in the same handler finds its own echo on standby, and the new owner hears it on messaging; anything else leaves with the answer to its call. What a person does stays with the apps it was routed to.";
    ChannelFollowsControl, "C-21", "owner on messaging, others on standby", [], Documented, STANDBY,
        "The owner gets events in the array messaging of an entry; every other app that subscribed gets the same event in the array standby instead.";
    ControlExpires, "C-23", "control ends after 24 hours of silence", [Handover], Documented, HANDOVER,
        "At exactly 24 hours without activity an owned conversation becomes idle. Nobody is told.";
    ImplicitMoves, "C-122", "control that moves by itself is not announced", [Handover], Inferred, CHOICE,
        "When a message or a tap moves control, no control event tells of it. Where announcing is switched on, the primary receiver hears of a message into an idle conversation as if the inbox had passed it on with the metadata new message, and the app that loses control by a tap hears take_thread_control.";
    ButtonMovesControl, "C-119", "a tap gives control to the app that made the button", [Handover], Documented, HANDOVER,
        "A person who taps a postback button gives control to the app that made it, even when another app owns the conversation; that app gets the postback with its payload on messaging.";
    StandbyPostback, "C-121", "a postback on standby keeps its payload to itself", [], Observed, LOGS,
        "Apps on standby see a postback without its payload.";
    TapsWhatIsThere, "M-160", "only what is there can be tapped", [], Inferred, CHOICE,
        "A person taps a quick reply of the newest message, which is gone after a tap or another message, or a postback button of a message that is still remembered. Of several that fit the newest is meant.";
    QuickReplies, "C-82", "a quick reply is a message", [], Observed, LOGS,
        "Tapping a quick reply sends its title as a message that carries the payload, on messaging and on standby alike. It moves control as any message does.";
    MessageRenewsControl, "C-26", "a message renews control", [], Observed, LOGS,
        "A person's message keeps the owner in control for at least another 24 hours; an extension that lasts longer is not shortened.";
    WindowsApart, "C-30", "control and window are two clocks", [], Inferred, CHOICE,
        "Extending thread control does not extend the messaging window, and an open window does not keep an app in control.";
    ExtendControl, "C-59", "the owner may extend", [Handover], Documented, CONVERSATION,
        "Only the owner may extend its control. It then ends the given duration from now, 7 days at most and 24 hours when none is given; a later message of the person can only move that end further away.";
    OnlyOwnerPasses, "C-34", "only the owner passes", [Handover], Documented, REFERENCE,
        "A pass by an app that does not own the conversation is refused with code 100, subcode 2018151; nobody owns an idle conversation.";
    PassNamesTarget, "C-35", "a pass names its target", [Handover], Documented, REFERENCE,
        "A pass needs target_app_id.";
    TargetOnPage, "C-35a", "the target is on the Page", [Handover], Inferred, ERRORS,
        "The target of a pass is an app that is connected to the Page, or the Page Inbox; anything else is refused with code 100, subcode 2018164.";
    PassMovesControl, "C-38", "a pass moves control", [], Documented, REFERENCE,
        "After a pass the target owns the conversation for 24 hours and is told by pass_thread_control.";
    WhoMayTake, "C-43", "who may take", [Handover], Documented, CONVERSATION,
        "Any app may take an idle conversation; the primary receiver may also take an owned one. The app that loses control is told by take_thread_control; nobody is told when it was idle.";
    TakeByOwner, "C-42", "taking what one has", [Handover], Inferred, CHOICE,
        "A take by the app that owns the conversation already succeeds and changes nothing.";
    RequestAsksOwner, "C-51", "a request asks the owner", [Handover], Documented, HANDOVER,
        "A request for an owned conversation is told to its owner by request_thread_control; control stays where it is. The Page Inbox never answers.";
    RequestOnIdle, "C-52", "a request on an idle conversation is granted", [Handover], Inferred, CHOICE,
        "A request for an idle conversation gives control to the caller at once, who is told by pass_thread_control without a previous owner.";
    RequestByOwner, "C-50", "an owner has nothing to request", [Handover], Inferred, CHOICE,
        "A request by the app that owns the conversation is refused as an invalid parameter.";
    OnlyOwnerReleases, "C-55", "only the owner releases", [Handover], Documented, HANDOVER,
        "A release by the owner makes the conversation idle and nobody is told; by anybody else it is refused with code 100.";
    ReceiversForPrimary, "C-64", "the primary receiver may list the others", [Handover], Documented, REFERENCE,
        "secondary_receivers answers the primary receiver with every other app of the Page and the Page Inbox. To another app of a Page with a primary receiver it is refused with subcode 2018234, on a Page without one with subcode 2018171.";
    MetadataOnly, "C-65", "metadata without control", [Handover], Documented, REFERENCE,
        "pass_thread_metadata tells another app of the Page something about the conversation by an event of that name; control stays where it is.";
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
    OwnerToldToAll, "C-60", "every app of the Page may ask for the owner", [Handover], Inferred, REFERENCE,
        "thread_owner answers any app of the Page with the owner's app id and the moment at which its control ends, or with an empty list when the conversation is idle.";
    ControlEvents, "C-75", "control events travel on messaging", [], Observed, LOGS,
        "Control events need the field messaging_handovers and are delivered in the array messaging, never in standby.";
    HumanAgentException, "C-91", "a human agent may send without control", [Handover], Documented, HANDOVER,
        "A message with the tag HUMAN_AGENT by an app with the Human Agent feature goes out although another app owns the conversation. Control stays where it is.";
    HumanAgentApproval, "C-92", "the human-agent tag needs the feature", [], Observed, LOGS,
        "The tag HUMAN_AGENT without the feature is refused with code 100, subcode 2018276, inside the messaging window too.";
    InboxTakesOver, "C-104", "an agent who acts takes control", [Handover], Documented, HANDOVER,
        "An agent who moves a conversation to Main, or replies in one that the inbox does not control, gives control to the inbox; the app that had it is told by take_thread_control. The inbox asks nobody.";
    ReplyInDone, "C-105", "a reply in a done conversation moves nothing", [Handover], Documented, HANDOVER,
        "An agent's reply in a conversation marked as Done leaves control with the app that has it; where nobody has it, the primary receiver gets it.";
    DoneReleases, "C-106", "Done gives control back", [Handover], Documented, HANDOVER,
        "An agent who marks a conversation of the inbox as Done gives control to the primary receiver, who is told by pass_thread_control with the metadata Pass thread control from Page Inbox; without a primary receiver the conversation becomes idle.";
    MarkedDone, "C-108a", "marked as done is more than filed under Done", [Handover], Inferred, CHOICE,
        "Done as a mark is set by an agent and taken away by the person's next message, by a move to Main and by any control call. The folder Done alone says only that an app owns the conversation.";
    InboxMoves, "C-108b", "an agent files conversations", [Handover], Inferred, CHOICE,
        "A conversation lies where an agent last put it, until control moves.";
    SpamIsAFolder, "C-117", "Spam is a folder", [], Inferred, CHOICE,
        "Moving a conversation to Spam changes neither control nor what apps hear.";
    InboxEchoes, "C-114", "an agent's reply is echoed", [], Documented, WEBHOOKS,
        "What an agent writes in the Page Inbox reaches apps as an echo with the app id 263902037430900. It neither opens nor prolongs the messaging window and is not bound by it.";
    Receipts, "C-164", "receipts follow control", [], Documented, STANDBY,
        "Receipts of delivery and of reading reach the owner on messaging and others on standby. A message is delivered as it reaches the person; it is read when she reads it, with the timestamp of the Page's newest message as watermark.";
    Referrals, "C-165", "referrals go to the owner alone", [], Inferred, STANDBY,
        "A link that leads into a conversation is told to its owner, or to every app while nobody owns it; never on standby. It gives an idle conversation to the primary receiver as a message does.";
    FirstLink, "M-271", "a link before anything was said is told with what is said", [], Observed, LOGS,
        "A link that is followed before anything was said in the conversation sends nothing by itself: it opens no window and moves no control. The person's first message carries it, for apps that subscribed to messaging_referrals as well; of several links the last one counts.";
    Reactions, "M-230", "reactions go to the owner alone", [], Inferred, STANDBY,
        "A reaction, and taking it back, is told to the owner, or to every app while nobody owns the conversation; standby does not carry reactions. A reaction opens the messaging window, taking it back does not.";
    EchoAfterAnswer, "M-194a", "the echo follows the answer", [], Inferred, CHOICE,
        "Echo and receipt of a message leave once the call that sent it has been answered.";
    BodyEscapes, "M-190", "webhook bodies are plain ASCII", [], Documented, WEBHOOKS,
        "Webhook bodies are compact JSON in which everything that is not ASCII, and the characters / < % @, stand as escapes.";
    FolderFollowsControl, "C-108", "folders follow control", [Handover], Inferred, HANDOVER,
        "A conversation that an app owns is filed under Done, one that the Page Inbox owns under Main. A new conversation lies in Main; becoming idle leaves the folder as it is.";
    BlockedPage, "M-113", "who blocked the Page gets nothing", [], Observed, ERRORS,
        "A message to a person who has blocked the Page is refused with code 551, subcode 1545041.";
    DevelopmentMode, "M-184", "apps in development reach their testers", [], Documented, WEBHOOKS,
        "An app in development mode sends to, and hears of, only people with a role on it; another message is refused.";
    ReplyTo, "M-147", "an answer or a reaction names a message that is there", [], Inferred, SEND,
        "reply_to names a message of the conversation, of either side, as a reaction of the Page does; any other id is refused as an invalid parameter.";
    ProfileShown, "M-265", "a profile is shown to those the person met", [], Documented, SEND,
        "A Page reads the profile of a person who has done something with it; of anybody else it sees an empty object. Without pages_messaging, or in development mode for people without a role, the call is refused with code 100, subcode 2018247.";
    ProfileFields, "M-265a", "language, time zone and gender need permissions", [], Observed, LOGS,
        "A call that names locale, timezone or gender needs the permission of each, pages_user_locale, pages_user_timezone or pages_user_gender; without one it is refused with code 100, subcode 2018247, and the same call without the field succeeds.";
    AppSubscription, "M-244", "an app subscribes with its own token", [], Documented, WEBHOOKS,
        "An app names its callback and its fields with its app token; an app hears only of fields that both it and the Page have subscribed.";
    SubscriptionReplaces, "M-243", "a Page installs an app with fields", [], Inferred, WEBHOOKS,
        "subscribed_apps with a Page token sets the fields of the token's app in place of those before. The app stands in the list until it takes itself off, without the key subscribed_fields where it has none.";
    FieldPermission, "M-68", "subscribing needs permissions", [], Observed, LOGS,
        "Installing an app needs pages_manage_metadata, and messaging fields need pages_messaging.";
    SignalsInWindow, "M-145", "typing and seen need an open window", [], Inferred, SEND,
        "Outside the 24-hour messaging window a sender action is refused as a message would be, with code 10, subcode 2018278; a tag cannot help it.";
    SignalsAreFree, "C-172", "typing and seen are not blocked", [], Inferred, CHOICE,
        "Sender actions are accepted from any app of the Page, whoever owns the conversation.";
    PersonOfPage, "M-108", "the person is known to the Page", [], Observed, ERRORS,
        "A page-scoped id means something on its own Page only; any other recipient is refused with code 100, subcode 2018001.";
    WindowStandard, "M-177", "the 24-hour messaging window", [], Documented, SEND,
        "An app may write to a person for 24 hours after the person's last opening action; at exactly 24 hours the window is closed and a message is refused with code 10, subcode 2018278.";
    WindowFeedback, "M-181a", "feedback has seven days", [], Documented, SEND,
        "With the tag CUSTOMER_FEEDBACK a feedback template, and nothing else, may go out up to 7 days after the person's last message.";
    WindowNews, "M-181b", "news Pages send at any time", [], Documented, SEND,
        "With the tag NON_PROMOTIONAL_SUBSCRIPTION a registered news Page sends at any time; any other Page is refused outside the window with code 10, subcode 2018065.";
    WindowUpdateTags, "M-183", "update tags until 2026", [], Documented, SEND,
        "Until 2026-04-27 the tags CONFIRMED_EVENT_UPDATE, ACCOUNT_UPDATE and POST_PURCHASE_UPDATE let a message out at any time.";
    WindowOpens, "M-178", "what opens the window", [], Documented, SEND,
        "What a person writes or taps, a reaction, and a link into an existing conversation open the messaging window for another 24 hours. Reading, and what the Page writes, does not.";
    WindowHumanAgent, "C-90", "a human agent has seven days", [], Documented, SEND,
        "With the tag HUMAN_AGENT and its feature a message may go out up to 7 days after the person's last message; at exactly 7 days it may not.";
    PersonWrites, "M-203", "a person writes", [], Documented, WEBHOOKS,
        "A person can always write to the Page. The message gets an id and a timestamp later than every event of the conversation before it.";
    RetriesForAnHour, "M-193", "failed deliveries are tried again", [], Inferred, WEBHOOKS,
        "A delivery that was not answered with a 2xx is tried again at once, then after 1 s, 5 s, 30 s, 2 min and every 10 min, with the same bytes, until an hour has passed.";
    WebhooksDisabled, "M-193a", "webhooks that fail for an hour are switched off", [], Documented, WEBHOOKS,
        "After 15 minutes of failed deliveries an app's developers are told; after an hour its webhooks on the Page are switched off until it subscribes again.";
    TokenEnded, "M-49", "tokens end", [], Observed, ERRORS,
        "A Page token that has run out is refused with code 190, subcode 463; after a change of password with subcode 460; after the app was removed with subcode 458.";
    TokenRequired, "M-54", "a call needs a token", [], Observed, LOGS,
        "Without a token, or with an app token, me means nobody: code 2500. On any other node a missing token is code 104.";
    TokenUnknown, "M-48", "an unknown token", [], Observed, ERRORS,
        "A token that the platform never gave out is refused with code 190.";
    ProofChecked, "M-22", "a proof of the app secret", [], Documented, GRAPH,
        "A call may carry appsecret_proof, the HMAC-SHA256 of its token under the secret of the token's app, or of the token, a bar and appsecret_time. A wrong one is refused with code 100, and so is a missing one where the app requires it.";
    ClientSecret, "M-66", "the app token is id and secret", [], Observed, LOGS,
        "An app token is the app's id, a bar and its secret. A wrong secret is refused with code 1, an id that no app has with code 101.";
    AppTokenRequired, "M-63", "webhooks of an app need its own token", [], Inferred, CHOICE,
        "The subscriptions of an app are read and changed with its app token; a Page token is refused with code 15.";
    RealToken, "M-48a", "tokens of the real platform are refused", [], Inferred, CHOICE,
        "A call that carries what looks like a token of the real platform, wherever it stands, is refused like an unknown token, and nothing of it is written down.";
    ForeignCaller, "M-05a", "calls by another name, or from a page elsewhere", [], Inferred, CHOICE,
        "A call is refused with status 403, code 1, when its Host is neither a name of this machine, nor a host of the platform that is served here, nor one that --allow-host names, or when its Origin is a page of another host. A call without Host or without Origin is none of these.";
    OrderOfChecks, "M-150", "the order in which a call is checked", [], Inferred, CHOICE,
        "Of several faults in one call the first of this list is answered: token, route, permission of the route, shape of the recipient, message or sender action, the other parameters, permission that a parameter needs, recipient unknown, recipient unreachable, and then what C-97 says.";
    OrderOfSendChecks, "C-97", "the order in which the world checks a send", [], Inferred, CHOICE,
        "Of several reasons why the world refuses a send the first of this list is answered: a retired tag, a tag without its feature, a message to answer that is not there, thread control, the messaging window.";
    HttpLimits, "M-05b", "requests have limits", [], Inferred, CHOICE,
        "A request that is not HTTP/1.1, or whose body cannot be read, is refused with code 1 in the emulator's own words. So is one whose header is larger than 16 KiB (status 431) or takes longer than 30 seconds (408), and one whose body is larger than 26 MiB (413) or takes longer than 60 seconds (408). With 1,024 connections open, another is refused with status 503, code 2.";
    ServiceUnavailable, "M-60", "the service is unavailable", [], Documented, ERRORS,
        "A call that the service cannot carry out for reasons of its own is refused with status 500, code 2. The emulator answers so when it cannot write its journal.";
    CallbackVerified, "M-186", "a callback is verified while its registration waits", [], Documented, WEBHOOKS,
        "When an app names its callback or verify token, the callback is asked for the challenge before the call is answered. Anything but status 200 is refused with code 2200, another body than the challenge with code 2201, and everything stays as it was.";
    CallbackElsewhere, "M-186a", "a callback on the internet is not called", [], Inferred, CHOICE,
        "An https callback on another machine of an app whose webhook is known, from the world or from an earlier registration, is accepted without a verification: deliveries go on to that webhook. Where none is known, and for http to another machine, the registration is refused with code 3 in the emulator's own words.";
    WebhookFields, "M-197", "the names of webhook fields", [], Observed, LOGS,
        "A field that Pages do not have is refused with code 100, its place in the list and the names of all fields.";
    EmptyFieldName, "M-59", "an empty name in a list of fields", [], Observed, LOGS,
        "A list of webhook fields with an empty name in it makes the platform fail: status 500, code 1.";
    WebhookObject, "M-244a", "webhooks of Pages alone", [], Inferred, CHOICE,
        "Subscriptions are kept for the object page; one that does not exist is refused as lacking permission, with code 200.";
    TokenInspected, "M-249", "an app looks into its tokens", [], Documented, GRAPH,
        "With its app token an app reads what a token is for and whether it holds. With any other token the call is refused with code 100.";
    InspectionProof, "M-249a", "a proof beside a token that is looked into", [], Observed, LOGS,
        "debug_token takes a proof of the token that is looked into as well as one of the token that asks.";
    NodesShown, "M-246", "a Page and an app as nodes", [], Documented, GRAPH,
        "A Page token reads its Page, an app token its app, with the fields that were asked for and the id last.";
    UnknownPath, "M-55", "unknown edges and versions", [], Observed, LOGS,
        "An edge that does not exist, or a version that never was, is refused with code 2500 and the rest of the path.";
    NotThereYet, "M-61a", "what the platform has and the emulator lacks", [], Inferred, CHOICE,
        "Nodes, edges, fields, parameters and values that the platform has and this version of the emulator lacks are refused with code 3 in the emulator's own words, never in those of the platform.";
    UnknownNode, "M-57", "unknown nodes", [], Observed, ERRORS,
        "A node that does not exist or that the token may not see is refused with code 100, subcode 33.";
    UnknownField, "M-36", "fields that do not exist", [], Observed, LOGS,
        "A field that a node does not have is refused with code 100.";
    ParameterRequired, "M-73", "required parameters", [], Observed, LOGS,
        "A call without a parameter that it needs is refused with code 100 and the parameter's name.";
    ParameterEmpty, "M-75", "empty parameters", [], Observed, LOGS,
        "An empty object where content is needed is refused with code 100.";
    RecipientId, "M-76", "ids are digit strings", [], Observed, LOGS,
        "A recipient id that is not a string of digits is refused with code 100.";
    TextLength, "M-77", "texts have a length", [], Observed, LOGS,
        "A text that is too long is refused with code 100, the name of the parameter and its limit: 2000 characters for the text of a message, 1000 for metadata and payloads. Characters are code points.";
    LongTitles, "M-77a", "long titles are cut", [], Observed, LOGS,
        "A title of a button or a quick reply with more than 20 characters is accepted; the person sees the first 20 and dots, and a tap says the whole title. Until 2016 it was refused like any other text that is too long.";
    ListTooLong, "M-78", "lists have a greatest length", [], Observed, LOGS,
        "A list with too many elements is refused with code 105. Parameters inside a template are named from name_placeholder on.";
    ListTooShort, "M-79", "lists have a least length", [], Observed, LOGS,
        "A list with too few elements is refused with code 194.";
    UnknownKeys, "M-80", "unknown keys inside objects", [], Observed, LOGS,
        "Keys that an object does not have are refused with code 100; unknown parameters of the call itself are ignored.";
    UnknownWord, "M-81", "words that a parameter does not know", [], Observed, LOGS,
        "A word that is none of those that a parameter takes is refused with code 100 and the list of them. Large and small letters are the same.";
    TextShape, "M-82a", "texts are texts", [], Observed, LOGS,
        "An object or a list where a message holds a text is refused with code 100 and the name of the parameter.";
    TextEmpty, "M-82", "texts that must say something", [], Observed, LOGS,
        "An empty title, or another text that must not be empty, is refused with code 100.";
    UrlShape, "M-83", "addresses look like addresses", [], Observed, LOGS,
        "What does not look like an http or https address is refused with code 100. The emulator fetches no address, so one that leads nowhere (code 100, subcode 2018008 on the platform) is accepted.";
    MessageEmpty, "M-84", "a message has content", [], Observed, LOGS,
        "A message without text or attachment is refused with code 100, subcode 2018034.";
    TextAndAttachment, "M-85", "either a text or an attachment", [], Observed, LOGS,
        "A message with a text and an attachment is refused with code 100, subcode 2018018. Quick replies go with either.";
    TemplateData, "M-87", "a template has a payload", [], Observed, LOGS,
        "A template whose payload is no object, or holds elements that are none, is refused with code 100, subcode 2018032.";
    TemplateType, "M-88", "a template names its type", [], Observed, LOGS,
        "A template without template_type is refused with code 100, one with a type that does not exist, or no longer, with subcode 2018026 as well.";
    ExtensionsUrl, "M-89", "extensions need whitelisted domains", [], Observed, LOGS,
        "What opens a page with messenger_extensions is refused with code 100 unless its address is https and its host is whitelisted on the Page. A subdomain is a host of its own.";
    FileMissing, "M-90", "media come from somewhere", [], Observed, LOGS,
        "An attachment with neither an address nor the id of an uploaded file needs exactly one file in the call: code 100, subcode 2018005. The emulator takes no files yet.";
    RecipientForbidden, "M-107", "ids that get no messages", [], Observed, LOGS,
        "A message to the id 0 is refused with code 100.";
    PhoneRecipient, "M-116", "phone numbers need a permission", [], Observed, LOGS,
        "A recipient given by phone number needs the permission pages_messaging_phone_number, which no app here has: status 403, code 230. The list of errors has code 200, subcode 2018027 for it.";
    RecipientForms, "M-142", "a recipient is named in one way", [], Documented, SEND,
        "A recipient is a page-scoped id or one of several other forms, never two at once.";
    MessageMembers, "M-151", "what a message may hold", [], Documented, SEND,
        "A message holds a text or attachments, quick replies and metadata; mid and seq of old clients are ignored.";
    AttachmentKinds, "M-154", "an attachment has a type and a payload", [], Observed, LOGS,
        "An attachment without type or payload is refused with code 100, as is a type other than image, audio, video, file and template. Several at once are images, 30 at most.";
    QuickReplyParts, "M-159", "quick replies have a title and a payload", [], Observed, LOGS,
        "A quick reply of text without a title or image is refused with code 100, subcode 2018098, one without a payload with subcode 2018099. Those that ask for a phone number or an email address need neither. The type location is refused as deprecated.";
    ButtonParts, "M-162", "buttons have what their type needs", [], Observed, LOGS,
        "A button without title is refused with code 100, subcode 2018053, a postback button without payload with subcode 2018040, one that opens a page without address with subcode 2018041. Types that need no title may have one, but no empty one.";
    ElementParts, "M-163", "an element says more than its title", [], Observed, LOGS,
        "An element of a generic template without a title, or without a subtitle, image or buttons beside it, is refused with code 100, subcode 2018035, as is one object in place of the list of elements. The old key item_url is known; beside default_action it is refused with code 1, subcode 2018085.";
    FeedbackTemplate, "M-169", "what a feedback template asks", [], Documented, SEND,
        "A feedback template has one screen with one question, a title, a button and the address of a privacy policy. Its texts hold no addresses, and it expires after 1 to 7 days.";
    MessageAndAction, "M-86", "either a message or a sender action", [], Documented, ERRORS,
        "A call that carries a message and a sender action is refused with code 100, subcode 2018014; one with neither with subcode 2018015.";
    TagUnknown, "M-99", "tags that do not exist", [], Observed, LOGS,
        "A tag that does not exist, or no longer, is refused with code 100.";
    TagNeedsType, "M-100", "a tag goes with MESSAGE_TAG", [], Observed, LOGS,
        "A tag beside another messaging type than MESSAGE_TAG is refused with code 100, as is MESSAGE_TAG without a tag.";
    TagRetired, "M-101", "tags that were retired in 2026", [], Observed, LOGS,
        "CONFIRMED_EVENT_UPDATE, ACCOUNT_UPDATE and POST_PURCHASE_UPDATE are refused with code 100, subcode 1893061, inside the window too.";
    InvalidParameter, "M-106", "invalid parameters", [], Observed, LOGS,
        "A parameter of the wrong kind is refused with code 100.";
    Encodings, "M-13", "parameters come from everywhere", [], Documented, GRAPH,
        "Parameters may come in the query, as JSON, as a form or in parts, with nested values as JSON text or with names in brackets; a body that begins like JSON is JSON whatever its header says, and the body wins over the query. What is in no encoding is refused with code 100.";
    Versions, "M-08", "old versions are served", [], Documented, GRAPH,
        "A call to a version that has expired is served by the oldest one that can still be used, a call without a version by v25.0; the header facebook-api-version names the version that served, not the one that was asked for.";
    MethodOverride, "M-11", "a parameter may name the method", [], Documented, GRAPH,
        "A GET or POST with the parameter method is the call with that method: get, post or delete.";
    RelaxedJson, "M-14", "relaxed JSON in text", [], Documented, SEND,
        "JSON in a text may have single quotes and keys without quotes, as the platform's own examples do.";
    Lists, "M-15", "lists", [], Observed, LOGS,
        "A list is a JSON array, an array in a text, text with commas, or a repeated name with brackets; blanks around items do not count.";
    Presentation, "M-33", "callbacks and hidden statuses", [], Documented, GRAPH,
        "With callback the answer is a script with status 200 that calls the function; with suppress_http_code an error has status 200.";
    Etags, "M-34", "what was read already", [], Documented, GRAPH,
        "An answer to a GET carries an ETag; a GET that names it in If-None-Match gets status 304 and no body.";
}

impl RuleId {
    /// The rule behind the id.
    pub fn rule(self) -> &'static Rule {
        &CATALOGUE[self as usize]
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.rule().code)
    }
}

/// Every rule, in the order of the file.
pub fn catalogue() -> &'static [Rule] {
    CATALOGUE
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_id_leads_to_its_own_rule_and_codes_are_unique() {
        let mut codes = BTreeSet::new();
        for rule in catalogue() {
            assert_eq!(rule.id.rule().code, rule.code);
            assert!(codes.insert(rule.code), "{} stands twice", rule.code);
            assert!(rule.statement.ends_with('.'), "{}", rule.code);
        }
    }

    /// Rules of protocols that are not part of the emulator.
    #[expect(unreachable_pub, reason = "the macro writes public items")]
    mod of_two_protocols {
        use super::super::Confidence;

        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Protocol {
            Old,
            New,
        }

        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Rule {
            pub id: RuleId,
            pub code: &'static str,
            pub title: &'static str,
            pub protocols: &'static [Protocol],
            pub statement: &'static str,
            pub source: &'static str,
            pub confidence: Confidence,
        }

        rules! {
            Everywhere, "T-1", "holds everywhere", [], Inferred, "a test", "It holds everywhere.";
            Commas, "T-2", "holds in both", [Old, New], Inferred, "a test", "It holds in both.";
            TrailingComma, "T-3", "holds in both", [Old, New,], Inferred, "a test", "It holds in both.";
            Blanks, "T-4", "holds in both", [New Old], Inferred, "a test", "It holds in both.";
            One, "T-5", "holds in one", [New], Inferred, "a test", "It holds in one.";
        }

        pub fn protocols(id: RuleId) -> &'static [Protocol] {
            CATALOGUE[id as usize].protocols
        }
    }

    #[test]
    fn a_rule_can_hold_in_several_protocols() {
        use of_two_protocols::Protocol::{New, Old};
        use of_two_protocols::{RuleId, protocols};
        assert_eq!(protocols(RuleId::Everywhere), []);
        assert_eq!(protocols(RuleId::Commas), [Old, New]);
        assert_eq!(protocols(RuleId::TrailingComma), [Old, New]);
        assert_eq!(protocols(RuleId::Blanks), [New, Old]);
        assert_eq!(protocols(RuleId::One), [New]);
    }
}
