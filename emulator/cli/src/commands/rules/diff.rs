//! `rules diff`: what the rules decide otherwise than in an earlier version.

use std::fmt::Write as _;

use emulator_core::{Decisions, RULES_VERSION, RULES_VERSIONS, RulesChange, catalogue};

/// What has changed since that version.
///
/// # Errors
///
/// When there is no such version.
pub(super) fn since(version: u32) -> Result<String, String> {
    let before = version.checked_sub(1).and_then(|index| RULES_VERSIONS.get(usize::try_from(index).ok()?));
    let before = before.ok_or_else(|| {
        let known = if RULES_VERSION == 1 { "only 1".to_owned() } else { format!("1 to {RULES_VERSION}") };
        format!(
            "there is no version {version} of the rules here, {known}\nhelp: a journal of a later version needs the \
             emulator that wrote it, which its first line names"
        )
    })?;
    let before: Decisions = serde_json::from_str(before).map_err(|error| error.to_string())?;
    Ok(text(version, &Decisions::current().changes_since(&before)))
}

fn text(version: u32, changes: &[RulesChange]) -> String {
    if changes.is_empty() && version == RULES_VERSION {
        return format!("{version} is the version of this emulator: nothing has changed\n");
    }
    if changes.is_empty() {
        return format!("no rule, option or protocol has changed since version {version}\n");
    }
    let mut out = String::new();
    for change in changes {
        let title = match change {
            RulesChange::Rule { code, is_new: true } | RulesChange::RuleHolds { code, .. } => {
                catalogue().iter().find(|rule| rule.code == code).map(|rule| rule.title)
            }
            RulesChange::Rule { is_new: false, .. }
            | RulesChange::Protocol { .. }
            | RulesChange::Option { .. } => None,
        };
        let title = title.map_or_else(String::new, |title| format!("  {title}"));
        let _ = writeln!(out, "{change}{title}");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_version_can_be_compared_with() {
        for version in 1..=RULES_VERSION {
            assert!(since(version).is_ok(), "{version}");
        }
        let error = since(RULES_VERSION + 1).unwrap_err();
        assert!(error.contains("there is no version") && error.contains("\nhelp: "), "{error}");
        assert!(since(0).is_err());
    }

    #[test]
    fn rules_are_told_with_their_titles() {
        let changes = [
            RulesChange::Rule { code: "C-84".to_owned(), is_new: true },
            RulesChange::Rule { code: "C-999".to_owned(), is_new: false },
            RulesChange::RuleHolds {
                code: "C-84".to_owned(),
                before: BTreeSet::new(),
                now: ["handover".to_owned()].into(),
            },
        ];
        let expected = "+ rule C-84  only the owner sends\n- rule C-999\n\
                        ~ rule C-84: held in all protocols, holds in handover  only the owner sends\n";
        assert_eq!(text(1, &changes), expected);
    }
}
