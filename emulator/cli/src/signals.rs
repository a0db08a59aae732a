//! Signals that are ignored from the beginning, as `nohup` and shells do for programs in the background.

use tokio::signal::unix::SignalKind;

/// Tells whether this process was started with the signal ignored. To wait for such a signal would end that, for this
/// process and for all that it starts.
#[cfg(target_os = "linux")]
pub(crate) fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let bit = kind.as_raw_value() - 1;
    (0..64).contains(&bit) && ignored >> bit & 1 == 1
}

/// Nothing tells it elsewhere.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_ignored(_: SignalKind) -> bool {
    false
}
