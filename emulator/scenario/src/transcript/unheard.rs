//! Who does not hear of something, and why.

use emulator_core::{AppId, Effect, Field, Missing};
use emulator_server::Lane;
use emulator_server::journal::{Entry, Names, Record};

use super::cite;

/// What an app lacks, as the rest of a sentence that begins with it. `owner` is who is in control, if somebody is.
pub(crate) fn lacks(field: Field, missing: Missing, owner: Option<&str>) -> String {
    match (missing, owner) {
        (Missing::Subscription(lacking), _) if lacking == field => {
            format!("is not subscribed to `{}`", field.name())
        }
        (Missing::Subscription(lacking), Some(owner)) => {
            format!("is not subscribed to `{}`, and {owner} is in control", lacking.name())
        }
        (Missing::Subscription(lacking), None) => format!("is not subscribed to `{}`", lacking.name()),
        (Missing::Webhooks, _) => "has its webhooks switched off".to_owned(),
        (Missing::Role, _) => "is in development mode, and the person has no role on it".to_owned(),
        (Missing::Control, owner) => {
            let owner = owner.map_or_else(String::new, |owner| format!(", {owner},"));
            format!("is not in control, and only the owner{owner} hears of `{}`", field.name())
        }
    }
}

/// An event that an app does not hear of.
pub(crate) struct Unheard {
    pub(crate) app: AppId,
    /// The name of the app.
    pub(crate) name: String,
    /// Why, as the rest of a sentence that begins with the app.
    pub(crate) lacks: String,
}

impl Unheard {
    /// What the entry says of it, if it does.
    pub(crate) fn of(entry: &Entry, names: &Names) -> Option<Self> {
        let Some(Effect::Unheard { app, field, missing, .. }) = entry.effect() else { return None };
        let owner = entry.saw.owner().flatten().map(|owner| names.party(owner));
        Some(Self { app: *app, name: names.app(*app), lacks: lacks(*field, *missing, owner.as_deref()) })
    }
}

/// The line that stands once in place of one for each app, when nobody hears of what a person does; no line for the apps
/// after the first. None when somebody hears of it.
pub(super) fn by_anybody(entry: &Entry, lane: &Lane, names: &Names) -> Option<Option<String>> {
    let act = entry.cause?.seq;
    if !matches!(lane.entry(act)?.record, Record::Person { .. }) {
        return None;
    }
    let effects = lane.effects_of(act);
    if effects.iter().any(|entry| matches!(entry.effect(), Some(Effect::Deliver(_)))) {
        return None;
    }
    let unheard: Vec<(&Entry, Unheard)> =
        effects.iter().filter_map(|entry| Some((entry, Unheard::of(entry, names)?))).collect();
    let first = unheard.first().is_some_and(|(first, _)| first.seq == entry.seq);
    let mut rules: Vec<String> = unheard.iter().filter_map(|(entry, _)| entry.rule.map(cite)).collect();
    rules.sort_unstable();
    rules.dedup();
    let told: Vec<String> =
        unheard.into_iter().map(|(_, Unheard { name, lacks, .. })| format!("{name} {lacks}")).collect();
    Some(first.then(|| format!("  nobody hears this: {}  [{}]", told.join("; "), rules.join(", "))))
}
