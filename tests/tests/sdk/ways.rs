//! How the calls of an SDK get to the emulator, seen from outside: what its connections begin with.

use std::fs;
use std::path::Path;

use emulator_tests::ROOT;

use crate::play::{command, play};
use crate::rows::{ECHO, Language, Sdk, Way};

/// The variables that bring clients here, and nothing else that a bot has from its emulator.
const VARIABLES: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "NODE_OPTIONS",
    "PYTHONPATH",
];

impl Sdk {
    /// What starts its bot.
    fn program(&self) -> &'static str {
        match self.language {
            Language::Node => "node bot.js",
            Language::Python => "python3 bot.py",
        }
    }
}

fn beside(name: &str) -> String {
    Path::new(ROOT).join("tests/tests/sdk").join(name).display().to_string()
}

/// Plays a scenario with a witness between the bot and the emulator, and gives what its connections began with.
fn witnessed(sdk: &Sdk, scenario: &str, more: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("connections");
    let witness = beside("witness.py");
    let bot = format!("bot=python3 {witness} {} ${{emulator.url}} {}{more}", file.display(), sdk.program());
    let played = play(command(sdk, &[".", "--filter", scenario, "--bot", &bot]));
    assert_eq!(played.code, Some(0), "{}", played.told);
    fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Tells how a connection comes, by what it begins with.
fn way_of(begin: &str) -> Option<Way> {
    match begin.split_once(' ') {
        None if begin == "TLS" => Some(Way::Preload),
        Some(("CONNECT", rest)) if rest.starts_with("graph.facebook.com:443 HTTP/1.") => Some(Way::Connect),
        Some((_, rest)) if rest.starts_with("https://graph.facebook.com/") => Some(Way::Absolute),
        _ => None,
    }
}

pub(crate) fn its_calls_come_the_way_of_its_row(sdk: &Sdk) {
    let begins = witnessed(sdk, ECHO, "");
    assert!(!begins.is_empty(), "nothing came by the witness");
    for begin in &begins {
        assert_eq!(way_of(begin), Some(sdk.way), "{begin}");
    }
    if sdk.base_url {
        let begins = witnessed(sdk, ECHO, " --base-url ${emulator.url}");
        assert!(!begins.is_empty(), "nothing came by the witness");
        for begin in &begins {
            assert!(begin.starts_with("POST /v"), "{begin}");
        }
    }
}

pub(crate) fn without_the_variables_it_does_not_get_here(sdk: &Sdk) {
    let unset: Vec<_> = VARIABLES.iter().map(|variable| format!("-u {variable}")).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("looked-up");
    let guard = match sdk.language {
        Language::Node => format!("NODE_OPTIONS='--require {}'", beside("guard/guard.js")),
        Language::Python => format!("PYTHONPATH={}", beside("guard")),
    };
    let guard = format!("{guard} GUARD_FILE={}", file.display());
    let bot = format!("bot=env {} {guard} {}", unset.join(" "), sdk.program());
    let played = play(command(sdk, &[&beside("unreached.yaml"), "--bot", &bot]));
    assert_eq!(played.code, Some(0), "{}", played.told);
    // It did call, only elsewhere.
    let looked_up = fs::read_to_string(file).unwrap_or_default();
    assert!(looked_up.lines().any(|host| host == "graph.facebook.com"), "{looked_up}{}", played.told);
}
