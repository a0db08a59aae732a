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
    ($($variant:ident, $code:literal, $title:literal, [$($protocol:ident)*], $confidence:ident, $source:expr, $statement:literal;)*) => {
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
                protocols: &[$(Protocol::$protocol)*],
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
    ChannelFollowsControl, "C-21", "owner on messaging, others on standby", [], Documented, STANDBY,
        "The owner gets events in the array messaging of an entry; every other app that subscribed gets the same event in the array standby instead.";
    ControlExpires, "C-23", "control ends after 24 hours of silence", [Handover], Documented, HANDOVER,
        "At exactly 24 hours without activity an owned conversation becomes idle. Nobody is told.";
    MessageRenewsControl, "C-26", "a message renews control", [], Observed, LOGS,
        "A person's message keeps the owner in control for at least another 24 hours; an extension that lasts longer is not shortened.";
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
    OwnerToldToAll, "C-60", "every app of the Page may ask for the owner", [Handover], Inferred, REFERENCE,
        "thread_owner answers any app of the Page with the owner's app id and the moment at which its control ends, or with an empty list when the conversation is idle.";
    ControlEvents, "C-75", "control events travel on messaging", [], Observed, LOGS,
        "Control events need the field messaging_handovers and are delivered in the array messaging, never in standby.";
    HumanAgentException, "C-91", "a human agent may send without control", [Handover], Documented, HANDOVER,
        "A message with the tag HUMAN_AGENT by an app with the Human Agent feature goes out although another app owns the conversation. Control stays where it is.";
    HumanAgentApproval, "C-92", "the human-agent tag needs the feature", [], Observed, LOGS,
        "The tag HUMAN_AGENT without the feature is refused with code 100, subcode 2018276, inside the messaging window too.";
    FolderFollowsControl, "C-108", "folders follow control", [Handover], Inferred, HANDOVER,
        "A conversation that an app owns is filed under Done, one that the Page Inbox owns under Main. A new conversation lies in Main; becoming idle leaves the folder as it is.";
    SignalsAreFree, "C-172", "typing and seen are not blocked", [], Inferred, CHOICE,
        "Sender actions are accepted from any app of the Page, whoever owns the conversation.";
    PersonOfPage, "M-108", "the person is known to the Page", [], Observed, ERRORS,
        "A page-scoped id means something on its own Page only; any other recipient is refused with code 100, subcode 2018001.";
    WindowStandard, "M-177", "the 24-hour messaging window", [], Documented, SEND,
        "An app may write to a person for 24 hours after the person's last opening action; at exactly 24 hours the window is closed and a message is refused with code 10, subcode 2018278.";
    WindowOpens, "M-178", "what opens the window", [], Documented, SEND,
        "A message of the person opens the messaging window for another 24 hours.";
    WindowHumanAgent, "C-90", "a human agent has seven days", [], Documented, SEND,
        "With the tag HUMAN_AGENT and its feature a message may go out up to 7 days after the person's last message; at exactly 7 days it may not.";
    PersonWrites, "M-203", "a person writes", [], Documented, WEBHOOKS,
        "A person can always write to the Page. The message gets an id and a timestamp later than every event of the conversation before it.";
    RetriesForAnHour, "M-193", "failed deliveries are tried again", [], Inferred, WEBHOOKS,
        "A delivery that was not answered with a 2xx is tried again at once, then after 1 s, 5 s, 30 s, 2 min and every 10 min, with the same bytes, until an hour has passed.";
    TokenRequired, "M-54", "a call needs a token", [], Observed, LOGS,
        "Without a token, or with an app token, me means nobody: code 2500. On any other node a missing token is code 104.";
    TokenUnknown, "M-48", "an unknown token", [], Observed, ERRORS,
        "A token that the platform never gave out is refused with code 190.";
    UnknownPath, "M-55", "unknown edges and versions", [], Observed, LOGS,
        "An edge that does not exist, or a version that never was, is refused with code 2500 and the rest of the path.";
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
        "A text of more than 2000 characters is refused with code 100, as is metadata of more than 1000.";
    UnknownKeys, "M-80", "unknown keys inside objects", [], Observed, LOGS,
        "Keys that an object does not have are refused with code 100; unknown parameters of the call itself are ignored.";
    MessageEmpty, "M-84", "a message has content", [], Observed, LOGS,
        "A message without text or attachment is refused with code 100, subcode 2018034.";
    MessageAndAction, "M-86", "either a message or a sender action", [], Documented, ERRORS,
        "A call that carries a message and a sender action is refused with code 100, subcode 2018014; one with neither with code 100.";
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
}
