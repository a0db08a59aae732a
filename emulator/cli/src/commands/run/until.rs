//! `--until`: one scenario up to and with a step.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use emulator_language::diagnostics::did_you_mean;
use emulator_language::scenario::{Deliveries, Scenario, Unread};
use emulator_scenario::select::Selected;

/// The step at which playing ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Until {
    /// The step whose `as:` has this name.
    Name(String),
    /// The step that stands on this line, of any file or of one.
    Line { file: Option<PathBuf>, line: usize },
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (file, line) = match text.rsplit_once(':') {
            Some((file, line)) => (Some(file), line),
            None => (None, text),
        };
        match (file, line.parse()) {
            (Some(""), _) => Err("write FILE:LINE, LINE or the NAME of a step".to_owned()),
            (file, Ok(line)) => Ok(Self::Line { file: file.map(PathBuf::from), line }),
            (Some(_), Err(_)) => Err(format!("`{line}` is not the number of a line")),
            (None, Err(_)) if text.is_empty() => {
                Err("write FILE:LINE, LINE or the NAME of a step".to_owned())
            }
            (None, Err(_)) => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl Until {
    /// Leaves the one scenario that has this step, up to and with it. What later steps would have read is not missed.
    ///
    /// # Errors
    ///
    /// When no scenario has it, or several have.
    pub(super) fn cut(&self, scenarios: &[Selected]) -> Result<Selected, String> {
        let found = scenarios.iter().filter_map(|selected| Some((selected, self.step(&selected.scenario)?)));
        let found: Vec<(&Selected, usize)> = found.collect();
        let (selected, index) = match found.as_slice() {
            [] => return Err(self.missing(scenarios)),
            [one] => *one,
            several => {
                let names: Vec<String> =
                    several.iter().map(|(selected, _)| format!("\n  {}", selected.name)).collect();
                return Err(format!(
                    "{} stands in {} scenarios:{}\nhelp: choose one with --filter TEXT",
                    self.described(),
                    several.len(),
                    names.concat()
                ));
            }
        };
        let scenario = &*selected.scenario;
        let steps = scenario.steps.get(..=index).unwrap_or_default().to_vec();
        let (unread, deliveries) = (Unread::Allow, Deliveries::Allow);
        let scenario = Scenario { steps: steps.into(), unread, deliveries, ..scenario.clone() };
        Ok(Selected { scenario: Arc::new(scenario), ..selected.clone() })
    }

    /// The index of the step.
    fn step(&self, scenario: &Scenario) -> Option<usize> {
        match self {
            Self::Name(name) => {
                scenario.steps.iter().position(|step| step.captures().any(|it| it.value == *name))
            }
            Self::Line { file, line } => scenario.steps.iter().position(|step| {
                let is_there = file.as_deref().is_none_or(|file| is_file(file, &step.file.name))
                    // A line alone means the scenario's own file, and not those of parts.
                    && (file.is_some() || step.file.name == scenario.file.name);
                let first = step.file.position(step.span.start).0;
                let last = step.file.position(step.span.end.saturating_sub(1)).0;
                is_there && (first..=last).contains(line)
            }),
        }
    }

    fn described(&self) -> String {
        match self {
            Self::Name(name) => format!("a step with `as: {name}`"),
            Self::Line { file: None, line } => format!("a step on line {line}"),
            Self::Line { file: Some(file), line } => format!("a step on line {line} of {}", file.display()),
        }
    }

    /// Why there is no such step.
    fn missing(&self, scenarios: &[Selected]) -> String {
        let steps = || scenarios.iter().flat_map(|selected| selected.scenario.steps.iter());
        match self {
            Self::Name(name) => {
                let names: BTreeSet<&str> =
                    steps().flat_map(|step| step.captures().map(|it| it.value.as_str())).collect();
                let help = match did_you_mean(name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if names.is_empty() => {
                        format!("give the step a name with `as: {name}`, or name its line with --until LINE")
                    }
                    None => format!("there are {}", names.into_iter().collect::<Vec<_>>().join(", ")),
                };
                format!("no step is called `{name}` with `as:`\nhelp: {help}")
            }
            Self::Line { file, line } => {
                let here = |name: &str| file.as_deref().is_none_or(|file| is_file(file, name));
                let lines: BTreeSet<usize> = steps()
                    .filter(|step| here(&step.file.name))
                    .map(|step| step.file.position(step.span.start).0)
                    .collect();
                let of = file.as_ref().map_or_else(String::new, |file| format!(" of {}", file.display()));
                let help = if lines.is_empty() {
                    "name a file that the scenarios consist of".to_owned()
                } else {
                    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
                    format!("steps begin on the lines {}", lines.join(", "))
                };
                format!("no step stands on line {line}{of}\nhelp: {help}")
            }
        }
    }
}

/// Whether a file is meant by a path, which may leave out the folders in front.
fn is_file(meant: &Path, name: &str) -> bool {
    let plain = meant.strip_prefix(".").unwrap_or(meant);
    Path::new(name).ends_with(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_named_by_its_capture_or_its_line() {
        let line = |file: Option<&str>, line| Until::Line { file: file.map(PathBuf::from), line };
        let rows = [
            ("hello", Until::Name("hello".to_owned())),
            ("12", line(None, 12)),
            ("tests/a.yaml:7", line(Some("tests/a.yaml"), 7)),
        ];
        for (text, expected) in rows {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", ":7", "a.yaml:x"] {
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
        assert!(is_file(Path::new("./a.yaml"), "tests/a.yaml") && !is_file(Path::new("b/a.yaml"), "a.yaml"));
    }
}
