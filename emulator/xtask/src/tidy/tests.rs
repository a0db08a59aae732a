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

#[test]
fn dependencies_of_crates_point_one_way() {
    let path = "emulator/language/Cargo.toml";
    no_complaints(path, "[dependencies]\nemulator-core.workspace = true\nbytes.workspace = true\n");
    let expected = [(2, "language may not depend on emulator-server".to_owned())];
    assert_eq!(complaints(path, "[dependencies]\nemulator-server.workspace = true\n"), expected);
    no_complaints("emulator/scenario/Cargo.toml", "emulator-server = { path = \"../server\" }\n");
    assert_eq!(complaints("emulator/core/Cargo.toml", "emulator-language.workspace = true\n").len(), 1);
}

#[test]
fn the_language_matches_no_text() {
    let path = "emulator/language/src/step/parse.rs";
    let text = |line: &str| format!("//! Doc.\n{line}\n");
    for line in [
        "    \"says\" => says(node),",
        "    Some(\"allow\") => Unread::Allow,",
        "    (true, _, \"within\") => None,",
        "    | \"on\" => true,",
        "    \"on\" | \"true\" if node.is_scalar() => Some(true),",
        "    let off = matches!(word, Some(\"false\" | \"off\"));",
    ] {
        assert_eq!(complaints(path, &text(line)).len(), 1, "{line}");
        no_complaints("emulator/server/src/graph.rs", &text(line));
        no_complaints(path, &format!("//! Doc.\n#[cfg(test)]\nmod tests {{\n{line}\n}}\n"));
    }
    for line in [
        "    Kind::Flag => self.wrong(name, \"takes `true`\"),",
        "    None if key.name == \"exact\" => {}",
        "    '\"' | '{' => depth += 1,",
        "    let text = \"a => b\";",
        "    // \"says\" => was here",
    ] {
        no_complaints(path, &text(line));
    }
}

/// What is said about the imports of these files of core.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let mut imports = imports::Imports::default();
    for (path, text) in files {
        imports.read(Path::new(path), text);
    }
    imports.circles().iter().map(ToString::to_string).collect()
}

#[test]
fn files_of_core_import_in_one_direction() {
    let case = ("emulator/core/src/case.rs", "//! A case.\nuse crate::filing;\nuse crate::ids::Psid;\n");
    let ids = ("emulator/core/src/ids.rs", "//! Ids.\n// Not `crate::case`.\nuse crate::Psid;\n");
    let filing = ("emulator/core/src/filing.rs", "//! Files.\nuse crate::ids::Psid;\n");
    assert_eq!(circles(&[case, ids, filing]), [""; 0]);
    let direct = ("emulator/core/src/filing/inner.rs", "//! More.\n\nuse crate::case::Case;\n");
    let circle = ["emulator/core/src/case.rs:2: imports in a circle: case → filing → case"];
    assert_eq!(circles(&[case, ids, filing, direct]), circle);
    let test = (
        "emulator/core/src/filing.rs",
        "//! Files.\n#[cfg(test)]\nmod tests {\n    use crate::case::Case;\n}\n",
    );
    assert_eq!(circles(&[case, ids, test]), [""; 0]);
    let elsewhere = ("emulator/server/src/filing.rs", "//! Files.\nuse crate::case::Case;\n");
    assert_eq!(circles(&[case, ids, elsewhere]), [""; 0]);
}
