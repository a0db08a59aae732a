//! The errors that a bot can tell apart: code, subcode and text, whatever the text names. Tables make them, so that
//! coverage knows all that there are and finds the one of an answer in a journal.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use emulator_core::{Protocol, RefusalKind, RuleId};

use super::{GraphError, http, message, refusals, request};

/// An error that a bot can tell from others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorForm {
    code: i32,
    subcode: Option<u32>,
    /// The text, with braces around what depends on the call.
    text: &'static str,
    /// The rules by which it is answered.
    rules: BTreeSet<RuleId>,
    /// True when whether it is answered depends on no rule of a protocol.
    everywhere: bool,
}

/// The codes of a verification that fails. A step registers no callback that has to answer one.
const OF_VERIFICATIONS: &[i32] = &[2_200, 2_201];

static FORMS: LazyLock<Vec<ErrorForm>> = LazyLock::new(|| {
    let faults = [request::FAULTS, message::FAULTS, http::FAULTS].into_iter().flatten();
    let faults =
        faults.map(|fault| (fault.code, fault.subcode, fault.text, std::slice::from_ref(&fault.rule)));
    let refusals = RefusalKind::ALL.iter().map(|kind| {
        let (code, subcode, text) = refusals::form(*kind);
        (code, subcode, text, kind.rules())
    });
    let mut forms: Vec<ErrorForm> = Vec::new();
    for (code, subcode, text, rules) in refusals.chain(faults) {
        let known =
            forms.iter_mut().find(|form| (form.code, form.subcode, form.text) == (code, subcode, text));
        match known {
            Some(form) => {
                form.rules.extend(rules);
                form.everywhere |= rules.is_empty();
            }
            None => forms.push(ErrorForm {
                code,
                subcode,
                text,
                rules: rules.iter().copied().collect(),
                everywhere: rules.is_empty(),
            }),
        }
    }
    forms
});

impl ErrorForm {
    /// All that there are, in the order of the tables.
    pub fn all() -> &'static [Self] {
        &FORMS
    }

    /// That of an answer.
    pub fn of(error: &GraphError) -> Option<&'static Self> {
        let fits = |form: &&Self| {
            (form.code, form.subcode) == (error.code, error.subcode) && is_filled(form.text, &error.message)
        };
        let by_its_rule = |form: &&Self| (form.rules.contains(&error.rule), literal(form.text));
        FORMS.iter().filter(fits).max_by_key(by_its_rule)
    }

    /// That of a refusal.
    pub fn of_refusal(kind: RefusalKind) -> Option<&'static Self> {
        let form = refusals::form(kind);
        FORMS.iter().find(|known| (known.code, known.subcode, known.text) == form)
    }

    /// Whether it can be answered under a protocol: one of its rules holds there, and steps reach that rule.
    pub fn is_reachable(&self, protocol: Protocol) -> bool {
        if OF_VERIFICATIONS.contains(&self.code) {
            return false;
        }
        let reached = |rule: &RuleId| rule.rule().holds_in(protocol) && rule.unreached().is_none();
        self.everywhere || self.rules.iter().any(reached)
    }
}

impl fmt::Display for ErrorForm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subcode {
            Some(subcode) => write!(out, "{}/{subcode} {}", self.code, self.text),
            None => write!(out, "{} {}", self.code, self.text),
        }
    }
}

/// How much of a text does not depend on the call.
fn literal(text: &str) -> usize {
    pieces(text).map(str::len).sum()
}

/// What stands between the braces of a text; two braces in a row stand for one.
fn pieces(text: &'_ str) -> impl Iterator<Item = &'_ str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (piece, after) = text.split_once('{').unwrap_or((text, ""));
        rest = after.split_once('}').map(|(_, after)| after.trim_start_matches('}'));
        Some(piece.trim_end_matches('}'))
    })
}

/// True when a message is a text with something in the place of its braces.
fn is_filled(text: &str, message: &str) -> bool {
    let mut pieces = pieces(text);
    let Some(mut rest) = pieces.next().and_then(|first| message.strip_prefix(first)) else { return false };
    let mut last = "";
    let mut named = false;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = piece;
        named = true;
    }
    rest.is_empty() || named && (last.is_empty() || message.ends_with(last))
}

#[cfg(test)]
mod tests {
    use emulator_core::{AppId, Refusal, Saw, Timestamp};

    use super::*;

    #[test]
    fn each_refusal_is_found_again_by_what_was_answered() {
        for kind in RefusalKind::ALL {
            let rule = kind.rules().first().copied().unwrap_or(RuleId::AdminDecides);
            let refusal = Refusal { rule, saw: Saw::default(), kind: *kind };
            let error = GraphError::refused_to(Some(AppId(7)), refusal, Timestamp(0));
            assert_eq!(ErrorForm::of(&error), ErrorForm::of_refusal(*kind), "{kind:?}: {}", error.message);
            assert!(ErrorForm::of_refusal(*kind).is_some(), "{kind:?}");
        }
    }

    #[test]
    fn what_a_text_names_does_not_make_it_another_error() {
        let form = |error: &GraphError| ErrorForm::of(error).map(ToString::to_string);
        let named = form(&GraphError::required("recipient"));
        assert_eq!(named.as_deref(), Some("100 (#100) The parameter {parameter} is required"));
        assert_eq!(named, form(&GraphError::required("message")));
        let word = GraphError::unknown_word("tag", "A, B", "C");
        let text = "100 (#100) Param {parameter} must be one of {{{words}}} - got \"{given}\".";
        assert_eq!(form(&word).as_deref(), Some(text));
        assert_eq!(form(&GraphError { rule: RuleId::WebhookFields, ..word }).as_deref(), Some(text));
        let tag = form(&GraphError::tag_required());
        assert_eq!(
            tag.as_deref(),
            Some("100 (#100) The parameter tag is required"),
            "it has a row of its own"
        );
    }

    #[test]
    fn an_error_is_reachable_where_one_of_its_rules_is() {
        let reachable = |kind, protocol| ErrorForm::of_refusal(kind).map(|form| form.is_reachable(protocol));
        assert_eq!(reachable(RefusalKind::RoutingNotEnabled, Protocol::DefaultBehavior), Some(true));
        assert_eq!(reachable(RefusalKind::RoutingNotEnabled, Protocol::Handover), Some(false));
        assert_eq!(reachable(RefusalKind::UnknownApp, Protocol::Handover), Some(true));
        let limits = ErrorForm::of(&GraphError::body_too_large());
        assert_eq!(limits.map(|form| form.is_reachable(Protocol::Handover)), Some(false));
        let challenge = ErrorForm::of(&GraphError::wrong_challenge("1", "2"));
        assert_eq!(challenge.map(|form| form.is_reachable(Protocol::Handover)), Some(false));
    }
}
