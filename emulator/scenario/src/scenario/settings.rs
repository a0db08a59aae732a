//! What stands beside the steps of a scenario: its clock, seed and limits of time.

use super::section::Section;
use super::{BeginAt, Timeouts};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::node::{Node, NodeKind};
use crate::{value, vocabulary as words};

pub(super) fn format_version(section: &mut Section<'_, '_>) {
    let Some(node) = section.get("format") else { return };
    if node.source != "1" {
        section.report(
            Diagnostic::new(node.span, format!("the format `{}` is unknown to this version", node.source))
                .help("write `format: 1`, or leave it out"),
        );
    }
}

pub(super) fn skip(section: &mut Section<'_, '_>) -> Option<String> {
    let node = section.get("skip")?;
    if let NodeKind::Bool(_) = node.kind {
        section.report(
            Diagnostic::new(node.span, "`skip` needs a reason")
                .help("write for example `skip: waits for the new menu`, or leave it out"),
        );
    }
    section.text("skip").map(|reason| reason.value)
}

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

pub(super) fn seed(section: &mut Section<'_, '_>) -> Option<u64> {
    let node = section.get("seed")?;
    let seed = if let NodeKind::Number(number) = &node.kind { number.as_u64() } else { None };
    if seed.is_none() {
        let message = format!("`{}` cannot be a seed", node.source);
        section.report(Diagnostic::new(node.span, message).help("use a whole number, such as `seed: 7`"));
    }
    seed
}

pub(super) fn timeouts(node: &Node, problems: &mut Vec<Diagnostic>) -> Timeouts {
    let mut section = Section::open(node, "`timeouts`", words::TIMEOUT_KEYS, &[], problems);
    let quiet_is_auto = section.get("quiet").is_some_and(|quiet| quiet.source == "auto");
    Timeouts {
        reply: section.real_time("reply"),
        quiet: if quiet_is_auto { None } else { section.real_time("quiet") },
        boot: section.real_time("boot"),
        settle: section.real_time("settle"),
    }
}
