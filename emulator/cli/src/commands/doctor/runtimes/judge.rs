//! What came of a call that a runtime made. Pure: from a process that has ended to one line of the report.

use std::time::Duration;

use super::super::finding::{Check, Finding};
use super::ways::{Runtime, Way};

/// How long one call may take, from the start of its process.
pub(super) const TIME: Duration = Duration::from_secs(20);

/// How long a runtime may take to tell its version.
pub(super) const TELLS_VERSION: Duration = Duration::from_secs(10);

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

/// The version that a program has told which was found, or why it does not start. `set` are the variables of the user
/// that may be the reason.
pub(super) fn version(runtime: Runtime, ended: &Ended, set: &[(&str, String)]) -> Result<String, Finding> {
    let why = match ended {
        Ended::Exited { code: Some(0), stdout, stderr } => {
            let text = format!("{stdout}\n{stderr}");
            if !text.trim().is_empty() {
                return Ok(version_in(&text));
            }
            "it prints no version".to_owned()
        }
        Ended::Exited { code, stdout, stderr } => {
            told(stderr).or_else(|| told(stdout)).unwrap_or_else(|| silent(*code))
        }
        Ended::TimedOut => format!("it told no version within {} s", TELLS_VERSION.as_secs()),
        Ended::NotStarted(why) => why.clone(),
    };
    let program = runtime.program();
    let words = runtime
        .version_arguments()
        .iter()
        .map(|word| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() });
    let command = words.fold(program.to_owned(), |command, word| format!("{command} {word}"));
    let help = match set {
        [] => format!("no bot can run on it until `{command}` works"),
        set => {
            let set: Vec<String> = set.iter().map(|(name, value)| format!("{name} is `{value}`")).collect();
            format!("{}: is that right? No bot can run until `{command}` works", set.join(", "))
        }
    };
    Err(Finding::fail(Check::Runtime(runtime), format!("{program} does not start: {why}"), help))
}

/// The program that macOS has in the place of a Java that is not installed.
pub(super) fn is_stand_in(runtime: Runtime, ended: &Ended) -> bool {
    match ended {
        Ended::Exited { stderr, .. } => {
            runtime == Runtime::Java && stderr.contains("Unable to locate a Java Runtime")
        }
        Ended::TimedOut | Ended::NotStarted(_) => false,
    }
}

/// The first word that begins with a digit, behind a `v` or `go` that may stand before it.
pub(super) fn version_in(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.trim_start_matches("go").trim_start_matches('v'));
    let mut numbers = words.filter(|word| word.starts_with(|character: char| character.is_ascii_digit()));
    numbers.next().unwrap_or_default().trim_end_matches(',').to_owned()
}

fn silent(code: Option<i32>) -> String {
    let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
    format!("it ended with {code} and said nothing")
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
    let why = why.unwrap_or_else(|| silent(code));
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

/// The line that says what went wrong, shortened: the last of a traceback of Python, else the first that begins with the
/// name of an error, as Node prints it below a piece of its sources, else the first.
fn told(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let line = if lines.iter().any(|line| line.starts_with("Traceback")) {
        lines.last()
    } else {
        lines.iter().find(|line| names_an_error(line)).or(lines.first())
    };
    let line = line?;
    let short: String = line.chars().take(REPEATED).collect();
    Some(if short.len() < line.len() { format!("{short}…") } else { short })
}

/// True for `Error: …`, `TypeError [ERR_X]: …`, `java.net.ConnectException: …`, `Fatal Python error: …`.
fn names_an_error(line: &str) -> bool {
    let Some((head, _)) = line.split_once(": ") else { return false };
    let name = head.split_once(" [").map_or(head, |(name, _)| name);
    ["Error", "Exception", " error"].iter().any(|end| name.ends_with(end))
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
