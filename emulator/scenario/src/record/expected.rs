//! What real apps did, as expectations.

use emulator_core::{Effect, Sender};
use emulator_server::journal::{AttemptResult, Call, Entry, Kind, Record};

use super::Detail;
use super::calls::{Keyed, Manner, refused};
use super::delivered::Delivered;
use super::names::Names;
use super::teller::Teller;
use super::tree::{Line, Tree};
use crate::call_verb::verb_of;

impl Teller<'_> {
    /// A message of an app that neither a call nor an agent has sent.
    pub(super) fn by_itself(&self, entry: &Entry) -> Option<Line> {
        let Record::Effect(Effect::Message { from: Sender::Party(_), .. }) = &entry.record else {
            return None;
        };
        let sent = entry.cause.and_then(|cause| self.index.get(cause.seq));
        sent.is_none_or(|sent| !matches!(sent.kind(), Kind::Call | Kind::Inbox))
            .then(|| self.message(None, entry))
            .flatten()
    }

    /// A delivery that the bot did not take at first. A step that goes on before the retry might see it accepted.
    pub(super) fn failed(&self, entry: &Entry) -> Option<Line> {
        let Record::Attempt { app, delivery, number: 1, result, .. } = &entry.record else { return None };
        if matches!(result, AttemptResult::Acknowledged { .. } | AttemptResult::Dropped { .. }) {
            return None;
        }
        let delivered = Delivered::of(self.index.get(*delivery)?)?;
        let expected = Tree::map([
            Some(("webhook", self.words.app(*app))),
            self.words.of(entry.person()),
            Some(("field", Tree::word(delivered.field.name()))),
            Some(("acknowledged", Tree::Bool(false))),
            entry.person().and_then(|person| self.words.on_page_of(person)),
            // It hangs for as long as it may.
            (*result == AttemptResult::TimedOut).then(|| ("within", Tree::word("30s"))),
        ]);
        Some(Line::only("expect", expected))
    }

    /// What a real app called. What only reads, and what people do not see of it, is left out unless asked for.
    pub(super) fn called(&mut self, entry: &Entry, call: &Call) -> Result<Option<Line>, String> {
        let refusal = self.refusal(entry);
        if call.sends().is_some() && refusal.is_none() {
            let message = self.index.child(entry.seq, Kind::Message);
            return Ok(message.and_then(|message| self.message(Some(call), message)));
        }
        let has_verb = verb_of(call).is_some();
        let minor = call.sender_action().is_some() || has_verb && call.reads_only();
        let reads = !minor && call.reads_only();
        if refusal.is_none() && (reads || minor && self.subject.detail == Detail::Needed) {
            return Ok(None);
        }
        let called = match call.app {
            Some(app) => self.words.called(call, Manner::Awaited).map(|verb| (app, verb)),
            None => Err("its token is unknown".to_owned()),
        };
        let (app, verb) = match called {
            Ok(called) => called,
            Err(why) => {
                self.told.unread |= refusal.is_some();
                return Err(why);
            }
        };
        let [messaging_type, tag] = worth_mention(Some(call), self.words.names);
        let expected = Tree::map([
            Some(("app", self.words.app(app))),
            self.words.of(call.person),
            Some(verb),
            messaging_type,
            tag,
            self.words.on_page_of_call(call),
            refusal.map(|refusal| ("refused", refused(refusal))),
        ]);
        Ok(Some(Line::only("expect", expected)))
    }

    /// A message that reached a person and that no step has sent.
    pub(super) fn message(&self, call: Option<&Call>, entry: &Entry) -> Option<Line> {
        let Record::Effect(Effect::Message { person, from: Sender::Party(party), mid, message, .. }) =
            &entry.record
        else {
            return None;
        };
        let [messaging_type, tag] = worth_mention(call, self.words.names);
        let expected = Tree::map([
            Some(("app", self.words.party(*party))),
            self.words.of(Some(*person)),
            Some(("sends", self.words.message(message, Manner::Awaited))),
            messaging_type,
            tag,
            self.words.on_page_of(*person),
        ]);
        let capture = self.words.captures.get(&*mid.0);
        Some(Line::step([Some(("expect", expected)), capture.map(|name| ("as", Tree::name(name)))]))
    }
}

/// The type of a sent message, if it is worth mention, since bots answer; and its tag.
fn worth_mention(call: Option<&Call>, names: &Names) -> [Option<Keyed>; 2] {
    let Some(sent) = call.and_then(Call::sends) else { return [None, None] };
    let kind = sent.messaging_type.filter(|kind| *kind != "RESPONSE");
    let tag = sent.tag.map(|tag| ("tag", names.word(tag.name())));
    [kind.map(|kind| ("messaging_type", names.word(kind))), tag]
}
