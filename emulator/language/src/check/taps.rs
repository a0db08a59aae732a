//! Taps on what a conversation has before anything was said in it: Get Started, the persistent menu and ice breakers,
//! which this version does not have.

use crate::diagnostics::Diagnostic;
use crate::step::{Act, AppVerb, Step, UserVerb};

/// Says of which taps nothing can be there: those of a person who has done nothing before, while no app has sent
/// anything.
pub(crate) fn early_taps(steps: &[Step]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut busy: Vec<&str> = Vec::new();
    for step in steps {
        match &step.act {
            Act::User { who, verb: UserVerb::Taps { what, .. } } if !busy.contains(&who.value.as_str()) => {
                let what =
                    if what.is_expression() { "this".to_owned() } else { format!("“{}”", what.source) };
                let message =
                    format!("{} has said nothing yet, so {what} is not there to be tapped", who.value);
                problems
                    .push(Diagnostic::new(who.span, message).help(begin_with_words()).in_file(&step.file));
                busy.push(&who.value);
            }
            Act::User { who, .. } => busy.push(&who.value),
            // With some tags an app writes first.
            Act::App { verb: AppVerb::Sends { .. } | AppVerb::Calls { .. }, .. } | Act::Expect { .. } => {
                return problems;
            }
            Act::App { .. }
            | Act::Inbox { .. }
            | Act::Page { .. }
            | Act::Bot { .. }
            | Act::Clock(_)
            | Act::Note(_)
            | Act::Never { .. } => {}
        }
    }
    problems
}

/// Why what a conversation has before anything was said cannot be tapped.
pub const NOT_THERE_YET: &str =
    "Get Started, the persistent menu and ice breakers are not supported by this version yet";

/// The same for a person who has said nothing, who can say something.
pub fn begin_with_words() -> String {
    format!("{NOT_THERE_YET}; begin with `says: hello`")
}

/// True for a title or a payload that stands for the button Get Started most likely.
pub fn is_get_started(text: &str) -> bool {
    let letters: String = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    ["getstarted", "getstartedpayload", "start"].iter().any(|known| letters.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::is_get_started;

    #[test]
    fn get_started_is_spelt_in_many_ways() {
        for text in ["GET_STARTED", "Get Started", "get-started", "GET_STARTED_PAYLOAD", "START"] {
            assert!(is_get_started(text), "{text}");
        }
        for text in ["Menu", "STARTER", "Restart", ""] {
            assert!(!is_get_started(text), "{text}");
        }
    }
}
