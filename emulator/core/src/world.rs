//! The whole state of one lane: plain data that can be cloned, compared and hashed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::conversation::{Control, Conversation};
use crate::ids::{AppId, PageId, Psid};
use crate::platform::{LineId, Platform};
use crate::settings::Settings;
use crate::time::Timestamp;
use crate::timers::Timers;

/// A person as one Page knows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// The name in the world, in scenarios and in reports.
    pub name: Arc<str>,
    /// The Page that this id belongs to.
    pub page: PageId,
    /// The platform on which the person writes to it.
    pub platform: Platform,
    /// What the person shows of herself.
    pub profile: Arc<Profile>,
    /// True while the person has blocked the Page.
    pub blocked: bool,
    /// The apps on which the person has a role, so that they reach her in development mode.
    pub tests: BTreeSet<AppId>,
}

impl Person {
    /// A person on Messenger of whom only the name is known.
    pub fn named(name: impl Into<Arc<str>>, page: PageId) -> Self {
        let (platform, profile) = (Platform::default(), Arc::default());
        Self { name: name.into(), page, platform, profile, blocked: false, tests: BTreeSet::new() }
    }

    /// The Page on the person's platform.
    pub const fn line(&self) -> LineId {
        self.page.on(self.platform)
    }
}

/// What a person shows of herself (M-265).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Profile {
    /// The first name.
    pub first_name: Option<Arc<str>>,
    /// The last name.
    pub last_name: Option<Arc<str>>,
    /// The address of a picture.
    pub profile_pic: Option<Arc<str>>,
    /// The language, such as `en_US`.
    pub locale: Option<Arc<str>>,
    /// The time zone in hours from UTC.
    pub timezone: Option<i32>,
    /// The gender as the person gives it.
    pub gender: Option<Arc<str>>,
}

/// Everything that a lane knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// What admins decided; shared until it is changed.
    pub settings: Arc<Settings>,
    /// The people by page-scoped id.
    pub people: BTreeMap<Psid, Person>,
    /// Their conversations; a person who never wrote has none.
    pub conversations: BTreeMap<Psid, Conversation>,
    /// Since when the webhooks of an app on a Page fail.
    pub failing: BTreeMap<(PageId, AppId), Timestamp>,
    /// What is due.
    pub timers: Timers,
}

impl World {
    /// A world in which nothing has happened yet.
    pub fn new(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            people: BTreeMap::new(),
            conversations: BTreeMap::new(),
            failing: BTreeMap::new(),
            timers: Timers::default(),
        }
    }

    /// True while the person has blocked the Page.
    pub(crate) fn is_blocked_by(&self, person: Psid) -> bool {
        self.people.get(&person).is_some_and(|person| person.blocked)
    }

    /// Who may answer the person; who has a conversation that nobody was given where none has begun.
    pub fn control(&self, person: Psid) -> Control {
        match (self.conversations.get(&person), self.people.get(&person)) {
            (Some(conversation), _) => conversation.control,
            (None, Some(person)) => self.settings.unowned(person.line()),
            (None, None) => Control::Idle,
        }
    }

    /// The person's conversation, which begins with the first thing that happens in it.
    pub(crate) fn conversation(&mut self, person: Psid, line: LineId) -> &mut Conversation {
        let Self { settings, conversations, .. } = self;
        conversations.entry(person).or_insert_with(|| Conversation::new(line, settings.unowned(line)))
    }

    /// The Page on the platform of the person; on its main one for who is nobody of it.
    pub fn line_of(&self, person: Psid, page: PageId) -> LineId {
        let known = self.people.get(&person).filter(|person| person.page == page);
        known.map_or_else(|| self.settings.main(page), Person::line)
    }
}
