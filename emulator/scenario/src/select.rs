//! Finding the scenarios that were asked for.

mod files;
mod sources;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{MEDIA_LIMIT, Protocol};
use serde_json::{Map, Value};

use crate::cast::{Surroundings, cast, environment};
use crate::diagnostics::{Diagnostic, SourceText};
use crate::input;
use crate::node::{Span, Spanned};
use crate::scenario::{Document, Run, Scenario, WorldSpec, load};
use crate::value;
use crate::vocabulary::Root;

pub use sources::Sources;

/// What was found.
#[derive(Debug, Default)]
pub struct Selection {
    /// What it was read from.
    pub sources: Sources,
    /// The folders that were searched, or in which a file lies that was asked for.
    pub folders: BTreeSet<PathBuf>,
    /// The scenarios, in the order of their files.
    pub scenarios: Vec<Selected>,
    /// Everything that is wrong with the files.
    pub problems: Vec<Diagnostic>,
    /// How many worlds there are among the files.
    pub worlds: usize,
    /// How many parts there are among the files.
    pub parts: usize,
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
    /// What it says, with its protocol in the world.
    pub scenario: Arc<Scenario>,
    /// Its variables: those of the scenario, and over them those of the case.
    pub vars: Arc<Map<String, Value>>,
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
#[error("cannot read {}: {error}", shown(.path))]
pub struct Unreadable {
    /// The path, or [`input::STDIN`] for standard input.
    pub path: PathBuf,
    /// What the system says.
    #[source]
    pub error: io::Error,
}

fn shown(path: &Path) -> String {
    if path == Path::new(input::STDIN) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Reads the files that scenarios name, each once: many of them share a world, a part or a picture.
#[derive(Default)]
struct Reader {
    read: RefCell<BTreeMap<PathBuf, Bytes>>,
    sources: RefCell<Sources>,
}

impl Reader {
    /// Reads a file that another one names.
    fn read_for(&self, user: &Path, path: &Path) -> io::Result<Bytes> {
        let read = self.read(path);
        self.sources.borrow_mut().used(user, path, read.as_deref().ok());
        read
    }

    fn read(&self, path: &Path) -> io::Result<Bytes> {
        if let Some(read) = self.read.borrow().get(path) {
            return Ok(read.clone());
        }
        let read = Bytes::from(read_file(path)?);
        self.read.borrow_mut().insert(path.to_owned(), read.clone());
        Ok(read)
    }
}

/// Reads a file of bounded size. A device or a pipe may never end, and is none.
///
/// # Errors
///
/// When it cannot be read, is no file, or is larger than a file may be that a person sends.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no file, but a device or a pipe"));
    }
    // One more byte than there may be, so that what is too large is noticed whoever makes it grow.
    let mut read = Vec::new();
    std::fs::File::open(path)?.take(MEDIA_LIMIT as u64 + 1).read_to_end(&mut read)?;
    Ok(read)
}

/// Reads every scenario of the given files and folders whose full name holds the filter; one whose full name is the
/// filter is taken alone, so that it can be run without others whose names go on.
///
/// # Errors
///
/// When a path cannot be read at all.
pub fn select(paths: &[PathBuf], filter: Option<&str>) -> Result<Selection, Unreadable> {
    let (streams, paths) = streams(paths)?;
    let (files, folders) = files::find(&paths)?;
    let mut names = BTreeMap::new();
    let reader = Reader::default();
    let mut selection = Selection { files: files.len() + streams.len(), folders, ..Selection::default() };
    let streams = streams.into_iter().map(|(path, text)| (path, Some(text)));
    for (path, text) in streams.chain(files.into_iter().map(|path| (path, None))) {
        let text = text.map_or_else(|| read_file(&path), Ok);
        let text = text.map_err(|error| Unreadable { path: path.clone(), error })?;
        reader.sources.borrow_mut().asked_for(&path, &text);
        let text = match String::from_utf8(text) {
            Ok(text) => text,
            Err(error) => {
                selection.problems.push(no_text(&path, error.as_bytes(), error.utf8_error().valid_up_to()));
                continue;
            }
        };
        let (documents, problems) = load(&path, text, &|used| reader.read_for(&path, used));
        selection.add(problems);
        for document in documents {
            match document {
                Document::World(world) => {
                    selection.worlds += 1;
                    selection.add(unusable_world(&world));
                }
                Document::Part(_) => selection.parts += 1,
                Document::Scenario(scenario) => {
                    selection.add(unusable_world(&scenario.world));
                    let (runs, problems) = runs(&scenario, &path);
                    selection.add(problems);
                    selection.add(runs.iter().filter_map(|run| taken(run, &mut names)).collect());
                    let asked = |run: &Selected| filter.is_none_or(|filter| run.name.contains(filter));
                    selection.scenarios.extend(runs.into_iter().filter(asked));
                }
            }
        }
    }
    if selection.scenarios.iter().any(|selected| Some(selected.name.as_str()) == filter) {
        selection.scenarios.retain(|selected| Some(selected.name.as_str()) == filter);
    }
    selection.sources = reader.sources.into_inner();
    Ok(selection)
}

/// What is under which path in a stream.
type Streams = Vec<(PathBuf, Vec<u8>)>;

/// Reads standard input and the pipes among the paths, each once; gives the paths that are left as well. A pipe that is
/// found in a folder is not read: nobody has named it.
fn streams(paths: &[PathBuf]) -> Result<(Streams, Vec<PathBuf>), Unreadable> {
    let (given, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.iter().cloned().partition(|path| input::is_stream(path));
    let mut streams = Streams::new();
    for path in given {
        let name = input::called(&path);
        if streams.iter().any(|(known, _)| *known == name) {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "it is named twice and can be read once");
            return Err(Unreadable { path: name, error });
        }
        let read = input::read_input(&path, MEDIA_LIMIT as u64);
        let text = read.map_err(|error| Unreadable { path: name.clone(), error })?;
        streams.push((name, text));
    }
    Ok((streams, paths))
}

impl Selection {
    /// Takes in problems, each once: a world may be used by many scenarios.
    fn add(&mut self, problems: Vec<Diagnostic>) {
        for problem in problems {
            if self.known.insert(problem.identity()) {
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

/// Says when a run of another file has the same full name. Within a file that was found when it was read.
fn taken(run: &Selected, names: &mut BTreeMap<String, PathBuf>) -> Option<Diagnostic> {
    let other = names.entry(run.name.clone()).or_insert_with(|| run.path.clone());
    if *other == run.path {
        return None;
    }
    let message = format!("two scenarios have the full name `{}`", run.name);
    let problem = Diagnostic::new(run.scenario.name.span, message)
        .note(format!("the other one stands in {}", other.display()))
        .help("rename one of them, or its file");
    Some(problem.in_file(&run.scenario.file))
}

/// The runs of a scenario, and what of its variables cannot be evaluated although it can be read. The steps are
/// shared by all of them.
fn runs(scenario: &Scenario, path: &Path) -> (Vec<Selected>, Vec<Diagnostic>) {
    let scope = Map::from_iter([(Root::Env.name().to_owned(), environment())]);
    let mut problems = Vec::new();
    let mut runs: Vec<Selected> = Vec::new();
    let mut played: Option<(Option<Protocol>, Arc<Scenario>)> = None;
    for Run { called, protocol, case } in scenario.runs() {
        let mut vars = Map::new();
        for (key, node) in scenario.variables(case) {
            match value::evaluate(node, &scope, value::ReadAs::Any) {
                Ok(value) => drop(vars.insert(key.name.clone(), value)),
                Err(problem) => problems.push(problem.in_file(&scenario.file)),
            }
        }
        let scenario = match &played {
            Some((of, played)) if *of == protocol => Arc::clone(played),
            Some(_) | None => {
                let mut played = scenario.clone();
                let span = played.span;
                played.world.protocol = protocol.map(|it| Spanned::new(it, span)).or(played.world.protocol);
                let effective = played.world.protocol.as_ref().map(|protocol| protocol.value);
                played.keep_steps_under(effective.unwrap_or_default());
                Arc::new(played)
            }
        };
        played = Some((protocol, Arc::clone(&scenario)));
        let name = full_name(path, &called);
        runs.push(Selected { name, called, path: path.to_owned(), scenario, vars: Arc::new(vars) });
    }
    (runs, problems)
}

/// Fills in a world as a run would do later, to find what is wrong with it before anything starts.
pub(crate) fn unusable_world(world: &WorldSpec) -> Vec<Diagnostic> {
    let surroundings = Surroundings {
        url: "http://127.0.0.1:7380".to_owned(),
        tls: "127.0.0.1:7380".to_owned(),
        bin: PathBuf::from("messenger-emulator"),
        redirect: None,
    };
    cast(world, &surroundings, &mut |_| 3_000).err().unwrap_or_default()
}

/// The name of a scenario in reports, of its lane and of its journal.
fn full_name(path: &Path, name: &str) -> String {
    format!("{}/{name}", path.with_extension("").display())
}
