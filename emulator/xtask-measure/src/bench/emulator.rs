//! The binary under test: what it can do, how it is started and how it is told what to do.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::load::{self, Connection};
use super::part::address_of;
use super::process::{Process, Talk};
use super::{skip, until_some};

/// How long a server may take to be ready.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// How long one control call may take.
const CALL_PATIENCE: Duration = Duration::from_mins(5);

/// The binary under test.
pub(super) struct Binary {
    path: PathBuf,
}

impl Binary {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A call of one of its commands, if it has that command with these options.
    pub(super) fn command(&self, command: &str, arguments: &[&str]) -> Result<Command> {
        let mut asking = Command::new(&self.path);
        asking.args([command, "--help"]);
        let help = asking.output().with_context(|| format!("failed to start {}", self.path.display()))?;
        let text = String::from_utf8_lossy(&help.stdout);
        if !help.status.success() || text.trim().is_empty() {
            return Err(skip(format!("the binary has no command `{command}` yet")));
        }
        for option in arguments.iter().filter(|argument| argument.starts_with("--")) {
            if !has_option(&text, option) {
                return Err(skip(format!("`{command}` has no option {option} yet")));
            }
        }
        let mut call = Command::new(&self.path);
        call.arg(command).args(arguments);
        Ok(call)
    }

    /// Starts `serve` and waits until it is ready.
    pub(super) async fn serve(&self, arguments: &[&str]) -> Result<Emulator> {
        let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
        let file = folder.path().join("url");
        let shown = file.to_str().context("a folder whose name is not UTF-8")?;
        let mut all = vec!["--port", "0", "--ready-file", shown];
        all.extend(arguments);
        let mut command = self.command("serve", &all)?;
        command.current_dir(folder.path());
        let mut process = Process::start("serve", &mut command, Talk::None)?;
        let ready = until_some(PATIENCE, "readiness of `serve`", async || {
            if let Some(status) = process.ended()? {
                let words = process.last_words();
                return Err(skip(format!("`serve {}` ended with {status}{words}", arguments.join(" "))));
            }
            Ok(std::fs::read_to_string(&file).ok().filter(|text| !text.trim().is_empty()))
        });
        let address = address_of(&ready.await?)?;
        Ok(Emulator { process, address, _folder: folder })
    }

    /// Starts the bot that comes with the binary at one address, against a Graph API at another.
    pub(super) async fn demo_bot(&self, address: SocketAddr, graph: SocketAddr) -> Result<Process> {
        let mut command = self.command("demo-bot", &[])?;
        command
            .env("PORT", address.port().to_string())
            .env("GRAPH_API_URL", format!("http://{graph}"))
            .env("PAGE_ACCESS_TOKEN", "bot-page-token")
            .env("APP_ID", "200000000000001")
            .env("APP_SECRET", "bot-app-secret")
            .env("VERIFY_TOKEN", "bot-verify-token");
        let mut process = Process::start("demo-bot", &mut command, Talk::None)?;
        until_some(PATIENCE, "readiness of `demo-bot`", async || {
            if let Some(status) = process.ended()? {
                return Err(skip(format!("`demo-bot` ended with {status}{}", process.last_words())));
            }
            Ok(TcpStream::connect(address).await.ok())
        })
        .await?;
        let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=bot-verify-token";
        let request = load::get(address, &format!("/webhook?{query}"));
        let mut connection = Connection::open(address).await?;
        let answer = timeout(PATIENCE, connection.exchange(&request)).await.context("no handshake")??;
        ensure!(answer.status == 200 && answer.body == b"1158201444", "handshake: {}", answer.shown());
        Ok(process)
    }
}

/// Tells whether a help text names the option itself and not a longer one.
fn has_option(help: &str, option: &str) -> bool {
    help.match_indices(option).any(|(start, _)| {
        let next = help[start + option.len()..].chars().next();
        !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '-')
    })
}

/// A port that is free now.
pub(super) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("failed to find a free port")?;
    listener.local_addr().context("failed to find a free port")
}

/// A running `serve`.
pub(super) struct Emulator {
    pub(super) process: Process,
    pub(super) address: SocketAddr,
    _folder: TempDir,
}

impl Emulator {
    /// Sends steps and gives back what came of them.
    pub(super) async fn steps(&self, query: &str, steps: &str) -> Result<Value> {
        let path = format!("/_emulator/steps{query}");
        let (status, body) = self.call(&load::post(self.address, &path, steps)).await?;
        let text = String::from_utf8_lossy(&body);
        match status {
            200 => serde_json::from_str(&text).context("the answer to steps is no JSON"),
            404 | 405 | 501 => Err(skip(format!("POST {path} is answered with {status} so far"))),
            _ => {
                let shown: String = text.chars().take(400).collect();
                bail!("POST {path} was answered with {status}: {shown}{}", self.process.last_words())
            }
        }
    }

    /// The ids of all people, in the order of their declaration.
    pub(super) async fn people(&self) -> Result<Vec<String>> {
        let path = "/_emulator/world";
        let (status, body) = self.call(&load::get(self.address, path)).await?;
        if status != 200 {
            return Err(skip(format!("GET {path} is answered with {status} so far")));
        }
        let world: Value = serde_json::from_slice(&body).context("the world is no JSON")?;
        let people = world["people"].as_array().map(Vec::as_slice).unwrap_or_default();
        people
            .iter()
            .map(|person| Ok(person["id"].as_str().context("a person without an id")?.to_owned()))
            .collect()
    }

    async fn call(&self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        let mut connection = Connection::open(self.address).await?;
        let exchange = timeout(CALL_PATIENCE, connection.exchange(request));
        let answer = exchange
            .await
            .context("a control call was not answered")?
            .with_context(|| format!("a control call failed{}", self.process.last_words()))?;
        Ok((answer.status, answer.body.to_vec()))
    }
}

/// The name of the person with this number, counted from 0.
pub(super) fn person_name(index: usize) -> String {
    if index == 0 { "user".to_owned() } else { format!("user{}", index + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_by_their_whole_name() {
        let help = "  --journal-sync  …\n  --people <N>  …\n";
        assert!(has_option(help, "--people"));
        assert!(!has_option(help, "--journal"));
        assert!(has_option("--journal-sync --journal <FILE>", "--journal"));
    }

    #[test]
    fn people_are_numbered_from_the_second_on() {
        assert_eq!([0, 1, 63].map(person_name), ["user", "user2", "user64"]);
    }
}
