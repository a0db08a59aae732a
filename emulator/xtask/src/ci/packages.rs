//! The packages of npm and PyPI that the bots and sample projects need, installed below `target/sdk` as their lock files
//! say.
//!
//! Each project has a folder there, with a file that holds the hash of its lock file: what is there already is not
//! installed again, and the tests look whether it is what they need.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use super::in_seconds;
use xtask::cargo;

/// Where projects with lock files are.
const PROJECTS: &[&str] = &["fixtures/bots/sdk", "fixtures/projects"];

/// The file with the hash, in the folder of a project's packages.
const STAMP: &str = "installed";

/// Who installs packages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manager {
    Npm,
    Pip,
}

/// A folder with a lock file.
struct Project {
    name: String,
    folder: PathBuf,
    manager: Manager,
}

impl Manager {
    fn lock(self) -> &'static str {
        match self {
            Self::Npm => "package-lock.json",
            Self::Pip => "requirements.txt",
        }
    }
}

/// Installs the packages of all projects; what is there stays.
pub(super) fn install() -> Result<()> {
    let target = cargo::target()?.join("sdk");
    fs::create_dir_all(&target).with_context(|| format!("failed to make {}", target.display()))?;
    let projects = projects()?;
    ensure!(!projects.is_empty(), "there is no lock file below {}", PROJECTS.join(" and "));
    // Two registries, each with its own patience.
    thread::scope(|scope| {
        let each = [Manager::Npm, Manager::Pip].map(|manager| {
            let projects = projects.iter().filter(move |project| project.manager == manager);
            let target = &target;
            scope.spawn(move || projects.map(|project| bring(project, target)).collect::<Result<Vec<()>>>())
        });
        for thread in each {
            thread.join().unwrap_or_else(|_| bail!("the installation panicked"))?;
        }
        Ok(())
    })
}

/// Every folder with a lock file, by name.
fn projects() -> Result<Vec<Project>> {
    let mut projects = Vec::new();
    for parent in PROJECTS.iter().map(|folder| cargo::root().join(folder)).filter(|folder| folder.is_dir()) {
        let entries =
            fs::read_dir(&parent).with_context(|| format!("failed to read {}", parent.display()))?;
        for entry in entries {
            let folder = entry?.path();
            for manager in [Manager::Npm, Manager::Pip] {
                if folder.join(manager.lock()).is_file() {
                    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    projects.push(Project { name, folder: folder.clone(), manager });
                }
            }
        }
    }
    projects.sort_by(|one, next| one.name.cmp(&next.name));
    Ok(projects)
}

/// Sees to it that the packages of a project are there.
fn bring(project: &Project, target: &Path) -> Result<()> {
    let folder = target.join(&project.name);
    let lock = project.folder.join(project.manager.lock());
    let bytes = fs::read(&lock).with_context(|| format!("failed to read {}", lock.display()))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    // What is compiled for one version of an interpreter is of no use to another.
    let stamp = format!("{hash}\n{}\n", runtime(project.manager)?);
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|there| there == stamp) {
        println!("{}: there", project.name);
        return Ok(());
    }
    let begun = Instant::now();
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("failed to remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
    match project.manager {
        Manager::Npm => npm(project, &folder),
        Manager::Pip => pip(project, &folder, target),
    }
    .with_context(|| format!("failed to install the packages of {}", project.folder.display()))?;
    fs::write(folder.join(STAMP), stamp).context("failed to write down what was installed")?;
    println!("{}: installed in {}", project.name, in_seconds(begun.elapsed()));
    Ok(())
}

fn npm(project: &Project, folder: &Path) -> Result<()> {
    for file in ["package.json", "package-lock.json"] {
        fs::copy(project.folder.join(file), folder.join(file))
            .with_context(|| format!("failed to copy {file}"))?;
    }
    let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
    run(Command::new("npm").args(quiet).current_dir(folder))
}

fn pip(project: &Project, folder: &Path, target: &Path) -> Result<()> {
    // One pip serves all environments: making one with a pip of its own takes longer than most installations.
    let tools = target.join("pip");
    if !tools.join("bin/pip").exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&tools))?;
    }
    run(Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(folder))?;
    let mut install = Command::new(tools.join("bin/pip"));
    install.arg("--python").arg(folder.join("bin/python"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]);
    run(install.arg(project.folder.join(Manager::Pip.lock())))
}

/// The interpreter and its version.
fn runtime(manager: Manager) -> Result<String> {
    let program = match manager {
        Manager::Npm => "node",
        Manager::Pip => "python3",
    };
    let output = Command::new(program).arg("--version").output();
    let output = output.with_context(|| format!("failed to start {program}"))?;
    Ok(format!("{program} {}", String::from_utf8_lossy(&output.stdout).trim()))
}

/// Runs a command, and shows what it printed only when it failed.
fn run(command: &mut Command) -> Result<()> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {command:?}"))?;
    if !output.status.success() {
        let told = [output.stdout, output.stderr].concat();
        bail!("{command:?}\n{}", String::from_utf8_lossy(&told).trim_end());
    }
    Ok(())
}
