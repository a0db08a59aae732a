//! Asking a running `serve` for its webhooks.

use emulator_core::{AppId, Field, FieldSet, PageId, Psid};
use emulator_server::Webhook;
use hyper::Method;
use serde_json::Value;

use super::finding::{Check, Finding, counted};
use crate::certificates::ServedCertificates;
use crate::client::ask;

/// What a running `serve` tells.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) version: String,
    /// None when it has none.
    pub(super) certificates: Option<ServedCertificates>,
    pub(super) page: PageId,
    /// The person whom none of its lanes knows.
    pub(super) person: Psid,
    /// The webhooks of its apps, and the fields to which each is subscribed.
    pub(super) webhooks: Vec<(Webhook, FieldSet)>,
    /// How many calls about that person there have been.
    pub(super) last: u64,
    pub(super) calls: Vec<Call>,
}

/// A call of a bot about that person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) app: Option<String>,
    pub(super) method: String,
    pub(super) path: String,
}

/// Asks, for the calls after the one of this number.
///
/// # Errors
///
/// When nobody answers, or something else than an emulator that knows doctor.
pub(super) async fn fetch(url: &str, after: u64) -> Result<Served, String> {
    let answer = ask(url, Method::GET, &format!("/_emulator/doctor?after={after}"), String::new()).await?;
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if answer.status != 200 {
        let why = body["error"].as_str();
        return Err(why.map_or_else(
            || format!("what answers at {url} is no messenger-emulator"),
            |why| format!("the emulator at {url} does not know doctor: {why}"),
        ));
    }
    read(&body).ok_or_else(|| format!("what answers at {url} is no messenger-emulator of this version"))
}

fn read(body: &Value) -> Option<Served> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut webhooks = Vec::new();
    for app in body["apps"].as_array()? {
        if app["webhook"].is_null() {
            continue;
        }
        let webhook = Webhook {
            app: AppId(app["id"].as_str()?.parse().ok()?),
            name: text(&app["name"])?,
            url: app["webhook"].as_str()?.parse().ok()?,
            verify_token: text(&app["verify_token"])?,
            secret: text(&app["secret"])?,
        };
        let fields = app["fields"].as_array()?.iter().filter_map(|field| Field::parse(field.as_str()?));
        webhooks.push((webhook, fields.collect()));
    }
    let call = |call: &Value| {
        Some(Call { app: text(&call["app"]), method: text(&call["method"])?, path: text(&call["path"])? })
    };
    Some(Served {
        version: text(&body["version"])?,
        certificates: ServedCertificates::read(&body["certificates"]),
        page: PageId(body["page"].as_str()?.parse().ok()?),
        person: Psid(body["person"].as_str()?.parse().ok()?),
        webhooks,
        last: body["last"].as_u64()?,
        calls: body["calls"].as_array()?.iter().filter_map(call).collect(),
    })
}

/// That an emulator answers.
pub(super) fn judge(url: &str, version: &str) -> Finding {
    let text = format!("messenger-emulator {version} answers at {url}");
    let own = env!("CARGO_PKG_VERSION");
    if version == own {
        Finding::ok(Check::Emulator, text)
    } else {
        Finding::warn(Check::Emulator, text, format!("this one is {own}; start serve again with the same"))
    }
}

/// What a bot called about the person of doctor.
pub(super) fn calls(url: &str, app: &str, calls: &[Call]) -> Finding {
    let own = calls.iter().filter(|call| call.app.as_deref() == Some(app));
    let named = counted(own.map(|call| format!("{} {}", call.method, call.path)));
    if named.is_empty() {
        return Finding::skipped(Check::Calls, format!("no call about doctor's person came to {url}"));
    }
    Finding::ok(Check::Calls, format!("calls {url}: {named} (answered 100/33, kept out of its journal)"))
}
