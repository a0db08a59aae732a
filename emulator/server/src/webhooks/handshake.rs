//! The verification of a webhook (M-186): a challenge that the app must give back.

use std::sync::Arc;

use super::endpoint::{Endpoint, NO_TLS};
use crate::journal::AttemptResult;

/// What is wrong where http was asked for.
const IS_TLS: &str = "it speaks TLS; is the webhook https?";

/// Why an app is not ready for webhooks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Nobody answers.
    #[error("{}", unanswered(.url, .why))]
    NoAnswer {
        /// The webhook.
        url: String,
        /// What the system says.
        why: String,
    },
    /// It answers with another status than 200.
    #[error("{url} answered the verification with status {status}{}, expected 200{}", said(.excerpt.as_deref()), about(*.status, .url, .verify_token))]
    WrongStatus {
        /// The webhook.
        url: String,
        /// What it answered.
        status: u16,
        /// What it was asked with.
        verify_token: String,
        /// The beginning of what it said beside the status.
        excerpt: Option<Arc<str>>,
    },
    /// It does not give the challenge back.
    #[error("{url} answered the verification with {}, expected the challenge `{expected}` and nothing else{}", shown(.received), elsewhere(.received, .url))]
    WrongChallenge {
        /// The webhook.
        url: String,
        /// The challenge.
        expected: String,
        /// The beginning of what came back.
        received: String,
    },
}

impl HandshakeError {
    /// True when both have the same reason, though they may be told with other words of the bot.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NoAnswer { why, .. }, Self::NoAnswer { why: other, .. }) => why == other,
            (Self::WrongStatus { status, .. }, Self::WrongStatus { status: other, .. }) => status == other,
            (Self::WrongChallenge { received, .. }, Self::WrongChallenge { received: other, .. }) => {
                is_html(received) == is_html(other)
            }
            (Self::NoAnswer { .. } | Self::WrongStatus { .. } | Self::WrongChallenge { .. }, _) => false,
        }
    }

    /// What to ask oneself about it, where the answer gives something away.
    pub fn question(&self) -> Option<String> {
        let question = match self {
            Self::NoAnswer { .. } => String::new(),
            Self::WrongStatus { url, status, verify_token, .. } => about(*status, url, verify_token),
            Self::WrongChallenge { url, received, .. } => elsewhere(received, url),
        };
        question.strip_prefix("; ").map(str::to_owned)
    }

    /// `http` or `https`, where the webhook was named with the other one.
    pub fn other_scheme(&self) -> Option<&'static str> {
        match self {
            Self::NoAnswer { why, .. } if why == NO_TLS => Some("http"),
            Self::NoAnswer { why, .. } if why == IS_TLS => Some("https"),
            Self::NoAnswer { .. } | Self::WrongStatus { .. } | Self::WrongChallenge { .. } => None,
        }
    }

    /// True when somebody answered, only not as it should be.
    pub const fn is_answer(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => false,
            Self::WrongStatus { .. } | Self::WrongChallenge { .. } => true,
        }
    }
}

fn unanswered(url: &str, why: &str) -> String {
    match why {
        NO_TLS | IS_TLS => format!("{url} cannot be asked: {why}"),
        _ => format!("nobody answers at {url}: {why}"),
    }
}

fn said(excerpt: Option<&str>) -> String {
    excerpt.map_or_else(String::new, |excerpt| format!(" (`{}`)", spelt_out(excerpt)))
}

/// What a status is likely to be about.
fn about(status: u16, url: &str, verify_token: &str) -> String {
    match status {
        400 | 401 | 403 => format!("; is the bot's verify token `{verify_token}`?"),
        404 => format!("; is `{}` the path of the bot's webhook?", path(url)),
        405 => format!("; does the bot's webhook take GET at `{}`, which the verification uses?", path(url)),
        300..=399 => "; redirects are not followed".to_owned(),
        500..=599 => "; the bot failed, and its own output may say why".to_owned(),
        _ => String::new(),
    }
}

fn path(url: &str) -> &str {
    url.splitn(4, '/').nth(3).map_or("/", |path| &url[url.len() - path.len() - 1..])
}

fn is_html(received: &str) -> bool {
    let start = received.trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn shown(received: &str) -> String {
    let kind = if is_html(received) { "an HTML page, " } else { "" };
    if received.is_empty() { "nothing".to_owned() } else { format!("{kind}`{}`", spelt_out(received)) }
}

/// Where a page comes from that nobody asked for.
fn elsewhere(received: &str, url: &str) -> String {
    if is_html(received) {
        format!("; is `{}` the path of the bot's webhook?", path(url))
    } else {
        String::new()
    }
}

/// The text with everything spelt out that a terminal would obey.
fn spelt_out(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                character.escape_default().to_string()
            } else {
                character.to_string()
            }
        })
        .collect()
}

/// The challenges that there are: whole numbers of eight digits at least that fit into 31 bits, so that bots which keep
/// them as 32-bit integers work (M-186).
const CHALLENGES: std::ops::RangeInclusive<u64> = 10_000_000..=2_147_483_647;

/// The challenge that belongs to a number.
pub(crate) fn challenge(drawn: u64) -> String {
    (CHALLENGES.start() + drawn % (CHALLENGES.end() - CHALLENGES.start() + 1)).to_string()
}

/// Asks the webhook once.
pub(crate) async fn handshake(endpoint: &Endpoint, challenge: &str) -> Result<(), HandshakeError> {
    let url = endpoint.url.to_string();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", &endpoint.verify_token)
        .finish();
    let asked = endpoint.get(&query).await;
    if matches!(asked, Err(AttemptResult::Broken { .. })) && endpoint.is_https_instead().await {
        return Err(HandshakeError::NoAnswer { url, why: IS_TLS.to_owned() });
    }
    let answer = asked.map_err(|failure| {
        let why = match failure {
            AttemptResult::Unreachable { why } | AttemptResult::Broken { why } => why.to_string(),
            other @ (AttemptResult::TimedOut
            | AttemptResult::Dropped { .. }
            | AttemptResult::Acknowledged { .. }
            | AttemptResult::Refused { .. }) => other.describe(),
        };
        HandshakeError::NoAnswer { url: url.clone(), why }
    })?;
    if answer.status != 200 {
        let (status, verify_token) = (answer.status.as_u16(), endpoint.verify_token.clone());
        let excerpt = endpoint.hidden.excerpt(&answer.body);
        return Err(HandshakeError::WrongStatus { url, status, verify_token, excerpt });
    }
    if answer.body != challenge {
        let received = endpoint.hidden.hidden_in(&String::from_utf8_lossy(&answer.body));
        let received = received.chars().take(80).collect();
        return Err(HandshakeError::WrongChallenge { url, expected: challenge.to_owned(), received });
    }
    if !answer.is_whole {
        return Err(HandshakeError::NoAnswer { url, why: "the answer broke off before its end".to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_challenge_has_eight_to_ten_digits_and_fits_into_31_bits() {
        let count = CHALLENGES.end() - CHALLENGES.start() + 1;
        assert_eq!(challenge(0), "10000000");
        assert_eq!(challenge(count - 1), "2147483647");
        assert_eq!(challenge(count), "10000000");
        for drawn in [1, 7_230_547_509, u64::MAX] {
            let challenge = challenge(drawn);
            assert!(CHALLENGES.contains(&challenge.parse().unwrap()), "{challenge}");
        }
    }
}
