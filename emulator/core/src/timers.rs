//! Deadlines of a world. At most one of a kind for each conversation, so that nothing ever waits on
//! a deadline that no longer applies.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::Psid;
use crate::time::Timestamp;

/// What a deadline is about. Equal deadlines fire in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// The owner's control of a conversation ends.
    ControlEnds,
}

/// One deadline of one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timer {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: TimerKind,
    /// Whose conversation.
    pub person: Psid,
}

/// The deadlines, ordered by time, kind and person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Timers {
    queue: BTreeSet<Timer>,
    armed: BTreeMap<(Psid, TimerKind), Timestamp>,
}

impl Timers {
    /// The next deadline.
    pub fn next(&self) -> Option<Timer> {
        self.queue.first().copied()
    }

    /// How many deadlines there are.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// True when nothing is due, ever.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Sets the deadline of that kind for the conversation, in place of an earlier one.
    pub(crate) fn arm(&mut self, timer: Timer) {
        if let Some(before) = self.armed.insert((timer.person, timer.kind), timer.at) {
            if before == timer.at {
                return;
            }
            self.queue.remove(&Timer { at: before, ..timer });
        }
        self.queue.insert(timer);
    }

    /// Takes the deadline of that kind away.
    pub(crate) fn disarm(&mut self, person: Psid, kind: TimerKind) {
        if let Some(at) = self.armed.remove(&(person, kind)) {
            self.queue.remove(&Timer { at, kind, person });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timer(at: i64, person: u64) -> Timer {
        Timer { at: Timestamp(at), kind: TimerKind::ControlEnds, person: Psid(person) }
    }

    #[test]
    fn a_later_deadline_replaces_the_earlier_one_of_the_same_conversation() {
        let mut timers = Timers::default();
        timers.arm(timer(10, 1));
        timers.arm(timer(5, 2));
        timers.arm(timer(3, 1));
        assert_eq!(timers.next(), Some(timer(3, 1)));
        timers.arm(timer(20, 1));
        assert_eq!((timers.next(), timers.len()), (Some(timer(5, 2)), 2));
        timers.disarm(Psid(2), TimerKind::ControlEnds);
        timers.disarm(Psid(2), TimerKind::ControlEnds);
        assert_eq!((timers.next(), timers.len()), (Some(timer(20, 1)), 1));
    }

    #[test]
    fn equal_deadlines_fire_in_the_order_of_people() {
        let mut timers = Timers::default();
        for person in [3, 1, 2] {
            timers.arm(timer(7, person));
        }
        assert_eq!(timers.queue.iter().map(|timer| timer.person.0).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
