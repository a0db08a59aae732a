//! What all lanes of a stage have in common: identities, webhooks, and what is measured of the bots.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use emulator_core::{AppId, GraphVersion, Hidden, PageId};
use tokio::sync::Notify;

use crate::http::Handshakes;
use crate::journal::JournalFile;
use crate::lane::Habits;
use crate::media::Files;
use crate::proxy::Outward;
use crate::stranger::Stranger;
use crate::webhooks::{Endpoint, WebhookUrl};

/// Who a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// An app on a Page.
    Page { app: AppId, page: PageId },
    /// An app itself.
    App { app: AppId },
}

impl Token {
    /// The app behind it.
    pub(crate) const fn app(self) -> AppId {
        match self {
            Self::Page { app, .. } | Self::App { app } => app,
        }
    }
}

/// What an app proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secrets {
    /// The key of its signatures and proofs.
    pub(crate) secret: String,
    /// What it checks when its webhook is verified.
    pub(crate) verify_token: String,
    /// The version that serves its calls which name none; the newest when none.
    pub(crate) api_version: Option<GraphVersion>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("secrets")
    }
}

/// Where an app's webhooks go, and what it said when it registered.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) endpoint: Arc<Endpoint>,
    /// The address on the internet that it named, which is not called (M-186a).
    pub(crate) public: Option<Arc<str>>,
    /// Fields that it subscribed and no event here belongs to.
    pub(crate) other_fields: Vec<Arc<str>>,
    /// The version of Graph with which it registered.
    pub(crate) version: Arc<str>,
}

/// The secrets of the apps and their Page tokens, with the expressions for them.
fn hidden(
    tokens: &BTreeMap<String, Token>,
    secrets: &BTreeMap<AppId, Secrets>,
    apps: &BTreeMap<AppId, Arc<str>>,
    pages: &BTreeMap<PageId, Arc<str>>,
) -> Hidden {
    let called = |app: &AppId| apps.get(app).map_or("app", |name| name);
    let own = secrets.iter().flat_map(|(app, known)| {
        let name = called(app);
        [(&known.secret, format!("{name}.secret")), (&known.verify_token, format!("{name}.verify_token"))]
    });
    let page_tokens = tokens.iter().filter_map(|(token, of)| match of {
        Token::App { .. } => None,
        Token::Page { app, page } => {
            let page = pages.get(page).map_or_else(String::new, |page| format!("{page}."));
            Some((token, format!("{}.{page}page_token", called(app))))
        }
    });
    Hidden::known(own.chain(page_tokens).map(|(value, name)| (value.clone(), name)))
}

/// What a stage keeps for all its lanes. Only the webhooks change: an app can register another one.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) seed: u64,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) secrets: BTreeMap<AppId, Secrets>,
    pub(crate) app_names: Arc<BTreeMap<AppId, Arc<str>>>,
    /// What the Pages are called where there are several.
    pub(crate) page_names: Arc<BTreeMap<PageId, Arc<str>>>,
    /// What must not be shown of what bots say.
    hidden: Arc<Hidden>,
    pub(crate) webhook_timeout: Duration,
    registrations: RwLock<BTreeMap<AppId, Registration>>,
    file: OnceLock<Arc<JournalFile>>,
    base_url: OnceLock<String>,
    pub(crate) media: Files,
    pub(crate) stranger: Stranger,
    pub(crate) habits: Habits,
    /// Whether somebody came with a token of the real platform.
    pub(crate) real_token: Noticed,
    /// The TLS handshakes that clients broke off.
    pub(crate) handshakes: Handshakes,
    /// What is known of calls for other hosts.
    pub(crate) outward: Outward,
    /// Whether a call for another host needed roots of the system, and there were none.
    pub(crate) no_roots: Noticed,
    /// What is known of the contact with each app.
    contact: BTreeMap<AppId, Contact>,
    /// Whether a call came with a token that belongs to no app.
    strange_token: AtomicBool,
}

/// Something that is noticed once, and that somebody may wait for.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    seen: AtomicBool,
    told: Notify,
}

impl Noticed {
    pub(crate) fn notice(&self) {
        self.seen.store(true, Ordering::SeqCst);
        self.told.notify_waiters();
    }

    pub(crate) fn is_noticed(&self) -> bool {
        self.seen.load(Ordering::SeqCst)
    }

    pub(crate) async fn noticed(&self) {
        loop {
            let told = self.told.notified();
            if self.is_noticed() {
                return;
            }
            told.await;
        }
    }
}

/// Whether an app and the emulator have reached each other.
#[derive(Debug, Default)]
struct Contact {
    acknowledged: AtomicBool,
    called: AtomicBool,
}

impl Shared {
    pub(crate) fn new(
        seed: u64,
        tokens: BTreeMap<String, Token>,
        secrets: BTreeMap<AppId, Secrets>,
        app_names: Arc<BTreeMap<AppId, Arc<str>>>,
        page_names: Arc<BTreeMap<PageId, Arc<str>>>,
        webhook_timeout: Duration,
    ) -> Self {
        let contact = app_names.keys().map(|app| (*app, Contact::default())).collect();
        let hidden = Arc::new(hidden(&tokens, &secrets, &app_names, &page_names));
        Self {
            hidden,
            seed,
            tokens,
            secrets,
            app_names,
            page_names,
            webhook_timeout,
            registrations: RwLock::new(BTreeMap::new()),
            file: OnceLock::new(),
            base_url: OnceLock::new(),
            media: Files::default(),
            stranger: Stranger::default(),
            habits: Habits::default(),
            real_token: Noticed::default(),
            handshakes: Handshakes::default(),
            outward: Outward::default(),
            no_roots: Noticed::default(),
            contact,
            strange_token: AtomicBool::new(false),
        }
    }

    /// The token with which an app acts for itself.
    pub(crate) fn app_token(&self, app: AppId) -> Option<String> {
        Some(format!("{app}|{}", self.secrets.get(&app)?.secret))
    }

    /// The version of an app's calls that name none.
    pub(crate) fn version_of(&self, app: AppId) -> Option<GraphVersion> {
        self.secrets.get(&app)?.api_version
    }

    /// Where the app's webhooks go; nowhere when steps play it.
    pub(crate) fn endpoint(&self, app: AppId) -> Option<Arc<Endpoint>> {
        self.registrations().get(&app).map(|registration| Arc::clone(&registration.endpoint))
    }

    /// What the app registered, or the world for it.
    pub(crate) fn registration(&self, app: AppId) -> Option<Registration> {
        self.registrations().get(&app).cloned()
    }

    fn registrations(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<AppId, Registration>> {
        self.registrations.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the app's webhooks there from now on.
    pub(crate) fn register(&self, app: AppId, registration: Registration) {
        self.registrations.write().unwrap_or_else(PoisonError::into_inner).insert(app, registration);
    }

    /// An endpoint for the app's webhooks at that address, which nothing is sent to yet. It has the
    /// verify token of the app unless another is given.
    pub(crate) fn endpoint_at(
        &self,
        app: AppId,
        url: WebhookUrl,
        verify_token: Option<&str>,
    ) -> Arc<Endpoint> {
        let known = self.secrets.get(&app);
        let secret = known.map(|known| known.secret.as_str()).unwrap_or_default();
        let known = known.map(|known| known.verify_token.as_str()).unwrap_or_default();
        let verify_token = verify_token.unwrap_or(known).to_owned();
        Endpoint::new(url, secret, verify_token, Arc::clone(&self.hidden), self.webhook_timeout)
    }

    /// The file that everything is written to, if there is one.
    pub(crate) fn file(&self) -> Option<&JournalFile> {
        self.file.get().map(Arc::as_ref)
    }

    /// Writes everything to a file from now on. Only the first one counts.
    pub(crate) fn write_to(&self, file: Arc<JournalFile>) {
        let _ = self.file.set(file);
    }

    /// Where the stage is reached, without a slash at the end; empty until that is known.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.get().map_or("", String::as_str)
    }

    /// Says where the stage is reached. Only the first one counts.
    pub(crate) fn is_at(&self, base_url: String) {
        let _ = self.base_url.set(base_url);
    }

    /// Notes that a real app acknowledged a delivery.
    pub(crate) fn acknowledged(&self, app: AppId) {
        if let Some(contact) = self.contact.get(&app) {
            set(&contact.acknowledged);
        }
    }

    /// Notes that a call came over HTTP, of an app or with a token that is no app's.
    pub(crate) fn called(&self, app: Option<AppId>, has_token: bool) {
        match app.and_then(|app| self.contact.get(&app)) {
            Some(contact) => set(&contact.called),
            None if has_token => set(&self.strange_token),
            None => {}
        }
    }

    /// True when an app acknowledged deliveries and no call came that can have been its own.
    pub(crate) fn never_called(&self, app: AppId) -> bool {
        let silent = |contact: &Contact| {
            contact.acknowledged.load(Ordering::Relaxed) && !contact.called.load(Ordering::Relaxed)
        };
        self.contact.get(&app).is_some_and(silent) && !self.strange_token.load(Ordering::Relaxed)
    }
}

/// Sets a flag that is almost always set already, without taking it from other cores then.
fn set(flag: &AtomicBool) {
    if !flag.load(Ordering::Relaxed) {
        flag.store(true, Ordering::Relaxed);
    }
}
