//! What a call was, in terms of HTTP. Journals keep what it asked for, from which its route follows, and with it the rest.

use std::borrow::Cow;

use emulator_core::{PageId, RouteId};

use super::route::NodeKind;
use super::table;
use crate::journal::{Call, CallContent, Subscribing};

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
    let id = match &call.content {
        CallContent::Request { method, path, asked: _ } => {
            return CallLine { method, path: of_page(path, page) };
        }
        CallContent::Act(act) => act.route(),
        CallContent::Subscribes { how: Subscribing::Registers, .. } => RouteId::Subscribe,
        CallContent::Subscribes { how: Subscribing::GivesUp, .. } => RouteId::Unsubscribe,
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
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use emulator_core::{AppAct, AppId, ControlAct, FieldSet, Psid, Span};

    use super::*;
    use crate::graph::{Beside, RouteAct};

    #[test]
    fn a_call_has_the_method_and_the_path_of_its_route() {
        let person = Psid(77);
        let other = |method: &str, path: &str| CallContent::Request {
            method: method.into(),
            path: path.into(),
            asked: None,
        };
        let act = |route, act| CallContent::Act(RouteAct::new(route, act, Beside::default()).unwrap());
        let (how, fields) = (Subscribing::GivesUp, Some(FieldSet::default()));
        let sends = AppAct::Sends { person, message: Arc::default(), tag: None };
        let extends = AppAct::Controls { person, act: ControlAct::Extend { by: Some(Span(1)) } };
        let profile = AppAct::AsksProfile { person, needs: BTreeSet::new() };
        let installs = |fields| AppAct::Installs { fields, other_fields: vec![] };
        for (content, expected) in [
            (act(RouteId::SendMessage, sends), "POST me/messages"),
            (act(RouteId::SendMessage, AppAct::Signals { person }), "POST me/messages"),
            (act(RouteId::ExtendThreadControl, extends), "POST me/extend_thread_control"),
            (act(RouteId::ReadThreadOwner, AppAct::AsksOwner { person }), "GET me/thread_owner"),
            (act(RouteId::ReadProfile, profile), "GET 77"),
            (act(RouteId::UninstallApp, installs(None)), "DELETE me/subscribed_apps"),
            (act(RouteId::InstallApp, installs(fields)), "POST me/subscribed_apps"),
            (CallContent::Subscribes { how, fields, webhook: None }, "DELETE 5/subscriptions"),
            (other("GET", "9"), "GET me"),
            (other("GET", "9/subscribed_apps"), "GET me/subscribed_apps"),
            (other("PUT", "99/x/y"), "PUT 99/x/y"),
            (other("POST", ""), "POST "),
        ] {
            let call = Call { app: Some(AppId(5)), page: None, person: Some(person), content, played: false };
            let CallLine { method, path } = call_line(&call, PageId(9));
            assert_eq!(format!("{method} {path}"), expected);
        }
    }
}
