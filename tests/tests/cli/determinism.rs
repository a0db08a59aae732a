//! The same seed gives the same journals, whatever the machine does meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::{Ended, Folder, ROOT, finish};

/// Runs the scenarios of the repository; gives their journals by name, without what real time decides.
fn journals(arguments: &[&str]) -> (Ended, BTreeMap<String, String>) {
    let folder = Folder::new();
    let into = folder.path("journals");
    let mut all = vec!["run", "scenarios/", "--journal", into.to_str().expect("a plain path")];
    all.extend(arguments);
    let ended = finish(folder.command(&all).current_dir(ROOT));
    let mut found = BTreeMap::new();
    read(&into, &into, &mut found);
    (ended, found)
}

fn read(root: &Path, folder: &Path, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("journals were written") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(root, &path, into);
            continue;
        }
        let text = fs::read_to_string(&path).expect("a journal");
        let lines = text.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).expect("a line of JSON");
            line.as_object_mut().expect("an object").remove("wall");
            format!("{line}\n")
        });
        let name = path.strip_prefix(root).expect("below").display().to_string();
        into.insert(name, lines.collect());
    }
}

#[track_caller]
fn same(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) {
    assert!(!left.is_empty());
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (name, journal) in left {
        for (number, (left, right)) in journal.lines().zip(right[name].lines()).enumerate() {
            assert_eq!(left, right, "{name}:{}", number + 1);
        }
        assert_eq!(journal.lines().count(), right[name].lines().count(), "{name}");
    }
}

#[test]
fn the_shipped_scenarios_are_green_and_not_raced() {
    let (ended, journals) = journals(&[]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert_eq!(ended.stderr, "");
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let (summary, done) = lines.split_last().expect("a summary");
    let passed = done.iter().filter(|line| line.starts_with("ok    scenarios/")).count();
    assert!(summary.starts_with(&format!("{passed} scenarios: {passed} passed in ")), "{summary}");
    assert!(summary.ends_with("(seed 1)"), "{summary}");
    assert_eq!(done.len(), passed + 1, "one line each, and an empty one: {}", ended.stdout);
    assert_eq!(journals.len(), passed, "a journal each");
    assert!(!ended.stdout.contains("raced"), "{}", ended.stdout);
}

#[test]
fn one_job_and_eight_on_a_busy_machine_give_the_same_journals() {
    let (one, first) = journals(&["--jobs", "1"]);
    assert_eq!(one.code, Some(0), "{}", one.told());
    let busy = Arc::new(AtomicBool::new(true));
    let hogs: Vec<_> = (0..4)
        .map(|_| {
            let busy = Arc::clone(&busy);
            thread::spawn(move || {
                while busy.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        })
        .collect();
    let (eight, second) = journals(&["--jobs", "8"]);
    busy.store(false, Ordering::Relaxed);
    for hog in hogs {
        hog.join().expect("a hog ends");
    }
    assert_eq!(eight.code, Some(0), "{}", eight.told());
    assert!(!eight.stdout.contains("raced"), "{}", eight.stdout);
    same(&first, &second);
}

#[test]
fn another_seed_gives_other_people_and_messages() {
    let (_, first) = journals(&["--seed", "1"]);
    let (ended, second) = journals(&["--seed", "2"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
    assert!(ended.stdout.contains("(seed 2)"));
    for (name, journal) in &first {
        let people = |journal: &str| -> Value {
            let header: Value =
                serde_json::from_str(journal.lines().next().expect("a header")).expect("JSON");
            header["people"].clone()
        };
        assert_ne!(people(journal), people(&second[name]), "{name}");
        let mids = |journal: &str| -> Vec<String> {
            let lines = journal.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            lines.filter_map(|line| line["data"]["mid"].as_str().map(str::to_owned)).collect()
        };
        let (left, right) = (mids(journal), mids(&second[name]));
        assert!(!left.is_empty() && left.len() == right.len(), "{name}");
        assert!(left.iter().all(|mid| !right.contains(mid)), "{name}");
    }
}
