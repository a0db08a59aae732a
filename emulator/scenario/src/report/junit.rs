//! The report that CI servers read: JUnit's XML, as Maven Surefire writes it.
//!
//! **Invariant:** it keeps to the strictest schema in use (`junit-10.xsd` of Jenkins' xUnit plugin), which servers that are
//! more tolerant read as well. So the path of a file stands at its suite and not at its cases, which may have no `file`
//! there. A case that passed on a later try has a `flakyFailure` for each try before, one that never passed a
//! `rerunFailure` for each try behind the first; servers that know neither see one case, passed or failed.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::xml::Xml;
use super::{Outcome, details, headline, last_words};
use crate::diagnostics::Colour;
use crate::runner::{Report, Verdict};

/// The name of the suite for what belongs to no scenario.
const NO_SCENARIO: &str = "no scenario";

/// What the report is about, beside its scenarios.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// The seed.
    pub seed: u64,
    /// The part of all scenarios that it is, such as `2/5`.
    pub shard: Option<&'a str>,
    /// How long it took.
    pub took: Duration,
    /// What belonged to no scenario and fails the run, in words.
    pub strays: &'a [String],
}

/// The report as a file.
///
/// # Errors
///
/// None that depends on what is written.
pub fn junit(reports: &[Report], run: &Run<'_>) -> io::Result<Vec<u8>> {
    let suites = suites(reports);
    let mut xml = Xml::new()?;
    let mut all = Counts::default();
    suites.values().flatten().for_each(|case| all.add(case));
    let strays = run.strays.len();
    let (tests, failures, errors) = (all.tests + strays, all.failures + strays, all.errors);
    xml.open(
        "testsuites",
        &[
            ("name", "messenger-emulator"),
            ("tests", &tests.to_string()),
            ("failures", &failures.to_string()),
            ("errors", &errors.to_string()),
            ("time", &seconds(run.took)),
        ],
    )?;
    for (path, cases) in &suites {
        suite(&mut xml, path, cases, run)?;
    }
    if strays > 0 {
        stray_suite(&mut xml, run)?;
    }
    xml.close("testsuites")?;
    Ok(xml.finish())
}

/// A case: all its tries, in order; there is at least one.
struct Case<'a> {
    tries: Vec<&'a Report>,
}

impl<'a> Case<'a> {
    fn last(&self) -> Option<&'a Report> {
        self.tries.last().copied()
    }

    /// What its element says: of one that never passed, how it failed first.
    fn outcome(&self) -> Outcome {
        let last = self.last().map_or(Outcome::NotRun, |report| Outcome::of(&report.verdict));
        let first_failure = self.tries.iter().find(|report| report.verdict.is_failure());
        match (last, first_failure) {
            (Outcome::Passed, _) | (_, None) => last,
            (_, Some(first)) => Outcome::of(&first.verdict),
        }
    }

    fn took(&self) -> Duration {
        self.tries.iter().map(|report| report.took).sum()
    }
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    took: Duration,
}

impl Counts {
    fn add(&mut self, case: &Case<'_>) {
        self.tests += 1;
        self.took += case.took();
        match case.outcome() {
            Outcome::Passed => {}
            Outcome::Failed => self.failures += 1,
            Outcome::Error | Outcome::Unreachable => self.errors += 1,
            Outcome::Skipped | Outcome::NotRun => self.skipped += 1,
        }
    }
}

/// The cases of each file, in the order in which they stand there.
fn suites(reports: &[Report]) -> BTreeMap<&Path, Vec<Case<'_>>> {
    let mut cases: BTreeMap<(&Path, usize, String), Case<'_>> = BTreeMap::new();
    for report in reports {
        let key = (report.path.as_path(), report.begins.1, report.case());
        cases.entry(key).or_insert_with(|| Case { tries: Vec::new() }).tries.push(report);
    }
    let mut suites: BTreeMap<&Path, Vec<Case<'_>>> = BTreeMap::new();
    for ((path, _, _), mut case) in cases {
        case.tries.sort_by_key(|report| report.attempt.number);
        suites.entry(path).or_default().push(case);
    }
    suites
}

fn suite(xml: &mut Xml, path: &Path, cases: &[Case<'_>], run: &Run<'_>) -> io::Result<()> {
    let mut counts = Counts::default();
    cases.iter().for_each(|case| counts.add(case));
    let file = path.display().to_string();
    xml.open(
        "testsuite",
        &[
            ("name", &file),
            ("tests", &counts.tests.to_string()),
            ("failures", &counts.failures.to_string()),
            ("errors", &counts.errors.to_string()),
            ("skipped", &counts.skipped.to_string()),
            ("time", &seconds(counts.took)),
            ("file", &file),
        ],
    )?;
    properties(xml, run)?;
    for case in cases {
        test_case(xml, case)?;
    }
    xml.close("testsuite")
}

fn properties(xml: &mut Xml, run: &Run<'_>) -> io::Result<()> {
    xml.open("properties", &[])?;
    xml.empty("property", &[("name", "seed"), ("value", &run.seed.to_string())])?;
    if let Some(shard) = run.shard {
        xml.empty("property", &[("name", "shard"), ("value", shard)])?;
    }
    xml.close("properties")
}

fn test_case(xml: &mut Xml, case: &Case<'_>) -> io::Result<()> {
    let Some(last) = case.last() else { return Ok(()) };
    let (name, class, time) = (last.case(), class_name(&last.path), seconds(case.took()));
    let attributes = [("name", name.as_str()), ("classname", &class), ("time", &time)];
    let failed: Vec<&&Report> = case.tries.iter().filter(|report| report.verdict.is_failure()).collect();
    if let (Verdict::Passed, true) = (&last.verdict, failed.is_empty()) {
        return xml.empty("testcase", &attributes);
    }
    xml.open("testcase", &attributes)?;
    match (&last.verdict, failed.split_first()) {
        (Verdict::Passed, _) => {
            for report in failed {
                rerun(xml, ["flakyFailure", "flakyError"], report)?;
            }
        }
        (_, Some((first, others))) => {
            let outcome = Outcome::of(&first.verdict);
            let element = if outcome == Outcome::Failed { "failure" } else { "error" };
            let message = headline(&first.verdict);
            let text = details(&first.verdict, Colour::Never);
            xml.text(element, &[("message", &message), ("type", outcome.name())], &text)?;
            for report in others {
                rerun(xml, ["rerunFailure", "rerunError"], report)?;
            }
            output(xml, first)?;
        }
        (verdict, None) => xml.empty("skipped", &[("message", &headline(verdict))])?,
    }
    xml.close("testcase")
}

/// A try that does not decide.
fn rerun(xml: &mut Xml, [failure, error]: [&str; 2], report: &Report) -> io::Result<()> {
    let outcome = Outcome::of(&report.verdict);
    let element = if outcome == Outcome::Failed { failure } else { error };
    xml.open(element, &[("message", &headline(&report.verdict)), ("type", outcome.name())])?;
    xml.text("stackTrace", &[], &details(&report.verdict, Colour::Never))?;
    output(xml, report)?;
    xml.close(element)
}

/// What happened, and what the bots printed.
fn output(xml: &mut Xml, report: &Report) -> io::Result<()> {
    let mut text = report.transcript.iter().fold(String::new(), |text, line| text + line + "\n");
    text += &last_words(&report.output);
    if text.is_empty() { Ok(()) } else { xml.text("system-out", &[], &text) }
}

fn stray_suite(xml: &mut Xml, run: &Run<'_>) -> io::Result<()> {
    let count = run.strays.len().to_string();
    xml.open(
        "testsuite",
        &[("name", NO_SCENARIO), ("tests", &count), ("failures", &count), ("errors", "0"), ("skipped", "0")],
    )?;
    properties(xml, run)?;
    for (number, stray) in run.strays.iter().enumerate() {
        let name = format!("stray {}", number + 1);
        xml.open("testcase", &[("name", &name), ("classname", NO_SCENARIO)])?;
        let message = stray.lines().next().unwrap_or_default();
        xml.text("failure", &[("message", message), ("type", "stray")], stray)?;
        xml.close("testcase")?;
    }
    xml.close("testsuite")
}

/// The path of a file in the shape of a class's name, by which servers sort cases into folders.
fn class_name(path: &Path) -> String {
    let path = path.with_extension("");
    let normal = path.components().filter(|part| matches!(part, std::path::Component::Normal(_)));
    let parts = normal.map(|part| part.as_os_str().to_string_lossy().replace('.', "_"));
    parts.collect::<Vec<_>>().join(".")
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}
