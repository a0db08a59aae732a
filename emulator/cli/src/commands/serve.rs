//! `serve`: the platform, for a developer who points a bot at it.

mod banner;
mod bots;
mod journal;
mod listening;
mod platform;
mod talk;
mod waiting;
mod watch;
mod world;

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use emulator_core::{REAL_TOKEN, Timestamp};
use emulator_language::scenario::WorldSpec;
use emulator_language::value::{LAST_MOMENT, MomentError, parse_moment};
use emulator_scenario::bots::{BotFiles, OwnFiles, ServedBots, never_called};
use emulator_scenario::calls::Unsupported;
use emulator_scenario::cast::Cast;
use emulator_scenario::outward;
use emulator_scenario::redirect::RENEWED;
use emulator_scenario::runner::BEGIN_AT;
use emulator_scenario::transcript::Lines;
use emulator_server::journal::{Header, JournalFile, Origin};
use emulator_server::{ClockMode, Lane, Pace, Stage, rfc3339};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Mutex, Notify, mpsc};

pub(crate) use self::bots::{Again, tell_ends};
pub(crate) use self::platform::Platform;
use self::watch::Watch;
use super::record::Recorder;
use crate::entrance::EntranceArguments;
use crate::exit::Exit;
use crate::output::{self, Stream};
use crate::worlds::{self, WorldArguments};
use waiting::wait_for;

/// Where it listens unless told otherwise.
const DEFAULT_PORT: u16 = 7380;
/// How long open calls have for their answers when the journal cannot be written any more.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Runs the platform for a bot that is pointed at it
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    world: WorldArguments,
    #[command(flatten)]
    entrance: EntranceArguments,
    /// Listens on this port at 127.0.0.1; 0 picks a free one (default: 7380, with exec a free one)
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Listens on this port at 127.0.0.1 too, for clients that a hosts file brings here: 443 where that is allowed; 0
    /// picks a free one
    #[arg(long, value_name = "PORT")]
    tls_port: Option<u16>,
    /// Writes the base URL into this file once it accepts connections
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Writes everything that happens to this file, and goes on with what is in it already
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Makes the journal survive a crash of the machine too, which takes time
    #[arg(long, requires = "journal")]
    journal_sync: bool,
    /// Lets the clock follow the system's, stand still until a step moves it, or run N times as fast
    #[arg(long, value_name = "real|frozen|scaled:N", default_value = "real", value_parser = clock)]
    clock: ClockKind,
    /// Begins at this time, with a clock that does not follow the system's and a journal that is new
    #[arg(long, value_name = "TIME", value_parser = time)]
    begin_at: Option<Timestamp>,
    /// Derives ids from this number
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Restarts a bot that was started here when its files change
    #[arg(long)]
    watch: bool,
    /// Prints no line for what happens
    #[arg(long, short)]
    quiet: bool,
}

/// What `--clock` names.
#[derive(Debug, Clone, Copy)]
enum ClockKind {
    Real,
    Frozen,
    Scaled(Pace),
}

fn clock(text: &str) -> Result<ClockKind, String> {
    match (text, text.strip_prefix("scaled:")) {
        ("real", _) => Ok(ClockKind::Real),
        ("frozen", _) => Ok(ClockKind::Frozen),
        (_, Some(pace)) => pace.parse().map(ClockKind::Scaled).map_err(|error| error.to_string()),
        (_, None) => Err("a clock is real, frozen or scaled:N".to_owned()),
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    parse_moment(text).map_err(|error| match error {
        MomentError::Unreadable => "write it as 2026-07-06T09:00:00Z".to_owned(),
        MomentError::TooLate => format!("the latest moment is {}", rfc3339(LAST_MOMENT)),
    })
}

impl ServeArguments {
    /// What describes the world.
    pub(super) const fn world(&self) -> &WorldArguments {
        &self.world
    }

    /// What is let in.
    pub(super) const fn entrance(&self) -> &EntranceArguments {
        &self.entrance
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port_or(DEFAULT_PORT)
    }

    /// Where it listens, if another port is the default.
    pub(super) fn port_or(&self, default: u16) -> u16 {
        self.port.unwrap_or(default)
    }

    /// Where it listens for clients that a hosts file brings here.
    pub(super) const fn tls_port(&self) -> Option<u16> {
        self.tls_port
    }

    fn clock_mode(&self) -> Result<ClockMode, Failed> {
        match (self.clock, self.begin_at) {
            (ClockKind::Real, None) => Ok(ClockMode::Real),
            (ClockKind::Real, Some(_)) => {
                let text = "--begin-at needs a clock of its own: --clock frozen, or --clock scaled:1";
                Err(failed(Exit::Usage, text))
            }
            (ClockKind::Frozen, at) => Ok(ClockMode::Frozen { at: at.unwrap_or(Timestamp(BEGIN_AT)) }),
            (ClockKind::Scaled(pace), from) => Ok(ClockMode::Scaled { from, pace }),
        }
    }
}

/// Serves until it is stopped; with a recorder, what happens is written as a scenario.
pub(crate) fn run(arguments: &ServeArguments, recorder: Option<Recorder>) -> ExitCode {
    // One thread answers as many calls as several would, with less waiting for each other (`xtask bench send`).
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return Exit::Bug.into();
        }
    };
    let exit = match runtime.block_on(go(arguments, recorder)) {
        Ok(exit) => exit,
        Err((exit, text)) => {
            eprintln!("{}", text.trim_end());
            exit
        }
    };
    runtime.shutdown_background();
    exit.into()
}

/// The text is printed as it is: it may be diagnostics, which draw themselves.
pub(crate) type Failed = (Exit, String);

pub(crate) fn failed(exit: Exit, error: impl std::fmt::Display) -> Failed {
    (exit, format!("error: {error}"))
}

async fn go(arguments: &ServeArguments, recorder: Option<Recorder>) -> Result<Exit, Failed> {
    let colour = output::colour_of_stderr();
    let usage = |text: String| (Exit::Usage, text);
    // As long as it reads what may be a pipe, a signal simply ends it.
    let world = worlds::world(&arguments.world, colour).map_err(usage)?;
    let signals = Signals::heed()?;
    let files = watched(arguments, &world)?;
    let (platform, heard) = Platform::open(arguments, &world, arguments.port()).await?;
    let Platform { stage, lane, cast, surroundings, port, bots, file, origin, before } = platform;
    output::data(&format!("{}\n", surroundings.url));
    eprint!("{}", banner::text(&cast, &surroundings, arguments.tls_port.is_some()));
    if surroundings.redirect.as_ref().is_some_and(|redirect| redirect.was_renewed()) {
        eprintln!("note: {RENEWED}\n");
    }
    let typed = std::io::stdin().is_terminal();
    let again = Again { typed, port, watched: !files.is_empty() };
    let (restarts, restarted) = mpsc::unbounded_channel();
    let told = bots::tell(heard, (Arc::clone(&stage), Arc::clone(&cast)), again, restarts);
    let told = tokio::spawn(told);
    let own = own_files(arguments, recorder.as_ref());
    watch(&world, (files, own), &bots, again, restarted).await?;
    warn(&stage);
    if !arguments.quiet {
        let why = format!("why: messenger-emulator explain --url {}", surroundings.url);
        tell_all(&lane, before, why, Stream::Stdout);
    }
    let quit = Arc::new(Notify::new());
    if typed {
        eprintln!(
            "Type a line to say it as `{}`; /help tells what else there is.\n",
            talk::first_person(&cast)
        );
        let started = bots.names().map(str::to_owned).collect();
        let place = (Arc::clone(&stage), Arc::clone(&lane));
        let typing = talk::read(surroundings.url.clone(), Arc::clone(&cast), place, started);
        let quit = quit.clone();
        tokio::spawn(async move {
            typing.await;
            quit.notify_one();
        });
    }
    let recorder =
        recorder.map(|recorder| record(recorder, arguments, (&stage, &lane, &cast), &origin)).transpose()?;
    let stopped = until_stopped(signals, &quit, file, &lane).await;
    sum_up(&stage, &lane, &cast);
    let mut recorded = Ok(());
    if let Some(recorder) = recorder {
        recorded = recorder.lock().await.end(&lane);
    }
    // That they end now is no news.
    told.abort();
    bots.stop().await;
    let exit = stopped?;
    recorded.map(|()| exit).map_err(|why| failed(Exit::Usage, why))
}

/// Says in the end what was asked for in vain.
pub(crate) fn sum_up(stage: &Stage, lane: &Lane, cast: &Cast) {
    eprint!("{}{}", unsupported(stage, lane), outward::text(&stage.not_passed_on()));
    for app in &cast.apps {
        if let Some(text) = never_called(stage, app.id, &app.name) {
            eprintln!("note: {text}");
        }
    }
}

/// Warns of what should not come, once each, from now on.
pub(crate) fn warn(stage: &Arc<Stage>) {
    tokio::spawn(warn_of_real_token(Arc::clone(stage)));
    tokio::spawn(warn_of_handshakes(Arc::clone(stage)));
    tokio::spawn(warn_of_no_roots(Arc::clone(stage)));
}

/// Restarts bots when their files change from now on; `restarted` tells of those that anybody restarts.
pub(crate) async fn watch(
    world: &WorldSpec,
    (files, own): (Vec<BotFiles>, OwnFiles),
    bots: &ServedBots,
    again: Again,
    restarted: mpsc::UnboundedReceiver<String>,
) -> Result<(), Failed> {
    if !files.is_empty() {
        let watch = Watch::begin(bots.clone(), files, own, world_file(world), again);
        let watch = watch.await.map_err(|why| failed(Exit::Bug, why))?;
        eprint!("{}", watch.told());
        tokio::spawn(watch.go_on(restarted));
    }
    Ok(())
}

/// Lets a recorder follow the lane.
fn record(
    mut recorder: Recorder,
    arguments: &ServeArguments,
    (stage, lane, cast): (&Stage, &Arc<Lane>, &Cast),
    origin: &Origin,
) -> Result<Arc<Mutex<Recorder>>, Failed> {
    let header = Header::of(lane, arguments.seed, stage.settings(), origin).line();
    recorder.begin(&header, cast).map_err(|why| failed(Exit::Usage, why))?;
    let recorder = Arc::new(Mutex::new(recorder));
    tokio::spawn(Recorder::follow(Arc::clone(&recorder), Arc::clone(lane)));
    Ok(recorder)
}

/// The files of bots that are watched; none without `--watch`.
pub(crate) fn watched(arguments: &ServeArguments, world: &WorldSpec) -> Result<Vec<BotFiles>, Failed> {
    if !arguments.watch {
        return Ok(Vec::new());
    }
    let files = BotFiles::of(world);
    if files.is_empty() {
        let text = "--watch restarts the bots that serve starts, and this world starts none\n\
                    help: give an app the command that starts its bot, such as `start: node bot.js`, in emulator.yaml";
        return Err(failed(Exit::Usage, text));
    }
    Ok(files)
}

/// What is written here, and is therefore no change of a bot.
pub(crate) fn own_files(arguments: &ServeArguments, recorder: Option<&Recorder>) -> OwnFiles {
    let mut own = OwnFiles::default();
    own.add_output();
    let recording = recorder.map(Recorder::path);
    let paths = [arguments.journal.as_deref(), arguments.ready_file.as_deref(), recording];
    paths.into_iter().flatten().for_each(|path| own.add(path));
    own
}

/// The file of the world, if it comes from one.
fn world_file(world: &WorldSpec) -> Option<&Path> {
    Some(Path::new(&world.file.name)).filter(|path| path.is_file())
}

/// Says once that somebody sent what should not be here.
async fn warn_of_real_token(stage: Arc<Stage>) {
    stage.real_token_came().await;
    eprintln!("warning: {REAL_TOKEN}");
}

/// Says of each address that clients asked for over TLS and did not take, why and what helps.
async fn warn_of_handshakes(stage: Arc<Stage>) {
    let mut told = 0;
    loop {
        stage.handshakes_broke(told).await;
        let broken = stage.broken_handshakes();
        for handshake in &broken[told..] {
            eprintln!("warning: {handshake}\nhelp: {}", handshake.help());
        }
        told = broken.len();
    }
}

/// Says once that no other host can be checked over TLS.
async fn warn_of_no_roots(stage: Arc<Stage>) {
    stage.no_roots_found().await;
    eprintln!(
        "warning: this system has no root certificates, so https calls to other hosts cannot be passed on\nhelp: \
         install them (in Debian the package ca-certificates), or name a file of them in SSL_CERT_FILE"
    );
}

/// The calls so far that are not supported yet, in lines.
fn unsupported(stage: &Stage, lane: &Lane) -> String {
    let mut calls = Unsupported::of(lane);
    calls.extend(Unsupported::of(stage.own_lane()));
    calls.text()
}

/// How many bytes of lines are written at once.
const WRITTEN_AT_ONCE: usize = 32 * 1024;

/// Prints a line for everything that happens after an entry; `why` is the command that explains the first refusal by each
/// rule.
pub(crate) fn tell_all(lane: &Arc<Lane>, before: u64, why: String, to: Stream) {
    tokio::spawn(tell(Arc::clone(lane), before, why, to));
}

async fn tell(lane: Arc<Lane>, mut seen: u64, why: String, to: Stream) {
    const PATIENCE: Duration = Duration::from_secs(3_600);
    let mut lines = Lines::of(&lane, 4);
    let mut explained = BTreeSet::new();
    // What is there already is written at once: a write for each line would cost more than all else.
    let mut text = String::new();
    loop {
        let entries = lane.entries_after(seen).or_else(|oldest| lane.entries_after(oldest.saturating_sub(1)));
        for entry in entries.unwrap_or_default() {
            seen = entry.seq;
            if let Some(line) = lines.line(&entry) {
                text.push_str(&line);
                text.push('\n');
            }
            if let emulator_server::journal::Record::Refused { .. } = entry.record
                && explained.insert(entry.rule.map(|rule| rule.rule().code))
            {
                to.data(&text);
                text.clear();
                eprintln!("     {why} {}", entry.seq);
            } else if text.len() >= WRITTEN_AT_ONCE {
                to.data(&text);
                text.clear();
            }
        }
        if !text.is_empty() {
            to.data(&text);
            text.clear();
        }
        lane.changed_since(seen, PATIENCE).await;
    }
}

/// The signals that are not left to the system.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// A file that may not grow any more is an error of `write` like any other, no reason to die.
    _too_large: Signal,
}

impl Signals {
    fn heed() -> Result<Self, Failed> {
        let heed = |kind| signal(kind).map_err(|error| failed(Exit::Bug, error));
        Ok(Self {
            interrupt: heed(SignalKind::interrupt())?,
            terminate: heed(SignalKind::terminate())?,
            _too_large: heed(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?,
        })
    }
}

async fn until_stopped(
    mut signals: Signals,
    quit: &Notify,
    file: Option<Arc<JournalFile>>,
    lane: &Lane,
) -> Result<Exit, Failed> {
    let written = |exit| match &file {
        Some(file) => file.flush().map(|()| exit).map_err(|error| failed(Exit::Bug, error)),
        None => Ok(exit),
    };
    let broken = async {
        match &file {
            Some(file) => Arc::clone(file).keep_written().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = signals.interrupt.recv() => written(Exit::Interrupted),
        () = quit.notified() => written(Exit::Passed),
        _ = signals.terminate.recv() => written(Exit::Passed),
        error = broken => {
            // Whoever has a call open is still told that it did not work.
            lane.calls_answered(LAST_ANSWERS).await;
            Err(failed(Exit::Bug, error))
        }
    }
}
