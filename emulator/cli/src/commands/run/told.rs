//! What a run tells beside its report: bots that somebody has to start, and what it keeps.

use std::fmt::Write as _;

use emulator_scenario::runner::{Kept, KeptBot};

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
pub(super) fn kept(Kept { scenario, url, bots }: &Kept) -> String {
    let mut out = format!("\nkept as it was when {scenario} failed:\n  emulator  {url}\n");
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
