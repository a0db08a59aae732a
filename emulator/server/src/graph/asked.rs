//! What a step asked for in a call that was not in order, or that no verb is for: kept in the journal so that the step
//! can be told again. Calls of bots are not kept.
//!
//! **Invariant:** no token and no proof stands there.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Origin, Request};

/// Parameters that are secrets.
const SECRET: &[&str] = &["access_token", "appsecret_proof", "input_token"];

/// The query and the body as JSON; none for calls of bots, and for what carries a secret or files.
pub(super) fn asked(request: &Request<'_>) -> Option<Arc<str>> {
    let expired = match request.origin {
        Origin::Bot => return None,
        Origin::Step(_) => false,
        Origin::ExpiredStep(_) => true,
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
    if expired {
        out.insert("token".into(), json!("expired"));
    }
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
    use emulator_core::{Protocol, Settings, Timestamp};

    fn kept(query: Option<&str>, content_type: Option<&str>, body: &str, bot: bool) -> Option<Value> {
        let settings = Settings {
            protocol: Protocol::Handover,
            pages: std::collections::BTreeMap::new(),
            apps: std::collections::BTreeMap::new(),
        };
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
            bearer: Some("shopbot-page-token"),
            if_none_match: None,
            origin: if bot { Origin::Bot } else { Origin::Step(lane) },
        };
        asked(&request).map(|text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn what_a_step_asked_is_kept_without_its_token() {
        let form = Some("application/x-www-form-urlencoded");
        assert_eq!(kept(None, None, r#"{"a":1}"#, false), Some(json!({"body": {"a": 1}})));
        assert_eq!(kept(Some("a=b%20c"), None, "", false), Some(json!({"query": {"a": "b c"}})));
        assert_eq!(kept(None, form, "a=1", false), Some(json!({"form": {"a": "1"}})));
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
