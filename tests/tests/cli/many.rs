//! Very many of everything that a file can hold: what is read grows with the file, and with nothing else.
//!
//! None of these would end in time if everything were compared with all of its kind.

use std::fmt::Write as _;

use crate::support::Folder;

/// So many lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

#[track_caller]
fn is_in_order(text: &str, told: &str) {
    let folder = Folder::with("many.yaml", text);
    let ended = folder.run(&["check", "many.yaml"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), told), "{}", ended.stderr);
}

const WORLD: &str = "1 world in 1 file is in order\n";
const SCENARIO: &str = "scenario: many\nworld: {apps: {bot: {}}, people: {ana: {}}}\n";

#[test]
fn a_hundred_thousand_people_of_a_world_file_can_be_played() {
    let people =
        lines(100_000, |number| format!("  p{number}: {{id: {}}}", 7_000_000_000_u64 + number as u64));
    let folder = Folder::with("many.world.yaml", &format!("apps: {{bot: {{}}}}\npeople:\n{people}"));
    folder.write(
        "play.yaml",
        "scenario: many\nworld: many.world.yaml\nsteps:\n  - user: p99999\n    says: hi\n  - {app: bot, to: p99999, sends: hello}\n",
    );
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn thousands_of_apps_and_pages_are_read() {
    let apps = lines(20_000, |number| format!("  a{number}: {{id: {}}}", 8_000_000_000_u64 + number as u64));
    is_in_order(&format!("apps:\n{apps}"), WORLD);
    let tokens = lines(20_000, |number| format!("      p{number}: token{number}"));
    let pages = lines(20_000, |number| format!("  p{number}: {{}}"));
    is_in_order(&format!("apps:\n  bot:\n    page_token:\n{tokens}pages:\n{pages}"), WORLD);
}

#[test]
fn thousands_of_variables_cases_and_steps_are_read() {
    let vars = lines(50_000, |number| format!("  v{number}: x"));
    let notes = lines(5_000, |number| format!("  - note: ${{vars.v{number}}}"));
    is_in_order(&format!("{SCENARIO}vars:\n{vars}steps:\n{notes}"), "1 scenario in 1 file is in order\n");
    let cases = lines(20_000, |number| format!("  - {{case: c{number}, size: {number}}}"));
    is_in_order(
        &format!("{SCENARIO}cases:\n{cases}steps:\n  - note: ${{vars.size}}\n"),
        "20000 scenarios in 1 file are in order\n",
    );
    let steps = lines(20_000, |number| format!("  - {{user: ana, says: hi, as: said{number}}}"));
    is_in_order(&format!("{SCENARIO}steps:\n{steps}"), "1 scenario in 1 file is in order\n");
}

#[test]
fn thousands_of_mistakes_are_found_and_placed() {
    let twice = lines(20_000, |_| "  ana: {}".to_owned());
    let folder = Folder::with("many.yaml", &format!("apps: {{bot: {{}}}}\npeople:\n{twice}"));
    let ended = folder.run(&["check", "many.yaml", "--format", "json"]);
    assert_eq!(ended.code, Some(2));
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let errors = told["errors"].as_array().expect("a list");
    assert_eq!(errors.len(), 19_999);
    let last = &errors[19_998];
    assert_eq!((&last["start"]["line"], &last["start"]["column"]), (&20_002.into(), &3.into()));
    assert_eq!(last["label"], "the first one is on line 3");
}

#[test]
fn a_case_that_lacks_a_variable_is_named_wherever_it_stands() {
    for (cases, lacking) in [
        ("[{case: a}, {case: b, size: 1}, {case: c, size: 1}]", "a"),
        ("[{case: a, size: 1}, {case: b}, {case: c, size: 1}]", "b"),
        ("[{case: a, size: 1}, {case: b, size: 1}, {case: c}]", "c"),
    ] {
        let text = format!("{SCENARIO}cases: {cases}\nsteps:\n  - note: ${{vars.size}}\n");
        let ended = Folder::with("some.yaml", &text).run(&["check", "some.yaml"]);
        assert_eq!(ended.code, Some(2), "{cases}");
        assert!(ended.stderr.contains(&format!("has no value in the case `{lacking}`")), "{}", ended.stderr);
    }
}
