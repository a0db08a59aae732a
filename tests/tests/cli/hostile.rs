//! Input that nobody means well: never a hang, a 5xx or a panic.

use crate::support::{Folder, Serve, request};

#[test]
fn the_control_api_survives_hostile_bodies() {
    let folder = Folder::new();
    let mut serve = Serve::start(&folder, &["--clock", "frozen", "--quiet"]);
    let deep = |open: &str, close: &str, depth: usize| [open.repeat(depth), close.repeat(depth)].concat();
    let long = |what: &str, count: usize| format!("[{}]", vec![what; count].join(","));
    let many_anchors = {
        let mut text = String::from("a0: &a0 [x, x]\n");
        for number in 1..40 {
            let before = number - 1;
            text.extend([format!("a{number}: &a{number} [*a{before}, *a{before}, *a{before}]\n")]);
        }
        text
    };
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\0\0\0\0".to_vec(),
        b"\xff\xfe{".to_vec(),
        b"\xef\xbb\xbf{user: user, says: hi}".to_vec(),
        b"{{{{".to_vec(),
        b"]".to_vec(),
        b"%PDF-1.4 %%%".to_vec(),
        b"--- \n--- \n".to_vec(),
        b"user: user\nsays: [".to_vec(),
        b"null".to_vec(),
        b"42".to_vec(),
        b"[[], [[]]]".to_vec(),
        b"{user: user, says: \"${''.join(range(99999999))}\"}".to_vec(),
        b"{user: user, says: \"${range(100000000)}\"}".to_vec(),
        b"{user: user, says: \"${'x' * 1000000000}\"}".to_vec(),
        b"{user: user, says: \"${ ((((((((((\"}".to_vec(),
        b"{note: \"${user.id.x.y.z}\"}".to_vec(),
        b"{clock: +999999999999999d}".to_vec(),
        b"{clock: {to: \"9999-12-31T23:59:59Z\"}}".to_vec(),
        b"{clock: {to: \"99999-12-31T23:59:59Z\"}}".to_vec(),
        b"{clock: +90000d}".to_vec(),
        b"{expect: {app: bot, sends: {text: {matches: \"(((a+)+)+)+$\"}}, within: 10ms}}".to_vec(),
        b"{expect: {app: bot, sends: {text: {matches: \"(\"}}, within: 10ms}}".to_vec(),
        b"{expect: {nothing: true, for: 0ms}}".to_vec(),
        b"{expect: {app: bot, sends: true, within: 0ms}}".to_vec(),
        b"{expect: {webhook: bot, event: {message: {text: {between: [2, 1]}}}, within: 10ms}}".to_vec(),
        b"{user: user, says: \"\"}".to_vec(),
        b"{user: user, says: \"\\0\\u2028\\ud83d\"}".to_vec(),
        format!("{{user: user, says: \"{}\"}}", "ä".repeat(300_000)).into_bytes(),
        format!("{{app: bot, sends: {{text: \"{}\"}}}}", "x".repeat(300_000)).into_bytes(),
        format!("{{user: {}, says: x}}", "y".repeat(100_000)).into_bytes(),
        deep("[", "]", 20_000).into_bytes(),
        deep("{a: ", "}", 20_000).into_bytes(),
        deep("- ", "", 20_000).into_bytes(),
        format!("{{app: bot, sends: {}}}", deep("{\"text\":", "}", 5_000)).into_bytes(),
        format!("{{user: user, says: \"${{{}}}\"}}", deep("(", ")", 20_000)).into_bytes(),
        format!("{{expect: {}}}", deep("{not: ", "}", 5_000)).into_bytes(),
        long("{note: x}", 3_000).into_bytes(),
        long("[]", 100_000).into_bytes(),
        long("{usr: x}", 2_000).into_bytes(),
        many_anchors.into_bytes(),
        vec![b' '; 8 << 20],
        vec![b'['; 4 << 20],
    ];
    for body in &bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = serve.post("/_emulator/steps", body);
        assert!(answer.status < 500, "{shown}: {} {}", answer.status, answer.body);
        if answer.status != 200 {
            let error = answer.json()["error"].as_str().map(str::len);
            assert!(error.is_some_and(|length| length > 0), "{shown}: {}", answer.body);
            assert!(answer.body.len() < 2 << 20, "{shown}: an answer of {} bytes", answer.body.len());
        }
        assert_eq!(serve.get("/_emulator/health").status, 200, "alive after {shown}");
    }
    for path in [
        "/_emulator/journal?after=%ff%fe",
        "/_emulator/journal?&&&===&",
        "/_emulator/journal?wait=60s&wait=0s&after=999999",
        "/_emulator/journal?after=18446744073709551615",
        "/_emulator/journal?after=9223372036854775807&wait=0s",
        "/_emulator/explain/18446744073709551615",
        "/_emulator/explain/18446744073709551616",
        "/_emulator/explain/%00",
        "/_emulator//journal",
        "/_emulator/../../etc/passwd",
        "/_emulatorjournal",
    ] {
        let answer = request(&serve.url, "GET", path, &[], b"");
        assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.body);
    }
    serve.process.signal("TERM");
    assert_eq!(serve.process.wait(crate::support::PATIENCE).code(), Some(0));
    assert!(!serve.process.stderr().contains("panicked"), "{}", serve.process.stderr());
}

#[test]
fn files_that_are_hostile_are_errors_of_the_file() {
    let folder = Folder::with("deep.yaml", &format!("scenario: a\nsteps: {}\n", "[".repeat(100_000)));
    folder.write("wide.yaml", format!("scenario: b\nsteps: [{}]\n", vec!["{usr: x}"; 3_000].join(",")));
    folder.write("zero.yaml", [0_u8; 4096]);
    let ended = folder.run(&["check", "."]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr.chars().take(2_000).collect::<String>());
    assert!(!ended.stderr.contains("panicked"));
}
