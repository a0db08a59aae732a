//! Which scenarios play on a stage at the same time, so that what its bots print can be told apart.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// The scenarios of a stage.
#[derive(Debug, Default)]
pub(super) struct Visits(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    begun: usize,
    ended: usize,
}

/// One scenario, from its begin on.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    visits: &'a Visits,
    began: Instant,
    /// How many there were before it.
    before: Counts,
}

impl Visits {
    /// A scenario begins; it ends when this is dropped.
    pub(super) fn begin(&self) -> Visit<'_> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = Counts { ..*counts };
        counts.begun += 1;
        Visit { visits: self, began: Instant::now(), before }
    }
}

impl Visit<'_> {
    /// Since when what the bots print may be about it: since they started if none was done before it.
    pub(super) fn since(&self) -> Option<Instant> {
        (self.before.ended > 0).then_some(self.began)
    }

    /// True when others were played at the same time.
    pub(super) fn has_company(&self) -> bool {
        let counts = self.visits.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.before.begun > self.before.ended || counts.begun > self.before.begun + 1
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.visits.0.lock().unwrap_or_else(PoisonError::into_inner).ended += 1;
    }
}
