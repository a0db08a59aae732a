//! The webhook of the demo bot: the handshake and the signed deliveries.
//!
//! A delivery is answered as soon as its signature and form are checked, and the work is done afterwards, unless the
//! bot is told to answer last.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use clap::ValueEnum;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::HeaderMap;
use hyper::{Method, Request, Response, StatusCode};
use sha2::Sha256;

use super::conversation::Bot;
use super::events::Delivery;
use super::log;
use super::settings::Settings;

const PATH: &str = "/webhook";
const SIGNATURE: &str = "x-hub-signature-256";
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// The word with which a person makes the webhook fail, each time the event is tried.
const BREAK: &str = "break";

/// When a delivery is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Acknowledge {
    /// Before the work, as the platform asks for
    First,
    /// After the work, as bots do that handle a webhook in one go
    Last,
}

/// The receiving side of the bot.
pub(super) struct Webhook {
    verify_token: String,
    /// Keyed once; each body is hashed by a copy.
    key: Hmac<Sha256>,
    bot: Arc<Bot>,
    acknowledge: Acknowledge,
}

impl Webhook {
    pub(super) fn new(settings: &Settings, bot: Arc<Bot>, acknowledge: Acknowledge) -> Self {
        let key = Hmac::new_from_slice(settings.app_secret.as_bytes()).expect("a key may have any length");
        Self { verify_token: settings.verify_token.clone(), key, bot, acknowledge }
    }

    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (status, body) = if request.uri().path() != PATH {
            (StatusCode::NOT_FOUND, Bytes::new())
        } else if request.method() == Method::POST {
            self.delivery(request).await
        } else if request.method() == Method::GET {
            self.handshake(request.uri().query().unwrap_or_default())
        } else {
            (StatusCode::METHOD_NOT_ALLOWED, Bytes::new())
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        Ok(response)
    }

    fn handshake(&self, query: &str) -> (StatusCode, Bytes) {
        let (mut subscribes, mut knows_token, mut challenge) = (false, false, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "hub.mode" => subscribes = value == "subscribe",
                "hub.verify_token" => knows_token = value == self.verify_token.as_str(),
                "hub.challenge" => challenge = Some(Bytes::from(value.into_owned())),
                _ => {}
            }
        }
        match challenge {
            Some(challenge) if subscribes && knows_token => (StatusCode::OK, challenge),
            _ => (StatusCode::FORBIDDEN, Bytes::new()),
        }
    }

    async fn delivery(&self, request: Request<Incoming>) -> (StatusCode, Bytes) {
        let (head, body) = request.into_parts();
        if body.size_hint().lower() > LARGEST_BODY as u64 {
            return (StatusCode::PAYLOAD_TOO_LARGE, Bytes::new());
        }
        let body = match Limited::new(body, LARGEST_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return (StatusCode::PAYLOAD_TOO_LARGE, Bytes::new());
            }
            Err(_) => return (StatusCode::BAD_REQUEST, Bytes::new()),
        };
        if !self.is_signed(&head.headers, &body) {
            return (StatusCode::FORBIDDEN, Bytes::new());
        }
        match Delivery::read(&body) {
            Ok(delivery) => {
                let entries = &delivery.entry;
                if entries.iter().flat_map(|entry| &entry.messaging).any(|item| item.breaks(BREAK)) {
                    return (StatusCode::INTERNAL_SERVER_ERROR, Bytes::new());
                }
                let work: Vec<_> = entries.iter().flat_map(|entry| self.bot.take(entry)).collect();
                if self.acknowledge == Acknowledge::Last {
                    for work in work {
                        // A panic ends the process anyhow.
                        let _ = work.await;
                    }
                }
                (StatusCode::OK, Bytes::from_static(b"EVENT_RECEIVED"))
            }
            Err(error) => {
                log(format_args!("cannot read a webhook: {error}"));
                (StatusCode::BAD_REQUEST, Bytes::new())
            }
        }
    }

    /// Compares in constant time.
    fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let signature = headers.get(SIGNATURE).and_then(|value| decode(value.as_bytes()));
        signature
            .is_some_and(|signature| self.key.clone().chain_update(body).verify_slice(&signature).is_ok())
    }
}

/// Reads `sha256=<64 hex digits>`.
fn decode(signature: &[u8]) -> Option<[u8; 32]> {
    let hex = signature.strip_prefix(b"sha256=").filter(|hex| hex.len() == 64)?;
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(hex.as_chunks().0) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

fn digit(hex: u8) -> Option<u8> {
    match hex {
        b'0'..=b'9' => Some(hex - b'0'),
        b'a'..=b'f' => Some(hex - b'a' + 10),
        b'A'..=b'F' => Some(hex - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_signature_is_sixty_four_hex_digits() {
        let hex = "0fF0".repeat(16);
        assert_eq!(decode(format!("sha256={hex}").as_bytes()).unwrap()[..2], [0x0f, 0xf0]);
        for wrong in [hex.clone(), format!("sha1={hex}"), format!("sha256={hex}0"), "sha256=".into()] {
            assert!(decode(wrong.as_bytes()).is_none(), "{wrong}");
        }
        assert!(decode(format!("sha256={}", "g".repeat(64)).as_bytes()).is_none());
    }
}
