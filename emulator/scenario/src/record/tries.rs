//! Whether the attempts of a journal can have happened. They come from outside, so nothing above them leads to what they
//! say; but they go with their delivery, with each other, and with the times at which deliveries are tried again (M-193).

use std::collections::HashMap;

use emulator_core::{Timestamp, retry_after};
use emulator_server::journal::Kind;
use emulator_server::rfc3339;
use serde_json::Value;

use super::journal::Entry;

/// How much later than it is due something may happen while the clock runs, in milliseconds.
const SLACK: i64 = 1_000;

/// What is known of a delivery.
struct Tried<'a> {
    delivery: &'a Entry,
    attempts: u64,
    /// The line of the last attempt, when it was, and its result.
    last: Option<(u64, i64, &'a str)>,
}

/// What cannot be so, with the lines in which it stands; `lines` are those of the entries.
pub(super) fn impossible(entries: &[Entry], lines: &[u64]) -> Vec<String> {
    let mut deliveries: HashMap<u64, Tried<'_>> = HashMap::new();
    let mut found = Vec::new();
    for (entry, line) in entries.iter().zip(lines) {
        if entry.kind == Kind::Delivery {
            deliveries.insert(entry.seq, Tried { delivery: entry, attempts: 0, last: None });
        } else if entry.kind == Kind::Attempt
            && let Err(why) = attempt(&mut deliveries, entry, *line)
        {
            found.push(format!("line {line} cannot have happened: {why}; was it edited?"));
        }
    }
    // A move of the clock ends later than its entry.
    let reaches = |entry: &Entry| entry.time("to").filter(|_| entry.kind == Kind::Clock).unwrap_or(entry.at);
    let end = entries.iter().map(reaches).max().unwrap_or_default();
    let mut missing: Vec<(u64, String)> = deliveries
        .values()
        .filter_map(|tried| {
            let (line, due) = (tried.last?.0, due(tried)?);
            let was_to = || format!("the delivery was to be tried again at {}", rfc3339(Timestamp(due)));
            let text =
                || format!("line {line} cannot have happened: {}, and was not; was it edited?", was_to());
            (end > due.saturating_add(SLACK)).then(|| (line, text()))
        })
        .collect();
    missing.sort_unstable();
    found.extend(missing.into_iter().map(|(_, text)| text));
    found
}

/// When a delivery is to be tried again, if it is.
fn due(tried: &Tried<'_>) -> Option<i64> {
    let (_, at, result) = tried.last?;
    let is_open = result != ACKNOWLEDGED && result != DROPPED;
    let wait = retry_after(u32::try_from(tried.attempts).ok()?).filter(|_| is_open)?;
    Some(at.saturating_add(wait.0))
}

/// Takes in an attempt.
fn attempt<'a>(deliveries: &mut HashMap<u64, Tried<'a>>, entry: &'a Entry, line: u64) -> Result<(), String> {
    let number = |name: &str| entry.data.get(name).and_then(Value::as_u64);
    let of = number("delivery").ok_or("it names no delivery")?;
    let tried = deliveries.get_mut(&of).ok_or_else(|| format!("there is no delivery {of} above it"))?;
    if entry.cause != Some(of) {
        return Err(format!("its cause is not the delivery {of}"));
    }
    for who in ["app", "person"] {
        if entry.text(who) != tried.delivery.text(who) {
            return Err(format!("the delivery {of} is not for that {who}"));
        }
    }
    let before = tried.last.map(|(_, _, result)| result);
    if let Some(done @ (ACKNOWLEDGED | DROPPED)) = before {
        return Err(format!("the delivery {of} was {done} before"));
    }
    let (is, should_be) = (number("number"), tried.attempts + 1);
    if is != Some(should_be) {
        return Err(format!("it is attempt {should_be} of the delivery {of}"));
    }
    let result = entry.text("result").filter(|word| RESULTS.contains(word)).ok_or("it has no result")?;
    let due = due(tried);
    tried.attempts = should_be;
    tried.last = Some((line, entry.at, result));
    let status = number("status");
    let fits = match (result, status) {
        (ACKNOWLEDGED, Some(status)) => (200..300).contains(&status),
        (REFUSED, Some(status)) => !(200..300).contains(&status),
        (ACKNOWLEDGED | REFUSED, None) => false,
        (_, status) => status.is_none(),
    };
    if !fits {
        let status = status.map_or_else(|| "no status".to_owned(), |status| format!("status {status}"));
        return Err(format!("the result `{result}` does not go with {status}"));
    }
    match due.filter(|due| entry.at < *due && result != DROPPED) {
        Some(due) => Err(format!("the delivery {of} was not due before {}", rfc3339(Timestamp(due)))),
        None => Ok(()),
    }
}

const ACKNOWLEDGED: &str = "acknowledged";
const REFUSED: &str = "refused";
const DROPPED: &str = "dropped";
const RESULTS: [&str; 6] = [ACKNOWLEDGED, REFUSED, "timed_out", "unreachable", DROPPED, "broken"];

#[cfg(test)]
mod tests {
    use emulator_server::journal::AttemptResult;
    use serde_json::json;

    use super::*;

    const BEGIN: i64 = 1_783_328_400_000;

    fn entry(seq: u64, after: i64, cause: Option<u64>, kind: Kind, data: &Value) -> Entry {
        let data = data.as_object().cloned().unwrap_or_default();
        let at = BEGIN + after;
        Entry { seq, at, wall: at, cause, kind, data, saw_owner: None }
    }

    /// A delivery, the attempts with the seconds after which they come, and something that happens at the end.
    fn journal(attempts: &[(i64, Value)], end: i64) -> Vec<String> {
        let mut entries = vec![entry(
            1,
            0,
            None,
            Kind::Delivery,
            &json!({"app": "bot", "person": "ana", "field": "messages"}),
        )];
        for (seq, (after, data)) in (2..).zip(attempts) {
            let mut whole = json!({"app": "bot", "person": "ana", "delivery": 1});
            for (name, value) in data.as_object().into_iter().flatten() {
                whole[name] = value.clone();
            }
            entries.push(entry(seq, after * 1_000, Some(1), Kind::Attempt, &whole));
        }
        entries.push(entry(99, end * 1_000, None, Kind::Note, &json!({"text": "end"})));
        let lines: Vec<u64> = (2..).take(entries.len()).collect();
        impossible(&entries, &lines)
    }

    fn acknowledged(number: u64) -> Value {
        json!({"number": number, "result": "acknowledged", "status": 200})
    }

    fn failed(number: u64) -> Value {
        json!({"number": number, "result": "timed_out"})
    }

    #[test]
    fn what_happens_is_possible() {
        assert!(journal(&[(0, acknowledged(1))], 100).is_empty());
        assert!(
            journal(&[(0, failed(1)), (0, failed(2)), (1, failed(3)), (6, acknowledged(4))], 1_000)
                .is_empty()
        );
        // The end may come before the next attempt, or while it goes on.
        assert!(journal(&[(0, failed(1)), (0, failed(2))], 1).is_empty());
        let dropped = json!({"number": 2, "result": "dropped", "why": "its webhooks are switched off"});
        assert!(journal(&[(0, failed(1)), (0, dropped)], 1_000).is_empty());
        let hour: Vec<(i64, Value)> = [0, 0, 1, 6, 36, 156, 756, 1_356, 1_956, 2_556, 3_156]
            .into_iter()
            .zip(1..)
            .map(|(after, number)| (after, failed(number)))
            .collect();
        assert!(journal(&hour, 100_000).is_empty());
    }

    #[test]
    fn each_edit_is_found() {
        for (attempts, why) in [
            (
                vec![(0, json!({"number": 1, "result": "refused", "status": 200}))],
                "the result `refused` does not go with status 200",
            ),
            (
                vec![(0, json!({"number": 1, "result": "acknowledged", "status": 500}))],
                "does not go with status 500",
            ),
            (vec![(0, json!({"number": 1, "result": "acknowledged"}))], "does not go with no status"),
            (
                vec![(0, json!({"number": 1, "result": "timed_out", "status": 200}))],
                "does not go with status 200",
            ),
            (vec![(0, json!({"number": 1, "result": "fine", "status": 200}))], "it has no result"),
            (
                vec![(0, json!({"number": 1, "result": "refused", "status": 500}))],
                "was to be tried again at 2026-07-06T09:00:00Z, and was not",
            ),
            (vec![(0, acknowledged(2))], "it is attempt 1 of the delivery 1"),
            (vec![(0, acknowledged(1)), (0, acknowledged(2))], "the delivery 1 was acknowledged before"),
            (
                vec![(0, failed(1)), (0, failed(2)), (0, acknowledged(3))],
                "was not due before 2026-07-06T09:00:01Z",
            ),
            (
                vec![(0, json!({"number": 1, "result": "acknowledged", "status": 200, "app": "desk"}))],
                "is not for that app",
            ),
            (
                vec![(0, json!({"number": 1, "result": "acknowledged", "status": 200, "person": "bo"}))],
                "is not for that person",
            ),
            (
                vec![(0, json!({"number": 1, "result": "acknowledged", "status": 200, "delivery": 7}))],
                "there is no delivery 7 above it",
            ),
        ] {
            let found = journal(&attempts, 100);
            let last = 2 + attempts.len();
            assert!(
                found
                    .iter()
                    .any(|text| text.starts_with(&format!("line {last} cannot")) && text.contains(why)),
                "{why}: {found:?}"
            );
        }
    }

    #[test]
    fn the_words_are_those_of_journals() {
        use emulator_server::journal::AttemptResult::{
            Acknowledged, Broken, Dropped, Refused, TimedOut, Unreachable,
        };
        let why = || "x".into();
        let all = [
            Acknowledged { status: 200 },
            Refused { status: 500, excerpt: None },
            TimedOut,
            Unreachable { why: why() },
            Dropped { why: why() },
            Broken { why: why() },
        ];
        assert_eq!(all.each_ref().map(AttemptResult::name), RESULTS);
    }
}
