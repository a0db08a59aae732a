//! Real SDKs at pinned versions, in the bots of `fixtures/bots/sdk`: what each can do, and how it gets here.
//!
//! They need packages of npm and PyPI, which the stage `sdk` of `cargo xtask ci` installs below `target/sdk`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

#[path = "sdk/documents.rs"]
mod documents;
#[path = "sdk/packages.rs"]
mod packages;
#[path = "sdk/play.rs"]
mod play;
#[path = "sdk/rows.rs"]
mod rows;
#[path = "sdk/ways.rs"]
mod ways;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use rows::{SDKS, Sdk};

/// What is shown of one SDK.
type Row = fn(&'static Sdk);

const ROWS: &[(&str, Row)] = &[
    ("its_packages_are_those_of_its_row", packages::its_packages_are_those_of_its_row),
    ("each_cell_of_its_row_is_as_its_scenario_says", play::each_cell_of_its_row_is_as_its_scenario_says),
    ("its_calls_come_the_way_of_its_row", ways::its_calls_come_the_way_of_its_row),
    ("without_the_variables_it_does_not_get_here", ways::without_the_variables_it_does_not_get_here),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for sdk in SDKS {
        for (name, row) in ROWS {
            trials.push(Trial::test(format!("{}::{name}", sdk.name), move || {
                row(sdk);
                Ok(())
            }));
        }
    }
    for (name, test) in documents::TESTS {
        trials.push(Trial::test(format!("documents::{name}"), move || {
            test();
            Ok(())
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
