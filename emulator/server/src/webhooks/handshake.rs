//! The verification of a webhook (M-186): a challenge that the app must give back.

use super::endpoint::Endpoint;
use crate::journal::AttemptResult;

/// Why an app is not ready for webhooks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Nobody answers.
    #[error("nobody answers at {url}: {why}")]
    NoAnswer {
        /// The webhook.
        url: String,
        /// What the system says.
        why: String,
    },
    /// It answers with another status than 200.
    #[error(
        "{url} answered the verification with status {status}, expected 200; is the bot's verify token `{verify_token}`?"
    )]
    WrongStatus {
        /// The webhook.
        url: String,
        /// What it answered.
        status: u16,
        /// What it was asked with.
        verify_token: String,
    },
    /// It does not give the challenge back.
    #[error(
        "{url} answered the verification with `{received}`, expected the challenge `{expected}` and nothing else"
    )]
    WrongChallenge {
        /// The webhook.
        url: String,
        /// The challenge.
        expected: String,
        /// The beginning of what came back.
        received: String,
    },
}

/// Asks the webhook once.
pub(crate) async fn handshake(endpoint: &Endpoint, challenge: &str) -> Result<(), HandshakeError> {
    let url = endpoint.url.to_string();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", &endpoint.verify_token)
        .finish();
    let answer = endpoint.get(&query).await.map_err(|failure| {
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
        let verify_token = endpoint.verify_token.clone();
        return Err(HandshakeError::WrongStatus { url, status: answer.status.as_u16(), verify_token });
    }
    if answer.body != challenge {
        let received = String::from_utf8_lossy(&answer.body).chars().take(80).collect();
        return Err(HandshakeError::WrongChallenge { url, expected: challenge.to_owned(), received });
    }
    Ok(())
}
