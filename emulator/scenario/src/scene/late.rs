//! Bots that were still working when the clock moved.

use emulator_server::Owing;

use super::{Outcome, Scene};
use crate::diagnostics::Diagnostic;
use crate::transcript;

impl Scene {
    /// Fails when a bot was still working as the clock moved. Comes before anything is compared with what the bot
    /// did too late.
    pub(super) fn late(&mut self) -> Outcome<()> {
        let (Some(late), Some((moved, file)), false) = (self.lane.late(), &self.moved, self.late_told) else {
            return Ok(());
        };
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
        let problem = Diagnostic::new(*moved, message)
            .label("it moved here")
            .note(format!("the call that came too late, by `{}`: {}", names.app(late.app), call.trim()))
            .help(format!("add to the scenario for example `timeouts: {{quiet: {enough}ms}}`"));
        Err(self.failed(problem.in_file(file)))
    }

    /// Who may be about to make a call that is too late, as long as that can still be awaited.
    pub(super) fn owing(&self) -> Option<Owing> {
        if self.late_told {
            return None;
        }
        let owing = self.lane.owing().into_iter();
        owing.filter(|owing| owing.since < self.patience.reply).min_by_key(|owing| owing.since)
    }
}
