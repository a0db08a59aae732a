//! The scenarios of a bot, played by the real binary with the real SDK.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use emulator_tests::binary;
use serde_json::Value;

use crate::rows::Sdk;

/// How a run came out.
pub(crate) struct Played {
    pub(crate) code: Option<i32>,
    /// The lines of its report.
    pub(crate) events: Vec<Value>,
    /// What a terminal would have shown.
    pub(crate) told: String,
}

/// A run in the folder of a bot.
pub(crate) fn command(sdk: &Sdk, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["run", "--report", "json=-"])
        .args(arguments)
        .current_dir(sdk.folder())
        .stdin(Stdio::null());
    // Where these tests run, no proxy and no address of somebody else is meant.
    for variable in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "PORT"]
    {
        command.env_remove(variable);
    }
    sdk.prepare(&mut command);
    command
}

/// Plays to the end.
pub(crate) fn play(mut command: Command) -> Played {
    let output = command.output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    Played {
        code: output.status.code(),
        events: report.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        told: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub(crate) fn each_cell_of_its_row_is_as_its_scenario_says(sdk: &Sdk) {
    let played = play(command(sdk, &["."]));
    assert_eq!(played.code, Some(0), "{}", played.told);
    let finished = played.events.iter().filter(|event| event["event"] == "scenario_finished");
    let names: BTreeSet<_> = finished
        .map(|event| event["name"].as_str().unwrap().trim_start_matches("scenarios/").to_owned())
        .collect();
    assert_eq!(names, sdk.scenarios().into_iter().collect(), "one scenario for each cell");
}
