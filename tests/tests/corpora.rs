//! The corpora of the fuzz targets: what has been thought of or found so far is tried with each run of
//! the tests.

#![expect(clippy::unwrap_used, reason = "what fails in here is a test that fails")]

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use emulator_server::graph::fuzz;

fn run(target: &str, function: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 10, "{} has lost its files", folder.display());
    for file in files {
        let data = fs::read(&file).unwrap();
        assert!(catch_unwind(|| function(&data)).is_ok(), "{} fails", file.display());
        // What is cut off or has changed in one place is another case.
        for cut in (0..data.len()).step_by(data.len() / 100 + 1) {
            let mut changed = data.clone();
            changed[cut] ^= 0x20;
            let done = catch_unwind(|| (function(&data[..cut]), function(&changed)));
            assert!(done.is_ok(), "{} fails when it is cut or changed at {cut}", file.display());
        }
    }
}

#[test]
fn params() {
    run("params", fuzz::params);
}

#[test]
fn message() {
    run("message", fuzz::message);
}

#[test]
fn path() {
    run("path", fuzz::path);
}

#[test]
fn relaxed_json() {
    run("relaxed_json", fuzz::relaxed_json);
}

#[test]
fn multipart() {
    run("multipart", fuzz::multipart);
}
