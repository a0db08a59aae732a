//! What a run tells beside its report: bots that somebody has to start, what it keeps, and which earlier journals.

use std::fmt::Write as _;
use std::path::PathBuf;

use emulator_scenario::runner::{Kept, KeptBot, RunEvent};

/// What somebody has to do who starts a bot by hand, as lines for a shell.
pub(super) fn waiting(app: &str, webhook: &str, env: &[(String, String)]) -> String {
    let mut out = format!("waiting for the bot `{app}`: start it with\n\n");
    for (name, value) in env {
        let _ = writeln!(out, "export {name}='{}'", value.replace('\'', r"'\''"));
    }
    let _ = writeln!(out, "\nso that its webhook answers at {webhook}");
    out
}

/// What stays, and what can be done with it.
pub(super) fn kept(Kept { scenario, failed, url, bots }: &Kept) -> String {
    let when =
        if *failed { format!("when {scenario} failed") } else { format!("after that step of {scenario}") };
    let mut out = format!("\nkept as it was {when}:\n  emulator  {url}\n");
    for KeptBot { app, webhook, process } in bots {
        let process = process.map_or_else(String::new, |process| format!(" (process {process})"));
        let _ = writeln!(out, "  {app}  {webhook}{process}");
    }
    let _ = writeln!(
        out,
        "In another terminal:\n  \
         messenger-emulator say --url {url} TEXT\n  \
         messenger-emulator step --url {url} 'YAML'\n  \
         messenger-emulator explain --url {url} SEQ\n\
         Ctrl-C ends it."
    );
    out
}

/// Journals of earlier runs whose names this one has taken.
#[derive(Debug, Default)]
pub(super) struct KeptJournals {
    count: usize,
    first: Option<(PathBuf, PathBuf)>,
}

impl KeptJournals {
    /// Takes in what happens.
    pub(super) fn event(&mut self, event: &RunEvent) {
        if let RunEvent::Finished(report) = event
            && let (Some(journal), Some(kept)) = (&report.journal, &report.kept)
        {
            self.count += 1;
            self.first.get_or_insert_with(|| (journal.clone(), kept.clone()));
        }
    }

    /// Where they are, in one line however many there are.
    pub(super) fn told(&self) -> Option<String> {
        let (journal, kept) = self.first.as_ref()?;
        let (journal, kept) = (journal.display(), kept.display());
        Some(match self.count {
            1 => format!("kept the earlier {journal} as {kept}"),
            count => format!("kept {count} earlier journals under a number each, such as {kept}"),
        })
    }
}
