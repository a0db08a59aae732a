//! What stands beside the steps of a scenario: its clock and limits of time.

use super::section::Section;
use super::{BeginAt, Timeouts};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::node::Node;
use crate::{value, vocabulary as words};

pub(super) fn begin_at(section: &mut Section<'_, '_>) -> Option<BeginAt> {
    let node = section.get("begin_at")?;
    if node.source == "now" {
        return Some(BeginAt::Now);
    }
    match value::parse_time(node) {
        Ok(time) => Some(BeginAt::Time(time)),
        Err(problem) => {
            let near = did_you_mean(&node.source, ["now"]).map(|_| "did you mean `now`?".to_owned());
            section.report(problem.help_if(near));
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
