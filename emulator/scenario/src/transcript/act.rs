//! What people and admins did, as lines for people.

use emulator_core::{AdminChange, AppId, PersonAct, Referral, Routes, TokenState};
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
        PersonAct::Opens(referral) => format!("{person} follows the {}", came_by(referral)),
        PersonAct::Blocks(true) => format!("{person} blocks the Page"),
        PersonAct::Blocks(false) => format!("{person} unblocks the Page"),
    }
}

/// The link or the ad by which somebody came.
pub(super) fn came_by(referral: &Referral) -> String {
    let reference = referral.reference.as_deref().map(printable);
    match (&referral.ad, reference) {
        (None, reference) => format!("link {}", reference.unwrap_or_default()),
        (Some(ad), None) => format!("ad {}", printable(&ad.id)),
        (Some(ad), Some(reference)) => format!("ad {} with {reference}", printable(&ad.id)),
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
        AdminChange::DefaultApp(Some(to)) => format!("makes {} the default app", names.party(*to)),
        AdminChange::DefaultApp(None) => "leaves the Page without a default app".to_owned(),
        AdminChange::Role { party, role: Some(role) } => {
            format!("makes {} {}", names.party(*party), role.name())
        }
        AdminChange::Role { party, role: None } => format!("takes every role from {}", names.party(*party)),
        AdminChange::Handover(on) => format!("switches handover {}", if *on { "on" } else { "off" }),
        AdminChange::TakeControl { app, permitted: true } => {
            format!("permits {} to take control", names.app(*app))
        }
        AdminChange::TakeControl { app, permitted: false } => {
            format!("forbids {} to take control", names.app(*app))
        }
        AdminChange::Routes(routes) => {
            let Routes { links, ads, organic } = routes;
            let organic = organic.map(|app| format!("everybody else to {}", names.app(app)));
            let links = links.iter().map(|(link, app)| format!("link {link} to {}", names.app(*app)));
            let ads = ads.iter().map(|(ad, route)| format!("ad {ad} to {}", names.app(route.app)));
            let all: Vec<String> = links.chain(ads).chain(organic).collect();
            if all.is_empty() { "clears the routes".to_owned() } else { format!("routes {}", all.join(", ")) }
        }
        AdminChange::Protocol(protocol) => format!("moves the Page to {}", protocol.name()),
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
