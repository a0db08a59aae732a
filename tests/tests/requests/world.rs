//! The world of a row: a stage of its own, served on a free port, after the steps that the row gives.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use emulator_core::Timestamp;
use emulator_language::diagnostics::{Colour, Diagnostic, render_all};
use emulator_language::scenario::{Document, Scenario, load};
use emulator_scenario::cast::{Cast, Surroundings, cast};
use emulator_scenario::scene::{Patience, Place, Scene};
use emulator_server::journal::Record;
use emulator_server::{ClockMode, ControlRoutes, Lane, LaneSpec, Stage, StageSpec, serve};
use hyper::body::Bytes;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::http::{Client, Message};
use crate::listener::Listener;
use crate::request::{Names, bytes};
use crate::table::{Call, Delivered};

/// Where clocks stand: 2026-07-06T09:00:00Z.
const MORNING: Timestamp = Timestamp(1_783_328_400_000);
const PATIENCE: Duration = Duration::from_secs(20);

/// A world as a scenario file says it.
pub(crate) struct World(Map<String, Value>);

impl World {
    /// A world with the changes that a row makes to it: mappings are merged, everything else is replaced.
    pub(crate) fn merged(base: &Map<String, Value>, changes: Option<&Map<String, Value>>) -> Self {
        let mut world = base.clone();
        if let Some(changes) = changes {
            merge(&mut world, changes);
        }
        Self(world)
    }

    /// The webhook of that app is the listener.
    pub(crate) fn heard_by(mut self, app: Option<&str>) -> Self {
        if let Some(app) = app {
            self.0["apps"][app]["webhook"] = "listener".into();
        }
        self
    }
}

/// Gives every app with `webhook: listener` the address of the listener.
fn listens(world: &mut Map<String, Value>, url: &str) {
    let apps = world.get_mut("apps").and_then(Value::as_object_mut);
    for app in apps.into_iter().flat_map(Map::values_mut) {
        if app["webhook"] == "listener" {
            app["webhook"] = url.into();
        }
    }
}

fn merge(base: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (name, change) in changes {
        match (base.get_mut(name).and_then(Value::as_object_mut), change.as_object()) {
            (Some(base), Some(change)) => merge(base, change),
            (Some(_) | None, _) => drop(base.insert(name.clone(), change.clone())),
        }
    }
}

/// A served stage with one lane.
pub(crate) struct Stand {
    stage: Arc<Stage>,
    lane: Arc<Lane>,
    cast: Arc<Cast>,
    listener: Listener,
    address: std::net::SocketAddr,
    place: Place,
    /// The world with the address of the listener.
    world: World,
}

/// Builds the world, plays the steps, and lets `look` make calls.
///
/// # Errors
/// What is wrong with the world or the steps, or what `look` says.
pub(crate) fn with<T>(
    world: &World,
    given: Option<&Value>,
    look: impl AsyncFnOnce(&Stand) -> Result<T, String>,
) -> Result<T, String> {
    let runtime = Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let stand = Stand::new(world, given).await?;
        look(&stand).await
    })
}

fn scenario(world: &World, given: Option<&Value>) -> Result<Scenario, String> {
    let steps = given.cloned().unwrap_or_else(|| json!([{"note": "nothing happens before the call"}]));
    let text = json!({"scenario": "a row", "world": world.0, "steps": steps}).to_string();
    let nothing: &dyn Fn(&Path) -> std::io::Result<_> = &|_| Err(std::io::ErrorKind::NotFound.into());
    let (documents, problems) = load(Path::new("row"), text, nothing);
    match documents.into_iter().next() {
        Some(Document::Scenario(scenario)) if problems.is_empty() => Ok(*scenario),
        Some(_) | None => Err(shown(&problems)),
    }
}

fn shown(problems: &[Diagnostic]) -> String {
    format!("its world or its steps:\n{}", render_all(problems, Colour::Never))
}

impl Stand {
    async fn new(world: &World, given: Option<&Value>) -> Result<Self, String> {
        let hears = Listener::start().await;
        let mut world = World(world.0.clone());
        listens(&mut world.0, &hears.url());
        let scenario = scenario(&world, given)?;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let surroundings = Surroundings {
            url: format!("http://{address}"),
            tls: address.to_string(),
            bin: PathBuf::new(),
            redirect: None,
        };
        let cast = cast(&scenario.world, &surroundings, &mut |_| 0).map_err(|problems| shown(&problems))?;
        let cast = Arc::new(cast);
        let clock = ClockMode::Frozen { at: MORNING };
        let spec = StageSpec {
            seed: 1,
            settings: Arc::clone(&cast.settings),
            pages: cast.page_names(),
            apps: cast.apps.clone(),
            webhook_timeout: PATIENCE,
        };
        let stage = Stage::new(spec, clock);
        let people = cast.people.clone();
        let lane = LaneSpec { name: "row".to_owned(), clock, settings: None, people };
        let lane = stage.open_lane(lane).expect("the lane opens");
        stage.give_unnamed_calls(&lane);
        let control: ControlRoutes = Arc::new(|_| {
            let body = emulator_server::AnswerBody::from(Bytes::new());
            Box::pin(async { hyper::Response::new(body) })
        });
        tokio::spawn(serve(listener, Arc::clone(&stage), control, Arc::default()));
        let place = Place {
            stage: Arc::clone(&stage),
            lane: Arc::clone(&lane),
            cast: Arc::clone(&cast),
            surroundings,
            bots: None,
        };
        let stand = Self { stage, lane, cast, listener: hears, address, place, world };
        stand.perform(&scenario).await?;
        Ok(stand)
    }

    async fn perform(&self, scenario: &Scenario) -> Result<(), String> {
        let file = Arc::clone(&scenario.file);
        let mut scene = Scene::new(self.place.clone(), file, Map::new(), Patience::default());
        for step in scenario.steps.iter() {
            scene.perform(step).await.map_err(|failure| shown(&[failure.problem]))?;
        }
        Ok(())
    }

    /// Plays further steps, which know nothing of what was captured before them.
    pub(crate) async fn go_on(&self, steps: &Value) -> Result<(), String> {
        self.perform(&scenario(&self.world, Some(steps))?).await
    }

    /// The newest body that the listener heard, once nothing is under way any more.
    pub(crate) async fn newest_heard(&self) -> Result<Value, String> {
        self.lane.settled(PATIENCE).await.map_err(|unsettled| unsettled.to_string())?;
        self.listener.newest().ok_or_else(|| "nothing was delivered".to_owned())
    }

    /// What `${NAME}` stands for, after a first call where there was one.
    pub(crate) fn names(&self, first: Option<&Message>) -> Names {
        let mut names = Names::new();
        let mut set = |name: String, value: String| drop(names.insert(name, value));
        set("listener".to_owned(), self.listener.url());
        for page in &self.cast.pages {
            set(format!("{}.id", page.name.as_deref().unwrap_or("page")), page.id.to_string());
        }
        for app in &self.cast.apps {
            let name = &app.name;
            set(format!("{name}.id"), app.id.to_string());
            set(format!("{name}.secret"), app.secret.clone());
            set(format!("{name}.app_token"), format!("{}|{}", app.id, app.secret));
            for (page, token) in &app.page_tokens {
                let page = self.cast.pages.iter().find(|known| known.id == *page);
                match page.and_then(|page| page.name.as_deref()) {
                    Some(page) => set(format!("{name}.{page}.token"), token.clone()),
                    None => set(format!("{name}.token"), token.clone()),
                }
            }
        }
        for person in &self.cast.people {
            let Some(id) = self.lane.person(&person.name, person.page) else { continue };
            if person.page == self.cast.page {
                set(format!("{}.id", person.name), id.to_string());
                let newest = self.lane.conversation(id).and_then(|it| it.messages.back().cloned());
                if let Some(newest) = newest {
                    set(format!("{}.newest", person.name), newest.mid.to_string());
                }
            } else {
                let page = self.cast.pages.iter().find(|known| known.id == person.page);
                let page = page.and_then(|page| page.name.as_deref()).unwrap_or("page");
                set(format!("{}.{page}.id", person.name), id.to_string());
            }
        }
        for (name, value) in first.iter().flat_map(|first| &first.headers) {
            set(format!("first.{}", name.to_ascii_lowercase()), value.clone());
        }
        names
    }

    /// Makes a call on a connection of its own.
    pub(crate) async fn call(&self, call: &Call, first: Option<&Message>) -> Result<Message, String> {
        let names = self.names(first);
        let app = match &call.app {
            Some(name) => self.cast.apps.iter().find(|app| app.name == *name),
            None => self.cast.apps.first(),
        };
        let app = app.ok_or("there is no such app")?;
        let token = match call.token.as_str() {
            "none" => None,
            "page" => app.page_tokens.first().map(|(_, token)| token.clone()),
            "app" => Some(format!("{}|{}", app.id, app.secret)),
            text => Some(crate::request::filled(text, &names)),
        };
        let mut client = Client::connect(self.address).await;
        client.write(&bytes(call, token.as_deref(), &names)).await;
        client.answer().await.ok_or_else(|| "there is no answer".to_owned())
    }

    /// What differs between the events that the listener heard and those that are expected.
    pub(crate) async fn delivered_otherwise(&self, expected: &[Delivered]) -> Vec<String> {
        if let Err(unsettled) = self.lane.settled(PATIENCE).await {
            return vec![unsettled.to_string()];
        }
        let secret = self.cast.apps.first().map(|app| app.secret.clone()).unwrap_or_default();
        self.listener.differences(expected, &self.names(None), &secret)
    }

    /// The number of the newest entry of the journal.
    pub(crate) fn last(&self) -> u64 {
        self.lane.last_seq()
    }

    /// Which other rule the journal names for the refusal since then, if any was expected.
    pub(crate) fn explained_otherwise(&self, since: u64, expected: Option<&str>) -> Option<String> {
        let expected = expected?;
        let refusals = |lane: &Lane| {
            let entries = lane.entries_after(since).unwrap_or_default();
            let refusal = entries.into_iter().rfind(|entry| matches!(entry.record, Record::Refused { .. }));
            refusal.and_then(|entry| entry.rule)
        };
        let rule = refusals(&self.lane).or_else(|| {
            // A call with an unknown token belongs to no lane but the stage's own.
            let own = self.stage.own_lane();
            let entries = own.entries_after(0).unwrap_or_default();
            let refusal = entries.into_iter().rfind(|entry| matches!(entry.record, Record::Refused { .. }));
            refusal.and_then(|entry| entry.rule)
        });
        match rule {
            Some(rule) if rule.rule().code == expected => None,
            Some(rule) => Some(format!("the journal names {rule}, and not {expected}")),
            None => Some("the journal has no refusal".to_owned()),
        }
    }
}
