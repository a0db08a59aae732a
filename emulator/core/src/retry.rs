//! When a failed delivery is tried again (M-193).

use crate::time::Span;

const SOON: [Span; 6] = [Span(0), Span(1_000), Span(5_000), Span(30_000), Span(120_000), Span(600_000)];
const LATER: Span = Span(600_000);
/// How long after the first failure the platform gives up.
pub const GIVES_UP_AFTER: Span = Span::HOUR;

/// How long after the given number of failed tries the next one comes; never, once the tries have
/// taken an hour.
pub fn retry_after(failed_tries: u32) -> Option<Span> {
    let mut total = Span(0);
    for done in 0..failed_tries.min(32) {
        let wait = SOON.get(done as usize).copied().unwrap_or(LATER);
        total = Span(total.0 + wait.0);
        if total > GIVES_UP_AFTER {
            return None;
        }
        if done + 1 == failed_tries {
            return Some(wait);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_at_once_then_ever_more_slowly_for_an_hour() {
        let waits: Vec<i64> = (1..100).map_while(retry_after).map(|wait| wait.0 / 1_000).collect();
        assert_eq!(waits, [0, 1, 5, 30, 120, 600, 600, 600, 600, 600]);
        assert!(waits.iter().sum::<i64>() <= GIVES_UP_AFTER.0 / 1_000);
        assert_eq!(retry_after(0), None);
    }
}
