//! What is known of the names in expressions before anything runs.
//!
//! It follows the table of members that the values of a run follow as well, so that what passes here has a value there.

use std::collections::BTreeMap;

use crate::step::Names;
use crate::vocabulary::{AppMember, EmulatorMember, PageMember, PersonMember, Root};

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It is whatever it turns out to be: a capture, a variable, what the environment holds.
    Open,
    /// It is a text.
    Text,
    /// It is a mapping with these members and no others.
    Members(BTreeMap<String, Self>),
    /// It is not always there; this says when it is missing.
    Missing(String),
}

impl Shape {
    /// The same with more members.
    fn with(self, more: impl Iterator<Item = (String, Self)>) -> Self {
        match self {
            Self::Members(mut members) => {
                members.extend(more);
                Self::Members(members)
            }
            Self::Open | Self::Text | Self::Missing(_) => self,
        }
    }
}

/// The names there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    names: BTreeMap<String, Shape>,
}

/// Why a dotted name has no value.
#[derive(Debug, PartialEq, Eq)]
pub enum Unknown<'a> {
    /// There is no such name; these are the names there are.
    Name(Vec<&'a str>),
    /// What is in front has no such member; it has these.
    Member { of: String, part: &'a str, members: Vec<&'a str> },
    /// What is in front is a text, which has no members.
    OfText { of: String, part: &'a str },
    /// It is missing, and this says when.
    Missing(&'a str),
}

impl Known {
    /// The names of a world, with variables of that shape.
    pub fn of(world: &Names, vars: &Shape) -> Self {
        let page = || texts(PageMember::ALL.iter().map(|member| member.name()));
        let root = |root: &Root| {
            let shape = match root {
                Root::Page | Root::Inbox => page(),
                Root::Now => Shape::Text,
                Root::Vars => vars.clone(),
                Root::Env => Shape::Open,
                Root::Emulator => texts(EmulatorMember::ALL.iter().map(|member| member.name())),
            };
            (root.name().to_owned(), shape)
        };
        let on_pages = |members: Shape| world.pages.iter().map(move |page| (page.clone(), members.clone()));
        let app = texts(AppMember::ALL.iter().map(|member| member.name()))
            .with(on_pages(texts(AppMember::OF_PAGE.iter().map(|member| member.name()))));
        let person = texts(PersonMember::ALL.iter().map(|member| member.name()))
            .with(on_pages(texts(PersonMember::OF_PAGE.iter().map(|member| member.name()))));
        let mut names: BTreeMap<String, Shape> = Root::ALL.iter().map(root).collect();
        names.extend(world.apps.iter().map(|name| (name.clone(), app.clone())));
        names.extend(world.people.iter().map(|name| (name.clone(), person.clone())));
        names.extend(world.pages.iter().map(|name| (name.clone(), page())));
        Self { names }
    }

    /// What is known before there is a world: the environment.
    pub fn environment() -> Self {
        Self { names: [(Root::Env.name().to_owned(), Shape::Open)].into() }
    }

    /// Adds the name of a capture.
    pub fn add(&mut self, capture: impl Into<String>) {
        self.names.insert(capture.into(), Shape::Open);
    }

    /// Looks for a dotted name.
    pub fn look<'a>(&'a self, path: &'a str) -> Result<(), Unknown<'a>> {
        let mut parts = path.split('.');
        let root = parts.next().unwrap_or_default();
        let Some(mut shape) = self.names.get(root) else {
            return Err(Unknown::Name(self.names.keys().map(String::as_str).collect()));
        };
        let mut of = root.to_owned();
        for part in parts {
            shape = match shape {
                Shape::Open => return Ok(()),
                Shape::Text => return Err(Unknown::OfText { of, part }),
                Shape::Missing(when) => return Err(Unknown::Missing(when)),
                Shape::Members(members) => match members.get(part) {
                    Some(shape) => shape,
                    None => {
                        let members = members.keys().map(String::as_str).collect();
                        return Err(Unknown::Member { of, part, members });
                    }
                },
            };
            of = format!("{of}.{part}");
        }
        match shape {
            Shape::Missing(when) => Err(Unknown::Missing(when)),
            Shape::Open | Shape::Text | Shape::Members(_) => Ok(()),
        }
    }
}

impl Known {
    /// All names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.names.keys().cloned()
    }

    /// The members that a name has for certain.
    pub fn members(&self, name: &str) -> Vec<String> {
        match self.names.get(name) {
            Some(Shape::Members(members)) => members.keys().cloned().collect(),
            Some(Shape::Open | Shape::Text | Shape::Missing(_)) | None => Vec::new(),
        }
    }
}

fn texts<'a>(names: impl Iterator<Item = &'a str>) -> Shape {
    Shape::Members(names.map(|name| (name.to_owned(), Shape::Text)).collect())
}
