//! The shipped scenarios as files: which of them a binary can read, and a copy in which every bot is started through a
//! relay.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The folder of the shipped scenarios, below the root of the repository.
const FOLDER: &str = "scenarios";

/// The files with scenarios, by their paths from the root; worlds and parts are read when a scenario names them.
pub(super) fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    collect(root, Path::new(FOLDER), &mut all)?;
    let mut files = Vec::new();
    for path in all {
        let text = fs::read_to_string(root.join(&path));
        let text = text.with_context(|| format!("failed to read {}", path.display()))?;
        if text.lines().any(|line| line.starts_with("scenario:")) {
            files.push(path);
        }
    }
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(root.join(folder));
    let entries = entries.with_context(|| format!("failed to read {}", folder.display()))?;
    let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>>>()?;
    names.sort();
    for name in names {
        let path = folder.join(name);
        if root.join(&path).is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

/// Divides files into those that a binary can read and those that it cannot.
pub(super) fn readable(
    binary: &Path,
    root: &Path,
    files: &[PathBuf],
) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let reads = |files: &[PathBuf]| -> Result<bool> {
        let mut check = Command::new(binary);
        check.arg("check").args(files).current_dir(root);
        let status = check.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        Ok(status.context("failed to start the binary")?.success())
    };
    if reads(files)? {
        return Ok((files.to_vec(), Vec::new()));
    }
    let mut divided = (Vec::new(), Vec::new());
    for file in files {
        let known = reads(std::slice::from_ref(file))?;
        if known { &mut divided.0 } else { &mut divided.1 }.push(file.clone());
    }
    Ok(divided)
}

/// Copies all files below a folder, with a relay in front of every bot.
pub(super) fn copy_with_relays(root: &Path, relay: &Path, into: &Path) -> Result<()> {
    let mut all = Vec::new();
    collect(root, Path::new(FOLDER), &mut all)?;
    for path in &all {
        let text = fs::read_to_string(root.join(path));
        let text = text.with_context(|| format!("failed to read {}", path.display()))?;
        let text = with_relays(&text, relay).with_context(|| path.display().to_string())?;
        let copy = into.join(path);
        fs::create_dir_all(copy.parent().unwrap_or(into)).context("failed to make a folder")?;
        fs::write(&copy, text).with_context(|| format!("failed to write {}", copy.display()))?;
    }
    Ok(())
}

/// A file in which each `start:` begins with the relay.
fn with_relays(text: &str, relay: &Path) -> Result<String> {
    let relay = relay.to_str().context("the path of this program is not UTF-8")?;
    let mut changed = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let indent = line.len() - line.trim_start().len();
        match line.trim_start().strip_prefix("start:").map(str::trim) {
            Some(command) if command.starts_with(['$', '/', '.']) || is_word(command) => {
                let command = command.replace('\'', "''");
                changed.push(format!("{}start: '\"{relay}\" relay {command}'", &line[..indent]));
            }
            None if !line.contains("start:") || line.trim_start().starts_with('#') => {
                changed.push(line.to_owned());
            }
            Some(_) | None => bail!(
                "line {number}: no relay can be put in front of this bot\n\
                 help: write `start: COMMAND` on a line of its own, without quotes around it"
            ),
        }
    }
    changed.push(String::new());
    Ok(changed.join("\n"))
}

fn is_word(command: &str) -> bool {
    command.starts_with(|letter: char| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELAY: &str = "/some where/xtask";

    #[test]
    fn a_relay_comes_before_each_bot() {
        let text = "apps:\n  bot:\n    start: ${emulator.bin} demo-bot --x 'a b'\n    fields: [messages]\n";
        let with = with_relays(text, Path::new(RELAY)).unwrap();
        let line = "    start: '\"/some where/xtask\" relay ${emulator.bin} demo-bot --x ''a b'''\n";
        assert_eq!(with, text.replace("    start: ${emulator.bin} demo-bot --x 'a b'\n", line));
    }

    #[test]
    fn what_cannot_have_a_relay_is_an_error_and_never_played_without() {
        for text in
            ["  bot: {start: node bot.js}\n", "    start: [node, bot.js]\n", "    start: \"node bot.js\"\n"]
        {
            let error = with_relays(text, Path::new(RELAY)).unwrap_err().to_string();
            assert!(error.starts_with("line 1: no relay"), "{error}");
        }
    }

    #[test]
    fn the_shipped_scenarios_are_found_and_can_all_have_relays() {
        let root = xtask::cargo::root();
        let files = files(root).unwrap();
        assert!(files.contains(&PathBuf::from("scenarios/handover/metadata.yaml")), "{files:?}");
        assert!(!files.contains(&PathBuf::from("scenarios/worlds/desk.yaml")), "{files:?}");
        let folder = tempfile::tempdir().unwrap();
        copy_with_relays(root, Path::new(RELAY), folder.path()).unwrap();
        let world = fs::read_to_string(folder.path().join("scenarios/worlds/desk.yaml")).unwrap();
        assert!(world.contains("relay ${emulator.bin} demo-bot'"), "{world}");
    }
}
