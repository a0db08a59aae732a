//! Putting a journal into causal order, in which it does not matter how fast anybody was.

use std::collections::BTreeMap;

use super::{Cause, Class, Entry, Record};

/// Where an entry stands among those with the same cause: what the step itself did, in its order;
/// then the result of the delivery; then what the apps did, app by app, calls that change something
/// in their order and reads after them by kind.
fn place(entry: &Entry) -> (u8, u64, u8, &'static str) {
    match (entry.kind().class(), &entry.record) {
        (Class::Attempt, Record::Attempt { number, .. }) => (1, u64::from(*number), 0, ""),
        (Class::Call, Record::Call(call)) if !call.played => {
            let app = call.app.map_or(0, |app| app.0);
            if call.reads_only() { (2, app, 1, call.verb()) } else { (2, app, 0, "") }
        }
        (
            Class::Act
            | Class::Call
            | Class::Answer
            | Class::Platform
            | Class::Attempt
            | Class::Effect
            | Class::Hearing,
            _,
        ) => (0, 0, 0, ""),
    }
}

/// The entries under their causes, numbered anew from 1.
pub fn causal_order(entries: Vec<Entry>) -> Vec<Entry> {
    let mut children: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let known = |seq: u64| entries.binary_search_by_key(&seq, |entry| entry.seq).is_ok();
    for (index, entry) in entries.iter().enumerate() {
        let parent = entry.cause.map(|cause| cause.seq).filter(|seq| known(*seq)).unwrap_or(0);
        children.entry(parent).or_default().push(index);
    }
    for (parent, below) in &mut children {
        // What has no cause is a step or the clock: one runner makes them, in the order of the file.
        if *parent != 0 {
            below.sort_by_key(|index| place(&entries[*index]));
        }
    }
    let mut order = Vec::with_capacity(entries.len());
    let mut open: Vec<usize> = children.get(&0).into_iter().flatten().rev().copied().collect();
    while let Some(index) = open.pop() {
        order.push(index);
        open.extend(children.get(&entries[index].seq).into_iter().flatten().rev());
    }
    renumber(entries, &order)
}

fn renumber(entries: Vec<Entry>, order: &[usize]) -> Vec<Entry> {
    let numbers: BTreeMap<u64, u64> = order.iter().map(|index| entries[*index].seq).zip(1..).collect();
    let renamed = |seq: u64| numbers.get(&seq).copied().unwrap_or(seq);
    let mut slots: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    let taken = order.iter().filter_map(|index| slots[*index].take());
    taken
        .map(|mut entry| {
            entry.seq = renamed(entry.seq);
            entry.cause = entry.cause.map(|cause| Cause { seq: renamed(cause.seq), ..cause });
            if let Record::Attempt { delivery, .. } = &mut entry.record {
                *delivery = renamed(*delivery);
            }
            entry
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use emulator_core::{AppId, Psid, Saw, Timestamp};

    use crate::clock::Wall;
    use crate::journal::{AttemptResult, Call, CallContent};

    fn entry(seq: u64, cause: u64, record: Record) -> Entry {
        let cause = (cause != 0).then(|| Cause::certain(cause));
        Entry { seq, at: Timestamp(0), cause, rule: None, saw: Saw::default(), record, wall: Wall(0) }
    }

    fn note(text: &str) -> Record {
        Record::Note { text: text.into() }
    }

    fn call(app: u64, method: &str) -> Record {
        let content = CallContent::Request { method: method.into(), path: "x".into(), asked: None };
        Record::Call(Call { app: Some(AppId(app)), page: None, person: None, content, played: false })
    }

    fn attempt(delivery: u64) -> Record {
        let result = AttemptResult::Acknowledged { status: 200 };
        Record::Attempt { app: AppId(1), person: Some(Psid(1)), delivery, number: 1, result, took_ms: 0 }
    }

    fn shape(entries: Vec<Entry>) -> Vec<(u64, u64, String)> {
        let describe = |record: &Record| {
            if let Record::Note { text } = record {
                text.to_string()
            } else if let Record::Call(call) = record {
                format!("call {} {}", call.app.unwrap(), call.reads_only())
            } else if let Record::Attempt { delivery, .. } = record {
                format!("attempt of {delivery}")
            } else {
                unreachable!("these tests make none")
            }
        };
        let line =
            |entry: &Entry| (entry.seq, entry.cause.map_or(0, |cause| cause.seq), describe(&entry.record));
        causal_order(entries).iter().map(line).collect()
    }

    #[test]
    fn it_does_not_matter_whether_a_call_overtakes_its_own_acknowledgement() {
        let slow = vec![
            entry(1, 0, note("a")),
            entry(2, 1, note("delivery")),
            entry(3, 2, attempt(2)),
            entry(4, 2, call(1, "POST")),
            entry(5, 4, note("effect")),
            entry(6, 0, note("b")),
        ];
        let fast = vec![
            entry(1, 0, note("a")),
            entry(2, 1, note("delivery")),
            entry(3, 2, call(1, "POST")),
            entry(4, 3, note("effect")),
            entry(5, 0, note("b")),
            entry(6, 2, attempt(2)),
        ];
        assert_eq!(shape(slow), shape(fast));
    }

    #[test]
    fn calls_of_several_apps_stand_app_by_app_and_reads_behind_writes() {
        let one = vec![
            entry(1, 0, note("a")),
            entry(2, 1, call(2, "POST")),
            entry(3, 1, call(1, "GET")),
            entry(4, 1, call(1, "POST")),
        ];
        let order: Vec<String> = shape(one).into_iter().map(|(_, _, text)| text).collect();
        assert_eq!(order, ["a", "call 1 false", "call 1 true", "call 2 false"]);
    }

    #[test]
    fn entries_whose_cause_is_no_longer_kept_stay() {
        let entries = vec![entry(8, 3, note("orphan")), entry(9, 8, note("child"))];
        let texts: Vec<String> = shape(entries).into_iter().map(|(_, _, text)| text).collect();
        assert_eq!(texts, ["orphan", "child"]);
    }
}
