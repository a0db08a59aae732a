//! Three bots that follow one specification, `fixtures/bots/README.md`: the demo bot of the program, and the samples
//! in Node and Python, each a real process.
//!
//! Every row is played with every bot, so `cargo nextest run -p emulator-tests --test bots node::` are the rows of one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

#[path = "bots/conversation.rs"]
mod conversation;
#[path = "bots/edges.rs"]
mod edges;
#[path = "bots/fixture.rs"]
mod fixture;
#[path = "bots/programs.rs"]
mod programs;
#[path = "bots/scenarios.rs"]
mod scenarios;

use std::pin::Pin;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use programs::{PROGRAMS, Program};

/// What a bot does, shown with one of them.
type Row = fn(&'static Program) -> Pin<Box<dyn Future<Output = ()>>>;

/// Names functions once, for the list and for the report.
macro_rules! rows {
    ($($module:ident :: $row:ident,)*) => {
        &[$((concat!(stringify!($module), "::", stringify!($row)), |bot| Box::pin($module::$row(bot)))),*]
    };
}

const ROWS: &[(&str, Row)] = rows![
    programs::the_machine_has_what_it_needs,
    edges::the_handshake_needs_mode_and_token,
    edges::only_bodies_signed_with_the_app_secret_are_taken,
    edges::what_is_no_webhook_is_refused_and_what_is_unknown_is_ignored,
    edges::a_body_is_bounded,
    edges::other_paths_and_methods_are_refused,
    edges::a_connection_is_kept,
    edges::signals_end_it_well,
    edges::a_taken_port_is_told,
    edges::wrong_settings_are_told,
    conversation::it_greets_once_and_then_repeats,
    conversation::it_shows_buttons_quick_replies_and_a_picture,
    conversation::it_answers_taps,
    conversation::the_work_of_one_conversation_is_done_in_order,
    conversation::an_event_that_is_delivered_once_more_is_not_answered_again,
    conversation::it_hands_over_to_the_page_inbox_by_default,
    conversation::the_environment_names_the_target_and_the_token,
    conversation::each_page_is_answered_with_its_own_token,
    conversation::a_hand_over_that_is_refused_is_told,
    conversation::it_greets_again_when_control_is_passed_back,
    conversation::a_message_after_the_hand_over_means_control_came_back_silently,
    conversation::it_remembers_that_control_was_taken,
    conversation::it_passes_control_to_an_app_that_asks_for_it,
    conversation::what_belongs_to_another_app_is_met_with_silence,
    conversation::echoes_receipts_and_attachments_are_met_with_silence,
    conversation::a_send_into_a_conversation_of_another_app_is_noted,
    conversation::other_errors_are_printed_and_the_conversation_goes_on,
    conversation::an_unreachable_graph_costs_the_message_only,
    scenarios::every_shipped_scenario_passes,
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for program in PROGRAMS {
        for (name, row) in ROWS {
            trials.push(Trial::test(format!("{}::{name}", program.name), move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(row(program));
                Ok(())
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
