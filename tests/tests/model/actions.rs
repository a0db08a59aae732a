//! What can happen in the model.

use std::sync::Arc;

use emulator_core::{
    AdminChange, AppAct, AppId, Button, ControlAct, Feature, Field, Folder, InboxAct, Input, Message, Party,
    PersonAct, Psid, QuickReply, Reaction, Referral, Span, Tag,
};

use crate::world::{APPS, Model, PAGE, PEOPLE, State};

/// How much can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repertoire {
    /// Every act of everybody.
    Everything,
    /// What moves control.
    Control,
}

/// One step of the model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Inputs that follow each other at once.
    Happens(Vec<Input>),
    /// The clock moves, and what is due happens.
    Waits,
}

/// Everything that can happen in a state, save that time passes.
pub(crate) fn actions(model: &Model, state: &State) -> Vec<Action> {
    let mut inputs = Vec::new();
    let page = &state.world.settings.pages[&PAGE];
    let everything = model.repertoire == Repertoire::Everything;
    for &person in PEOPLE.iter().take(model.people) {
        people(person, everything, &mut inputs);
        for &app in page.apps.keys() {
            apps(person, app, everything, &mut inputs);
        }
    }
    let mut actions: Vec<Action> = inputs.into_iter().map(|input| Action::Happens(vec![input])).collect();
    let admin = |change| Input::Admin { line: PAGE.messenger(), change };
    let roles = [None, Some(Party::App(APPS[0])), Some(Party::App(APPS[1])), Some(Party::Inbox)].into_iter();
    actions.extend(roles.map(|app| Action::Happens(vec![admin(AdminChange::PrimaryReceiver(app))])));
    for app in APPS {
        if page.apps.contains_key(&app) {
            actions.push(Action::Happens(vec![admin(AdminChange::Removes(app))]));
        } else {
            let fields = Field::ALL.iter().copied().collect();
            let fields = admin(AdminChange::Fields { app, fields });
            let feature =
                AdminChange::Feature { app, feature: Feature::HumanAgent, granted: app == APPROVED };
            actions.push(Action::Happens(vec![admin(AdminChange::Connects(app)), fields, admin(feature)]));
        }
    }
    actions
}

fn said(text: &str) -> Arc<Message> {
    Arc::new(Message::text(text))
}

fn people(person: Psid, everything: bool, out: &mut Vec<Input>) {
    let person_does = |act| Input::Person { person, act };
    let inbox_does = |act| Input::Inbox { person, act };
    out.push(person_does(PersonAct::Says(said("hello"))));
    out.push(inbox_does(InboxAct::Replies(said("hi"))));
    out.push(inbox_does(InboxAct::Moves(Folder::Main)));
    out.push(inbox_does(InboxAct::Moves(Folder::Done)));
    if everything {
        out.push(inbox_does(InboxAct::Moves(Folder::Spam)));
        for what in [BUTTON, REPLY] {
            out.push(person_does(PersonAct::Taps { what: what.into(), within: None }));
        }
        for reaction in [Some(Reaction::of("❤")), None] {
            out.push(person_does(PersonAct::Reacts { to: None, reaction }));
        }
        out.push(person_does(PersonAct::Reads));
        out.push(person_does(PersonAct::Opens(Referral::link("link"))));
        out.extend([true, false].map(|blocks| person_does(PersonAct::Blocks(blocks))));
    }
}

/// The app that has the human-agent feature.
pub(crate) const APPROVED: AppId = APPS[1];
/// The app that sends what can be tapped.
pub(crate) const BUTTONS_BY: AppId = APPS[0];
/// What the button says.
pub(crate) const BUTTON: &str = "button";
const REPLY: &str = "reply";

fn apps(person: Psid, app: AppId, everything: bool, out: &mut Vec<Input>) {
    let does = |act| Input::App { page: PAGE, app, act };
    let controls = |act| does(AppAct::Controls { person, act });
    let sends =
        |message: Message, tag| does(AppAct::Sends { person, message: Arc::new(message), tag, then: None });
    let other = Party::App(if app == APPS[0] { APPS[1] } else { APPS[0] });
    out.push(sends(Message::text("hi"), None));
    out.push(controls(ControlAct::Take { metadata: None }));
    out.push(controls(ControlAct::Request { metadata: None }));
    out.push(controls(ControlAct::Release));
    out.extend([Some(other), Some(Party::Inbox)].map(|to| controls(ControlAct::Pass { to, metadata: None })));
    if everything {
        out.push(sends(Message::text("hi"), Some(Tag::HumanAgent)));
        if app == BUTTONS_BY {
            // One message with all that can be tapped.
            let buttons = vec![Button { title: BUTTON.into(), payload: BUTTON.into() }];
            let quick_replies = vec![QuickReply::new(REPLY, REPLY)];
            out.push(sends(Message { buttons, quick_replies, ..Message::text("choose") }, None));
        }
        let passes = [Some(Party::App(app)), Some(Party::App(AppId(99))), None];
        out.extend(passes.map(|to| controls(ControlAct::Pass { to, metadata: None })));
        out.push(controls(ControlAct::PassMetadata { to: other, metadata: "why".into() }));
        let durations = [Span(36 * Span::HOUR.0), Span(8 * Span::DAY.0)];
        out.extend(durations.map(|by| controls(ControlAct::Extend { by: Some(by) })));
        out.push(does(AppAct::Signals { person }));
        out.push(does(AppAct::AsksOwner { person }));
    }
}
