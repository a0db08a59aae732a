//! Text that is read into nodes.

use serde_json::json;

use super::*;

fn one(text: &str) -> Node {
    let (mut documents, problems) = read(&SourceText::new("t", text));
    assert_eq!(problems, [], "{text}");
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

#[test]
fn a_scalar_is_what_json_has_and_text_otherwise() {
    for (written, kind) in [
        ("true", NodeKind::Bool(true)),
        ("False", NodeKind::Bool(false)),
        ("42", NodeKind::Number(42.into())),
        ("-1", NodeKind::Number((-1).into())),
        ("18446744073709551615", NodeKind::Number(u64::MAX.into())),
        ("18446744073709551616", NodeKind::Text),
        ("no", NodeKind::Text),
        ("on", NodeKind::Text),
        ("+24h", NodeKind::Text),
        ("+24", NodeKind::Text),
        ("0123", NodeKind::Text),
        ("1_000", NodeKind::Text),
        ("0x1F", NodeKind::Text),
        ("12:30", NodeKind::Text),
        (".5", NodeKind::Text),
    ] {
        let map = one(&format!("{{a: {written} }}"));
        let node = map.get("a").unwrap();
        assert_eq!((&node.kind, node.source.as_str(), node.quoted), (&kind, written, false), "{written}");
    }
    assert_eq!(one("a: 1.50").get("a").unwrap().source, "1.50");
    assert_eq!(one("a: 1e5").get("a").unwrap().literal(), json!(1e5));
}

#[test]
fn quoted_scalars_are_texts_with_their_escapes_resolved() {
    for (written, text) in [
        (r#""42""#, "42"),
        ("'no'", "no"),
        ("''", ""),
        (r#""a\nb\u00e4""#, "a\nbä"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""a\/b""#, "a/b"),
        ("'it''s'", "it's"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">-\n  one\n  line\n", "one line"),
    ] {
        let map = one(&format!("a: {written}"));
        let node = map.get("a").unwrap();
        assert_eq!(
            (&node.kind, node.source.as_str(), node.quoted),
            (&NodeKind::Text, text, true),
            "{written}"
        );
    }
}

#[test]
fn spans_cover_what_was_written() {
    let text =
        "steps:\n  - user: ana\n    says: \"hellö\"\n  - expect: {owner: idle}\n  - list: [1, 2]\nempty:\n";
    let root = one(text);
    let cut = |span: Span| &text[span.start..span.end];
    let steps = root.get("steps").unwrap().items().unwrap();
    assert_eq!(cut(steps[0].span), "user: ana\n    says: \"hellö\"");
    assert_eq!(cut(steps[0].entry("says").unwrap().0.span), "says");
    assert_eq!(cut(steps[0].get("says").unwrap().span), "\"hellö\"");
    assert_eq!(cut(steps[1].get("expect").unwrap().span), "{owner: idle}");
    assert_eq!(cut(steps[2].get("list").unwrap().span), "[1, 2]");
    assert!(cut(root.get("steps").unwrap().span).ends_with("[1, 2]"));
    assert_eq!(root.get("empty").unwrap().span, Span::new(text.len() - 2, text.len() - 2));
}

#[test]
fn json_and_several_documents_and_aliases() {
    let json_text = r#"{"user": "ana", "says": "hi", "list": [1, true, null, {"a": "b"}]}"#;
    assert_eq!(one(json_text).literal(), serde_json::from_str::<serde_json::Value>(json_text).unwrap());
    assert_eq!(one("a: &x {b: 1}\nc: *x").literal(), json!({"a": {"b": 1}, "c": {"b": 1}}));
    assert_eq!(one("# a comment\n---\na: 1 # another\n---\n").literal(), json!({"a": 1}));
    let (documents, problems) = read(&SourceText::new("t", "a: 1\n---\nb: 2\n...\n---\nc: [\n"));
    assert_eq!(documents.iter().map(Node::literal).collect::<Vec<_>>(), [json!({"a": 1}), json!({"b": 2})]);
    assert_eq!(problems.len(), 1);
    assert_eq!(read(&SourceText::new("t", "")), (vec![], vec![]));
    assert_eq!(read(&SourceText::new("t", "# only a comment\n")), (vec![], vec![]));
}

#[test]
fn what_yaml_allows_and_a_step_does_not_need_is_refused() {
    for (written, message) in [
        ("a: 1\nb: 2\na: 3", "the key `a` comes twice in one mapping"),
        (r#"{"a": 1, "a": 1}"#, "the key `a` comes twice in one mapping"),
        ("a: !thing b", "tags (`!…`) are not used here"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "merge keys (`<<`) are not used here"),
        ("? [a]\n: b", "a key must be a single word or text"),
        ("a: &x [*x]", "an alias cannot stand inside what it names"),
    ] {
        let (_, problems) = read(&SourceText::new("t", written));
        assert_eq!(
            problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(),
            [message],
            "{written}"
        );
    }
}

#[test]
fn aliases_of_aliases_end() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        text.extend([format!("a{level}: &a{level} [{before}]\n")]);
    }
    let (_, problems) = read(&SourceText::new("t", text));
    assert_eq!(problems[0].message, "this file holds more values than a scenario can have");
}

#[test]
fn an_unquoted_expression_in_braces_is_explained() {
    for written in [
        "a: {to: ${x.id}}",
        "a: [${x.id}]",
        "a: {text: hi ${x.id}}",
        "a: {to: ${x.id}, b: \"${y.id}\"}",
        "- app: x\n  passes_control: {to: ${x.id}}\n- clock: +1h",
        "{${x.id}: 1}",
    ] {
        let (_, problems) = read(&SourceText::new("t", written));
        assert_eq!(problems.len(), 1, "{written}: {problems:?}");
        assert_eq!(problems[0].message, "an expression inside `{ }` or `[ ]` must be in quotes", "{written}");
        assert_eq!(&written[problems[0].span.start..problems[0].span.end], "${x.id}", "{written}");
    }
    assert_eq!(one("a: hi ${x.id}").literal(), json!({"a": "hi ${x.id}"}));
    assert_eq!(one("a: {b: \"${x.id}\"}").literal(), json!({"a": {"b": "${x.id}"}}));
}

#[test]
fn no_text_makes_the_reader_panic() {
    let text = "steps:\n  - user: \"ana\"\n    says: {a: [1, ${x}], 'ü': *y} # é\n  - !t &a |\n    é\n";
    for from in 0..text.len() {
        for to in from..=text.len() {
            if let Some(part) = text.get(from..to) {
                let file = SourceText::new("t", part);
                for problem in read(&file).1 {
                    assert!(!problem.render(crate::diagnostics::Colour::Never).is_empty());
                }
            }
        }
    }
}
