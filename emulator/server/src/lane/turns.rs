//! Turns: what an app handles until it answers. Where the echoes go that it causes meanwhile is decided
//! at the end of its turn, for all apps at once (C-22).
//!
//! Nothing here depends on how fast anybody is: not on when an answer is read, which the ear hears as it
//! comes, nor on when another app acknowledges what it was told before.

use std::collections::VecDeque;
use std::sync::Arc;

use emulator_core::{AppId, Decided, EchoOrder, Psid, rechannelled};

use super::calls::OpenCall;
use super::state::LaneState;
use crate::journal::{Call, Cause, Entry, Record};
use crate::webhooks::{Ear, Outgoing, QueueKey};

/// A delivery that an app has not answered yet.
pub(super) struct Turn {
    seq: u64,
    /// Hears the answer, once the delivery has left.
    ear: Option<Arc<Ear>>,
}

impl Turn {
    fn goes_on(&self) -> bool {
        self.ear.as_ref().is_none_or(|ear| !ear.hears())
    }
}

impl LaneState {
    /// Lets a call's echoes wait until it has been answered, unless they leave before the answer does
    /// (M-194a).
    /// Says which queues to start.
    pub(crate) fn hold(
        &mut self,
        open: &mut OpenCall,
        caller: Option<AppId>,
        echoes: Vec<Outgoing>,
    ) -> Vec<QueueKey> {
        let Some(first) = echoes.first() else { return Vec::new() };
        match self.world.settings.options(first.delivery.line()).echo_order {
            EchoOrder::BeforeAnswer => {
                let start = self.queue_all(echoes);
                // Behind a delivery that the caller has open no echo can leave: the caller may be waiting
                // for this very answer before it acknowledges that.
                open.ahead.extend(start.iter().filter(|key| Some(key.0) == caller));
                start
            }
            EchoOrder::AfterAnswer => {
                let handled = caller.and_then(|app| Some((app, self.handles(app, first.delivery.person)?)));
                open.echoes = echoes;
                for echo in &mut open.echoes {
                    echo.within = handled;
                }
                Vec::new()
            }
        }
    }

    /// What the app is handling: it has not begun to answer to it. What it sends meanwhile it sends in
    /// its handler, so that the echoes wait for the end of that.
    pub(super) fn handles(&self, app: AppId, person: Option<Psid>) -> Option<u64> {
        self.turns.get(&(app, person)).filter(|turn| turn.goes_on()).map(|turn| turn.seq)
    }

    /// True when a delivery to the app, or to any, waits for a connection of ours or on one that a busy bot has not
    /// begun to read.
    pub(crate) fn is_in_line(&self, app: Option<AppId>) -> bool {
        let waits = |(key, turn): (&QueueKey, &Turn)| match &turn.ear {
            None => self.shared.endpoint(key.0).is_some_and(|endpoint| endpoint.is_alive()),
            Some(ear) => ear.is_unread(),
        };
        self.turns.iter().filter(|(key, _)| app.is_none_or(|app| key.0 == app)).any(waits)
    }

    pub(crate) fn turn_begins(&mut self, outgoing: &Outgoing, ear: Option<Arc<Ear>>) {
        self.turns.insert(outgoing.key(), Turn { seq: outgoing.seq, ear });
    }

    /// An app calls: had it answered what it was handling before that, then this is over, whoever reads
    /// the answer when. Says which queues to start.
    pub(crate) fn turn_noticed(&mut self, call: &Call) -> Vec<QueueKey> {
        let Some(key) = call.app.map(|app| (app, call.person)) else { return Vec::new() };
        let over = self.turns.get(&key).is_some_and(|turn| !turn.goes_on());
        if over { self.turn_ends(key) } else { Vec::new() }
    }

    /// The app has answered: now it is decided where the echoes of its handler go, all at once. Says
    /// which queues to start.
    pub(super) fn turn_ends(&mut self, (app, person): QueueKey) -> Vec<QueueKey> {
        let Some(turn) = self.turns.remove(&(app, person)) else { return Vec::new() };
        let within = Some((app, turn.seq));
        let waits = |queue: &VecDeque<Outgoing>| queue.iter().any(|outgoing| outgoing.within == within);
        let apps = self.shared.app_names.keys().map(|app| (*app, person));
        let keys: Vec<QueueKey> = apps.filter(|key| self.queues.get(key).is_some_and(waits)).collect();
        for key in &keys {
            let waiting = self.queues.get_mut(key).map(std::mem::take).unwrap_or_default();
            let before = waiting.len();
            let decided = waiting.into_iter().filter_map(|outgoing| {
                if outgoing.within == within { self.leaving(outgoing) } else { Some(outgoing) }
            });
            let decided: VecDeque<Outgoing> = decided.collect();
            self.waits_no_longer(key.0, before - decided.len());
            if self.is_real(key.0) {
                self.queues.insert(*key, decided);
            } else {
                self.waits_no_longer(key.0, decided.len());
                self.queues.remove(key);
            }
        }
        keys.into_iter().filter(|key| self.paused.remove(key)).collect()
    }

    /// An echo that leaves: its channel is decided at this moment (C-22). Nothing when its app does not
    /// hear of it after all.
    pub(super) fn leaving(&mut self, mut outgoing: Outgoing) -> Option<Outgoing> {
        outgoing.within = None;
        let Some(decided) = rechannelled(&self.world, &outgoing.delivery) else { return Some(outgoing) };
        let Decided { rule, saw, effect } = decided;
        let leaves = self.outgoing(&effect);
        let now = self.clock.read();
        let entry = self.entry(now, Some(Cause::certain(outgoing.seq)), Record::Effect(effect));
        self.append(Entry { rule: Some(rule), saw, ..entry });
        leaves
    }
}
