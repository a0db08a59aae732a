//! Parameters of a call: query and body merged, whatever the encoding (M-13 to M-17).
//!
//! **Invariant:** however they were written, the rest of the code sees one shape, and what somebody
//! makes up costs time in proportion to its length and no stack.

mod bracket;
mod members;
mod multipart;
mod raw;
pub(crate) mod relaxed;
mod scalar;

use std::borrow::Cow;

use bytes::Bytes;
use hyper::Method;

use super::error::GraphError;
use bracket::{Bracketed, Tree};
use members::Members;
pub(crate) use raw::Raw;
pub(crate) use scalar::Scalar;

/// The most parameters in one encoding of a call; PHP takes as many.
pub(crate) const LIMIT: usize = 1_000;
/// The most levels of names in brackets and of relaxed JSON; PHP takes as many.
pub(crate) const DEPTH: usize = 64;

/// All parameters of a call. Later ones win, and the body comes behind the query.
#[derive(Debug, Default)]
pub(crate) struct Params<'a> {
    members: Vec<(Cow<'a, str>, Raw<'a>)>,
    files: Vec<File>,
    unreadable: Option<Unreadable>,
}

/// A file that came with the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// The name of the parameter.
    pub(crate) name: String,
    /// The name that the file has on the side of the client.
    pub(crate) file_name: Option<String>,
    /// Its type, as the client says.
    pub(crate) content_type: Option<String>,
    /// What is in it.
    pub(crate) bytes: Bytes,
}

/// Parameters that are in no encoding, or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl<'a> Params<'a> {
    /// Reads the query and the body. A body that begins with `{` or `[` is JSON whatever its header
    /// says; one that is announced in parts is read so; any other is a form.
    pub(crate) fn of(query: Option<&'a str>, content_type: Option<&str>, body: &'a [u8]) -> Self {
        let mut params = Self::default();
        let read = params
            .form(form_urlencoded::parse(query.unwrap_or_default().as_bytes()))
            .and_then(|()| params.body(content_type, body));
        params.unreadable = read.err();
        params
    }

    /// The same for a test, which knows that all of it can be read.
    #[cfg(test)]
    pub(crate) fn read(query: Option<&'a str>, body: &'a [u8]) -> Result<Self, GraphError> {
        let params = Self::of(query, None, body);
        params.unreadable().map_or(Ok(params), Err)
    }

    fn body(&mut self, content_type: Option<&str>, body: &'a [u8]) -> Result<(), Unreadable> {
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        match text.first() {
            None if !multipart::is_announced(content_type) => Ok(()),
            // An array has no names.
            Some(b'[') => Err(Unreadable),
            Some(b'{') => {
                let Members(members) = serde_json::from_slice(text).map_err(|_| Unreadable)?;
                self.members.extend(members);
                Ok(())
            }
            None | Some(_) => match content_type {
                Some(content_type) if multipart::is_announced(Some(content_type)) => {
                    let multipart::Parts { fields, files } = multipart::parts(content_type, body)?;
                    self.files = files;
                    self.form(fields.into_iter().map(|(name, value)| (Cow::Owned(name), Cow::Owned(value))))
                }
                Some(_) | None => self.form(form_urlencoded::parse(text)),
            },
        }
    }

    /// Adds names and values; those with brackets become one value for each name before them.
    fn form(&mut self, pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Result<(), Unreadable> {
        let mut trees: Vec<(String, Tree<'a>)> = Vec::new();
        for (count, (name, value)) in pairs.enumerate() {
            if count == LIMIT {
                return Err(Unreadable);
            }
            let Some(bracketed) = Bracketed::parse(&name) else {
                trees.retain(|(base, _)| *base != name);
                self.members.push((name, Raw::Text(value)));
                continue;
            };
            let known = trees.iter_mut().find(|(base, _)| base == bracketed.base);
            match known {
                Some((_, tree)) => tree.put(&bracketed, value),
                None => {
                    let mut tree = Tree::default();
                    tree.put(&bracketed, value);
                    trees.push((bracketed.base.to_owned(), tree));
                }
            }
        }
        for (base, tree) in trees {
            let json = tree.json().ok_or(Unreadable)?;
            self.members.push((Cow::Owned(base), Raw::Json(Cow::Owned(json))));
        }
        Ok(())
    }

    /// What could not be read of the call, if anything; the rest of it was.
    pub(crate) fn unreadable(&self) -> Option<GraphError> {
        self.unreadable.map(|Unreadable| GraphError::unreadable())
    }

    /// The parameter's value; JSON `null` counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&Raw<'a>> {
        let (_, value) = self.members.iter().rev().find(|(member, _)| member == name)?;
        (!value.is_null()).then_some(value)
    }

    /// The parameter as text; a JSON number is its digits.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Cow<'_, str>>, GraphError> {
        self.get(name).map(Raw::text).transpose()
    }

    /// The parameter as a list, however it is written (M-15). A list of nothing counts as absent.
    pub(crate) fn list(&self, name: &str) -> Result<Option<Vec<String>>, GraphError> {
        let list = self.get(name).map(Raw::list).transpose()?;
        Ok(list.filter(|list| !list.is_empty()))
    }

    /// The parameter as a boolean (M-17).
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, GraphError> {
        self.get(name).map(Raw::flag).transpose()
    }

    /// The files, in their order.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// The method that the call is meant to have: clients that can only GET and POST name another
    /// one in a parameter (M-11). HEAD asks for the head of what GET gives.
    pub(crate) fn method(&self, sent: &Method) -> Method {
        let sent = if *sent == Method::HEAD { &Method::GET } else { sent };
        let named = match self.text("method") {
            Ok(Some(named)) if [Method::GET, Method::POST].contains(sent) => named,
            Ok(_) | Err(_) => return sent.clone(),
        };
        let known = [Method::GET, Method::POST, Method::DELETE];
        let meant = known.into_iter().find(|known| named.trim().eq_ignore_ascii_case(known.as_str()));
        meant.unwrap_or_else(|| sent.clone())
    }
}

#[cfg(test)]
mod tests;
