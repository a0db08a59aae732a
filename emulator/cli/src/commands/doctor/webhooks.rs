//! Trying one app's webhook, from the harmless to what ends some bots. What the answers mean is decided in `judge`.

use std::time::Duration;

use emulator_core::FieldSet;
use emulator_server::{HandshakeError, Probe, Signing, TestEvent, pause};
use tokio::time::Instant;

use super::finding::{Check, Finding, Group, Section};
use super::judge::{self, After, Answer, Hears};
use super::started::Started;

/// How long a bot may take to listen that was started here.
const BOOT: Duration = Duration::from_secs(10);
/// How long its answer to the verification may be another one than it will be, once it listens.
const SETTLES: Duration = Duration::from_secs(1);
/// How long a bot may take to end of what it was sent: many acknowledge an event before they work on it.
const GRACE: Duration = Duration::from_millis(500);
/// How often it is asked meanwhile whether it is there.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// What the events of a try are, in the order in which they are sent.
const UNUSUAL: [(TestEvent, Check); 2] =
    [(TestEvent::Standby, Check::Standby), (TestEvent::AppRoles, Check::NoSender)];

/// What is found out with events.
const EVENTS: [Check; 4] = [Check::Signature, Check::WrongSignature, Check::Standby, Check::NoSender];

/// A webhook that is tried.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) probe: Probe,
    /// The fields to which the app is subscribed.
    pub(super) fields: FieldSet,
    /// The bots that were started here, if its own is one of them.
    pub(super) started: Option<Started>,
}

impl Subject {
    /// What is about to be sent, for who may not want it.
    pub(super) fn announcement(&self) -> String {
        let webhook = self.probe.webhook();
        format!("{} at {}, as the person {}", webhook.name, webhook.url, self.probe.person())
    }

    fn name(&self) -> &str {
        &self.probe.webhook().name
    }

    /// Tries the webhook.
    pub(super) async fn examine(&self) -> Section {
        let webhook = self.probe.webhook();
        Section {
            group: Group::Webhooks,
            app: Some(webhook.name.clone()),
            title: format!("Webhook of {}, {}", webhook.name, webhook.url),
            findings: self.findings().await,
        }
    }

    async fn findings(&self) -> Vec<Finding> {
        let (connected, verified) = self.first_contact().await;
        let ended = self.started.as_ref().and_then(|started| started.ended(self.name()));
        let mut found = vec![match (&ended, &self.started) {
            (Some(status), Some(started)) if connected.is_err() => {
                judge::ended_early(status, &started.output(self.name()))
            }
            (_, started) => judge::reachable(&connected, started.is_some()),
        }];
        if connected.is_err() {
            return found;
        }
        found.push(judge::verification(&verified));
        if verified.is_ok() {
            found.push(judge::wrong_token(&self.probe.verify_wrongly().await));
        }
        if verified.is_err_and(|error| error.other_scheme().is_some()) {
            let why = "nothing arrives over the wrong scheme";
            found.extend(EVENTS.iter().map(|check| judge::not_tried(*check, why)));
        } else {
            found.extend(self.events().await);
        }
        found
    }

    /// Connects and asks for the verification. A bot that was started here may come up first.
    async fn first_contact(&self) -> (Result<(), String>, Result<(), HandshakeError>) {
        let mut deadline = Instant::now() + BOOT;
        loop {
            let connected = self.probe.connects().await;
            let verified = self.probe.verify().await;
            let comes_up = self.started.as_ref().is_some_and(|started| started.ended(self.name()).is_none());
            if verified.as_ref().is_err_and(HandshakeError::is_answer) {
                deadline = deadline.min(Instant::now() + SETTLES);
            }
            if connected.is_ok() && verified.is_ok() || !comes_up || Instant::now() >= deadline {
                return (connected, verified);
            }
            pause(ASK_AGAIN).await;
        }
    }

    /// Sends the test events.
    async fn events(&self) -> Vec<Finding> {
        let [_, after_message @ ..] = EVENTS;
        let mut found = Vec::new();
        let not_tried = |checks: &[Check], why: &str| {
            checks.iter().map(|check| judge::not_tried(*check, why)).collect::<Vec<_>>()
        };
        let (right, mut slowest, after) = self.send(TestEvent::Message, Signing::Right).await;
        found.push(judge::signature(&right, &self.probe.webhook().secret, &after));
        if !self.is_back(&after).await {
            found.extend(not_tried(&after_message, "the bot has ended"));
            return found;
        }
        if !right.as_ref().is_ok_and(|answer| (200..300).contains(&answer.status)) {
            found.extend(not_tried(&after_message, "an ordinary message has to be taken first"));
            return found;
        }
        let (wrong, _, after) = self.send(TestEvent::Message, Signing::Wrong).await;
        let judged = judge::wrong_signature(&wrong, &right, &after);
        let mut alive = self.is_back(&after).await;
        let mut unusual = Vec::new();
        for (event, check) in UNUSUAL {
            if !alive {
                unusual.push(judge::not_tried(check, "the bot has ended"));
                continue;
            }
            let (answer, took, after) = self.send(event, Signing::Right).await;
            let hears = if self.fields.contains(event.field()) { Hears::Subscribed } else { Hears::Not };
            unusual.push(judge::unusual(event, &answer, took, &after, hears));
            if answer.is_ok() {
                slowest = slowest.max(took);
            }
            alive = self.is_back(&after).await;
        }
        found.push(judge::answer_time(slowest));
        found.push(judged);
        found.extend(unusual);
        found
    }

    /// Sends one event, and looks how the bot is after it.
    async fn send(&self, event: TestEvent, signing: Signing) -> (Answer, Duration, After) {
        let (answer, took) = self.probe.post(event, signing).await;
        (answer, took, self.after().await)
    }

    /// How the bot is when it has had the time to end.
    async fn after(&self) -> After {
        let deadline = Instant::now() + GRACE;
        let ended = || self.started.as_ref().and_then(|started| started.ended(self.name()));
        while Instant::now() < deadline && ended().is_none() {
            pause(ASK_AGAIN).await;
        }
        match (ended(), self.probe.connects().await) {
            (Some(status), _) => After::Gone(Some(status)),
            (None, Err(_)) => After::Gone(None),
            (None, Ok(())) => After::Alive,
        }
    }

    /// True when the bot is there for the next event; one that has ended is started again if it was started here.
    async fn is_back(&self, after: &After) -> bool {
        match (after, &self.started) {
            (After::Alive, _) => true,
            (After::Gone(_), None) => false,
            (After::Gone(_), Some(started)) => {
                started.again(self.name()).await && self.first_contact().await.0.is_ok()
            }
        }
    }
}
