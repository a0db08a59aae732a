//! Every interleaving of small worlds: two apps and the inbox, an admin and a clock, with one person or with two.
//!
//! A model has no rules of its own. It lets core's `step` answer every action in every state and holds each answer and
//! each state against the invariants, which read the words of the options in force and the settings of the Page. Each
//! model can do other parts of what can happen, since all of it at once is too much to explore. How many states there
//! are stands in the output of the test, so that a model that has become small does not go unseen.

use std::process::ExitCode;

use emulator_core::{Control, Folder, Party, Protocol, Span};
use libtest_mimic::{Arguments, Failed, Trial};
use stateright::{Checker, Model as _};

#[path = "model/actions.rs"]
mod actions;
#[path = "model/answers.rs"]
mod answers;
#[path = "model/filing.rs"]
mod filing;
#[path = "model/hearing.rs"]
mod hearing;
#[path = "model/invariants.rs"]
mod invariants;
#[path = "model/moves.rs"]
mod moves;
#[path = "model/world.rs"]
mod world;

use actions::Part;
use world::{APPS, BEGIN, Model, Reached, State};

fn main() -> ExitCode {
    let trials = MODELS
        .iter()
        .map(|(name, at_least, model)| Trial::test(*name, move || explore(name, model, *at_least)));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

const HALF_DAY: Span = Span(12 * Span::HOUR.0);

/// The models, each with the number of states that it has at least.
const MODELS: &[(&str, usize, Model)] = &[
    (
        "handover_messages",
        2_500,
        Model {
            protocol: Protocol::Handover,
            people: 1,
            parts: &[
                Part::Writes,
                Part::Sends,
                Part::HumanAgent,
                Part::Edges,
                Part::OddEdges,
                Part::Inbox,
                Part::Taps,
                Part::Signals,
                Part::Blocks,
            ],
            tick: HALF_DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN, DONE_BY_AN_AGENT, SPAM_OF_AN_APP],
        },
    ),
    (
        "handover_settings",
        3_000,
        Model {
            protocol: Protocol::Handover,
            people: 1,
            parts: &[Part::Writes, Part::Edges, Part::Inbox, Part::Leaders, Part::Switch, Part::Apps],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN, OFF],
        },
    ),
    (
        "v1_messages",
        800,
        Model {
            protocol: Protocol::HandoverV1,
            people: 1,
            parts: &[
                Part::Writes,
                Part::Sends,
                Part::HumanAgent,
                Part::Edges,
                Part::OddEdges,
                Part::Inbox,
                Part::Taps,
                Part::Signals,
                Part::Blocks,
            ],
            tick: HALF_DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS],
        },
    ),
    (
        "v1_roles",
        800,
        Model {
            protocol: Protocol::HandoverV1,
            people: 1,
            parts: &[Part::Writes, Part::Sends, Part::Edges, Part::Inbox, Part::Roles],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, OFF],
        },
    ),
    (
        "v1_settings",
        2_000,
        Model {
            protocol: Protocol::HandoverV1,
            people: 1,
            parts: &[Part::Writes, Part::Edges, Part::Inbox, Part::Leaders, Part::Switch, Part::Apps],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, OFF],
        },
    ),
    (
        "routing_messages",
        1_800,
        Model {
            protocol: Protocol::ConversationRouting,
            people: 1,
            parts: &[
                Part::Writes,
                Part::Sends,
                Part::HumanAgent,
                Part::SendsThen,
                Part::Edges,
                Part::OddEdges,
                Part::Inbox,
                Part::Taps,
                Part::Permission,
            ],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN],
        },
    ),
    (
        "routing_settings",
        4_500,
        Model {
            protocol: Protocol::ConversationRouting,
            people: 1,
            parts: &[Part::Writes, Part::Edges, Part::Inbox, Part::Leaders, Part::Apps],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN],
        },
    ),
    (
        "routing_entries",
        4_000,
        Model {
            protocol: Protocol::ConversationRouting,
            people: 1,
            parts: &[
                Part::Writes,
                Part::Sends,
                Part::Edges,
                Part::Entries,
                Part::Taps,
                Part::Signals,
                Part::Inbox,
            ],
            tick: HALF_DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN],
        },
    ),
    (
        "default_messages",
        1_700,
        Model {
            protocol: Protocol::DefaultBehavior,
            people: 1,
            parts: &[
                Part::Writes,
                Part::Sends,
                Part::HumanAgent,
                Part::Edges,
                Part::OddEdges,
                Part::Inbox,
                Part::Taps,
                Part::Signals,
            ],
            tick: HALF_DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN],
        },
    ),
    (
        "default_entries",
        4_500,
        Model {
            protocol: Protocol::DefaultBehavior,
            people: 1,
            parts: &[Part::Writes, Part::Edges, Part::Entries, Part::Apps, Part::Inbox],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN],
        },
    ),
    (
        "migration",
        5_500,
        Model {
            protocol: Protocol::Handover,
            people: 1,
            parts: &[Part::Writes, Part::Edges, Part::Inbox, Part::Apps, Part::Protocols],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN, OFF],
        },
    ),
    (
        "handover_two_people",
        1_200,
        Model {
            protocol: Protocol::Handover,
            people: 2,
            parts: &[Part::Writes, Part::Sends, Part::Edges, Part::Leaders],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN],
        },
    ),
    (
        "v1_two_people",
        3_500,
        Model {
            protocol: Protocol::HandoverV1,
            people: 2,
            parts: &[Part::Writes, Part::Edges, Part::Inbox],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS],
        },
    ),
    (
        "routing_two_people",
        400,
        Model {
            protocol: Protocol::ConversationRouting,
            people: 2,
            parts: &[Part::Writes, Part::Edges, Part::Leaders],
            tick: Span::DAY,
            reaches: &[INBOX_OWNS, OTHER_OWNS, IDLE_AGAIN],
        },
    ),
];

const INBOX_OWNS: Reached =
    ("the inbox owns a conversation", |state| owners(state).any(|it| it == Some(Party::Inbox)));
const OTHER_OWNS: Reached = ("an app owns that does not lead", |state| {
    let leader = invariants::leader(&state.world);
    APPS.map(Party::App).into_iter().any(|app| Some(app) != leader && owners(state).any(|it| it == Some(app)))
});
const IDLE_AGAIN: Reached = ("a conversation is idle again after a while", |state| {
    let idle = |control: Control| control == Control::Idle;
    state.now > BEGIN && state.world.conversations.values().any(|it| it.has_begun() && idle(it.control))
});
const DONE_BY_AN_AGENT: Reached = ("an app owns what an agent is done with", |state| {
    state
        .world
        .conversations
        .values()
        .any(|it| it.marked_done && it.control.owner().is_some_and(|by| by != Party::Inbox))
});

const SPAM_OF_AN_APP: Reached = ("what an app owns lies in Spam", |state| {
    let owned = |control: Control| control.owner().is_some_and(|by| by != Party::Inbox);
    state.world.conversations.values().any(|it| it.folder == Folder::Spam && owned(it.control))
});
const OFF: Reached = ("nobody has what an app had", |state| {
    state.world.conversations.values().any(|it| it.control == Control::Inactive && it.last_event.is_some())
});

fn owners(state: &State) -> impl Iterator<Item = Option<Party>> {
    state.world.conversations.values().map(|conversation| conversation.control.owner())
}

/// Explores the model to the end, prints what was seen, and fails where an invariant did.
#[expect(clippy::print_stdout, reason = "how much was seen is worth reading")]
fn explore(name: &str, model: &Model, at_least: usize) -> Result<(), Failed> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = model.clone().checker().threads(threads).spawn_bfs().join();
    // The numbers are of the model, not of the machine: they are the same in every run.
    println!(
        "model: {name}: {} states, {} steps between them",
        checker.unique_state_count(),
        checker.state_count()
    );
    for property in checker.model().properties() {
        let found = checker.discovery(property.name);
        match (property.expectation, found) {
            (stateright::Expectation::Sometimes, None) => {
                return Err(format!("no state in which {}", property.name).into());
            }
            (stateright::Expectation::Always, Some(path)) => {
                let broken = path.last_state().broken.clone().unwrap_or_default();
                let steps: Vec<String> =
                    path.into_actions().iter().map(|action| format!("  {action:?}")).collect();
                return Err(format!("{}: {broken}\nafter\n{}", property.name, steps.join("\n")).into());
            }
            _ => {}
        }
    }
    if checker.unique_state_count() < at_least {
        return Err(format!("the model has become small: fewer than {at_least} states").into());
    }
    Ok(())
}
