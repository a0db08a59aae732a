//! A stage: what a bot can tell apart. A base URL, Pages and apps with their ids, tokens and secrets,
//! and the lanes that share them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use emulator_core::{
    AppId, Digest, GraphVersion, Ids, Media, PageId, Person, Platform, Profile, Psid, SetUp, Settings, World,
};

use crate::clock::{ClockMode, Stopwatch};
use crate::graph::{Minted, NodeKind};
use crate::http::BrokenHandshake;
use crate::journal::JournalFile;
use crate::lane::{Lane, LaneState};
use crate::proxy::AllNotPassedOn;
use crate::shared::{Registration, Secrets, Shared, Token};
use crate::stranger::StrangerCall;
use crate::webhooks::{self, Endpoint, HandshakeError, Webhook, WebhookUrl};

/// The version of Graph that is noted for webhooks that no call has registered.
const NEWEST: &str = "v25.0";

/// The name of the lane for calls that belong to no other.
pub const STAGE_LANE: &str = "stage";

/// What a stage is made of.
#[derive(Debug, Clone)]
pub struct StageSpec {
    /// What everything that is derived is derived from.
    pub seed: u64,
    /// The settings that new lanes share.
    pub settings: Arc<Settings>,
    /// What the Pages are called in the world, where there are several; the only one needs no name.
    pub pages: BTreeMap<PageId, Arc<str>>,
    /// The identities of the apps.
    pub apps: Vec<AppSpec>,
    /// How long an app may take to answer a webhook, in real time.
    pub webhook_timeout: Duration,
}

/// An app's identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppSpec {
    /// Its id.
    pub id: AppId,
    /// Its name in the world.
    pub name: String,
    /// The key of its signatures.
    pub secret: String,
    /// What it checks in the handshake.
    pub verify_token: String,
    /// Its Page tokens.
    pub page_tokens: Vec<(PageId, String)>,
    /// Where its deliveries go; nowhere when steps play the app.
    pub webhook: Option<WebhookUrl>,
    /// The version that it has chosen for calls which name none (M-08); the newest when none.
    pub api_version: Option<GraphVersion>,
}

/// What a lane begins with.
#[derive(Debug, Clone)]
pub struct LaneSpec {
    /// Its name.
    pub name: String,
    /// Its clock.
    pub clock: ClockMode,
    /// Its settings; those of the stage when none.
    pub settings: Option<Arc<Settings>>,
    /// Its people.
    pub people: Vec<PersonSpec>,
}

/// A person of a lane, as one Page knows her: who lives on several Pages is there once for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSpec {
    /// The name in the world.
    pub name: String,
    /// The Page that knows the person.
    pub page: PageId,
    /// The platform on which the person writes to it.
    pub platform: Platform,
    /// A fixed id; derived when none.
    pub id: Option<Psid>,
    /// What the person shows of herself.
    pub profile: Profile,
    /// The apps on which the person has a role.
    pub tests: BTreeSet<AppId>,
}

impl PersonSpec {
    /// A person of whom only the name is known, with a derived id.
    pub fn named(name: impl Into<String>, page: PageId) -> Self {
        let (platform, profile) = (Platform::default(), Profile::default());
        Self { name: name.into(), page, platform, id: None, profile, tests: BTreeSet::new() }
    }
}

/// Why a lane cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenLaneError {
    /// Another lane has the name.
    #[error("a lane `{0}` is open already")]
    NameTaken(String),
    /// A fixed id is in use.
    #[error("the person id {0} lives in another open lane; a fixed id can be in one lane at a time")]
    PersonTaken(Psid),
}

#[derive(Debug, Default)]
struct Lanes {
    by_name: BTreeMap<String, Arc<Lane>>,
    by_person: HashMap<Psid, Arc<Lane>>,
    /// The lane to which calls belong that name nobody; the stage's own when none.
    unnamed: Option<Arc<Lane>>,
    /// What the bots had set up when the first lane was opened.
    set_up: Option<SetUp>,
}

/// A stage and its lanes.
#[derive(Debug)]
pub struct Stage {
    shared: Arc<Shared>,
    settings: Arc<Settings>,
    lanes: RwLock<Lanes>,
    own: Arc<Lane>,
}

impl Stage {
    /// Sets a stage up. Nothing listens yet.
    pub fn new(spec: StageSpec, clock: ClockMode) -> Arc<Self> {
        let StageSpec { seed, settings, pages, apps, webhook_timeout } = spec;
        let mut tokens = BTreeMap::new();
        let mut secrets = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut webhooks = BTreeMap::new();
        for app in apps {
            for (page, token) in app.page_tokens {
                tokens.insert(token, Token::Page { app: app.id, page });
            }
            tokens.insert(format!("{}|{}", app.id, app.secret), Token::App { app: app.id });
            tokens.insert(format!("{}-app-token", app.name), Token::App { app: app.id });
            webhooks.extend(app.webhook.map(|url| (app.id, url)));
            let AppSpec { secret, verify_token, api_version, .. } = app;
            secrets.insert(app.id, Secrets { secret, verify_token, api_version });
            names.insert(app.id, Arc::from(app.name));
        }
        let (names, pages) = (Arc::new(names), Arc::new(pages));
        let shared = Arc::new(Shared::new(seed, tokens, secrets, names, pages, webhook_timeout));
        for (app, url) in webhooks {
            let endpoint = shared.endpoint_at(app, url, None);
            shared.register(
                app,
                Registration { endpoint, public: None, other_fields: Vec::new(), version: NEWEST.into() },
            );
        }
        let world = World::new(Arc::clone(&settings));
        let state = LaneState::new(Arc::clone(&shared), STAGE_LANE, world, clock);
        let own = Lane::new(STAGE_LANE.into(), Arc::clone(&shared), state);
        Arc::new(Self { shared, settings, lanes: RwLock::default(), own })
    }

    /// Writes everything that happens to a file from now on: what was told to anybody is in it.
    pub fn write_to(&self, file: Arc<JournalFile>) {
        self.shared.write_to(file);
    }

    /// Says where the stage is reached, such as `http://127.0.0.1:7380`: the addresses of files that people send begin
    /// with it. Only the first one counts.
    pub fn is_at(&self, base_url: impl Into<String>) {
        self.shared.is_at(base_url.into());
    }

    /// Where the stage is reached; empty until that was said.
    pub fn base_url(&self) -> &str {
        self.shared.base_url()
    }

    /// Keeps a file that a person is about to send, so that its address leads to it.
    pub fn keep(&self, media: &Media<Bytes>) {
        self.shared.media.keep(media);
    }

    /// The settings that new lanes share.
    pub const fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// The calls for other hosts so far that were not passed on, because they may not be made or could not.
    pub fn not_passed_on(&self) -> AllNotPassedOn {
        self.shared.outward.not_passed_on()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Waits until a call came with what looks like a token of the real platform. It was refused, and
    /// somebody should be told why.
    pub async fn real_token_came(&self) {
        self.shared.real_token.noticed().await;
    }

    /// Waits until a call for another host needed the system's root certificates, and there were none.
    pub async fn no_roots_found(&self) {
        self.shared.no_roots.noticed().await;
    }

    /// The TLS handshakes that clients have broken off: the first one for each name they asked for and each of their
    /// programs.
    pub fn broken_handshakes(&self) -> Vec<Arc<BrokenHandshake>> {
        self.shared.handshakes.broken()
    }

    /// Waits until there are more of them than that many.
    pub async fn handshakes_broke(&self, known: usize) {
        self.shared.handshakes.more_than(known).await;
    }

    /// True when an app has acknowledged deliveries, but no call has come that can have been its own: neither with its
    /// token nor with one that belongs to nobody.
    pub fn never_called(&self, app: AppId) -> bool {
        self.shared.never_called(app)
    }

    /// Opens a lane. It begins with what the bots had set up when the first lane was opened: from then on what they
    /// change without naming anybody stays in the stage's own lane.
    ///
    /// # Errors
    ///
    /// When its name or a fixed id of its people is in use.
    pub fn open_lane(&self, spec: LaneSpec) -> Result<Arc<Lane>, OpenLaneError> {
        let LaneSpec { name, clock, settings, people } = spec;
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        if lanes.by_name.contains_key(&name) || name == STAGE_LANE {
            return Err(OpenLaneError::NameTaken(name));
        }
        let ids = Ids::new(self.shared.seed, &name);
        let mut settings = settings.unwrap_or_else(|| Arc::clone(&self.settings));
        let set_up = lanes.set_up.get_or_insert_with(|| SetUp::between(&self.settings, &self.own.settings()));
        set_up.carry_into(&mut settings);
        let mut world = World::new(settings);
        for person in people {
            let named = Digest::new().number(person.page.0).bytes(person.name.as_bytes());
            let free = |psid: &Psid| !lanes.by_person.contains_key(psid) && !world.people.contains_key(psid);
            let psid = match person.id {
                Some(id) if free(&id) => id,
                Some(id) => return Err(OpenLaneError::PersonTaken(id)),
                None => (0..).map(|count| ids.person(named, count)).find(free).unwrap_or(Psid(1)),
            };
            let PersonSpec { name, page, platform, id: _, profile, tests } = person;
            let person = Person { platform, profile: Arc::new(profile), tests, ..Person::named(name, page) };
            world.people.insert(psid, person);
        }
        let psids: Vec<Psid> = world.people.keys().copied().collect();
        let state = LaneState::new(Arc::clone(&self.shared), &name, world, clock);
        let lane = Lane::new(name.as_str().into(), Arc::clone(&self.shared), state);
        lanes.by_person.extend(psids.into_iter().map(|psid| (psid, Arc::clone(&lane))));
        lanes.by_name.insert(name, Arc::clone(&lane));
        drop(lanes);
        Ok(lane)
    }

    /// Gives a lane the calls that name nobody, as long as it is open. It is the only one, or plays alone.
    pub fn give_unnamed_calls(&self, lane: &Arc<Lane>) {
        self.lanes.write().unwrap_or_else(PoisonError::into_inner).unnamed = Some(Arc::clone(lane));
    }

    /// Closes a lane: calls about its people are strangers' from now on.
    pub fn close_lane(&self, lane: &Lane) {
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        lanes.by_name.remove(lane.name());
        lanes.unnamed.take_if(|unnamed| unnamed.name() == lane.name());
        for psid in lane.people().values().flat_map(BTreeMap::values) {
            lanes.by_person.remove(psid);
        }
    }

    /// The lane of that name.
    pub fn lane(&self, name: &str) -> Option<Arc<Lane>> {
        if name == STAGE_LANE {
            return Some(Arc::clone(&self.own));
        }
        self.lanes.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }

    /// The lane for calls that belong to no other.
    pub const fn own_lane(&self) -> &Arc<Lane> {
        &self.own
    }

    /// A trace id for what is no call, and so stands in no journal.
    pub(crate) fn trace(&self) -> String {
        Ids::new(self.shared.seed, STAGE_LANE).trace(Digest::new().bytes(b"connection"), 0)
    }

    /// The lane that a call belongs to: that of the person it names, else the one that gets such calls, else the
    /// stage's own.
    pub(crate) fn lane_of(&self, person: Option<Psid>) -> Arc<Lane> {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        let named = person.and_then(|person| lanes.by_person.get(&person));
        Arc::clone(named.or(lanes.unnamed.as_ref()).unwrap_or(&self.own))
    }

    /// What an id of digits was given out for on this stage.
    fn minted(&self, id: u64) -> Option<NodeKind> {
        let is_person = || {
            let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
            lanes.by_person.contains_key(&Psid(id))
        };
        let mut accounts = self.settings.pages.values().filter_map(|page| page.instagram.as_ref());
        if self.settings.pages.contains_key(&PageId(id)) {
            Some(NodeKind::Page)
        } else if accounts.any(|account| account.id.0 == id) {
            Some(NodeKind::InstagramAccount)
        } else if self.shared.secrets.contains_key(&AppId(id)) {
            Some(NodeKind::App)
        } else {
            is_person().then_some(NodeKind::Person)
        }
    }

    /// Waits until the bots have set themselves up: nothing has been asked of the stage for long enough. A bot that has
    /// called has `calm` for its next call, one that has not `patience` for its first. Says whether any has called.
    pub async fn set_up(&self, patience: Duration, calm: Duration, within: Duration) -> bool {
        let watch = Stopwatch::start();
        loop {
            let last = self.own.last_seq();
            let wait = if last == 0 { patience.saturating_sub(watch.elapsed()) } else { calm };
            let calls_again = self.own.changed_since(last, wait).await;
            let left = within.saturating_sub(watch.elapsed());
            if left.is_zero() {
                return self.own.last_seq() > 0;
            }
            if !calls_again && self.own.settled(left).await.is_ok() && self.own.last_seq() == last {
                return last > 0;
            }
        }
    }

    /// Asks an app's webhook whether it is the app's (M-186). Apps without a webhook are always ready.
    ///
    /// # Errors
    ///
    /// What is wrong with its answer.
    pub async fn handshake(&self, app: AppId) -> Result<(), HandshakeError> {
        match self.shared.endpoint(app) {
            Some(endpoint) => self.verify(app, &endpoint).await,
            None => Ok(()),
        }
    }

    /// Where an app's webhook is now, and what it is asked with; none when steps play the app.
    pub fn webhook(&self, app: AppId) -> Option<Webhook> {
        let endpoint = self.shared.endpoint(app)?;
        Some(Webhook {
            app,
            name: self.shared.app_names.get(&app).map(ToString::to_string).unwrap_or_default(),
            url: endpoint.url.clone(),
            verify_token: endpoint.verify_token.clone(),
            secret: self.shared.secrets.get(&app).map(|known| known.secret.clone()).unwrap_or_default(),
        })
    }

    /// The id of a person whom no lane knows, the same one each time. From the first time on, calls about her are
    /// answered with code 100, subcode 33 and enter no journal.
    pub fn stranger(&self) -> Psid {
        self.shared.stranger.get_or_init(|| {
            let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
            let ids = Ids::new(self.shared.seed, STAGE_LANE);
            let drawn = (0..).map(|count| ids.person(Digest::new().bytes(b"stranger"), count));
            let mut free = drawn.filter(|psid| !lanes.by_person.contains_key(psid));
            free.next().unwrap_or(Psid(1))
        })
    }

    /// The newest calls about the stranger, at most 100, that came after the one with this number, oldest first; and how
    /// many there have been in all.
    pub fn calls_about_stranger(&self, after: u64) -> (Vec<StrangerCall>, u64) {
        self.shared.stranger.calls_after(after)
    }

    /// The port at which an app's webhook is, if it has one.
    pub fn webhook_port(&self, app: AppId) -> Option<u16> {
        self.shared.endpoint(app).map(|endpoint| endpoint.url.port())
    }

    /// Closes the connections to an app's webhook that nothing goes over, because its bot is about to end.
    pub fn hang_up(&self, app: AppId) {
        if let Some(endpoint) = self.shared.endpoint(app) {
            endpoint.hang_up();
        }
    }

    /// Asks a webhook that may become the app's.
    pub(crate) async fn verify(&self, app: AppId, endpoint: &Endpoint) -> Result<(), HandshakeError> {
        let ids = Ids::new(self.shared.seed, STAGE_LANE);
        let drawn = ids.person(Digest::new().number(app.0).bytes(b"challenge"), 0);
        webhooks::handshake(endpoint, &webhooks::challenge(drawn.0)).await
    }
}

impl Minted for Stage {
    fn kind_of(&self, id: u64) -> Option<NodeKind> {
        self.minted(id)
    }
}
