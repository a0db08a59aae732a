//! Whether a lane is quiet, and whether its apps have come to rest: judged by real time, since bots live in it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use emulator_core::{AppId, Psid};

use super::state::{Heard, LaneState, Owed};
use super::{Lane, Unsettled};
use crate::clock::{ClockMode, Stopwatch};
use crate::webhooks::QueueKey;

/// How long a lane must have stayed settled to count as quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// 20 ms, raised to four times the longest time that an app took between its 2xx and a call, at most 1 s. An app
    /// that owes an answer is given longer before the clock moves.
    Auto,
    /// As long as that, in both cases.
    For(Duration),
}

/// How many deliveries in one conversation, each because of another, are an endless talk.
const ENDLESS: usize = 1_000;
/// From how many new entries on it is worth to look for such a talk, and how many more until the next look.
pub(super) const LOOK_FOR_ENDLESS: u64 = 2 * ENDLESS as u64;

/// How soon after a move a call shows that an app was still busy, where the clock goes on by itself.
const SOON: Duration = Duration::from_secs(30);
/// How many late calls are remembered.
const MOST_LATE: usize = 1_000;
/// How often it is looked whether more has become known about how fast an app is.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// A call for an event from before the clock was last moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// The app that called.
    pub app: AppId,
    /// The call's journal entry.
    pub call: u64,
    /// The journal entry of the delivery that it answers.
    pub delivery: u64,
    /// The real time from the app's 2xx to the call; none at all when it had not acknowledged the event yet.
    pub gap: Duration,
}

/// A call that may be for an event from before the clock was moved: the app owed an answer to that, and had also heard
/// something else by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// What it is if it is late.
    pub late: Late,
    /// How many messages or control calls there were in the conversation since.
    pub answers: u32,
    /// How many events the app had heard in it since the clock moved.
    pub events: u32,
}

impl Doubt {
    /// True when there were more answers than events to answer, so that one of them is for what came before.
    pub const fn is_likely(&self) -> bool {
        self.answers > self.events
    }
}

/// An app that acknowledged an event before the clock moved and has made no message or control call since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owing {
    /// The app.
    pub app: AppId,
    /// The journal entry of the delivery.
    pub delivery: u64,
    /// The real time since its 2xx.
    pub since: Duration,
}

/// What is still missing.
enum Missing {
    Nothing,
    /// The lane is not settled.
    Settled,
    /// So much time without contact.
    Time(Duration),
}

impl LaneState {
    /// Whether no app has got or asked for anything for long enough.
    fn quiet(&mut self, quiet: Quiet) -> Missing {
        if !self.is_settled() {
            return Missing::Settled;
        }
        let long_enough = match quiet {
            Quiet::Auto => self.shared.habits.quiet(),
            Quiet::For(duration) => duration,
        };
        let since = self.last_contact.map_or(long_enough, Stopwatch::elapsed);
        if !self.touched || since >= long_enough {
            self.touched = false;
            return Missing::Nothing;
        }
        Missing::Time(long_enough.saturating_sub(since))
    }

    /// Whether the apps that something was sent to have also had the time to answer it.
    fn at_rest(&mut self, quiet: Quiet) -> Missing {
        if !self.is_settled() {
            return Missing::Settled;
        }
        if !self.stirred {
            return Missing::Nothing;
        }
        let patience = |app: AppId| match quiet {
            Quiet::Auto => self.shared.habits.patience(app),
            Quiet::For(duration) => duration,
        };
        let owed = self.owing.iter().filter_map(|key| {
            let acknowledged = self.heard.get(key)?.acknowledged?;
            Some(patience(key.0).saturating_sub(acknowledged.elapsed()))
        });
        let owed = owed.max().unwrap_or_default();
        match self.quiet(quiet) {
            Missing::Settled => Missing::Settled,
            Missing::Time(left) => Missing::Time(left.max(owed)),
            Missing::Nothing if !owed.is_zero() => Missing::Time(owed),
            Missing::Nothing => {
                // What an app has not answered by now it is not expected to answer.
                self.owing.clear();
                self.stirred = false;
                Missing::Nothing
            }
        }
    }

    /// Notes a call for an event from before the clock was moved. Where the app has heard of somebody else since, it may
    /// have called because of that.
    pub(super) fn called_late(&mut self, late: Late, key: QueueKey) {
        let of_app = self.heard.range((key.0, None)..).take_while(|((app, _), _)| *app == key.0);
        let mut others = of_app.filter(|(other, _)| **other != key);
        if others.any(|(_, heard)| heard.moves == self.moves) {
            let owed =
                self.heard.get(&key).is_some_and(|heard| !heard.answered && heard.acknowledged.is_some());
            if owed && self.doubtful.len() < MOST_LATE {
                self.doubtful.push(Doubt { late, answers: 1, events: 0 });
            }
            return;
        }
        let frozen = matches!(self.clock.mode(), ClockMode::Frozen { .. });
        // Where time goes on by itself, somebody may well answer much later.
        let soon = self.moved.is_none_or(|moved| moved.elapsed() < SOON);
        if (frozen || soon) && self.late.len() < MOST_LATE {
            self.late.push(late);
        }
    }

    /// Notes that an app acknowledged the newest event that it may answer to.
    pub(super) fn acknowledged(&mut self, key: QueueKey) {
        if let Some(heard) = self.heard.get_mut(&key) {
            heard.acknowledged = Some(Stopwatch::start());
            if !heard.answered {
                self.owing.insert(key);
            }
        }
    }

    /// What an app still owes an answer to in a conversation, as it is about to hear something more in it.
    pub(super) fn still_owed(&self, key: QueueKey) -> Option<Owed> {
        let heard = self.heard.get(&key).filter(|heard| !heard.answered)?;
        let owed = heard.owed.or_else(|| {
            let acknowledged = heard.acknowledged.filter(|_| heard.moves < self.moves)?;
            Some(Owed { delivery: heard.seq, acknowledged, events: 0, answers: 0 })
        })?;
        Some(Owed { events: owed.events + 1, ..owed })
    }

    /// Notes a message or a control call that answers the newest event, or one from before the clock was moved.
    pub(super) fn answered(&mut self, key: QueueKey, call: u64) {
        let Some(heard) = self.heard.get_mut(&key) else { return };
        if let Some(owed) = &mut heard.owed {
            owed.answers += 1;
            let (events, answers) = (owed.events, owed.answers);
            let late = Late { app: key.0, call, delivery: owed.delivery, gap: owed.acknowledged.elapsed() };
            match self.doubtful.iter_mut().find(|doubt| doubt.late.delivery == late.delivery) {
                Some(doubt) => doubt.answers = answers,
                None => self.doubtful.push(Doubt { late, answers, events }),
            }
        }
        if !std::mem::replace(&mut heard.answered, true) {
            self.owing.remove(&key);
            let gap = heard.acknowledged.map_or(Duration::ZERO, Stopwatch::elapsed);
            self.shared.habits.answered_after(key.0, gap);
        }
    }

    /// Who acknowledged an event before the clock moved and has not answered it since.
    fn owing(&self) -> Vec<Owing> {
        let owes = |(key, heard): (&QueueKey, &Heard)| {
            let since = heard.acknowledged.filter(|_| !heard.answered && heard.moves < self.moves)?.elapsed();
            Some(Owing { app: key.0, delivery: heard.seq, since })
        };
        self.heard.iter().filter_map(owes).collect()
    }

    /// The apps that go on answering each other in one conversation, in words, if any do: since that entry there were
    /// more deliveries in it than a talk has that ends.
    pub(super) fn endless(&self, since: u64) -> Option<String> {
        let mut talks: BTreeMap<Psid, (usize, BTreeSet<AppId>)> = BTreeMap::new();
        for entry in self.journal.newest().take_while(|entry| entry.seq > since) {
            if let (Some(person), Some(app)) = (entry.person(), entry.delivered_to()) {
                let (count, apps) = talks.entry(person).or_default();
                *count += 1;
                apps.insert(app);
            }
        }
        let (person, (count, apps)) = talks.into_iter().max_by_key(|(_, (count, _))| *count)?;
        if count <= ENDLESS {
            return None;
        }
        let apps: Vec<String> = apps.into_iter().map(|app| format!("`{}`", self.names.app(app))).collect();
        let (apps, person) = (apps.join(" and "), self.names.person(person));
        Some(format!(
            "{apps} to stop: {count} deliveries in the conversation of {person}, each because of another"
        ))
    }
}

impl Lane {
    /// Waits until the lane has stayed settled for a while since a real app last got something or
    /// made a call. A lane in which no real app got anything since then is quiet already.
    ///
    /// # Errors
    ///
    /// When it does not settle, or is never left alone for long enough.
    pub async fn quiet(&self, quiet: Quiet, within: Duration) -> Result<(), Unsettled> {
        self.until(within, |state| state.quiet(quiet)).await
    }

    /// Waits until the lane is quiet and each app that acknowledged an event has made a message or a control call
    /// because of it, or has had the time to.
    ///
    /// # Errors
    ///
    /// When it does not settle, or is never left alone for long enough.
    pub async fn at_rest(&self, quiet: Quiet, within: Duration) -> Result<(), Unsettled> {
        self.until(within, |state| state.at_rest(quiet)).await
    }

    async fn until(
        &self,
        within: Duration,
        mut missing: impl FnMut(&mut LaneState) -> Missing,
    ) -> Result<(), Unsettled> {
        let watch = Stopwatch::start();
        let begun = self.last_seq();
        let mut look_at = begun + LOOK_FOR_ENDLESS;
        // The time that it must have been left alone comes on top.
        let mut alone = Duration::ZERO;
        loop {
            self.settled(within).await?;
            let changed = self.changed.notified();
            let missing = missing(&mut self.lock());
            match missing {
                Missing::Nothing => return Ok(()),
                Missing::Settled => {}
                Missing::Time(left) => {
                    alone = alone.max(left);
                    // A call in between may be all that was waited for, and so may what other lanes see of an app.
                    let _ = tokio::time::timeout(left.min(LOOK_AGAIN), changed).await;
                }
            }
            self.no_endless_talk(begun, &mut look_at, watch)?;
            if watch.elapsed() > within + alone {
                return Err(Unsettled { after: within, waits_for: vec![self.lock().restless()] });
            }
        }
    }

    /// Looks from time to time whether apps go on answering each other.
    pub(super) fn no_endless_talk(
        &self,
        begun: u64,
        look_at: &mut u64,
        watch: Stopwatch,
    ) -> Result<(), Unsettled> {
        if self.last_seq() < *look_at {
            return Ok(());
        }
        *look_at += LOOK_FOR_ENDLESS;
        let talk = self.lock().endless(begun);
        talk.map_or(Ok(()), |talk| Err(Unsettled { after: watch.elapsed(), waits_for: vec![talk] }))
    }

    /// The first call that came for an event from before the clock was moved, if one did.
    pub fn late(&self) -> Option<Late> {
        self.lock().late.first().copied()
    }

    /// The calls that may be late.
    pub fn doubtful(&self) -> Vec<Doubt> {
        self.lock().doubtful.clone()
    }

    /// What was late about a call, if it was.
    pub fn late_call(&self, call: u64) -> Option<Late> {
        self.lock().late.iter().find(|late| late.call == call).copied()
    }

    /// For how long nothing has been under way and no real app got something or called; none while something is.
    pub fn undisturbed(&self) -> Option<Duration> {
        let state = self.lock();
        let since = state.last_contact.map_or(Duration::MAX, Stopwatch::elapsed);
        state.is_settled().then_some(since)
    }

    /// True when a delivery to the app, or to any app when none is named, lies in line: it waits for a connection, or
    /// on one that a busy bot has not begun to read. That time is nobody's delay.
    pub fn is_in_line(&self, app: Option<AppId>) -> bool {
        self.lock().is_in_line(app)
    }

    /// Who may still make such a call.
    pub fn owing(&self) -> Vec<Owing> {
        self.lock().owing()
    }
}
