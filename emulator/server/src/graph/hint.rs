//! What may help somebody whose call was refused and that the platform does not say: for people, not for bots.

use emulator_core::{AppId, PageId, Party, Psid, World};

/// The most people that a hint names.
const MOST_PEOPLE: usize = 3;

/// Whose id it is that names no person of the Page, and which ids do.
pub(super) fn unknown_person(world: &World, page: PageId, id: Psid) -> Option<String> {
    let of_page = |psid: &Psid| world.people.get(psid).is_some_and(|person| person.page == page);
    let name = |psid: &Psid| world.people.get(psid).map(|person| person.name.to_string());
    let what = if PageId(id.0) == page {
        Some("the Page's own id, not a person's: the sender of an echo is the Page".to_owned())
    } else if world.settings.pages.contains_key(&PageId(id.0)) {
        Some("the id of another Page, not a person's".to_owned())
    } else if Party::of(AppId(id.0)) == Party::Inbox {
        Some("the app id of the Page Inbox, not a person's".to_owned())
    } else {
        let app = world.settings.apps.get(&AppId(id.0));
        app.map(|app| format!("the id of the app {}, not a person's", app.name))
    };
    if let Some(what) = what {
        return Some(format!("{id} is {what}; {}", people(world, of_page)));
    }
    let elsewhere = name(&id)?;
    let same = |psid: &Psid| of_page(psid) && name(psid).as_ref() == Some(&elsewhere);
    Some(format!("{id} is {elsewhere} on another Page; {}", people(world, same)))
}

/// People of the Page with their ids.
fn people(world: &World, fits: impl Fn(&Psid) -> bool) -> String {
    let mut people: Vec<_> = world.people.iter().filter(|(psid, _)| fits(psid)).collect();
    // Who wrote last is most likely meant.
    let wrote = |psid: &Psid| world.conversations.get(psid).and_then(|known| known.last_event);
    people.sort_by_key(|(psid, _)| std::cmp::Reverse(wrote(psid)));
    let named = people.iter().take(MOST_PEOPLE).map(|(psid, person)| format!("{} is {psid}", person.name));
    let named = named.collect::<Vec<_>>().join(", ");
    if named.is_empty() {
        "answer the sender of the person's message".to_owned()
    } else {
        format!("on this Page {named}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use emulator_core::{App, Page, Person, Settings};

    use super::*;

    fn world() -> World {
        let (shop, store) = (PageId(11), PageId(12));
        let pages = [(shop, Page::named("Shop")), (store, Page::named("Store"))];
        let settings =
            Settings { pages: pages.into(), apps: BTreeMap::from([(AppId(21), App::named("bot"))]) };
        let mut world = World::new(Arc::new(settings));
        for (id, name, page) in [(31, "ana", shop), (32, "ana", store), (33, "bo", store)] {
            world.people.insert(Psid(id), Person::named(name, page));
        }
        world
    }

    #[test]
    fn an_id_of_something_else_is_told_with_the_people_there_are() {
        let hint = |page, id| unknown_person(&world(), PageId(page), Psid(id));
        for (page, id, expected) in [
            (
                11,
                11,
                "11 is the Page's own id, not a person's: the sender of an echo is the Page; on this Page ana is 31",
            ),
            (11, 12, "12 is the id of another Page, not a person's; on this Page ana is 31"),
            (12, 21, "21 is the id of the app bot, not a person's; on this Page ana is 32, bo is 33"),
            (
                12,
                263_902_037_430_900,
                "263902037430900 is the app id of the Page Inbox, not a person's; on this Page ana is 32, bo is 33",
            ),
            (11, 32, "32 is ana on another Page; on this Page ana is 31"),
            (11, 33, "33 is bo on another Page; answer the sender of the person's message"),
        ] {
            assert_eq!(hint(page, id).as_deref(), Some(expected));
        }
        assert_eq!(hint(11, 99), None);
    }
}
