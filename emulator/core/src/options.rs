//! The words with which decisions are taken, and what is made of the table of [`protocol`](crate::protocol): the words
//! in force, which a Page may override where sources disagree or say nothing.

use crate::catalogue::RuleId;
use crate::protocol::Protocol;
pub use crate::protocol::{Options, Overrides};
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
    }
    /// Whether control ends by itself.
    ControlEnds {
        /// After 24 hours of silence.
        AfterSilence = "after_silence",
        /// Only by a call or by an agent.
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
        /// Nobody.
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

/// One decision, as `rules options` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionRule {
    /// Its key.
    pub name: &'static str,
    /// The words that it takes; a date when there are none.
    pub words: &'static [&'static str],
    /// The word of each protocol, in the order of [`Protocol::ALL`].
    pub defaults: [&'static str; Protocol::ALL.len()],
    /// The rule that it bends.
    pub rule: RuleId,
    /// What it decides.
    pub meaning: &'static str,
}

impl OptionRule {
    /// The word that holds in a protocol when a Page does not override it.
    pub const fn default(&self, protocol: Protocol) -> &'static str {
        self.defaults[protocol as usize]
    }
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

macro_rules! decisions {
    (
        refusals { $($refused:ident = [$($kind:ident),+], $what:literal;)+ }
        $($row:ident: $words:ident = [$($word:ident),+], $rule:ident, $meaning:literal;)+
    ) => {
        /// How a protocol words its refusals; a Page cannot override them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Refusals {
            $(#[doc = $what] pub $refused: RefusalKind,)+
        }

        impl Refusals {
            /// The words of a protocol.
            pub const fn of(protocol: Protocol) -> Self {
                Self {
                    $($refused: {
                        const KINDS: [RefusalKind; Protocol::ALL.len()] = [$(RefusalKind::$kind),+];
                        KINDS[protocol as usize]
                    },)+
                }
            }
        }

        /// The word in force for each decision of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Options {
            $(#[doc = $meaning] pub $row: $words,)+
            /// The day whose dated rules hold; a date in a world file.
            pub rules_as_of: Timestamp,
        }

        impl Options {
            /// Every decision, in the order of the table.
            pub const ALL: &'static [OptionRule] = &[
                $(OptionRule {
                    name: stringify!($row),
                    words: $words::WORDS,
                    defaults: [$($words::$word.name()),+],
                    rule: RuleId::$rule,
                    meaning: $meaning,
                },)+
                OptionRule {
                    name: "rules_as_of",
                    words: &[],
                    defaults: ["2026-07-01"; Protocol::ALL.len()],
                    rule: RuleId::TagRetired,
                    meaning: "the day whose dated rules hold",
                },
            ];

            /// The words of a protocol: its column of the table.
            pub const fn of(protocol: Protocol) -> Self {
                Self {
                    $($row: {
                        const WORDS: [$words; Protocol::ALL.len()] = [$($words::$word),+];
                        WORDS[protocol as usize]
                    },)+
                    rules_as_of: RULES_AS_OF,
                }
            }

            /// These words, but for those that a Page overrides.
            #[must_use]
            pub fn with(self, overrides: &Overrides) -> Self {
                Self {
                    $($row: overrides.$row.unwrap_or(self.$row),)+
                    rules_as_of: overrides.rules_as_of.unwrap_or(self.rules_as_of),
                }
            }

            /// The word of a decision; none for a date and for what does not exist.
            pub fn word(&self, name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($row) => Some(self.$row.name()),)+
                    _ => None,
                }
            }
        }

        /// The words that a Page sets, which hold whatever protocol it follows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct Overrides {
            $(#[doc = $meaning] pub $row: Option<$words>,)+
            /// The day whose dated rules hold; a date in a world file.
            pub rules_as_of: Option<Timestamp>,
        }

        impl Overrides {
            /// Sets the word of one decision.
            ///
            /// # Errors
            ///
            /// When there is no such decision, or when it does not take that word.
            pub fn set(&mut self, name: &str, word: &str) -> Result<(), OptionError> {
                match name {
                    $(stringify!($row) => {
                        let parsed = $words::parse(word);
                        self.$row = Some(parsed.ok_or(OptionError::Word {
                            name: stringify!($row),
                            words: $words::WORDS,
                        })?);
                        Ok(())
                    })+
                    other => Err(OptionError::Unknown(other.to_owned())),
                }
            }

            /// The words that are set, each with its decision, in the order of the table.
            pub fn words(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
                [$((stringify!($row), self.$row.map($words::name)),)+]
                    .into_iter()
                    .filter_map(|(name, word)| Some((name, word?)))
            }
        }
    };
}

pub(crate) use decisions;

impl Default for Options {
    fn default() -> Self {
        Self::of(Protocol::default())
    }
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
