//! Why no conversation can come to a cell.

use super::{Action, Actor, Cell, Standing};
use crate::protocols::{Fixed, Leader, Unowned};
use crate::word::words;

words! {
    /// Why no conversation can come to a cell.
    Reason {
        /// Handover cannot be switched off where it is not what the protocol is about.
        NoSwitch = "the protocol has no such switch",
        /// The protocol has neither a primary receiver nor a default app.
        NoRole = "the protocol has no such role",
        /// There is no idle state.
        NeverIdle = "a conversation always has an owner",
        /// A Page without the role follows another protocol, or has no conversation control.
        NeedsRole = "the protocol is nothing without a primary receiver or a default app",
        /// The actor is the primary receiver of a Page without one.
        NoPrimary = "the Page has none",
        /// The owner acts, or what it made is tapped, where there is none.
        NobodyOwns = "nobody owns the conversation",
        /// The inbox calls no edge, makes no buttons and cannot be removed.
        OwnerIsNoApp = "the owner is agents at a screen, and not an app",
        /// An agent who is done has given up control.
        DoneGivesUp = "marking as done gives control of the inbox up",
        /// Nothing yet lets the party act or get control.
        NoStepYet = "no step leads there yet",
    }
}

impl Cell {
    /// Why no conversation can come to it, if none can.
    pub fn cannot_be(self) -> Option<Reason> {
        let fixed = Fixed::of(self.protocol);
        let idle = matches!(self.standing, Standing::IdleWithoutPrimary | Standing::IdleWithPrimary);
        let nobody = idle || self.standing == Standing::Off;
        let by_inbox = matches!(self.standing, Standing::InboxWithoutPrimary | Standing::InboxWithPrimary);
        let by_meta_ai =
            matches!(self.standing, Standing::MetaAiWithoutPrimary | Standing::MetaAiWithPrimary);
        let owners = matches!(self.action, Action::TapsOwners | Action::RemovesOwner);
        let role = matches!(self.action, Action::MakesPrimary | Action::TakesRoleAway);
        match (fixed.leader, fixed.unowned, self.standing) {
            (Leader::DefaultApp | Leader::Nobody, _, Standing::Off) => return Some(Reason::NoSwitch),
            (Leader::Nobody, ..) if self.standing.has_primary() => return Some(Reason::NoRole),
            (_, Unowned::Primary, _) if idle => return Some(Reason::NeverIdle),
            (Leader::DefaultApp, ..) | (_, Unowned::Primary, _) if !self.standing.has_primary() => {
                return Some(Reason::NeedsRole);
            }
            _ if by_meta_ai => return Some(Reason::NoStepYet),
            _ => {}
        }
        if role && fixed.leader == Leader::Nobody {
            return Some(Reason::NoRole);
        }
        if self.actor == Actor::Primary && !self.standing.has_primary() {
            return Some(Reason::NoPrimary);
        }
        if nobody && (self.actor == Actor::Owner || owners) {
            return Some(Reason::NobodyOwns);
        }
        if by_inbox && (self.actor == Actor::Owner || owners) {
            return Some(Reason::OwnerIsNoApp);
        }
        (by_inbox && self.action == Action::RepliesInDone).then_some(Reason::DoneGivesUp)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::decisions::decision_table;

    #[test]
    fn there_are_at_most_ten_reasons_and_each_is_one_of_a_cell() {
        assert!(Reason::ALL.len() <= 10);
        let given: BTreeSet<_> = decision_table().into_iter().filter_map(|it| it.outcome.err()).collect();
        assert_eq!(given.len(), Reason::ALL.len(), "{given:?}");
    }
}
