//! What every topic needs: the binary, folders with files, a running `serve`, HTTP without a client library, golden
//! texts.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tempfile::TempDir;

use emulator_tests::hold_journals_in;
pub(crate) use emulator_tests::{ROOT, binary};

/// How long anything may take that normally takes milliseconds. A busy machine must not fail a test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The bot that misbehaves on request.
pub(crate) const TINY_BOT: &str = env!("CARGO_BIN_EXE_tiny-bot");

/// A world with a real bot and a help desk that the steps play.
pub(crate) const DESK: &str = "\
page: {primary_receiver: shopbot}
apps:
  shopbot:
    start: ${emulator.bin} demo-bot
    fields: [messages, messaging_handovers, standby]
  livechat: {}
people:
  ana: {first_name: Ana}
";

/// How a process ended and what it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Everything at once, for a golden text.
    pub(crate) fn told(&self) -> String {
        let part = |name: &str, text: &str| {
            if text.is_empty() { String::new() } else { format!("--- {name}\n{}\n", text.trim_end()) }
        };
        let code = self.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        format!("{}{}--- exit {code}\n", part("stdout", &self.stdout), part("stderr", &self.stderr))
    }
}

/// A folder with files, gone at the end.
pub(crate) struct Folder {
    folder: TempDir,
}

/// What journals were written here are as the schema says.
impl Drop for Folder {
    fn drop(&mut self) {
        if !thread::panicking() {
            hold_journals_in(self.folder.path());
        }
    }
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("cli-").tempdir().expect("a temporary folder");
        Self { folder }
    }

    /// A folder with one file.
    pub(crate) fn with(name: &str, text: &str) -> Self {
        let folder = Self::new();
        folder.write(name, text);
        folder
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The binary with these arguments, to be run in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("MESSENGER_EMULATOR_URL")
            .env_remove("PORT")
            // Where these tests run on a CI server, the scenarios in them are not what it shares out.
            .env_remove("CI_NODE_TOTAL")
            .env_remove("BUILDKITE_PARALLEL_JOB_COUNT")
            .env_remove("CIRCLE_NODE_TOTAL")
            .env_remove("SEMAPHORE_JOB_COUNT")
            .env_remove("BITBUCKET_PARALLEL_STEP_COUNT")
            .env("TINY_BOT", TINY_BOT)
            .env("COLUMNS", "100")
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary in this folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        finish(&mut self.command(arguments))
    }

    /// A scenario in the world of [`DESK`] behind a greeting, run.
    pub(crate) fn scenario(name: &str, more: &str, steps: &str) -> Self {
        let text = format!(
            "scenario: {name}\nworld: desk.world.yaml\n{more}steps:\n  - user: ana\n    says: hello\n  \
             - expect: {{app: shopbot, sends: {{text: {{starts_with: Hello!}}}}}}\n{steps}"
        );
        let folder = Self::with("play.yaml", &text);
        folder.write("desk.world.yaml", DESK);
        folder
    }
}

/// Runs a command to its end, which must come.
pub(crate) fn finish(command: &mut Command) -> Ended {
    let mut process = Process::start(command);
    let status = process.wait(PATIENCE);
    // The other end of the pipes is closed now, unless something was left behind.
    let deadline = Instant::now() + PATIENCE;
    until(deadline, "the output ends", || process.is_read());
    Ended { code: status.code(), stdout: process.stdout(), stderr: process.stderr() }
}

/// Looks again and again until the condition holds.
#[track_caller]
pub(crate) fn until(deadline: Instant, what: &str, mut holds: impl FnMut() -> bool) {
    while !holds() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A process that was started, with what it has printed so far. It does not outlive this.
pub(crate) struct Process {
    child: Child,
    out: Arc<Mutex<Vec<u8>>>,
    err: Arc<Mutex<Vec<u8>>>,
    readers: Vec<thread::JoinHandle<()>>,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the process starts");
        let (out, err) = (Arc::default(), Arc::default());
        let readers = vec![
            collect(child.stdout.take().expect("a pipe"), Arc::clone(&out)),
            collect(child.stderr.take().expect("a pipe"), Arc::clone(&err)),
        ];
        Self { child, out, err, readers }
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.out.lock().expect("the reader lives")).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.err.lock().expect("the reader lives")).into_owned()
    }

    /// Waits for the end, and for everything that it printed until then.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> ExitStatus {
        let status = self.wait(PATIENCE);
        until(Instant::now() + PATIENCE, "the output ends", || self.is_read());
        status
    }

    fn is_read(&self) -> bool {
        self.readers.iter().all(thread::JoinHandle::is_finished)
    }

    pub(crate) fn input(&mut self) -> impl Write + use<> {
        self.child.stdin.take().expect("standard input is a pipe")
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("kill starts").success());
    }

    /// Kills its whole process group, which it must lead.
    pub(crate) fn kill_group(&self) {
        let id = Pid::from_child(&self.child);
        kill_process_group(id, Signal::KILL).expect("it leads a process group");
    }

    #[track_caller]
    pub(crate) fn wait(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        let mut status = None;
        while status.is_none() {
            status = self.child.try_wait().expect("it can be waited for");
            if status.is_none() && Instant::now() >= deadline {
                let _ = self.child.kill();
                panic!("it does not end; it printed\n{}\n{}", self.stdout(), self.stderr());
            }
            thread::sleep(Duration::from_millis(if status.is_none() { 5 } else { 0 }));
        }
        // What it printed last may still be on its way, unless something that it left behind holds the pipe.
        let deadline = Instant::now() + Duration::from_secs(2);
        while !self.is_read() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        status.expect("the loop ends with one")
    }

    /// The first line of standard output, once it is whole. What is on standard error may be read before.
    #[track_caller]
    pub(crate) fn first_line(&self) -> String {
        until(Instant::now() + PATIENCE, "a line is printed", || self.stdout().contains('\n'));
        self.stdout().lines().next().unwrap_or_default().to_owned()
    }

    /// Waits until it has printed this text on either stream.
    #[track_caller]
    pub(crate) fn prints(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.stdout().contains(text) && !self.stderr().contains(text) {
            assert!(
                Instant::now() < deadline,
                "it never printed `{text}`, but\n{}\n{}",
                self.stdout(),
                self.stderr()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            // TERM first: a runner ends its bots, and so does `script` with its terminal.
            self.signal("TERM");
            let deadline = Instant::now() + Duration::from_secs(5);
            while Instant::now() < deadline && self.child.try_wait().is_ok_and(|status| status.is_none()) {
                thread::sleep(Duration::from_millis(5));
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn collect(mut pipe: impl Read + Send + 'static, into: Arc<Mutex<Vec<u8>>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            into.lock().expect("the test lives").extend_from_slice(&buffer[..count]);
        }
    })
}

/// A running `serve`.
pub(crate) struct Serve {
    pub(crate) process: Process,
    pub(crate) url: String,
}

impl Serve {
    /// Starts it on a free port and waits until it answers.
    pub(crate) fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--port", "0"];
        all.extend(arguments);
        let process = Process::start(&mut folder.command(&all));
        let url = process.first_line();
        Self { process, url }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        request(&self.url, "GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        request(&self.url, "POST", path, &[], body.as_ref())
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

/// Asks over HTTP. A header given replaces that of the same name.
#[track_caller]
pub(crate) fn request(base: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let authority = base.trim_start_matches("http://");
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.extend([format!("host: {authority}\r\n")]);
    }
    for (name, value) in headers {
        head.extend([format!("{name}: {value}\r\n")]);
    }
    let mut stream = TcpStream::connect(authority).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    stream.write_all(format!("{head}\r\n").as_bytes()).expect("it reads");
    // It may answer and close before it has read a body that is too large.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no answer to {method} {path}: {read:?} {answer}"));
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
    Answer { status, body }
}

pub(crate) use emulator_scenario::bots::free_port;

/// A text that does not depend on the machine, the time or the ports.
pub(crate) fn plain(text: &str) -> String {
    let root = fs::canonicalize(ROOT).map_or_else(|_| ROOT.to_owned(), |root| root.display().to_string());
    let text = text.replace(TINY_BOT, "[TINY_BOT]").replace(&root, "[ROOT]");
    let mut out = String::new();
    for line in text.lines() {
        let line = numbered(line);
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The number in front of a line of a transcript.
fn numbered(line: &str) -> String {
    let rest = line.trim_start();
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let behind = &rest[digits..];
    // A new day stands in front of the time.
    let time = behind.get(11..).filter(|_| behind.starts_with(" 20")).unwrap_or(behind);
    let is_time = time.len() > 9 && time.as_bytes()[3] == b':' && time.as_bytes()[6] == b':';
    if digits > 0 && is_time { format!("       N{behind}") } else { line.to_owned() }
}

/// Compares with the golden text of that name.
#[track_caller]
pub(crate) fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, instead) in [
        (r"\(\d+ ms\)", "(N ms)"),
        (r"gap \d+ ms", "gap N ms"),
        (r"quiet: \d+ms", "quiet: Nms"),
        (r"in \d+\.\d\d s", "in N s"),
        (r"127\.0\.0\.1:\d{5}", "127.0.0.1:PORT"),
        (r"entry \d+", "entry N"),
        (r"because of \d+", "because of N"),
        (r"expected the challenge `\d+`", "expected the challenge `CHALLENGE`"),
        (r"(/[\w.-]+)+/cli-\w+", "[FOLDER]"),
        (r" \(os error \d+\)", ""),
    ] {
        settings.add_filter(pattern, instead);
    }
    settings.bind(|| insta::assert_snapshot!(name, plain(text)));
}
