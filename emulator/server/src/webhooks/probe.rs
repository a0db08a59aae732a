//! A webhook asked from outside of any lane, as `doctor` does: verifications with the right and a wrong token, and test
//! events, signed rightly or wrongly. The bytes are those of deliveries; nothing is written to a journal and nothing is
//! sent again.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use emulator_core::{
    AppId, Channel, Delivery, Event, Field, Hidden, Message, Mid, Options, PageId, Psid, Role, Style,
    Timestamp,
};
use hyper::header::HeaderValue;
use tokio::net::TcpStream;

use super::body::body;
use super::endpoint::Endpoint;
use super::handshake::{HandshakeError, challenge, handshake};
use super::signature::Signer;
use super::url::WebhookUrl;
use crate::clock::{Stopwatch, Wall, rfc3339};
use crate::journal::AttemptResult;

/// The verify token that no app has.
const WRONG_TOKEN: &str = "a-wrong-verify-token-of-doctor";
/// The app secret that no app has.
const WRONG_SECRET: &str = "a-wrong-app-secret-of-doctor";
/// How long a connection may take. One that a full queue keeps out is tried again by the system after a second.
const CONNECTED_IN: Duration = Duration::from_secs(5);
/// How long a webhook may take to answer a verification with the wrong token. Some never do.
const WRONG_TOKEN_TIME: Duration = Duration::from_secs(5);

/// Where an app's webhook is, and what it is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The app.
    pub app: AppId,
    /// Its name in the world.
    pub name: String,
    /// The address.
    pub url: WebhookUrl,
    /// What it checks in a verification.
    pub verify_token: String,
    /// The key of the signatures.
    pub secret: String,
}

/// An event for trying a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestEvent {
    /// A person writes.
    Message,
    /// A copy of such a message, in an entry that has only `standby`.
    Standby,
    /// The app's role on the Page has changed: an event without `sender`.
    AppRoles,
}

/// How a test event is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// With the app's secret.
    Right,
    /// With another secret.
    Wrong,
}

/// What a webhook answered to a test event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeAnswer {
    /// The status.
    pub status: u16,
    /// The body, 64 KiB of it at most.
    pub body: Bytes,
    /// The beginning of the body in one line, without secrets, for people.
    pub excerpt: Option<Arc<str>>,
}

/// One webhook, and the Page and the person of the events that it is tried with.
#[derive(Debug)]
pub struct Probe {
    webhook: Webhook,
    page: PageId,
    person: Psid,
    endpoint: Arc<Endpoint>,
    /// The same address, with a token and a secret that are not the app's.
    wrong: Arc<Endpoint>,
}

impl Probe {
    /// A probe that gives the webhook so much time for each answer, in real time.
    pub fn new(webhook: Webhook, page: PageId, person: Psid, timeout: Duration) -> Self {
        let name = &webhook.name;
        let hidden = Arc::new(Hidden::known([
            (webhook.secret.clone(), format!("{name}.secret")),
            (webhook.verify_token.clone(), format!("{name}.verify_token")),
        ]));
        let endpoint = |secret: &str, token: &str, timeout| {
            Endpoint::new(webhook.url.clone(), secret, token.to_owned(), Arc::clone(&hidden), timeout)
        };
        let wrong = endpoint(WRONG_SECRET, WRONG_TOKEN, WRONG_TOKEN_TIME.min(timeout));
        let endpoint = endpoint(&webhook.secret, &webhook.verify_token, timeout);
        Self { endpoint, wrong, page, person, webhook }
    }

    /// What is probed.
    pub const fn webhook(&self) -> &Webhook {
        &self.webhook
    }

    /// The person of the events.
    pub const fn person(&self) -> Psid {
        self.person
    }

    /// Opens a connection and closes it.
    ///
    /// # Errors
    ///
    /// What the system says, such as that nobody listens.
    pub async fn connects(&self) -> Result<(), String> {
        let connected = tokio::time::timeout(CONNECTED_IN, TcpStream::connect(&self.webhook.url.authority));
        match connected.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the connection is not taken".to_owned()),
        }
    }

    /// Asks for the verification with the app's verify token (M-186).
    ///
    /// # Errors
    ///
    /// What is wrong with the answer.
    pub async fn verify(&self) -> Result<(), HandshakeError> {
        handshake(&self.endpoint, &challenge(drawn())).await
    }

    /// Asks for the verification with a token that is not the app's, for 5 s at most. A webhook that checks its token
    /// does not give the challenge back.
    ///
    /// # Errors
    ///
    /// How it did not.
    pub async fn verify_wrongly(&self) -> Result<(), HandshakeError> {
        handshake(&self.wrong, &challenge(drawn())).await
    }

    /// Posts a test event once. Gives the answer, whatever its status, and how long it took, in real time.
    pub async fn post(
        &self,
        event: TestEvent,
        signing: Signing,
    ) -> (Result<ProbeAnswer, AttemptResult>, Duration) {
        let at = Timestamp(Wall::now().0);
        let body = Bytes::from(body(&self.delivery(event, at), ""));
        let signer = match signing {
            Signing::Right => self.endpoint.signer.clone(),
            Signing::Wrong => Signer::new(WRONG_SECRET.as_bytes()),
        };
        let now = HeaderValue::from_str(&rfc3339(at));
        let now = now.unwrap_or_else(|_| HeaderValue::from_static(""));
        let watch = Stopwatch::start();
        let answer = self.endpoint.send(body.clone(), &signer.sign(&body), now, &|_| {}).await;
        let answer = answer.map(|answer| ProbeAnswer {
            status: answer.status.as_u16(),
            excerpt: self.endpoint.hidden.excerpt(&answer.body),
            body: answer.body,
        });
        (answer, watch.elapsed())
    }

    fn delivery(&self, event: TestEvent, at: Timestamp) -> Delivery {
        let message = |text: &str| Event::Message {
            // Bots may pass over a message that they have seen.
            mid: Mid(format!("m_doctor-{:016x}", drawn()).into()),
            message: Arc::new(Message::text(text)),
            self_reply: false,
            referral: None,
        };
        let (person, channel, field, event) = match event {
            TestEvent::Message => {
                (Some(self.person), Channel::Messaging, Field::Messages, message(TestEvent::TEXT))
            }
            TestEvent::Standby => {
                (Some(self.person), Channel::Standby, Field::Standby, message(TestEvent::STANDBY_TEXT))
            }
            TestEvent::AppRoles => {
                let event = Event::AppRoles { app: self.webhook.app, role: Some(Role::SecondaryReceiver) };
                (None, Channel::Messaging, Field::MessagingHandovers, event)
            }
        };
        let style = Style::of(&Options::default());
        Delivery {
            app: self.webhook.app,
            page: self.page,
            account: None,
            person,
            channel,
            field,
            at,
            style,
            event,
        }
    }
}

impl TestEvent {
    /// What the message says.
    pub const TEXT: &str = "Hello from messenger-emulator doctor";
    /// What the message on standby says.
    pub const STANDBY_TEXT: &str = "Hello from messenger-emulator doctor, on standby";

    /// The field to which an app has to be subscribed to hear such an event.
    pub const fn field(self) -> Field {
        match self {
            Self::Message => Field::Messages,
            Self::Standby => Field::Standby,
            Self::AppRoles => Field::MessagingHandovers,
        }
    }
}

/// Another number each time.
fn drawn() -> u64 {
    RandomState::new().hash_one(())
}
