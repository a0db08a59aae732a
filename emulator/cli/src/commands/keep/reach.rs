//! What `keep` can end: a process group, or everything that descends from it.

use std::collections::HashMap;

use rustix::process::{Pid, Signal};

/// Which processes are ended.
pub(super) enum Reach {
    /// Those in the process group.
    Group(Pid),
    /// Those that descend from this process, whatever group they are in.
    Descendants,
}

impl Reach {
    /// Sends a signal to all of them.
    pub(super) fn signal(&self, signal: Signal) {
        match self {
            // The group may empty itself between the look and the signal; then there is nobody to tell.
            Self::Group(id) => drop(rustix::process::kill_process_group(*id, signal)),
            Self::Descendants => {
                for process in descendants() {
                    let _ = rustix::process::kill_process(process, signal);
                }
            }
        }
    }

    /// True when none of them is left, once those that ended have been collected.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Group(id) => rustix::process::test_kill_process_group(*id).is_err(),
            Self::Descendants => descendants().is_empty(),
        }
    }
}

/// Everything that descends from this process.
fn descendants() -> Vec<Pid> {
    let mut children: HashMap<Pid, Vec<Pid>> = HashMap::new();
    for (process, parent) in parents() {
        children.entry(parent).or_default().push(process);
    }
    let mut found = Vec::new();
    let mut next = vec![rustix::process::getpid()];
    while let Some(parent) = next.pop() {
        let new = children.remove(&parent).unwrap_or_default();
        next.extend(&new);
        found.extend(new);
    }
    found
}

/// Every process, and its parent.
#[cfg(target_os = "linux")]
fn parents() -> Vec<(Pid, Pid)> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |entry: std::fs::DirEntry| {
        let process = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        let stat = std::fs::read(entry.path().join("stat")).ok()?;
        // Behind the name, which may hold anything: the state, then the parent.
        let name_ends = stat.iter().rposition(|byte| *byte == b')')?;
        let parent = str::from_utf8(&stat[name_ends..]).ok()?.split(' ').nth(2)?;
        Some((process, Pid::from_raw(parent.parse().ok()?)?))
    };
    processes.filter_map(parent).collect()
}

/// Every process, and its parent, as `ps` knows them. Orphans are not ours here, so what has lost its parent is out of
/// reach.
#[cfg(not(target_os = "linux"))]
fn parents() -> Vec<(Pid, Pid)> {
    let listed = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let mut numbers = text.lines().map(|line| {
        let mut words = line.split_whitespace().filter_map(|word| Pid::from_raw(word.parse().ok()?));
        Some((words.next()?, words.next()?))
    });
    let mut all = Vec::new();
    while let Some(pair) = numbers.next() {
        all.extend(pair);
    }
    all
}

/// Makes orphans among them children of this process, so that it can reap them; without a reaper a dead one would
/// never be gone.
#[cfg(target_os = "linux")]
pub(super) fn adopt_orphans() {
    // Without it the end is only noticed later, after the grace.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Elsewhere the first process of the system reaps orphans.
#[cfg(not(target_os = "linux"))]
pub(super) fn adopt_orphans() {}
