//! The documents say what the catalogue says.

use std::fs;
use std::path::Path;
use std::process::Command;

use emulator_core::{Confidence, Options, Protocol, catalogue};

fn document(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(name)).expect("the document is there")
}

#[test]
fn every_choice_is_explained_and_the_rules_are_counted() {
    let fidelity = document("docs/fidelity.md");
    let choices = catalogue().iter().filter(|rule| rule.confidence == Confidence::Inferred);
    let unexplained: Vec<_> = choices
        .filter(|rule| !fidelity.contains(&format!("\n| {} |", rule.code)))
        .map(|rule| format!("{} {}", rule.code, rule.title))
        .collect();
    assert!(unexplained.is_empty(), "docs/fidelity.md does not explain {}", unexplained.join(", "));
    for confidence in [Confidence::Documented, Confidence::Observed, Confidence::Inferred] {
        let count = catalogue().iter().filter(|rule| rule.confidence == confidence).count();
        let row = fidelity.lines().find(|line| line.starts_with(&format!("| {} |", confidence.name())));
        let row = row.expect("each word has a row");
        assert!(row.ends_with(&format!("| {count} |")), "there are {count}: {row}");
    }
}

#[test]
fn every_switch_that_a_document_names_exists() {
    let fidelity = document("docs/fidelity.md");
    for name in ["reply_in_done", "announce_implicit_moves", "echo_order", "webhook_disabling"] {
        assert!(fidelity.contains(&format!("`{name}")), "{name} is explained");
        assert!(Options::ALL.iter().any(|option| option.name == name), "{name} exists");
    }
}

#[test]
fn every_variable_that_brings_clients_here_is_explained() {
    let redirect = document("docs/redirect.md");
    for variable in emulator_scenario::redirect::VARIABLES {
        let row = format!("| `{}` | {} |", variable.name, variable.about);
        assert!(redirect.contains(&row), "docs/redirect.md lacks this row: {row}");
    }
}

/// The parts of a document that hold what `rules diff` prints, and the moves that they are about.
#[test]
fn what_differs_between_protocols_is_what_the_program_prints() {
    let protocols = document("docs/protocols.md");
    let mut told = Vec::new();
    for part in protocols.split("```text\n").skip(1) {
        let (part, _) = part.split_once("```").expect("the part ends");
        let title = part.lines().next().unwrap_or_default();
        let (from, to) = title.strip_prefix("From ").and_then(|rest| rest.split_once(" to ")).expect(title);
        let mut diff = Command::new(emulator_tests::binary());
        let printed = diff.args(["rules", "diff", from, to]).output().expect("the program starts");
        let printed = String::from_utf8(printed.stdout).expect("text");
        assert!(
            part == printed,
            "docs/protocols.md holds another `rules diff {from} {to}` than this:\n{printed}"
        );
        told.push([from.to_owned(), to.to_owned()]);
    }
    let moves = [
        ["handover-v1", "handover"],
        ["handover", "conversation-routing"],
        ["handover", "default-behavior"],
        ["conversation-routing", "default-behavior"],
    ];
    assert_eq!(told, moves.map(|pair| pair.map(str::to_owned)));
    for protocol in Protocol::ALL {
        assert!(protocols.contains(&format!("| `{}` |", protocol.name())), "{} has a row", protocol.name());
    }
}
