//! What a step asked for in a call that was not in order, or that no verb is for: kept in the journal so that the step
//! can be told again. Calls of bots are not kept.
//!
//! **Invariant:** no token and no proof stands there.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::token::known;
use super::{Origin, Request};
use crate::shared::{Shared, Token};

/// Parameters that are secrets.
const SECRET: &[&str] = &["access_token", "appsecret_proof", "input_token"];

/// The query and the body as JSON, and a word for the token that is no Page token; none for calls of bots, and for what
/// carries a secret or files.
pub(super) fn request_json(request: &Request<'_>, shared: &Shared) -> Option<Arc<str>> {
    let token = match (request.origin, request.bearer.map(|token| known(shared, token))) {
        (Origin::Bot, _) => return None,
        (Origin::ExpiredStep(_), _) => Some("expired"),
        (Origin::Step(_), None) => Some("none"),
        (Origin::Step(_), Some(Ok(Token::App { .. }))) => Some("app"),
        (Origin::Step(_), Some(Ok(Token::Page { .. }))) => None,
        (Origin::Step(_), Some(Err(_))) => Some("unknown"),
    };
    let mut out = Map::new();
    if let Some(query) = request.query {
        out.insert("query".into(), pairs(query.as_bytes())?);
    }
    let kind = request.content_type.unwrap_or("application/json");
    if request.body.is_empty() {
        // Nothing to keep.
    } else if kind.starts_with("application/json") {
        let body: Value = serde_json::from_slice(request.body).ok()?;
        let secret = |members: &Map<String, Value>| SECRET.iter().any(|key| members.contains_key(*key));
        out.insert("body".into(), Some(body).filter(|body| !body.as_object().is_some_and(secret))?);
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        out.insert("form".into(), pairs(request.body)?);
    } else {
        return None;
    }
    out.extend(token.map(|token| ("token".to_owned(), json!(token))));
    Some(Value::Object(out).to_string().into())
}

/// What a query or a form holds; none if a secret is among it, or a name comes twice.
fn pairs(encoded: &[u8]) -> Option<Value> {
    let mut out = Map::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        let known = out.insert(name.to_string(), Value::from(value.into_owned()));
        if known.is_some() || SECRET.contains(&&*name) {
            return None;
        }
    }
    Some(Value::Object(out))
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::*;
    use crate::clock::ClockMode;
    use crate::stage::{Stage, StageSpec};
    use emulator_core::{Settings, Timestamp};

    fn kept(query: Option<&str>, content_type: Option<&str>, body: &str, bot: bool) -> Option<Value> {
        let settings =
            Settings { pages: std::collections::BTreeMap::new(), apps: std::collections::BTreeMap::new() };
        let spec = StageSpec {
            seed: 1,
            settings: Arc::new(settings),
            pages: std::collections::BTreeMap::new(),
            apps: Vec::new(),
            webhook_timeout: std::time::Duration::from_secs(1),
        };
        let stage = Stage::new(spec, ClockMode::Frozen { at: Timestamp(0) });
        let lane = stage.own_lane();
        let request = Request {
            method: &Method::POST,
            path: "me/messages",
            query,
            body: body.as_bytes(),
            content_type,
            bearer: None,
            if_none_match: None,
            origin: if bot { Origin::Bot } else { Origin::Step(lane) },
        };
        request_json(&request, stage.shared()).map(|text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn what_a_step_asked_is_kept_without_its_token() {
        let form = Some("application/x-www-form-urlencoded");
        let none = |key: &str, value: Value| Some(json!({key: value, "token": "none"}));
        assert_eq!(kept(None, None, r#"{"a":1}"#, false), none("body", json!({"a": 1})));
        assert_eq!(kept(Some("a=b%20c"), None, "", false), none("query", json!({"a": "b c"})));
        assert_eq!(kept(None, form, "a=1", false), none("form", json!({"a": "1"})));
    }

    #[test]
    fn secrets_files_and_calls_of_bots_are_not_kept() {
        let form = Some("application/x-www-form-urlencoded");
        assert_eq!(kept(Some("access_token=x"), None, "", false), None);
        assert_eq!(kept(None, form, "appsecret_proof=x", false), None);
        assert_eq!(kept(None, None, r#"{"access_token":"x"}"#, false), None);
        assert_eq!(kept(None, Some("multipart/form-data; boundary=x"), "--x", false), None);
        assert_eq!(kept(None, None, "no json", false), None);
        assert_eq!(kept(None, None, r#"{"a":1}"#, true), None);
    }
}
