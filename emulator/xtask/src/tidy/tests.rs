//! Each rule of tidy against a text that keeps it and one that breaks it.

use super::*;

/// What `check` says about a text, as lines without the path.
fn complaints(path: &str, text: &str) -> Vec<(usize, String)> {
    check(Path::new(path), text).into_iter().map(|found| (found.line, found.message)).collect()
}

fn no_complaints(path: &str, text: &str) {
    assert_eq!(complaints(path, text), []);
}

#[test]
fn a_rust_file_begins_with_a_doc() {
    no_complaints("src/lib.rs", "//! Counts things.\n");
    let expected = [(1, "does not begin with a `//!` doc".to_owned())];
    assert_eq!(complaints("src/lib.rs", "use std::fmt;\n"), expected);
    assert_eq!(complaints("src/lib.rs", ""), expected);
    assert_eq!(complaints("src/lib.rs", "\n//! Too late.\n"), expected);
    assert_eq!(complaints("src/lib.rs", "//!\n//! The first line is empty.\n"), expected);
}

#[test]
fn build_scripts_need_no_doc() {
    no_complaints("emulator/cli/build.rs", "fn main() {}\n");
}

#[test]
fn a_script_says_first_what_it_is_for() {
    no_complaints("bot.js", "// Repeats things.\n'use strict';\n");
    no_complaints("bot.js", "#!/usr/bin/env node\n/** Repeats things. */\n");
    no_complaints("bot.py", "\"\"\"Repeats things.\"\"\"\n");
    for (path, text) in
        [("bot.js", "let x = 1;\n"), ("bot.js", "//\n"), ("bot.py", "import os\n"), ("bot.py", "")]
    {
        let complaints = complaints(path, text);
        assert_eq!(complaints.len(), 1, "{path} {text}");
        assert!(complaints[0].1.ends_with("that says what it is for"), "{complaints:?}");
    }
}

#[test]
fn lines_of_scripts_are_short_and_without_tabs() {
    no_complaints("bot.py", &format!("\"\"\"Long.\"\"\"\n# {}\n", "ü".repeat(118)));
    let long = format!("\"\"\"Long.\"\"\"\n# {}\n  \tx = 1\n", "ü".repeat(119));
    let expected =
        [(2, "has 121 characters; 120 are the most".to_owned()), (3, "is indented with tabs".to_owned())];
    assert_eq!(complaints("bot.py", &long), expected);
}

#[test]
fn source_files_have_at_most_800_lines() {
    let longest = format!("//! Long.\n{}", "// more\n".repeat(799));
    no_complaints("src/long.rs", &longest);
    let longer = format!("{longest}// one more\n");
    assert_eq!(complaints("src/long.rs", &longer), [(801, "has 801 lines; 800 are the most".to_owned())]);
    assert_eq!(complaints("page/long.css", &longer).len(), 1);
}

#[test]
fn data_and_docs_may_be_long() {
    let long = "- row\n".repeat(2_000);
    no_complaints("fixtures/rules/control.yaml", &long);
    no_complaints("docs/fidelity.md", &long);
}

#[test]
fn no_line_ends_in_white_space() {
    no_complaints("a.md", "one\n\ntwo");
    let message = "ends in white space".to_owned();
    assert_eq!(
        complaints("a.md", "one \ntwo\t\nthree\r\n "),
        [(1, message.clone()), (2, message.clone()), (3, message.clone()), (4, message)]
    );
}

#[test]
fn files_that_are_wrong_on_purpose_may_end_lines_as_they_like() {
    no_complaints("emulator/language/tests/wrong/windows.yaml", "one\r\n");
    assert_eq!(complaints("emulator/language/tests/right/windows.yaml", "one\r\n").len(), 1);
}

#[test]
fn unfinished_work_is_found() {
    for (name, call) in LEFT_BEHIND {
        let text = format!("//! Doc.\nfn f() {{ {name}{call}) }}\n");
        assert_eq!(complaints("src/f.rs", &text), [(2, format!("holds `{name}{call}`"))]);
    }
}

#[test]
fn longer_names_and_other_files_may_hold_the_same_letters() {
    for (name, call) in LEFT_BEHIND {
        no_complaints("src/f.rs", &format!("//! Doc.\nfn f() {{ my_{name}{call}) }}\n"));
        no_complaints("docs/style.md", &format!("never `{name}{call})`\n"));
    }
}

#[test]
fn built_installed_and_hidden_folders_are_not_entered() {
    for name in ["target", "node_modules", ".git", ".cargo"] {
        assert!(!is_entered(OsStr::new(name)), "{name}");
    }
    assert!(is_entered(OsStr::new("src")));
}

#[test]
fn a_complaint_is_a_place_that_editors_open() {
    let found = complaint(Path::new("src/lib.rs"), 7, "ends in white space".to_owned());
    assert_eq!(found.to_string(), "src/lib.rs:7: ends in white space");
}

#[test]
fn the_repository_is_tidy_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(folder, &mut paths).unwrap();
    assert!(paths.len() > 5, "the walk finds this crate");
    for path in paths {
        no_complaints(path.to_str().unwrap(), &fs::read_to_string(&path).unwrap());
    }
}
