//! What an admin decides about a Page and its apps. A lane shares its settings with the stage until
//! it first changes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::conversation::{CONTROL_LASTS, Control};
use crate::field::FieldSet;
use crate::ids::{AppId, PageId};
use crate::line::Line;
use crate::party::Party;
use crate::protocols::{Leader, Options, Unowned};
use crate::time::Timestamp;
use crate::word::words;

/// The settings of a world. Each Page has its own (C-166).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The Pages by id.
    pub pages: BTreeMap<PageId, Page>,
    /// The apps by id.
    pub apps: BTreeMap<AppId, App>,
}

impl Settings {
    /// The webhook fields of which the app hears on the Page: installed by the Page and subscribed by
    /// the app (M-244).
    pub fn fields(&self, page: PageId, app: AppId) -> FieldSet {
        let installed = self.connection(page, app).map(|connection| connection.fields).unwrap_or_default();
        match self.apps.get(&app).and_then(|app| app.subscription) {
            Some(subscribed) => installed.and(subscribed),
            None => installed,
        }
    }

    /// The Page on Messenger.
    pub fn line(&self, page: PageId) -> Option<&Line> {
        self.pages.get(&page).map(|page| &page.messenger)
    }

    /// The words in force on the Page.
    pub fn options(&self, page: PageId) -> Options {
        self.line(page).map(|line| *line.options()).unwrap_or_default()
    }

    /// The Page's primary receiver, where its protocol has one.
    pub fn primary(&self, page: PageId) -> Option<AppId> {
        self.line(page).and_then(Line::primary)
    }

    /// Who has a conversation of the Page that nobody has taken or been given.
    pub fn unowned(&self, page: PageId) -> Control {
        self.pages.get(&page).map_or(Control::Idle, Page::unowned)
    }

    /// How the app is connected to the Page, if it is.
    pub fn connection(&self, page: PageId, app: AppId) -> Option<&Connection> {
        self.pages.get(&page).and_then(|page| page.apps.get(&app))
    }
}

/// An app as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct App {
    /// Its name in the world, in scenarios and in reports.
    pub name: Arc<str>,
    /// Whether it may reach everybody.
    pub mode: AppMode,
    /// The webhook fields that the app itself subscribed for Pages (M-244). Until it says which, those
    /// that each Page installed are enough.
    pub subscription: Option<FieldSet>,
    /// True when each of its calls must carry a proof of its secret (M-22).
    pub requires_proof: bool,
}

impl App {
    /// A live app.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), mode: AppMode::Live, subscription: None, requires_proof: false }
    }
}

words! {
    /// Whether an app may reach everybody (M-184).
    AppMode {
        /// Everybody.
        Live = "live",
        /// People with a role on it alone.
        Development = "development",
    }
}

/// A Page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page {
    /// The name that people see.
    pub name: Arc<str>,
    /// The Page on Messenger.
    pub messenger: Line,
    /// True when it is registered as a news Page, which may send news at any time (M-181b).
    pub news: bool,
    /// The hosts that buttons may open with extensions, in small letters (M-89).
    pub whitelisted_domains: BTreeSet<Arc<str>>,
    /// The apps that are connected to the Page.
    pub apps: BTreeMap<AppId, Connection>,
}

impl Page {
    /// A Page without apps.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            messenger: Line::default(),
            news: false,
            whitelisted_domains: BTreeSet::new(),
            apps: BTreeMap::new(),
        }
    }
}

impl Page {
    /// True while conversations can be given to apps: not where handover is switched off, and under the first protocol
    /// only with a primary and a secondary receiver (C-05).
    pub fn is_active(&self) -> bool {
        let line = &self.messenger;
        let fixed = line.fixed();
        match (fixed.leader, fixed.unowned) {
            (Leader::DefaultApp | Leader::Nobody, _) => true,
            (Leader::PrimaryReceiver, _) if line.handover_off => false,
            (Leader::PrimaryReceiver, Unowned::Idle) => true,
            (Leader::PrimaryReceiver, Unowned::Primary) => line.primary().is_some_and(|primary| {
                let mut others = self.apps.keys().filter(|app| **app != primary).map(|app| Party::App(*app));
                line.takes_part(Party::Inbox) || others.any(|party| line.takes_part(party))
            }),
        }
    }

    /// Who has a conversation that nobody has taken or been given.
    pub fn unowned(&self) -> Control {
        if !self.is_active() {
            return Control::Inactive;
        }
        match (self.messenger.fixed().unowned, self.messenger.leader()) {
            (Unowned::Primary, Some(by)) => Control::Owned { by, until: None, lasts: CONTROL_LASTS },
            (Unowned::Primary | Unowned::Idle, _) => Control::Idle,
        }
    }
}

/// How an app is connected to a Page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Connection {
    /// The webhook fields that the Page installed for the app (M-243).
    pub fields: FieldSet,
    /// Fields that the platform knows and that no event here belongs to.
    pub other_fields: BTreeSet<Arc<str>>,
    /// False once the app has taken itself off the Page's list of subscribed apps (M-243).
    pub installed: bool,
    /// True when the platform has switched the app's webhooks off (M-193).
    pub disabled: bool,
    /// Features that App Review granted.
    pub features: BTreeSet<Feature>,
    /// What the app's Page token carries.
    pub permissions: BTreeSet<Permission>,
    /// Whether the app's Page token still holds.
    pub token: TokenState,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            fields: FieldSet::default(),
            other_fields: BTreeSet::new(),
            installed: true,
            disabled: false,
            features: BTreeSet::new(),
            permissions: Permission::ALL.iter().copied().collect(),
            token: TokenState::Valid,
        }
    }
}

/// Whether a Page token still holds (M-49).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenState {
    /// It does.
    Valid,
    /// It holds until then.
    Expires(Timestamp),
    /// The person behind it changed the password.
    SessionEnded,
    /// The person behind it removed the app.
    Deauthorized,
}

words! {
    /// A feature that App Review grants to an app.
    Feature {
        /// Sending with the human-agent tag.
        HumanAgent = "human_agent",
    }
}

words! {
    /// A permission of a Page token (M-250).
    Permission {
        /// Sending messages and moving thread control.
        PagesMessaging = "pages_messaging",
        /// Changing what the Page has installed.
        PagesManageMetadata = "pages_manage_metadata",
        /// Reading what people do with the Page.
        PagesReadEngagement = "pages_read_engagement",
        /// Listing the Pages.
        PagesShowList = "pages_show_list",
        /// Reading a person's language.
        PagesUserLocale = "pages_user_locale",
        /// Reading a person's time zone.
        PagesUserTimezone = "pages_user_timezone",
        /// Reading a person's gender.
        PagesUserGender = "pages_user_gender",
        /// Sending utility messages.
        PageUtilityMessaging = "page_utility_messaging",
    }
}
