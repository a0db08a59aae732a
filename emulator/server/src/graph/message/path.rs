//! Where something stands in a call, as errors spell it: `message[quick_replies][1][title]`.

use std::fmt;

/// The name of a parameter, or of something inside it. It is spelt out only for an error.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'a> {
    /// A parameter, or what stands for one.
    Root(&'a str),
    /// A member of an object.
    Member(&'a Self, &'a str),
    /// An element of a list.
    Element(&'a Self, usize),
}

/// What the platform calls the payload of a template (M-78).
pub(super) const TEMPLATE: Path<'static> = Path::Root("name_placeholder");

impl Path<'_> {
    /// True inside the payload of a template.
    pub(super) fn is_in_template(self) -> bool {
        match self {
            Self::Root(name) => matches!(TEMPLATE, Path::Root(template) if template == name),
            Self::Member(parent, _) | Self::Element(parent, _) => parent.is_in_template(),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => out.write_str(name),
            Self::Member(parent, key) => write!(out, "{parent}[{key}]"),
            Self::Element(parent, index) => write!(out, "{parent}[{index}]"),
        }
    }
}
