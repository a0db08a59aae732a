//! What apps, people and Pages are called in entries, and the way back.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{AppId, Holder, PageId, Party, Psid, World};

/// The word for the owner of an idle conversation.
pub(super) const IDLE: &str = "idle";
/// The word for the owner of a conversation that no app can be given.
pub(super) const NOBODY: &str = "none";

/// What apps, people and Pages are called.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The apps.
    pub apps: Arc<BTreeMap<AppId, Arc<str>>>,
    /// The people, by each of their ids.
    pub people: Arc<BTreeMap<Psid, PersonName>>,
    /// The Pages where there are several; a Page that is the only one needs no name.
    pub pages: Arc<BTreeMap<PageId, Arc<str>>>,
}

/// A person under one of her ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    /// What she is called.
    pub name: Arc<str>,
    /// The Page on which she has that id.
    pub page: PageId,
    /// Whether she has ids on other Pages too.
    pub elsewhere: bool,
}

impl Names {
    /// Names for apps and Pages, and for the people of a world.
    pub(crate) fn of(
        apps: Arc<BTreeMap<AppId, Arc<str>>>,
        pages: Arc<BTreeMap<PageId, Arc<str>>>,
        world: &World,
    ) -> Self {
        let people =
            world.people.iter().map(|(psid, person)| (*psid, (Arc::clone(&person.name), person.page)));
        Self { apps, people: Arc::new(people_of(people)), pages }
    }

    /// The app's name, else its id.
    pub fn app(&self, app: AppId) -> String {
        self.app_name(app).into_owned()
    }

    pub(super) fn app_name(&self, app: AppId) -> Cow<'_, str> {
        self.apps.get(&app).map_or_else(|| Cow::Owned(app.to_string()), |name| Cow::Borrowed(&**name))
    }

    /// The party's name: that of the app, `inbox`, or the id of another party of the platform.
    pub fn party(&self, party: Party) -> String {
        self.party_name(party).into_owned()
    }

    pub(super) fn party_name(&self, party: Party) -> Cow<'_, str> {
        match party {
            Party::Inbox => Cow::Borrowed("inbox"),
            Party::App(app) => self.app_name(app),
            Party::LeadFlow | Party::MetaAi => Cow::Owned(party.number().to_string()),
        }
    }

    /// The owner's name; `idle` when there is none.
    pub fn owner(&self, owner: Option<Party>) -> String {
        owner.map_or_else(|| IDLE.to_owned(), |owner| self.party(owner))
    }

    /// The name of who is in control; `idle` when nobody is, and `none` while no app can be.
    pub fn holder(&self, holder: Holder) -> String {
        match holder {
            Holder::Nobody => NOBODY.to_owned(),
            Holder::Idle => IDLE.to_owned(),
            Holder::Party(party) => self.party(party),
        }
    }

    /// The person for people to read: the name, with the Page where she has an id on several; else the id.
    pub fn person(&self, person: Psid) -> String {
        match self.people.get(&person) {
            Some(PersonName { name, page, elsewhere: true }) => match self.page(*page) {
                Some(page) => format!("{name} on {page}"),
                None => name.to_string(),
            },
            Some(PersonName { name, .. }) => name.to_string(),
            None => person.to_string(),
        }
    }

    /// The name of the person alone, whatever the Page; else the id.
    pub fn person_name(&self, person: Psid) -> Cow<'_, str> {
        match self.people.get(&person) {
            Some(PersonName { name, .. }) => Cow::Borrowed(name),
            None => Cow::Owned(person.to_string()),
        }
    }

    /// The Page on which the person has that id.
    pub fn page_of(&self, person: Psid) -> Option<PageId> {
        self.people.get(&person).map(|person| person.page)
    }

    /// The Page's name, where there are several.
    pub fn page(&self, page: PageId) -> Option<&str> {
        self.pages.get(&page).map(|name| &**name)
    }
}

/// People by their ids.
pub(super) fn people_of(
    people: impl Iterator<Item = (Psid, (Arc<str>, PageId))> + Clone,
) -> BTreeMap<Psid, PersonName> {
    let mut ids: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for (_, (name, _)) in people.clone() {
        *ids.entry(name).or_default() += 1;
    }
    let several = |name: &Arc<str>| ids.get(name).is_some_and(|ids| *ids > 1);
    people.map(|(psid, (name, page))| (psid, PersonName { elsewhere: several(&name), name, page })).collect()
}

/// The way back: apps, people and Pages by their names.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    apps: BTreeMap<Arc<str>, AppId>,
    people: BTreeMap<(Arc<str>, PageId), Psid>,
    pages: BTreeMap<Arc<str>, PageId>,
    /// The only Page, which entries do not name.
    only: Option<PageId>,
}

impl Known {
    pub(crate) fn new(names: &Names, pages: impl IntoIterator<Item = PageId>) -> Self {
        let mut pages = pages.into_iter();
        let people = names.people.iter();
        Self {
            only: pages.next().filter(|_| pages.next().is_none()),
            apps: names.apps.iter().map(|(app, name)| (Arc::clone(name), *app)).collect(),
            people: people.map(|(psid, person)| ((Arc::clone(&person.name), person.page), *psid)).collect(),
            pages: names.pages.iter().map(|(page, name)| (Arc::clone(name), *page)).collect(),
        }
    }

    /// The app of that name; an unknown one stands in a journal as its number.
    pub(super) fn app(&self, name: &str) -> Option<AppId> {
        self.apps.get(name).copied().or_else(|| name.parse().ok().map(AppId))
    }

    /// The party of that name; one of the platform other than the inbox stands in a journal as its number.
    pub(super) fn party(&self, name: &str) -> Option<Party> {
        match self.app(name) {
            Some(app) => Some(Party::of(app)),
            None => (name == "inbox").then_some(Party::Inbox),
        }
    }

    /// The person of that name on a Page; an unknown one stands in a journal as the id.
    pub(super) fn person(&self, name: &str, page: Option<PageId>) -> Option<Psid> {
        let known = page.and_then(|page| self.people.get(&(Arc::from(name), page)).copied());
        known.or_else(|| name.parse().ok().map(Psid))
    }

    /// The Page of that name; the only one where entries name none.
    pub(super) fn page(&self, name: Option<&str>) -> Option<PageId> {
        match name {
            Some(name) => self.pages.get(name).copied(),
            None => self.only,
        }
    }
}
