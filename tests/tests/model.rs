//! Every interleaving of a small world: two apps and the inbox, an admin and a clock, with one person who
//! can do everything or with two who do the most important.
//!
//! The model has no rules of its own. It lets core's `step` answer every action in every state and holds each
//! answer and each state against the invariants. What it says about the number of states stands in the output of
//! the test, so that a model that has become small does not go unseen.

use std::process::ExitCode;

use emulator_core::Span;
use libtest_mimic::{Arguments, Failed, Trial};
use stateright::{Checker, Model as _};

#[path = "model/actions.rs"]
mod actions;
#[path = "model/invariants.rs"]
mod invariants;
#[path = "model/world.rs"]
mod world;

use actions::Repertoire;
use world::Model;

fn main() -> ExitCode {
    let trials = vec![
        Trial::test("one_person_and_everything_that_can_happen", || {
            let model =
                Model { people: 1, repertoire: Repertoire::Everything, tick: Span(12 * Span::HOUR.0) };
            explore("one person, everything", model, 10_000)
        }),
        Trial::test("two_people_and_what_moves_control", || {
            let model = Model { people: 2, repertoire: Repertoire::Control, tick: Span::DAY };
            explore("two people, what moves control", model, 10_000)
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Explores the model to the end, prints what was seen, and fails where an invariant did.
#[expect(clippy::print_stdout, reason = "how much was seen is worth reading")]
fn explore(name: &str, model: Model, at_least: usize) -> Result<(), Failed> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = model.checker().threads(threads).spawn_bfs().join();
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
                let steps: Vec<String> =
                    path.into_actions().iter().map(|action| format!("  {action:?}")).collect();
                let last = checker.discovery(property.name).map(|path| path.last_state().broken.clone());
                return Err(format!("{}: {last:?}, after\n{}", property.name, steps.join("\n")).into());
            }
            _ => {}
        }
    }
    if checker.unique_state_count() < at_least {
        return Err(format!("the model has become small: fewer than {at_least} states").into());
    }
    Ok(())
}
