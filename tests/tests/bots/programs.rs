//! The bots as programs: how each is started, and what it does in its own way.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// One of the bots.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// How it calls itself in its first line, in front of ` listening on `.
    pub(crate) calls_itself: &'static str,
    /// What a shell would start it with, in the root of the repository.
    start: fn() -> Vec<String>,
    /// What the machine needs for it, if not everything that builds the program brings it.
    pub(crate) needs: Option<&'static str>,
    /// Its exit codes for settings that are wrong and for a port that is taken.
    pub(crate) exits: [i32; 2],
    /// Names of settings that it cannot do without.
    pub(crate) needed: &'static [&'static str],
}

/// What a bot cannot know by itself. The demo bot has the defaults of an emulator without configuration.
const SETTINGS: &[&str] = &["PAGE_ID", "PAGE_ACCESS_TOKEN", "APP_ID", "APP_SECRET", "VERIFY_TOKEN"];

pub(crate) const PROGRAMS: &[Program] = &[
    Program {
        name: "demo_bot",
        calls_itself: "demo-bot",
        start: || vec![binary().display().to_string(), "demo-bot".to_owned()],
        needs: None,
        exits: [2, 3],
        needed: &[],
    },
    Program {
        name: "node",
        calls_itself: "bot",
        start: || vec!["node".to_owned(), "fixtures/bots/node/bot.js".to_owned()],
        needs: Some("Node 18 or newer as `node`"),
        exits: [1, 1],
        needed: SETTINGS,
    },
    Program {
        name: "python",
        calls_itself: "bot",
        start: || vec!["python3".to_owned(), "fixtures/bots/python/bot.py".to_owned()],
        needs: Some("Python 3.9 or newer as `python3`"),
        exits: [1, 1],
        needed: SETTINGS,
    },
];

impl Program {
    /// The bot's command without the settings that the machine may have.
    pub(crate) fn command(&self) -> Command {
        let words = (self.start)();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(ROOT).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// Says what is missing on this machine when the bot could not be started. Nothing is skipped: a sample that
    /// nobody tries is broken soon.
    pub(crate) fn cannot_start(&self, error: &std::io::Error) -> String {
        let needs = self.needs.unwrap_or("the program");
        format!(
            "{} cannot be started ({error}); the tests of the bots need {needs} on this machine",
            self.name
        )
    }
}

/// The binary, built from what is in the sources now.
pub(crate) fn binary() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let exe = std::env::current_exe().expect("the path of the test");
        let folder = exe.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "-p", "messenger-emulator"]).current_dir(ROOT);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo starts").success(), "the binary cannot be built");
        folder.join("messenger-emulator")
    })
}
