//! Whom a call is about (M-73 to M-76, M-142).

use emulator_core::{Account, Psid, RuleId};
use serde::Deserialize;
use serde_json::Value;

use super::error::GraphError;
use super::message::{ObjectReader, Path, without_nulls};
use super::params::{Params, Scalar};
use super::route::ParamType::Text;
use super::route::{Param, names, not_there_yet};

const RECIPIENT: Path<'static> = Path::Root("recipient");
const ID: &str = "id";
const ELSEWHERE: &str = "people are reached by their page-scoped ids only";
/// The ways to name a recipient, of which a call takes one (M-142).
pub(super) const FORMS: &[Param; 8] = &[
    Param::optional(ID, Text).follows(&[RuleId::RecipientId, RuleId::RecipientForbidden]),
    Param::optional("user_ref", Text).not_yet("the checkbox plug-in is not modelled yet"),
    Param::optional("comment_id", Text).not_yet(COMMENTS),
    Param::optional("post_id", Text).not_yet(COMMENTS),
    Param::optional("phone_number", Text).follows(&[RuleId::PhoneRecipient]),
    Param::optional("one_time_notif_token", Text).not_yet(NOTIFICATIONS),
    Param::optional("notification_messages_token", Text).not_yet(NOTIFICATIONS),
    Param::optional("thread_key", Text).not_yet(ELSEWHERE),
];
const COMMENTS: &str = "posts and comments are not modelled yet";
const NOTIFICATIONS: &str = "notification messages are not modelled yet";
/// It goes with `phone_number`.
const NAME: &str = "name";
const FORM_NAMES: &[&str; 8] = &names(FORMS);

/// A recipient given by page-scoped id, which most are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ById<'a> {
    #[serde(borrow)]
    id: Scalar<'a>,
}

/// The person that a call is about, if the parameter is an object with an id.
pub(crate) fn recipient(params: &Params<'_>) -> Result<Psid, GraphError> {
    let raw = params.get("recipient").ok_or_else(|| GraphError::required("recipient"))?;
    let json = raw.json()?;
    match serde_json::from_str(&json) {
        Ok(ById { id: Scalar(id) }) => psid(&id),
        Err(_) => otherwise(&json),
    }
}

/// The person that a call is about, however wrong the call is otherwise.
pub(crate) fn person(params: &Params<'_>) -> Option<Psid> {
    let plain = || params.text("recipient").ok().flatten().and_then(|text| psid(&text).ok());
    recipient(params).ok().or_else(plain)
}

/// A page-scoped id as a plain parameter.
pub(crate) fn psid(text: &str) -> Result<Psid, GraphError> {
    let text = text.trim();
    if text == "0" {
        return Err(GraphError::recipient_forbidden());
    }
    text.parse().map_err(|_| GraphError::recipient_not_an_id())
}

/// A recipient that is no object with an id alone.
fn otherwise(json: &str) -> Result<Psid, GraphError> {
    if json.is_empty() {
        return Err(GraphError::empty("recipient"));
    }
    let mut value: Value = serde_json::from_str(json).map_err(|_| GraphError::invalid().param(RECIPIENT))?;
    if value.as_object().is_some_and(serde_json::Map::is_empty) {
        return Err(GraphError::empty("recipient"));
    }
    without_nulls(&mut value);
    let mut part = ObjectReader::new(&mut value, RECIPIENT)?;
    part.only(&[FORM_NAMES.as_slice(), &[NAME]].concat())?;
    let given: Vec<&str> = FORM_NAMES.iter().copied().filter(|form| part.has(form)).collect();
    match given.as_slice() {
        [] => Err(GraphError::recipient_not_an_id()),
        [ID] => {
            let id = part.text(ID, usize::MAX).map_err(|_| GraphError::recipient_not_an_id())?;
            psid(id.unwrap_or_default())
        }
        [form] => Err(unreachable(form)),
        [_, second, ..] => {
            let error = GraphError::invalid().param(Path::Member(&RECIPIENT, second));
            Err(GraphError { rule: RuleId::RecipientForms, ..error })
        }
    }
}

/// Why nobody can be reached in that way. Of phone numbers it is known what the platform says to an app without the
/// permission.
fn unreachable(form: &str) -> GraphError {
    match not_there_yet(FORMS, |name| name == form) {
        Some((_, why)) => GraphError::not_there_yet(Path::Member(&RECIPIENT, form)).because(why),
        None => GraphError::phone_recipient(Account::Observed),
    }
}
