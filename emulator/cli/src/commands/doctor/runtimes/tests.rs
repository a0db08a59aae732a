//! What is made of versions and of processes that ended.

use super::judge::{self, is_stand_in, judge, version_in};
use super::*;
use crate::commands::doctor::finding::Verdict;

#[test]
fn versions_are_found_in_what_runtimes_say() {
    for (text, version) in [
        ("v20.20.2\n", "20.20.2"),
        ("Python 3.11.7", "3.11.7"),
        ("openjdk 17.0.15 2025-04-15", "17.0.15"),
        ("PHP 8.2.28 (cli) (built: Mar 13 2025)", "8.2.28"),
        ("ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux-gnu]", "3.1.2p20"),
        ("go version go1.19.8 linux/amd64", "1.19.8"),
        ("curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1", "7.88.1"),
        ("no numbers", ""),
    ] {
        assert_eq!(version_in(text), version, "{text}");
    }
}

#[test]
fn what_a_process_leaves_is_judged_by_its_answer_and_its_code() {
    let way = |runtime: Runtime| WAYS.iter().find(|way| way.runtime == runtime).expect("each has one");
    let exited = |code, stdout: &str, stderr: &str| Ended::Exited {
        code: Some(code),
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    };
    let ours = r#"{"name":"Emulated Page","id":"1000"}"#;
    let cases = [
        (Runtime::Node, exited(0, ours, ""), Verdict::Ok, "`https`, which knows no proxy"),
        (Runtime::Node, exited(0, ours, "Warning: something"), Verdict::Ok, "proxy"),
        (
            Runtime::Curl,
            exited(0, r#"{"error":{}}"#, ""),
            Verdict::Fail,
            "somebody else answered: {\"error\":{}}",
        ),
        (
            Runtime::Node,
            exited(3, "", "it connects to 157.240.0.1\n"),
            Verdict::Fail,
            "does not come here: it connects",
        ),
        (
            Runtime::Node,
            exited(1, "", "\nunable to verify\n\nexit status 1\n"),
            Verdict::Fail,
            "proxy: unable to verify",
        ),
        (Runtime::Go, exited(1, ours, "x"), Verdict::Fail, "proxy: x"),
        (
            Runtime::Python,
            exited(1, "", "Traceback (most recent call last):\n  File\nValueError: no"),
            Verdict::Fail,
            ": ValueError: no",
        ),
        (Runtime::Ruby, exited(1, "", ""), Verdict::Fail, "said nothing"),
        (Runtime::Python, Ended::TimedOut, Verdict::Fail, "no answer within 20 s"),
        (Runtime::Python, Ended::NotStarted("no".to_owned()), Verdict::Fail, "cannot be started: no"),
        (Runtime::Php, exited(4, "", "it has no curl extension"), Verdict::Skipped, "no curl extension"),
        (
            Runtime::Java,
            exited(1, "", "Error: Could not find or load main class Probe.java\nCaused by: x"),
            Verdict::Skipped,
            "not a JRE alone",
        ),
    ];
    for (runtime, ended, verdict, text) in cases {
        let found = judge(way(runtime), "1.2", &ended, "1000", Duration::from_millis(5));
        assert_eq!(found.verdict, verdict, "{ended:?}: {}", found.text);
        assert!(found.text.contains(text), "{}", found.text);
        assert!(found.text.starts_with(&format!("{} 1.2: ", runtime.program())), "{}", found.text);
        assert_eq!(found.help.is_some(), verdict == Verdict::Fail, "{:?}", found.help);
    }
}

#[test]
fn each_runtime_has_a_way_and_each_way_says_what_to_do() {
    for runtime in Runtime::ALL {
        assert!(WAYS.iter().any(|way| way.runtime == runtime), "{runtime:?}");
    }
    assert!(WAYS.iter().all(|way| !way.help.is_empty() && !way.what.is_empty()));
    assert!(WAYS.is_sorted_by_key(|way| way.runtime), "the report has them in this order");
}

#[test]
fn what_is_found_and_does_not_tell_its_version_does_not_start() {
    let exited = |code, stdout: &str, stderr: &str| Ended::Exited {
        code: Some(code),
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    };
    let missing = "node:internal/modules/cjs/loader:1210\n  throw err;\n  ^\n\n\
                   Error: Cannot find module '/gone/apm.js'\nRequire stack:\n- internal/preload\n  code: 'MODULE_NOT_FOUND',\n";
    let coded = "file:///apm.mjs:1\nthrow new TypeError('x: y')\n^\n\nTypeError [ERR_X]: that is wrong\n";
    let home = "Python path configuration:\n  PYTHONHOME = '/gone'\nFatal Python error: init_fs_encoding: failed\n\
                ModuleNotFoundError: No module named 'encodings'\n";
    let cases = [
        (Runtime::Node, exited(1, "", missing), "Error: Cannot find module '/gone/apm.js'"),
        (Runtime::Node, exited(1, "", coded), "TypeError [ERR_X]: that is wrong"),
        (
            Runtime::Node,
            exited(9, "", "node: --bogus is not allowed in NODE_OPTIONS\n"),
            "node: --bogus is not allowed in NODE_OPTIONS",
        ),
        (Runtime::Python, exited(1, "", home), "Fatal Python error: init_fs_encoding: failed"),
        (Runtime::Ruby, exited(1, "", ""), "it ended with code 1 and said nothing"),
        (Runtime::Ruby, exited(0, "\n", ""), "it prints no version"),
        (Runtime::Python, Ended::TimedOut, "it told no version within 10 s"),
        (Runtime::Go, Ended::NotStarted("no".to_owned()), "no"),
    ];
    for (runtime, ended, why) in cases {
        let found = judge::version(runtime, &ended, &[]).expect_err("it does not start");
        assert_eq!(found.verdict, Verdict::Fail);
        assert_eq!(found.text, format!("{} does not start: {why}", runtime.program()));
        let named = judge::version(runtime, &ended, &[("SOME_OPTIONS", "--bogus".to_owned())]);
        let help = named.expect_err("it does not start").help.unwrap_or_default();
        assert!(help.starts_with("SOME_OPTIONS is `--bogus`: is that right?"), "{help}");
    }
    assert_eq!(judge::version(Runtime::Java, &exited(0, "", "openjdk 17.0.1"), &[]), Ok("17.0.1".to_owned()));
    let stand_in = exited(1, "", "The operation couldn’t be completed. Unable to locate a Java Runtime.");
    assert!(is_stand_in(Runtime::Java, &stand_in) && !is_stand_in(Runtime::Ruby, &stand_in));
}
