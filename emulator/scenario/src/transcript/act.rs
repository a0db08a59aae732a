//! What people and admins did, as lines for people.

use emulator_core::{AdminChange, AppId, PersonAct, TokenState};
use emulator_server::journal::Names;
use emulator_server::rfc3339;

use super::said::quoted;
use super::{field_list, printable};

pub(super) fn describe_person(person: &str, act: &PersonAct) -> String {
    match act {
        PersonAct::Says(message) => format!("{person} says {}", quoted(message)),
        PersonAct::Taps { what, .. } => format!("{person} taps “{}”", printable(what)),
        PersonAct::Reacts { reaction: Some(reaction), .. } => {
            format!("{person} reacts {}", printable(&reaction.emoji))
        }
        PersonAct::Reacts { reaction: None, .. } => format!("{person} takes a reaction back"),
        PersonAct::Reads => format!("{person} reads the conversation"),
        PersonAct::Opens(referral) => format!("{person} follows the link {}", printable(&referral.reference)),
        PersonAct::Blocks(true) => format!("{person} blocks the Page"),
        PersonAct::Blocks(false) => format!("{person} unblocks the Page"),
    }
}

pub(super) fn describe_change(change: &AdminChange, names: &Names) -> String {
    let granted = |what: &str, app: AppId, granted: bool| {
        if granted {
            format!("grants {what} to {}", names.app(app))
        } else {
            format!("takes {what} away from {}", names.app(app))
        }
    };
    match change {
        AdminChange::PrimaryReceiver(Some(to)) => format!("makes {} the primary receiver", names.party(*to)),
        AdminChange::PrimaryReceiver(None) => "takes the role of primary receiver away".to_owned(),
        AdminChange::Connects(app) => format!("connects {}", names.app(*app)),
        AdminChange::Removes(app) => format!("removes {}", names.app(*app)),
        AdminChange::Fields { app, fields } => {
            format!("subscribes {} to {}", names.app(*app), field_list(*fields))
        }
        AdminChange::Feature { app, feature, granted: given } => granted(feature.name(), *app, *given),
        AdminChange::Permission { app, permission, granted: given } => {
            granted(permission.name(), *app, *given)
        }
        AdminChange::Mode { app, mode } => format!("puts {} into mode {}", names.app(*app), mode.name()),
        AdminChange::Token { app, state } => match state {
            TokenState::Valid => format!("renews the Page token of {}", names.app(*app)),
            TokenState::Expires(at) => {
                format!("lets the Page token of {} end at {}", names.app(*app), rfc3339(*at))
            }
            TokenState::SessionEnded => {
                format!("ends the session behind the Page token of {}", names.app(*app))
            }
            TokenState::Deauthorized => format!("withdraws the Page token of {}", names.app(*app)),
        },
    }
}
