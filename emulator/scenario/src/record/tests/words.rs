//! What is said is written so that it is read again as what it was, with names in the place of ids and times.

use proptest::prelude::*;
use serde_json::{Map, json};

use super::super::names::Names;
use super::super::times::Times;
use super::super::tree::Line;
use super::*;
use crate::diagnostics::SourceText;
use crate::matcher::Pattern;
use crate::node::Node;
use crate::value::{self, evaluate};
use crate::yaml;

fn names() -> Names {
    let known = [(ANA, "ana.id"), (MID, "shopbot_1.message_id"), ("200000000000001", "shopbot.id")];
    let known = known.into_iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect();
    Names::new(known, Times::around([(BEGIN, BEGIN)]))
}

/// The same people and messages in another run.
fn scope() -> Map<String, Value> {
    let scope = json!({
        "ana": {"id": "777"}, "shopbot": {"id": "888"}, "shopbot_1": {"message_id": "m_other"},
    });
    scope.as_object().unwrap().clone()
}

/// The value as it is read from a file that it was written into.
fn read_again(tree: &Tree) -> Node {
    let mut text = "steps:\n".to_owned();
    write::steps(
        &mut text,
        &[Line::step([Some(("user", Tree::name("ana"))), Some(("value", tree.clone()))])],
    );
    let (documents, problems) = yaml::read(&SourceText::new("t", text.clone()));
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    documents[0].get("steps").unwrap().items().unwrap()[0].get("value").unwrap().clone()
}

/// Texts in which everything that YAML and expressions care about is more likely than elsewhere.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[ -~]{0,6}",
        prop::sample::select(vec![
            "${",
            "$${",
            "$",
            "}",
            "{",
            "\n",
            "\n\n",
            "\r\n",
            "\t",
            "'",
            "\"",
            "\\",
            ": ",
            " #",
            "- ",
            "no",
            "42",
            "~",
            "null",
            "true",
            " ",
            "---",
            "...",
            "|",
            ">",
            "&a",
            "*a",
            "!t",
            "%",
            "@",
            "`",
            "[",
            "]",
            ",",
            "?",
            "\u{feff}",
            "\u{2028}",
            "\u{85}",
            "\u{0}",
            "é",
            "😀",
            "👩‍👩‍👧",
            ANA,
            MID,
            "200000000000001",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// What a text says in another run.
fn in_another_run(text: &str) -> String {
    // Only whole words are ids, which `Names` decides; here it is enough to know that nothing else changes.
    let Tree::Text(source) = names().text(text) else { panic!("{text}") };
    value::text(&Node::text(source, crate::node::Span::default()), &scope()).unwrap()
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // What is exact in a few digits: other fractions lose their last one to the reader of JSON.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 16.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        // Keys whose values are taken as texts have tests of their own.
        let key = prop_oneof![
            text(),
            prop::sample::select(vec!["contains", "any", "exact", "count", "type"]).prop_map(str::to_owned),
        ];
        let key = key.prop_map(|key| if words(&key) { format!("{key}_") } else { key });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn words(key: &str) -> bool {
    crate::vocabulary::is_wire_text(key) || key.contains(ANA) || key.contains("200000000000001")
}

proptest! {
    #[test]
    fn a_text_is_the_same_after_it_was_written_and_read(text in text()) {
        let node = read_again(&names().text(&text));
        prop_assert!(node.quoted);
        prop_assert_eq!(value::text(&node, &scope()).unwrap(), in_another_run(&text));
        if !text.contains(ANA) && !text.contains(MID) && !text.contains("200000000000001") {
            prop_assert_eq!(value::text(&node, &scope()).unwrap(), text);
        }
    }

    #[test]
    fn a_text_with_ids_speaks_of_the_people_of_the_next_run(before in "[^0-9A-Za-z]{0,4}", after in "[^0-9A-Za-z_-]{0,4}") {
        for (id, other) in [(ANA, "777"), (MID, "m_other"), ("200000000000001", "888")] {
            let node = read_again(&names().text(&format!("{before}{id}{after}")));
            prop_assert_eq!(value::text(&node, &scope()).unwrap(), format!("{before}{other}{after}"));
        }
    }

    #[test]
    fn a_value_is_the_same_after_it_was_written_and_read(value in any_value()) {
        let spelt = value.to_string();
        prop_assume!(![ANA, MID, "200000000000001"].iter().any(|id| spelt.contains(id)));
        let node = read_again(&names().value(&value));
        prop_assert_eq!(evaluate(&node, &scope(), value::ReadAs::Any).unwrap(), value);
    }

    #[test]
    fn what_a_bot_said_is_what_is_expected(value in any_value()) {
        let spelt = value.to_string();
        prop_assume!(![ANA, MID, "200000000000001"].iter().any(|id| spelt.contains(id)));
        let node = read_again(&names().awaited_value(&value));
        let comparison = Pattern::build(&node, &scope()).unwrap().compare(Some(&value));
        prop_assert!(comparison.is_match(), "{:?}", comparison.mismatches);
    }

    #[test]
    fn a_duration_is_read_as_it_was_written(milliseconds in 0_i64..10_000_000_000) {
        let node = Node::text(duration(milliseconds), crate::node::Span::default());
        prop_assert_eq!(value::duration(&node, &Map::new()).unwrap(), milliseconds);
    }
}

#[test]
fn durations_are_written_as_people_speak_of_them() {
    const HOUR: i64 = 3_600_000;
    for (milliseconds, written) in [
        (0, "0s"),
        (1, "1ms"),
        (90_000, "1m 30s"),
        (24 * HOUR, "24h"),
        (24 * HOUR - 1_000, "23h 59m 59s"),
        (7 * 24 * HOUR, "7d"),
        (7 * 24 * HOUR - HOUR, "6d 23h"),
    ] {
        assert_eq!(duration(milliseconds), written);
    }
}

#[test]
fn moments_in_what_a_bot_says_become_patterns() {
    let rows = [
        ("ticket 1783328400123", Some(r"^ticket \d{13}$"), "ticket 1783328499999"),
        ("at 1783328400 (UTC)", Some(r"^at \d{10} \(UTC\)$"), "at 1783329999 (UTC)"),
        ("2026-07-06T09:00:01.5Z", None, "2026-07-06T10:11:12Z"),
        ("on 2026-07-06 09:00", None, "on 2026-07-06 11:22"),
        (
            "4429139782561071 since 1783328400123.",
            Some(r"^${ana.id} since \d{13}\.$"),
            "777 since 1783328499999.",
        ),
    ];
    for (said, pattern, next) in rows {
        let Tree::Map(entries) = names().awaited(said) else { panic!("{said}") };
        let [(key, Tree::Text(text))] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(key, "matches");
        if let Some(pattern) = pattern {
            assert_eq!(text, pattern);
        }
        let node = read_again(&names().awaited(said));
        let pattern = Pattern::build(&node, &scope()).unwrap();
        assert!(pattern.compare(Some(&json!(next))).is_match(), "{said}");
        assert!(!pattern.compare(Some(&json!("something else"))).is_match(), "{said}");
    }
    assert_eq!(
        names().awaited_value(&json!(1_783_328_400_001_i64)),
        Tree::map([Some(("any", Tree::Bool(true)))])
    );
}

#[test]
fn other_numbers_and_days_are_taken_as_they_are() {
    for said in [
        "order 1234567890123",
        "call 0123456789",
        "born 1984-07-06T09:00:00Z",
        "2026-07-06",
        "11783328400123",
        "44291397825610711",
        "x4429139782561071",
    ] {
        assert_eq!(names().awaited(said), Tree::Text(said.to_owned()));
    }
    assert_eq!(names().value(&json!(200_000_000_000_001_i64)), Tree::Text("${shopbot.id | int}".to_owned()));
    // What is said again is said as it was.
    assert_eq!(names().text("ticket 1783328400123"), Tree::Text("ticket 1783328400123".to_owned()));
}

#[test]
fn a_dollar_in_front_of_an_id_stays_one() {
    let node = read_again(&names().text(&format!("${ANA} $${{x}} ${MID}")));
    assert_eq!(value::text(&node, &scope()).unwrap(), "$777 $${x} $m_other");
}
