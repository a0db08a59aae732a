//! A row of the table of routes: what is known of one method on one edge of one kind of node.

use emulator_core::{Permission, RouteId, RuleId};

use super::act::{ReadParameters, Reword};
use super::error::GraphError;
use super::params::Params;

/// A method that routes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteMethod {
    /// GET.
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

impl RouteMethod {
    /// The method of an HTTP request; none for one that no route has.
    pub(crate) fn of(method: &hyper::Method) -> Option<Self> {
        [Self::Get, Self::Post, Self::Delete].into_iter().find(|known| known.name() == method.as_str())
    }

    /// It as HTTP has it.
    pub(crate) const fn http(self) -> hyper::Method {
        match self {
            Self::Get => hyper::Method::GET,
            Self::Post => hyper::Method::POST,
            Self::Delete => hyper::Method::DELETE,
        }
    }

    /// Its name in HTTP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// What an id was given out for, or what stands in its place in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// A word in the place of a node, such as `debug_token`, or nothing.
    Root,
    /// A Page; `me` with a Page token.
    Page,
    /// An app.
    App,
    /// A person, by page-scoped id.
    Person,
    /// A conversation, `t_…`.
    Thread,
    /// A message, `m_…`.
    Message,
    /// An uploaded attachment.
    Attachment,
    /// A persona.
    Persona,
    /// A label.
    Label,
    /// A post or a comment, `PAGE_NUMBER`.
    Comment,
    /// An ad account, `act_…`.
    AdAccount,
    /// An Instagram professional account.
    InstagramAccount,
}

impl NodeKind {
    /// The word for it in `messenger-emulator routes`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Page => "page",
            Self::App => "app",
            Self::Person => "person",
            Self::Thread => "thread",
            Self::Message => "message",
            Self::Attachment => "attachment",
            Self::Persona => "persona",
            Self::Label => "label",
            Self::Comment => "comment",
            Self::AdAccount => "ad_account",
            Self::InstagramAccount => "instagram_user",
        }
    }

    /// Its place in a path.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Page => "{page}",
            Self::App => "{app}",
            Self::Person => "{person}",
            Self::Thread => "{thread}",
            Self::Message => "{message}",
            Self::Attachment => "{attachment}",
            Self::Persona => "{persona}",
            Self::Label => "{label}",
            Self::Comment => "{comment}",
            Self::AdAccount => "{ad_account}",
            Self::InstagramAccount => "{instagram_user}",
        }
    }

    /// What a call asks for that names one by its id, for the answer that there are none here.
    pub(crate) const fn by_id(self) -> &'static str {
        match self {
            Self::Root => "the root",
            Self::Page => "a Page by its id",
            Self::App => "an app by its id",
            Self::Person => "a person by an id",
            Self::Thread => "a conversation by its id",
            Self::Message => "a message by its id",
            Self::Attachment => "an attachment by its id",
            Self::Persona => "a persona by its id",
            Self::Label => "a label by its id",
            Self::Comment => "a post or a comment by its id",
            Self::AdAccount => "an ad account",
            Self::InstagramAccount => "an Instagram account by its id",
        }
    }
}

/// The token that a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A Page token.
    Page,
    /// An app token.
    App,
    /// Either of them.
    PageOrApp,
    /// None: the call is made to get one.
    None,
}

impl TokenKind {
    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::App => "app",
            Self::PageOrApp => "page or app",
            Self::None => "none",
        }
    }
}

/// Where a call belongs when several worlds share a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneOf {
    /// To the lane of its recipient.
    Recipient,
    /// To the lane in which the id of its node was given out.
    Node,
    /// To the stage: it names nobody.
    Stage,
}

impl LaneOf {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Node => "node",
            Self::Stage => "stage",
        }
    }
}

/// The platforms of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// Messenger.
    Messenger,
    /// Instagram.
    Instagram,
}

impl Platform {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
        }
    }
}

/// Whether the emulator does what the platform does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does.
    Modelled,
    /// It takes it, and nothing follows from it here.
    Ignored(&'static str),
    /// It refuses it with code 3 (M-61a).
    NotYet(&'static str),
}

impl State {
    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modelled => "modelled",
            Self::Ignored(_) => "ignored",
            Self::NotYet(_) => "not yet",
        }
    }

    /// Why it is ignored or not there yet.
    pub const fn why(self) -> Option<&'static str> {
        match self {
            Self::Modelled => None,
            Self::Ignored(why) | Self::NotYet(why) => Some(why),
        }
    }
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// A boolean.
    Flag,
    /// An object.
    Object,
    /// A list of texts or numbers.
    List,
    /// A list of objects.
    Objects,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
}

/// A parameter of a route.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ParamType,
    /// Whether a call without it is refused.
    pub required: bool,
    /// Whether the emulator reads it.
    pub state: State,
    /// The most characters of a text, or items of a list.
    pub limit: Option<usize>,
    /// Values that need a permission beside those of the route.
    pub needs: &'static [(&'static str, Permission)],
    /// The rules that it follows.
    pub rules: &'static [RuleId],
    /// Its members, if it is an object.
    pub members: &'static [Self],
    /// What a call without it gets, where that is not `The parameter … is required` (M-73).
    pub(super) absent: Option<fn() -> GraphError>,
}

impl Param {
    /// One that a call may leave out.
    pub(super) const fn optional(name: &'static str, kind: ParamType) -> Self {
        let (state, required, limit, absent) = (State::Modelled, false, None, None);
        Self { name, kind, required, state, limit, needs: &[], rules: &[], members: &[], absent }
    }

    /// One that a call has to have.
    pub(super) const fn required(name: &'static str, kind: ParamType) -> Self {
        Self { required: true, ..Self::optional(name, kind) }
    }

    /// The same one, which nothing follows from here.
    pub(super) const fn ignored(self, why: &'static str) -> Self {
        Self { state: State::Ignored(why), ..self }
    }

    /// The same one, which is refused with code 3.
    pub(super) const fn not_yet(self, why: &'static str) -> Self {
        Self { state: State::NotYet(why), ..self }
    }

    /// The same one, at most so long.
    pub(super) const fn at_most(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The same one, which follows these rules.
    pub(super) const fn follows(self, rules: &'static [RuleId]) -> Self {
        Self { rules, ..self }
    }

    /// The same one, of which these values need permissions of their own.
    pub(super) const fn needs(self, needs: &'static [(&'static str, Permission)]) -> Self {
        Self { needs, ..self }
    }

    /// The same one, with its members.
    pub(super) const fn members(self, members: &'static [Self]) -> Self {
        Self { members, ..self }
    }

    /// The same one, with what a call without it gets.
    pub(super) const fn else_refused(self, absent: fn() -> GraphError) -> Self {
        Self { absent: Some(absent), ..self }
    }
}

/// The names of parameters.
pub(super) const fn names<const COUNT: usize>(params: &[Param; COUNT]) -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let mut index = 0;
    while index < COUNT {
        names[index] = params[index].name;
        index += 1;
    }
    names
}

/// The first of these parameters that is given and not there yet.
pub(super) fn not_there_yet(
    params: &[Param],
    is_given: impl Fn(&str) -> bool,
) -> Option<(&Param, &'static str)> {
    params.iter().find_map(|param| match param.state {
        State::NotYet(why) if is_given(param.name) => Some((param, why)),
        State::NotYet(_) | State::Modelled | State::Ignored(_) => None,
    })
}

/// The first version of Graph that has a route.
pub type FromVersion = (u32, u32);

/// A row: a method on an edge of a kind of node.
#[derive(Debug, Clone, Copy)]
pub struct Row {
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
    /// The first version that has it.
    pub from: FromVersion,
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
}

/// How a route is done, or why it is not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Serves {
    /// Its parameters are read by this function, which also says how the answer is written.
    Modelled(ReadParameters),
    /// It is refused with code 3; `what` is what the answer says is not supported, where that is not the edge.
    NotYet { why: &'static str, what: Option<&'static str> },
}

/// The oldest version that there ever was.
const FIRST: FromVersion = (2, 0);
const MESSENGER: &[Platform] = &[Platform::Messenger];
const STATUSES: &[u16] = &[200, 400, 403, 500];

impl Row {
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
            from: FIRST,
            statuses: STATUSES,
            returns: "Object",
            source: "",
            serves: Serves::Modelled(read),
            rewords: None,
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
            from: FIRST,
            statuses: &[400],
            returns: "Object",
            source: SPECIFICATION,
            serves: Serves::NotYet { why, what: None },
            rewords: None,
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

    /// The same one, with what the refusal says is not supported.
    pub(super) const fn called(self, what: &'static str) -> Self {
        match self.serves {
            Serves::NotYet { why, .. } => Self { serves: Serves::NotYet { why, what: Some(what) }, ..self },
            Serves::Modelled(_) => self,
        }
    }

    /// Whether the emulator does it.
    pub const fn state(&self) -> State {
        match self.serves {
            Serves::Modelled(_) => State::Modelled,
            Serves::NotYet { why, .. } => State::NotYet(why),
        }
    }

    /// Whether the emulator reads that parameter of it.
    pub const fn state_of(&self, param: &Param) -> State {
        match self.serves {
            Serves::Modelled(_) => param.state,
            Serves::NotYet { why, .. } => State::NotYet(why),
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
pub(super) const SPECIFICATION: &str =
    "github.com/facebook/facebook-business-sdk-codegen, api_specs/specs, 2026-04-15";
