//! A stage that serves on a free port: one Page or two, three apps, lanes with one person each.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use emulator_core::{
    Answer, App, AppId, Connection, Feature, Field, FieldSet, Line, Mid, Overrides, Page, PageId, Permission,
    PersonAct, Protocol, Psid, Settings, Timestamp,
};
use emulator_server::journal::{Entry, causal_order, entry_to_json};
use emulator_server::{
    AnswerBody, AppSpec, ClockMode, ControlRoutes, Entrance, Lane, LaneSpec, PersonSpec, Stage, StageSpec,
    serve,
};
use emulator_tests::hold_entry_against_schema;
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::http::{Call, Client, Message, PATIENCE};

pub(crate) const PAGE: PageId = PageId(100_000_000_000_001);
/// The second Page, where there are two.
pub(crate) const STORE: PageId = PageId(100_000_000_000_002);
pub(crate) const BOT: AppId = AppId(200_000_000_000_001);
pub(crate) const LIVECHAT: AppId = AppId(300_000_000_000_001);
/// It has a token, but is not connected to the Page.
pub(crate) const STRANGER: AppId = AppId(400_000_000_000_001);
/// Where frozen clocks stand: 2026-07-06T09:00:00Z.
pub(crate) const MORNING: Timestamp = Timestamp(1_783_328_400_000);
const SEED: u64 = 7;

const ALL_FIELDS: [Field; 4] =
    [Field::Messages, Field::MessageEchoes, Field::MessagingHandovers, Field::Standby];

pub(crate) fn name(app: AppId) -> &'static str {
    match app {
        BOT => "bot",
        LIVECHAT => "livechat",
        _ => "stranger",
    }
}

pub(crate) fn token(app: AppId) -> String {
    format!("{}-page-token", name(app))
}

/// The app's token for the second Page.
pub(crate) fn store_token(app: AppId) -> String {
    format!("{}-store-page-token", name(app))
}

pub(crate) fn secret(app: AppId) -> String {
    format!("{}-app-secret", name(app))
}

/// What a stage is set up with.
pub(crate) struct Setup {
    primary: Option<AppId>,
    connections: BTreeMap<AppId, Connection>,
    webhooks: BTreeMap<AppId, String>,
    timeout: Duration,
    proof: Option<AppId>,
    overrides: Overrides,
    whitelisted: &'static [&'static str],
    seed: u64,
    pages: &'static [(PageId, &'static str)],
}

impl Setup {
    /// Two apps on the Page that have subscribed to everything; steps play them.
    pub(crate) fn new() -> Self {
        let connection = || Connection { fields: ALL_FIELDS.into_iter().collect(), ..Connection::default() };
        Self {
            primary: None,
            connections: [(BOT, connection()), (LIVECHAT, connection())].into(),
            webhooks: BTreeMap::new(),
            timeout: PATIENCE,
            proof: None,
            overrides: Overrides::default(),
            whitelisted: &[],
            seed: SEED,
            pages: &[(PAGE, "shop")],
        }
    }

    /// Both apps are on a second Page in the same way.
    pub(crate) fn two_pages(mut self) -> Self {
        self.pages = &[(PAGE, "shop"), (STORE, "store")];
        self
    }

    pub(crate) fn primary(mut self, app: AppId) -> Self {
        self.primary = Some(app);
        self
    }

    pub(crate) fn webhook(mut self, app: AppId, url: impl Into<String>) -> Self {
        self.webhooks.insert(app, url.into());
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(crate) fn fields(mut self, app: AppId, fields: &[Field]) -> Self {
        self.connection(app).fields = fields.iter().copied().collect::<FieldSet>();
        self
    }

    /// Both apps hear of everything that there are events for.
    pub(crate) fn all_fields(self) -> Self {
        self.fields(BOT, Field::ALL).fields(LIVECHAT, Field::ALL)
    }

    /// Sets a switch of the Page.
    pub(crate) fn option(mut self, name: &str, word: &str) -> Self {
        self.overrides.set(name, word).expect("there is such an option");
        self
    }

    pub(crate) fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The hosts that the Page whitelists.
    pub(crate) fn whitelisted(mut self, hosts: &'static [&'static str]) -> Self {
        self.whitelisted = hosts;
        self
    }

    pub(crate) fn human_agent(mut self, app: AppId) -> Self {
        self.connection(app).features.insert(Feature::HumanAgent);
        self
    }

    pub(crate) fn no_permission(mut self, app: AppId) -> Self {
        self.connection(app).permissions.clear();
        self
    }

    pub(crate) fn permissions(mut self, app: AppId, permissions: &[Permission]) -> Self {
        self.connection(app).permissions = permissions.iter().copied().collect();
        self
    }

    /// Each call of the app must carry a proof of its secret.
    pub(crate) fn proof(mut self, app: AppId) -> Self {
        self.proof = Some(app);
        self
    }

    fn connection(&mut self, app: AppId) -> &mut Connection {
        self.connections.get_mut(&app).expect("the app is on the Page")
    }

    fn spec(self) -> StageSpec {
        let apps = [BOT, LIVECHAT, STRANGER];
        let page = Page {
            messenger: Line::new(Protocol::Handover, self.overrides).with_primary(self.primary),
            apps: self.connections,
            whitelisted_domains: self.whitelisted.iter().map(|host| (*host).into()).collect(),
            ..Page::named("Harbour Café")
        };
        let settings = Settings {
            pages: self.pages.iter().map(|(id, _)| (*id, page.clone())).collect(),
            apps: apps
                .into_iter()
                .map(|app| (app, App { requires_proof: self.proof == Some(app), ..App::named(name(app)) }))
                .collect(),
        };
        let app = |app| AppSpec {
            id: app,
            name: name(app).to_owned(),
            secret: secret(app),
            verify_token: format!("{}-verify-token", name(app)),
            page_tokens: vec![(PAGE, token(app)), (STORE, store_token(app))]
                .into_iter()
                .filter(|(page, _)| self.pages.iter().any(|(known, _)| known == page))
                .collect(),
            webhook: self.webhooks.get(&app).map(|url| url.parse().expect("it is a webhook address")),
            api_version: None,
        };
        StageSpec {
            seed: self.seed,
            settings: Arc::new(settings),
            pages: if self.pages.len() > 1 {
                self.pages.iter().map(|(id, name)| (*id, (*name).into())).collect()
            } else {
                BTreeMap::new()
            },
            apps: apps.into_iter().map(app).collect(),
            webhook_timeout: self.timeout,
        }
    }

    /// The stage alone; nothing listens.
    pub(crate) fn stage(self) -> Arc<Stage> {
        Stage::new(self.spec(), ClockMode::Frozen { at: MORNING })
    }

    /// The stage, served.
    pub(crate) async fn serve(self) -> Stand {
        Stand::serve(self.stage()).await
    }

    /// The stage, served to those that the entrance lets in.
    pub(crate) async fn serve_behind(self, entrance: Entrance) -> Stand {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        Stand::behind(listener, self.stage(), Arc::new(entrance))
    }
}

/// A served stage.
pub(crate) struct Stand {
    pub(crate) stage: Arc<Stage>,
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stand {
    pub(crate) async fn serve(stage: Arc<Stage>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port is free"), stage)
    }

    pub(crate) fn on(listener: TcpListener, stage: Arc<Stage>) -> Self {
        Self::behind(listener, stage, Arc::default())
    }

    /// What is let in depends on the entrance.
    pub(crate) fn behind(listener: TcpListener, stage: Arc<Stage>, entrance: Arc<Entrance>) -> Self {
        let address = listener.local_addr().expect("it is bound");
        let control: ControlRoutes = Arc::new(|_| {
            let body = AnswerBody::from(Bytes::from_static(b"control"));
            Box::pin(async { hyper::Response::new(body) })
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&stage), control, entrance));
        Self { stage, address, task }
    }

    /// Opens a lane with a person called ann and a frozen clock.
    pub(crate) fn lane(&self, name: &str) -> (Arc<Lane>, Psid) {
        open_lane(&self.stage, name, ClockMode::Frozen { at: MORNING })
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Makes one call on a connection of its own.
    pub(crate) async fn call(&self, call: &Call) -> Message {
        self.client().await.call(call).await
    }

    /// Posts JSON to an edge of the Page, as an app.
    pub(crate) async fn post(&self, app: AppId, edge: &str, body: &Value) -> Message {
        let target = format!("/v25.0/me/{edge}?access_token={}", token(app));
        self.call(&Call::post(&target).json(body)).await
    }

    /// Sends a text, as an app.
    pub(crate) async fn send(&self, app: AppId, person: Psid, text: &str) -> Message {
        self.post(app, "messages", &sending(person, text)).await
    }
}

/// The app's own token.
pub(crate) fn app_token(app: AppId) -> String {
    format!("{app}%7C{}", secret(app))
}

/// The body of a call that sends a text.
pub(crate) fn sending(person: Psid, text: &str) -> Value {
    json!({"recipient": {"id": person.to_string()}, "message": {"text": text}})
}

pub(crate) fn open_lane(stage: &Stage, name: &str, clock: ClockMode) -> (Arc<Lane>, Psid) {
    let ann = PersonSpec::named("ann", PAGE);
    let spec = LaneSpec { name: name.into(), clock, settings: None, people: vec![ann] };
    let lane = stage.open_lane(spec).expect("the lane can be opened");
    stage.give_unnamed_calls(&lane);
    let person = lane.person("ann", PAGE).expect("ann lives here");
    (lane, person)
}

/// Everything that the lane has written down.
pub(crate) fn entries(lane: &Lane) -> Vec<Entry> {
    let entries = lane.entries_after(0).expect("nothing was dropped");
    let names = lane.names();
    for entry in &entries {
        hold_entry_against_schema(
            &serde_json::from_str(&entry_to_json(entry, &names)).expect("a line is JSON"),
        );
    }
    entries
}

/// The lane's journal in causal order, without what belongs to this run alone.
pub(crate) fn journal(lane: &Lane) -> Vec<Value> {
    let names = lane.names();
    let line = |entry: &Entry| {
        let mut line: Value = serde_json::from_str(&entry_to_json(entry, &names)).expect("a line is JSON");
        line.as_object_mut().expect("a line is an object").remove("wall");
        line
    };
    causal_order(entries(lane)).iter().map(line).collect()
}

pub(crate) async fn settled(lane: &Lane) {
    lane.settled(PATIENCE).await.expect("the lane settles");
}

/// What a message of a person became.
pub(crate) struct Said {
    pub(crate) seq: u64,
    pub(crate) mid: Mid,
}

/// People who write.
pub(crate) trait Says {
    fn person_says(&self, person: Psid, text: &str) -> Option<Said>;
}

impl Says for Arc<Lane> {
    fn person_says(&self, person: Psid, text: &str) -> Option<Said> {
        let acted = self.person_acts(person, PersonAct::Says(Arc::new(emulator_core::Message::text(text))));
        let Answer::Message { mid, .. } = acted.result.ok()? else { panic!("a message gives an id") };
        Some(Said { seq: acted.seq, mid })
    }
}

/// One server for everything that is generated, with ann, who has written.
pub(crate) fn shared() -> &'static (Runtime, Stand, String) {
    static SHARED: OnceLock<(Runtime, Stand, String)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = Runtime::new().expect("a runtime starts");
        let (stand, ann) = runtime.block_on(async {
            let stand = Setup::new().serve().await;
            let (lane, ann) = stand.lane("lane");
            lane.person_says(ann, "hi").expect("ann may write");
            (stand, ann.to_string())
        });
        (runtime, stand, ann)
    })
}
