//! Bots that were still working when the clock moved.

use std::time::Duration;

use emulator_server::{Doubt, Late, Owing};
use tokio::time::Instant;

use super::{Outcome, Scene};
use crate::diagnostics::Diagnostic;
use crate::failure::Failure;
use crate::transcript;

impl Scene {
    /// Fails when a bot was still working as the clock moved. Comes before anything is compared with what the bot
    /// did too late.
    pub(super) fn late(&mut self) -> Outcome<()> {
        let late = self.lane.late().filter(|_| !self.late_told);
        late.and_then(|late| self.is_late(late)).map_or(Ok(()), Err)
    }

    /// Says that a call came too late.
    fn is_late(&mut self, late: Late) -> Option<Box<Failure>> {
        let (moved, file) = self.moved.clone()?;
        self.late_told = true;
        let gap = late.gap.as_millis();
        let message = format!(
            "late: the bot was still working when the clock moved (gap {gap} ms); set `timeouts.quiet`"
        );
        // Twice the gap in tenths of a second, so that the same bot passes when the machine is slower.
        let enough = (2 * gap).div_ceil(100).max(1) * 100;
        let names = self.lane.names();
        let call = self.lane.entry(late.call);
        let call = call.and_then(|entry| transcript::line(&entry, &names)).unwrap_or_default();
        let problem = Diagnostic::new(moved, message)
            .label("it moved here")
            .note(format!("the call that came too late, by `{}`: {}", names.app(late.app), call.trim()))
            .help(format!("add to the scenario for example `timeouts: {{quiet: {enough}ms}}`"));
        Some(self.failed(problem.in_file(&file)))
    }

    /// Who may be about to make a call that is too late, as long as that can still be awaited.
    pub(super) fn owing(&self) -> Option<Owing> {
        if self.late_told {
            return None;
        }
        let owing = self.lane.owing().into_iter();
        owing.filter(|owing| owing.since < self.patience.reply).min_by_key(|owing| owing.since)
    }

    /// Fails when what looks wrong is an answer to something from before the clock moved: the bot has heard something
    /// else since, and has answered more often than that asks for. A further answer is waited for as long as the first
    /// one took, since it may be about to come.
    pub(super) async fn late_after_all(&mut self) -> Outcome<()> {
        if self.late_told {
            return Ok(());
        }
        let unknown =
            self.lane.doubtful().into_iter().filter(|doubt| !self.doubted.contains(&doubt.late.delivery));
        let took = unknown.map(|doubt| doubt.late.gap).max();
        let until = Instant::now() + took.unwrap_or_default().min(self.patience.reply);
        loop {
            self.late_by_count()?;
            let left = until.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                break;
            }
            self.turn.give_up();
            self.lane.changed(left).await;
            self.turn.take().await;
        }
        self.doubted.extend(self.lane.doubtful().into_iter().map(|doubt| doubt.late.delivery));
        Ok(())
    }

    /// The same, without waiting.
    pub(super) fn late_by_count(&mut self) -> Outcome<()> {
        let likely = self.lane.doubtful().into_iter().find(Doubt::is_likely);
        let likely = likely.filter(|_| !self.late_told);
        likely.and_then(|doubt| self.is_late(doubt.late)).map_or(Ok(()), Err)
    }
}
