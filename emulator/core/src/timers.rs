//! Deadlines of a world. At most one of a kind for each conversation, so that nothing ever waits on
//! a deadline that no longer applies.

use std::collections::BTreeSet;

use crate::ids::Psid;
use crate::time::Timestamp;

/// What a deadline is about. Equal deadlines fire in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// The owner's control of a conversation ends.
    ControlEnds,
}

impl TimerKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::ControlEnds];

    /// The kind's name in journals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ControlEnds => "control_ends",
        }
    }
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

    /// Moves the conversation's deadline of that kind. Whoever has the deadline knows what it was, so
    /// that nothing has to be looked up.
    pub(crate) fn change(
        &mut self,
        person: Psid,
        kind: TimerKind,
        before: Option<Timestamp>,
        after: Option<Timestamp>,
    ) {
        if before == after {
            return;
        }
        if let Some(at) = before {
            self.queue.remove(&Timer { at, kind, person });
        }
        if let Some(at) = after {
            self.queue.insert(Timer { at, kind, person });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(timers: &mut Timers, person: u64, before: Option<i64>, after: Option<i64>) {
        let (before, after) = (before.map(Timestamp), after.map(Timestamp));
        timers.change(Psid(person), TimerKind::ControlEnds, before, after);
    }

    fn next(timers: &Timers) -> Option<(i64, u64)> {
        timers.next().map(|timer| (timer.at.0, timer.person.0))
    }

    #[test]
    fn a_deadline_moves_and_goes_away() {
        let mut timers = Timers::default();
        change(&mut timers, 1, None, Some(10));
        change(&mut timers, 2, None, Some(5));
        change(&mut timers, 1, Some(10), Some(3));
        assert_eq!(next(&timers), Some((3, 1)));
        change(&mut timers, 1, Some(3), Some(20));
        assert_eq!((next(&timers), timers.len()), (Some((5, 2)), 2));
        change(&mut timers, 2, Some(5), None);
        change(&mut timers, 2, None, None);
        assert_eq!((next(&timers), timers.len()), (Some((20, 1)), 1));
    }

    #[test]
    fn equal_deadlines_fire_in_the_order_of_people() {
        let mut timers = Timers::default();
        for person in [3, 1, 2] {
            change(&mut timers, person, None, Some(7));
        }
        assert_eq!(timers.queue.iter().map(|timer| timer.person.0).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
