//! The vocabulary beside the crates that it knows nothing of: what the server can do, and what documents say.

use std::fs;
use std::path::Path;

use emulator_language::vocabulary::{APP_VERBS, EXPECTATIONS, HEADS, MATCHERS};
use emulator_server::graph::can_be_played;
use emulator_tests::ROOT;

#[test]
fn every_verb_of_an_app_is_a_call_that_the_server_can_play() {
    for verb in APP_VERBS {
        let plays = verb.route().map_or(verb.is_written_call(), can_be_played);
        assert!(plays, "`{}` calls {:?}", verb.name, verb.route());
    }
}

#[test]
fn every_word_of_the_table_stands_in_the_documents() {
    let document =
        fs::read_to_string(Path::new(ROOT).join("docs/scenarios.md")).expect("the document is there");
    let heads = HEADS.iter().map(|row| row.head).chain(EXPECTATIONS.iter().map(|row| row.head));
    let mut missing = Vec::new();
    for head in heads {
        let verbs = head.verbs.iter().flat_map(|verb| {
            let beside = verb.beside.iter().chain(verb.expected_beside).map(|field| field.name);
            let inside = verb.value.fields().iter().chain(verb.expected.fields()).map(|field| field.name);
            std::iter::once(verb.name).chain(beside).chain(inside)
        });
        let keys = head.beside.iter().chain(head.value.fields()).map(|field| field.name);
        let words = std::iter::once(head.name).chain(verbs).chain(keys);
        missing.extend(words.filter(|word| !stands_in(&document, word)).map(str::to_owned));
    }
    let matchers = MATCHERS.iter().map(|field| field.name);
    missing.extend(matchers.filter(|word| !stands_in(&document, word)).map(str::to_owned));
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "docs/scenarios.md says nothing of {missing:?}");
}

/// True for a word that stands alone within code.
fn stands_in(document: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    document.match_indices(word).any(|(start, _)| {
        let (before, after) = (&document[..start], &document[start + word.len()..]);
        let code = before.matches('`').count() % 2 == 1;
        code && !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}
