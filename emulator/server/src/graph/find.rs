//! Which row of the table a call leads to: the second check.

use hyper::Method;

use super::error::GraphError;
use super::node::{Minted, Node};
use super::params::Params;
use super::path::Path;
use super::route::{NodeKind, Route, RouteMethod, Serves, TokenKind};
use super::table;
use crate::shared::Token;

/// A row, and the node that the call names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(super) row: &'static Route,
    pub(super) node: Node,
}

/// The row that a path leads to without a token, because the call is made to get one.
pub(crate) fn without_token(path: &Path<'_>) -> Option<&'static Route> {
    let row = path.node.filter(|_| !path.is_unknown_version()).and_then(table::root)?;
    (row.token == TokenKind::None).then_some(row)
}

/// Finds the row of a call whose token is known.
///
/// # Errors
///
/// When there is none, in the words of the platform for the reason, or in those of the emulator for what the platform
/// has and no row is about.
pub(crate) fn find(
    path: &Path<'_>,
    method: &Method,
    params: &Params<'_>,
    token: Token,
    minted: &dyn Minted,
) -> Result<Found, GraphError> {
    if path.is_unknown_version() {
        return Err(GraphError::unknown_path(path.rest));
    }
    if let Some(row) = without_path(path, method, params) {
        return Ok(Found { row, node: Node::Root });
    }
    let Some(name) = path.node else { return Err(GraphError::no_node()) };
    let call = Target { name, edge: path.edge.unwrap_or_default(), method, token };
    match Node::find(name, token, minted).ok_or_else(GraphError::no_active_token)? {
        Node::Root => call.at_root(),
        node @ Node::Page(page) if matches!(token, Token::Page { page: own, .. } if own == page) => {
            call.at_own_page(node)
        }
        Node::Other(kind) => Err(GraphError::not_there_yet(kind.by_id()).because(table::why_no(kind))),
        node @ (Node::Page(_) | Node::App(_) | Node::Person(_) | Node::Stranger(_) | Node::Unknown) => {
            match token {
                Token::App { .. } => call.with_app_token(node),
                Token::Page { .. } => call.with_page_token(node),
            }
        }
    }
}

/// The rows of calls that a parameter makes what they are.
fn without_path(path: &Path<'_>, method: &Method, params: &Params<'_>) -> Option<&'static Route> {
    let row = |method| table::row(NodeKind::Root, method, "");
    if *method == Method::POST && path.takes_batches() && params.get("batch").is_some() {
        return row(RouteMethod::Post);
    }
    (path.node.is_none() && params.get("ids").is_some()).then(|| row(RouteMethod::Get)).flatten()
}

/// What a path names, with its node still to be looked at.
struct Target<'a> {
    name: &'a str,
    edge: &'a str,
    method: &'a Method,
    token: Token,
}

impl Target<'_> {
    fn unknown(&self) -> Result<Found, GraphError> {
        Err(GraphError::unknown_node(self.method.as_str().to_ascii_lowercase(), self.name))
    }

    fn row(&self, node: NodeKind) -> Option<&'static Route> {
        table::row(node, RouteMethod::of(self.method)?, self.edge)
    }

    /// An edge that no row is about: the platform has it, or it is nothing.
    fn no_row(&self, is_known: impl Fn(&str) -> bool) -> GraphError {
        let first = table::first(self.edge);
        if is_known(first) {
            return GraphError::not_there_yet(first).because(table::why_not(first));
        }
        GraphError::unknown_path(self.edge)
    }

    fn at_root(&self) -> Result<Found, GraphError> {
        let Some(row) = table::root(self.name) else { return self.unknown() };
        let (found, is_node) = (Found { row, node: Node::Root }, self.edge.is_empty());
        match row.serves {
            Serves::NotYet { .. } => Ok(found),
            Serves::Modelled(_) if is_node && row.method.name() == self.method.as_str() => Ok(found),
            Serves::Modelled(_) => self.unknown(),
        }
    }

    fn at_own_page(&self, node: Node) -> Result<Found, GraphError> {
        match self.row(NodeKind::Page) {
            Some(row) => Ok(Found { row, node }),
            None if self.edge.is_empty() || table::is_modelled(self.edge) => self.unknown(),
            None => Err(self.no_row(|edge| table::has_edge(NodeKind::Page, edge))),
        }
    }

    /// An app acts as itself, and on Pages it can do no more than take itself off.
    fn with_app_token(&self, node: Node) -> Result<Found, GraphError> {
        let own = node == Node::App(self.token.app());
        let row = if own { self.row(NodeKind::App) } else { None };
        if let Some(row) = row {
            return Ok(Found { row, node });
        }
        let has = |edge| own && edge != "subscriptions" && table::has_edge(NodeKind::App, edge);
        if !self.edge.is_empty() && has(table::first(self.edge)) {
            return Err(self.no_row(|_| true));
        }
        let of_page = self.row(NodeKind::Page).filter(|row| row.token == TokenKind::PageOrApp);
        match (of_page, self.name.parse()) {
            (Some(row), Ok(page)) => Ok(Found { row, node: Node::Page(page) }),
            (Some(_), Err(_)) => self.unknown(),
            (None, _) if self.edge.is_empty() || self.edge == "subscriptions" => self.unknown(),
            (None, _) => Err(GraphError::page_token_needed()),
        }
    }

    /// A Page token at something else than its Page.
    fn with_page_token(&self, node: Node) -> Result<Found, GraphError> {
        let own_app = node == Node::App(self.token.app());
        if own_app && self.edge == "subscriptions" && self.row(NodeKind::App).is_some() {
            return Err(GraphError::app_token_needed());
        }
        if own_app && self.edge != "subscriptions" && table::has_edge(NodeKind::App, table::first(self.edge))
        {
            return Err(self.no_row(|_| true));
        }
        let row = node.person().and_then(|_| self.row(NodeKind::Person));
        match (row, node) {
            (Some(row), _) => Ok(Found { row, node }),
            (None, Node::Unknown) => self.unknown(),
            (None, _) if self.edge.is_empty() || table::is_modelled(self.edge) => self.unknown(),
            (None, _) => Err(self.no_row(table::is_edge_of_an_id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use emulator_core::{AppId, PageId, RouteId};

    use super::*;
    use crate::graph::node::tests::Few;
    use crate::graph::path::decoded;

    const PAGE: Token = Token::Page { app: AppId(2), page: PageId(1) };
    const APP: Token = Token::App { app: AppId(2) };

    /// The route of a call, or the error that it gets, one that is not there yet included.
    fn found(method: &str, path: &str, token: Token) -> Result<RouteId, String> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let path = decoded(path);
        let params = Params::of(query, None, b"");
        let found = find(&Path::parse(&path), &method.parse().unwrap(), &params, token, &Few);
        let found = found.and_then(|found| found.row.reads(&params).map(|_| found.row.id));
        found.map_err(|error| format!("{} {}", error.code, error.message))
    }

    #[test]
    fn every_released_version_and_none_lead_to_the_same_route() {
        for path in ["/me/messages", "/v2.6/1/messages", "//v25.0//me/messages", "/v26.0/m%65/messages%2F"] {
            assert_eq!(found("POST", path, PAGE), Ok(RouteId::SendMessage), "{path}");
        }
    }

    #[test]
    fn a_call_is_found_by_its_method_its_node_its_edge_and_its_token() {
        for (method, path, token, id) in [
            ("GET", "/me", PAGE, RouteId::ReadPage),
            ("GET", "/77", PAGE, RouteId::ReadProfile),
            ("GET", "/9999", PAGE, RouteId::ReadProfile),
            ("GET", "/2", APP, RouteId::ReadApp),
            ("POST", "/2/subscriptions", APP, RouteId::Subscribe),
            ("DELETE", "/1/subscribed_apps", APP, RouteId::UninstallApp),
            ("GET", "/me/thread_owner", PAGE, RouteId::ReadThreadOwner),
            ("GET", "/debug_token", APP, RouteId::DebugToken),
            ("GET", "/debug_token", PAGE, RouteId::DebugToken),
        ] {
            assert_eq!(found(method, path, token), Ok(id), "{method} {path}");
        }
    }

    #[test]
    fn paths_that_lead_nowhere_are_refused_in_the_words_of_the_platform() {
        for (method, path, token, expected) in [
            ("POST", "/v2.80/me/messages", PAGE, "2500 Unknown path components: /me/messages"),
            ("POST", "/me/nothing", PAGE, "2500 Unknown path components: /nothing"),
            ("POST", "/", PAGE, "100 No node specified"),
            ("GET", "/42/nothing", PAGE, "2500 Unknown path components: /nothing"),
            ("GET", "/42/fridge/door", PAGE, "2500 Unknown path components: /fridge/door"),
            (
                "GET",
                "/2/subscriptions",
                PAGE,
                "15 (#15) This method must be called with an app access_token.",
            ),
            ("POST", "/1/messages", APP, "210 (#210) This call requires a Page access token."),
            (
                "GET",
                "/me/messages",
                PAGE,
                "100 (#100) For field 'messages': The parameter user_id is required",
            ),
        ] {
            assert_eq!(found(method, path, token).unwrap_err(), expected, "{method} {path}");
        }
        for (method, path, token) in [
            ("GET", "/v25.0/nobody", PAGE),
            ("GET", "/me/pass_thread_control", PAGE),
            ("PUT", "/me/subscribed_apps", PAGE),
            ("POST", "/77", PAGE),
            ("GET", "/2", PAGE),
            ("GET", "/1", APP),
            ("POST", "/debug_token", PAGE),
            ("POST", "/77/messages", PAGE),
        ] {
            let unknown = found(method, path, token).unwrap_err();
            let name = Path::parse(path).node.unwrap();
            let verb = method.to_ascii_lowercase();
            let start = format!("100 Unsupported {verb} request. Object with ID '{name}' does not exist");
            assert!(unknown.starts_with(&start), "{method} {path}: {unknown}");
        }
    }

    #[test]
    fn what_the_platform_has_and_the_emulator_lacks_is_said_in_its_own_words() {
        for (method, path, token, what) in [
            ("POST", "/me/messenger_profile", PAGE, "messenger_profile"),
            ("PUT", "/me/messenger_profile", PAGE, "messenger_profile"),
            ("GET", "/me/conversations", PAGE, "conversations"),
            ("GET", "/v25.0/1/feed", PAGE, "feed"),
            ("GET", "/me/insights/page_impressions", PAGE, "insights"),
            ("POST", "/me/messages/more", PAGE, "messages"),
            ("GET", "/me/picture", PAGE, "picture"),
            ("GET", "/me/messages?user_id=77", PAGE, "reading messages"),
            ("POST", "/2/activities", PAGE, "activities"),
            ("POST", "/2/activities", APP, "activities"),
            ("POST", "/2", APP, "a change of the app itself"),
            ("GET", "/42/custom_labels", PAGE, "custom_labels"),
            ("POST", "/42/label", PAGE, "label"),
            ("GET", "/42/ids_for_pages", PAGE, "ids_for_pages"),
            ("GET", "/77/picture", PAGE, "picture"),
            ("POST", "/42/comments", PAGE, "comments"),
            ("GET", "/t_1/messages", PAGE, "a conversation by its id"),
            ("GET", "/m_abc", PAGE, "a message by its id"),
            ("POST", "/1_7/private_replies", PAGE, "a post or a comment by its id"),
            ("GET", "/act_1", APP, "an ad account"),
            ("GET", "/search", PAGE, "search"),
            ("POST", "/device/login", APP, "the login of devices"),
            ("POST", "/?batch=%5B%5D", PAGE, "a batch of calls"),
            ("POST", "/me?batch=%5B%5D", PAGE, "a batch of calls"),
            ("GET", "/?ids=1,2", PAGE, "ids, which reads several nodes at once,"),
        ] {
            let expected = format!("3 (#3) {what} is not supported by this version of the emulator");
            assert_eq!(found(method, path, token).unwrap_err(), expected, "{method} {path}");
        }
    }
}
