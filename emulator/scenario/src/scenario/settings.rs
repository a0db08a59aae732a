//! What stands beside the steps of a scenario: its clock and limits of time.

use super::Timeouts;
use super::section::Section;
use crate::diagnostics::Diagnostic;
use crate::node::Node;
use crate::{value, vocabulary as words};

pub(super) fn begin_at(section: &mut Section<'_, '_>) -> Option<i64> {
    let node = section.get("begin_at")?;
    if node.source == "now" {
        section.report(Diagnostic::new(node.span, format!("`begin_at`: {}", words::not_yet("now"))));
        return None;
    }
    match value::parse_time(node) {
        Ok(time) => Some(time),
        Err(problem) => {
            section.report(problem);
            None
        }
    }
}

pub(super) fn timeouts(node: &Node, problems: &mut Vec<Diagnostic>) -> Timeouts {
    let section = Section::open(node, "`timeouts`", words::TIMEOUT_KEYS, &[], problems);
    Timeouts {
        reply: section.real_time("reply"),
        quiet: section.real_time("quiet"),
        boot: section.real_time("boot"),
        settle: section.real_time("settle"),
    }
}
