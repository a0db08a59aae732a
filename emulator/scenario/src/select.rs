//! Finding the scenarios that were asked for.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::cast::{Surroundings, cast};
use crate::diagnostics::{Diagnostic, SourceText};
use crate::node::Span;
use crate::scenario::{Document, Scenario, WorldSpec, load};
use crate::value;

/// What was found.
#[derive(Debug, Default)]
pub struct Selection {
    /// The scenarios, in the order of their files.
    pub scenarios: Vec<Selected>,
    /// Everything that is wrong with the files.
    pub problems: Vec<Diagnostic>,
    /// How many files were read.
    pub files: usize,
    /// What was found to be wrong: where and what.
    known: BTreeSet<(String, usize, String)>,
}

/// A scenario and where it comes from.
#[derive(Debug, Clone)]
pub struct Selected {
    /// Its full name: the path without ending, and what it is called.
    pub name: String,
    /// What tells it from the others of its file: `NAME[.CASE][@PROTOCOL][#ATTEMPT]`.
    pub called: String,
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub scenario: Scenario,
}

impl Selected {
    /// Another run of the same, with its number.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let first = self.unnumbered();
        let (name, called) = (format!("{}#{number}", first.name), format!("{}#{number}", first.called));
        Self { name, called, ..first }
    }

    /// The run that has no number.
    #[must_use]
    pub fn unnumbered(&self) -> Self {
        let mut first = self.clone();
        let Some((called, number)) = self.called.rsplit_once('#') else { return first };
        // The name of a scenario may end like that as well.
        if number.parse::<u32>().is_ok() && self.called != self.scenario.name.value {
            let name = self.name.strip_suffix(number).and_then(|name| name.strip_suffix('#'));
            first.name = name.unwrap_or(&self.name).to_owned();
            called.clone_into(&mut first.called);
        }
        first
    }
}

/// A path that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {error}", .path.display())]
pub struct Unreadable {
    /// The path.
    pub path: PathBuf,
    /// What the system says.
    #[source]
    pub error: io::Error,
}

/// Reads every scenario of the given files and folders whose full name holds the filter; one whose full name is the
/// filter is taken alone, so that it can be run without others whose names go on.
///
/// # Errors
///
/// When a path cannot be read at all.
pub fn select(paths: &[PathBuf], filter: Option<&str>) -> Result<Selection, Unreadable> {
    let mut files = BTreeSet::new();
    for path in paths {
        collect(path, &mut files).map_err(|error| Unreadable { path: path.clone(), error })?;
    }
    let mut selection = Selection { files: files.len(), ..Selection::default() };
    for path in files {
        let text = std::fs::read(&path).map_err(|error| Unreadable { path: path.clone(), error })?;
        let text = match String::from_utf8(text) {
            Ok(text) => text,
            Err(error) => {
                selection.problems.push(no_text(&path, error.as_bytes(), error.utf8_error().valid_up_to()));
                continue;
            }
        };
        let (documents, problems) = load(&path, text, &|path| std::fs::read_to_string(path));
        selection.add(problems);
        for document in documents {
            selection.add(match &document {
                Document::World(world) => unusable_world(world),
                Document::Scenario(scenario) => unusable(scenario),
            });
            if let Document::Scenario(scenario) = document {
                let called = scenario.name.value.clone();
                let name = full_name(&path, &called);
                if filter.is_none_or(|filter| name.contains(filter)) {
                    selection.scenarios.push(Selected {
                        name,
                        called,
                        path: path.clone(),
                        scenario: *scenario,
                    });
                }
            }
        }
    }
    if selection.scenarios.iter().any(|selected| Some(selected.name.as_str()) == filter) {
        selection.scenarios.retain(|selected| Some(selected.name.as_str()) == filter);
    }
    Ok(selection)
}

impl Selection {
    /// Takes in problems, each once: a world may be used by many scenarios.
    fn add(&mut self, problems: Vec<Diagnostic>) {
        for problem in problems {
            let file = problem.file.as_ref().map_or_else(String::new, |file| file.name.clone());
            if self.known.insert((file, problem.span.start, problem.message.clone())) {
                self.problems.push(problem);
            }
        }
    }
}

/// A file that holds something else than text.
fn no_text(path: &Path, bytes: &[u8], valid: usize) -> Diagnostic {
    let file = SourceText::new(path.display().to_string(), String::from_utf8_lossy(bytes));
    Diagnostic::new(Span::new(valid, valid), "this file is not UTF-8 text")
        .label("no text from here on")
        .help("save it as UTF-8")
        .in_file(&file)
}

/// What of a scenario cannot be evaluated, although it can be read.
fn unusable(scenario: &Scenario) -> Vec<Diagnostic> {
    let mut problems = unusable_world(&scenario.world);
    let nothing = serde_json::Map::new();
    for (_, node) in &scenario.vars {
        if let Err(problem) = value::evaluate(node, &nothing, value::Place::Any) {
            problems.push(problem.in_file(&scenario.file));
        }
    }
    problems
}

/// Fills in a world as a run would do later, to find what is wrong with it before anything starts.
pub(crate) fn unusable_world(world: &WorldSpec) -> Vec<Diagnostic> {
    let surroundings =
        Surroundings { url: "http://127.0.0.1:7380".to_owned(), bin: PathBuf::from("messenger-emulator") };
    cast(world, &surroundings, &mut |_| 3_000).err().unwrap_or_default()
}

/// The name of a scenario in reports, of its lane and of its journal.
fn full_name(path: &Path, name: &str) -> String {
    let path = path.with_extension("");
    let path = path.strip_prefix("./").unwrap_or(&path);
    format!("{}/{name}", path.display())
}

fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        // Opening it tells best what is wrong with it.
        std::fs::File::open(path)?;
        files.insert(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            if !name.starts_with('.') && name != "node_modules" {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.insert(path);
        }
    }
    Ok(())
}
