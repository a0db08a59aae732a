//! Processes that a bench starts. Each of them ends with the bench, whatever ends that.
//!
//! A process is killed and collected when its handle is dropped, which an error, a panic and an interrupted bench all
//! do. Servers of this program end besides when their input closes, so they survive not even a kill of the bench.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context as _, Result, bail};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// So many of the last lines on standard error are kept.
const KEPT_LINES: usize = 12;

/// What is done with standard input and output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Talk {
    /// Nothing comes in, and what goes out is thrown away.
    None,
    /// Lines go in and come out.
    Lines,
}

/// A process and what it has said.
pub(crate) struct Process {
    name: String,
    child: Child,
    lines: Option<UnboundedReceiver<String>>,
    last: Arc<Mutex<VecDeque<String>>>,
}

impl Process {
    pub(crate) fn start(name: &str, command: &mut Command, talk: Talk) -> Result<Self> {
        let (input, output) = match talk {
            Talk::None => (Stdio::null(), Stdio::null()),
            Talk::Lines => (Stdio::piped(), Stdio::piped()),
        };
        let mut child = command
            .stdin(input)
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("failed to start {name}"))?;
        let last = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(errors) = child.stderr.take() {
            let last = Arc::clone(&last);
            thread::spawn(move || keep_last(errors, &last));
        }
        let lines = child.stdout.take().map(|output| {
            let (sender, receiver) = unbounded_channel();
            thread::spawn(move || {
                // The rest is read even if nobody listens, so that the process never waits for a full pipe.
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
            receiver
        });
        Ok(Self { name: name.to_owned(), child, lines, last })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line it prints.
    pub(crate) async fn line(&mut self, patience: Duration) -> Result<String> {
        let lines = self.lines.as_mut().context("this process is not listened to")?;
        match timeout(patience, lines.recv()).await {
            Ok(Some(line)) => Ok(line),
            Ok(None) => bail!("{} ended{}", self.name, self.last_words()),
            Err(_) => {
                bail!("{} said nothing for {} s{}", self.name, patience.as_secs(), self.last_words())
            }
        }
    }

    /// Writes a line to it.
    pub(crate) fn say(&mut self, line: &str) -> Result<()> {
        let input = self.child.stdin.as_mut().context("this process is not spoken to")?;
        writeln!(input, "{line}").with_context(|| format!("failed to write to {}", self.name))
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("failed to look at {}", self.name))
    }

    /// The last lines of its standard error, ready to stand behind a message.
    pub(crate) fn last_words(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().fold(String::new(), |words, line| words + "\n    " + line)
    }

    /// Resident memory in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        resident(self.id(), "VmRSS:").with_context(|| format!("failed to read the memory of {}", self.name))
    }

    /// The most resident memory that it has had so far, in bytes; where the kernel does not tell, what it has now.
    pub(crate) fn most_resident(&self) -> Result<u64> {
        resident(self.id(), "VmHWM:").with_context(|| format!("failed to read the memory of {}", self.name))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already; either way nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep_last(errors: impl Read, last: &Mutex<VecDeque<String>>) {
    for line in BufReader::with_capacity(64 * 1024, errors).lines().map_while(Result::ok) {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == KEPT_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
}

/// Asks the kernel, and `ps` where the kernel has no such file.
fn resident(process: u32, line: &str) -> Result<u64> {
    let kilobytes = match fs::read_to_string(format!("/proc/{process}/status")) {
        Ok(status) => status
            .lines()
            .find_map(|text| text.strip_prefix(line))
            .context("it has no memory")?
            .trim()
            .trim_end_matches(" kB")
            .parse::<u64>()?,
        Err(_) => {
            let output = Command::new("ps").args(["-o", "rss=", "-p", &process.to_string()]).output()?;
            String::from_utf8_lossy(&output.stdout).trim().parse::<u64>()?
        }
    };
    Ok(kilobytes * 1024)
}

/// Tells whether a program is on the search path.
pub(crate) fn is_installed(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&path).any(|folder| Path::new(&folder).join(program).is_file())
}
