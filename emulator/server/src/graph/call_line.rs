//! What a call was, in terms of HTTP. Journals keep what it asked for, from which its route follows, and with it the rest.

use std::borrow::Cow;

use emulator_core::{ControlAct, PageId, RouteId};

use super::route::NodeKind;
use super::table;
use crate::journal::{Call, CallKind, Subscribing};

/// The method and the path of a call, without version, query and escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLine<'a> {
    /// The method that it was meant to have.
    pub method: &'a str,
    /// Its path; the Page is `me` where that can be.
    pub path: Cow<'a, str>,
}

/// The method and the path of a call that was made with a token of that Page.
pub fn call_line(call: &Call, page: PageId) -> CallLine<'_> {
    let id = match &call.kind {
        CallKind::Other { method, path, asked: _ } => return CallLine { method, path: of_page(path, page) },
        CallKind::Sends { .. } | CallKind::Signals { .. } => RouteId::SendMessage,
        CallKind::Controls(act) => match act {
            ControlAct::Pass { .. } => RouteId::PassThreadControl,
            ControlAct::Take { .. } => RouteId::TakeThreadControl,
            ControlAct::Request { .. } => RouteId::RequestThreadControl,
            ControlAct::Release => RouteId::ReleaseThreadControl,
            ControlAct::Extend { .. } => RouteId::ExtendThreadControl,
            ControlAct::PassMetadata { .. } => RouteId::PassThreadMetadata,
        },
        CallKind::AsksOwner => RouteId::ReadThreadOwner,
        CallKind::AsksReceivers => RouteId::ListSecondaryReceivers,
        CallKind::AsksProfile { .. } => RouteId::ReadProfile,
        CallKind::Installs { fields: Some(_), .. } => RouteId::InstallApp,
        CallKind::Installs { fields: None, .. } => RouteId::UninstallApp,
        CallKind::Subscribes { how: Subscribing::Registers, .. } => RouteId::Subscribe,
        CallKind::Subscribes { how: Subscribing::GivesUp, .. } => RouteId::Unsubscribe,
    };
    let route = table::route(id);
    let node: Cow<'_, str> = match route.node {
        NodeKind::Page => "me".into(),
        NodeKind::App => call.app.map_or_else(String::new, |app| app.to_string()).into(),
        NodeKind::Root
        | NodeKind::Person
        | NodeKind::Thread
        | NodeKind::Message
        | NodeKind::Attachment
        | NodeKind::Persona
        | NodeKind::Label
        | NodeKind::Comment
        | NodeKind::AdAccount
        | NodeKind::InstagramAccount => {
            call.person.map_or_else(String::new, |person| person.to_string()).into()
        }
    };
    let path = if route.edge.is_empty() { node } else { format!("{node}/{}", route.edge).into() };
    CallLine { method: route.method.name(), path }
}

/// A path as it would be if it named the Page by `me`.
fn of_page(path: &str, page: PageId) -> Cow<'_, str> {
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

    use emulator_core::{AppId, FieldSet, Psid, Span};

    use super::*;

    #[test]
    fn a_call_has_the_method_and_the_path_of_its_route() {
        let other = |method: &str, path: &str| CallKind::Other {
            method: method.into(),
            path: path.into(),
            asked: None,
        };
        let (how, fields) = (Subscribing::GivesUp, Some(FieldSet::default()));
        for (kind, expected) in [
            (
                CallKind::Sends { message: Arc::default(), messaging_type: None, tag: None, then: None },
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
            let CallLine { method, path } = call_line(&call, PageId(9));
            assert_eq!(format!("{method} {path}"), expected);
        }
    }
}
