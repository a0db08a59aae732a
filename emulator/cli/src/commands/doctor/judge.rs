//! What the answers of a webhook mean. Pure: from what was seen to one line of the report.

use std::time::Duration;

use emulator_server::journal::AttemptResult;
use emulator_server::{HandshakeError, ProbeAnswer, TestEvent};

use super::finding::{Check, Finding};

/// From here on an answer is slow.
const SLOW: Duration = Duration::from_secs(5);
/// How long a webhook may take.
pub(super) const TIME_OUT: Duration = Duration::from_secs(20);

/// What came of a test event.
pub(super) type Answer = Result<ProbeAnswer, AttemptResult>;

/// How the bot is after a test event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum After {
    /// It takes connections as before.
    Alive,
    /// It does not any more; with its exit status where it was started here.
    Gone(Option<String>),
}

/// Whether an app hears of such events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hears {
    Subscribed,
    Not,
}

/// Whether the webhook takes connections.
pub(super) fn reachable(connected: &Result<(), String>, started: bool) -> Finding {
    let check = Check::Reachable;
    match connected {
        Ok(()) => Finding::ok(check, "reachable"),
        Err(why) => Finding::fail(
            check,
            format!("nobody listens there: {why}"),
            if started {
                "the bot must listen on 127.0.0.1 at the port that the variable PORT names"
            } else {
                "start the bot first, or let its world start it with `start:`; is this its port?"
            },
        ),
    }
}

/// The bot ended before it listened.
pub(super) fn ended_early(status: &str, output: &[String]) -> Finding {
    let text = format!("the bot ended before its webhook was there ({status})");
    let help = match output {
        [] => "it printed nothing; start its command by hand to see more".to_owned(),
        lines => format!("the last lines that it printed:\n{}", lines.join("\n")),
    };
    Finding::fail(Check::Reachable, text, help)
}

/// The verification with the app's verify token.
pub(super) fn verification(answer: &Result<(), HandshakeError>) -> Finding {
    let check = Check::Verification;
    let error = match answer {
        Ok(()) => return Finding::ok(check, "verification gives the challenge back"),
        Err(error) => error,
    };
    let text = match error {
        HandshakeError::NoAnswer { why, .. } => format!("verification is not answered: {why}"),
        HandshakeError::WrongStatus { status, excerpt, .. } => {
            format!(
                "verification is answered with {status}{}, not with 200 and the challenge",
                said(excerpt.as_deref())
            )
        }
        HandshakeError::WrongChallenge { received, .. } if received.is_empty() => {
            "verification is answered with nothing, not with the challenge".to_owned()
        }
        HandshakeError::WrongChallenge { received, .. } => {
            format!("verification is answered with `{received}`, not with the challenge and nothing else")
        }
    };
    let usual =
        "answer `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…` with the value of hub.challenge";
    let scheme = match (error.other_scheme(), error) {
        (Some(scheme), _) => Some(format!("name the webhook with {scheme}://")),
        (None, HandshakeError::NoAnswer { why, .. }) if why.starts_with("no TLS: ") => {
            Some("does the bot speak TLS there? If not, name the webhook with http://".to_owned())
        }
        (None, _) => None,
    };
    Finding::fail(check, text, usual).help_if(scheme.or_else(|| error.question()))
}

/// The verification with a verify token that is not the app's.
pub(super) fn wrong_token(answer: &Result<(), HandshakeError>) -> Finding {
    let check = Check::WrongToken;
    match answer {
        Ok(()) => Finding::warn(
            check,
            "verification with a wrong verify token gives the challenge back too",
            "compare hub.verify_token with the bot's own, and answer 403 when it is another",
        ),
        Err(HandshakeError::WrongStatus { status, .. }) => {
            Finding::ok(check, format!("verification with a wrong verify token is refused ({status})"))
        }
        Err(HandshakeError::WrongChallenge { received, .. }) => Finding::ok(
            check,
            format!("verification with a wrong verify token does not give the challenge back (`{received}`)"),
        ),
        Err(HandshakeError::NoAnswer { .. }) => {
            Finding::ok(check, "verification with a wrong verify token is not answered")
        }
    }
}

/// An event that is signed with the app's secret.
pub(super) fn signature(answer: &Answer, secret: &str, after: &After) -> Finding {
    let check = Check::Signature;
    if let After::Gone(status) = after {
        let help = "its own output says why; a message is the event that every bot gets";
        return Finding::fail(
            check,
            format!("the bot ends after a message{}", with(status.as_deref())),
            help,
        );
    }
    match answer {
        Ok(answer) if is_success(answer.status) => {
            Finding::ok(check, format!("a message with the right signature is taken ({})", answer.status))
        }
        Ok(answer) => {
            let help = match answer.status {
                400 | 401 | 403 => format!(
                    "does the bot check signatures with another app secret? Here it is `{secret}`: set APP_SECRET, or \
                     give the bot's own with --app-secret"
                ),
                404 | 405 => "does the bot take POST at this path?".to_owned(),
                500..=599 => "the bot failed, and its own output may say why".to_owned(),
                _ => "any 2xx acknowledges an event; everything else is sent again".to_owned(),
            };
            let said = said(answer.excerpt.as_deref());
            let text = format!("a message with the right signature is answered with {}{said}", answer.status);
            Finding::fail(check, text, help)
        }
        Err(failure) => {
            let help = "any 2xx within 20 s acknowledges an event; everything else is sent again";
            Finding::fail(check, format!("a message is not answered: {}", failure.describe()), help)
        }
    }
}

/// How long the slowest answer took.
pub(super) fn answer_time(took: Duration) -> Finding {
    let check = Check::AnswerTime;
    let help =
        "answer 200 at once and work afterwards: the platform gives up after 20 s and sends the event again";
    let finding = if took >= TIME_OUT {
        Finding::fail(check, "answers too late", help)
    } else if took > SLOW {
        Finding::warn(check, "answers slowly", help)
    } else {
        Finding::ok(check, "answers in time")
    };
    finding.took(took)
}

/// An event that is signed with another secret, beside what was answered to one that was signed rightly.
pub(super) fn wrong_signature(answer: &Answer, right: &Answer, after: &After) -> Finding {
    let check = Check::WrongSignature;
    if let After::Gone(status) = after {
        return Finding::fail(
            check,
            format!("the bot ends after a message with a wrong signature{}", with(status.as_deref())),
            "catch what the check of the signature throws and answer 403, or anybody can end the bot",
        );
    }
    match answer {
        Ok(answer) if is_success(answer.status) => {
            let differs = right.as_ref().is_ok_and(|right| right.body != answer.body);
            match (&answer.excerpt, differs) {
                (Some(excerpt), true) => Finding::ok(
                    check,
                    format!("a wrong signature is told apart ({} `{excerpt}`)", answer.status),
                ),
                (None | Some(_), _) => Finding::warn(
                    check,
                    format!("a message with a wrong signature is taken too ({})", answer.status),
                    "compare X-Hub-Signature-256 with the HMAC of the raw body, or anybody who knows the address can \
                     make up events",
                ),
            }
        }
        Ok(answer) => Finding::ok(check, format!("a wrong signature is refused ({})", answer.status)),
        Err(AttemptResult::TimedOut) => Finding::warn(
            check,
            "a message with a wrong signature is not answered",
            "answer 403 when the signature is wrong",
        ),
        Err(failure) => Finding::ok(check, format!("a wrong signature is refused ({})", failure.describe())),
    }
}

/// An event that many bots do not expect. It is a failure where the app is subscribed to such events.
pub(super) fn unusual(
    event: TestEvent,
    answer: &Answer,
    took: Duration,
    after: &After,
    hears: Hears,
) -> Finding {
    let (check, what, how) = match event {
        TestEvent::Message => (Check::Signature, "a message", ""),
        TestEvent::Standby => {
            (Check::Standby, "an event on standby", "read `entry.messaging || entry.standby`")
        }
        TestEvent::AppRoles => (
            Check::NoSender,
            "an event without sender (app_roles)",
            "see which member an event has before reading its `sender`",
        ),
    };
    let field = event.field().name();
    let bad = |text: String| match hears {
        Hears::Subscribed => Finding::fail(check, text, format!("{how}, or do not subscribe to {field}")),
        Hears::Not => {
            let help = format!("{how}; the app is not subscribed to {field}, so it gets none so far");
            Finding::warn(check, text, help)
        }
    };
    if let After::Gone(status) = after {
        return bad(format!("the bot ends after {what}{}", with(status.as_deref())));
    }
    match answer {
        Ok(answer) if is_success(answer.status) => {
            Finding::ok(check, format!("{what} is taken ({})", answer.status))
        }
        Ok(answer) => {
            let said = said(answer.excerpt.as_deref());
            bad(format!("{what} is answered with {}{said}", answer.status))
        }
        Err(AttemptResult::TimedOut) => bad(format!("{what} is not answered in time")).took(took),
        Err(failure) => bad(format!("{what} is not answered: {}", failure.describe())),
    }
}

/// What was not tried because the bot has gone or takes nothing.
pub(super) fn not_tried(check: Check, why: &str) -> Finding {
    let what = match check {
        Check::Verification => "verification",
        Check::WrongToken => "verification with a wrong verify token",
        Check::Signature => "a message",
        Check::AnswerTime => "time to answer",
        Check::WrongSignature => "a message with a wrong signature",
        Check::Standby => "an event on standby",
        Check::NoSender => "an event without sender (app_roles)",
        Check::Emulator
        | Check::Port
        | Check::TlsPort
        | Check::CaFolder
        | Check::CaKey
        | Check::CaValidity
        | Check::CaBundle
        | Check::Reachable
        | Check::Calls
        | Check::Runtime(_)
        | Check::NotInstalled => check.name(),
    };
    Finding::skipped(check, format!("{what} was not tried: {why}"))
}

const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}

fn said(excerpt: Option<&str>) -> String {
    excerpt.map_or_else(String::new, |excerpt| format!(" (`{excerpt}`)"))
}

fn with(status: Option<&str>) -> String {
    status.map_or_else(String::new, |status| format!(" ({status})"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn answered(status: u16, body: &str) -> Answer {
        let excerpt = (!body.is_empty()).then(|| body.into());
        Ok(ProbeAnswer { status, body: body.to_owned().into(), excerpt })
    }

    fn gone() -> After {
        After::Gone(Some("exit status: 1".to_owned()))
    }

    #[test]
    fn a_wrong_signature_may_be_refused_in_many_ways_and_must_not_be_taken_or_end_the_bot() {
        let right = answered(200, "ok");
        let broken = || Err(AttemptResult::Broken { why: "closed".into() });
        let cases = [
            (answered(403, "no"), After::Alive, Verdict::Ok),
            (answered(500, ""), After::Alive, Verdict::Ok),
            (broken(), After::Alive, Verdict::Ok),
            // Two libraries answer 200 and say in the text that they did not take it.
            (answered(200, "not ok"), After::Alive, Verdict::Ok),
            (answered(200, "ok"), After::Alive, Verdict::Warn),
            (answered(202, ""), After::Alive, Verdict::Warn),
            (Err(AttemptResult::TimedOut), After::Alive, Verdict::Warn),
            (answered(200, "ok"), gone(), Verdict::Fail),
            (broken(), gone(), Verdict::Fail),
        ];
        for (answer, after, verdict) in cases {
            let found = wrong_signature(&answer, &right, &after);
            assert_eq!(found.verdict, verdict, "{answer:?} {after:?}: {}", found.text);
        }
    }

    #[test]
    fn an_unusual_event_is_a_failure_only_for_who_is_subscribed_to_it() {
        let took = Duration::from_millis(3);
        let bad = [
            (answered(500, "undefined"), After::Alive),
            (Err(AttemptResult::TimedOut), After::Alive),
            (answered(200, ""), gone()),
        ];
        for event in [TestEvent::Standby, TestEvent::AppRoles] {
            for (answer, after) in &bad {
                for (hears, verdict) in [(Hears::Subscribed, Verdict::Fail), (Hears::Not, Verdict::Warn)] {
                    let found = unusual(event, answer, took, after, hears);
                    assert_eq!(found.verdict, verdict, "{}", found.text);
                    let help = found.help.unwrap_or_default();
                    assert!(help.contains(event.field().name()), "{help}");
                }
            }
            let found = unusual(event, &answered(202, ""), took, &After::Alive, Hears::Subscribed);
            assert_eq!(found.verdict, Verdict::Ok, "any 2xx acknowledges");
        }
    }

    #[test]
    fn answers_are_slow_after_five_seconds_and_too_late_after_twenty() {
        let verdict = |seconds: f64| answer_time(Duration::from_secs_f64(seconds)).verdict;
        assert_eq!([0.0, 5.0].map(verdict), [Verdict::Ok; 2]);
        assert_eq!([5.001, 19.999].map(verdict), [Verdict::Warn; 2]);
        assert_eq!(verdict(20.0), Verdict::Fail);
    }

    #[test]
    fn any_2xx_is_an_acknowledgement_and_what_else_comes_is_explained() {
        let judged = |answer: &Answer| signature(answer, "bot-app-secret", &After::Alive);
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(&answered(status, "")).verdict, Verdict::Ok);
        }
        for (status, expected) in [
            (401, "another app secret? Here it is `bot-app-secret`"),
            (404, "does the bot take POST"),
            (302, "any 2xx acknowledges"),
            (500, "its own output"),
        ] {
            let found = judged(&answered(status, "x"));
            let help = found.help.unwrap_or_default();
            assert!(found.verdict == Verdict::Fail && help.contains(expected), "{status}: {help}");
            assert!(found.text.ends_with(&format!("{status} (`x`)")), "{}", found.text);
        }
        assert_eq!(judged(&Err(AttemptResult::TimedOut)).verdict, Verdict::Fail);
        assert_eq!(signature(&answered(200, ""), "s", &gone()).verdict, Verdict::Fail);
    }

    #[test]
    fn a_wrong_verify_token_must_not_bring_the_challenge_back() {
        let url = || "http://127.0.0.1:3000/".to_owned();
        let (verify_token, excerpt) = (String::new(), None);
        let refused = HandshakeError::WrongStatus { url: url(), status: 403, verify_token, excerpt };
        let (expected, received) = ("1".to_owned(), "OK".to_owned());
        let other = HandshakeError::WrongChallenge { url: url(), expected, received };
        let silent = HandshakeError::NoAnswer { url: url(), why: "no answer in time".to_owned() };
        for error in [refused, other, silent] {
            assert_eq!(wrong_token(&Err(error)).verdict, Verdict::Ok);
        }
        assert_eq!(wrong_token(&Ok(())).verdict, Verdict::Warn);
    }
}
