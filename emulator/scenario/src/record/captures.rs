//! Names for earlier messages, and for ids: what a scenario refers to instead of what is different in each run.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{Effect, Party, Sender};
use emulator_server::journal::{Class, Entry, Record, entry_to_json};

use super::delivered::Delivered;
use super::journal::Heading;
use super::names::{Names, mids};
use super::story::Index;
use super::teller::Subject;
use super::times::Times;

/// The id of the message that an entry tells of.
pub(super) fn made(entry: &Entry) -> Option<String> {
    if let Record::Effect(Effect::Message { mid, .. }) = &entry.record {
        return Some(mid.0.to_string());
    }
    Delivered::of(entry)?.tap.map(std::borrow::Cow::into_owned)
}

/// Names for the messages that later steps speak of: the sender's, and a number.
pub(crate) fn captures(subject: &Subject<'_>, index: &Index<'_>) -> BTreeMap<String, String> {
    let Heading { names, .. } = subject.heading;
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    // What a bot sent before the beginning is awaited nowhere, so that no step can call it by a name.
    let by_step = |entry: &Entry| {
        let acted = |cause: &Entry| {
            cause.kind().class() == Class::Act || cause.call().is_some_and(|call| call.played)
        };
        entry.cause.and_then(|cause| index.get(cause.seq)).is_some_and(acted)
    };
    let can_be_named =
        |entry: &Entry| subject.begins.is_none_or(|begins| entry.seq >= begins) || by_step(entry);
    for entry in subject.entries.iter().filter(|entry| can_be_named(entry)) {
        let Some(mid) = made(entry) else { continue };
        let from = if let Record::Effect(Effect::Message { from: Sender::Party(party), .. }) = &entry.record {
            names.party(*party)
        } else {
            entry.person().map(|person| subject.heading.person(person)).unwrap_or_default()
        };
        known.entry(mid).or_insert(from);
    }
    let mut spoken_of: BTreeSet<String> = BTreeSet::new();
    for entry in subject.entries {
        if matches!(entry.kind().class(), Class::Act | Class::Call) {
            let line = entry_to_json(entry, names);
            spoken_of.extend(mids(&line).filter(|mid| known.contains_key(*mid)).map(str::to_owned));
        }
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut captures = BTreeMap::new();
    for entry in subject.entries {
        let Some(mid) = made(entry).filter(|mid| spoken_of.contains(mid)) else { continue };
        let Some(from) = known.get(&mid) else { continue };
        if captures.contains_key(&mid) {
            continue;
        }
        let count = counts.entry(from).or_default();
        *count += 1;
        captures.insert(mid, format!("{from}_{count}"));
    }
    captures
}

/// What stands for the ids of this journal.
pub(crate) fn names(subject: &Subject<'_>, captures: &BTreeMap<String, String>) -> Names {
    let heading = subject.heading;
    let mut known = BTreeMap::new();
    known.insert(Party::Inbox.number().to_string(), "inbox.id".to_owned());
    for page in &heading.header.world.pages {
        let called = page.called.as_deref().unwrap_or("page");
        known.insert(page.id.clone(), format!("{called}.id"));
    }
    known.extend(heading.header.world.apps.iter().map(|(name, app)| (app.id.clone(), format!("{name}.id"))));
    known.extend(heading.names.people.iter().map(|(psid, person)| {
        let page = heading.page_of(*psid).filter(|page| heading.first_page() != Some(page));
        let page = page.filter(|_| person.elsewhere).map_or_else(String::new, |page| format!(".{page}"));
        (psid.to_string(), format!("{}{page}.id", person.name))
    }));
    known.extend(captures.iter().map(|(mid, name)| (mid.clone(), format!("{name}.message_id"))));
    let span = |of: fn(&Entry) -> i64| {
        let all = || subject.entries.iter().map(of);
        Some((all().min()?, all().max()?))
    };
    let spans = [span(|entry| entry.at.0), span(|entry| entry.wall.0)];
    Names::new(known, Times::around(spans.into_iter().flatten())).hiding(subject.secrets.clone())
}
