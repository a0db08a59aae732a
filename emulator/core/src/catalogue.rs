//! The rule catalogue: every rule of the platform that the code follows, in our own words, with
//! where it comes from and how sure that is. Code names the id; a row in `fixtures/rules` tests it.
//!
//! The rules stand in the rooms below, one for each family.

mod control;
mod events;
mod inbox;
mod instagram;
mod nodes;
mod requests;
mod sends;
mod unreached;
mod webhooks;
mod windows;

use std::fmt;

use crate::protocol::Protocol;

use control::control;
use events::events;
use inbox::inbox;
use instagram::instagram;
use nodes::nodes;
use requests::requests;
use sends::sends;
pub use unreached::Unreached;
use webhooks::webhooks;
use windows::windows;

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
    ([] $($variant:ident, $code:literal, $title:literal, [$($protocol:ident $(,)?)*], $confidence:ident, $source:expr, $statement:literal;)*) => {
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
const ROUTING: &str =
    "developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing";
const SPEC: &str = "github.com/facebook/facebook-business-sdk-codegen, api_specs/specs/Page.json";
const VENDORS: &str = "help pages of products that live on handover";
const GRAPH: &str = "developers.facebook.com/docs/graph-api/overview";
const LOGS: &str = "logs and issue threads of people who run bots";
const CHOICE: &str = "the emulator's own choice";

// Every room adds its rules to those before it, so that one enum has them all.
control! { [inbox events windows sends requests nodes webhooks instagram rules] }

impl RuleId {
    /// The rule behind the id.
    pub fn rule(self) -> &'static Rule {
        &CATALOGUE[self as usize]
    }
}

impl Rule {
    /// True when it holds in the protocol.
    pub fn holds_in(&self, protocol: Protocol) -> bool {
        self.protocols.is_empty() || self.protocols.contains(&protocol)
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

    #[test]
    fn a_rule_is_printed_as_people_cite_it() {
        let first = catalogue().first().expect("there are rules");
        assert_eq!(first.id.to_string(), first.code);
        let names =
            [Confidence::Observed, Confidence::Documented, Confidence::Inferred].map(Confidence::name);
        assert_eq!(names, ["observed", "documented", "inferred"]);
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

        rules! { []
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
