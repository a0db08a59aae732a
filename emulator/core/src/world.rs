//! The whole state of one lane: plain data that can be cloned, compared and hashed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::conversation::Conversation;
use crate::ids::{PageId, Psid};
use crate::settings::Settings;
use crate::timers::Timers;

/// A person as one Page knows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// The name in the world, in scenarios and in reports.
    pub name: Arc<str>,
    /// The Page that this id belongs to.
    pub page: PageId,
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
    /// What is due.
    pub timers: Timers,
}

impl World {
    /// A world in which nothing has happened yet.
    pub fn new(settings: Arc<Settings>) -> Self {
        Self { settings, people: BTreeMap::new(), conversations: BTreeMap::new(), timers: Timers::default() }
    }

    /// The person's conversation, which begins with the first thing that happens in it.
    pub(crate) fn conversation(&mut self, person: Psid, page: PageId) -> &mut Conversation {
        self.conversations.entry(person).or_insert_with(|| Conversation::new(page))
    }
}
