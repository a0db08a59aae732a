//! What a call was, in terms of HTTP. Journals keep what it asked for, from which the rest follows.

use std::borrow::Cow;

use emulator_core::{ControlAct, FieldSet, PageId};

use crate::journal::{Call, CallKind, Subscribing};

/// A call as it was made, without version, query and escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelt<'a> {
    /// The method that it was meant to have.
    pub method: &'a str,
    /// Its path; the Page is `me` where that can be.
    pub path: Cow<'a, str>,
}

/// Spells a call that was made with a token of that Page.
pub fn spelt(call: &Call, page: PageId) -> Spelt<'_> {
    let get = |path| Spelt { method: "GET", path };
    let post = |path| Spelt { method: "POST", path };
    match &call.kind {
        CallKind::Sends { .. } | CallKind::Signals { .. } => post(Cow::Borrowed("me/messages")),
        CallKind::Controls(act) => post(Cow::Borrowed(match act {
            ControlAct::Pass { .. } => "me/pass_thread_control",
            ControlAct::Take { .. } => "me/take_thread_control",
            ControlAct::Request { .. } => "me/request_thread_control",
            ControlAct::Release => "me/release_thread_control",
            ControlAct::Extend { .. } => "me/extend_thread_control",
            ControlAct::PassMetadata { .. } => "me/pass_thread_metadata",
        })),
        CallKind::AsksOwner => get(Cow::Borrowed("me/thread_owner")),
        CallKind::AsksReceivers => get(Cow::Borrowed("me/secondary_receivers")),
        CallKind::AsksProfile { .. } => {
            get(call.person.map_or(Cow::Borrowed(""), |person| person.to_string().into()))
        }
        CallKind::Installs { fields, .. } => {
            Spelt { method: method(*fields), path: Cow::Borrowed("me/subscribed_apps") }
        }
        CallKind::Subscribes { how, .. } => {
            let app = call.app.map_or_else(String::new, |app| app.to_string());
            let method = match how {
                Subscribing::Registers => "POST",
                Subscribing::GivesUp => "DELETE",
            };
            Spelt { method, path: format!("{app}/subscriptions").into() }
        }
        CallKind::Other { method, path, asked: _ } => Spelt { method, path: of_page(path, page) },
    }
}

/// To be installed is a POST, to be taken off a DELETE.
const fn method(fields: Option<FieldSet>) -> &'static str {
    if fields.is_some() { "POST" } else { "DELETE" }
}

/// A path as it would be if it named the Page by `me`.
pub fn of_page(path: &str, page: PageId) -> Cow<'_, str> {
    let (node, edge) = path.split_once('/').unwrap_or((path, ""));
    match (node.parse() == Ok(page), edge) {
        (false, _) => path.into(),
        (true, "") => "me".into(),
        (true, edge) => format!("me/{edge}").into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use emulator_core::{AppId, Psid, Span};

    use super::*;

    #[test]
    fn a_call_is_spelt_as_its_kind_is_written() {
        let other = |method: &str, path: &str| CallKind::Other {
            method: method.into(),
            path: path.into(),
            asked: None,
        };
        let (how, fields) = (Subscribing::GivesUp, Some(FieldSet::default()));
        for (kind, expected) in [
            (
                CallKind::Sends { message: Arc::default(), messaging_type: None, tag: None },
                "POST me/messages",
            ),
            (CallKind::Signals { action: "typing_on", about: None }, "POST me/messages"),
            (CallKind::Controls(ControlAct::Extend { by: Some(Span(1)) }), "POST me/extend_thread_control"),
            (CallKind::AsksOwner, "GET me/thread_owner"),
            (CallKind::AsksProfile { fields: None }, "GET 77"),
            (CallKind::Installs { fields: None, other_fields: vec![] }, "DELETE me/subscribed_apps"),
            (CallKind::Installs { fields, other_fields: vec![] }, "POST me/subscribed_apps"),
            (CallKind::Subscribes { how, fields, webhook: None }, "DELETE 5/subscriptions"),
            (other("GET", "9"), "GET me"),
            (other("GET", "9/subscribed_apps"), "GET me/subscribed_apps"),
            (other("PUT", "99/x/y"), "PUT 99/x/y"),
            (other("POST", ""), "POST "),
        ] {
            let call = Call { app: Some(AppId(5)), page: None, person: Some(Psid(77)), kind, played: false };
            let Spelt { method, path } = spelt(&call, PageId(9));
            assert_eq!(format!("{method} {path}"), expected);
        }
    }
}
