//! What the scenarios of a run have touched, and whether that is as much as is asked for.

use std::collections::BTreeSet;
use std::str::FromStr;

use emulator_core::Protocol;
use emulator_scenario::coverage::{Coverage, Measure, Touched};
use emulator_scenario::runner::RunEvent;
use emulator_scenario::select::Selected;

/// How much is to be touched, as `--min-coverage` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AtLeast {
    measure: Measure,
    percent: usize,
}

impl FromStr for AtLeast {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, number) = text.split_once('=').unwrap_or((Measure::Rules.name(), text));
        let measure = Measure::parse(kind).ok_or_else(|| {
            let kinds = Measure::WORDS.join(", ");
            format!("`{kind}` is not counted; what is counted is {kinds}")
        })?;
        let percent = number.parse().ok().filter(|percent| *percent <= 100);
        let percent = percent.ok_or("write a whole number from 0 to 100, alone or as in cells=50")?;
        Ok(Self { measure, percent })
    }
}

/// How many of the things that are missing a message names.
const NAMED: usize = 20;

/// Takes in what scenarios touch.
#[derive(Debug)]
pub(super) struct Collected {
    protocols: BTreeSet<Protocol>,
    touched: Touched,
}

impl Collected {
    /// For scenarios that are to be run.
    pub(super) fn of(scenarios: &[Selected]) -> Self {
        let protocol = |selected: &Selected| {
            let protocol = selected.scenario.world.protocol.as_ref();
            protocol.map(|protocol| protocol.value).unwrap_or_default()
        };
        Self { protocols: scenarios.iter().map(protocol).collect(), touched: Touched::default() }
    }

    /// Takes in what happens.
    pub(super) fn event(&mut self, event: &mut RunEvent) {
        if let RunEvent::Finished(report) = event
            && let Some(touched) = report.touched.take()
        {
            self.touched.add(*touched);
        }
    }

    /// What was touched of all that there is.
    pub(super) fn coverage(self) -> Coverage {
        Coverage::of(self.protocols, &self.touched)
    }
}

/// What is missing to as much as is asked for, if something is.
pub(super) fn too_little(coverage: &Coverage, least: &[AtLeast]) -> Option<String> {
    let short = |least: &AtLeast| {
        let (part, what) = (coverage.part(least.measure), least.measure.name());
        (part.percent() < least.percent).then(|| {
            format!(
                "error: {} of {} {what} were touched, which is {} %, and --min-coverage asks for {} %; not touched: {}",
                part.touched(),
                part.reachable,
                part.percent(),
                least.percent,
                named(&part.missing)
            )
        })
    };
    let mut lines: Vec<String> = least.iter().filter_map(short).collect();
    if lines.is_empty() {
        return None;
    }
    lines.push(
        "help: write scenarios that reach them; `messenger-emulator rules ID` says what a rule is about, and --report \
         coverage=FILE lists all that is missing"
            .to_owned(),
    );
    Some(lines.join("\n"))
}

/// The first of them, and how many more there are.
fn named(missing: &[String]) -> String {
    let first = missing.iter().take(NAMED).map(String::as_str);
    let more = missing.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!("{more} more"));
    let separator = if missing.iter().any(|name| name.contains(", ")) { "; " } else { ", " };
    first.chain(more.as_deref()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_alone_is_about_rules() {
        let parsed = |text: &str| text.parse::<AtLeast>();
        assert_eq!(parsed("80"), Ok(AtLeast { measure: Measure::Rules, percent: 80 }));
        assert_eq!(parsed("cells=0"), Ok(AtLeast { measure: Measure::Cells, percent: 0 }));
        for (text, said) in [
            ("101", "whole number"),
            ("-1", "whole number"),
            ("80%", "whole number"),
            ("rules=", "whole number"),
            ("", "whole number"),
            ("lines=3", "`lines` is not counted; what is counted is rules, events, errors, cells"),
        ] {
            let error = parsed(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn no_message_names_more_than_a_few() {
        let missing: Vec<String> = (0..25).map(|number| format!("rule {number}")).collect();
        let text = named(&missing);
        assert!(text.starts_with("rule 0, rule 1, ") && text.ends_with("rule 19, 5 more"), "{text}");
        assert_eq!(named(&missing[..2]), "rule 0, rule 1");
    }
}
