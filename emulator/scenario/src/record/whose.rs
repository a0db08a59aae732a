//! Whose conversation something is about, in a world with several Pages: `ana on store` is Ana as the store knows her.

use std::collections::BTreeMap;

use serde_json::Value;

use super::journal::{Entry, Header};
use super::tree::Tree;

/// The name of a person, and the Page where she has an id for each of several.
pub(crate) fn apart(person: &str) -> (&str, Option<&str>) {
    person.split_once(" on ").map_or((person, None), |(name, page)| (name, Some(page)))
}

/// The ids of people as a header has them, each under the name that entries have for it.
pub(crate) fn ids(people: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = BTreeMap::new();
    for (name, id) in people.as_object().into_iter().flatten() {
        match id.as_object() {
            Some(pages) => {
                all.extend(pages.iter().map(|(page, id)| (format!("{name} on {page}"), text(id))));
            }
            None => drop(all.insert(name.clone(), text(id))),
        }
    }
    all
}

impl Header {
    /// What several Pages are called, by their ids; empty where there is one.
    pub(crate) fn pages(&self) -> BTreeMap<&str, &str> {
        let pages = self.world["pages"].as_array().into_iter().flatten();
        pages.filter_map(|page| Some((page["id"].as_str()?, page["called"].as_str()?))).collect()
    }

    /// The names of the people, each once.
    pub(crate) fn names_of_people(&self) -> Vec<String> {
        let mut names: Vec<String> = self.people.keys().map(|person| apart(person).0.to_owned()).collect();
        names.dedup();
        names
    }
}

/// The Page that an entry is about, where there are several.
pub(crate) fn page_of<'a>(entry: &'a Entry, pages: &BTreeMap<&str, &'a str>) -> Option<(&'static str, Tree)> {
    let of_person = entry.person().and_then(|person| apart(person).1);
    let id = || entry.text("page").or_else(|| entry.text("id"));
    let page = of_person.or_else(|| pages.get(id()?).copied());
    page.map(|page| ("on", Tree::name(page)))
}
