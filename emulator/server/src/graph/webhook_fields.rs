//! The names of webhook fields of Pages, and lists of them in calls (M-15, M-81, M-197).

use std::sync::Arc;

use emulator_core::{Field, FieldSet, Platform, RuleId};
use serde_json::Value;

use super::act_form::Parameters;
use super::error::GraphError;
use super::params::{Params, Raw};

/// Every field that Pages have, in the order in which the platform lists them: as it was seen in 2022,
/// with what was added until 2026 at the end.
pub(super) const NAMES: &[&str] = &[
    "feed",
    "mention",
    "name",
    "picture",
    "category",
    "description",
    "conversations",
    "branded_camera",
    "feature_access_list",
    "inbox_labels",
    "standby",
    "message_mention",
    "messages",
    "message_reactions",
    "messaging_account_linking",
    "messaging_checkout_updates",
    "messaging_customer_information",
    "message_echoes",
    "message_deliveries",
    "messaging_game_plays",
    "messaging_optins",
    "messaging_optouts",
    "messaging_payments",
    "messaging_postbacks",
    "messaging_pre_checkouts",
    "message_reads",
    "messaging_referrals",
    "messaging_handovers",
    "messaging_policy_enforcement",
    "messaging_page_feedback",
    "messaging_appointments",
    "messaging_direct_sends",
    "messaging_fblogin_account_linking",
    "user_action",
    "messaging_feedback",
    "founded",
    "company_overview",
    "mission",
    "products",
    "general_info",
    "leadgen",
    "leadgen_fat",
    "location",
    "hours",
    "parking",
    "public_transit",
    "page_about_story",
    "mcom_invoice_change",
    "invoice_access_invoice_change",
    "invoice_access_onboarding_status_active",
    "local_delivery",
    "phone",
    "email",
    "website",
    "ratings",
    "attire",
    "payment_options",
    "culinary_team",
    "general_manager",
    "price_range",
    "awards",
    "hometown",
    "current_location",
    "bio",
    "affiliation",
    "birthday",
    "personal_info",
    "personal_interests",
    "members",
    "checkins",
    "page_upcoming_change",
    "page_change_proposal",
    "message_edits",
    "message_context",
    "messaging_in_thread_lead_form_submit",
    "messaging_integrity",
    "response_feedback",
    "send_cart",
    "message_template_status_update",
    "messenger_template_status_update",
    "marketing_message_clicks",
    "marketing_message_deliveries",
    "marketing_message_delivery_failed",
    "marketing_message_echoes",
    "marketing_message_reads",
    "marketing_messages_subscriber_upload_status",
    "calls",
    "call_permission_reply",
    "call_settings_update",
    "business_integrity",
    "group_feed",
    "leadgen_update",
    "live_videos",
    "videos",
    "publisher_subscriptions",
    "story_share",
];

/// Fields as a call names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    /// Those that events here belong to.
    pub(crate) known: FieldSet,
    /// The others.
    pub(crate) other: Vec<Arc<str>>,
}

impl Fields {
    /// Reads the list; none when the call has no such parameter.
    pub(crate) fn read(params: &Params<'_>, parameter: &str) -> Result<Option<Self>, GraphError> {
        if let Some(index) = params.get(parameter).map(Raw::empty_item).transpose()?.flatten() {
            return Err(GraphError::empty_field_name(format_args!("{parameter}[{index}]")));
        }
        let Some(names) = params.list(parameter)? else { return Ok(None) };
        let mut fields = Self { known: FieldSet::default(), other: Vec::new() };
        for (index, name) in names.iter().enumerate() {
            match Field::parse(name).filter(|field| field.is_on(Platform::Messenger)) {
                Some(field) => fields.known = fields.known.with(field),
                None if NAMES.contains(&name.as_str()) => fields.other.push(name.as_str().into()),
                None => return Err(unknown(&format!("{parameter}[{index}]"), name)),
            }
        }
        Ok(Some(fields))
    }
}

/// A name at that place that no field has (M-197).
pub(super) fn unknown(place: &str, name: &str) -> GraphError {
    GraphError { rule: RuleId::WebhookFields, ..GraphError::unknown_word(place, NAMES.join(", "), name) }
}

/// The names of the fields, in the platform's order.
pub(crate) fn names<'a>(known: FieldSet, other: impl Iterator<Item = &'a Arc<str>>) -> Vec<&'static str> {
    let other: Vec<&str> = other.map(|name| &**name).collect();
    let is_there =
        |name: &&&str| Field::parse(name).is_some_and(|field| known.contains(field)) || other.contains(*name);
    NAMES.iter().filter(is_there).copied().collect()
}

/// The parameter with which an app names its fields; none where it names none.
pub(super) fn parameters(known: Option<&FieldSet>, other: &[Arc<str>]) -> Parameters {
    let Some(known) = known else { return Vec::new() };
    let known = known.iter().map(|field| Value::from(field.name()));
    let list = known.chain(other.iter().map(|name| Value::from(&**name)));
    vec![("subscribed_fields", list.collect())]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_field_of_an_event_is_a_field_of_pages_and_none_stands_twice() {
        let of_pages = |field: &Field| field.is_on(Platform::Messenger);
        assert!(Field::ALL.iter().all(|field| NAMES.contains(&field.name()) == of_pages(field)));
        assert_eq!(NAMES.iter().collect::<BTreeSet<_>>().len(), NAMES.len());
    }

    #[test]
    fn lists_are_read_however_they_are_written() {
        let cases = [
            "f=messages, messaging_postbacks,feed",
            "f=%5B%22messages%22,%22messaging_postbacks%22,%22feed%22%5D",
            "f[]=messages&f[]=messaging_postbacks&f[]=feed",
            r#"{"f":["feed","messages","messaging_postbacks"]}"#,
        ];
        for body in cases {
            let fields = Fields::read(&Params::of(None, None, body.as_bytes()), "f").unwrap().unwrap();
            assert_eq!(
                names(fields.known, fields.other.iter()),
                ["feed", "messages", "messaging_postbacks"],
                "{body}"
            );
        }
        for body in ["", "f=", "f=[]", r#"{"f":[]}"#, r#"{"f":null}"#] {
            assert_eq!(Fields::read(&Params::of(None, None, body.as_bytes()), "f"), Ok(None), "{body}");
        }
        let error = |body: &str| Fields::read(&Params::of(None, None, body.as_bytes()), "f").unwrap_err();
        let unknown = error("f=messages,order");
        assert!(
            unknown.message.starts_with("(#100) Param f[1] must be one of {feed, mention, "),
            "{unknown:?}"
        );
        let places = [
            ("f[]=", "f[0]"),
            (r#"{"f":[""]}"#, "f[0]"),
            (r#"{"f":["messages"," "]}"#, "f[1]"),
            ("f=[\"\"]", "f[0]"),
        ];
        for (body, place) in places {
            let error = error(body);
            assert_eq!((error.status, error.code, error.param.as_deref()), (500, 1, Some(place)), "{body}");
        }
    }
}
