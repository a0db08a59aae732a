//! What a route can be: its method, the kind of its node, its token, its lane, its platforms, and whether it is modelled.

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

/// Whether the emulator does what the platform does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteState {
    /// It does.
    Modelled,
    /// It takes it, and nothing follows from it here.
    Ignored(&'static str),
    /// It refuses it with code 3 (M-61a).
    NotYet(&'static str),
}

impl RouteState {
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
