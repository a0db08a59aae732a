//! What a path names: a node, found by what its id was given out for.

use emulator_core::{AppId, INSTAGRAM_MESSAGE, PageId, Psid};

use super::route::NodeKind;
use crate::shared::Token;

/// A node, as a path names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    /// A word in the place of a node.
    Root,
    /// A Page.
    Page(PageId),
    /// An app.
    App(AppId),
    /// A person of a lane.
    Person(Psid),
    /// An id of digits that was given out for nothing here. It may be that of a person whom no lane knows, or of
    /// something that the emulator does not have.
    Stranger(Psid),
    /// Something that there is on the platform and not here, by the form of its id.
    Other(NodeKind),
    /// Nothing that there could be.
    Unknown,
}

/// What the id of a node was given out for, on a stage.
pub(crate) trait Minted {
    /// The kind of node that has the id; none when it was given out for nothing.
    fn kind_of(&self, id: u64) -> Option<NodeKind>;
}

impl Node {
    /// The node of that name; none for `me` with an app token, which is nobody.
    pub(crate) fn find(name: &str, token: Token, minted: &dyn Minted) -> Option<Self> {
        match token {
            Token::Page { page, .. } if name == "me" || name.parse() == Ok(page) => {
                return Some(Self::Page(page));
            }
            Token::App { .. } if name == "me" => return None,
            Token::Page { .. } | Token::App { .. } => {}
        }
        if super::table::is_root(name) {
            return Some(Self::Root);
        }
        if let Some(kind) = by_form(name) {
            return Some(Self::Other(kind));
        }
        let Ok(Psid(id)) = name.parse() else { return Some(Self::Unknown) };
        Some(match minted.kind_of(id) {
            Some(NodeKind::Page) => Self::Page(PageId(id)),
            Some(NodeKind::App) => Self::App(AppId(id)),
            Some(NodeKind::Person) => Self::Person(Psid(id)),
            Some(kind) => Self::Other(kind),
            None => Self::Stranger(Psid(id)),
        })
    }

    /// The person that it is, or may be.
    pub(crate) const fn person(self) -> Option<Psid> {
        match self {
            Self::Person(person) | Self::Stranger(person) => Some(person),
            Self::Root | Self::Page(_) | Self::App(_) | Self::Other(_) | Self::Unknown => None,
        }
    }
}

/// What a node is by the form of its id: conversations, messages, comments and ad accounts have one of their own.
fn by_form(name: &str) -> Option<NodeKind> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.split_once('_') {
        Some(("t", _)) => Some(NodeKind::Thread),
        Some(("m", _)) => Some(NodeKind::Message),
        Some(("act", id)) if digits(id) => Some(NodeKind::AdAccount),
        Some((owner, id)) if digits(owner) && digits(id) => Some(NodeKind::Comment),
        Some(_) | None => {
            ["mid.", INSTAGRAM_MESSAGE].iter().any(|it| name.starts_with(it)).then_some(NodeKind::Message)
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Page 1, app 2, person 77.
    pub(in super::super) struct Few;

    impl Minted for Few {
        fn kind_of(&self, id: u64) -> Option<NodeKind> {
            match id {
                1 => Some(NodeKind::Page),
                2 => Some(NodeKind::App),
                77 => Some(NodeKind::Person),
                _ => None,
            }
        }
    }

    #[test]
    fn a_node_is_found_by_what_its_id_was_given_out_for() {
        let token = Token::Page { app: AppId(2), page: PageId(1) };
        for (name, node) in [
            ("me", Node::Page(PageId(1))),
            ("1", Node::Page(PageId(1))),
            ("2", Node::App(AppId(2))),
            ("77", Node::Person(Psid(77))),
            ("78", Node::Stranger(Psid(78))),
            ("t_1234", Node::Other(NodeKind::Thread)),
            ("m_abc-_", Node::Other(NodeKind::Message)),
            ("mid.$cAAJ", Node::Other(NodeKind::Message)),
            ("100_200", Node::Other(NodeKind::Comment)),
            ("act_1", Node::Other(NodeKind::AdAccount)),
            ("oauth", Node::Root),
            ("debug_token", Node::Root),
            ("some_thing", Node::Unknown),
            ("nobody", Node::Unknown),
        ] {
            assert_eq!(Node::find(name, token, &Few), Some(node), "{name}");
        }
        assert_eq!(Node::find("me", Token::App { app: AppId(2) }, &Few), None);
    }
}
