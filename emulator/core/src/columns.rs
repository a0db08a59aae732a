//! What is made of the table of [`protocols`](crate::protocols): its columns as words in force, which a Page may override
//! where sources disagree or say nothing.

use crate::catalogue::RuleId;
use crate::protocol::Protocol;
use crate::time::Timestamp;

/// One decision, as `rules options` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionRule {
    /// Its key.
    pub name: &'static str,
    /// The words that it takes; a date when there are none.
    pub words: &'static [&'static str],
    /// What each word means, as a sentence after a blank.
    pub meanings: &'static [&'static str],
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

    /// What a word of it means, as a sentence.
    pub fn meaning_of(&self, word: &str) -> Option<&'static str> {
        let at = self.words.iter().position(|known| *known == word)?;
        self.meanings.get(at).map(|meaning| meaning.trim())
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
        fixed { $($fixed:ident: $type:ty = [$($value:expr),+ $(,)?], $what:literal;)+ }
        $($row:ident: $words:ident = [$($word:ident),+], $rule:ident, $meaning:literal;)+
    ) => {
        /// What a protocol decides that no Page overrides: what follows from its documents alone.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Fixed {
            $(#[doc = $what] pub $fixed: $type,)+
        }

        impl Fixed {
            /// The name and the meaning of each decision, in the order of the table.
            pub const ALL: &'static [(&'static str, &'static str)] = &[$((stringify!($fixed), $what),)+];

            /// The column of a protocol.
            pub const fn of(protocol: Protocol) -> Self {
                Self {
                    $($fixed: {
                        const VALUES: [$type; Protocol::ALL.len()] = [$($value),+];
                        VALUES[protocol as usize]
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
                    meanings: $words::MEANINGS,
                    defaults: [$($words::$word.name()),+],
                    rule: RuleId::$rule,
                    meaning: $meaning,
                },)+
                OptionRule {
                    name: "rules_as_of",
                    words: &[],
                    meanings: &[],
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
