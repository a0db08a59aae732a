//! A stage of doctor's own, on a free port: what bots that it starts talk to, and what runtimes are redirected to. The
//! person `doctor` is the only one in its lane, and nobody is subscribed there: the events come from the probes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use emulator_console::Console;
use emulator_core::{AppId, FieldSet, Message, PersonAct, Psid};
use emulator_scenario::bots::{ServedBots, free_port};
use emulator_scenario::cast::{Cast, Surroundings, cast};
use emulator_scenario::diagnostics::{Colour, render_all};
use emulator_scenario::redirect::Redirect;
use emulator_scenario::scenario::WorldSpec;
use emulator_scenario::scene::Place;
use emulator_scenario::transcript::Lines;
use emulator_server::journal::Record;
use emulator_server::{ClockMode, Entrance, Lane, LaneSpec, PersonSpec, Stage, StageSpec, TestEvent, serve};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::finding::{Check, Finding};
use super::started::Started;
use crate::exit::Exit;

/// The name of the lane, and of the person in it.
const DOCTOR: &str = "doctor";
/// How many calls of a bot are named, and how much of each, in characters.
const NAMED: usize = 3;
const WIDTH: usize = 60;

/// The beginning of what a line says.
fn shortened(words: &str) -> String {
    let mut short: String = words.chars().take(WIDTH).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    short
}

/// A stage that listens.
pub(super) struct Own {
    pub(super) url: String,
    pub(super) stage: Arc<Stage>,
    pub(super) lane: Arc<Lane>,
    pub(super) cast: Arc<Cast>,
    /// The person `doctor`, as the first Page knows her.
    pub(super) person: Psid,
    pub(super) started: Started,
}

impl Own {
    /// Opens the stage, and starts the bots that the world starts.
    ///
    /// # Errors
    ///
    /// What is wrong with the world, or with a bot's command; printed as it is.
    pub(super) async fn open(
        world: &WorldSpec,
        (entrance, redirect): (Arc<Entrance>, Option<Arc<Redirect>>),
        colour: Colour,
    ) -> Result<Self, (Exit, String)> {
        let bug = |error: &dyn std::fmt::Display| (Exit::Bug, format!("error: {error}"));
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await;
        let listener = listener.map_err(|error| bug(&error))?;
        let port = listener.local_addr().map_err(|error| bug(&error))?.port();
        let bin = std::env::current_exe().map_err(|error| bug(&error))?;
        let tls = format!("127.0.0.1:{port}");
        let surroundings = Surroundings { url: format!("http://{tls}"), tls, bin, redirect };
        let mut cast = cast(world, &surroundings, &mut |_| free_port())
            .map_err(|problems| (Exit::Usage, render_all(&problems, colour)))?;
        cast.people = cast.pages.iter().map(|page| PersonSpec::named(DOCTOR, page.id)).collect();
        let cast = Arc::new(cast);
        let spec = StageSpec {
            seed: 1,
            settings: Arc::clone(&cast.settings),
            pages: cast.page_names(),
            apps: cast.apps.clone(),
            webhook_timeout: super::judge::TIME_OUT,
        };
        let stage = Stage::new(spec, ClockMode::Real);
        stage.is_at(&surroundings.url);
        let mut settings = (*cast.settings).clone();
        for connection in settings.pages.values_mut().flat_map(|page| page.apps.values_mut()) {
            connection.fields = FieldSet::default();
        }
        let lane = LaneSpec {
            name: DOCTOR.to_owned(),
            clock: ClockMode::Real,
            settings: Some(Arc::new(settings)),
            people: cast.people.clone(),
        };
        let lane = stage.open_lane(lane).map_err(|error| bug(&error))?;
        stage.give_unnamed_calls(&lane);
        let person = lane.person(DOCTOR, cast.page).unwrap_or(Psid(1));
        // So that bots may answer her.
        lane.person_acts(person, PersonAct::Says(Arc::new(Message::text(TestEvent::TEXT))));
        let (news, heard) = mpsc::unbounded_channel();
        let bots = ServedBots::start(&stage, &cast, &surroundings, news);
        let bots = bots.map_err(|error| (Exit::Unreachable, format!("error: {error}")))?;
        let place = Place {
            stage: Arc::clone(&stage),
            lane: Arc::clone(&lane),
            cast: Arc::clone(&cast),
            surroundings: surroundings.clone(),
            bots: Some(bots.clone()),
        };
        tokio::spawn(serve(listener, Arc::clone(&stage), Console::new(place).routes(), entrance));
        let started = Started::follow(bots, heard);
        Ok(Self { url: surroundings.url, stage, lane, cast, person, started })
    }

    /// What a bot called here meanwhile.
    pub(super) fn calls(&self, app: AppId, name: &str) -> Finding {
        let check = Check::Calls;
        let entries = self.lane.entries_after(0).unwrap_or_default();
        let lines = Lines::of(&self.lane, 0);
        let mut named = Vec::new();
        let mut refused = None;
        let mut count = 0;
        for entry in &entries {
            if entry.call().is_some_and(|call| call.app == Some(app)) {
                count += 1;
                if named.len() < NAMED {
                    named.extend(lines.words(entry).map(|words| shortened(&words)));
                }
            }
            if let Record::Refused { app: of, .. } = &entry.record
                && *of == Some(app)
                && refused.is_none()
            {
                refused = lines.words(entry).map(|line| line.trim().to_owned());
            }
        }
        let more =
            if count > named.len() { format!(" and {} more", count - named.len()) } else { String::new() };
        let text = format!("calls Graph here: {}{more}", named.join(", "));
        match (count, refused) {
            (0, _) if self.started.has(name) => Finding::skipped(
                check,
                format!(
                    "made no call to Graph; if it should have answered, its address must be {} (environment GRAPH_API_URL)",
                    self.url
                ),
            ),
            (0, _) => Finding::skipped(
                check,
                "made no call here: a bot that runs already calls the address in its own settings",
            ),
            (_, None) => Finding::ok(check, text),
            (_, Some(refused)) => Finding::warn(check, text, format!("one was {refused}")),
        }
    }

    /// How long bots have for calls that they make after their acknowledgement.
    pub(super) async fn quiet(&self) {
        // A bot that goes on calling is not waited for.
        let _ = self.lane.settled(Duration::from_secs(2)).await;
    }
}
