//! Deadlines of a world. At most one of a kind for each subject, so that nothing ever waits on
//! a deadline that no longer applies.

use std::collections::BTreeSet;

use crate::ids::{AppId, PageId, Psid};
use crate::time::Timestamp;

macro_rules! kinds {
    (
        to come: [$($reserved:literal $to_come:literal,)+];
        $($(#[$doc:meta])* $variant:ident = $number:literal $name:literal,)+
    ) => {
        /// What a deadline is about. Equal deadlines fire in the order of the numbers, which recordings depend on: they
        /// are never changed or used again.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TimerKind {
            $($(#[$doc])* $variant = $number,)+
        }

        impl TimerKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The numbers and names of kinds that are to come, so that they fire in their place among the others.
            pub const RESERVED: &'static [(u8, &'static str)] = &[$(($reserved, $to_come),)+];

            /// The kind's name in journals.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The kind of that name.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }
    };
}

kinds! {
    to come: [
        1 "held_expires",
        2 "ad_window",
        3 "flow_ends",
        4 "private_reply_ends",
        7 "token_expires",
    ];
    /// The owner's control of a conversation ends.
    ControlEnds = 0 "control_ends",
    /// Somebody is told that an app's webhooks fail.
    WebhooksFailing = 5 "webhooks_failing",
    /// An app's webhooks are switched off.
    WebhooksDisabled = 6 "webhooks_disabled",
}

/// What a deadline concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One person's conversation.
    Conversation(Psid),
    /// The webhooks of one app on one Page.
    Webhooks(PageId, AppId),
}

/// One deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timer {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: TimerKind,
    /// Of what.
    pub subject: Subject,
}

/// The deadlines, ordered by time, kind and subject.
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

    /// The deadline has come.
    pub(crate) fn fired(&mut self, timer: Timer) {
        if self.queue.first() == Some(&timer) {
            self.queue.pop_first();
        } else {
            self.queue.remove(&timer);
        }
    }

    /// Moves the subject's deadline of that kind. Whoever has the deadline knows what it was, so
    /// that nothing has to be looked up.
    pub(crate) fn change(
        &mut self,
        subject: Subject,
        kind: TimerKind,
        before: Option<Timestamp>,
        after: Option<Timestamp>,
    ) {
        if before == after {
            return;
        }
        if let Some(at) = before {
            let timer = Timer { at, kind, subject };
            // What has fired is gone already.
            if self.queue.first().is_some_and(|first| *first <= timer) {
                self.queue.remove(&timer);
            }
        }
        if let Some(at) = after {
            self.queue.insert(Timer { at, kind, subject });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(timers: &mut Timers, person: u64, before: Option<i64>, after: Option<i64>) {
        let (before, after) = (before.map(Timestamp), after.map(Timestamp));
        timers.change(Subject::Conversation(Psid(person)), TimerKind::ControlEnds, before, after);
    }

    fn person(timer: Timer) -> u64 {
        match timer.subject {
            Subject::Conversation(person) => person.0,
            Subject::Webhooks(..) => 0,
        }
    }

    fn next(timers: &Timers) -> Option<(i64, u64)> {
        timers.next().map(|timer| (timer.at.0, person(timer)))
    }

    #[test]
    fn numbers_and_order_of_kinds_are_pinned() {
        let mut known: Vec<(u8, &str)> = TimerKind::ALL
            .iter()
            .map(|kind| (*kind as u8, kind.name()))
            .chain(TimerKind::RESERVED.iter().copied())
            .collect();
        known.sort_unstable();
        let names = [
            "control_ends",
            "held_expires",
            "ad_window",
            "flow_ends",
            "private_reply_ends",
            "webhooks_failing",
            "webhooks_disabled",
            "token_expires",
        ];
        assert_eq!(known, (0..).zip(names).collect::<Vec<_>>());
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
        assert!(!timers.is_empty());
        change(&mut timers, 1, Some(20), None);
        assert!(timers.is_empty());
    }

    #[test]
    fn a_deadline_that_has_come_is_gone_and_no_other() {
        let mut timers = Timers::default();
        for person in [1, 2, 3] {
            change(&mut timers, person, None, Some(7));
        }
        // Out of turn, as in a replay, and then the first.
        let second = timers.queue.iter().copied().nth(1).expect("there are three");
        for (timer, left) in [(second, [1, 3].as_slice()), (timers.next().expect("there is one"), &[3])] {
            timers.fired(timer);
            assert!(timers.queue.iter().map(|timer| person(*timer)).eq(left.iter().copied()));
        }
    }

    #[test]
    fn equal_deadlines_fire_in_the_order_of_people() {
        let mut timers = Timers::default();
        for person in [3, 1, 2] {
            change(&mut timers, person, None, Some(7));
        }
        assert_eq!(timers.queue.iter().map(|timer| person(*timer)).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
