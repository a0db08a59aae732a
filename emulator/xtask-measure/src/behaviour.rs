//! `behaviour --against BINARY`: the proof that nothing has changed that a bot or a person can see.
//!
//! Every shipped scenario is played with this code and with an earlier binary, and what was recorded is compared:
//! every webhook and every call as bytes, and the sequence of what happened. Ids are derived from names and times are
//! virtual, so both sides say the same down to the last id.

mod differences;
mod journal;
mod play;
pub(crate) mod relay;
mod streams;
mod tree;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum as _;
use tempfile::TempDir;

use self::differences::Differences;
use self::play::{Bots, Run, Runs};
use self::streams::Hunk;
use crate::bench::process::is_installed;
use crate::binary::version;
use xtask::cargo::{self, Profile};

/// Exit code: something differs, or a scenario fails.
const CODE_DIFFERENT: u8 = 1;
/// Exit code: nothing could be compared.
const CODE_NOT_COMPARED: u8 = 2;

/// How often a scenario that differs is played again. On a busy machine a bot may be later than its scenario expects.
const TRIES_AGAIN: usize = 2;
/// Where more scenarios differ than this, it is not chance, and they are not played again.
const TOO_MANY_FOR_CHANCE: usize = 10;

/// The command line of `behaviour`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare only scenarios whose full name holds one of these texts
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// The binary to compare with: that of the commit before the change
    #[arg(long, value_name = "BINARY")]
    against: PathBuf,
    /// Take this binary instead of building one
    #[arg(long, value_name = "BINARY")]
    bin: Option<PathBuf>,
    /// Play with this bot only; can be given several times [default: all that this machine can run]
    #[arg(long = "bot", value_name = "BOT")]
    bots: Vec<Bots>,
}

/// Both binaries.
struct Both {
    before: PathBuf,
    after: PathBuf,
}

/// What is compared at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All scenarios together, with these bots: what happened.
    Together(Bots),
    /// Each scenario by itself: what went over the wire.
    Apart,
}

/// The runs of one scenario that are not alike.
struct Difference {
    name: String,
    hunks: Vec<Hunk>,
    /// Why the present binary fails the scenario.
    failure: Option<String>,
}

/// What came of all comparisons.
#[derive(Default)]
struct Tally {
    compared: BTreeSet<String>,
    /// Scenarios that differ or fail.
    different: usize,
    /// Differences that the list wants, by their rows.
    wanted: BTreeMap<String, usize>,
    /// Scenarios that differed, and not when they were played again.
    unstable: usize,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.context("failed to start a runtime")?.block_on(compare(arguments)) {
        Ok(code) => Ok(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            Ok(ExitCode::from(CODE_NOT_COMPARED))
        }
    }
}

async fn compare(arguments: &Arguments) -> Result<ExitCode> {
    let before_version = version(&arguments.against).map_err(|error| {
        anyhow::anyhow!(
            "{error:#}\nhelp: build the commit before the change, keep its messenger-emulator, and name it with --against"
        )
    })?;
    let after = match &arguments.bin {
        Some(binary) => std::path::absolute(binary)?,
        None => cargo::build("messenger-emulator", Profile::Debug)?,
    };
    let both = Both { before: std::path::absolute(&arguments.against)?, after };
    let after_version = version(&both.after)?;
    println!("now     {} ({after_version})", both.after.display());
    println!("before  {} ({before_version})\n", both.before.display());
    let root = cargo::root();
    let files = tree::files(root)?;
    let (files, unreadable) = tree::readable(&both.after, root, &files)?;
    ensure!(
        unreadable.is_empty(),
        "{} cannot be read\nhelp: `messenger-emulator check scenarios/` says what is wrong",
        listed(&unreadable)
    );
    let (files, new) = tree::readable(&both.before, root, &files)?;
    let relayed = TempDir::with_prefix("emulator-behaviour-").context("failed to make a folder")?;
    let relay = std::env::current_exe().context("failed to find this program")?;
    tree::copy_with_relays(root, &relay, relayed.path())?;
    let comparison = Comparison { both, files, relayed, filters: &arguments.filters };
    let mut list = Differences::committed()?;
    let mut tally = Tally::default();
    for part in parts(&arguments.bots) {
        comparison.part(part, &mut list, &mut tally).await?;
    }
    ensure!(
        !tally.compared.is_empty(),
        "no scenario was compared: the full name of none holds `{}`\nhelp: full names are like `scenarios/idle/released/An app that…`",
        arguments.filters.join("` or `")
    );
    Ok(report(&tally, &list, &new, arguments))
}

/// What is compared, in this order. The wire belongs to the demo bot, which every scenario starts by itself.
fn parts(wanted: &[Bots]) -> Vec<Part> {
    let mut parts = Vec::new();
    for bots in Bots::value_variants().iter().filter(|bots| wanted.is_empty() || wanted.contains(bots)) {
        match bots.needs().filter(|program| !is_installed(program)) {
            Some(program) => println!("{:32} not compared: there is no {program} here", shown(*bots)),
            None => parts.push(Part::Together(*bots)),
        }
    }
    if parts.contains(&Part::Together(Bots::DemoBot)) {
        parts.push(Part::Apart);
    }
    parts
}

fn shown(bots: Bots) -> String {
    format!("what happened, with {}", bots.name())
}

impl Part {
    fn name(self) -> String {
        match self {
            Self::Together(bots) => shown(bots),
            Self::Apart => "what went over the wire".to_owned(),
        }
    }
}

/// Everything that a part needs.
struct Comparison<'a> {
    both: Both,
    /// The files that both can read.
    files: Vec<PathBuf>,
    /// The copy with relays.
    relayed: TempDir,
    filters: &'a [String],
}

impl Comparison<'_> {
    /// Compares one part and prints what differs.
    async fn part(&self, part: Part, list: &mut Differences, tally: &mut Tally) -> Result<()> {
        let (before, after) = self.played(part, None).await?;
        let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        tally.compared.extend(names.iter().cloned());
        let mut different = differing(&before, &after);
        let mut settled = Vec::new();
        for _ in 0..TRIES_AGAIN {
            if different.is_empty() || different.len() > TOO_MANY_FOR_CHANCE {
                break;
            }
            let again: Vec<String> = different.iter().map(|difference| difference.name.clone()).collect();
            let (before, after) = self.played(part, Some(&again)).await?;
            let now = differing(&before, &after);
            let stays = |one: &Difference| now.iter().any(|other| other.name == one.name);
            settled.extend(different.into_iter().filter(|one| !stays(one)));
            different = now;
        }
        for difference in &settled {
            println!("{:32} one differed once, and not when it was played again:", part.name());
            difference.print();
        }
        tally.unstable += settled.len();
        let mut unexpected = Vec::new();
        for mut difference in different {
            difference.hunks.retain(|hunk| match list.excuse(&difference.name, hunk) {
                Some(rows) => {
                    rows.into_iter().for_each(|row| *tally.wanted.entry(row).or_default() += 1);
                    false
                }
                None => true,
            });
            if !difference.hunks.is_empty() || difference.failure.is_some() {
                unexpected.push(difference);
            }
        }
        let differ =
            if unexpected.is_empty() { String::new() } else { format!(", {} differ", unexpected.len()) };
        println!("{:32} {} scenarios{differ}", part.name(), names.len());
        unexpected.iter().for_each(Difference::print);
        tally.different += unexpected.len();
        Ok(())
    }

    /// The runs of both binaries, of all scenarios that are wanted or of the named ones.
    async fn played(&self, part: Part, only: Option<&[String]>) -> Result<(Runs, Runs)> {
        let wanted = |name: &String| match only {
            Some(names) => names.contains(name),
            None => {
                self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()))
            }
        };
        let played = async |binary: &Path, which: &str| -> Result<Runs> {
            let bots = match part {
                Part::Together(bots) => bots,
                Part::Apart => Bots::DemoBot,
            };
            // Where each is played by itself, this says which there are.
            let mut runs =
                play::together(binary, &self.files, bots).await.with_context(|| which.to_owned())?;
            runs.retain(|name, _| wanted(name));
            if part == Part::Apart {
                let scenarios: Vec<_> = runs.into_iter().map(|(name, run)| (name, run.file)).collect();
                let played = play::apart(binary, self.relayed.path(), &scenarios).await;
                runs = played.with_context(|| which.to_owned())?;
            }
            Ok(runs)
        };
        Ok((
            played(&self.both.before, "the binary before").await?,
            played(&self.both.after, "this code").await?,
        ))
    }
}

/// The scenarios whose runs are not alike, and those that fail now.
fn differing(before: &Runs, after: &Runs) -> Vec<Difference> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let none = Run::default();
    let of = |runs: &'_ Runs, name: &String| runs.get(name).unwrap_or(&none).clone();
    let compared = names.into_iter().map(|name| {
        let (before, after) = (of(before, name), of(after, name));
        let hunks = streams::differences(&before.streams, &after.streams);
        Difference { name: name.clone(), hunks, failure: after.failure }
    });
    compared.filter(|difference| !difference.hunks.is_empty() || difference.failure.is_some()).collect()
}

impl Difference {
    fn print(&self) {
        println!("\n{}", self.name);
        for hunk in &self.hunks {
            print!("{hunk}");
        }
        if let Some(failure) = &self.failure {
            let indented: Vec<_> = failure.lines().map(|line| format!("    {line}")).collect();
            println!("  it does not pass now:\n{}", indented.join("\n"));
        }
        println!();
    }
}

/// Prints what came of it all, and gives the exit code.
fn report(tally: &Tally, list: &Differences, new: &[PathBuf], arguments: &Arguments) -> ExitCode {
    println!();
    if !new.is_empty() {
        println!("new files, which the binary before cannot read, so they are not compared: {}", listed(new));
    }
    for (row, count) in &tally.wanted {
        println!("wanted: {row} ({count} places)");
    }
    // With filters or some bots only, what excuses nothing may do so elsewhere.
    let all = arguments.filters.is_empty() && arguments.bots.is_empty();
    let mut unused: Vec<String> = Vec::new();
    if all {
        unused.extend(list.unused().map(ToString::to_string));
    }
    for entry in &unused {
        println!("unused: {entry}\n  help: nothing differs there any more, so take the line away");
    }
    let same = tally.different == 0 && unused.is_empty();
    let mut counts = vec![("differing", tally.different), ("wanted differences", list.used())];
    counts.extend([("unused entries", unused.len()), ("unstable", tally.unstable), ("new files", new.len())]);
    let counts: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).collect();
    let counts: String = counts.iter().map(|(what, count)| format!(", {what}: {count}")).collect();
    println!(
        "{}: {} scenarios{counts}",
        if same { "the same" } else { "NOT the same" },
        tally.compared.len()
    );
    if same {
        return ExitCode::SUCCESS;
    }
    if tally.different > 0 {
        println!(
            "help: what is wanted stands in emulator/xtask-measure/src/behaviour/differences.txt, with the row that it makes right"
        );
    }
    ExitCode::from(CODE_DIFFERENT)
}

fn listed(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}
