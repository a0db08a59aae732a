//! An alarm for waits that nearly always end in time.
//!
//! Setting a timer for each wait and taking it back costs more than the wait itself on a busy
//! connection. So there is one timer, which is left alone while waits come and go, and moved on when
//! it rings for one that is over.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// An alarm, and the wait that it watches.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    begun: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    /// The wait is over; the next look begins another.
    pub(crate) const fn stop(&mut self) {
        self.begun = None;
    }

    /// Ready when the wait has lasted that long, in real time.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, limit: Duration) -> Poll<()> {
        let deadline = *self.begun.get_or_insert_with(Instant::now) + limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(deadline);
        }
    }
}
