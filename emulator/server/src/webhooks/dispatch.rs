//! Deliveries in order: for each app and conversation one at a time, conversations side by side.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use emulator_core::{AppId, Delivery, Psid, Span, retry_after};

use super::body::body;
use super::ear::Ear;
use super::endpoint::Endpoint;
use super::signature::{Signatures, Signer};
use crate::clock::Stopwatch;
use crate::journal::{AttemptResult, Record};
use crate::lane::Lane;

/// Deliveries with the same key are ordered.
pub(crate) type QueueKey = (AppId, Option<Psid>);

/// A delivery on its way.
pub(crate) struct Outgoing {
    /// Its journal entry.
    pub(crate) seq: u64,
    pub(crate) delivery: Delivery,
    /// How many tries have failed.
    pub(crate) failed: u32,
    /// Where it goes is decided once the app that caused it has answered what it is handling: the app,
    /// and the number of what it handles.
    pub(crate) within: Option<(AppId, u64)>,
    /// Tries carry the same bytes.
    signed: Option<(Bytes, Arc<Signatures>)>,
}

impl Outgoing {
    pub(crate) const fn new(seq: u64, delivery: Delivery) -> Self {
        Self { seq, delivery, failed: 0, within: None, signed: None }
    }

    pub(crate) const fn key(&self) -> QueueKey {
        (self.delivery.app, self.delivery.person)
    }

    /// True for what leaves once the call that sent the message has been answered.
    pub(crate) const fn follows_answer(&self) -> bool {
        self.delivery.event.follows_send()
    }

    /// Notes that a try failed; says how long after it the next one comes, if one does.
    pub(crate) fn fail(&mut self) -> Option<Span> {
        self.failed += 1;
        retry_after(self.failed)
    }

    /// What is written down of a try.
    pub(crate) fn attempt(&self, result: AttemptResult, took: Duration) -> Record {
        Record::Attempt {
            app: self.delivery.app,
            person: self.delivery.person,
            delivery: self.seq,
            number: self.failed + 1,
            result,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn signed(&mut self, signer: &Signer, base_url: &str) -> (Bytes, Arc<Signatures>) {
        let signed = self.signed.get_or_insert_with(|| {
            let body = Bytes::from(body(&self.delivery, base_url));
            let signatures = Arc::new(signer.sign(&body));
            (body, signatures)
        });
        signed.clone()
    }
}

/// Works off queues that have just become busy.
pub(crate) fn start(lane: &Arc<Lane>, keys: impl IntoIterator<Item = QueueKey>) {
    for key in keys {
        tokio::spawn(work_off(Arc::clone(lane), key));
    }
}

async fn work_off(lane: Arc<Lane>, key: QueueKey) {
    while let Some(next) = lane.next_delivery(key) {
        // The app may have registered another webhook meanwhile.
        if let Some(endpoint) = lane.shared().endpoint(key.0) {
            deliver(&lane, &endpoint, next).await;
        }
    }
}

async fn deliver(lane: &Arc<Lane>, endpoint: &Endpoint, mut outgoing: Outgoing) {
    if !lane.file_written().await {
        return;
    }
    loop {
        let (body, signatures) = outgoing.signed(&endpoint.signer, lane.shared().base_url());
        let Ok(permit) = endpoint.permits.acquire().await else { return };
        let watch = Stopwatch::start();
        let listen = |ear: &Arc<Ear>| lane.delivery_leaves(&outgoing, ear);
        let result = if outgoing.follows_answer() {
            endpoint.post(body, &signatures, lane.now_header(), &|_| {}).await
        } else {
            endpoint.post(body, &signatures, lane.now_header(), &listen).await
        };
        drop(permit);
        let acknowledged = result.is_acknowledged();
        lane.delivery_tried(&outgoing, result, watch.elapsed());
        if acknowledged {
            return;
        }
        match outgoing.fail() {
            Some(wait) if wait.0 == 0 => {}
            Some(wait) => return lane.retry_later(outgoing, wait),
            None => return,
        }
    }
}

/// What a failed try means to whoever reads about it.
impl AttemptResult {
    /// A few words for people.
    pub fn describe(&self) -> String {
        match self {
            Self::Acknowledged { status } => format!("acknowledged with {status}"),
            Self::Refused { status, excerpt: None } => format!("answered with {status}"),
            Self::Refused { status, excerpt: Some(excerpt) } => format!("answered with {status}: {excerpt}"),
            Self::TimedOut => "no answer in time".to_owned(),
            Self::Dropped { why } => format!("given up: {why}"),
            Self::Unreachable { why } => format!("unreachable: {why}"),
            Self::Broken { why } => format!("connection broke: {why}"),
        }
    }
}
