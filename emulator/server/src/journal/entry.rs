//! One line of a journal.

use emulator_core::{
    AppId, Effect, InboxAct, Input, Message, Party, PersonAct, Psid, RuleId, Saw, Timestamp,
};

use super::call::Call;
use super::kind::{Class, Kind};
use super::record::Record;
use crate::clock::Wall;

/// One line of a journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number within the lane, from 1.
    pub seq: u64,
    /// Virtual time.
    pub at: Timestamp,
    /// The entry that led to it.
    pub cause: Option<Cause>,
    /// The rule that decided it.
    pub rule: Option<RuleId>,
    /// What that rule read.
    pub saw: Saw,
    /// What happened.
    pub record: Record,
    /// When it happened in this run.
    pub wall: Wall,
}

/// The entry behind an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Its number.
    pub seq: u64,
    /// True when it is only the likeliest one: a bot does not say what it answers to.
    pub assumed: bool,
}

impl Cause {
    /// A cause that is certain.
    pub const fn certain(seq: u64) -> Self {
        Self { seq, assumed: false }
    }
}

impl Entry {
    /// What it lets happen in the world, if somebody does something with it or a deadline comes.
    pub fn input(&self) -> Option<Input> {
        if let Record::Call(call) = &self.record {
            call.input()
        } else if let Record::Fired(timer) = &self.record {
            Some(Input::TimerFired(*timer))
        } else {
            self.record.input()
        }
    }

    /// The effect that it records.
    pub const fn effect(&self) -> Option<&Effect> {
        if let Record::Effect(effect) = &self.record { Some(effect) } else { None }
    }

    /// The call that it records.
    pub const fn call(&self) -> Option<&Call> {
        if let Record::Call(call) = &self.record { Some(call) } else { None }
    }

    /// The app that it records a delivery to.
    pub const fn delivered_to(&self) -> Option<AppId> {
        if let Record::Effect(Effect::Deliver(delivery)) = &self.record {
            Some(delivery.app)
        } else if let Record::Heard(heard) = &self.record {
            Some(heard.app)
        } else {
            None
        }
    }

    /// The delivery that it records a try of.
    pub const fn tried(&self) -> Option<u64> {
        if let Record::Attempt { delivery, .. } = &self.record { Some(*delivery) } else { None }
    }

    /// About how many bytes the entry holds in memory.
    pub(crate) fn size(&self) -> usize {
        let text = |message: &Message| {
            let body = message.body.as_ref().map_or(0, |body| 2 * body.len());
            message.text.as_ref().map_or(0, |text| text.len()) + body
        };
        // Everything but messages and remarks holds little beside itself.
        let content = if let Record::Person { act: PersonAct::Says(message), .. }
        | Record::Inbox { act: InboxAct::Replies(message), .. }
        | Record::Effect(Effect::Message { message, .. }) = &self.record
        {
            text(message)
        } else if let Some(sent) = self.call().and_then(Call::sends) {
            text(sent.message)
        } else if let Record::Note { text } = &self.record {
            text.len()
        } else {
            64
        };
        size_of::<Self>() + content
    }

    /// The person whose conversation the entry belongs to.
    pub fn person(&self) -> Option<Psid> {
        Kind::about(&self.record)
    }

    /// Who was in control when it was decided, if that was looked at: an app, or nobody.
    pub fn saw_owner(&self) -> Option<Option<Party>> {
        self.saw.owner()
    }

    /// True for what nothing in the lane led to: what a person, an agent, an admin, a played app or the clock did.
    pub fn is_root(&self) -> bool {
        match (self.kind().class(), &self.record) {
            (Class::Act, _) => true,
            (Class::Call, Record::Call(call)) => call.played,
            (
                Class::Call
                | Class::Answer
                | Class::Platform
                | Class::Attempt
                | Class::Effect
                | Class::Hearing,
                _,
            ) => false,
        }
    }

    /// What kind of entry it is.
    pub const fn kind(&self) -> Kind {
        Kind::of(&self.record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stay_small_since_a_busy_lane_makes_two_for_each_message() {
        assert!(size_of::<Entry>() <= 320, "{}", size_of::<Entry>());
    }
}
