//! The platform as a bot meets it: a Graph API over HTTP, a webhook dispatcher, and behind them the
//! lanes in which worlds live, each with a clock and a journal.
//!
//! **Invariant:** what depends on the state of a world is decided in core; this crate asks and
//! carries out. No lock is held across an await.

mod clock;
mod entrance;
mod escape;
pub mod graph;
mod http;
pub mod journal;
mod lane;
mod media;
mod object;
mod proxy;
mod shared;
mod stage;
mod stranger;
mod tls;
mod webhooks;

pub use clock::{ClockMode, Pace, ParsePaceError, Wall, parse_rfc3339, pause, rfc3339};
pub use entrance::{Entrance, SERVED_HOSTS, Stranger, local_caller};
pub use http::{AnswerBody, BODY_LIMIT, BoxFuture, Breach, BrokenHandshake, ControlRoutes, Read, serve};
pub use lane::{Acted, Doubt, Gap, Lane, Late, Owing, People, Quiet, Unsettled};
pub use media::{with_base, without_base};
pub use proxy::{AllNotPassedOn, NotPassedOn, Process};
pub use stage::{AppSpec, LaneSpec, OpenLaneError, PersonSpec, STAGE_LANE, Stage, StageSpec};
pub use stranger::StrangerCall;
pub use tls::{Authority, AuthorityError, CaFiles, CaState, Rights, TRUSTSTORE_PASSWORD, publish};
pub use webhooks::{
    HandshakeError, ParseWebhookError, PersonMessageError, Probe, ProbeAnswer, Signing, TestEvent, Webhook,
    WebhookUrl, person_message,
};
