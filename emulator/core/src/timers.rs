//! Deadlines of a world. At most one of a kind for each subject, so that nothing ever waits on
//! a deadline that no longer applies.

use std::collections::BTreeSet;

use crate::ids::{AppId, PageId, Psid};
use crate::time::Timestamp;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What a deadline is about. Equal deadlines fire in this order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TimerKind {
            $($(#[$doc])* $variant,)+
        }

        impl TimerKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

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
    /// The owner's control of a conversation ends.
    ControlEnds = "control_ends",
    /// Somebody is told that an app's webhooks fail.
    WebhooksFailing = "webhooks_failing",
    /// An app's webhooks are switched off.
    WebhooksDisabled = "webhooks_disabled",
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
        self.queue.remove(&timer);
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
            self.queue.remove(&Timer { at, kind, subject });
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
        assert_eq!(timers.queue.iter().map(|timer| person(*timer)).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
