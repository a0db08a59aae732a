//! Every shipped scenario with every bot, through the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::programs::{Program, ROOT, binary};

/// What only the demo bot can show; each file has the tag `demo-bot` and says why.
const DEMO_BOT_ALONE: &[&str] = &["standby/echo-after-passing.yaml"];

pub(crate) async fn every_shipped_scenario_passes(program: &Program) {
    let mut run = Command::new(binary());
    run.arg("run").current_dir(ROOT).stdin(Stdio::null());
    if program.is_the_demo_bot() {
        run.arg("scenarios");
    } else {
        run.arg("--bot").arg(format!("shopbot={}", program.start().join(" "))).args(files());
    }
    let output = tokio::process::Command::from(run).output().await.expect("the program starts");
    let told = String::from_utf8_lossy(&output.stdout);
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{problems}");
    assert!(!told.contains("raced"), "{told}");
    let summary = told.lines().last().unwrap_or_default();
    assert!(summary.contains(" passed in ") && !summary.contains("skipped"), "{summary}");
}

/// The files that every bot plays. A file that does not fit says so, and stands in the list above.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut alone = Vec::new();
    collect(&Path::new(ROOT).join("scenarios"), &mut files);
    files.retain(|path| {
        let text = fs::read_to_string(path).unwrap();
        let tags = text.lines().find(|line| line.starts_with("tags:")).unwrap_or_default();
        let fits = !tags.contains("demo-bot");
        if !fits {
            assert!(text.contains("demo-bot can"), "{} says why only demo-bot can", path.display());
            alone.push(path.clone());
        }
        // Worlds and parts are read when a scenario names them.
        fits && text.lines().any(|line| line.starts_with("scenario:"))
    });
    let alone: Vec<_> =
        alone.iter().map(|path| path.strip_prefix(Path::new(ROOT).join("scenarios")).unwrap()).collect();
    assert_eq!(alone, DEMO_BOT_ALONE.iter().map(Path::new).collect::<Vec<_>>());
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
}
