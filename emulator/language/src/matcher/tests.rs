//! Patterns against values.

use serde_json::{Map, json};

use super::*;
use crate::diagnostics::{Diagnostic, SourceText};
use crate::yaml;

fn pattern(text: &str) -> Result<Pattern, Diagnostic> {
    let (documents, problems) = yaml::read(&SourceText::new("t", text));
    assert_eq!(problems, [], "{text}");
    let scope = Map::from_iter([("ana".to_owned(), json!({"id": "77"})), ("n".to_owned(), json!(7))]);
    Pattern::build(&documents[0], &scope)
}

/// Gives the mismatches as sentences.
fn differences(written: &str, actual: &Value) -> Vec<String> {
    pattern(written).unwrap().compare(Some(actual)).mismatches.iter().map(ToString::to_string).collect()
}

#[test]
fn what_matches() {
    for (written, actual) in [
        ("hello", json!("hello")),
        ("{text: 42}", json!({"text": "42"})),
        ("{text: 1e5}", json!({"text": "1e5"})),
        ("{text: true}", json!({"text": "true"})),
        ("{n: 42}", json!({"n": 42})),
        ("{n: 1}", json!({"n": 1.0})),
        ("{a: 1}", json!({"a": 1, "b": 2})),
        ("{}", json!({"a": 1})),
        ("{a: ~}", json!({"a": null})),
        ("[1, {a: 1}]", json!([1, {"a": 1, "b": 2}])),
        ("{exact: true, a: 1}", json!({"a": 1})),
        ("{id: \"${ana.id}\"}", json!({"id": "77"})),
        ("{\"${ana.id}\": 1}", json!({"77": 1})),
        ("{t: {contains: ell}}", json!({"t": "hello"})),
        ("{t: {contains: 42}}", json!({"t": "is 42"})),
        ("{t: {starts_with: he}}", json!({"t": "hello"})),
        ("{t: {matches: \"^h.*o$\"}}", json!({"t": "hello"})),
        ("{t: {one_of: [a, b]}}", json!({"t": "b"})),
        ("{t: {one_of: [a, {absent: true}]}}", json!({})),
        ("{t: {not: a}}", json!({"t": "b"})),
        ("{t: {not: a}}", json!({})),
        ("{t: {not: {absent: true}}}", json!({"t": null})),
        ("{t: {has: {a: 1}}}", json!({"t": [{"a": 2}, {"a": 1, "b": 1}]})),
        ("{t: {any: true}}", json!({"t": null})),
        ("{t: {absent: true}}", json!({})),
        ("{t: {count: 2}}", json!({"t": [1, 2]})),
        ("{t: {count: {gt: 1}}}", json!({"t": [1, 2]})),
        ("{t: {gt: 5}}", json!({"t": 6})),
        ("{t: {lt: 5.5}}", json!({"t": 5})),
        ("{t: {between: [1, 5]}}", json!({"t": 5})),
        ("{t: {gt: 1, lt: 3}}", json!({"t": 2})),
        ("{t: {exactly: {contains: x}}}", json!({"t": {"contains": "x"}})),
        ("{t: {not: {exactly: {a: 1}}}}", json!({"t": {"a": 1, "b": 2}})),
        ("{t: {exact: true, a: {b: 1}}}", json!({"t": {"a": {"b": 1, "c": 2}}})),
        ("[{exact: true, a: 1}, {b: 1}]", json!([{"a": 1}, {"b": 1, "c": 2}])),
        ("{t: {has: {exact: true, a: 1}}}", json!({"t": [{"a": 1, "b": 1}, {"a": 1}]})),
        ("{t: {one_of: [{exact: true, a: 1}, {b: 1}]}}", json!({"t": {"a": 1, "b": 1}})),
        ("{t: {not: {exact: true, a: 1}}}", json!({"t": {"a": 1, "b": 1}})),
        ("{exact: false}", json!({"exact": false, "b": 1})),
        ("{t: {exactly: [{a: 1}]}}", json!({"t": [{"a": 1}]})),
        ("{t: {exactly: ~}}", json!({"t": null})),
        ("{t: {exactly: {a: {any: true}}}}", json!({"t": {"a": {"any": true}}})),
        ("{t: {not: ~}}", json!({})),
        ("{t: {has: {contains: a}}}", json!({"t": ["b", "ab"]})),
        ("{t: {count: 0}}", json!({"t": []})),
        ("{t: {count: {between: [1, 3]}}}", json!({"t": [1, 2, 3]})),
        ("{t: {between: [-1, 1]}}", json!({"t": -1})),
        ("{t: {gt: \"${n}\"}}", json!({"t": 8})),
        ("{t: {matches: \"${ana.id}$\"}}", json!({"t": "id 77"})),
        ("{t: {one_of: [~, {gt: 3}]}}", json!({"t": null})),
        ("{t: {contains: x, y: 1}}", json!({"t": {"contains": "x", "y": 1}})),
    ] {
        assert_eq!(differences(written, &actual), [""; 0], "{written} against {actual}");
    }
}

#[test]
fn what_differs_is_said_with_its_path() {
    for (written, actual, expected) in [
        ("hello", json!("hell"), "it is \"hell\", expected \"hello\""),
        ("{a: {b: 1}}", json!({"a": {"b": 2}}), "a.b is 2, expected 1"),
        ("{a: [{b: 1}]}", json!({"a": [{"b": 2}]}), "a[0].b is 2, expected 1"),
        ("{a: 1}", json!({}), "a is absent, expected 1"),
        ("{a: ~}", json!({}), "a is absent, expected null"),
        ("{a: {absent: true}}", json!({"a": null}), "a is null, expected nothing"),
        ("{a: {any: true}}", json!({}), "a is absent, expected anything"),
        ("[1]", json!([1, 2]), "it is a list of 2, expected a list of 1"),
        ("{a: [1]}", json!({"a": 1}), "a is 1, expected [1]"),
        ("{a: {b: 1}}", json!({"a": 1}), "a is 1, expected {b: 1}"),
        ("{exact: true, a: 1}", json!({"a": 1, "b": 2}), "b is 2, expected nothing"),
        ("{id: \"5\"}", json!({"id": 5}), "id is the number 5, expected the text \"5\""),
        ("{id: \"${ana.id}\"}", json!({"id": 77}), "id is the number 77, expected the text \"77\""),
        ("{id: 05}", json!({"id": 5}), "id is 5, expected \"05\""),
        ("{t: {contains: x}}", json!({"t": "a"}), "t is \"a\", expected a text that contains \"x\""),
        ("{t: {contains: x}}", json!({"t": 1}), "t is 1, expected a text that contains \"x\""),
        ("{t: {starts_with: x}}", json!({"t": "ax"}), "t is \"ax\", expected a text that starts with \"x\""),
        ("{t: {matches: ^x}}", json!({"t": "ax"}), "t is \"ax\", expected a text that matches /^x/"),
        ("{t: {one_of: [a, b]}}", json!({"t": "c"}), "t is \"c\", expected one of \"a\", \"b\""),
        ("{t: {not: a}}", json!({"t": "a"}), "t is \"a\", expected anything but \"a\""),
        ("{t: {not: {absent: true}}}", json!({}), "t is absent, expected anything but nothing"),
        ("{t: {has: 3}}", json!({"t": [1]}), "t is [1], expected a list that has 3"),
        ("{t: {count: 1}}", json!({"t": []}), "t is [], expected a list whose length is 1"),
        ("{t: {gt: 5}}", json!({"t": 5}), "t is 5, expected a number greater than 5"),
        ("{t: {lt: 5}}", json!({"t": 5}), "t is 5, expected a number less than 5"),
        ("{t: {between: [1, 5]}}", json!({"t": 6}), "t is 6, expected a number from 1 to 5"),
        ("{t: {gt: 1, lt: 3}}", json!({"t": 4}), "t is 4, expected a number less than 3"),
        ("{t: {exactly: {a: 1}}}", json!({"t": {"a": 1, "b": 2}}), "t.b is 2, expected nothing"),
        (
            "{t: {exactly: {a: {b: 1}}}}",
            json!({"t": {"a": {"b": 1, "c": 2}}}),
            "t.a.c is 2, expected nothing",
        ),
        (
            "{t: {exactly: {a: {any: true}}}}",
            json!({"t": {"a": 1}}),
            "t.a is 1, expected exactly {any: true}",
        ),
        (
            "{t: {exact: true, a: {b: 1}}}",
            json!({"t": {"a": {"b": 1}, "c": 2}}),
            "t.c is 2, expected nothing",
        ),
        ("{t: {exact: true}}", json!({"t": {"a": 1}}), "t.a is 1, expected nothing"),
        (
            "[{a: {exact: true, b: 1}}]",
            json!([{"a": {"b": 1, "c": null}}]),
            "[0].a.c is null, expected nothing",
        ),
        ("{t: ~}", json!({"t": ""}), "t is \"\", expected null"),
        (
            "{t: {count: {gt: 2}}}",
            json!({"t": [1, 2]}),
            "t is [1,2], expected a list whose length is a number greater than 2",
        ),
        ("{t: {count: 1}}", json!({"t": "x"}), "t is \"x\", expected a list whose length is 1"),
        ("{t: {has: {a: 1}}}", json!({"t": {"a": 1}}), "t is {\"a\":1}, expected a list that has {a: 1}"),
        ("{t: {gt: 1}}", json!({"t": "2"}), "t is \"2\", expected a number greater than 1"),
        ("{t: {between: [1, 5]}}", json!({}), "t is absent, expected a number from 1 to 5"),
    ] {
        assert_eq!(differences(written, &actual), [expected], "{written} against {actual}");
    }
}

#[test]
fn a_message_may_be_given_as_its_text() {
    let scope = Map::new();
    for (written, actual, agrees) in [
        ("hello", json!({"text": "hello", "mid": "m"}), true),
        ("42", json!({"text": "42"}), true),
        ("{contains: ell}", json!({"text": "hello"}), true),
        ("{contains: x}", json!({"text": "hello"}), false),
        ("{text: {contains: ell}}", json!({"text": "hello"}), true),
        ("{absent: true}", json!({"attachment": {}}), true),
        ("{exactly: {text: a}}", json!({"text": "a"}), true),
        ("{exactly: {text: a}}", json!({"text": "a", "b": 1}), false),
    ] {
        let (documents, _) = yaml::read(&SourceText::new("t", written));
        assert_eq!(Pattern::of_message(&documents[0], &scope).unwrap().matches(&actual), agrees, "{written}");
    }
}

#[test]
fn the_nearest_value_has_the_highest_score() {
    let wanted = pattern("{a: 1, b: 2, c: 3}").unwrap();
    let scores: Vec<f64> =
        [json!({"a": 1, "b": 2, "c": 4}), json!({"a": 1}), json!({}), json!({"a": 1, "b": 2, "c": 3})]
            .iter()
            .map(|actual| wanted.compare(Some(actual)).score())
            .collect();
    assert!(
        scores[3] == 1.0 && scores[3] > scores[0] && scores[0] > scores[1] && scores[1] > scores[2],
        "{scores:?}"
    );
}

#[test]
fn a_wrong_matcher_is_an_error() {
    for wrong in [
        "{matches: \"(\"}",
        "{one_of: a}",
        "{one_of: []}",
        "{between: [5, 1]}",
        "{any: false}",
        "{absent: 1}",
        "{gt: a}",
        "{between: [1]}",
        "{between: [1, b]}",
        "{contains: [a]}",
        "{t: \"${nobody}\"}",
    ] {
        assert!(pattern(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn of_value_and_of_members() {
    let wanted = Pattern::of_members([("code".to_owned(), Pattern::of_value(&json!({"a": [1]})))]);
    assert!(wanted.matches(&json!({"code": {"a": [1], "b": 2}, "x": 1})));
    assert!(!wanted.matches(&json!({"code": {"a": [1, 2]}})));
}
