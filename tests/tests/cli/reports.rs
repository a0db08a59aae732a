//! The reports of `run`: JUnit for CI servers, lines of JSON for programs.

mod schema;

use std::fs;
use std::time::Instant;

use serde_json::Value;

use crate::support::{Folder, PATIENCE, Process, golden, until};

/// A folder in which every verdict comes up.
fn everything() -> Folder {
    let bot = |how: &str, name: &str, steps: &str| {
        format!(
            "scenario: {name}\nworld:\n  apps:\n    bot: {{start: \"${{env.TINY_BOT}} {how}\", secret: very-secret-indeed}}\n\
             timeouts: {{boot: 700ms, reply: 400ms}}\nsteps:\n  - user: user\n    says: <hello> & ]]> \"you\"\n{steps}"
        )
    };
    let folder =
        Folder::with("a/first.yaml", &bot("tells 0", "passes", "  - expect: {app: bot, sends: At last!}\n"));
    let first = fs::read_to_string(folder.path("a/first.yaml")).expect("it was written");
    let fails = bot("tells 0", "fails & <falls>", "  - expect: {app: bot, sends: \"<b>\"}\n");
    let skipped = "scenario: skipped\nskip: waits for the <menu>\nsteps: [{note: x}]\n";
    folder.write("a/first.yaml", format!("{skipped}---\n{fails}---\n{first}"));
    folder.write("second.yaml", bot("ends", "unreachable", ""));
    folder.write("third.yaml", bot("learns 0 learnt", "flaky", "  - expect: {app: bot, sends: At last!}\n"));
    folder
}

fn lines(folder: &Folder, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.path(name)).expect("a report");
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

/// The text without what depends on time and on who was faster.
fn timeless(text: &str) -> String {
    let line = |line: &str| {
        let mut line = line.to_owned();
        for (key, end) in [("time=\"", '"'), ("\"duration_ms\":", ',')] {
            let mut from = 0;
            while let Some(start) = line[from..].find(key).map(|at| from + at + key.len()) {
                let length = line[start..].find(end).unwrap_or_default();
                line.replace_range(start..start + length, "N");
                from = start;
            }
        }
        line
    };
    let lines = text.lines().filter(|line| !line.contains("tiny-bot sent")).map(line);
    lines.map(|line| line + "\n").collect()
}

#[test]
fn junit_is_what_the_schema_of_ci_servers_asks_for() {
    let folder = everything();
    let ended =
        folder.run(&["run", ".", "--retry", "1", "--serial", "--report", "junit=out/deep/report.xml"]);
    assert_eq!(ended.code, Some(3), "{}", ended.told());
    let text = fs::read_to_string(folder.path("out/deep/report.xml")).expect("a report");
    assert_eq!(schema::problems(&text), Vec::<String>::new(), "{text}");
    golden("report-junit", &timeless(&text));
    assert!(!text.contains("very-secret-indeed") && text.contains("APP_SECRET is ${bot.secret}"), "{text}");
    assert!(!ended.stdout.contains("very-secret-indeed"), "{}", ended.stdout);
    let left = fs::read_dir(folder.path("out/deep")).expect("the folder").count();
    assert_eq!(left, 1, "nothing is left beside it");
}

#[test]
fn the_check_of_the_schema_finds_what_is_wrong() {
    let case = |inside: &str| {
        format!(
            "<testsuites><testsuite name='s' tests='1' failures='0' errors='0'>{inside}</testsuite></testsuites>"
        )
    };
    assert_eq!(schema::problems(&case("<testcase name='a'/>")), Vec::<String>::new());
    for wrong in [
        case("<testcase name='a' file='b'/>"),
        case("<testcase/>"),
        case("<testcase name='a'><oops/></testcase>"),
        case("<testcase name='a'>text</testcase>"),
        case("<testcase name='a'><rerunFailure/></testcase>"),
        case("<testcase name='a'><flakyError type='t'><system-out/><stackTrace/></flakyError></testcase>"),
        case("<testcase name='a'></testcase></testsuite><testsuite name='t'>"),
        "<testsuites skipped='1'/>".to_owned(),
        "<testsuites time='soon'/>".to_owned(),
        "<testsuites>".to_owned(),
        "<testcase name='a'/>".to_owned(),
    ] {
        assert!(!schema::problems(&wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn lines_of_json_tell_everything_as_it_happens() {
    let folder = everything();
    let arguments = [
        "run",
        ".",
        "--retry",
        "1",
        "--serial",
        "--report",
        "json=out.jsonl,junit=out.xml",
        "--journal",
        "journals",
    ];
    let ended = folder.run(&arguments);
    assert_eq!(ended.code, Some(3), "{}", ended.told());
    let lines = lines(&folder, "out.jsonl");
    assert!(lines.iter().all(|line| line["format"] == 1 && line["event"].is_string()));
    let (first, last) = (lines.first().expect("a line"), lines.last().expect("a line"));
    assert_eq!((&first["event"], &first["scenarios"]), (&"run_started".into(), &5.into()));
    assert_eq!(last["event"], "run_finished");
    let counts = ["scenarios", "passed", "flaky", "failed", "unreachable", "skipped", "not_run", "exit_code"];
    assert_eq!(counts.map(|count| last[count].as_u64().expect("a number")), [5, 2, 1, 1, 1, 1, 0, 3]);
    let of = |name: &str| {
        let line = lines.iter().find(|line| line["event"] == "scenario_finished" && line["name"] == name);
        line.unwrap_or_else(|| panic!("no {name}"))
    };
    let failed = of("a/first/fails & <falls>");
    assert_eq!(
        (&failed["verdict"], &failed["final"], &failed["line"]),
        (&"failed".into(), &false.into(), &5.into())
    );
    assert!(failed["failure"]["text"].as_str().is_some_and(|text| text.starts_with("error: expected")));
    assert!(failed["failure"]["transcript"][0].as_str().is_some_and(|line| line.contains("user says")));
    let journal = failed["journal"].as_str().expect("a path");
    assert!(folder.path(journal).exists(), "{journal}");
    let flaky = of("third/flaky#2");
    assert_eq!(
        (&flaky["verdict"], &flaky["flaky"], &flaky["attempt"]),
        (&"passed".into(), &true.into(), &2.into())
    );
    assert_eq!(of("a/first/skipped")["reason"], "waits for the <menu>");
    assert_eq!(of("second/unreachable#2")["verdict"], "unreachable");
    assert!(!fs::read_to_string(folder.path("out.jsonl")).expect("a report").contains("very-secret-indeed"));
}

#[test]
fn an_interrupted_run_has_its_reports() {
    let folder = Folder::with(
        "play.yaml",
        "scenario: short\nsteps:\n  - note: done\n---\nscenario: long\nsteps:\n  - expect: {nothing: true, for: 300s}\n",
    );
    let report = ["run", ".", "--report", "junit=out.xml", "--report", "json=out.jsonl"];
    let mut process = Process::start(&mut folder.command(&report));
    process.prints("ok    play/short (");
    let begun =
        || fs::read_to_string(folder.path("out.jsonl")).is_ok_and(|text| text.contains("\"play/long\""));
    until(Instant::now() + PATIENCE, "the other one begins", begun);
    process.signal("INT");
    assert_eq!(process.wait(PATIENCE).code(), Some(130));
    let text = fs::read_to_string(folder.path("out.xml")).expect("a report");
    assert_eq!(schema::problems(&text), Vec::<String>::new(), "{text}");
    golden("report-interrupted", &timeless(&text));
    let lines = lines(&folder, "out.jsonl");
    let last = lines.last().expect("a line");
    assert_eq!((&last["interrupted"], &last["exit_code"]), (&true.into(), &130.into()));
    assert_eq!(
        [&last["scenarios"], &last["passed"], &last["not_run"]],
        [&Value::from(2), &1.into(), &1.into()],
        "{last}"
    );
    let told = "interrupted: play/long was still open\n2 scenarios: 1 passed, 1 not run in ";
    assert!(process.stdout().contains(told), "{}", process.stdout());
}

#[test]
fn an_interrupted_run_tells_what_never_began_from_what_was_open() {
    let waits = |name: &str| format!("scenario: {name}\nsteps:\n  - expect: {{nothing: true, for: 300s}}\n");
    let text =
        format!("scenario: short\nsteps:\n  - note: done\n---\n{}---\n{}", waits("long"), waits("never"));
    let folder = Folder::with("play.yaml", &text);
    let arguments = ["run", ".", "--serial", "--report", "junit=out.xml", "--report", "json=out.jsonl"];
    let mut process = Process::start(&mut folder.command(&arguments));
    // The next one begins when the one before it is done, which the lines of JSON tell.
    let begun =
        || fs::read_to_string(folder.path("out.jsonl")).is_ok_and(|text| text.contains("\"play/long\""));
    until(Instant::now() + PATIENCE, "the second scenario begins", begun);
    process.signal("INT");
    assert_eq!(process.wait(PATIENCE).code(), Some(130));
    let text = fs::read_to_string(folder.path("out.xml")).expect("a report");
    assert_eq!(schema::problems(&text), Vec::<String>::new(), "{text}");
    assert!(text.contains("tests=\"3\" failures=\"0\" errors=\"1\" skipped=\"1\""), "{text}");
    assert!(text.contains("<error message=\"interrupted: "), "{text}");
    let lines = lines(&folder, "out.jsonl");
    let last = lines.last().expect("a line");
    assert_eq!([&last["scenarios"], &last["not_run"]], [&Value::from(3), &2.into()], "{last}");
}

#[test]
fn what_failed_and_is_not_tried_again_has_failed() {
    let fails = "steps:\n  - clock: {to: \"2020-01-01T00:00:00Z\"}\n";
    let folder = Folder::with("play.yaml", &format!("scenario: one\n{fails}---\nscenario: two\n{fails}"));
    let ended = folder.run(&[
        "run",
        ".",
        "--retry",
        "2",
        "--fail-fast",
        "--serial",
        "--report",
        "junit=out.xml,json=out.jsonl",
    ]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.stdout.contains("2 scenarios: 0 passed, 2 could not be played in "), "{}", ended.told());
    let text = fs::read_to_string(folder.path("out.xml")).expect("a report");
    assert_eq!(schema::problems(&text), Vec::<String>::new(), "{text}");
    assert!(text.contains("tests=\"2\" failures=\"0\" errors=\"2\" skipped=\"0\""), "{text}");
    assert_eq!((text.matches("<error ").count(), text.matches("<rerunError ").count()), (2, 3), "{text}");
    let lines = lines(&folder, "out.jsonl");
    let given_up: Vec<_> = lines.iter().filter(|line| line["event"] == "scenario_given_up").collect();
    assert_eq!(given_up.len(), 1, "{lines:?}");
    assert_eq!((&given_up[0]["name"], &given_up[0]["verdict"]), (&"play/two#2".into(), &"error".into()));
}

#[test]
fn a_report_that_cannot_be_written_at_the_end_is_an_error_of_its_own() {
    let folder = Folder::with("play.yaml", "scenario: short\nsteps:\n  - note: done\n");
    let ended = folder.run(&["run", "play.yaml", "--report", "junit=/dev/full"]);
    assert_eq!(ended.code, Some(70), "{}", ended.told());
    assert!(ended.stdout.contains("1 scenario: 1 passed"), "{}", ended.told());
    assert!(
        ended.stderr.starts_with("error: cannot write the report /dev/full: No space"),
        "{}",
        ended.told()
    );
    assert!(ended.stderr.contains("--report"), "{}", ended.told());
}

#[test]
fn a_full_standard_output_is_an_error_and_a_closed_one_is_not() {
    let folder = Folder::with("play.yaml", "scenario: short\nsteps:\n  - note: done\n");
    for arguments in [
        ["schema"].as_slice(),
        &["rules"],
        &["check", "play.yaml"],
        &["check", "play.yaml", "--format", "json"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").expect("a full device");
        let ended = folder.command(arguments).stdout(full).output().expect("it starts");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(70), "{arguments:?} {told}");
        assert!(told.starts_with("error: cannot write to standard output: No space"), "{told}");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = folder.command(arguments).stdout(writer).output().expect("it starts");
        assert_eq!(
            (ended.status.code(), ended.stderr.as_slice()),
            (Some(0), b"".as_slice()),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_program_is_told_which_path_cannot_be_read() {
    let ended = Folder::new().run(&["check", "nosuch.yaml", "--format", "json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), ""), "{}", ended.told());
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((&told["files"], &told["scenarios"]), (&0.into(), &Value::Array(Vec::new())));
    assert_eq!(told["errors"][0]["file"], "nosuch.yaml");
    let message = told["errors"][0]["message"].as_str().expect("a message");
    assert!(message.starts_with("cannot read nosuch.yaml: "), "{message}");
}

#[test]
fn reports_tell_what_was_not_run() {
    let fails = "scenario: fails\nsteps:\n  - clock: {to: \"2020-01-01T00:00:00Z\"}\n";
    let folder = Folder::with("1.yaml", fails);
    folder.write("2.yaml", "scenario: waits\nsteps:\n  - note: nothing\n");
    let ended = folder.run(&["run", ".", "--fail-fast", "--serial", "--report", "junit=out.xml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    let text = fs::read_to_string(folder.path("out.xml")).expect("a report");
    assert!(text.contains("<skipped message=\"the run ended before this scenario was done\"/>"), "{text}");
}

#[test]
fn a_report_that_cannot_be_written_is_said_before_anything_starts() {
    let folder = Folder::with("play.yaml", "scenario: short\nsteps:\n  - note: done\n");
    folder.write("file", "");
    let mut all = String::new();
    for report in [
        "junit=file/out.xml",
        "json=file/out.jsonl",
        "junit=.",
        "junit=out.xml,json=out.xml",
        "junit",
        "junit=",
        "xml=out.xml",
        "tap=out.tap",
        "html=out.html",
        "github",
    ] {
        let ended = folder.run(&["run", "play.yaml", "--report", report]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{report} {}", ended.told());
        all.extend([format!("===== {report}\n{}", ended.stderr)]);
    }
    golden("report-wrong", &all);
}

#[test]
fn a_report_that_is_no_file_is_written_into() {
    let folder = Folder::with("play.yaml", "scenario: short\nsteps:\n  - note: done\n");
    let ended = folder.run(&["run", "play.yaml", "--report", "junit=/dev/stdout"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("</testsuites>"), "{}", ended.told());
}
