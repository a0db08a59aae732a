//! Which entry meets which part of an expectation: a matching that is as early as can be.
//!
//! **Invariant:** the result depends on the entries alone, never on when somebody looked. Entries come one after the
//! other, and it is decided at the first that decides it. An entry that was placed stays placed, but it may move to
//! another slot to make room, so that a part that anything would meet never takes what another part needs.

use std::collections::BTreeSet;

use emulator_core::Psid;

/// An entry that can meet some of the slots from a moment on.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The number of the entry at which it can.
    pub(super) at: u64,
    /// The entry, by its index.
    pub(super) entry: usize,
    /// The slots that it fits; none for a message that fits nowhere.
    pub(super) fits: Vec<usize>,
    /// For a message to a person, who may not leave any out.
    pub(super) message: Option<NextMessage>,
}

/// A message that has to be read before those behind it.
#[derive(Debug, Clone)]
pub(super) struct NextMessage {
    /// To whom.
    pub(super) person: Psid,
    /// The slots that only messages to this person can meet: while one of them is open, this message has to meet
    /// one.
    pub(super) demanded_by: Vec<usize>,
}

/// What became of the slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    /// The entry that meets each slot.
    pub(super) placed: Vec<Option<usize>>,
    /// How it stands.
    pub(super) state: State,
}

/// How it stands with the slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Each of them is met since that entry's number.
    Complete(u64),
    /// Some are open.
    Open,
    /// This message, by its index, came before one that is demanded.
    Broken(usize),
}

/// Places the candidates, which come in the order of `at`, into this many slots.
pub(super) fn assign(slots: usize, candidates: &[Candidate]) -> Assignment {
    let mut table = Table { placed: vec![None; slots], edges: Vec::new() };
    let mut blocked: BTreeSet<Psid> = BTreeSet::new();
    for candidate in candidates {
        if candidate.message.as_ref().is_some_and(|message| blocked.contains(&message.person)) {
            continue;
        }
        let edge = table.add(candidate);
        if let (Some(message), false) = (&candidate.message, table.is_placed(candidate.entry)) {
            if !table.place(edge) && !table.push(edge) {
                if message.demanded_by.iter().any(|slot| table.placed[*slot].is_none()) {
                    return Assignment { placed: table.placed, state: State::Broken(candidate.entry) };
                }
                // Nobody waits for it, and nobody can read what is behind it.
                blocked.insert(message.person);
                table.edges.pop();
            }
        } else {
            // What fits more than before may make room for one that found none.
            for edge in 0..table.edges.len() {
                if !table.is_placed(table.edges[edge].entry) {
                    table.place(edge);
                }
            }
        }
        if table.placed.iter().all(Option::is_some) {
            return Assignment { placed: table.placed, state: State::Complete(candidate.at) };
        }
    }
    Assignment { placed: table.placed, state: State::Open }
}

/// An entry and all slots that it fits so far.
struct Edge {
    entry: usize,
    fits: Vec<usize>,
    is_message: bool,
}

struct Table {
    placed: Vec<Option<usize>>,
    edges: Vec<Edge>,
}

impl Table {
    /// Adds what a candidate fits to what its entry fitted before.
    fn add(&mut self, candidate: &Candidate) -> usize {
        let known = self.edges.iter().position(|edge| edge.entry == candidate.entry);
        let index = known.unwrap_or_else(|| {
            let is_message = candidate.message.is_some();
            self.edges.push(Edge { entry: candidate.entry, fits: Vec::new(), is_message });
            self.edges.len() - 1
        });
        self.edges[index].fits.extend(&candidate.fits);
        index
    }

    fn is_placed(&self, entry: usize) -> bool {
        self.placed.contains(&Some(entry))
    }

    /// Finds a slot, moving others to other slots where they have to.
    fn place(&mut self, edge: usize) -> bool {
        self.search(edge, &mut BTreeSet::new(), |_| false)
    }

    /// Finds a slot for a message at the cost of something that may be left out.
    fn push(&mut self, edge: usize) -> bool {
        self.search(edge, &mut BTreeSet::new(), |held| !held.is_message)
    }

    fn search(
        &mut self,
        edge: usize,
        seen: &mut BTreeSet<usize>,
        gives_way: impl Fn(&Edge) -> bool + Copy,
    ) -> bool {
        for slot in self.edges[edge].fits.clone() {
            if !seen.insert(slot) {
                continue;
            }
            let held = self.placed[slot];
            let holder = held.and_then(|entry| self.edges.iter().position(|edge| edge.entry == entry));
            let free = match holder {
                None => true,
                Some(holder) => gives_way(&self.edges[holder]) || self.search(holder, seen, gives_way),
            };
            if free {
                self.placed[slot] = Some(self.edges[edge].entry);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Psid = Psid(1);
    const BO: Psid = Psid(2);

    fn call(at: u64, fits: &[usize]) -> Candidate {
        Candidate { at, entry: usize::try_from(at).unwrap(), fits: fits.to_vec(), message: None }
    }

    fn message(at: u64, person: Psid, fits: &[usize], demanded_by: &[usize]) -> Candidate {
        let message = Some(NextMessage { person, demanded_by: demanded_by.to_vec() });
        Candidate { message, ..call(at, fits) }
    }

    fn placed(slots: usize, candidates: &[Candidate]) -> (Vec<Option<usize>>, State) {
        let Assignment { placed, state } = assign(slots, candidates);
        (placed, state)
    }

    #[test]
    fn a_part_that_anything_meets_leaves_to_others_what_they_need() {
        // Taking the first slot that fits would leave the second one open.
        let candidates = [call(1, &[0, 1]), call(2, &[0])];
        assert_eq!(placed(2, &candidates), (vec![Some(2), Some(1)], State::Complete(2)));
        // A chain: each has to move on.
        let candidates = [call(1, &[0, 1]), call(2, &[1, 2]), call(3, &[0]), call(4, &[1])];
        assert_eq!(placed(3, &candidates), (vec![Some(3), Some(1), Some(2)], State::Complete(3)));
    }

    #[test]
    fn it_is_decided_at_the_first_entry_that_decides_it() {
        let all = [call(1, &[0]), call(2, &[0]), call(3, &[1]), call(4, &[1])];
        assert_eq!(placed(2, &all), (vec![Some(1), Some(3)], State::Complete(3)));
        assert_eq!(placed(2, &all[..2]), (vec![Some(1), None], State::Open));
        assert_eq!(placed(2, &[]), (vec![None, None], State::Open));
    }

    #[test]
    fn an_entry_meets_one_part_only_even_if_it_fits_more_later() {
        let later = Candidate { entry: 1, ..call(5, &[1]) };
        assert_eq!(placed(2, &[call(1, &[0]), later.clone()]), (vec![Some(1), None], State::Open));
        // What it fits later makes room for what found none.
        let candidates = [call(1, &[0]), call(2, &[0]), later];
        assert_eq!(placed(2, &candidates), (vec![Some(2), Some(1)], State::Complete(5)));
    }

    #[test]
    fn the_next_message_must_meet_one_of_the_open_parts() {
        let both = [0, 1];
        let good = [message(1, ANA, &[1], &both), message(2, ANA, &[0, 1], &both)];
        assert_eq!(placed(2, &good), (vec![Some(2), Some(1)], State::Complete(2)));
        let moved = [message(1, ANA, &[0, 1], &both), message(2, ANA, &[0], &both)];
        assert_eq!(placed(2, &moved), (vec![Some(2), Some(1)], State::Complete(2)));
        let twice = [message(1, ANA, &[0], &both), message(2, ANA, &[0], &both)];
        assert_eq!(placed(2, &twice), (vec![Some(1), None], State::Broken(2)));
        let wrong = [message(1, ANA, &[], &both), message(2, ANA, &[0], &both)];
        assert_eq!(placed(2, &wrong), (vec![None, None], State::Broken(1)));
    }

    #[test]
    fn what_nobody_waits_for_stays_unread_and_hides_what_is_behind_it() {
        // Slot 0 is a message or a call, slot 1 a call.
        let candidates =
            [message(1, ANA, &[], &[]), message(2, ANA, &[0], &[]), call(3, &[1]), call(4, &[0])];
        assert_eq!(placed(2, &candidates), (vec![Some(4), Some(3)], State::Complete(4)));
        // Those of others are not hidden.
        let candidates = [message(1, ANA, &[], &[]), message(2, BO, &[0], &[0])];
        assert_eq!(placed(1, &candidates), (vec![Some(2)], State::Complete(2)));
        // Behind the last that is demanded, a message is left for the next step.
        let candidates = [message(1, ANA, &[0], &[0]), message(2, ANA, &[], &[0]), call(3, &[1])];
        assert_eq!(placed(2, &candidates), (vec![Some(1), Some(3)], State::Complete(3)));
    }

    #[test]
    fn a_message_that_must_be_read_drives_out_a_call_that_need_not_be() {
        // Slot 0 is a message or a call, slot 1 another message.
        let candidates = [call(1, &[0]), message(2, ANA, &[0], &[1]), message(3, ANA, &[1], &[1])];
        assert_eq!(placed(2, &candidates), (vec![Some(2), Some(3)], State::Complete(3)));
    }
}
