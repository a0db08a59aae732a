//! Events that an app was waited for to hear, or to answer to, and does not hear.

use emulator_core::{AppId, Effect, Field, PageId, Psid};
use emulator_server::journal::{Entry, Record};

use super::super::Scene;
use super::super::prepared::Wanted;
use crate::bots::never_called;
use crate::matcher::Pattern;
use crate::transcript::{self, Unheard};

/// The member of a webhook event by which it is known, and the field that it needs. Echoes are told from messages by
/// `is_echo`.
const FIELDS: &[(&str, Field)] = &[
    ("message", Field::Messages),
    ("delivery", Field::MessageDeliveries),
    ("read", Field::MessageReads),
    ("reaction", Field::MessageReactions),
    ("message_edit", Field::MessageEdits),
    ("postback", Field::MessagingPostbacks),
    ("optin", Field::MessagingOptins),
    ("referral", Field::MessagingReferrals),
    ("account_linking", Field::MessagingAccountLinking),
    ("messaging_feedback", Field::MessagingFeedback),
    ("policy_enforcement", Field::MessagingPolicyEnforcement),
    ("pass_thread_control", Field::MessagingHandovers),
    ("take_thread_control", Field::MessagingHandovers),
    ("request_thread_control", Field::MessagingHandovers),
    ("pass_thread_metadata", Field::MessagingHandovers),
    ("app_roles", Field::MessagingHandovers),
];

/// The fields that an app needs to hear of what a pattern describes, as far as that can be told.
fn needed(pattern: &Pattern) -> Vec<Field> {
    let named = pattern.member("field").and_then(Pattern::text).and_then(Field::parse);
    let event = pattern.member("event");
    let known = FIELDS.iter().find_map(|(member, field)| Some((event?.member(member)?, *field)));
    let of_event = known.map(|(member, field)| match (field, member.member("is_echo")) {
        (Field::Messages, Some(echo)) if echo.matches(&true.into()) => Field::MessageEchoes,
        (field, _) => field,
    });
    let standby = pattern.member("channel").and_then(Pattern::text) == Some("standby");
    named.or(of_event).into_iter().chain(standby.then_some(Field::Standby)).collect()
}

impl Scene {
    /// Why what is waited for does not come, where the app does not hear of what would bring it.
    pub(super) fn unheard(&self, wanted: &Wanted) -> Vec<String> {
        match wanted {
            Wanted::Webhook { app, page, person, pattern, .. } => {
                self.undelivered((*app, *page, *person), &needed(pattern))
            }
            Wanted::Message { app, person, .. } | Wanted::Call { app, person, .. } => {
                let heard = self.feed.entries.iter().rposition(|entry| {
                    matches!(entry.effect(), Some(Effect::Deliver(delivery))
                        if delivery.app == *app && !delivery.event.follows_send())
                });
                let behind = heard.map_or(0, |index| index + 1);
                let unheard = self.feed.entries.iter().skip(behind).rev();
                let mut acts = unheard.filter(|entry| {
                    let act = entry.cause.and_then(|cause| self.feed.by_seq(cause.seq));
                    act.is_some_and(|act| matches!(act.record, Record::Person { .. }))
                });
                acts.find_map(|entry| self.tells((*app, *person), entry))
                    .map(|(_, note)| note)
                    .into_iter()
                    .collect()
            }
            Wanted::State { .. } => Vec::new(),
        }
    }

    /// That an app which should do something has never called, though it acknowledges what it hears.
    pub(super) fn no_contact(&self, wanted: &Wanted) -> Option<String> {
        let (Wanted::Message { app, .. } | Wanted::Call { app, .. }) = wanted else { return None };
        never_called(&self.stage, *app, &self.lane.names().app(*app))
    }

    /// What an entry says of an event that the app does not hear: what the app lacks, and a note.
    fn tells(&self, (app, person): (AppId, Option<Psid>), entry: &Entry) -> Option<(String, String)> {
        let names = self.lane.names();
        let Unheard { app: who, name, lacks } = Unheard::of(entry, &names)?;
        if who != app || person.is_some_and(|person| entry.person() != Some(person)) {
            return None;
        }
        let cause = entry.cause.and_then(|cause| self.feed.by_seq(cause.seq));
        let what = cause.and_then(|cause| transcript::line(cause, &names)).unwrap_or_default();
        let note = format!("{name} did not hear of this: {}; it {lacks} (entry {})", what.trim(), entry.seq);
        Some((lacks, note))
    }

    /// Why the app gets no delivery for which it needs these fields.
    fn undelivered(
        &self,
        (app, page, person): (AppId, PageId, Option<Psid>),
        needed: &[Field],
    ) -> Vec<String> {
        let from = self.feed.deliveries_from(app);
        let fits = |entry: &&Entry| match entry.effect() {
            Some(Effect::Unheard { field, .. }) => needed.is_empty() || needed.contains(field),
            _ => false,
        };
        let told = self.feed.entries.iter().skip(from).filter(fits).rev();
        let told: Vec<(String, String)> = told.filter_map(|entry| self.tells((app, person), entry)).collect();
        if let Some((_, note)) = told.into_iter().next() {
            return vec![note];
        }
        let settings = self.lane.settings();
        if settings.connection(page, app).is_none() {
            return Vec::new();
        }
        let line = person.map_or_else(|| settings.main(page), |it| self.lane.world().line_of(it, page));
        let fields = settings.fields(line, app);
        let lacking = needed.iter().filter(|field| !fields.contains(**field));
        let name = self.lane.names().app(app);
        lacking.map(|field| format!("{name} is not subscribed to `{}`", field.name())).collect()
    }
}
