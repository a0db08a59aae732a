//! What can happen in the models.

use std::sync::Arc;

use emulator_core::{
    Ad, AdminChange, AppAct, AppId, Button, ControlAct, Feature, Field, Folder, InboxAct, Input, Leader,
    Message, Page, Party, PersonAct, Protocol, Psid, QuickReply, Reaction, Referral, Role, SendControl, Span,
    Tag,
};

use crate::world::{APPS, Model, PAGE, PEOPLE, State};

/// A part of what can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Messages of the person.
    Writes,
    /// Messages of apps.
    Sends,
    /// What apps ask of the edges that move control.
    Edges,
    /// Calls of those edges that are rare: to itself, to nobody, to a stranger, for too long.
    OddEdges,
    /// What agents do in the inbox.
    Inbox,
    /// Buttons and quick replies.
    Taps,
    /// Reactions, reading, typing, questions: what moves nothing.
    Signals,
    /// Messages with the human-agent tag.
    HumanAgent,
    /// Messages that pass or release control.
    SendsThen,
    /// Links and ads.
    Entries,
    /// A person blocks the Page.
    Blocks,
    /// Primary receiver and default app.
    Leaders,
    /// Every role is given and taken away.
    Roles,
    /// Handover is switched off and on.
    Switch,
    /// Apps are permitted to take control, or no longer.
    Permission,
    /// Apps are connected and removed, by an admin and by themselves.
    Apps,
    /// The Page moves to another protocol.
    Protocols,
}

/// One step of a model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Inputs that follow each other at once.
    Happens(Vec<Input>),
    /// The clock moves, and what is due happens.
    Waits,
}

/// The app that has the human-agent feature.
pub(crate) const APPROVED: AppId = APPS[1];
/// The app that sends what can be tapped.
pub(crate) const BUTTONS_BY: AppId = APPS[0];
/// What the button says.
pub(crate) const BUTTON: &str = "button";
const REPLY: &str = "reply";
/// The link and the ad that have routes.
pub(crate) const LINK: &str = "link";
pub(crate) const AD: &str = "ad";
const STRANGER: Party = Party::App(AppId(99));

/// Everything that can happen in a state, save that time passes.
pub(crate) fn actions(model: &Model, state: &State) -> Vec<Action> {
    let page = &state.world.settings.pages[&PAGE];
    let mut inputs = Vec::new();
    for part in model.parts {
        for &person in PEOPLE.iter().take(model.people) {
            in_conversation(*part, person, page, &mut inputs);
        }
        by_admin(*part, page, &mut inputs);
    }
    let mut actions: Vec<Action> = inputs.into_iter().map(|input| Action::Happens(vec![input])).collect();
    if model.parts.contains(&Part::Apps) {
        actions.extend(APPS.iter().filter(|app| !page.apps.contains_key(*app)).map(|app| connects(*app)));
    }
    actions
}

fn said(text: &str) -> Arc<Message> {
    Arc::new(Message::text(text))
}

fn in_conversation(part: Part, person: Psid, page: &Page, out: &mut Vec<Input>) {
    let person_does = |act| Input::Person { person, act };
    let inbox_does = |act| Input::Inbox { person, act };
    match part {
        Part::Writes => out.push(person_does(PersonAct::Says(said("hello")))),
        Part::Inbox => {
            out.push(inbox_does(InboxAct::Replies(said("hi"))));
            out.extend(Folder::ALL.iter().map(|folder| inbox_does(InboxAct::Moves(*folder))));
        }
        Part::Taps => {
            let taps = |what: &str| person_does(PersonAct::Taps { what: what.into(), within: None });
            out.extend([BUTTON, REPLY].map(taps));
        }
        Part::Signals => {
            let reactions = [Some(Reaction::of("❤")), None];
            out.extend(reactions.map(|reaction| person_does(PersonAct::Reacts { to: None, reaction })));
            out.push(person_does(PersonAct::Reads));
        }
        Part::Entries => {
            let ad = Referral { reference: None, ad: Some(Ad { id: AD.into(), app: None }) };
            out.extend([Referral::link(LINK), ad].map(|by| person_does(PersonAct::Opens(by))));
        }
        Part::Blocks => out.extend([true, false].map(|blocks| person_does(PersonAct::Blocks(blocks)))),
        Part::Sends
        | Part::Edges
        | Part::OddEdges
        | Part::HumanAgent
        | Part::SendsThen
        | Part::Leaders
        | Part::Roles
        | Part::Switch
        | Part::Permission
        | Part::Apps
        | Part::Protocols => {}
    }
    page.apps.keys().for_each(|app| by_app(part, person, *app, out));
}

fn by_app(part: Part, person: Psid, app: AppId, out: &mut Vec<Input>) {
    let does = |act| Input::App { page: PAGE, app, act };
    let controls = |act| does(AppAct::Controls { person, act });
    let sends =
        |message: Message, tag, then| does(AppAct::Sends { person, message: Arc::new(message), tag, then });
    let pass = |to| controls(ControlAct::Pass { to, metadata: None });
    let other = Party::App(if app == APPS[0] { APPS[1] } else { APPS[0] });
    match part {
        Part::Sends => out.push(sends(Message::text("hi"), None, None)),
        Part::HumanAgent => out.push(sends(Message::text("hi"), Some(Tag::HumanAgent), None)),
        Part::SendsThen => {
            let then = [SendControl::Pass(Some(other)), SendControl::Pass(None), SendControl::Release];
            out.extend(then.map(|then| sends(Message::text("hi"), None, Some(then))));
            let then = Some(SendControl::Release);
            out.push(sends(Message::text("hi"), Some(Tag::HumanAgent), then));
        }
        Part::Edges => {
            out.push(controls(ControlAct::Take { metadata: None }));
            out.push(controls(ControlAct::Request { metadata: None }));
            out.push(controls(ControlAct::Release));
            out.extend([Some(other), Some(Party::Inbox)].map(pass));
        }
        Part::OddEdges => {
            out.extend([Some(Party::App(app)), Some(STRANGER), None].map(pass));
            out.push(controls(ControlAct::PassMetadata { to: other, metadata: "why".into() }));
            let durations = [Span(36 * Span::HOUR.0), Span(8 * Span::DAY.0)];
            out.extend(durations.map(|by| controls(ControlAct::Extend { by: Some(by) })));
        }
        Part::Taps if app == BUTTONS_BY => {
            // One message with all that can be tapped.
            let buttons = vec![Button { title: BUTTON.into(), payload: BUTTON.into() }];
            let quick_replies = vec![QuickReply::new(REPLY, REPLY)];
            let message = Message { buttons, quick_replies, ..Message::text("choose") };
            out.push(sends(message, None, None));
        }
        Part::Signals => {
            out.push(does(AppAct::Signals { person }));
            out.push(does(AppAct::AsksOwner { person }));
        }
        Part::Taps
        | Part::Writes
        | Part::Inbox
        | Part::Entries
        | Part::Blocks
        | Part::Leaders
        | Part::Roles
        | Part::Switch
        | Part::Permission
        | Part::Apps
        | Part::Protocols => {}
    }
}

fn by_admin(part: Part, page: &Page, out: &mut Vec<Input>) {
    let admin = |change| Input::Admin { line: PAGE.messenger(), change };
    let anybody = [Some(Party::App(APPS[0])), Some(Party::App(APPS[1])), Some(Party::Inbox), None];
    match part {
        Part::Leaders => match page.messenger.fixed().leader {
            Leader::PrimaryReceiver => out.extend(anybody.map(AdminChange::PrimaryReceiver).map(admin)),
            Leader::DefaultApp | Leader::Nobody => {
                out.extend(anybody.map(AdminChange::DefaultApp).map(admin));
            }
        },
        Part::Roles => {
            let roles = [Some(Role::PrimaryReceiver), Some(Role::SecondaryReceiver), None];
            for party in anybody.into_iter().flatten() {
                out.extend(roles.map(|role| admin(AdminChange::Role { party, role })));
            }
        }
        Part::Switch => out.extend([true, false].map(AdminChange::Handover).map(admin)),
        Part::Permission => {
            for app in APPS {
                let permits = |permitted| admin(AdminChange::TakeControl { app, permitted });
                out.extend([true, false].map(permits));
            }
        }
        Part::Apps => {
            for &app in page.apps.keys() {
                out.push(admin(AdminChange::Removes(app)));
                let installs = AppAct::Installs { fields: None, other_fields: Vec::new() };
                out.push(Input::App { page: PAGE, app, act: installs });
            }
        }
        Part::Protocols => out.extend(Protocol::ALL.iter().map(|to| admin(AdminChange::Protocol(*to)))),
        Part::Writes
        | Part::Sends
        | Part::Edges
        | Part::OddEdges
        | Part::Inbox
        | Part::Taps
        | Part::Signals
        | Part::HumanAgent
        | Part::SendsThen
        | Part::Entries
        | Part::Blocks => {}
    }
}

/// An app is connected with everything that it had at first.
fn connects(app: AppId) -> Action {
    let admin = |change| Input::Admin { line: PAGE.messenger(), change };
    let fields = Field::ALL.iter().copied().collect();
    let feature = AdminChange::Feature { app, feature: Feature::HumanAgent, granted: app == APPROVED };
    let fields = AdminChange::Fields { app, fields };
    Action::Happens(vec![admin(AdminChange::Connects(app)), admin(fields), admin(feature)])
}
