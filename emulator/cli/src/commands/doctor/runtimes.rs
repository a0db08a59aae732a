//! One redirected call from each runtime that is installed: a tiny program calls `https://graph.facebook.com/me` with
//! the environment that a bot would have, and the answer must be that of doctor's own stage.

mod judge;
mod ways;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use emulator_scenario::redirect::{Redirect, Runtime as Arguments};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::finding::{Check, Finding};
use super::stage::Own;
use judge::{Ended, TELLS_VERSION, TIME};
pub(super) use ways::Runtime;
use ways::{By, WAYS, Way};

/// How long the keeper may take to end a process.
const ENDS: Duration = Duration::from_secs(6);
/// The arguments with which Python starts without what the environment says.
const ISOLATED: [&str; 3] = ["-I", "-S", "-E"];
/// Prints where `connect` of sockets comes from: our preload, or Python itself. Nothing is connected.
const WHOSE_CONNECT: &str = "import socket; print(getattr(socket.socket.connect, '__module__', ''))";

/// What the calls need.
struct Desk {
    /// The binary of the emulator, which keeps processes.
    bin: PathBuf,
    /// The folder of the probes.
    folder: PathBuf,
    redirect: Arc<Redirect>,
    /// Where the calls have to arrive.
    url: String,
    environment: BTreeMap<String, String>,
    /// The address that is called.
    address: String,
    /// The id of the Page in the answer.
    page: String,
    /// How many processes run at a time.
    turns: Semaphore,
}

/// Lets every runtime call.
///
/// # Errors
///
/// When the probes cannot be written.
pub(super) async fn findings(own: &Own, redirect: Option<&Arc<Redirect>>) -> std::io::Result<Vec<Finding>> {
    let Some(redirect) = redirect else {
        let text = "not tried: without certificates no call can come here over TLS";
        return Ok(vec![Finding::skipped(Check::Runtime(Runtime::Node), text)]);
    };
    // It goes when this future does, whoever still has a turn then.
    let folder = tempfile::Builder::new().prefix("messenger-emulator-doctor-").tempdir()?;
    let desk = Arc::new(Desk::new(own, redirect, folder.path())?);
    let versions = desk.versions().await;
    let mut calls = JoinSet::new();
    let mut found = Vec::new();
    for (index, way) in WAYS.iter().enumerate() {
        match versions.get(&way.runtime).cloned() {
            Some(Ok(version)) => {
                let desk = Arc::clone(&desk);
                calls.spawn(async move { (index, desk.call(way, &version).await) });
            }
            // Said once, whatever the number of its ways.
            Some(Err(broken)) if !found.iter().any(|(_, finding)| *finding == broken) => {
                found.push((index, broken));
            }
            Some(Err(_)) | None => {}
        }
    }
    found.extend(calls.join_all().await);
    found.sort_by_key(|(index, _)| *index);
    let mut found: Vec<Finding> = found.into_iter().map(|(_, finding)| finding).collect();
    if versions.get(&Runtime::Python).is_some_and(Result::is_ok) {
        found.extend(desk.isolation().await);
    }
    let absent = Runtime::ALL.iter().filter(|runtime| !versions.contains_key(runtime));
    let absent: Vec<&str> = absent.map(|runtime| runtime.program()).collect();
    if !absent.is_empty() {
        let text = format!("not installed: {}", absent.join(", "));
        found.push(Finding::skipped(Check::NotInstalled, text));
    }
    Ok(found)
}

impl Desk {
    fn new(own: &Own, redirect: &Arc<Redirect>, folder: &Path) -> std::io::Result<Self> {
        for (name, text) in WAYS.iter().filter_map(|way| way.file) {
            std::fs::write(folder.join(name), text)?;
        }
        let mut environment: BTreeMap<String, String> = redirect.environment(&own.url).collect();
        environment.insert("MESSENGER_EMULATOR_URL".to_owned(), own.url.clone());
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let token = own.cast.apps.first().and_then(|app| Some(app.page_tokens.first()?.1.as_str()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("access_token", token.unwrap_or_default());
        Ok(Self {
            bin: std::env::current_exe()?,
            folder: folder.to_owned(),
            redirect: Arc::clone(redirect),
            url: own.url.clone(),
            environment,
            address: format!("https://graph.facebook.com/me?{}", query.finish()),
            page: own.cast.page.to_string(),
            turns: Semaphore::new(cores),
        })
    }

    /// The versions of the runtimes that are installed, or why one does not start.
    async fn versions(self: &Arc<Self>) -> BTreeMap<Runtime, Result<String, Finding>> {
        let mut asked = JoinSet::new();
        for runtime in Runtime::ALL.into_iter().filter(|runtime| is_found(runtime.program())) {
            let desk = Arc::clone(self);
            asked.spawn(async move {
                let command = [&[runtime.program()], runtime.version_arguments()].concat();
                let ended = desk.run(&command, TELLS_VERSION, None).await.0;
                let set = runtime.variables().iter().filter_map(|name| {
                    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
                    Some((*name, value))
                });
                let is_there = !judge::is_stand_in(runtime, &ended);
                is_there.then(|| (runtime, judge::version(runtime, &ended, &set.collect::<Vec<_>>())))
            });
        }
        asked.join_all().await.into_iter().flatten().collect()
    }

    /// Lets a runtime call in one way.
    async fn call(&self, way: &Way, version: &str) -> Finding {
        let flags = match (way.by, way.runtime) {
            (By::Arguments, Runtime::Java) => self.redirect.flags(Arguments::Java, &self.url),
            (By::Arguments, _) => self.redirect.flags(Arguments::Php, &self.url),
            (By::Preload, _) if !self.environment.contains_key(preload_variable(way.runtime)) => {
                let named = format!("{} {version}: {}", way.runtime.program(), way.what);
                return Finding::skipped(
                    Check::Runtime(way.runtime),
                    format!("{named}: not redirected with --no-preload"),
                );
            }
            (By::Preload | By::Variables, _) => Vec::new(),
        };
        let mut command = vec![way.runtime.program()];
        command.extend(flags.iter().map(String::as_str));
        command.extend(way.before);
        let file = way.file.map(|(name, _)| self.folder.join(name).display().to_string());
        command.extend(file.as_deref());
        command.push(&self.address);
        command.extend(way.behind);
        let (ended, took) = self.run(&command, TIME, Some(&self.environment)).await;
        judge::judge(way, version, &ended, &self.page, took)
    }

    /// What keeps Python from loading our preload, though the environment says so.
    async fn isolation(&self) -> Option<Finding> {
        let python = Runtime::Python;
        if !self.environment.contains_key(preload_variable(python)) {
            return None;
        }
        let mut without = Vec::new();
        for flag in ISOLATED {
            let command = [python.program(), flag, "-c", WHOSE_CONNECT];
            let (ended, _) = self.run(&command, TELLS_VERSION, Some(&self.environment)).await;
            if let Ended::Exited { code: Some(0), stdout, .. } = ended
                && !stdout.contains("sitecustomize")
            {
                without.push(flag);
            }
        }
        judge::isolation(&without)
    }

    /// Runs a command to its end under the keeper, so that nothing of it is left behind. Gives also how long it took.
    async fn run(
        &self,
        command: &[&str],
        within: Duration,
        environment: Option<&BTreeMap<String, String>>,
    ) -> (Ended, Duration) {
        let _turn = self.turns.acquire().await;
        let watch = Instant::now();
        let ended = keep(&self.bin, command, &self.folder, environment, within).await;
        (ended.unwrap_or_else(|error| Ended::NotStarted(error.to_string())), watch.elapsed())
    }
}

async fn keep(
    bin: &Path,
    command: &[&str],
    folder: &Path,
    environment: Option<&BTreeMap<String, String>>,
    within: Duration,
) -> std::io::Result<Ended> {
    let mut keeper = Command::new(bin);
    keeper.arg("keep").arg("--").args(command).current_dir(folder).envs(environment.into_iter().flatten());
    keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = keeper.spawn()?;
    // As long as this is open, the keeper lets the command run.
    let lifeline = child.stdin.take();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let ends = async {
        let read = async {
            if let Some(stdout) = &mut stdout {
                let _ = stdout.read_to_end(&mut out).await;
            }
        };
        let read_errors = async {
            if let Some(stderr) = &mut stderr {
                let _ = stderr.read_to_end(&mut err).await;
            }
        };
        tokio::join!(read, read_errors, child.wait()).2
    };
    let ended = timeout(within, ends).await;
    drop(lifeline);
    match ended {
        Ok(status) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Ok(Ended::Exited { code: status?.code(), stdout: text(&out), stderr: text(&err) })
        }
        Err(_) => {
            let _ = timeout(ENDS, child.wait()).await;
            Ok(Ended::TimedOut)
        }
    }
}

/// The variable that brings the preload to a runtime.
const fn preload_variable(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Node => "NODE_OPTIONS",
        Runtime::Python => "PYTHONPATH",
        Runtime::Java | Runtime::Php | Runtime::Ruby | Runtime::Go | Runtime::Curl => "",
    }
}

/// True when a program can be found where a shell would look for it.
fn is_found(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| {
        let is_program = |file: std::fs::Metadata| file.is_file() && file.permissions().mode() & 0o111 != 0;
        folder.join(program).metadata().is_ok_and(is_program)
    })
}

#[cfg(test)]
mod tests;
