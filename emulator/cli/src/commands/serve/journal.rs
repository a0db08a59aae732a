//! The journal of `serve`: a new file, or what an earlier run has left.

use std::sync::Arc;

use emulator_server::journal::{self, Durability, Found, Header, JournalFile, Origin};
use emulator_server::{Gap, Lane, Stage, rfc3339};

use super::{Failed, ServeArguments, failed};
use crate::exit::Exit;

/// Opens the journal that the arguments name, and says what is in it.
pub(super) fn open(
    arguments: &ServeArguments,
    stage: &Stage,
    lane: &Lane,
    origin: &Origin,
) -> Result<Option<Arc<JournalFile>>, Failed> {
    let Some(path) = &arguments.journal else { return Ok(None) };
    let durability = if arguments.journal_sync { Durability::Machine } else { Durability::Process };
    let header = Header::of(lane, arguments.seed, stage.settings(), origin).line();
    let opened = journal::open(path, lane, &header, durability);
    let (file, found) = opened.map_err(|error| failed(Exit::Usage, error))?;
    file.flush().map_err(|error| failed(Exit::Usage, error))?;
    tell(&found, &path.display().to_string(), lane);
    if found.entries > 0 && arguments.begin_at.is_some() {
        eprintln!("--begin-at is for a new journal; this one goes on where it was");
    }
    let file = Arc::new(file);
    stage.write_to(Arc::clone(&file));
    Ok(Some(file))
}

fn tell(found: &Found, path: &str, lane: &Lane) {
    if let Some(cut) = &found.cut {
        let text = if cut.text.is_empty() { "nothing that can be read".to_owned() } else { cut.text.clone() };
        eprintln!("cut {} bytes off the end of `{path}`, which were not a whole line: {text}", cut.bytes);
    }
    if found.completed > 0 {
        eprintln!("added {} lines that were missing at the end of `{path}`", found.completed);
    }
    if found.entries > 0 {
        eprintln!("went on with `{path}`: {} entries, up to {}", found.entries, rfc3339(lane.now()));
    }
}

/// Says that deliveries of the earlier run are sent again.
pub(super) fn tell_unsent(count: usize) {
    if count > 0 {
        eprintln!("{count} deliveries were not acknowledged yet and are sent again");
    }
}

/// Says what time has passed on the virtual clock since the earlier run.
pub(super) fn tell_gap(gap: Option<Gap>) {
    if let Some(Gap { from, to }) = gap {
        eprintln!("the clock made up for the time since then: {} to {}", rfc3339(from), rfc3339(to));
    }
}
