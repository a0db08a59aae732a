//! `record`: `serve`, and a scenario file of what happens.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use emulator_scenario::cast::Cast;
use emulator_scenario::record::{Destination, Detail, Excerpt, Journal, Recording, Telling};
use emulator_server::{Lane, Quiet};
use tokio::sync::Mutex;

use super::export::{absolute, named, problems_of};
use super::serve::{self, ServeArguments};
use crate::exit::Exit;
use crate::files::{NotWritten, can_hold, is_stdout, refuse_existing, write_new, write_whole};

/// The name of the file unless another is given; a number is added where it is taken.
const DEFAULT_FILE: &str = "recording.yaml";
/// Why a recording goes into a file.
const NO_STDOUT: &str = "a recording is written anew whenever it is quiet, which standard output cannot be; name a file, or use \
                         serve --journal FILE and then export FILE -o -";
/// How long a lane may be busy before the file is written in spite of it.
const BUSY: Duration = Duration::from_secs(5);

/// What to do with it.
const AFTER: &str = "\
The file is written anew whenever it is quiet, and once more at Ctrl-C. Talk to the bot from another terminal:
  messenger-emulator say hello
  messenger-emulator tap 'Opening hours'
Then let it happen again:
  messenger-emulator run recording.yaml";

/// Runs the platform like serve, and writes what happens as a scenario file
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(crate) struct RecordArguments {
    /// Writes the scenario into this new file (default: recording.yaml, or the next name that is free)
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Gives the scenario this name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Also expects what bots show and ask beside messages: typing, seen marks, who is in control
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    serve: ServeArguments,
}

pub(crate) fn run(arguments: &RecordArguments) -> ExitCode {
    match Recorder::new(arguments) {
        Ok(recorder) => serve::run(&arguments.serve, Some(recorder)),
        Err(text) => {
            eprintln!("error: {text}");
            Exit::Usage.into()
        }
    }
}

/// A recording that goes on.
pub(crate) struct Recorder {
    path: PathBuf,
    folder: PathBuf,
    telling: Telling,
    /// What has been taken in, once the lane is there.
    journal: Option<Journal>,
    seen: u64,
    written: String,
    steps: usize,
    told: Vec<String>,
    /// Why the file could not be written the last time.
    failed: Option<String>,
}

impl Recorder {
    fn new(arguments: &RecordArguments) -> Result<Self, String> {
        let RecordArguments { output, name, all, serve: _ } = arguments;
        named(name.as_deref())?;
        let path = match output {
            None => free_name(Path::new(DEFAULT_FILE)),
            Some(path) if is_stdout(path) => return Err(NO_STDOUT.to_owned()),
            Some(path) => {
                refuse_existing(path).map_err(|why| why.to_string())?;
                if path.exists() {
                    return Err(format!(
                        "{} is no file, and a recording is written anew again and again",
                        path.display()
                    ));
                }
                path.clone()
            }
        };
        let folder = absolute(path.parent().unwrap_or(Path::new("")))?;
        if !folder.is_dir() {
            return Err(format!("there is no folder {} for {}", folder.display(), path.display()));
        }
        can_hold(&folder).map_err(|why| format!("cannot write {}: {why}", path.display()))?;
        let detail = if *all { Detail::Everything } else { Detail::Needed };
        let telling = Telling { name: name.clone(), excerpt: Excerpt::default(), detail };
        let (written, told, failed) = (String::new(), Vec::new(), None);
        Ok(Self { path, folder, telling, journal: None, seen: 0, written, steps: 0, told, failed })
    }

    /// The file that it writes.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins with the header of the lane's journal.
    ///
    /// # Errors
    ///
    /// When that is none, or the name of the scenario gives a secret away.
    pub(crate) fn begin(&mut self, header: &str, cast: &Cast) -> Result<(), String> {
        let journal = Journal::begin(header).map_err(|error| error.to_string())?.of(cast);
        if self.telling.name.as_deref().is_some_and(|name| journal.has_secret(name)) {
            return Err("--name holds a secret of the world, which would stand in the file".to_owned());
        }
        self.journal = Some(journal);
        eprintln!("recording into {}; Ctrl-C ends it", self.path.display());
        Ok(())
    }

    /// Writes whenever it is quiet, for as long as the lane lives.
    pub(crate) async fn follow(recorder: Arc<Mutex<Self>>, lane: Arc<Lane>) {
        const PATIENCE: Duration = Duration::from_secs(3_600);
        loop {
            // The journal in memory holds only so much; what is taken in is safe.
            if recorder.lock().await.take_in(&lane) {
                let _ = lane.quiet(Quiet::Auto, BUSY).await;
                let mut recorder = recorder.lock().await;
                recorder.take_in(&lane);
                recorder.write();
            }
            let seen = recorder.lock().await.seen;
            lane.changed_since(seen, PATIENCE).await;
        }
    }

    /// Writes for the last time, and says where.
    ///
    /// # Errors
    ///
    /// Why what happened is not in the file.
    pub(crate) fn end(&mut self, lane: &Lane) -> Result<(), String> {
        // What could not be written when it happened may find its place now.
        if self.take_in(lane) || self.failed.is_some() {
            self.write();
        }
        let path = self.path.display();
        if let Some(why) = &self.failed {
            let kept = if self.written.is_empty() { "is lost" } else { "is not all in it" };
            return Err(format!("cannot write {path}: {why}; what happened {kept}"));
        }
        if self.written.is_empty() {
            let what =
                if self.seen == 0 { "nothing happened" } else { "nothing happened that a step could say" };
            eprintln!("{what}, so {path} was not written");
            return Ok(());
        }
        let problems = problems_of(&self.written, &self.path);
        if let Some(problems) = problems {
            return Err(format!("{path} cannot be run as it is\n{problems}"));
        }
        eprintln!("{path}: {} steps; messenger-emulator run {path}", self.steps);
        Ok(())
    }

    /// Takes in what is new; false if nothing is.
    fn take_in(&mut self, lane: &Lane) -> bool {
        let Some(journal) = &mut self.journal else { return false };
        let before = self.seen;
        let new =
            lane.entries_after(self.seen).or_else(|oldest| lane.entries_after(oldest.saturating_sub(1)));
        for entry in new.unwrap_or_default() {
            if entry.seq > self.seen + 1 {
                let text =
                    format!("entries {} to {} came too fast and are missing", self.seen + 1, entry.seq - 1);
                eprintln!("warning: {text}");
            }
            self.seen = entry.seq;
            journal.add(entry);
        }
        self.seen > before
    }

    /// Puts the text into the file, which is this recorder's own from the first time on. What somebody else has made of it,
    /// or has put there meanwhile, is left alone, and another name is taken.
    fn put(&mut self, text: &str) -> Result<(), String> {
        let is_own = !self.written.is_empty()
            && match std::fs::read(&self.path) {
                Ok(bytes) => bytes == self.written.as_bytes(),
                Err(error) => error.kind() == std::io::ErrorKind::NotFound,
            };
        if is_own {
            return write_whole(&self.path, text);
        }
        loop {
            let free = free_name(&self.path);
            if free != self.path {
                let (path, free) = (self.path.display(), free.display());
                eprintln!(
                    "warning: {path} was changed by somebody else and stays as it is; recording into {free}"
                );
            }
            self.path = free;
            match write_new(&self.path, text) {
                Ok(()) => return Ok(()),
                Err(NotWritten::There(_)) => {}
                Err(NotWritten::Failed { why, .. }) => return Err(why),
            }
        }
    }

    fn write(&mut self) {
        let Some(journal) = &self.journal else { return };
        let place = Destination { folder: self.folder.clone(), world: None, exists: &Path::exists };
        let told = journal.told(&self.telling, &place).map_err(|error| error.to_string());
        let written = told.and_then(|Recording { text, steps, warnings }| {
            if steps > 0 && text != self.written {
                self.put(&text)?;
                (self.written, self.steps) = (text, steps);
            }
            Ok(warnings)
        });
        let path = self.path.display();
        self.failed = written.as_ref().err().cloned();
        let warnings = written.unwrap_or_else(|why| vec![format!("cannot write {path}: {why}")]);
        for warning in warnings {
            if !self.told.contains(&warning) {
                eprintln!("warning: {warning}");
                self.told.push(warning);
            }
        }
    }
}

/// The path itself, or the first one with a number in its name that is free.
fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
    let names = (2..).map(|number| path.with_file_name(format!("{stem}-{number}{ending}")));
    let mut names = std::iter::once(path.to_owned()).chain(names);
    names.find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_gets_a_number_before_its_ending() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(free_name(&at("talk.yaml")), at("talk.yaml"));
        std::fs::write(at("talk.yaml"), "").unwrap();
        std::fs::write(at("talk-2.yaml"), "").unwrap();
        assert_eq!(free_name(&at("talk.yaml")), at("talk-3.yaml"));
        std::fs::write(at("talk"), "").unwrap();
        assert_eq!(free_name(&at("talk")), at("talk-2"));
    }
}
