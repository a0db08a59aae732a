//! Checks that the tables decide every cell: who acts, in which state, doing what.

use std::collections::BTreeSet;

use libtest_mimic::Failed;

use crate::table::{HumanAgent, Owner, Primary, Row, Step, Table, Verb};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    IdleWithoutPrimary,
    IdleWithPrimary,
    OwnedByApp,
    OwnedByInbox,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Actor {
    Owner,
    /// The primary receiver while it is not the owner.
    Primary,
    Other,
    Person,
    Clock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Says,
    Waits,
    Sends,
    SendsAsApprovedHumanAgent,
    SendsAsUnapprovedHumanAgent,
    Passes,
    PassesToInbox,
    PassesToItself,
    PassesToAStranger,
    PassesToNobody,
    Takes,
    Requests,
    Releases,
    Extends,
    AsksOwner,
    Types,
    MarksSeen,
}

const STATES: [State; 4] =
    [State::IdleWithoutPrimary, State::IdleWithPrimary, State::OwnedByApp, State::OwnedByInbox];

/// What an app can do anywhere.
const ANY_APP: [Action; 10] = [
    Action::Sends,
    Action::SendsAsApprovedHumanAgent,
    Action::SendsAsUnapprovedHumanAgent,
    Action::Passes,
    Action::Takes,
    Action::Requests,
    Action::Releases,
    Action::Extends,
    Action::AsksOwner,
    Action::Types,
];

/// What matters only when the owner does it: from anybody else a pass is refused whatever it names.
const OWNER_ONLY: [Action; 4] =
    [Action::PassesToInbox, Action::PassesToItself, Action::PassesToAStranger, Action::PassesToNobody];

/// Cells that no conversation can come to, with the reason.
const UNREACHABLE: [(State, Actor, &str); 4] = [
    (State::IdleWithoutPrimary, Actor::Owner, "nobody owns an idle conversation"),
    (State::IdleWithoutPrimary, Actor::Primary, "the Page has none"),
    (State::IdleWithPrimary, Actor::Owner, "nobody owns an idle conversation"),
    (State::OwnedByInbox, Actor::Owner, "the inbox is people at a screen; it calls no edge"),
];

type Cell = (State, Actor, Action);

/// Fails with the cells that no row decides, and with rows of cells that cannot be.
pub(crate) fn every_cell_is_decided<'a>(tables: impl Iterator<Item = &'a Table>) -> Result<(), Failed> {
    let mut decided = BTreeSet::new();
    for table in tables {
        decided.extend(table.rows.iter().filter_map(|row| cell(table, row)));
    }
    let unreachable =
        |state, actor| UNREACHABLE.iter().find(|(s, a, _)| (*s, *a) == (state, actor)).map(|(.., why)| *why);
    let mut wrong = Vec::new();
    for state in STATES {
        let mut needed = vec![(state, Actor::Person, Action::Says), (state, Actor::Clock, Action::Waits)];
        for actor in [Actor::Owner, Actor::Primary, Actor::Other] {
            if unreachable(state, actor).is_none() {
                needed.extend(ANY_APP.map(|action| (state, actor, action)));
                if actor == Actor::Owner {
                    needed.extend(OWNER_ONLY.map(|action| (state, actor, action)));
                }
            }
        }
        let missing = needed.into_iter().filter(|cell| !decided.contains(cell));
        wrong.extend(missing.map(|cell| format!("no row decides {cell:?}")));
    }
    for (state, actor, action) in &decided {
        if let Some(why) = unreachable(*state, *actor) {
            wrong.push(format!("a row decides {:?}, which cannot be: {why}", (state, actor, action)));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The cell of a row of one step about the person of the Page.
fn cell(table: &Table, row: &Row) -> Option<Cell> {
    let [step] = row.when.0.as_slice() else { return None };
    let given = &row.given;
    let state = match (&given.owner, &given.primary) {
        (Owner::Idle, Primary::None) => State::IdleWithoutPrimary,
        (Owner::Idle, Primary::App(_)) => State::IdleWithPrimary,
        (Owner::By(name), _) if name == "inbox" => State::OwnedByInbox,
        (Owner::By(_), _) => State::OwnedByApp,
    };
    let (app, verb) = match step {
        Step::Says { .. } => return Some((state, Actor::Person, Action::Says)),
        Step::Clock(_) => return Some((state, Actor::Clock, Action::Waits)),
        Step::App { to: Some(_), .. } => return None,
        Step::App { app, verb, to: None } => (app, verb),
    };
    let actor = if given.owner == Owner::By(app.clone()) {
        Actor::Owner
    } else if given.primary == Primary::App(app.clone()) {
        Actor::Primary
    } else {
        Actor::Other
    };
    let known = given.apps.get(app).or_else(|| table.apps.get(app))?;
    let approved = known.features.contains(&HumanAgent::HumanAgent);
    let action = match verb {
        Verb::Sends { tag: None, .. } => Action::Sends,
        Verb::Sends { tag: Some(_), .. } if approved => Action::SendsAsApprovedHumanAgent,
        Verb::Sends { tag: Some(_), .. } => Action::SendsAsUnapprovedHumanAgent,
        Verb::Passes { to: None, .. } => Action::PassesToNobody,
        Verb::Passes { to: Some(to), .. } => match to.as_str() {
            "inbox" => Action::PassesToInbox,
            "stranger" => Action::PassesToAStranger,
            to if to == app => Action::PassesToItself,
            _ => Action::Passes,
        },
        Verb::Takes(_) => Action::Takes,
        Verb::Requests(_) => Action::Requests,
        Verb::Releases => Action::Releases,
        Verb::Extends(_) => Action::Extends,
        Verb::AsksOwner => Action::AsksOwner,
        Verb::Types => Action::Types,
        Verb::MarksSeen => Action::MarksSeen,
    };
    Some((state, actor, action))
}
