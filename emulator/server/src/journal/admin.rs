//! Changes of an admin as members of a journal entry.

use emulator_core::{AdminChange, Field, TokenState};

use super::json::Names;
use crate::clock::rfc3339;
use crate::object::Object;

/// Writes what was changed, with the keys of the step `page:`.
pub(super) fn write(object: &mut Object<'_>, change: &AdminChange, names: &Names) {
    match change {
        AdminChange::PrimaryReceiver(app) => {
            object
                .text("primary_receiver", &app.map_or_else(|| "none".to_owned(), |party| names.party(party)));
        }
        AdminChange::Connects(app) => {
            object.text("connects", &names.app(*app));
        }
        AdminChange::Removes(app) => {
            object.text("removes", &names.app(*app));
        }
        AdminChange::Fields { app, fields } => {
            let list = fields.iter().map(Field::name).collect::<Vec<_>>().join(" ");
            object.text("subscriptions", &names.app(*app)).text("fields", &list);
        }
        AdminChange::Feature { app, feature, granted } => {
            object.text("feature", feature.name()).text("app", &names.app(*app)).bare("granted", granted);
        }
        AdminChange::Permission { app, permission, granted } => {
            object
                .text("permission", permission.name())
                .text("app", &names.app(*app))
                .bare("granted", granted);
        }
        AdminChange::Mode { app, mode } => {
            object.text("mode", mode.name()).text("app", &names.app(*app));
        }
        AdminChange::Token { app, state } => {
            let state = match state {
                TokenState::Valid => "valid".to_owned(),
                TokenState::Expires(at) => rfc3339(*at),
                TokenState::SessionEnded => "session_ended".to_owned(),
                TokenState::Deauthorized => "deauthorized".to_owned(),
            };
            object.text("token", &state).text("app", &names.app(*app));
        }
    }
}
