//! A writer of JSON objects with a fixed order of keys, for what is written often.

use std::fmt::{Display, Write as _};

use crate::escape::Dialect;

/// An object that is being written.
pub(crate) struct Object<'a> {
    out: &'a mut String,
    dialect: Dialect,
    empty: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn open(out: &'a mut String, dialect: Dialect) -> Self {
        out.push('{');
        Self { out, dialect, empty: true }
    }

    fn key(&mut self, key: &str) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.key(key);
        self.dialect.string(self.out, text);
        self
    }

    /// An id or anything else that needs no escapes, in quotes.
    pub(crate) fn quoted(&mut self, key: &str, value: impl Display) -> &mut Self {
        self.key(key);
        let _ = write!(self.out, "\"{value}\"");
        self
    }

    /// A number, a boolean or `null`.
    pub(crate) fn bare(&mut self, key: &str, value: impl Display) -> &mut Self {
        self.key(key);
        let _ = write!(self.out, "{value}");
        self
    }

    /// An object inside.
    pub(crate) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        self.key(key);
        let mut inner = Object::open(self.out, self.dialect);
        fill(&mut inner);
        inner.close();
        self
    }

    /// Something that is JSON already.
    pub(crate) fn json(&mut self, key: &str, write: impl FnOnce(&mut String)) -> &mut Self {
        self.key(key);
        write(self.out);
        self
    }

    pub(crate) fn close(self) {
        self.out.push('}');
    }
}
