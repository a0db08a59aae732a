//! The stranger: the person as whom `doctor` writes to the bots of a stage. No lane knows her, so whatever a bot calls
//! about her is answered as for an object that does not exist (M-57) and enters no journal; it is kept here instead,
//! for `doctor` to ask for.

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock, PoisonError};

use emulator_core::Psid;

/// How many calls are kept at most.
const KEPT: usize = 100;

/// A call of a bot about the stranger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrangerCall {
    /// Its number, from 1 on.
    pub number: u64,
    /// The name of the app, if the token is one of its own.
    pub app: Option<String>,
    /// The method, such as `POST`.
    pub method: String,
    /// The path without its version, such as `me/messages`.
    pub path: String,
}

/// Her id, once somebody has asked for it, and the calls about her.
#[derive(Debug, Default)]
pub(crate) struct Stranger {
    person: OnceLock<Psid>,
    calls: Mutex<Calls>,
}

#[derive(Debug, Default)]
struct Calls {
    count: u64,
    newest: VecDeque<StrangerCall>,
}

impl Stranger {
    /// Her id. The first one to ask decides it.
    pub(crate) fn get_or_init(&self, psid: impl FnOnce() -> Psid) -> Psid {
        *self.person.get_or_init(psid)
    }

    /// Her id, when a call is about her: it names her, or asks for the node with her id.
    pub(crate) fn is_meant(&self, named: Option<Psid>, node: Option<&str>) -> Option<Psid> {
        let person = *self.person.get()?;
        let asked = || node.and_then(|node| node.parse().ok()) == Some(person);
        (named == Some(person) || asked()).then_some(person)
    }

    /// Notes a call about her.
    pub(crate) fn called(&self, app: Option<String>, method: String, path: String) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.count += 1;
        let number = calls.count;
        if calls.newest.len() == KEPT {
            calls.newest.pop_front();
        }
        calls.newest.push_back(StrangerCall { number, app, method, path });
    }

    /// The newest calls about her with a greater number, oldest first, and how many there have been in all.
    pub(crate) fn calls_after(&self, number: u64) -> (Vec<StrangerCall>, u64) {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let after = calls.newest.iter().filter(|call| call.number > number);
        (after.cloned().collect(), calls.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn she_is_meant_by_name_and_as_a_node_once_somebody_asked_for_her() {
        let stranger = Stranger::default();
        assert_eq!(stranger.is_meant(Some(Psid(7)), Some("7")), None, "nobody has asked for her");
        assert_eq!(stranger.get_or_init(|| Psid(7)), Psid(7));
        assert_eq!(stranger.get_or_init(|| Psid(8)), Psid(7));
        assert_eq!(stranger.is_meant(Some(Psid(7)), Some("me")), Some(Psid(7)));
        assert_eq!(stranger.is_meant(None, Some("7")), Some(Psid(7)));
        assert_eq!(stranger.is_meant(Some(Psid(8)), Some("me")), None);
        assert_eq!(stranger.is_meant(None, None), None);
    }

    #[test]
    fn the_newest_calls_are_kept_and_all_are_counted() {
        let stranger = Stranger::default();
        for number in 1..=150 {
            stranger.called(None, "POST".to_owned(), format!("{number}/messages"));
        }
        let (calls, count) = stranger.calls_after(0);
        assert_eq!((calls.len(), calls[0].number, count), (100, 51, 150));
        assert_eq!(stranger.calls_after(149).0[0].path, "150/messages");
        assert_eq!(stranger.calls_after(150), (Vec::new(), 150));
    }
}
