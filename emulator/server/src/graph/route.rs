//! A row of the table of routes: what is known of one method on one edge of one kind of node.

mod kinds;
mod param;

use emulator_core::{Permission, RouteId};

use super::act::{ReadParameters, Reword};
use super::act_form::ActForm;
use super::error::GraphError;
use super::params::Params;
pub use emulator_core::Platform;
pub use kinds::{LaneOf, NodeKind, RouteMethod, RouteState, TokenKind};
pub use param::{Param, ParamType};
pub(super) use param::{names, not_there_yet};

/// A row: a method on an edge of a kind of node.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// What it is for.
    pub id: RouteId,
    /// The method.
    pub method: RouteMethod,
    /// The kind of node.
    pub node: NodeKind,
    /// The edge; empty for the node itself.
    pub edge: &'static str,
    /// The token that it takes.
    pub token: TokenKind,
    /// The permissions that the token has to carry.
    pub permissions: &'static [Permission],
    /// Where a call belongs.
    pub lane: LaneOf,
    /// Its parameters.
    pub params: &'static [Param],
    /// The platforms that have it.
    pub platforms: &'static [Platform],
    /// The statuses that its answers can have.
    pub statuses: &'static [u16],
    /// What the platform calls that which it answers with.
    pub returns: &'static str,
    /// Where it is described.
    pub source: &'static str,
    /// How it is done, or why it is not.
    pub(super) serves: Serves,
    /// How it words refusals that are worded unlike elsewhere.
    pub(super) rewords: Option<Reword>,
    /// What it can ask core, and how that stands in journals.
    pub(super) acts: &'static [&'static ActForm],
}

/// How a route is done, or why it is not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Serves {
    /// Its parameters are read by this function, which also says how the answer is written.
    Modelled(ReadParameters),
    /// It is refused with code 3; `what` is what the answer says is not supported, where that is not the edge.
    NotYet { why: &'static str, what: Option<&'static str> },
}

const MESSENGER: &[Platform] = &[Platform::Messenger];
const STATUSES: &[u16] = &[200, 400, 403, 500];

impl Route {
    /// A route that is modelled, with a Page token.
    pub(super) const fn modelled(
        id: RouteId,
        (method, node, edge): (RouteMethod, NodeKind, &'static str),
        read: ReadParameters,
    ) -> Self {
        Self {
            id,
            method,
            node,
            edge,
            token: TokenKind::Page,
            permissions: &[],
            lane: LaneOf::Recipient,
            params: &[],
            platforms: MESSENGER,
            statuses: STATUSES,
            returns: "Object",
            source: "",
            serves: Serves::Modelled(read),
            rewords: None,
            acts: &[],
        }
    }

    /// A route that is not there yet, because of that.
    pub(super) const fn not_yet(
        id: RouteId,
        (method, node, edge): (RouteMethod, NodeKind, &'static str),
        why: &'static str,
    ) -> Self {
        let lane = match node {
            NodeKind::Root | NodeKind::Page | NodeKind::App => LaneOf::Stage,
            NodeKind::Person
            | NodeKind::Thread
            | NodeKind::Message
            | NodeKind::Attachment
            | NodeKind::Persona
            | NodeKind::Label
            | NodeKind::Comment
            | NodeKind::AdAccount
            | NodeKind::InstagramAccount => LaneOf::Node,
        };
        Self {
            id,
            method,
            node,
            edge,
            token: TokenKind::Page,
            permissions: &[],
            lane,
            params: &[],
            platforms: MESSENGER,
            statuses: &[400],
            returns: "Object",
            source: SPECIFICATION,
            serves: Serves::NotYet { why, what: None },
            rewords: None,
            acts: &[],
        }
    }

    /// The same one, with another token.
    pub(super) const fn token(self, token: TokenKind) -> Self {
        Self { token, ..self }
    }

    /// The same one, with the permissions that it needs.
    pub(super) const fn permissions(self, permissions: &'static [Permission]) -> Self {
        Self { permissions, ..self }
    }

    /// The same one, belonging elsewhere.
    pub(super) const fn lane(self, lane: LaneOf) -> Self {
        Self { lane, ..self }
    }

    /// The same one, with its parameters.
    pub(super) const fn params(self, params: &'static [Param]) -> Self {
        Self { params, ..self }
    }

    /// The same one, on these platforms.
    pub(super) const fn on(self, platforms: &'static [Platform]) -> Self {
        Self { platforms, ..self }
    }

    /// The same one, with what it answers with.
    pub(super) const fn returns(self, returns: &'static str) -> Self {
        Self { returns, ..self }
    }

    /// The same one, with where it is described.
    pub(super) const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    /// The same one, which words some refusals in its own way.
    pub(super) const fn rewords(self, rewords: Reword) -> Self {
        Self { rewords: Some(rewords), ..self }
    }

    /// The same one, with what it can ask core.
    pub(super) const fn acts(self, acts: &'static [&'static ActForm]) -> Self {
        Self { acts, ..self }
    }

    /// The same one, with what the refusal says is not supported.
    pub(super) const fn called(self, what: &'static str) -> Self {
        match self.serves {
            Serves::NotYet { why, .. } => Self { serves: Serves::NotYet { why, what: Some(what) }, ..self },
            Serves::Modelled(_) => self,
        }
    }

    /// Whether the emulator does it.
    pub const fn state(&self) -> RouteState {
        match self.serves {
            Serves::Modelled(_) => RouteState::Modelled,
            Serves::NotYet { why, .. } => RouteState::NotYet(why),
        }
    }

    /// Whether the emulator reads that parameter of it.
    pub const fn state_of(&self, param: &Param) -> RouteState {
        match self.serves {
            Serves::Modelled(_) => param.state,
            Serves::NotYet { why, .. } => RouteState::NotYet(why),
        }
    }

    /// How its parameters are read.
    ///
    /// # Errors
    ///
    /// That it is not there yet; or what the platform says first to a call without one of its parameters.
    pub(super) fn reads(&self, params: &Params<'_>) -> Result<ReadParameters, GraphError> {
        let (what, why) = match self.serves {
            Serves::Modelled(read) => return Ok(read),
            Serves::NotYet { why, what } => (what, why),
        };
        let absent = self.params.iter().filter(|param| params.get(param.name).is_none());
        match absent.filter_map(|param| param.absent).next() {
            Some(absent) => Err(absent()),
            None => Err(GraphError::not_there_yet(what.unwrap_or(self.edge)).because(why)),
        }
    }

    /// Refuses parameters that are not there yet, and that a call cannot do without once it has them.
    ///
    /// # Errors
    ///
    /// The first of them.
    pub(super) fn takes(&self, params: &Params<'_>) -> Result<(), GraphError> {
        let is_given = |name: &str| {
            let raw = params.get(name);
            raw.is_some_and(|raw| raw.text().map_or(true, |text| !text.is_empty()))
        };
        match not_there_yet(self.params, is_given) {
            Some((param, why)) => Err(GraphError::not_there_yet(param.name).because(why)),
            None => Ok(()),
        }
    }
}

/// The platform's published description of its objects, from which its business SDKs are made.
pub const SPECIFICATION: &str =
    "github.com/facebook/facebook-business-sdk-codegen, api_specs/specs, 2026-04-15";
