//! What came of a call that a runtime made. Pure: from a process that has ended to one line of the report.

use std::time::Duration;

use super::super::finding::{Check, Finding};
use super::ways::{Runtime, Way};

/// How long one call may take, from the start of its process.
pub(super) const TIME: Duration = Duration::from_secs(20);

/// How much is repeated of what a process says, in characters.
const REPEATED: usize = 200;

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself.
    Exited { code: Option<i32>, stdout: String, stderr: String },
    /// It took too long.
    TimedOut,
    /// It could not be started.
    NotStarted(String),
}

/// What it means. `page` is the id that the answer has to hold.
pub(super) fn judge(way: &Way, version: &str, ended: &Ended, page: &str, took: Duration) -> Finding {
    let check = Check::Runtime(way.runtime);
    let named = format!("{} {version}: {}", way.runtime.program(), way.what);
    let fail = |why: &str| Finding::fail(check, format!("{named}: {why}"), way.help);
    let (code, stdout, stderr) = match ended {
        Ended::Exited { code, stdout, stderr } => (*code, stdout, stderr),
        Ended::TimedOut => return fail(&format!("no answer within {} s", TIME.as_secs())),
        Ended::NotStarted(why) => return fail(&format!("it cannot be started: {why}")),
    };
    if code == Some(0) && stdout.contains(&format!("\"id\":\"{page}\"")) {
        return Finding::ok(check, named).took(took);
    }
    let why = told(stderr).or_else(|| told(stdout));
    let why = why.unwrap_or_else(|| format!("it ended with {code:?} and said nothing"));
    if lacks_what_the_probe_needs(way.runtime, code, stderr) {
        let (runtime, why) = (way.runtime.program(), lacking(way.runtime, &why));
        return Finding::skipped(check, format!("{runtime} {version}: not tried: {why}"));
    }
    match code {
        Some(NOT_HERE) => fail(&format!("the call does not come here: {why}")),
        Some(0) => fail(&format!("somebody else answered: {why}")),
        Some(_) | None => fail(&why),
    }
}

/// With this code a probe ends before it sends anything to somebody else.
const NOT_HERE: i32 = 3;
/// With this code a probe ends that needs an extension.
const LACKING: i32 = 4;

/// True when the runtime is not complete enough for the probe, which says nothing about bots.
fn lacks_what_the_probe_needs(runtime: Runtime, code: Option<i32>, stderr: &str) -> bool {
    match runtime {
        Runtime::Php => code == Some(LACKING),
        Runtime::Java => {
            stderr.contains("Could not find or load main class") || stderr.contains("jdk.compiler")
        }
        Runtime::Node | Runtime::Python | Runtime::Ruby | Runtime::Go | Runtime::Curl => false,
    }
}

fn lacking(runtime: Runtime, why: &str) -> String {
    match runtime {
        Runtime::Java => {
            "the probe is a source file, which takes a JDK (11 or newer), not a JRE alone".to_owned()
        }
        Runtime::Php | Runtime::Node | Runtime::Python | Runtime::Ruby | Runtime::Go | Runtime::Curl => {
            why.to_owned()
        }
    }
}

/// The line that says what went wrong, shortened: the first one, or the last of a traceback of Python.
fn told(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let line = if first.starts_with("Traceback") { lines.next_back().unwrap_or(first) } else { first };
    let short: String = line.chars().take(REPEATED).collect();
    Some(if short.len() < line.len() { format!("{short}…") } else { short })
}

/// Which arguments of Python keep our `sitecustomize` from being loaded.
pub(super) fn isolation(without: &[&str]) -> Option<Finding> {
    let (last, others) = without.split_last()?;
    let flags =
        if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    let text = format!(
        "python3 with {flags} loads no sitecustomize, so that clients which know no proxy are not redirected"
    );
    Some(Finding {
        help: Some(
            "start bots without them, or map graph.facebook.com to 127.0.0.1 and serve with --tls-port 443"
                .to_owned(),
        ),
        ..Finding::skipped(Check::Runtime(Runtime::Python), text)
    })
}
