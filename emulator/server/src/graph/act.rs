//! What a call asks for once its parameters were read: what a file of `edges` makes of a call.

use std::borrow::Cow;

use bytes::Bytes;
use emulator_core::{Answer, AppAct, AppId, PageId, Psid, Refusal, Timestamp, World};

use super::edges::subscriptions::WebhookChange;
use super::error::GraphError;
use super::message::Condition;
use super::node::Node;
use super::params::Params;
use super::route::Route;
use crate::shared::{Shared, Token};
use crate::stage::Stage;

/// A call of a known route, for the file that reads its parameters.
#[derive(Debug)]
pub(super) struct RoutedCall<'a> {
    pub(super) row: &'static Route,
    pub(super) node: Node,
    pub(super) params: &'a Params<'a>,
    pub(super) stage: &'a Stage,
    pub(super) token: Token,
    /// The token as it came.
    pub(super) token_text: &'a str,
    /// The version that serves the call, such as `v25.0`.
    pub(super) version: &'a str,
}

impl RoutedCall<'_> {
    /// The Page that the path names; that of the token where it names none.
    pub(super) const fn page(&self) -> PageId {
        match (self.node, self.token) {
            (Node::Page(page), _) | (_, Token::Page { page, .. }) => page,
            (_, Token::App { .. }) => PageId(0),
        }
    }

    /// What an app does on the Page.
    pub(super) fn acts(&self, person: Option<Psid>, act: AppAct, answer: WriteAnswer) -> AppCall {
        let (page, app) = (self.page(), self.token.app());
        AppCall { person, page, app, act, conditions: Vec::new(), beside: Beside::default(), answer }
    }
}

/// Reads the parameters of a route.
pub(super) type ReadParameters = for<'a> fn(&RoutedCall<'a>) -> Result<CallAct, GraphError>;
/// Writes the answer to what core has accepted.
pub(super) type WriteAnswer = fn(&Answered<'_>) -> Bytes;
/// Words a refusal as one route does; none where it is worded like everywhere.
pub(super) type Reword = fn(&Refusal, Option<Psid>) -> Option<GraphError>;
/// Writes the answer to a call that only reads.
pub(super) type WriteRead = Box<dyn FnOnce(&View<'_>) -> Bytes + Send>;

/// What a call asks for.
pub(super) enum CallAct {
    /// Core decides.
    App(AppCall),
    /// The app wants its webhooks somewhere, or gives them up.
    Webhooks(WebhookChange),
    /// Something is read that core need not be asked for.
    Read(WriteRead),
}

impl CallAct {
    /// Something that is read.
    pub(super) fn read(write: impl FnOnce(&View<'_>) -> Bytes + Send + 'static) -> Self {
        Self::Read(Box::new(write))
    }
}

/// An act of an app on a Page.
#[derive(Debug)]
pub(super) struct AppCall {
    pub(super) person: Option<Psid>,
    pub(super) page: PageId,
    pub(super) app: AppId,
    pub(super) act: AppAct,
    /// What the settings of the Page decide about a message.
    pub(super) conditions: Vec<Condition>,
    pub(super) beside: Beside,
    pub(super) answer: WriteAnswer,
}

impl AppCall {
    /// The same one, with a parameter that core does not need.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.beside.push(name, value);
        self
    }
}

/// Parameters that core does not need, for the journal and for the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside(Vec<(&'static str, Cow<'static, str>)>);

impl Beside {
    /// None of them.
    pub(crate) const NONE: &'static Self = &Self(Vec::new());

    /// The parameter of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// All of them, with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, &**value))
    }

    pub(super) fn push(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.0.push((name, value.into()));
    }
}

/// What core answered, for the file that writes it.
#[derive(Debug)]
pub(super) struct Answered<'a> {
    pub(super) answer: &'a Answer,
    pub(super) person: Option<Psid>,
    pub(super) beside: &'a Beside,
    pub(super) world: &'a World,
}

/// What a call that only reads may look at.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) world: &'a World,
    pub(super) shared: &'a Shared,
    pub(super) at: Timestamp,
}

/// `{"success":true}`.
pub(super) fn success(_: &Answered<'_>) -> Bytes {
    Bytes::from_static(br#"{"success":true}"#)
}
