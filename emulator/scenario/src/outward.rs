//! Calls for other hosts that were not passed on, as lines at the end.

use std::fmt::Write as _;

use emulator_server::{AllNotPassedOn, NotPassedOn};

use crate::transcript::printable;

/// How many lines there are at most below each heading.
const SHOWN: usize = 20;

/// A line for each host and reason, below lines that say what they are. Empty when there were none.
pub fn text(all: &AllNotPassedOn) -> String {
    paragraph("calls to other hosts that were refused:", &all.refused)
        + &paragraph("calls to other hosts that failed:", &all.failed)
}

fn paragraph(heading: &str, calls: &[NotPassedOn]) -> String {
    let mut out = String::new();
    let (shown, rest) = calls.split_at(calls.len().min(SHOWN));
    let hosts: Vec<String> = shown.iter().map(|call| printable(&call.host)).collect();
    let longest = hosts.iter().map(String::len).max().unwrap_or(0);
    for (index, (NotPassedOn { why, count, .. }, host)) in shown.iter().zip(&hosts).enumerate() {
        if index == 0 {
            out = format!("{heading}\n");
        }
        let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
        let _ = writeln!(out, "  {host:<longest$}  {why}, {times}");
    }
    if !rest.is_empty() {
        let _ = writeln!(out, "  and {} more", rest.len());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(host: &str, why: &'static str, count: u64) -> NotPassedOn {
        NotPassedOn { host: host.into(), why, count }
    }

    #[test]
    fn each_host_and_reason_has_a_line() {
        assert_eq!(text(&AllNotPassedOn::default()), "");
        let refused =
            vec![call("a.test:443", "--hermetic", 3), call("www.facebook.com:443", "the real platform", 1)];
        let failed = vec![call("b.test:80", "not found", 2)];
        let expected = "calls to other hosts that were refused:\n  \
                        a.test:443            --hermetic, 3 times\n  \
                        www.facebook.com:443  the real platform, once\n\
                        calls to other hosts that failed:\n  \
                        b.test:80  not found, 2 times\n";
        assert_eq!(text(&AllNotPassedOn { refused, failed }), expected);
    }

    #[test]
    fn there_are_no_more_lines_than_can_be_read() {
        let failed = (0..25).map(|host| call(&format!("{host:02}.test:80"), "not found", 1)).collect();
        let text = text(&AllNotPassedOn { failed, ..AllNotPassedOn::default() });
        assert!(text.ends_with("  19.test:80  not found, once\n  and 5 more\n"), "{text}");
    }
}
