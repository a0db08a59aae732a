//! A stage of doctor's own, on a free port: what bots that it starts talk to, and what runtimes are redirected to. The
//! person `doctor` is the only one in its lane, and nobody is subscribed there: the events come from the probes.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use emulator_console::Console;
use emulator_core::{AppId, FieldSet, Message, PersonAct, Psid};
use emulator_language::diagnostics::{Colour, render_all};
use emulator_language::scenario::WorldSpec;
use emulator_scenario::bots::{ServedBots, free_port};
use emulator_scenario::cast::{Cast, Surroundings, cast};
use emulator_scenario::redirect::Redirect;
use emulator_scenario::scene::Place;
use emulator_scenario::transcript::Lines;
use emulator_server::journal::Record;
use emulator_server::{ClockMode, Entrance, Lane, LaneSpec, PersonSpec, Stage, StageSpec, TestEvent, serve};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::finding::{Check, Finding, counted};
use super::started::Started;
use crate::exit::Exit;

/// The name of the lane, and of the person in it.
const DOCTOR: &str = "doctor";
/// How much of a call is told, in characters.
const WIDTH: usize = 60;

/// The beginning of what a line says.
fn shortened(words: &str) -> String {
    let mut short: String = words.chars().take(WIDTH).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    short
}

/// One person for each app that is written to: no bot is to hear what another has answered.
fn people(cast: &Cast) -> Vec<PersonSpec> {
    let apps = cast.apps.iter().filter(|app| app.webhook.is_some());
    apps.map(|app| PersonSpec::named(person_for(cast, &app.name), cast.page)).collect()
}

/// What the person is called as whom an app is written to.
fn person_for(cast: &Cast, app: &str) -> String {
    let real = cast.apps.iter().filter(|app| app.webhook.is_some()).count();
    if real == 1 { DOCTOR.to_owned() } else { format!("{DOCTOR} of {app}") }
}

/// A stage that listens.
pub(super) struct Own {
    pub(super) url: String,
    pub(super) stage: Arc<Stage>,
    pub(super) lane: Arc<Lane>,
    pub(super) cast: Arc<Cast>,
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
        cast.people = people(&cast);
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
        // A conversation that nobody controls is one in which any bot may answer.
        settings.pages.values_mut().for_each(|page| page.messenger.primary_receiver = None);
        let lane = LaneSpec {
            name: DOCTOR.to_owned(),
            clock: ClockMode::Real,
            settings: Some(Arc::new(settings)),
            people: cast.people.clone(),
        };
        let lane = stage.open_lane(lane).map_err(|error| bug(&error))?;
        stage.give_unnamed_calls(&lane);
        for person in lane.people().values().flat_map(BTreeMap::values) {
            // So that bots may answer her.
            lane.person_acts(*person, PersonAct::Says(Arc::new(Message::text(TestEvent::TEXT))));
        }
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
        Ok(Self { url: surroundings.url, stage, lane, cast, started })
    }

    /// The person as whom an app is written to, as the first Page knows her.
    pub(super) fn person(&self, app: &str) -> Option<Psid> {
        self.lane.person(&person_for(&self.cast, app), self.cast.page)
    }

    /// What a bot called here meanwhile.
    pub(super) fn calls(&self, app: AppId, name: &str) -> Finding {
        let check = Check::Calls;
        let entries = self.lane.entries_after(0).unwrap_or_default();
        let lines = Lines::of(&self.lane, 0);
        let own = entries.iter().filter(|entry| entry.call().is_some_and(|call| call.app == Some(app)));
        let named = counted(own.filter_map(|call| Some(shortened(&lines.words(call)?))));
        let refused = entries
            .iter()
            .find(|entry| matches!(entry.record, Record::Refused { app: of, .. } if of == Some(app)));
        let refused = refused.and_then(|entry| Some(lines.words(entry)?.trim().to_owned()));
        let text = format!("calls Graph here: {named}");
        match (named.is_empty(), refused) {
            (true, _) if self.started.has(name) => Finding::skipped(
                check,
                format!(
                    "made no call to Graph; if it should have answered, its address must be {} (environment GRAPH_API_URL)",
                    self.url
                ),
            ),
            (true, _) => Finding::skipped(
                check,
                "made no call here: a bot that runs already calls the address in its own settings",
            ),
            (false, None) => Finding::ok(check, text),
            (false, Some(refused)) => Finding::warn(check, text, format!("one was {refused}")),
        }
    }

    /// How long bots have for calls that they make after their acknowledgement.
    pub(super) async fn quiet(&self) {
        // A bot that goes on calling is not waited for.
        let _ = self.lane.settled(Duration::from_secs(2)).await;
    }
}
