//! Who the bot has met, and the order of its work.
//!
//! Invariants: the work of one person is done one piece at a time and in the order of arrival; an event that is
//! delivered once more is not worked on again; at most `limit` people are remembered besides those whose work is
//! not done yet.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::events::Event;

/// The people that the bot remembers.
pub(super) struct People {
    limit: usize,
    known: Mutex<Known>,
}

/// One person and what the bot knows about the conversation.
pub(super) struct Person {
    /// The Page that she writes to, by its place in the settings; a page-scoped id belongs to one.
    page: usize,
    psid: Arc<str>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    /// The bot has answered this person before, or was given the conversation.
    pub(super) met: bool,
    /// Another app is in control, as far as the bot knows.
    pub(super) away: bool,
    /// Somebody works for this person; new events go to `waiting`.
    busy: bool,
    waiting: VecDeque<Event>,
    recent: Recent,
}

/// The ids of the events that came last. The platform repeats what it was not told to have arrived.
#[derive(Default)]
struct Recent {
    ids: [Option<u64>; 16],
    next: usize,
}

impl Recent {
    /// Remembers an id; `false` when it is there already.
    fn insert(&mut self, id: u64) -> bool {
        if self.ids.contains(&Some(id)) {
            return false;
        }
        if let Some(oldest) = self.ids.get_mut(self.next) {
            *oldest = Some(id);
        }
        self.next = (self.next + 1) % self.ids.len();
        true
    }
}

#[derive(Default)]
struct Known {
    by_psid: HashMap<Arc<str>, Arc<Person>>,
    oldest_first: VecDeque<Arc<Person>>,
}

impl People {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, known: Mutex::default() }
    }

    /// Queues an event, unless its id has come before. Returns it with its person when nobody works for that
    /// person; the caller then does so, until [`Person::next`] has nothing left.
    pub(super) fn arrived(
        &self,
        whose: (usize, &str),
        id: Option<u64>,
        event: Event,
    ) -> Option<(Arc<Person>, Event)> {
        let person = self.person(whose);
        {
            let mut state = person.state();
            if id.is_some_and(|id| !state.recent.insert(id)) {
                return None;
            }
            if state.busy {
                state.waiting.push_back(event);
                return None;
            }
            state.busy = true;
        }
        Some((person, event))
    }

    fn person(&self, (page, psid): (usize, &str)) -> Arc<Person> {
        let mut known = lock(&self.known);
        if let Some(person) = known.by_psid.get(psid) {
            return Arc::clone(person);
        }
        if known.by_psid.len() >= self.limit {
            known.forget_oldest();
        }
        let person = Arc::new(Person { page, psid: psid.into(), state: Mutex::default() });
        known.by_psid.insert(Arc::clone(&person.psid), Arc::clone(&person));
        known.oldest_first.push_back(Arc::clone(&person));
        person
    }
}

impl Known {
    /// Forgets the oldest person nobody works for. Forgetting a busy one would let two work for one person.
    fn forget_oldest(&mut self) {
        for _ in 0..self.oldest_first.len() {
            let Some(person) = self.oldest_first.pop_front() else { return };
            if !person.state().busy {
                self.by_psid.remove(&person.psid);
                return;
            }
            self.oldest_first.push_back(person);
        }
    }
}

impl Person {
    /// Whom to write to: the Page, by its place in the settings, and the id that it has for the person.
    pub(super) fn address(&self) -> (usize, &str) {
        (self.page, &self.psid)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Returns the next event; with `None` the work for this person has ended.
    pub(super) fn next(&self) -> Option<Event> {
        let mut state = self.state();
        let next = state.waiting.pop_front();
        state.busy = next.is_some();
        next
    }
}

/// A panic ends the process, so a poisoned lock is never seen in practice.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Event, People};

    fn text(text: &str) -> Event {
        Event::Message(Some(text.into()))
    }

    #[test]
    fn the_work_of_one_person_is_done_in_order_by_one_worker() {
        let people = People::new(10);
        let (ann, first) = people.arrived((0, "ann"), None, text("1")).unwrap();
        assert_eq!(first, text("1"));
        assert!(people.arrived((0, "ann"), None, text("2")).is_none());
        assert!(people.arrived((0, "ann"), None, text("3")).is_none());
        assert!(people.arrived((0, "bob"), None, text("1")).is_some());
        assert_eq!(ann.next(), Some(text("2")));
        assert_eq!(ann.next(), Some(text("3")));
        assert_eq!(ann.next(), None);
        assert!(people.arrived((0, "ann"), None, text("4")).is_some());
    }

    #[test]
    fn an_event_is_worked_on_once() {
        let people = People::new(10);
        let (ann, _) = people.arrived((0, "ann"), Some(1), text("1")).unwrap();
        assert!(people.arrived((0, "ann"), Some(2), text("2")).is_none(), "somebody works for ann");
        assert!(people.arrived((0, "ann"), Some(1), text("1")).is_none());
        assert_eq!(ann.next(), Some(text("2")));
        assert_eq!(ann.next(), None, "the repetition was not queued");
        assert!(people.arrived((0, "ann"), Some(2), text("2")).is_none());
        assert!(people.arrived((0, "bob"), Some(2), text("2")).is_some());
        for id in 3..19 {
            let (person, _) = people.arrived((0, "ann"), Some(id), text("more")).unwrap();
            assert_eq!(person.next(), None);
        }
        assert!(people.arrived((0, "ann"), Some(2), text("2")).is_some(), "what is long past is forgotten");
    }

    #[test]
    fn the_oldest_idle_person_is_forgotten_first() {
        let people = People::new(2);
        let (ann, _) = people.arrived((0, "ann"), None, text("1")).unwrap();
        ann.state().met = true;
        let (bob, _) = people.arrived((0, "bob"), None, text("1")).unwrap();
        bob.state().met = true;
        assert_eq!(bob.next(), None);
        people.arrived((0, "cem"), None, text("1")).unwrap();
        assert!(people.person((0, "ann")).state().met, "somebody works for ann");
        assert!(!people.person((0, "bob")).state().met);
    }

    #[test]
    fn the_memory_is_bounded() {
        let people = People::new(100);
        for number in 0..1_000 {
            let (person, _) = people.arrived((0, &number.to_string()), None, text("hello")).unwrap();
            assert_eq!(person.next(), None);
        }
        let known = people.known.lock().unwrap();
        assert_eq!((known.by_psid.len(), known.oldest_first.len()), (100, 100));
        assert!(known.by_psid.contains_key("999") && !known.by_psid.contains_key("899"));
    }
}
