//! What an admin changes.

use emulator_core::{AppMode, Feature, Field as WebhookField, Permission, Protocol, Role as ReceiverRole};

use super::{Field, ValueKind, field};
use crate::node::{Node, Spanned};
use crate::step::{PageChange, Role, RouteNames, TokenWord, spanned};

/// A setting that an admin changes.
pub(crate) struct PageKey {
    /// Its key.
    field: Field,
    /// The changes that its value makes, once it was checked.
    changes: fn(&Node) -> Vec<PageChange>,
}

/// The words of a role; `none` takes every role away.
pub(super) const ROLE_WORDS: &[&str] = &["primary_receiver", "secondary_receiver", "none"];

/// Where conversations go that begin in a certain way.
const ROUTES: &[Field] = &[
    field("links", ValueKind::Free(&ValueKind::App), "the app of each link, by its `ref`"),
    field("ads", ValueKind::Free(&ValueKind::Mapping(AD_ROUTE)), "the app of each ad, by the ad's id"),
    field("organic", ValueKind::App, "the app for people who come without a link or an ad"),
];

const AD_ROUTE: &[Field] = &[
    field("app", ValueKind::Needed(&ValueKind::App), "the app"),
    field(
        "control",
        ValueKind::Duration,
        "for how long each message keeps it in control, 1 to 30 days; one day unless given",
    ),
];

const PAGE_ROWS: [PageKey; 14] = [
    row(
        "primary_receiver",
        ValueKind::Primary,
        "which app is primary receiver; `none` takes the role away",
        |value| vec![PageChange::PrimaryReceiver(Role::of(value))],
    ),
    row(
        "default_app",
        ValueKind::Primary,
        "which app, or the inbox, is the default app of a Page with routing; `none` leaves it without one",
        |value| vec![PageChange::DefaultApp(Role::of(value))],
    ),
    row(
        "roles",
        ValueKind::PerReceiver(&ValueKind::Word(ROLE_WORDS)),
        "the roles of apps and of the inbox under the first handover protocol",
        |value| per_app(value, |app, value| Some(PageChange::Role(app, ReceiverRole::parse(&value.source)))),
    ),
    row("handover", ValueKind::Bool, "switches handover on or off", |value| {
        vec![PageChange::Handover(value.as_switch() == Some(true))]
    }),
    row(
        "take_control",
        ValueKind::PerApp(&ValueKind::Bool),
        "whether an app may take control of conversations on a Page with routing",
        |value| per_app(value, |app, value| Some(PageChange::TakeControl(app, value.as_switch()?))),
    ),
    row(
        "routes",
        ValueKind::Mapping(ROUTES),
        "where conversations go that begin with a link, with an ad or otherwise, in place of the routes before",
        |value| vec![PageChange::Routes(RouteNames::of(value))],
    ),
    row(
        "protocol",
        ValueKind::Word(super::PROTOCOLS),
        "the protocol that the Page follows from now on",
        |value| Protocol::parse(&value.source).map(PageChange::Protocol).into_iter().collect(),
    ),
    row("connects", ValueKind::App, "connects the app to the Page", |value| {
        vec![PageChange::Connects(spanned(value))]
    }),
    row("removes", ValueKind::App, "removes the app from the Page", |value| {
        vec![PageChange::Removes(spanned(value))]
    }),
    row(
        "subscriptions",
        ValueKind::PerApp(&ValueKind::ListOf(&ValueKind::Word(WebhookField::WORDS))),
        "the webhook fields that the Page installs for an app, in place of those before",
        |value| {
            per_app(value, |app, value| {
                Some(PageChange::Subscriptions(app, listed(value, WebhookField::parse).collect()))
            })
        },
    ),
    row(
        "features",
        ValueKind::PerApp(&ValueKind::ListOf(&ValueKind::Word(Feature::WORDS))),
        "the features of an app, in place of those before",
        |value| {
            per_app(value, |app, value| {
                Some(PageChange::Features(app, listed(value, Feature::parse).collect()))
            })
        },
    ),
    row(
        "permissions",
        ValueKind::PerApp(&ValueKind::ListOf(&ValueKind::Word(Permission::WORDS))),
        "what the Page token of an app carries, in place of what it carried before",
        |value| {
            per_app(value, |app, value| {
                Some(PageChange::Permissions(app, listed(value, Permission::parse).collect()))
            })
        },
    ),
    row(
        "mode",
        ValueKind::PerApp(&ValueKind::Word(AppMode::WORDS)),
        "whether an app is live or in development",
        |value| per_app(value, |app, value| Some(PageChange::Mode(app, AppMode::parse(&value.source)?))),
    ),
    row(
        "token",
        ValueKind::PerApp(&ValueKind::Word(TokenWord::WORDS)),
        "whether the Page token of an app still holds",
        |value| per_app(value, |app, value| Some(PageChange::Token(app, TokenWord::parse(&value.source)?))),
    ),
];

const fn row(
    name: &'static str,
    kind: ValueKind,
    meaning: &'static str,
    changes: fn(&Node) -> Vec<PageChange>,
) -> PageKey {
    PageKey { field: field(name, kind, meaning), changes }
}

/// What an admin changes.
pub static PAGE_CHANGES: &[Field] = &{
    let mut fields = [PAGE_ROWS[0].field; PAGE_ROWS.len()];
    let mut index = 0;
    while index < fields.len() {
        fields[index] = PAGE_ROWS[index].field;
        index += 1;
    }
    fields
};

/// The changes of one key of `page:`; none for a key that is not there.
pub(crate) fn page_changes(key: &str, value: &Node) -> Vec<PageChange> {
    let row = PAGE_ROWS.iter().find(|row| row.field.name == key);
    row.map(|row| (row.changes)(value)).unwrap_or_default()
}

/// How a change by an admin must fail.
pub(super) const DECLINED: &[Field] = &[field("message", ValueKind::Pattern, "why it is not done")];

/// One change for each app; a word that means nothing was reported.
fn per_app(value: &Node, change: fn(Spanned<String>, &Node) -> Option<PageChange>) -> Vec<PageChange> {
    let entries = value.entries().unwrap_or_default().iter();
    entries.filter_map(|(app, value)| change(Spanned::new(app.name.clone(), app.span), value)).collect()
}

/// The words of a list; those that mean nothing were reported.
fn listed<T>(value: &Node, parse: fn(&str) -> Option<T>) -> impl Iterator<Item = T> {
    value.items().unwrap_or_default().iter().filter_map(move |item| parse(&item.source))
}
