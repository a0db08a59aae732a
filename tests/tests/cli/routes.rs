//! `routes`: the table of Graph's routes, for people, for programs, and as documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Folder, ROOT};

fn printed(arguments: &[&str]) -> String {
    let ended = Folder::new().run(&[&["routes"], arguments].concat());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    ended.stdout
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).expect("it is JSON")
}

#[test]
fn the_document_is_what_the_table_says() {
    let document = fs::read_to_string(Path::new(ROOT).join("docs/graph.md")).expect("it is there");
    assert!(
        document == printed(&["--format", "markdown"]),
        "docs/graph.md differs from the table of routes; write it anew with\n  \
         cargo run -q -- routes --format markdown > docs/graph.md"
    );
}

#[test]
fn routes_are_listed_with_their_states_and_filtered() {
    let all = printed(&[]);
    let line = |start: &str| all.lines().find(|line| line.starts_with(start)).expect("there is such a line");
    assert!(line("POST    /{page}/messages ").contains(" modelled "));
    assert!(line("GET     /{page}/conversations ").contains(" not yet: "));
    let threads = printed(&["thread_owner"]);
    assert_eq!(threads.lines().count(), 2, "{threads}");
    let none = Folder::new().run(&["routes", "fridge"]);
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.starts_with("error: no route holds `fridge`\n  help: "), "{}", none.stderr);
}

#[test]
fn programs_get_a_row_for_each_route_with_its_parameters() {
    let rows = json(&["--format", "json"]);
    let rows = rows.as_array().expect("a list");
    for row in rows {
        for key in ["node", "method", "edge", "state", "why", "source", "params"] {
            assert!(row.get(key).is_some(), "{key} is missing: {row}");
        }
        assert!(
            ["modelled", "ignored", "not yet"].contains(&row["state"].as_str().expect("a text")),
            "{row}"
        );
        assert_eq!(row["why"].is_null(), row["state"] == "modelled", "{row}");
    }
    let sends = rows.iter().find(|row| row["id"] == "send_message").expect("messages are sent");
    let persona = sends["params"].as_array().expect("a list").iter().find(|it| it["name"] == "persona_id");
    assert_eq!(persona.expect("a parameter")["state"], "not yet");
}

#[test]
fn the_openapi_description_has_each_route_once_and_paths_that_are_not_the_same() {
    let description = json(&["--format", "openapi"]);
    assert_eq!(description["openapi"], "3.1.0");
    let paths = description["paths"].as_object().expect("paths");
    let (mut ids, mut shapes) = (BTreeSet::new(), BTreeSet::new());
    for (path, methods) in paths {
        let shape: Vec<&str> =
            path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        assert!(shapes.insert(shape), "{path} is there under another name");
        let operations = methods.as_object().expect("methods");
        for (method, operation) in operations.iter().filter(|(name, _)| *name != "parameters") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            assert!(operation["responses"].as_object().is_some_and(|it| !it.is_empty()), "{method} {path}");
        }
        let has_node = path.contains("{node}");
        assert_eq!(operations.contains_key("parameters"), has_node, "{path}");
    }
    let sends = &paths["/{node}/messages"]["post"];
    let text = &sends["requestBody"]["content"]["application/json"]["schema"]["properties"]["message"];
    assert_eq!(text["properties"]["text"]["maxLength"], 2_000, "{text}");
}
