//! Very many of everything that a file can hold: the work of reading grows with the file, and not with its square.
//!
//! Work is the processor time that the command itself has used, of two files of which one is four times as long. What else
//! the machine does hardly changes that, and the smallest of several tries even less.

use std::fmt::Write as _;
use std::process::Stdio;

use crate::support::{Folder, finish};

/// So many lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

/// The processor time of `check` for a file, in seconds.
fn work(text: &str) -> f64 {
    let folder = Folder::with("many.yaml", text);
    let of = folder.command(&["check", "many.yaml", "--format", "json"]);
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", "TIMEFORMAT=%U; time \"$@\" > told.json 2> told.txt", "bash"]);
    bash.arg(of.get_program()).args(of.get_args()).current_dir(folder.path("")).stdin(Stdio::null());
    let ended = finish(&mut bash);
    ended.stderr.trim().parse().unwrap_or_else(|_| panic!("a time: {}", ended.told()))
}

/// Four times as much may take eight times the work; with squares it would be sixteen.
#[track_caller]
fn grows_with_the_file(file: impl Fn(usize) -> String) {
    const COUNT: usize = 4_000;
    const MOST: f64 = 8.0;
    let least = |count: usize| (0..3).map(|_| work(&file(count))).fold(f64::INFINITY, f64::min);
    let (one, four) = (least(COUNT), least(4 * COUNT));
    assert!(four < MOST * one.max(0.01), "{one} s for {COUNT}, {four} s for four times as many");
}

const SCENARIO: &str = "scenario: many\nworld: {apps: {bot: {}}, people: {ana: {}}}\n";

#[test]
fn a_hundred_thousand_people_of_a_world_file_can_be_played() {
    let people = lines(100_000, |number| format!("  p{number}: {{first_name: A}}"));
    let folder = Folder::with("many.world.yaml", &format!("apps: {{bot: {{}}}}\npeople:\n{people}"));
    folder.write(
        "play.yaml",
        "scenario: many\nworld: many.world.yaml\nsteps:\n  - user: p99999\n    says: hi\n  - {app: bot, to: p99999, sends: hello}\n",
    );
    let ended = folder.run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn people_with_ids_are_read_in_one_go() {
    grows_with_the_file(|count| {
        let people = lines(count, |number| format!("  p{number}: {{id: {}}}", 7_000_000_000 + number));
        format!("apps: {{bot: {{}}}}\npeople:\n{people}")
    });
}

#[test]
fn apps_are_read_in_one_go() {
    grows_with_the_file(|count| {
        let app =
            |number| format!("  a{number}: {{id: {}, page_token: t{number}}}", 8_000_000_000_usize + number);
        format!(
            "apps:\n{}people:\n{}",
            lines(count, app),
            lines(count, |number| format!("  p{number}: {{tester_of: [a{number}]}}"))
        )
    });
}

#[test]
fn pages_with_tokens_are_read_in_one_go() {
    grows_with_the_file(|count| {
        let tokens = lines(count, |number| format!("      p{number}: token{number}"));
        let pages = lines(count, |number| format!("  p{number}: {{}}"));
        format!("apps:\n  bot:\n    page_token:\n{tokens}pages:\n{pages}")
    });
}

#[test]
fn variables_are_read_in_one_go() {
    grows_with_the_file(|count| {
        let vars = lines(count, |number| format!("  v{number}: x"));
        format!(
            "{SCENARIO}vars:\n{vars}steps:\n{}",
            lines(count, |number| format!("  - note: ${{vars.v{number}}}"))
        )
    });
}

#[test]
fn cases_are_read_in_one_go() {
    grows_with_the_file(|count| {
        let cases = lines(count, |number| format!("  - {{case: c{number}, size: {number}}}"));
        format!("{SCENARIO}cases:\n{cases}steps:\n  - note: ${{vars.size}}\n")
    });
}

#[test]
fn steps_and_what_they_capture_are_read_in_one_go() {
    grows_with_the_file(|count| {
        let step = |number| format!("  - {{user: ana, says: hi, as: said{number}}}");
        format!("{SCENARIO}steps:\n{}", lines(count, step))
    });
}

#[test]
fn mistakes_are_found_and_placed_in_one_go() {
    let file = |count| format!("apps: {{bot: {{}}}}\npeople:\n{}", lines(count, |_| "  ana: {}".to_owned()));
    grows_with_the_file(file);
    let folder = Folder::with("many.yaml", &file(2_000));
    let ended = folder.run(&["check", "many.yaml", "--format", "json"]);
    assert_eq!(ended.code, Some(2));
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let errors = told["errors"].as_array().expect("a list");
    assert_eq!(errors.len(), 1_999);
    let last = &errors[1_998];
    assert_eq!((&last["start"]["line"], &last["start"]["column"]), (&2_002.into(), &3.into()));
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
