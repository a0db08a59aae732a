//! How the protocols of conversation control differ, on one page.
//!
//! A row is a decision and a column a protocol; a cell is a word of the closed list of the row, which the code that
//! takes the decision matches exhaustively. A Page may override single words, but for those that are fixed. Nothing else
//! in core decides by the name of a protocol.

use crate::catalogue::RuleId;
use crate::columns::{OptionError, OptionRule, RULES_AS_OF, decisions};
use crate::edge::ControlEdge;
use crate::options::{
    Account, Activity, AnnounceImplicitMoves, AppIdType, Claims, ControlEnds, ControlFields, DoneFolder,
    DoneGives, EchoOrder, EmptyField, Escapes, HumanAgent, IdleDelivery, IdleSends, InboxMain, InboxReply,
    LongTitles, MissingMetadata, OwnerTold, PassReaches, PassWithoutTarget, Passes, ProfileFields, Release,
    ReplyInDone, RequestOnIdle, Requests, RoleLost, StandbyPostback, Switch, TakeFromInbox, Takes, TapHeard,
    WhatOneHas, Whom,
};
use crate::protocol::Protocol;
use crate::refusal::RefusalKind;
use crate::time::Timestamp;

/// Which app a Page can set above the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leader {
    /// The primary receiver, which is an app.
    PrimaryReceiver,
    /// The default app, which may be the inbox.
    DefaultApp,
    /// None.
    Nobody,
}

/// A feature that a Page may read of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagingFeature {
    /// `hop_v2`: the second handover protocol.
    HandoverV2,
    /// `msgr_multi_app`: conversation routing on Messenger.
    Routing,
}

/// Who has a conversation that nobody has taken or been given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unowned {
    /// Nobody: it is idle.
    Idle,
    /// The primary receiver (C-13). Where there are no roles nobody has it, and no app can be given it (C-05).
    Primary,
}

/// What becomes of a conversation whose Page moves to a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Its owner stays, for as long as control lasts from now on.
    Keeps,
    /// Nobody has taken it yet.
    Unowned,
}

/// Which app claims a conversation that a person enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimant {
    /// The app that is named by an ad (C-136).
    Ad,
    /// The app that is named by the route of a link (C-137).
    Link,
    /// The app that made what the person tapped (C-119).
    Tap,
    /// The app of the route for people who come without an ad or a link (C-139).
    Organic,
    /// The primary receiver or the default app (C-17).
    Leader,
}

/// The order in which claims are looked at: the first one that holds and whose app is on the Page gets control (C-140).
pub(crate) const CLAIMS: &[Claimant] =
    &[Claimant::Ad, Claimant::Link, Claimant::Tap, Claimant::Organic, Claimant::Leader];

const ALL_BUT_NEW: &[ControlEdge] =
    &[ControlEdge::Pass, ControlEdge::Take, ControlEdge::Request, ControlEdge::Owner, ControlEdge::Receivers];
const ALL_BUT_METADATA: &[ControlEdge] = &[
    ControlEdge::Pass,
    ControlEdge::Take,
    ControlEdge::Request,
    ControlEdge::Release,
    ControlEdge::Extend,
    ControlEdge::Owner,
    ControlEdge::Receivers,
];

// The columns: handover-v1, handover, conversation-routing, default-behavior.
decisions! {
    fixed {
        leader: Leader = [Leader::PrimaryReceiver, Leader::PrimaryReceiver, Leader::DefaultApp, Leader::Nobody],
            "which app a Page can set above the others";
        feature: Option<MessagingFeature> = [
            None, Some(MessagingFeature::HandoverV2), Some(MessagingFeature::Routing), None,
        ], "what of a Page's messaging_feature_status is on";
        default_app_moves_to: Option<Protocol> = [
            None, None, Some(Protocol::DefaultBehavior), Some(Protocol::ConversationRouting),
        ], "the protocol that a Page moves to when it loses its default app, or gets one";
        unowned: Unowned = [Unowned::Primary, Unowned::Idle, Unowned::Idle, Unowned::Idle],
            "who has a conversation that nobody has taken or been given";
        arrival: Arrival = [Arrival::Keeps, Arrival::Keeps, Arrival::Keeps, Arrival::Keeps],
            "what becomes of the owner of a conversation when its Page moves to the protocol";
        edges: &'static [ControlEdge] = [ALL_BUT_NEW, ControlEdge::ALL, ALL_BUT_METADATA, ALL_BUT_METADATA],
            "the edges of conversation control that there are";
        send_passes_control: bool = [false, false, true, false],
            "whether a message can pass or release control";
        not_owner_send: RefusalKind = [
            RefusalKind::AnotherAppInControl, RefusalKind::AnotherAppInControl,
            RefusalKind::NotThreadOwner, RefusalKind::NotThreadOwner,
        ], "how a message by an app that is not in control is refused";
        not_owner_pass: RefusalKind = [
            RefusalKind::CallerNotOwner, RefusalKind::CallerNotOwner,
            RefusalKind::CallerNotOwner, RefusalKind::CallerNotOwner,
        ], "how a pass by an app that is not in control is refused";
        take_refused: RefusalKind = [
            RefusalKind::TakeNotAllowed, RefusalKind::TakeNotAllowed,
            RefusalKind::TakeNotAllowed, RefusalKind::RoutingNotEnabled,
        ], "how a take by an app that may not take is refused";
        not_owner_release: RefusalKind = [
            RefusalKind::OnlyOwnerReleases, RefusalKind::OnlyOwnerReleases,
            RefusalKind::OnlyOwnerReleases, RefusalKind::OnlyOwnerReleases,
        ], "how a release by an app that is not in control is refused";
        not_owner_extend: RefusalKind = [
            RefusalKind::OnlyOwnerExtends, RefusalKind::OnlyOwnerExtends,
            RefusalKind::OnlyOwnerExtends, RefusalKind::OnlyOwnerExtends,
        ], "how an extension by an app that is not in control is refused";
    }
    idle_delivery: IdleDelivery = [Messaging, Messaging, Leader, Messaging], IdleHeardByAll,
        "the channel on which apps hear of a conversation that nobody owns";
    idle_sends: IdleSends = [All, All, Leader, All], IdleOpenToAll,
        "who may send into a conversation that nobody owns";
    activity: Activity = [UserMessage, UserMessage, UserMessage, UserMessage], MessageRenewsControl,
        "what keeps the owner in control for another 24 hours";
    exclusive: Switch = [Off, On, On, On], OnlyOwnerSends,
        "whether only the owner may send into an owned conversation";
    handover_broadcast: Switch = [Off, Off, Off, Off], ControlEvents,
        "whether every subscribed app hears of a pass and a take";
    app_id_type: AppIdType = [AsObserved, AsObserved, AsObserved, AsObserved], AppIdsInEvents,
        "how app ids stand in control events";
    control_fields: ControlFields = [One, Both, Both, Both], ControlEvents,
        "which owners a pass and a take name";
    passes: Passes = [Owner, Owner, OwnerOrIdle, OwnerOrIdle], OnlyOwnerPasses,
        "who may pass control";
    pass_reaches: PassReaches = [Primary, All, All, All], PassReaches,
        "whom a pass can reach";
    pass_without_target: PassWithoutTarget = [Refuse, Refuse, DefaultApp, Refuse], PassNamesTarget,
        "what a pass does that names no target";
    pass_to_itself: Switch = [On, On, Off, On], PassToItself,
        "whether an owner may pass control to itself";
    takes: Takes = [Primary, IdleOrPrimary, Permitted, Never], WhoMayTake,
        "who may take control";
    control_ends: ControlEnds = [Never, AfterSilence, AfterSilence, AfterSilence], ControlExpires,
        "whether control ends by itself";
    release: Release = [Idle, Idle, Idle, Idle], OnlyOwnerReleases,
        "who owns a conversation after a release";
    role_lost: RoleLost = [Idle, Idle, Idle, Idle], RoleLost,
        "what becomes of the conversations of a primary receiver that loses its role";
    requests: Requests = [Primary, Owner, Refuse, Owner], RequestAsksOwner,
        "whom a request for an owned conversation asks";
    request_on_idle: RequestOnIdle = [Ask, Grant, Grant, Grant], RequestOnIdle,
        "what a request for an idle conversation does";
    request_by_owner: WhatOneHas = [Refuse, Refuse, Refuse, Refuse], RequestByOwner,
        "what a request by the owner does";
    take_by_owner: WhatOneHas = [Success, Success, Refuse, Success], TakeByOwner,
        "what a take by the owner does";
    take_from_inbox: TakeFromInbox = [Passed, Silent, Silent, Silent], TakeFromInbox,
        "how the primary receiver hears that it took control from the inbox";
    owner_told_to: OwnerTold = [Primary, All, Expiration, Expiration], OwnerToldToAll,
        "who may ask for the owner of a conversation";
    sender_actions: Whom = [All, All, All, All], SignalsAreFree,
        "who may show typing and seen in an owned conversation";
    signals_in_window: Switch = [On, On, On, On], SignalsInWindow,
        "whether typing and seen need an open messaging window";
    done_folder: DoneFolder = [AfterMessage, On, Off, Off], FolderFollowsControl,
        "whether the folder of a conversation follows its owner";
    inbox_main: InboxMain = [AsksPrimary, TakesControl, TakesControl, TakesControl], InboxTakesOver,
        "what an agent's move to Main does to control";
    inbox_reply: InboxReply = [LeavesControl, TakesControl, TakesControl, TakesControl], InboxTakesOver,
        "what an agent's reply does to control";
    done_gives: DoneGives = [Primary, Primary, Nobody, Nobody], DoneReleases,
        "who gets control when an agent marks a conversation of the inbox as done";
    reply_in_done: ReplyInDone = [Marked, Marked, Marked, Marked], ReplyInDone,
        "which conversations an agent's reply leaves to their owner";
    human_agent: HumanAgent = [LeavesControl, LeavesControl, TakesIfPermitted, LeavesControl], HumanAgentException,
        "whether a human agent's message takes control";
    ad_claims: Claims = [Off, Always, Always, Always], AdRoute,
        "whether the app that an ad names gets the conversation";
    link_claims: Claims = [Off, Off, Always, Off], LinkRoute,
        "whether the app of a link's route gets the conversation";
    tap_claims: Claims = [Off, Always, Always, Off], ButtonMovesControl,
        "whether the app that made a button gets the conversation when it is tapped";
    organic_claims: Claims = [Off, Off, Idle, Off], OrganicRoute,
        "whether the app of the organic route gets the conversation";
    leader_claims: Claims = [Idle, Idle, Idle, Off], PrimaryGetsIdle,
        "whether the primary receiver or default app gets the conversation when a person writes";
    tap_heard: TapHeard = [Messaging, Standby, Standby, Messaging], ButtonPayload,
        "how an app hears of a tap on its button while another one is in control";
    announce_implicit_moves: AnnounceImplicitMoves = [None, None, Inbox, None], ImplicitMoves,
        "which moves of control that nobody asked for are told";
    cr_2023: Switch = [Off, Off, Off, Off], RoutingOf2023,
        "whether a Page with routing refuses all edges but pass and release, as it did in 2023";
    standby_postback: StandbyPostback = [TitleMid, TitleMid, TitleMid, TitleMid], StandbyPostback,
        "what a postback holds for apps on standby";
    missing_metadata: MissingMetadata = [Null, Null, Null, Null], ControlEvents,
        "how metadata that nobody gave stands in a control event";
    inbox_echo_app_id: Switch = [On, On, On, On], InboxEchoes,
        "whether echoes of the Page Inbox carry its app id";
    instagram_echo_app_id: Switch = [Off, Off, Off, Off], InstagramEchoes,
        "whether echoes on Instagram carry the app id of who wrote";
    instagram_send_error: Account = [Observed, Observed, Observed, Observed], NotOwnerOnInstagram,
        "the code for a message on Instagram by an app that is not in control, under the handover protocol";
    development_error: Account = [Observed, Observed, Observed, Observed], DevelopmentMode,
        "the code for a message of an app in development mode to a stranger";
    long_titles: LongTitles = [Cut, Cut, Cut, Cut], LongTitles,
        "whether a button or a quick reply with a title of more than 20 characters is taken";
    profile_fields: ProfileFields = [Refuse, Refuse, Refuse, Refuse], ProfileFields,
        "what a profile field does for which the token has no permission";
    phone_recipient_error: Account = [Observed, Observed, Observed, Observed], PhoneRecipient,
        "the code for a message to a phone number";
    empty_field_name: EmptyField = [Fail, Fail, Fail, Fail], EmptyFieldName,
        "what an empty name in a list of webhook fields does";
    webhook_disabling: Switch = [On, On, On, On], WebhooksDisabled,
        "whether webhooks that failed for an hour are switched off; serve leaves them on unless a world says so";
    webhook_escapes: Escapes = [All, All, All, All], BodyEscapes,
        "which characters of a webhook body are escaped";
    echo_order: EchoOrder = [AfterAnswer, AfterAnswer, AfterAnswer, AfterAnswer], EchoAfterAnswer,
        "whether an echo leaves before or after the answer to its call";
}

impl Default for Options {
    fn default() -> Self {
        Self::of(Protocol::default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, into) } else { into.push(path) }
        }
    }

    #[test]
    fn no_decision_is_taken_by_the_name_of_a_protocol() {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let names: Vec<String> =
            Protocol::ALL.iter().map(|protocol| format!("Protocol::{protocol:?}")).collect();
        for file in files {
            let place = file.to_string_lossy().into_owned();
            if place.ends_with("src/protocol.rs")
                || place.ends_with("src/protocols.rs")
                || place.contains("src/catalogue")
            {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let named = names.iter().find(|name| text.contains(name.as_str()));
            assert_eq!(named, None, "{place} names a protocol; a row of the table decides instead");
        }
    }

    #[test]
    fn every_option_has_its_default_among_its_words_and_can_be_set_to_each() {
        let mut names = BTreeSet::new();
        for option in Options::ALL {
            assert!(names.insert(option.name), "{} stands twice", option.name);
            assert!(
                option.words.is_empty() || option.defaults.iter().all(|word| option.words.contains(word)),
                "{}",
                option.name
            );
            for word in option.words {
                let mut overrides = Overrides::default();
                overrides.set(option.name, word).unwrap();
                let options = Options::default().with(&overrides);
                assert_eq!(options.word(option.name), Some(*word));
                assert_eq!(overrides.words().collect::<Vec<_>>(), [(option.name, *word)]);
            }
        }
        assert_eq!(Options::default().word("activity"), Some("user_message"));
        let activity = Options::ALL.iter().find(|option| option.name == "activity").unwrap();
        assert_eq!(activity.default(Protocol::default()), "user_message");
        assert_eq!(activity.meaning_of("any_message"), Some("What either side writes."));
        assert_eq!(activity.meaning_of("no_message"), None);
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        let mut options = Overrides::default();
        assert_eq!(options.set("exclusiv", "on").unwrap_err().to_string(), "there is no option `exclusiv`");
        assert_eq!(options.set("exclusive", "yes").unwrap_err().to_string(), "`exclusive` takes on, off");
    }
}
