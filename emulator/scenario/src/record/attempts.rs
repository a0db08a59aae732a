//! Whether the attempts of a journal can have happened. They come from outside, so nothing above them leads to what they
//! say; but they go with their delivery, with each other, and with the times at which deliveries are tried again (M-193).

use std::collections::HashMap;

use emulator_core::{AppId, Psid, Timestamp, retry_after};
use emulator_server::journal::{AttemptResult, Entry, Record};
use emulator_server::rfc3339;

use super::delivered::Delivered;

/// How much later than it is due something may happen while the clock runs, in milliseconds.
const SLACK: i64 = 1_000;

/// What is known of a delivery.
struct Tried<'a> {
    app: AppId,
    person: Option<Psid>,
    attempts: u32,
    /// The line of the last attempt, when it was, and its result.
    last: Option<(u64, i64, &'a AttemptResult)>,
}

/// What cannot be so, with the lines in which it stands; `lines` are those of the entries.
pub(super) fn impossible(entries: &[Entry], lines: &[u64]) -> Vec<String> {
    let mut deliveries: HashMap<u64, Tried<'_>> = HashMap::new();
    let mut found = Vec::new();
    for (entry, line) in entries.iter().zip(lines) {
        if let Some(Delivered { app, person, .. }) = Delivered::of(entry) {
            deliveries.insert(entry.seq, Tried { app, person, attempts: 0, last: None });
        } else if let Err(why) = attempt(&mut deliveries, entry, *line) {
            found.push(format!("line {line} cannot have happened: {why}; was it edited?"));
        }
    }
    // A move of the clock ends later than its entry.
    let reaches = |entry: &Entry| if let Record::Clock { to } = entry.record { to.0 } else { entry.at.0 };
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

/// True for the last attempt of a delivery.
const fn ends(result: &AttemptResult) -> bool {
    matches!(result, AttemptResult::Acknowledged { .. } | AttemptResult::Dropped { .. })
}

/// When a delivery is to be tried again, if it is.
fn due(tried: &Tried<'_>) -> Option<i64> {
    let (_, at, result) = tried.last?;
    let wait = retry_after(tried.attempts).filter(|_| !ends(result))?;
    Some(at.saturating_add(wait.0))
}

/// Takes in an attempt.
fn attempt<'a>(deliveries: &mut HashMap<u64, Tried<'a>>, entry: &'a Entry, line: u64) -> Result<(), String> {
    let Record::Attempt { app, person, delivery, number, result, took_ms: _ } = &entry.record else {
        return Ok(());
    };
    let tried =
        deliveries.get_mut(delivery).ok_or_else(|| format!("there is no delivery {delivery} above it"))?;
    if entry.cause.map(|cause| cause.seq) != Some(*delivery) {
        return Err(format!("its cause is not the delivery {delivery}"));
    }
    if *app != tried.app {
        return Err(format!("the delivery {delivery} is not for that app"));
    }
    if *person != tried.person {
        return Err(format!("the delivery {delivery} is not for that person"));
    }
    if let Some((_, _, done)) = tried.last.filter(|(_, _, before)| ends(before)) {
        return Err(format!("the delivery {delivery} was {} before", done.name()));
    }
    let should_be = tried.attempts + 1;
    if *number != should_be {
        return Err(format!("it is attempt {should_be} of the delivery {delivery}"));
    }
    let due = due(tried);
    tried.attempts = should_be;
    tried.last = Some((line, entry.at.0, result));
    let fits = match result {
        AttemptResult::Acknowledged { status } => (200..300).contains(status),
        AttemptResult::Refused { status, .. } => !(200..300).contains(status),
        AttemptResult::TimedOut
        | AttemptResult::Unreachable { .. }
        | AttemptResult::Broken { .. }
        | AttemptResult::Dropped { .. } => true,
    };
    if let (false, AttemptResult::Acknowledged { status } | AttemptResult::Refused { status, .. }) =
        (fits, result)
    {
        return Err(format!("the result `{}` does not go with status {status}", result.name()));
    }
    let dropped = matches!(result, AttemptResult::Dropped { .. });
    match due.filter(|due| entry.at.0 < *due && !dropped) {
        Some(due) => Err(format!("the delivery {delivery} was not due before {}", rfc3339(Timestamp(due)))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use emulator_core::{Channel, Field, Saw};
    use emulator_server::Wall;
    use emulator_server::journal::{Cause, Heard};

    use super::*;

    const BEGIN: i64 = 1_783_328_400_000;
    const BOT: AppId = AppId(7);
    const ANA: Psid = Psid(1);

    fn entry(seq: u64, after: i64, cause: Option<u64>, record: Record) -> Entry {
        let (at, cause) = (BEGIN + after, cause.map(Cause::certain));
        Entry { seq, at: Timestamp(at), cause, rule: None, saw: Saw::default(), record, wall: Wall(at) }
    }

    /// A delivery, the attempts with the seconds after which they come, and something that happens at the end.
    fn journal(attempts: &[(i64, Record)], end: i64) -> Vec<String> {
        let (channel, field) = (Channel::Messaging, Field::Messages);
        let heard = Heard { app: BOT, person: Some(ANA), channel, field, event: "{}".into() };
        let mut entries = vec![entry(1, 0, None, Record::Heard(heard))];
        for (seq, (after, record)) in (2..).zip(attempts) {
            entries.push(entry(seq, after * 1_000, Some(1), record.clone()));
        }
        entries.push(entry(99, end * 1_000, None, Record::Note { text: "end".into() }));
        let lines: Vec<u64> = (2..).take(entries.len()).collect();
        impossible(&entries, &lines)
    }

    fn tried(number: u32, result: AttemptResult) -> Record {
        Record::Attempt { app: BOT, person: Some(ANA), delivery: 1, number, result, took_ms: 0 }
    }

    fn acknowledged(number: u32) -> Record {
        tried(number, AttemptResult::Acknowledged { status: 200 })
    }

    fn refused(number: u32, status: u16) -> Record {
        tried(number, AttemptResult::Refused { status, excerpt: None })
    }

    fn failed(number: u32) -> Record {
        tried(number, AttemptResult::TimedOut)
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
        let dropped = tried(2, AttemptResult::Dropped { why: "its webhooks are switched off".into() });
        assert!(journal(&[(0, failed(1)), (0, dropped)], 1_000).is_empty());
        let hour: Vec<(i64, Record)> = [0, 0, 1, 6, 36, 156, 756, 1_356, 1_956, 2_556, 3_156]
            .into_iter()
            .zip(1..)
            .map(|(after, number)| (after, failed(number)))
            .collect();
        assert!(journal(&hour, 100_000).is_empty());
    }

    #[test]
    fn each_edit_is_found() {
        let other_app = Record::Attempt {
            app: AppId(8),
            person: Some(ANA),
            delivery: 1,
            number: 1,
            result: AttemptResult::TimedOut,
            took_ms: 0,
        };
        let other = |person, delivery| Record::Attempt {
            app: BOT,
            person,
            delivery,
            number: 1,
            result: AttemptResult::TimedOut,
            took_ms: 0,
        };
        for (attempts, why) in [
            (vec![(0, refused(1, 200))], "the result `refused` does not go with status 200"),
            (
                vec![(0, tried(1, AttemptResult::Acknowledged { status: 500 }))],
                "`acknowledged` does not go with status 500",
            ),
            (vec![(0, refused(1, 500))], "was to be tried again at 2026-07-06T09:00:00Z, and was not"),
            (vec![(0, acknowledged(2))], "it is attempt 1 of the delivery 1"),
            (vec![(0, acknowledged(1)), (0, acknowledged(2))], "the delivery 1 was acknowledged before"),
            (
                vec![(0, failed(1)), (0, failed(2)), (0, acknowledged(3))],
                "was not due before 2026-07-06T09:00:01Z",
            ),
            (vec![(0, other_app)], "is not for that app"),
            (vec![(0, other(Some(Psid(2)), 1))], "is not for that person"),
            (vec![(0, other(Some(ANA), 7))], "there is no delivery 7 above it"),
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
}
