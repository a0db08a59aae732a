//! The sample projects in `fixtures/projects`, tested by their own runners under `exec`.
//!
//! What the one in Python needs is installed by the stage `sdk` of `cargo xtask ci`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use emulator_tests::{ROOT, binary, packages};

/// Runs `exec` in a copy of a project, so that what runners leave behind is not left in the sources.
fn exec(project: &str, command: &[&str]) -> Output {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for entry in
        fs::read_dir(Path::new(ROOT).join("fixtures/projects").join(project)).expect("the project is there")
    {
        let entry = entry.expect("it can be read");
        if entry.path().is_file() {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("it can be copied");
        }
    }
    let mut exec = Command::new(binary());
    exec.args(["exec", "--"]).args(command).current_dir(copy.path()).stdin(Stdio::null());
    exec.env_remove("PORT").env_remove("MESSENGER_EMULATOR_URL").output().expect("it starts")
}

/// Checks how a command ended, and that it printed these texts itself.
#[track_caller]
fn ends(output: &Output, code: i32, texts: &[&str]) {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
    for text in texts {
        assert!(out.contains(text), "`{text}` in\n{out}\n{err}");
    }
}

#[test]
fn npm_test_passes_with_a_bot_whose_host_is_compiled_in() {
    ends(&exec("echo-node", &["npm", "test"]), 0, &["pass 1", "fail 0"]);
}

#[test]
fn what_a_failing_test_of_npm_prints_and_its_code_are_passed_on() {
    let output = exec("echo-node", &["npm", "run", "test:failing"]);
    ends(
        &output,
        1,
        &["the bot answers in another language", "fail 1", "Guten Morgen", "You said: good morning"],
    );
}

/// The interpreter that has pytest.
fn python() -> PathBuf {
    let python = packages!("echo-python").join("bin/python");
    assert!(python.exists(), "{} is missing: `cargo xtask ci --stage sdk` installs it", python.display());
    python
}

#[test]
fn pytest_passes_with_a_bot_whose_host_is_compiled_in() {
    let python = python();
    let python = python.to_str().expect("a path in UTF-8");
    ends(&exec("echo-python", &[python, "-m", "pytest", "-p", "no:cacheprovider"]), 0, &["1 passed"]);
}

#[test]
fn what_a_failing_test_of_pytest_prints_and_its_code_are_passed_on() {
    let python = python();
    let python = python.to_str().expect("a path in UTF-8");
    let output = exec("echo-python", &[python, "-m", "pytest", "-p", "no:cacheprovider", "failing.py"]);
    ends(&output, 1, &["FAILED failing.py", "Guten Morgen", "You said: good morning", "1 failed"]);
}
