//! The groups of endpoints, a file each: the rows of the table, how parameters are read, and how answers are written.
//! Nothing else in the server knows an edge.

pub(super) mod app;
mod attachments;
mod comments;
mod conversations;
pub(super) mod debug_token;
mod features;
mod identity;
mod instagram;
mod labels;
mod lead_forms;
pub(super) mod messages;
mod messenger_profile;
mod moderation;
mod notifications;
pub(super) mod page;
pub(super) mod person;
mod personas;
mod root;
mod subscribed_apps;
pub(super) mod subscriptions;
mod templates;
mod thread_control;
mod welcome_flows;

use super::row::Row;

/// The rows of all groups. Those that are called most come first.
pub(super) const GROUPS: &[&[Row]] = &[
    messages::ROWS,
    thread_control::ROWS,
    person::ROWS,
    page::ROWS,
    app::ROWS,
    subscribed_apps::ROWS,
    subscriptions::ROWS,
    debug_token::ROWS,
    messenger_profile::ROWS,
    attachments::ROWS,
    conversations::ROWS,
    labels::ROWS,
    personas::ROWS,
    templates::ROWS,
    moderation::ROWS,
    notifications::ROWS,
    welcome_flows::ROWS,
    lead_forms::ROWS,
    features::ROWS,
    identity::ROWS,
    comments::ROWS,
    instagram::ROWS,
    root::ROWS,
];
