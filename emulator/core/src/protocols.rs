//! How the protocols of conversation control differ, on one page.
//!
//! A row is a decision and a column a protocol; a cell is a word of the closed list of the row, which the code that
//! takes the decision matches exhaustively. A Page may override single words. Nothing else in core decides by the name
//! of a protocol.

use crate::catalogue::RuleId;
use crate::columns::{OptionError, OptionRule, RULES_AS_OF, decisions};
use crate::options::{
    Account, Activity, AnnounceImplicitMoves, AppIdType, ControlEnds, DoneGives, EchoOrder, EmptyField,
    Escapes, HumanAgent, IdleDelivery, InboxMain, LongTitles, MissingMetadata, Passes, ProfileFields,
    Release, ReplyInDone, RequestOnIdle, RoleLost, StandbyPostback, Switch, Takes, WhatOneHas, Whom,
};
use crate::protocol::Protocol;
use crate::refusal::RefusalKind;
use crate::time::Timestamp;

/// An app that may get control when a person enters a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Which app.
    pub by: Claimant,
    /// From what state of control.
    pub from: Whenever,
}

/// Which app claims control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimant {
    /// The app that made what the person tapped (C-119).
    Tap,
    /// The primary receiver (C-17).
    Primary,
}

/// From what state of control a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whenever {
    /// While nobody is in control.
    Idle,
    /// Even while another party is in control.
    Always,
}

impl Protocol {
    /// Who gets control when a person enters a conversation: the first claim whose app is on the Page. Control stays
    /// where none holds.
    pub const fn claims(self) -> &'static [Claim] {
        match self {
            Self::Handover => &[
                Claim { by: Claimant::Tap, from: Whenever::Always },
                Claim { by: Claimant::Primary, from: Whenever::Idle },
            ],
        }
    }
}

decisions! {
    refusals {
        not_owner_send = [AnotherAppInControl], "a message by an app that is not in control";
        not_owner_pass = [CallerNotOwner], "a pass by an app that is not in control";
        take_refused = [TakeNotAllowed], "a take by an app that may not take";
        not_owner_release = [OnlyOwnerReleases], "a release by an app that is not in control";
        not_owner_extend = [OnlyOwnerExtends], "an extension by an app that is not in control";
    }
    idle_delivery: IdleDelivery = [Messaging], IdleHeardByAll,
        "the channel on which apps hear of a conversation that nobody owns";
    activity: Activity = [UserMessage], MessageRenewsControl,
        "what keeps the owner in control for another 24 hours";
    exclusive: Switch = [On], OnlyOwnerSends,
        "whether only the owner may send into an owned conversation";
    handover_broadcast: Switch = [Off], ControlEvents,
        "whether every subscribed app hears of a pass and a take";
    app_id_type: AppIdType = [AsObserved], AppIdsInEvents,
        "how app ids stand in control events";
    passes: Passes = [Owner], OnlyOwnerPasses,
        "who may pass control";
    takes: Takes = [IdleOrPrimary], WhoMayTake,
        "who may take control";
    control_ends: ControlEnds = [AfterSilence], ControlExpires,
        "whether control ends by itself";
    release: Release = [Idle], OnlyOwnerReleases,
        "who owns a conversation after a release";
    role_lost: RoleLost = [Idle], RoleLost,
        "what becomes of the conversations of a primary receiver that loses its role";
    request_on_idle: RequestOnIdle = [Grant], RequestOnIdle,
        "what a request for an idle conversation does";
    request_by_owner: WhatOneHas = [Refuse], RequestByOwner,
        "what a request by the owner does";
    take_by_owner: WhatOneHas = [Success], TakeByOwner,
        "what a take by the owner does";
    owner_told_to: Whom = [All], OwnerToldToAll,
        "who may ask for the owner of a conversation";
    sender_actions: Whom = [All], SignalsAreFree,
        "who may show typing and seen in an owned conversation";
    signals_in_window: Switch = [On], SignalsInWindow,
        "whether typing and seen need an open messaging window";
    done_folder: Switch = [On], FolderFollowsControl,
        "whether the folder of a conversation follows its owner";
    inbox_main: InboxMain = [TakesControl], InboxTakesOver,
        "what an agent's move to Main does to control";
    done_gives: DoneGives = [Primary], DoneReleases,
        "who gets control when an agent marks a conversation of the inbox as done";
    reply_in_done: ReplyInDone = [Marked], ReplyInDone,
        "which conversations an agent's reply leaves to their owner";
    human_agent: HumanAgent = [LeavesControl], HumanAgentException,
        "whether a human agent's message takes control";
    announce_implicit_moves: AnnounceImplicitMoves = [None], ImplicitMoves,
        "which moves of control that nobody asked for are told";
    standby_postback: StandbyPostback = [TitleMid], StandbyPostback,
        "what a postback holds for apps on standby";
    missing_metadata: MissingMetadata = [Null], ControlEvents,
        "how metadata that nobody gave stands in a control event";
    inbox_echo_app_id: Switch = [On], InboxEchoes,
        "whether echoes of the Page Inbox carry its app id";
    development_error: Account = [Observed], DevelopmentMode,
        "the code for a message of an app in development mode to a stranger";
    long_titles: LongTitles = [Cut], LongTitles,
        "whether a button or a quick reply with a title of more than 20 characters is taken";
    profile_fields: ProfileFields = [Refuse], ProfileFields,
        "what a profile field does for which the token has no permission";
    phone_recipient_error: Account = [Observed], PhoneRecipient,
        "the code for a message to a phone number";
    empty_field_name: EmptyField = [Fail], EmptyFieldName,
        "what an empty name in a list of webhook fields does";
    webhook_disabling: Switch = [On], WebhooksDisabled,
        "whether webhooks that failed for an hour are switched off; serve leaves them on unless a world says so";
    webhook_escapes: Escapes = [All], BodyEscapes,
        "which characters of a webhook body are escaped";
    echo_order: EchoOrder = [AfterAnswer], EchoAfterAnswer,
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
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        let mut options = Overrides::default();
        assert_eq!(options.set("exclusiv", "on").unwrap_err().to_string(), "there is no option `exclusiv`");
        assert_eq!(options.set("exclusive", "yes").unwrap_err().to_string(), "`exclusive` takes on, off");
    }
}
