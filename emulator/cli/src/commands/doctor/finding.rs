//! What a check found out: one line of the report.

use std::time::Duration;

use clap::ValueEnum;

use super::runtimes::Runtime;

/// What is checked. A closed list: each kind has a name for programs, and one place that judges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// An emulator answers at `--url`.
    Emulator,
    /// The port of `serve`.
    Port,
    /// The port for name mapping.
    TlsPort,
    /// The folder of the certificates.
    CaFolder,
    /// The key in it.
    CaKey,
    /// How long they are valid.
    CaValidity,
    /// That they are joined with the system's.
    CaBundle,
    /// The webhook takes connections.
    Reachable,
    /// It gives the challenge back.
    Verification,
    /// It gives no challenge back to somebody with another verify token.
    WrongToken,
    /// It acknowledges an event that is signed with the app's secret.
    Signature,
    /// How long it takes.
    AnswerTime,
    /// It refuses an event that is signed with another secret.
    WrongSignature,
    /// It goes on after an event on `standby`.
    Standby,
    /// It goes on after an event without `sender`.
    NoSender,
    /// What the bot called meanwhile.
    Calls,
    /// A call of a runtime is redirected.
    Runtime(Runtime),
    /// The runtimes that are not there.
    NotInstalled,
}

impl Check {
    /// Its name for programs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Emulator => "emulator",
            Self::Port => "port",
            Self::TlsPort => "tls-port",
            Self::CaFolder => "ca-folder",
            Self::CaKey => "ca-key",
            Self::CaValidity => "ca-validity",
            Self::CaBundle => "ca-bundle",
            Self::Reachable => "reachable",
            Self::Verification => "verification",
            Self::WrongToken => "wrong-token",
            Self::Signature => "signature",
            Self::AnswerTime => "answer-time",
            Self::WrongSignature => "wrong-signature",
            Self::Standby => "standby",
            Self::NoSender => "no-sender",
            Self::Calls => "calls",
            Self::Runtime(runtime) => runtime.program(),
            Self::NotInstalled => "not-installed",
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and may bite later.
    Warn,
    /// Something will not work.
    Fail,
    /// Not checked, or nothing to judge.
    Skipped,
}

impl Verdict {
    /// What stands in front of the line.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
            Self::Skipped => "-",
        }
    }

    /// Its name for programs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// What a check found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) check: Check,
    pub(super) verdict: Verdict,
    /// What was found, in one line.
    pub(super) text: String,
    /// What to do about it.
    pub(super) help: Option<String>,
    /// What was measured.
    pub(super) took: Option<Duration>,
}

impl Finding {
    pub(super) fn ok(check: Check, text: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, text: text.into(), help: None, took: None }
    }

    pub(super) fn skipped(check: Check, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skipped, ..Self::ok(check, text) }
    }

    pub(super) fn warn(check: Check, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warn, help: Some(help.into()), ..Self::ok(check, text) }
    }

    pub(super) fn fail(check: Check, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, help: Some(help.into()), ..Self::ok(check, text) }
    }

    /// With what to do, where there is something that is not always the same.
    #[must_use]
    pub(super) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// With a time that was measured, which the line ends with.
    #[must_use]
    pub(super) fn took(mut self, took: Duration) -> Self {
        self.took = Some(took);
        self
    }
}

/// What checks belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Group {
    /// The ports of serve, or the emulator at --url
    Ports,
    /// The certificates with which graph.facebook.com is served here
    Certificates,
    /// The webhook of each bot
    Webhooks,
    /// A redirected call from each runtime that is installed
    Runtimes,
}

impl Group {
    /// Its name for programs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ports => "ports",
            Self::Certificates => "certificates",
            Self::Webhooks => "webhooks",
            Self::Runtimes => "runtimes",
        }
    }
}

/// Checks that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) group: Group,
    /// The app, where it is about one.
    pub(super) app: Option<String>,
    pub(super) title: String,
    pub(super) findings: Vec<Finding>,
}

/// How many different texts are named of a list.
const NAMED: usize = 3;

/// The texts of a list, each once with how often it is there, in the order in which they came first.
pub(super) fn counted(texts: impl Iterator<Item = String>) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for text in texts {
        match counts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text, 1)),
        }
    }
    let others = counts.len().saturating_sub(NAMED);
    let named = counts.into_iter().take(NAMED).map(|(text, count)| match count {
        1 => text,
        count => format!("{text} ×{count}"),
    });
    let named = named.collect::<Vec<_>>().join(", ");
    if others == 0 { named } else { format!("{named} and {others} others") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_and_a_few_are_named() {
        let counted = |texts: &str| counted(texts.split_whitespace().map(str::to_owned));
        assert_eq!(counted(""), "");
        assert_eq!(counted("b a b"), "b ×2, a");
        assert_eq!(counted("a b c d a e"), "a ×2, b, c and 2 others");
    }
}
