//! The files that a run writes for CI servers and programs.
//!
//! JUnit's XML and coverage appear whole: they are written beside and renamed. Lines of JSON are written as things happen, so that a
//! program can follow them; each is whole. A report of an earlier run is kept under a number.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use emulator_scenario::coverage::Coverage;
use emulator_scenario::kept::Ours;
use emulator_scenario::report::Standing;
use emulator_scenario::report::json::{self, End};
use emulator_scenario::report::junit::{self, junit};
use emulator_scenario::runner::{Report, RunEvent};
use emulator_scenario::select::Selected;

use crate::files::{Output, failed, is_stdout};

impl Wanted {
    /// The file that it goes to.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it tells what scenarios touch.
    pub(super) fn is_coverage(&self) -> bool {
        self.kind == Kind::Coverage
    }
}

/// A report and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    kind: Kind,
    path: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Junit,
    Json,
    Coverage,
}

/// Reports of the language of options that this version lacks.
const NOT_YET: &[&str] = &["tap", "html", "github"];

impl std::str::FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, path) = text.split_once('=').unwrap_or((text, ""));
        let kind = match kind {
            "junit" => Kind::Junit,
            "json" => Kind::Json,
            "coverage" => Kind::Coverage,
            word if NOT_YET.contains(&word) => {
                return Err(format!("the report `{word}` is not supported by this version yet"));
            }
            word => {
                return Err(format!(
                    "there is no report `{word}`; there are junit=FILE, json=FILE and coverage=FILE"
                ));
            }
        };
        if path.is_empty() {
            return Err(format!("it names no file; write {}=FILE", text.trim_end_matches('=')));
        }
        Ok(Self { kind, path: PathBuf::from(path) })
    }
}

/// What a run is, for its reports.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) seed: u64,
    pub(super) shard: Option<String>,
}

/// The reports of a run while it runs.
#[derive(Debug)]
pub(super) struct Reports {
    about: About,
    junit: Vec<(PathBuf, Output)>,
    lines: Vec<(PathBuf, Output)>,
    coverage: Vec<(PathBuf, Output)>,
    /// What is not done yet, and what is; both only for a report that is written at the end.
    selected: Vec<Selected>,
    finished: Vec<Report>,
    strays: Vec<String>,
    /// Why lines cannot be written any more, once that is so.
    broken: Option<String>,
}

impl Reports {
    /// Makes sure that all can be written, before anything starts.
    pub(super) fn open(
        wanted: &[Wanted],
        selected: &[Selected],
        about: About,
        ours: &Ours,
    ) -> Result<Self, String> {
        let mut reports = Self {
            about,
            junit: Vec::new(),
            lines: Vec::new(),
            coverage: Vec::new(),
            selected: Vec::new(),
            finished: Vec::new(),
            strays: Vec::new(),
            broken: None,
        };
        for (index, Wanted { kind, path }) in wanted.iter().enumerate() {
            let same = |other: &Path| other == path || (is_stdout(other) && is_stdout(path));
            if wanted[..index].iter().any(|other| same(&other.path)) {
                let place =
                    if is_stdout(path) { "standard output".to_owned() } else { path.display().to_string() };
                return Err(format!("two reports go to {place}"));
            }
            let failed = |error: io::Error| unwritable(path, &error);
            if !is_stdout(path) {
                fs::create_dir_all(folder_of(path)).map_err(|error| {
                    // Something else has the name of the folder.
                    let taken = error.kind() == io::ErrorKind::AlreadyExists;
                    failed(if taken { io::ErrorKind::NotADirectory.into() } else { error })
                })?;
            }
            match kind {
                Kind::Junit => {
                    reports.junit.push((path.clone(), Output::whole(path, ours).map_err(failed)?));
                    reports.selected = selected.to_vec();
                }
                Kind::Coverage => {
                    reports.coverage.push((path.clone(), Output::whole(path, ours).map_err(failed)?));
                }
                Kind::Json => {
                    let (mut output, kept) = Output::growing(path, ours).map_err(failed)?;
                    tell_kept(path, kept.as_deref());
                    let About { seed, shard } = &reports.about;
                    let version = env!("CARGO_PKG_VERSION");
                    let line = json::begun(version, *seed, selected.len(), shard.as_deref());
                    output.write(line.as_bytes()).map_err(failed)?;
                    reports.lines.push((path.clone(), output));
                }
            }
        }
        Ok(reports)
    }

    /// Whether one of them has standard output to itself.
    pub(super) fn have_stdout(wanted: &[Wanted]) -> bool {
        wanted.iter().any(|wanted| is_stdout(&wanted.path))
    }

    /// Takes in what happens.
    pub(super) fn event(&mut self, event: RunEvent) {
        if let Some(line) = json::event(&event) {
            self.line(&line);
        }
        if self.junit.is_empty() {
            return;
        }
        match event {
            RunEvent::Finished(report) => self.finished.push(*report),
            RunEvent::Stray(text) => self.strays.push(text),
            RunEvent::BotEnded(output) => {
                self.strays.push(format!("{}\n{}", output.title, output.lines.join("\n")));
            }
            RunEvent::Began(_)
            | RunEvent::GivenUp { .. }
            | RunEvent::Unsupported(_)
            | RunEvent::RealToken
            | RunEvent::Waiting { .. }
            | RunEvent::NotReady(_)
            | RunEvent::Kept(_) => {}
        }
    }

    fn line(&mut self, line: &str) {
        for (path, file) in &mut self.lines {
            if let Err(error) = file.write(line.as_bytes()) {
                self.broken.get_or_insert_with(|| unwritable(path, &error));
            }
        }
    }

    /// Writes what is written at the end, and how the scenarios stand then.
    pub(super) fn close(
        mut self,
        end: &End,
        standing: &Standing,
        coverage: Option<&Coverage>,
    ) -> Result<(), String> {
        self.line(&json::ended(end));
        let junit = self.write_junit(end.took, standing);
        let touched = coverage.map_or(Ok(()), |coverage| self.write_coverage(coverage));
        self.broken.map_or(junit.and(touched), Err)
    }

    fn write_coverage(&mut self, coverage: &Coverage) -> Result<(), String> {
        let text = format!("{:#}\n", coverage.json());
        for (path, output) in &mut self.coverage {
            let kept = output.write(text.as_bytes()).map_err(|error| unwritable(path, &error))?;
            tell_kept(path, kept.as_deref());
        }
        Ok(())
    }

    fn write_junit(&mut self, took: Duration, standing: &Standing) -> Result<(), String> {
        if self.junit.is_empty() {
            return Ok(());
        }
        // What is not done when a run is interrupted shows as interrupted or as not run.
        let done: BTreeSet<&str> = self.finished.iter().map(|report| report.name.as_str()).collect();
        let left = self.selected.iter().filter(|selected| !done.contains(selected.name.as_str()));
        let open: BTreeSet<&str> = standing.open().collect();
        let report = |selected: &Selected| {
            let is_open = open.contains(selected.name.as_str());
            if is_open { Report::interrupted(selected) } else { Report::not_run(selected) }
        };
        let left: Vec<Report> = left.map(report).collect();
        self.finished.extend(left);
        let About { seed, shard } = &self.about;
        let run = junit::Run { seed: *seed, shard: shard.as_deref(), took, strays: &self.strays };
        for (path, output) in &mut self.junit {
            let text = junit(&self.finished, &run).map_err(|error| unwritable(path, &error))?;
            let kept = output.write(&text).map_err(|error| unwritable(path, &error))?;
            tell_kept(path, kept.as_deref());
        }
        Ok(())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> String {
    format!("cannot write the report {}: {}", shown(path), failed(error))
}

fn shown(path: &Path) -> String {
    if is_stdout(path) { "to standard output".to_owned() } else { path.display().to_string() }
}

/// Says where the earlier report is now.
fn tell_kept(path: &Path, kept: Option<&Path>) {
    if let Some(kept) = kept {
        eprintln!("kept the earlier {} as {}", path.display(), kept.display());
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
