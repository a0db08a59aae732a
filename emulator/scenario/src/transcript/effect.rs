//! Effects as lines for people: what reached a person, who is in control, and what apps hear.

use emulator_core::{Channel, Delivery, Effect, Event, Party, Role, Sender};
use emulator_server::journal::Names;
use emulator_server::rfc3339;

use super::act::came_by;
use super::said::{quoted, tappable};
use super::unheard::lacks;
use super::{on, printable};

pub(super) fn describe_effect(effect: &Effect, owner: Option<Party>, names: &Names) -> Option<String> {
    Some(match effect {
        Effect::Message { from: Sender::Person, .. }
        | Effect::WindowOpened { .. }
        | Effect::ControlProlonged { .. } => return None,
        Effect::Message { from: Sender::Party(party), person, message, .. } => {
            let (person, app) = (names.person(*person), names.party(*party));
            format!("{person} gets {}{} from {app}", quoted(message), tappable(message))
        }
        Effect::ControlMoved { person, from, to, .. } => {
            format!("  control of {}: {} → {}", names.person(*person), names.holder(*from), names.holder(*to))
        }
        Effect::FolderMoved { person, from, to } => {
            format!("  folder of {}: {} → {}", names.person(*person), from.name(), to.name())
        }
        Effect::Unheard { app, field, missing, .. } => {
            let (app, owner) = (names.app(*app), owner.map(|owner| names.party(owner)));
            format!("  {app} does not hear of it: it {}", lacks(*field, *missing, owner.as_deref()))
        }
        Effect::MarkedDone { person, marked: true } => {
            format!("  {} is marked as done", names.person(*person))
        }
        Effect::MarkedDone { person, marked: false } => {
            format!("  {} is no longer marked as done", names.person(*person))
        }
        Effect::WebhooksFailing { page, app, since } => {
            let (app, here) = (names.app(*app), on(*page, names));
            format!("  webhooks of {app}{here} have failed since {}", rfc3339(*since))
        }
        Effect::WebhooksDisabled { page, app } => {
            let (app, here) = (names.app(*app), on(*page, names));
            format!("  webhooks of {app}{here} are switched off until it subscribes again")
        }
        Effect::Deliver(delivery) => {
            format!("  {} hears {}", names.app(delivery.app), describe_delivery(delivery, names))
        }
    })
}

/// What an app hears, and how.
pub(crate) fn describe_delivery(delivery: &Delivery, names: &Names) -> String {
    let what = match &delivery.event {
        Event::Message { message, referral, .. } => {
            let payload = message.quick_reply.as_ref();
            let payload = payload.map_or_else(String::new, |payload| format!(" ({})", printable(payload)));
            let link = referral.as_ref().map(|referral| format!(" with the {}", came_by(referral)));
            format!("message {}{payload}{}", quoted(message), link.unwrap_or_default())
        }
        Event::Echo { app, message, .. } => {
            let who = app.map_or_else(|| "somebody".to_owned(), |party| names.party(party));
            format!("echo of {who}'s {}", quoted(message))
        }
        Event::Postback { title, payload, .. } => {
            let title = title.as_ref().map_or_else(String::new, |title| format!(" “{}”", printable(title)));
            let payload = payload.as_ref().map_or("without payload", |payload| payload);
            format!("postback{title} ({})", printable(payload))
        }
        Event::Reaction { reaction: Some(reaction), .. } => {
            format!("reaction {}", printable(&reaction.emoji))
        }
        Event::Reaction { reaction: None, .. } => "reaction taken back".to_owned(),
        Event::Referral(referral) => format!("referral by the {}", came_by(referral)),
        Event::Delivered { .. } => "delivery receipt".to_owned(),
        Event::Read { .. } => "read receipt".to_owned(),
        Event::PassThreadMetadata { metadata } => {
            format!("pass_thread_metadata “{}”", printable(metadata))
        }
        Event::AppRoles { app, role } => {
            format!(
                "app_roles: {} is {}{}",
                names.app(*app),
                role.map_or("without a role", Role::name),
                on(delivery.page, names)
            )
        }
        Event::PassThreadControl { new_owner, .. } => {
            format!("pass_thread_control to {}", names.party(*new_owner))
        }
        Event::TakeThreadControl { new_owner, .. } => {
            format!("take_thread_control by {}", names.party(*new_owner))
        }
        Event::RequestThreadControl { requested_owner, .. } => {
            format!("request_thread_control by {}", names.party(*requested_owner))
        }
    };
    match delivery.channel {
        Channel::Messaging => what,
        Channel::Standby => format!("{what} on standby"),
    }
}
