//! The platform of a command that serves: one stage with one lane, its listener and its bots.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use emulator_console::Console;
use emulator_language::diagnostics::render_all;
use emulator_language::scenario::WorldSpec;
use emulator_scenario::bots::{BotNews, ServedBots, free_port};
use emulator_scenario::cast::{Cast, Surroundings, cast};
use emulator_scenario::record::about_world;
use emulator_scenario::scene::Place;
use emulator_server::journal::{JournalFile, Origin};
use emulator_server::{Lane, LaneSpec, Stage, StageSpec, serve};
use tokio::sync::mpsc;

use super::listening::Listeners;
use super::{Failed, ServeArguments, failed, journal};
use crate::exit::Exit;
use crate::files::write_ready;
use crate::output;

/// The name of the only lane.
const LANE: &str = "serve";
/// How long a lane may take to settle between two deadlines, in real time.
const SETTLE: Duration = Duration::from_secs(30);

/// A platform that accepts connections.
pub(crate) struct Platform {
    pub(crate) stage: Arc<Stage>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) cast: Arc<Cast>,
    pub(crate) surroundings: Surroundings,
    pub(crate) port: u16,
    /// Those that were started here.
    pub(crate) bots: ServedBots,
    pub(crate) file: Option<Arc<JournalFile>>,
    /// Where journals and recordings come from.
    pub(crate) origin: Origin,
    /// The last entry of an earlier run.
    pub(crate) before: u64,
}

impl Platform {
    /// Begins to serve a world at a port, or at a free one for 0, and starts its bots; gives also what is heard of them.
    ///
    /// # Errors
    ///
    /// When a port, a file or a bot is in the way, or the world makes no sense.
    pub(crate) async fn open(
        arguments: &ServeArguments,
        world: &WorldSpec,
        port: u16,
    ) -> Result<(Self, mpsc::UnboundedReceiver<BotNews>), Failed> {
        let usage = |error: &dyn std::fmt::Display| failed(Exit::Usage, error);
        let entrance = arguments.entrance.entrance().map_err(|error| usage(&error))?;
        let redirect = arguments.entrance.redirect(&entrance).map_err(|error| usage(&error))?;
        let Listeners { main, tls, port, tls_address } = Listeners::bind(port, arguments.tls_port).await?;
        let bin = std::env::current_exe().map_err(|error| failed(Exit::Bug, error))?;
        let url = format!("http://127.0.0.1:{port}");
        let surroundings = Surroundings { url, tls: tls_address, bin, redirect };
        let cast = cast(world, &surroundings, &mut |_| free_port());
        let cast =
            cast.map_err(|problems| (Exit::Usage, render_all(&problems, output::colour_of_stderr())))?;
        let cast = Arc::new(cast);
        let (stage, lane) = open(arguments, &cast)?;
        stage.is_at(&surroundings.url);
        let origin = origin(world);
        let file = journal::open(arguments, &stage, &lane, &origin)?;
        let (news, heard) = mpsc::unbounded_channel();
        let bots = ServedBots::start(&stage, &cast, &surroundings, news);
        let bots = bots.map_err(|error| failed(Exit::Unreachable, error))?;
        let place = Place {
            stage: Arc::clone(&stage),
            lane: Arc::clone(&lane),
            cast: Arc::clone(&cast),
            surroundings: surroundings.clone(),
            bots: Some(bots.clone()),
        };
        let console = Console::new(place);
        let before = lane.last_seq();
        let catch_up = lane.go_on(SETTLE).map(|(unsent, catch_up)| {
            journal::tell_unsent(unsent);
            catch_up
        });
        for listener in tls.into_iter().chain([main]) {
            tokio::spawn(serve(listener, Arc::clone(&stage), console.routes(), Arc::clone(&entrance)));
        }
        tokio::spawn(Arc::clone(&lane).keep_time());
        if let Some(path) = &arguments.ready_file {
            ready(path, &surroundings.url).map_err(|text| failed(Exit::Usage, text))?;
        }
        if let Some(catch_up) = catch_up {
            tokio::spawn(async move { journal::tell_gap(catch_up.await) });
        }
        Ok((Self { stage, lane, cast, surroundings, port, bots, file, origin, before }, heard))
    }
}

fn open(arguments: &ServeArguments, cast: &Cast) -> Result<(Arc<Stage>, Arc<Lane>), Failed> {
    let clock = arguments.clock_mode()?;
    let spec = StageSpec {
        seed: arguments.seed,
        settings: Arc::clone(&cast.settings),
        pages: cast.page_names(),
        apps: cast.apps.clone(),
        webhook_timeout: Duration::from_secs(20),
    };
    let stage = Stage::new(spec, clock);
    let lane = LaneSpec { name: LANE.to_owned(), clock, settings: None, people: cast.people.clone() };
    let lane = stage.open_lane(lane).map_err(|error| failed(Exit::Usage, error))?;
    stage.give_unnamed_calls(&lane);
    Ok((stage, lane))
}

fn ready(path: &Path, url: &str) -> Result<(), String> {
    write_ready(path, url).map_err(|why| format!("cannot write the ready file {}: {why}", path.display()))
}

/// Where journals and recordings come from.
fn origin(world: &WorldSpec) -> Origin {
    Origin { about: about_world(world), folder: std::env::current_dir().ok() }
}
