//! Entries made by hand, and what the feed remembers of them.

use std::sync::Arc;

use emulator_core::{
    AppAct, AppId, Channel, ControlAct, Delivery, Effect, Event, Field, Message, Mid, Options, PageId, Party,
    Psid, RouteId, RuleId, Saw, Sender, Style, Timestamp,
};
use emulator_server::Wall;
use emulator_server::graph::{Beside, GraphError, RouteAct};
use emulator_server::journal::{AttemptResult, Call, CallContent, Cause, Entry, Record};

use super::*;
use crate::diagnostics::SourceText;
use crate::node::Span;

pub(crate) const BOT: AppId = AppId(2);
pub(crate) const DESK: AppId = AppId(3);
pub(crate) const PAGE: PageId = PageId(1);
pub(crate) const ANA: Psid = Psid(7);

/// A feed that is written line by line.
#[derive(Default)]
pub(crate) struct Tape {
    pub(crate) feed: Feed,
}

impl Tape {
    fn add(&mut self, cause: Option<u64>, record: Record) -> u64 {
        let seq = self.feed.last() + 1;
        let cause = cause.map(Cause::certain);
        let rule = None::<RuleId>;
        let (at, saw, wall) = (Timestamp(0), Saw::default(), Wall(0));
        self.feed.add(Entry { seq, at, cause, rule, saw, record, wall });
        seq
    }

    fn call(&mut self, app: AppId, route: RouteId, act: AppAct) -> u64 {
        let content = CallContent::Act(RouteAct::new(route, act, Beside::default()).unwrap());
        let (page, person) = (Some(PAGE), Some(ANA));
        self.add(None, Record::Call(Call { app: Some(app), page, person, content, played: false }))
    }

    /// An app takes control.
    pub(crate) fn takes(&mut self, app: AppId) -> u64 {
        let act = AppAct::Controls { person: ANA, act: ControlAct::Take { metadata: None } };
        self.call(app, RouteId::TakeThreadControl, act)
    }

    /// An app's message reaches the person.
    pub(crate) fn message(&mut self, app: AppId, text: &str) -> u64 {
        let message = Arc::new(Message { text: Some(text.into()), ..Message::default() });
        let sends = AppAct::Sends { person: ANA, message: Arc::clone(&message), tag: None, then: None };
        let call = self.call(app, RouteId::SendMessage, sends);
        let (mid, at) = (Mid(format!("m_{call}").into()), Timestamp(0));
        let reached = Effect::Message { person: ANA, from: Sender::Party(Party::App(app)), mid, at, message };
        self.add(Some(call), Record::Effect(reached))
    }

    /// An app is to hear what the person says.
    pub(crate) fn delivery(&mut self, app: AppId, text: &str) -> u64 {
        let message = Arc::new(Message { text: Some(text.into()), ..Message::default() });
        let event = Event::Message { mid: Mid("m_0".into()), message, self_reply: false, referral: None };
        let (channel, field, at, style) =
            (Channel::Messaging, Field::Messages, Timestamp(0), Style::of(&Options::default()));
        let delivery =
            Delivery { app, page: PAGE, account: None, person: Some(ANA), channel, field, at, style, event };
        self.add(None, Record::Effect(Effect::Deliver(delivery)))
    }

    /// A delivery is tried.
    pub(crate) fn attempt(&mut self, delivery: u64, number: u32, status: u16) -> u64 {
        let result = match status {
            200 => AttemptResult::Acknowledged { status },
            _ => AttemptResult::Refused { status, excerpt: None },
        };
        let (app, person) = (BOT, Some(ANA));
        self.add(None, Record::Attempt { app, person, delivery, number, result, took_ms: 0 })
    }

    /// The call is refused.
    pub(crate) fn refused(&mut self, call: u64) {
        let error = Arc::new(GraphError {
            rule: RuleId::OnlyOwnerSends,
            saw: Saw::default(),
            status: 403,
            kind: "OAuthException",
            code: 10,
            subcode: None,
            message: "no".into(),
            param: None,
            hint: None,
        });
        self.add(Some(call), Record::Refused { app: Some(BOT), error, trace: "A".into() });
    }

    pub(crate) fn index(&self, seq: u64) -> usize {
        self.feed.entries.iter().position(|entry| entry.seq == seq).unwrap()
    }
}

/// A step in that line.
fn reader(line: usize) -> Reader {
    let file = SourceText::new("t.yaml", "x\n".repeat(9));
    Reader { file, span: Span::new(2 * (line - 1), 2 * line - 1) }
}

#[test]
fn a_delivery_is_reached_by_each_try_that_went_as_asked() {
    let mut tape = Tape::default();
    let seq = tape.delivery(BOT, "hello");
    let reached = |tape: &Tape, acknowledged, is_real| -> Vec<u32> {
        let entry = tape.feed.by_seq(seq).unwrap();
        let Some(Effect::Deliver(delivery)) = entry.effect() else { panic!() };
        let reached = tape.feed.reached(entry, delivery, acknowledged, is_real);
        reached.into_iter().map(|reached| reached.attempts).collect()
    };
    assert_eq!(reached(&tape, true, false), [1], "who is played acknowledges at once");
    assert_eq!(reached(&tape, true, true), [0_u32; 0]);
    tape.attempt(seq, 1, 500);
    tape.attempt(seq, 2, 500);
    tape.attempt(seq, 3, 200);
    assert_eq!(reached(&tape, false, true), [1, 2]);
    assert_eq!(reached(&tape, true, true), [3]);
    assert_eq!(tape.feed.last_try(seq).map(|(number, _)| number), Some(3));
}

#[test]
fn what_lies_before_a_position_is_known_by_who_read_it() {
    let mut tape = Tape::default();
    let (first, second, third) = (tape.takes(BOT), tape.takes(BOT), tape.takes(BOT));
    let place = |tape: &Tape, seq| match tape.feed.earlier(tape.feed.by_seq(seq).unwrap()) {
        Some(Earlier::ReadBy(reader)) => format!("read in {}", reader.place(&reader.file)),
        Some(Earlier::PassedBy(reader)) => format!("passed in {}", reader.place(&reader.file)),
        Some(Earlier::ReadAtOnce) => "read at once".to_owned(),
        None => "open".to_owned(),
    };
    tape.feed.take(tape.index(second), &reader(4));
    assert_eq!(
        [first, second, third].map(|seq| place(&tape, seq)),
        ["passed in line 4", "read in line 4", "open"]
    );
    assert_eq!(tape.feed.calls_from(BOT), tape.index(second) + 1);
    // One that is read in any order with later ones moves nothing back.
    tape.feed.take(tape.index(first), &reader(5));
    assert_eq!(tape.feed.calls_from(BOT), tape.index(second) + 1);
    let greeting = tape.message(BOT, "hello");
    assert_eq!((place(&tape, greeting), tape.feed.unread().count()), ("open".to_owned(), 1));
    tape.feed.mark_effects_read(greeting - 1);
    assert_eq!((place(&tape, greeting), tape.feed.unread().count()), ("read at once".to_owned(), 0));
    let elsewhere = SourceText::new("other.yaml", "");
    assert_eq!(reader(4).place(&elsewhere), "t.yaml:4");
}

#[test]
fn what_is_forgotten_leaves_the_rest_as_it_was() {
    let mut tape = Tape::default();
    let calls: Vec<u64> = (0..6).map(|_| tape.takes(BOT)).collect();
    tape.refused(calls[5]);
    tape.feed.take(tape.index(calls[3]), &reader(1));
    assert_eq!(tape.feed.forget(4), 3);
    assert_eq!(tape.feed.calls_from(BOT), 1);
    assert_eq!(tape.feed.calls_of(BOT, 1).count(), 2);
    let last = tape.feed.by_seq(calls[5]).unwrap();
    assert!(tape.feed.refusal(last).is_some());
}
