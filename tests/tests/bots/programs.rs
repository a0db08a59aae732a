//! The bots as programs: how each is started, and what it does in its own way.

use std::fmt::Display;
use std::process::Command;

pub(crate) use emulator_tests::{ROOT, binary};

/// One of the bots.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// How it calls itself in its first line, in front of ` listening on `.
    pub(crate) calls_itself: &'static str,
    /// What a shell would start it with, in the root of the repository.
    start: fn() -> Vec<String>,
    /// What the machine needs for it, beyond what builds the program.
    needs: Option<Needs>,
    /// Its exit codes for settings that are wrong and for a port that is taken.
    pub(crate) exits: [i32; 2],
    /// Names of settings that it cannot do without.
    pub(crate) needed: &'static [&'static str],
}

/// Something that runs a bot.
struct Needs {
    name: &'static str,
    /// The oldest version, of which the bot says that it is enough.
    version: [u32; 2],
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
        needs: Some(Needs { name: "Node", version: [18, 0] }),
        exits: [1, 1],
        needed: SETTINGS,
    },
    Program {
        name: "python",
        calls_itself: "bot",
        start: || vec!["python3".to_owned(), "fixtures/bots/python/bot.py".to_owned()],
        needs: Some(Needs { name: "Python", version: [3, 9] }),
        exits: [1, 1],
        needed: SETTINGS,
    },
];

impl Program {
    /// The bot's command without the settings that the machine may have.
    pub(crate) fn command(&self) -> Command {
        let words = self.start();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(ROOT).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// What a shell would start it with, in the root of the repository.
    pub(crate) fn start(&self) -> Vec<String> {
        (self.start)()
    }

    pub(crate) fn is_the_demo_bot(&self) -> bool {
        self.needs.is_none()
    }

    /// Says what is missing on this machine when the bot could not be started. Nothing is skipped: a sample that
    /// nobody tries is broken soon.
    pub(crate) fn cannot_start(&self, problem: &impl Display) -> String {
        let needs =
            self.needs.as_ref().map_or_else(String::new, |Needs { name, version: [major, minor] }| {
                format!(
                    "; the tests of the bots need {name} {major}.{minor} or newer as `{}`",
                    self.start()[0]
                )
            });
        format!("{} cannot be started: {problem}{needs}", self.name)
    }
}

/// Each bot runs on the oldest version that it names, so the machine has that one or a newer one.
pub(crate) async fn the_machine_has_what_it_needs(program: &Program) {
    let Some(Needs { version: oldest, .. }) = &program.needs else { return };
    let mut command = tokio::process::Command::new(&program.start()[0]);
    let output = command.arg("--version").output().await;
    let output = output.unwrap_or_else(|error| panic!("{}", program.cannot_start(&error)));
    let told = String::from_utf8_lossy(&output.stdout);
    let mut numbers = told
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| digits.parse::<u32>().unwrap());
    let version = [numbers.next().unwrap(), numbers.next().unwrap()];
    assert!(version >= *oldest, "{}", program.cannot_start(&format!("this is {}", told.trim())));
}
