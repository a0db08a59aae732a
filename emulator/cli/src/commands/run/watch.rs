//! `run --watch`: round after round, each with what is affected by the files that have changed.
//!
//! After each change everything is read again and compared with what the last round was read from, so that a round that
//! could not be played, for a file was broken, is made up for.

mod bots;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use emulator_scenario::bots::{Change, OwnFiles};
use emulator_scenario::input::{is_stdin, is_stream};
use emulator_scenario::kept::Ours;
use emulator_scenario::runner::HandPorts;
use emulator_scenario::select::{Selected, Selection, Sources};
use emulator_scenario::shard::Shard;
use emulator_scenario::transcript::printable;

use self::bots::Bots;
use super::selecting::{Choice, choose, read};
use super::{Interrupts, Outcome, RunArguments, prepared};
use crate::exit::Exit;
use crate::output;
use crate::watching::{Watcher, folder_of};

/// How many files or scenarios a line names.
const NAMED: usize = 3;

/// What the rounds have in common.
struct Rounds<'a> {
    arguments: &'a RunArguments,
    watcher: Watcher,
    by_hand: HandPorts,
    /// The files that its rounds have written.
    ours: Ours,
    /// What is written here, and is therefore no change.
    own: OwnFiles,
    bots: Bots,
    /// How many there were.
    number: u32,
    /// What the files held when all of them were in order last.
    read: Option<Sources>,
    /// What is wrong with the files, as it was printed.
    broken: Option<String>,
    /// The exit code of the last round.
    last: Exit,
    /// The scenarios that did not pass when they were played last.
    failed: BTreeSet<String>,
}

/// What is done after a look at the files.
enum Next {
    /// These are played.
    Play(Vec<Selected>, Option<Shard>),
    /// Nothing is, which was told. The code is that of an end now.
    Told(Exit),
    /// Nothing is, for nothing has happened.
    Wait,
}

/// Plays rounds until somebody ends it; gives the exit code of the last one.
pub(super) async fn rounds(arguments: &RunArguments, interrupts: &mut Interrupts) -> Exit {
    if let Some(stream) = arguments.files.iter().find(|path| is_stream(path)) {
        let what = if is_stdin(stream) { "standard input".to_owned() } else { stream.display().to_string() };
        eprintln!(
            "error: --watch reads everything again after a change, and {what} can be read once; name a file"
        );
        return Exit::Usage;
    }
    if arguments.wants_coverage() {
        eprintln!(
            "error: --watch plays what is affected, which says nothing about coverage; run it without --watch"
        );
        return Exit::Usage;
    }
    // A path that is not there is a slip of the one who has just typed it.
    if let Err(text) = read(arguments) {
        eprintln!("{text}");
        return Exit::Usage;
    }
    let mut rounds = match Rounds::new(arguments) {
        Ok(rounds) => rounds,
        Err(why) => {
            eprintln!("error: files cannot be watched: {why}");
            return Exit::Bug;
        }
    };
    let mut exit = Exit::Passed;
    // Whether it is still to be said that changes are waited for.
    let mut owed = true;
    loop {
        match rounds.look() {
            Next::Wait => {}
            Next::Told(code) => {
                exit = code;
                owed = true;
            }
            Next::Play(scenarios, shard) => match rounds.play(scenarios, shard, interrupts).await {
                Ok(Outcome { exit, interrupted: true, .. }) | Err(exit) => return exit,
                Ok(outcome) => {
                    exit = outcome.exit;
                    owed = true;
                }
            },
        }
        if owed && !rounds.watcher.has_stirred() {
            owed = false;
            eprintln!("waiting for changes; Ctrl-C ends the run");
        }
        tokio::select! {
            () = rounds.watcher.stirs() => {}
            () = interrupts.next() => return exit,
        }
    }
}

impl<'a> Rounds<'a> {
    fn new(arguments: &'a RunArguments) -> Result<Self, String> {
        let mut own = OwnFiles::default();
        own.add_output();
        arguments.journal.iter().for_each(|folder| own.add(folder));
        arguments.report.iter().for_each(|report| own.add(report.path()));
        Ok(Self {
            arguments,
            watcher: Watcher::new()?,
            by_hand: HandPorts::default(),
            ours: Ours::default(),
            own,
            bots: Bots::default(),
            number: 0,
            read: None,
            broken: None,
            last: Exit::Passed,
            failed: BTreeSet::new(),
        })
    }

    /// Reads all files again, and finds out what is to be played.
    fn look(&mut self) -> Next {
        let selection = match read(self.arguments) {
            Ok(selection) => selection,
            Err(text) => return self.cannot_play(text, Exit::Usage),
        };
        self.follow(&selection);
        let sources = selection.sources.clone();
        let (scenarios, shard) = match choose(self.arguments, selection) {
            Ok(Choice::Run { scenarios, shard }) => (scenarios, shard),
            Ok(Choice::Nothing(why)) => {
                return self.cannot_play(format!("{why}, so nothing was run"), Exit::Passed);
            }
            Err(text) => return self.cannot_play(text, Exit::Usage),
        };
        let bots = self.bots.look(&scenarios, &self.own);
        self.follow_bots();
        let mended = self.broken.take().is_some();
        let Some(before) = self.read.replace(sources) else {
            self.header("", scenarios.len(), scenarios.len());
            return Next::Play(scenarios, shard);
        };
        let sources = self.read.get_or_insert_default();
        let changes = sources.changes(&before);
        let mut affected: BTreeSet<String> = BTreeSet::new();
        for change in &changes {
            affected.extend(
                sources.readers(&change.path, &scenarios).iter().map(|selected| selected.name.clone()),
            );
        }
        affected.extend(bots.iter().flat_map(|restarted| restarted.scenarios.clone()));
        let known: BTreeSet<String> = scenarios.iter().map(|selected| selected.unnumbered().name).collect();
        self.failed.retain(|name| known.contains(name));
        let restarted: Vec<&str> = bots.iter().map(|restarted| restarted.app.as_str()).collect();
        let told =
            told(changes.iter().chain(bots.iter().flat_map(|restarted| &restarted.changes)), &restarted);
        match (told.is_empty(), affected.is_empty(), mended) {
            (true, _, false) => Next::Wait,
            (true, _, true) => {
                output::data("\nall files are in order again; nothing else has changed\n");
                Next::Told(self.last)
            }
            (false, true, _) => {
                output::data(&format!("\n{told}; this affects no scenario\n"));
                Next::Told(self.last)
            }
            (false, false, _) => {
                let all = scenarios.len();
                let played = scenarios.into_iter().filter(|selected| affected.contains(&selected.name));
                let played: Vec<Selected> = played.collect();
                self.header(&told, played.len(), all);
                Next::Play(played, shard)
            }
        }
    }

    async fn play(
        &mut self,
        scenarios: Vec<Selected>,
        shard: Option<Shard>,
        interrupts: &mut Interrupts,
    ) -> Result<Outcome, Exit> {
        let played: BTreeSet<String> = scenarios.iter().map(|selected| selected.unnumbered().name).collect();
        let run = prepared(self.arguments, scenarios, shard, (self.by_hand.clone(), self.ours.clone()))
            .map_err(|(exit, text)| {
                eprintln!("{text}");
                exit
            })?;
        let outcome = Box::pin(run.play(interrupts)).await;
        self.failed.retain(|name| !played.contains(name));
        if !self.failed.is_empty() {
            let others = named(self.failed.iter().map(|name| printable(name)));
            output::data(&format!("not played again, and failed before: {others}\n"));
        }
        self.failed.extend(outcome.failed.iter().cloned());
        self.last = outcome.exit;
        self.bots.round_is_over(&self.own);
        Ok(outcome)
    }

    /// Says what is wrong, unless that was the last thing said.
    fn cannot_play(&mut self, text: String, exit: Exit) -> Next {
        if self.broken.as_ref() == Some(&text) {
            return Next::Wait;
        }
        eprintln!("\n{text}");
        self.broken = Some(text);
        Next::Told(exit)
    }

    fn header(&mut self, told: &str, count: usize, all: usize) {
        self.number += 1;
        let counted = match (count, all) {
            (1, 1) => "1 scenario".to_owned(),
            (count, all) if count == all => format!("all {all} scenarios"),
            (count, all) => format!("{count} of {all} scenarios"),
        };
        let (gap, told) = match told {
            "" => ("", String::new()),
            told => ("\n", format!("{told}: ")),
        };
        output::data(&format!("{gap}=== round {}: {told}{counted}\n", self.number));
    }

    /// Watches the folders of what was read.
    fn follow(&mut self, selection: &Selection) {
        let folders = selection.folders.iter().cloned().chain(selection.sources.paths().map(existing));
        self.bots.elsewhere = folders.collect();
        self.follow_bots();
    }

    fn follow_bots(&mut self) {
        self.watcher.follow(&self.bots.folders(), "is not noticed");
    }
}

/// The nearest folder above a file that is there.
fn existing(file: &Path) -> PathBuf {
    let mut folder = folder_of(file);
    while !folder.is_dir() && folder.pop() {}
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
}

/// What has changed, for a header.
fn told<'c>(changes: impl Iterator<Item = &'c Change>, restarted: &[&str]) -> String {
    let mut all: Vec<String> = changes.map(ToString::to_string).collect();
    all.sort();
    all.dedup();
    let mut told = named(all.into_iter());
    if !restarted.is_empty() {
        let names: BTreeSet<String> = restarted.iter().map(|name| format!("`{name}`")).collect();
        let names: Vec<String> = names.into_iter().collect();
        told = format!("{told}; {} restarted", names.join(", "));
    }
    told
}

/// The first few, and how many more there are.
fn named(all: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = all.collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
