//! Expectations against entries that are made by hand.

use serde_json::json;

use super::*;
use crate::feed::tests::{ANA, BOT, DESK, PAGE, Tape};
use crate::node::Span;

fn leaf(what: Wanted) -> Leaf {
    Leaf { span: Span::default(), what }
}

fn message(text: &str) -> Leaf {
    let pattern = Pattern::of_value(
        &json!({"message": if text.is_empty() { json!({}) } else { json!({"text": text}) }}),
    );
    leaf(Wanted::Message { app: BOT, person: Some(ANA), pattern })
}

fn takes(app: emulator_core::AppId) -> Leaf {
    let verb = crate::vocabulary::app_verb("takes_control").unwrap();
    leaf(Wanted::Call { app, page: PAGE, person: Some(ANA), verb, pattern: None, refused: None })
}

fn webhook(acknowledged: bool, attempts: Option<u32>) -> Leaf {
    let pattern = Pattern::of_value(&json!({"event": {"message": {"text": "hello"}}}));
    let attempts = attempts.map(|count| Pattern::of_value(&json!(count)));
    leaf(Wanted::Webhook { app: BOT, page: PAGE, person: None, pattern, acknowledged, attempts })
}

/// What became of it, and the leaves that are met with the numbers of their entries.
fn verdict(
    tape: &Tape,
    leaves: &[Leaf],
    ways: &[Way],
    states: &[usize],
) -> (&'static str, Vec<(usize, u64)>) {
    let seen = Seen {
        feed: &tape.feed,
        names: emulator_server::journal::Names::default(),
        page: PAGE,
        base_url: "",
        is_real: &|app| app == BOT,
    };
    let states = states.iter().map(|leaf| (*leaf, json!({"owner": "x"}))).collect();
    let (word, progress) = match seen.verdict(leaves, ways, &states) {
        Verdict::Met(progress) => ("met", progress),
        Verdict::NotYet(progress) => ("not yet", progress),
        Verdict::Broken(_, progress) => ("broken", progress),
    };
    let entries = progress.entries.into_iter().map(|(leaf, entry)| (leaf, tape.feed.entries[entry].seq));
    (word, entries.collect())
}

/// All of the leaves, in any order.
fn all(leaves: &[Leaf]) -> Vec<Way> {
    vec![(0..leaves.len()).map(|leaf| vec![leaf]).collect()]
}

/// One of the leaves.
fn one(leaves: &[Leaf]) -> Vec<Way> {
    vec![vec![(0..leaves.len()).collect()]]
}

#[test]
fn overlapping_parts_are_matched_and_not_taken_greedily() {
    let mut tape = Tape::default();
    let (first, second) = (tape.message(BOT, "a"), tape.message(BOT, "b"));
    // Anything would take the first message, and leave to the other one a message that it does not match.
    let leaves = [message(""), message("a")];
    assert_eq!(verdict(&tape, &leaves, &all(&leaves), &[]), ("met", vec![(0, second), (1, first)]));
}

#[test]
fn messages_in_any_order_are_strict_as_a_set() {
    let mut tape = Tape::default();
    let first = tape.message(BOT, "b");
    let leaves = [message("a"), message("b"), takes(BOT)];
    assert_eq!(verdict(&tape, &leaves, &all(&leaves), &[]), ("not yet", vec![(1, first)]));
    tape.message(BOT, "c");
    assert_eq!(verdict(&tape, &leaves, &all(&leaves), &[]).0, "broken");
    // Behind the last message that is waited for, others are for later steps.
    let mut tape = Tape::default();
    let messages = (tape.message(BOT, "b"), tape.message(BOT, "a"));
    tape.message(BOT, "c");
    let call = tape.takes(BOT);
    let met = vec![(0, messages.1), (1, messages.0), (2, call)];
    assert_eq!(verdict(&tape, &leaves, &all(&leaves), &[]), ("met", met));
}

#[test]
fn of_alternatives_the_first_that_happened_wins_whatever_the_order_in_the_file() {
    let mut tape = Tape::default();
    let leaves = [takes(DESK), takes(BOT), message("a")];
    assert_eq!(verdict(&tape, &leaves, &one(&leaves), &[]), ("not yet", vec![]));
    let call = tape.takes(BOT);
    tape.message(BOT, "a");
    tape.takes(DESK);
    assert_eq!(verdict(&tape, &leaves, &one(&leaves), &[]), ("met", vec![(1, call)]));
    // A state counts where nothing has come.
    let nothing = Tape::default();
    assert_eq!(verdict(&nothing, &leaves, &one(&leaves), &[0]), ("met", vec![]));
    // A message that is no alternative breaks those that wait for messages alone.
    let mut tape = Tape::default();
    tape.message(BOT, "c");
    assert_eq!(verdict(&tape, &leaves, &one(&leaves), &[]).0, "not yet");
    let leaves = [message("a"), message("b")];
    assert_eq!(verdict(&tape, &leaves, &one(&leaves), &[]).0, "broken");
}

#[test]
fn of_several_ways_the_one_that_is_complete_first_wins() {
    let leaves = [takes(BOT), takes(DESK), message("a")];
    let ways = [vec![vec![0], vec![1]], vec![vec![2]]];
    let mut tape = Tape::default();
    let bot = tape.takes(BOT);
    assert_eq!(verdict(&tape, &leaves, &ways, &[]), ("not yet", vec![(0, bot)]));
    let greeting = tape.message(BOT, "a");
    tape.takes(DESK);
    assert_eq!(verdict(&tape, &leaves, &ways, &[]), ("met", vec![(2, greeting)]));
}

#[test]
fn a_refused_call_is_no_accepted_one() {
    let mut tape = Tape::default();
    let call = tape.takes(BOT);
    tape.refused(call);
    let accepted = [takes(BOT)];
    assert_eq!(verdict(&tape, &accepted, &all(&accepted), &[]).0, "not yet");
    let refused = Some(Pattern::of_value(&json!({"code": 10})));
    let verb = crate::vocabulary::app_verb("takes_control").unwrap();
    let leaves = [leaf(Wanted::Call { app: BOT, page: PAGE, person: None, verb, pattern: None, refused })];
    assert_eq!(verdict(&tape, &leaves, &all(&leaves), &[]), ("met", vec![(0, call)]));
}

#[test]
fn attempts_are_those_it_took_or_those_in_vain_so_far() {
    let mut tape = Tape::default();
    let seq = tape.delivery(BOT, "hello");
    let met = |tape: &Tape, acknowledged, attempts| {
        let leaves = [webhook(acknowledged, attempts)];
        verdict(tape, &leaves, &all(&leaves), &[]).0 == "met"
    };
    assert!(!met(&tape, true, None) && !met(&tape, false, None));
    tape.attempt(seq, 1, 500);
    tape.attempt(seq, 2, 500);
    // However many have come by the time somebody looks, it was once so.
    assert!(met(&tape, false, Some(1)) && met(&tape, false, Some(2)) && !met(&tape, false, Some(3)));
    assert!(!met(&tape, true, Some(2)));
    tape.attempt(seq, 3, 200);
    assert!(met(&tape, true, Some(3)) && !met(&tape, true, Some(2)) && met(&tape, true, None));
}

#[test]
fn what_is_decided_stays_so_whatever_comes_behind_it() {
    let leaves = [message(""), message("a"), takes(BOT), webhook(true, None)];
    let ways = [vec![vec![0], vec![1], vec![2, 3]]];
    let mut whole = Tape::default();
    let delivery = whole.delivery(BOT, "hello");
    whole.message(BOT, "a");
    whole.message(BOT, "b");
    whole.attempt(delivery, 1, 200);
    whole.takes(BOT);
    let expected = verdict(&whole, &leaves, &ways, &[]);
    assert_eq!(expected.0, "met");
    let mut growing = Tape::default();
    let mut decided = false;
    for entry in whole.feed.entries.clone() {
        growing.feed.add(entry);
        let found = verdict(&growing, &leaves, &ways, &[]);
        decided |= found.0 == "met";
        assert_eq!(found == expected, decided, "{found:?}");
    }
    assert!(decided);
}
