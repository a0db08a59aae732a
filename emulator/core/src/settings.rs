//! What an admin decides about a Page and its apps. A lane shares its settings with the stage until
//! it first changes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::conversation::{CONTROL_LASTS, Control};
use crate::field::FieldSet;
use crate::ids::{AccountId, AppId, PageId};
use crate::line::Line;
use crate::party::Party;
use crate::platform::{LineId, Platform};
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
    /// The webhook fields of which the app hears there, by their names on the platform: installed by the Page and
    /// subscribed by the app (M-244). What it installed for a Page holds for the linked Instagram account too (M-285).
    pub fn fields(&self, line: LineId, app: AppId) -> FieldSet {
        let installed =
            self.connection(line.page, app).map(|connection| connection.fields).unwrap_or_default();
        let installed = installed.on(line.platform);
        match (self.apps.get(&app).and_then(|app| app.subscription), line.platform) {
            (Some(subscribed), Platform::Messenger) => installed.and(subscribed),
            (None, _) | (Some(_), Platform::Instagram) => installed,
        }
    }

    /// The Page on a platform; none where it is not there.
    pub fn line(&self, line: LineId) -> Option<&Line> {
        self.pages.get(&line.page).and_then(|page| page.line(line.platform))
    }

    /// The platform that is meant where none is named, and whose options hold for what concerns no conversation.
    pub fn main(&self, page: PageId) -> LineId {
        page.on(self.pages.get(&page).map(|page| page.platform).unwrap_or_default())
    }

    /// The words in force on the Page on a platform.
    pub fn options(&self, line: LineId) -> Options {
        self.line(line).map(|line| *line.options()).unwrap_or_default()
    }

    /// The primary receiver, where the protocol has one.
    pub fn primary(&self, line: LineId) -> Option<AppId> {
        self.line(line).and_then(Line::primary)
    }

    /// Who has a conversation that nobody has taken or been given.
    pub fn unowned(&self, line: LineId) -> Control {
        self.pages.get(&line.page).map_or(Control::Idle, |page| page.unowned(line.platform))
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
    /// The platform that is meant where none is named: Instagram for a Page that is used for nothing else.
    pub platform: Platform,
    /// The Page on Messenger.
    pub messenger: Line,
    /// The Instagram account that is linked to it, if one is.
    pub instagram: Option<InstagramAccount>,
    /// True when it is registered as a news Page, which may send news at any time (M-181b).
    pub news: bool,
    /// The hosts that buttons may open with extensions, in small letters (M-89).
    pub whitelisted_domains: BTreeSet<Arc<str>>,
    /// The apps that are connected to the Page.
    pub apps: BTreeMap<AppId, Connection>,
}

/// A professional account on Instagram that is linked to a Page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InstagramAccount {
    /// Its id, by which webhooks name it.
    pub id: AccountId,
    /// What an admin decided there about conversation control.
    pub line: Line,
}

impl Page {
    /// A Page without apps.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            platform: Platform::default(),
            messenger: Line::default(),
            instagram: None,
            news: false,
            whitelisted_domains: BTreeSet::new(),
            apps: BTreeMap::new(),
        }
    }
}

impl Page {
    /// The Page on the platform that is meant where none is named.
    pub fn main(&self) -> &Line {
        self.line(self.platform).unwrap_or(&self.messenger)
    }

    /// The Page on a platform; none where it is not there.
    pub fn line(&self, platform: Platform) -> Option<&Line> {
        match platform {
            Platform::Messenger => Some(&self.messenger).filter(|_| self.platform == platform),
            Platform::Instagram => self.instagram.as_ref().map(|account| &account.line),
        }
    }

    /// The same, to change it.
    pub(crate) fn line_mut(&mut self, platform: Platform) -> Option<&mut Line> {
        match platform {
            Platform::Messenger => Some(&mut self.messenger).filter(|_| self.platform == platform),
            Platform::Instagram => self.instagram.as_mut().map(|account| &mut account.line),
        }
    }

    /// The account on Instagram, where that is the platform.
    pub(crate) fn account_on(&self, platform: Platform) -> Option<AccountId> {
        let account = self.instagram.as_ref().filter(|_| platform == Platform::Instagram);
        account.map(|account| account.id)
    }

    /// True while conversations can be given to apps: not where handover is switched off, and under the first protocol
    /// only with a primary and a secondary receiver (C-05).
    pub fn is_active(&self, platform: Platform) -> bool {
        let Some(line) = self.line(platform) else { return false };
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
    pub fn unowned(&self, platform: Platform) -> Control {
        let Some(line) = self.line(platform).filter(|_| self.is_active(platform)) else {
            return Control::Inactive;
        };
        match (line.fixed().unowned, line.leader()) {
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
