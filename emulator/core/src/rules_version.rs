//! The versions of the rules, and what each of them decides. A version rises when a decision changes, and never when a
//! sentence is corrected.
//!
//! A journal names the version by which it came about, since letting it happen again by other rules leads elsewhere.
//! `cargo xtask rules-version` writes the file of the current version; a test holds it against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalogue::catalogue;
use crate::protocol::Protocol;
use crate::protocols::Options;

/// What each version decides, as JSON of [`Decisions`], from version 1 on.
pub const RULES_VERSIONS: &[&str] = &[include_str!("../rules/1.json")];

/// The version of the rules.
pub const RULES_VERSION: u32 = {
    // There is no fallible cast in a constant, and never so many versions.
    #[expect(clippy::cast_possible_truncation, reason = "the list is short")]
    let version = RULES_VERSIONS.len() as u32;
    version
};

/// What a version of the rules decides, without a word of prose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// The protocols.
    pub protocols: BTreeSet<String>,
    /// The ids of the rules, each with the protocols in which it holds; all of them when empty.
    pub rules: BTreeMap<String, BTreeSet<String>>,
    /// The options, by name.
    pub options: BTreeMap<String, OptionDecision>,
}

/// What can be chosen with an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionDecision {
    /// The words that it takes; a date when there are none.
    pub words: Vec<String>,
    /// What holds when it is not set.
    pub default: String,
    /// The id of the rule that it bends.
    pub rule: String,
}

/// A difference between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulesChange {
    /// A protocol is there that was not, or the other way round.
    Protocol {
        /// Its name.
        name: String,
        /// Whether it is there now.
        is_new: bool,
    },
    /// A rule is there that was not, or the other way round.
    Rule {
        /// Its id.
        code: String,
        /// Whether it is there now.
        is_new: bool,
    },
    /// A rule holds in other protocols.
    RuleHolds {
        /// Its id.
        code: String,
        /// The protocols before; all when empty.
        before: BTreeSet<String>,
        /// The protocols now.
        now: BTreeSet<String>,
    },
    /// An option is new, gone, or decides something else.
    Option {
        /// Its name.
        name: String,
        /// What it was.
        before: Option<OptionDecision>,
        /// What it is.
        now: Option<OptionDecision>,
    },
}

impl Decisions {
    /// What this code decides.
    pub fn current() -> Self {
        let rules = catalogue().iter().map(|rule| {
            let protocols = rule.protocols.iter().map(|protocol| protocol.name().to_owned());
            (rule.code.to_owned(), protocols.collect())
        });
        let options = Options::ALL.iter().map(|option| {
            let decision = OptionDecision {
                words: option.words.iter().map(|word| (*word).to_owned()).collect(),
                default: option.default(Protocol::default()).to_owned(),
                rule: option.rule.rule().code.to_owned(),
            };
            (option.name.to_owned(), decision)
        });
        Self {
            protocols: Protocol::ALL.iter().map(|protocol| protocol.name().to_owned()).collect(),
            rules: rules.collect(),
            options: options.collect(),
        }
    }

    /// What is different from an earlier version: protocols, then rules, then options, each by name.
    pub fn changes_since(&self, before: &Self) -> Vec<RulesChange> {
        let protocols = before.protocols.symmetric_difference(&self.protocols);
        let protocols = protocols
            .map(|name| RulesChange::Protocol { name: name.clone(), is_new: self.protocols.contains(name) });
        let codes: BTreeSet<&String> = before.rules.keys().chain(self.rules.keys()).collect();
        let rules = codes.into_iter().filter_map(|code| {
            let code = code.clone();
            match (before.rules.get(&code), self.rules.get(&code)) {
                (Some(before), Some(now)) if before == now => None,
                (Some(before), Some(now)) => {
                    Some(RulesChange::RuleHolds { code, before: before.clone(), now: now.clone() })
                }
                (_, now) => Some(RulesChange::Rule { code, is_new: now.is_some() }),
            }
        });
        let names: BTreeSet<&String> = before.options.keys().chain(self.options.keys()).collect();
        let options = names.into_iter().filter_map(|name| {
            let (before, now) = (before.options.get(name), self.options.get(name));
            (before != now).then(|| RulesChange::Option {
                name: name.clone(),
                before: before.cloned(),
                now: now.cloned(),
            })
        });
        protocols.chain(rules).chain(options).collect()
    }
}

impl fmt::Display for OptionDecision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = if self.words.is_empty() { "a date".to_owned() } else { self.words.join(" | ") };
        write!(out, "{words}, {} by default, rule {}", self.default, self.rule)
    }
}

impl fmt::Display for RulesChange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = |is_new: bool| if is_new { '+' } else { '-' };
        let holds = |protocols: &BTreeSet<String>| {
            let names: Vec<&str> = protocols.iter().map(String::as_str).collect();
            if names.is_empty() { "all protocols".to_owned() } else { names.join(", ") }
        };
        match self {
            Self::Protocol { name, is_new } => write!(out, "{} protocol {name}", sign(*is_new)),
            Self::Rule { code, is_new } => write!(out, "{} rule {code}", sign(*is_new)),
            Self::RuleHolds { code, before, now } => {
                write!(out, "~ rule {code}: held in {}, holds in {}", holds(before), holds(now))
            }
            Self::Option { name, before: None, now: Some(now) } => write!(out, "+ option {name}: {now}"),
            Self::Option { name, before: Some(before), now: Some(now) } => {
                write!(out, "~ option {name}: was {before}; is {now}")
            }
            Self::Option { name, .. } => write!(out, "- option {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(words: &[&str], default: &str) -> OptionDecision {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        OptionDecision { words, default: default.to_owned(), rule: "C-1".to_owned() }
    }

    #[test]
    fn what_the_code_decides_has_every_protocol_rule_and_option() {
        let current = Decisions::current();
        assert_eq!(current.protocols.len(), Protocol::ALL.len());
        assert_eq!(current.rules.len(), catalogue().len());
        let tap = &current.options["tap_claims"];
        assert!(tap.words.contains(&tap.default), "{tap}");
        assert_eq!(current.options.len(), Options::ALL.len());
    }

    #[test]
    fn what_has_changed_is_told_with_what_it_was() {
        let before = Decisions {
            protocols: ["handover".to_owned()].into(),
            rules: [
                ("C-1".to_owned(), BTreeSet::new()),
                ("C-2".to_owned(), BTreeSet::new()),
                ("C-3".to_owned(), BTreeSet::new()),
            ]
            .into(),
            options: [("a".to_owned(), option(&["on", "off"], "on")), ("b".to_owned(), option(&[], "now"))]
                .into(),
        };
        assert_eq!(before.changes_since(&before), []);
        let mut now = before.clone();
        now.protocols.insert("other".to_owned());
        now.rules.remove("C-2");
        now.rules.insert("C-3".to_owned(), ["handover".to_owned()].into());
        now.rules.insert("C-4".to_owned(), BTreeSet::new());
        now.options.insert("a".to_owned(), option(&["on", "off", "auto"], "auto"));
        now.options.remove("b");
        now.options.insert("c".to_owned(), option(&["x"], "x"));
        let told: Vec<String> = now.changes_since(&before).iter().map(ToString::to_string).collect();
        let expected = [
            "+ protocol other",
            "- rule C-2",
            "~ rule C-3: held in all protocols, holds in handover",
            "+ rule C-4",
            "~ option a: was on | off, on by default, rule C-1; is on | off | auto, auto by default, rule C-1",
            "- option b",
            "+ option c: x, x by default, rule C-1",
        ];
        assert_eq!(told, expected);
        let back: Vec<String> = before.changes_since(&now).iter().map(ToString::to_string).collect();
        assert!(
            back.contains(&"- protocol other".to_owned()) && back.contains(&"+ rule C-2".to_owned()),
            "{back:?}"
        );
    }
}
