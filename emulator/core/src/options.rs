//! The switches where sources disagree or say nothing: one default for each, chosen once.
//!
//! A switch belongs to a rule of the catalogue, which it bends for one Page.

use crate::catalogue::RuleId;
use crate::time::Timestamp;
use crate::word::words;

words! {
    /// Whether something is done.
    Switch {
        /// It is.
        On = "on",
        /// It is not.
        Off = "off",
    }
    /// The channel on which everybody hears of an idle conversation.
    IdleDelivery {
        /// As its owners would.
        Messaging = "messaging",
        /// As listeners.
        Standby = "standby",
    }
    /// What keeps an owner in control.
    Activity {
        /// What the person writes.
        UserMessage = "user_message",
        /// What either side writes.
        AnyMessage = "any_message",
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
        /// Nothing.
        LeavesControl = "leaves_control",
        /// It takes control.
        TakesControl = "takes_control",
    }
    /// Which moves of control that nobody asked for are told.
    AnnounceImplicitMoves {
        /// Those that a message into an idle conversation causes, as if the inbox had passed it on.
        Inbox = "inbox",
        /// Those of taps as well.
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
        /// It is taken, and the person sees the beginning of it.
        Cut = "cut",
        /// The message is refused.
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

/// One switch, as `rules options` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionRule {
    /// Its key.
    pub name: &'static str,
    /// The words that it takes; a date when there are none.
    pub words: &'static [&'static str],
    /// What holds when it is not set.
    pub default: &'static str,
    /// The rule that it bends.
    pub rule: RuleId,
    /// What it decides.
    pub meaning: &'static str,
}

/// Why an option cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// There is no such option.
    #[error("there is no option `{0}`")]
    Unknown(String),
    /// It does not take this word.
    #[error("`{name}` takes {}", .words.join(", "))]
    Word {
        /// The option.
        name: &'static str,
        /// What it takes.
        words: &'static [&'static str],
    },
}

/// The day whose rules hold unless a world says otherwise: 2026-07-01.
pub const RULES_AS_OF: Timestamp = Timestamp(1_782_864_000_000);

macro_rules! options {
    ($($field:ident: $kind:ident = $default:ident, $rule:ident, $meaning:literal;)+) => {
        /// The switches of a Page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Options {
            $(#[doc = $meaning] pub $field: $kind,)+
            /// The day whose dated rules hold; a date in a world file.
            pub rules_as_of: Timestamp,
        }

        impl Default for Options {
            fn default() -> Self {
                Self { $($field: $kind::$default,)+ rules_as_of: RULES_AS_OF }
            }
        }

        impl Options {
            /// Every switch, in the order of the file.
            pub const ALL: &'static [OptionRule] = &[
                $(OptionRule {
                    name: stringify!($field),
                    words: $kind::WORDS,
                    default: $kind::$default.name(),
                    rule: RuleId::$rule,
                    meaning: $meaning,
                },)+
                OptionRule {
                    name: "rules_as_of",
                    words: &[],
                    default: "2026-07-01",
                    rule: RuleId::TagRetired,
                    meaning: "the day whose dated rules hold",
                },
            ];

            /// Sets a switch by its words.
            ///
            /// # Errors
            ///
            /// When there is no such switch, or when it does not take that word.
            pub fn set(&mut self, name: &str, word: &str) -> Result<(), OptionError> {
                match name {
                    $(stringify!($field) => {
                        self.$field = $kind::parse(word).ok_or(OptionError::Word {
                            name: stringify!($field),
                            words: $kind::WORDS,
                        })?;
                        Ok(())
                    })+
                    other => Err(OptionError::Unknown(other.to_owned())),
                }
            }

            /// The word of a switch; none for a date and for what does not exist.
            pub fn word(&self, name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($field) => Some(self.$field.name()),)+
                    _ => None,
                }
            }
        }
    };
}

options! {
    idle_delivery: IdleDelivery = Messaging, IdleHeardByAll,
        "the channel on which apps hear of a conversation that nobody owns";
    activity: Activity = UserMessage, MessageRenewsControl,
        "what keeps the owner in control for another 24 hours";
    exclusive: Switch = On, OnlyOwnerSends,
        "whether only the owner may send into an owned conversation";
    handover_broadcast: Switch = Off, ControlEvents,
        "whether every subscribed app hears of a pass and a take";
    app_id_type: AppIdType = AsObserved, ControlEvents,
        "how app ids stand in control events";
    release: Release = Idle, OnlyOwnerReleases,
        "who owns a conversation after a release";
    role_lost: RoleLost = Idle, RoleLost,
        "what becomes of the conversations of a primary receiver that loses its role";
    request_on_idle: RequestOnIdle = Grant, RequestOnIdle,
        "what a request for an idle conversation does";
    request_by_owner: WhatOneHas = Refuse, RequestByOwner,
        "what a request by the owner does";
    take_by_owner: WhatOneHas = Success, TakeByOwner,
        "what a take by the owner does";
    owner_told_to: Whom = All, OwnerToldToAll,
        "who may ask for the owner of a conversation";
    sender_actions: Whom = All, SignalsAreFree,
        "who may show typing and seen in an owned conversation";
    signals_in_window: Switch = On, SignalsInWindow,
        "whether typing and seen need an open messaging window";
    done_folder: Switch = On, FolderFollowsControl,
        "whether the folder of a conversation follows its owner";
    reply_in_done: ReplyInDone = Marked, ReplyInDone,
        "which conversations an agent's reply leaves to their owner";
    human_agent: HumanAgent = LeavesControl, HumanAgentException,
        "whether a human agent's message takes control";
    announce_implicit_moves: AnnounceImplicitMoves = None, ImplicitMoves,
        "which moves of control that nobody asked for are told";
    standby_postback: StandbyPostback = TitleMid, StandbyPostback,
        "what a postback holds for apps on standby";
    missing_metadata: MissingMetadata = Null, ControlEvents,
        "how metadata that nobody gave stands in a control event";
    inbox_echo_app_id: Switch = On, InboxEchoes,
        "whether echoes of the Page Inbox carry its app id";
    development_error: Account = Observed, DevelopmentMode,
        "the code for a message of an app in development mode to a stranger";
    long_titles: LongTitles = Cut, LongTitles,
        "whether a button or a quick reply with a title of more than 20 characters is taken";
    profile_fields: ProfileFields = Refuse, ProfileFields,
        "what a profile field does for which the token has no permission";
    phone_recipient_error: Account = Observed, PhoneRecipient,
        "the code for a message to a phone number";
    empty_field_name: EmptyField = Fail, EmptyFieldName,
        "what an empty name in a list of webhook fields does";
    webhook_disabling: Switch = On, WebhooksDisabled,
        "whether webhooks that failed for an hour are switched off; serve leaves them on unless a world says so";
    webhook_escapes: Escapes = All, BodyEscapes,
        "which characters of a webhook body are escaped";
    echo_order: EchoOrder = AfterAnswer, EchoAfterAnswer,
        "whether an echo leaves before or after the answer to its call";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_option_has_its_default_among_its_words_and_can_be_set_to_each() {
        let mut names = BTreeSet::new();
        for option in Options::ALL {
            assert!(names.insert(option.name), "{} stands twice", option.name);
            assert!(option.words.is_empty() || option.words.contains(&option.default), "{}", option.name);
            for word in option.words {
                let mut options = Options::default();
                options.set(option.name, word).unwrap();
                assert_eq!(options.word(option.name), Some(*word));
            }
        }
        assert_eq!(Options::default().word("activity"), Some("user_message"));
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        let mut options = Options::default();
        assert_eq!(options.set("exclusiv", "on").unwrap_err().to_string(), "there is no option `exclusiv`");
        assert_eq!(options.set("exclusive", "yes").unwrap_err().to_string(), "`exclusive` takes on, off");
    }
}
