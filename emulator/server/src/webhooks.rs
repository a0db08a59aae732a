//! Webhook deliveries: bodies, signatures, the connections to the apps, order and retries.

mod attachments;
mod backlog;
mod body;
mod dispatch;
mod ear;
mod endpoint;
mod handshake;
mod opening;
mod person_message;
mod probe;
mod signature;
mod url;

pub(crate) use body::write_event;
pub(crate) use dispatch::{Outgoing, QueueKey, start};
pub(crate) use ear::Ear;
pub(crate) use endpoint::Endpoint;
pub use handshake::HandshakeError;
pub(crate) use handshake::{challenge, handshake};
pub use person_message::{PersonMessageError, person_message};
pub use probe::{Probe, ProbeAnswer, Signing, TestEvent, Webhook};
pub use url::{ParseWebhookError, WebhookUrl};
