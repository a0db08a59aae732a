//! What an admin changes.

use emulator_core::{AppMode, Feature, Field as WebhookField, Permission};

use super::{Field, ValueKind, field};
use crate::node::{Node, Spanned};
use crate::step::{PageChange, Role, TokenWord, spanned};

/// A setting that an admin changes.
pub(crate) struct PageKey {
    /// Its key.
    field: Field,
    /// The changes that its value makes, once it was checked.
    changes: fn(&Node) -> Vec<PageChange>,
}

const PAGE_ROWS: [PageKey; 8] = [
    row(
        "primary_receiver",
        ValueKind::Primary,
        "which app is primary receiver; `none` takes the role away",
        |value| vec![PageChange::PrimaryReceiver(Role::of(value))],
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
