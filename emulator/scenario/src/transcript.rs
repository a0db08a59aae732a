//! Journal entries as lines for people: who did what, to whom, who was in control and by which rule.

mod lines;
mod said;
mod unheard;

use emulator_core::{
    AdminChange, AppId, Channel, Delivery, Effect, Event, Field, FieldSet, InboxAct, PageId, Party,
    PersonAct, Psid, Referral, Role, Routes, RuleId, Sender, Subject, TokenState,
};
use emulator_server::graph::GraphError;
use emulator_server::journal::{Call, CallKind, Entry, Names, Passage, Passed, Record, RegisteredWebhook};
use emulator_server::{graph, rfc3339};
pub use lines::Lines;
use said::{quoted, tappable};
pub(crate) use unheard::{Unheard, lacks};

/// The words for a rule: its id and title.
pub fn cite(rule: RuleId) -> String {
    format!("{} {}", rule.rule().code, rule.rule().title)
}

/// What an entry says, alone; entries that say nothing new to people have no line.
pub(crate) fn line(entry: &Entry, names: &Names) -> Option<String> {
    told(entry, names, None)
}

/// What an entry says. Of a try it has to be known what was to be delivered.
fn told(entry: &Entry, names: &Names, tried: Option<&str>) -> Option<String> {
    let text = match &entry.record {
        Record::Person { person, act } => describe_person(&names.person(*person), act),
        Record::Inbox { person, act } => {
            let person = names.person(*person);
            match act {
                InboxAct::Replies(message) => format!("the inbox replies {} to {person}", quoted(message)),
                InboxAct::Moves(folder) => format!("the inbox moves {person} to {}", folder.name()),
            }
        }
        Record::Admin { page, change } => {
            let of = names.page(*page).map_or_else(String::new, |page| format!(" of {page}"));
            format!("an admin{of} {}", describe_change(change, names))
        }
        Record::Declined(kind) => format!("  not done: {}", graph::declined(*kind)),
        Record::Call(call) => describe_call(call, names),
        Record::Refused { app, error, .. } => {
            let who = app.map_or_else(|| "the caller".to_owned(), |app| names.app(app));
            let subcode = error.subcode.map_or_else(String::new, |subcode| format!("/{subcode}"));
            let facts = facts(entry, names);
            let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(" ({})", printable(hint)));
            let GraphError { status, code, message, .. } = &**error;
            format!("  refused: {who} gets {status} {code}{subcode} {message}{facts}{hint}")
        }
        Record::Clock { to } => format!("clock moves to {}", rfc3339(*to)),
        Record::Fired(timer) => match timer.subject {
            Subject::Conversation(person) => {
                format!("  time is up: control of {} ends", names.person(person))
            }
            Subject::Webhooks(page, app) => {
                format!("  time is up: webhooks of {}{} fail", names.app(app), on(page, names))
            }
        },
        Record::Effect(Effect::Deliver(delivery)) if entry.rule == Some(RuleId::ChannelAtDelivery) => {
            let channel = match delivery.channel {
                Channel::Messaging => " on messaging",
                Channel::Standby => "",
            };
            let what = describe_delivery(delivery, names);
            format!("  {} hears {what}{channel} instead", names.app(delivery.app))
        }
        Record::Heard(heard) => {
            format!(
                "  {} hears of `{}` on {}",
                names.app(heard.app),
                heard.field.name(),
                heard.channel.name()
            )
        }
        Record::Effect(effect) => describe_effect(effect, entry.saw.owner().flatten(), names)?,
        // At the first try it is what everybody expects.
        Record::Attempt { number: 1, result, .. } if result.is_acknowledged() => return None,
        Record::Attempt { app, number, result, .. } if result.is_acknowledged() => {
            format!("  delivery{} to {} acknowledged (try {number})", of_what(tried), names.app(*app))
        }
        Record::Attempt { app, number, result, .. } => {
            let (app, why) = (names.app(*app), printable(&result.describe()));
            // Once is enough: the tries after it fail in the same way.
            let secret = Some(()).filter(|()| result.is_distrust() && *number == 1);
            let secret = secret.map_or_else(String::new, |()| format!("; {}", ask_for_secret(&app)));
            format!("  delivery{} to {app} failed (try {number}): {why}{secret}", of_what(tried))
        }
        Record::Bot { app, order } => format!("the bot {} {}", names.app(*app), order.name()),
        Record::Note { text } => format!("note: {text}"),
        // The first time is enough: it is news of a host, not of a call.
        Record::Proxied { count: 2.., .. } => return None,
        Record::Proxied { host, passage, passed, .. } => describe_proxied(host, *passage, passed),
    };
    Some(match (&entry.record, entry.rule) {
        (
            Record::Refused { .. }
            | Record::Declined(_)
            | Record::Effect(
                Effect::ControlMoved { .. }
                | Effect::FolderMoved { .. }
                | Effect::Unheard { .. }
                | Effect::WebhooksFailing { .. }
                | Effect::WebhooksDisabled { .. },
            ),
            Some(rule),
        ) => {
            format!("{text}  [{}]", cite(rule))
        }
        (Record::Effect(Effect::Deliver(_)), Some(rule @ RuleId::ChannelAtDelivery)) => {
            format!("{text}  [{}]", cite(rule))
        }
        _ => text,
    })
}

/// What became of a call for another host.
fn describe_proxied(host: &str, passage: Passage, passed: &Passed) -> String {
    let how = match passage {
        Passage::Tunnel => "a tunnel",
        Passage::Forward => "a call",
    };
    match passed {
        Passed::Opened => format!("proxy: {how} to {host} was opened"),
        Passed::Answered { status } => format!("proxy: {how} to {host} was passed on, and answered {status}"),
        Passed::Refused { why } => format!("proxy: refused: {}", printable(why)),
        Passed::Failed { why } => format!("proxy: failed: {}", printable(why)),
    }
}

/// What a delivery is of, where that is known.
fn of_what(tried: Option<&str>) -> String {
    tried.map_or_else(String::new, |tried| format!(" of {tried}"))
}

/// What is asked of an app that does not trust the signature of its deliveries.
pub(crate) fn ask_for_secret(app: &str) -> String {
    format!(
        "is the bot's app secret `{app}-app-secret`, or what `secret:` of the app or --app-secret says instead?"
    )
}

/// Which Page is meant, where there are several.
fn on(page: PageId, names: &Names) -> String {
    names.page(page).map_or_else(String::new, |page| format!(" on {page}"))
}

/// Who owned the conversation when a rule looked, as a remark behind a line.
fn facts(entry: &Entry, names: &Names) -> String {
    match entry.saw.owner() {
        Some(owner) => format!(" (owner: {})", names.owner(owner)),
        None => String::new(),
    }
}

/// The text with everything that a terminal would obey, rather than show, spelt out.
pub fn printable(text: &str) -> String {
    let obeyed = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if obeyed(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

fn to_person(person: Option<Psid>, names: &Names) -> String {
    person.map_or_else(|| "nobody known".to_owned(), |person| names.person(person))
}

/// A caller that is no app, unless nothing else is known of the call.
const STRANGER: &str = "someone with an unknown token";

/// What a call says of which it is known whether and why it was refused: one without any token, or whose token was not
/// looked at, is told from one with an unknown token by that alone.
pub(crate) fn refused_line(call: &Entry, refusal: &Entry, names: &Names) -> Option<String> {
    let text = line(call, names)?;
    let who = match refusal.rule.filter(|_| call.call().is_some_and(|call| call.app.is_none())) {
        // A call that names no node is refused before its token would be missed.
        Some(RuleId::TokenRequired | RuleId::UnknownNode) => "someone without a token",
        // A call by a foreign name is refused whatever its token is.
        Some(RuleId::ForeignCaller) => "somebody",
        Some(_) | None => return Some(text),
    };
    Some(text.replacen(STRANGER, who, 1))
}

/// A call in the words of the vocabulary.
pub(crate) fn describe_call(call: &Call, names: &Names) -> String {
    let who = call.app.map_or_else(|| STRANGER.to_owned(), |app| names.app(app));
    let person = to_person(call.person, names);
    let here = call.page.map_or_else(String::new, |page| on(page, names));
    let the_page = call.page.and_then(|page| names.page(page)).unwrap_or("the Page");
    match &call.kind {
        CallKind::Sends { message, .. } => format!("{who} sends {} to {person}", quoted(message)),
        CallKind::Signals { action, about: Some((mid, _)) } => {
            format!("{who} shows {action} on {mid} to {person}")
        }
        CallKind::Signals { action, about: None } => format!("{who} shows {action} to {person}"),
        CallKind::Controls(act) => {
            use emulator_core::ControlAct::{Extend, Pass, PassMetadata, Release, Request, Take};
            match act {
                Pass { to: Some(to), .. } => {
                    format!("{who} passes control of {person} to {}", names.party(*to))
                }
                Pass { to: None, .. } => format!("{who} passes control of {person} to nobody"),
                Take { .. } => format!("{who} takes control of {person}"),
                Request { .. } => format!("{who} requests control of {person}"),
                PassMetadata { to, .. } => {
                    format!("{who} passes metadata about {person} to {}", names.party(*to))
                }
                Release => format!("{who} releases control of {person}"),
                Extend { .. } => format!("{who} extends control of {person}"),
            }
        }
        CallKind::AsksOwner => format!("{who} asks who owns {person}"),
        CallKind::AsksReceivers => format!("{who} asks for the secondary receivers{here}"),
        CallKind::AsksProfile { .. } => format!("{who} reads the profile of {person}"),
        CallKind::Installs { fields: Some(fields), .. } => {
            format!("{who} is installed on {the_page} with {}", field_list(*fields))
        }
        CallKind::Installs { fields: None, .. } => format!("{who} takes itself off {the_page}"),
        CallKind::Subscribes { fields: Some(fields), webhook, how: _ } => {
            format!("{who} subscribes to {}{}", field_list(*fields), public_callback(webhook.as_deref()))
        }
        CallKind::Subscribes { fields: None, .. } => format!("{who} unsubscribes"),
        CallKind::Other { method, path, asked: _ } => format!("{who} calls {method} /{path}"),
    }
}

/// An address on the internet that an app registered, and where its deliveries go instead.
fn public_callback(webhook: Option<&RegisteredWebhook>) -> String {
    match webhook {
        Some(RegisteredWebhook { public: Some(public), url, .. }) => {
            format!(" at {}, which is not called: deliveries go on to {url}", printable(public))
        }
        Some(_) | None => String::new(),
    }
}

fn field_list(fields: FieldSet) -> String {
    fields.iter().map(Field::name).collect::<Vec<_>>().join(", ")
}

fn describe_person(person: &str, act: &PersonAct) -> String {
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
fn came_by(referral: &Referral) -> String {
    let reference = referral.reference.as_deref().map(printable);
    match (&referral.ad, reference) {
        (None, reference) => format!("link {}", reference.unwrap_or_default()),
        (Some(ad), None) => format!("ad {}", printable(&ad.id)),
        (Some(ad), Some(reference)) => format!("ad {} with {reference}", printable(&ad.id)),
    }
}

fn describe_change(change: &AdminChange, names: &Names) -> String {
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

fn describe_effect(effect: &Effect, owner: Option<Party>, names: &Names) -> Option<String> {
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
