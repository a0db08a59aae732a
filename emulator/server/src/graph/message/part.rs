//! An object inside a call: its members are checked and put into the form that is kept.

use emulator_core::is_url;
use serde_json::{Map, Value};

use super::path::Path;
use super::wrong;
use crate::graph::error::GraphError;

/// An object, with the name that errors give it.
pub(crate) struct Part<'a> {
    members: &'a mut Map<String, Value>,
    path: Path<'a>,
}

/// How long a list may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub(super) least: usize,
    pub(super) most: usize,
}

/// A text, a number or a boolean as text, and nothing else.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (None, None, Some(number)) => number.to_string(),
            _ => number.to_string(),
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Takes away the members that are null, at any depth: some clients send every key they know.
pub(crate) fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// True for a text of more than so many characters, which are code points (M-77).
pub(super) fn longer(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().count() > limit
}

impl<'a> Part<'a> {
    /// The object; an error when the value is something else.
    pub(crate) fn new(value: &'a mut Value, path: Path<'a>) -> Result<Self, GraphError> {
        match value {
            Value::Object(members) => Ok(Self { members, path }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(wrong::shape(path))
            }
        }
    }

    /// The name of a member.
    pub(super) const fn at<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path::Member(&self.path, key)
    }

    /// Refuses every other member (M-80).
    pub(crate) fn only(&self, keys: &[&str]) -> Result<(), GraphError> {
        let unknown = self.members.keys().map(String::as_str).filter(|key| !keys.contains(key));
        let unknown = unknown.collect::<Vec<_>>();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(GraphError::unknown_keys(&unknown.join(", "), self.path))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    /// True for a member that is one object.
    pub(super) fn is_object(&self, key: &str) -> bool {
        self.members.get(key).is_some_and(Value::is_object)
    }

    pub(super) fn is_empty_list(&self, key: &str) -> bool {
        self.members.get(key).and_then(Value::as_array).is_some_and(Vec::is_empty)
    }

    /// The member as it is.
    pub(super) fn value(&mut self, key: &str) -> Option<&mut Value> {
        self.members.get_mut(key)
    }

    pub(super) fn set(&mut self, key: &str, text: String) {
        self.members.insert(key.to_owned(), Value::String(text));
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.members.shift_remove(key);
    }

    /// The member as text of that many characters at most; it is kept as text.
    pub(crate) fn text(&mut self, key: &str, limit: usize) -> Result<Option<&str>, GraphError> {
        let Some(value) = self.members.get_mut(key) else { return Ok(None) };
        let path = Path::Member(&self.path, key);
        if !value.is_string() {
            *value = Value::String(scalar(value).ok_or_else(|| GraphError::not_a_text(path))?);
        }
        match value.as_str() {
            Some(text) if longer(text, limit) => Err(GraphError::too_long(path, limit)),
            text => Ok(text),
        }
    }

    /// The member as text that says something.
    pub(super) fn said(&mut self, key: &str, limit: usize) -> Result<Option<&str>, GraphError> {
        let path = self.path;
        match self.text(key, limit)? {
            Some("") => Err(wrong::nothing_said(Path::Member(&path, key))),
            text => Ok(text),
        }
    }

    /// The member as text that says something and has to be there.
    pub(crate) fn required(&mut self, key: &str, limit: usize) -> Result<&str, GraphError> {
        let path = self.path;
        self.said(key, limit)?.ok_or_else(|| GraphError::required(Path::Member(&path, key)))
    }

    /// The member as one of those words, spelt as they are (M-81).
    pub(crate) fn word(
        &mut self,
        key: &str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, GraphError> {
        let path = self.path;
        let Some(given) = self.text(key, usize::MAX)?.map(str::to_owned) else { return Ok(None) };
        let word = wrong::known(&given, words, Path::Member(&path, key))?;
        self.members.insert(key.to_owned(), Value::from(word));
        Ok(Some(word))
    }

    /// The member as a yes or no (M-17).
    pub(super) fn flag(&mut self, key: &str) -> Result<Option<bool>, GraphError> {
        let path = self.path;
        let Some(value) = self.members.get_mut(key) else { return Ok(None) };
        let flag = match scalar(value).map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            Some("true" | "1") => true,
            Some("false" | "0") => false,
            Some(_) | None => return Err(GraphError::invalid().param(Path::Member(&path, key))),
        };
        *value = Value::Bool(flag);
        Ok(Some(flag))
    }

    /// The member as a whole number, which may come as text.
    pub(super) fn number(&mut self, key: &str) -> Result<Option<u64>, GraphError> {
        let path = self.path;
        let Some(value) = self.members.get_mut(key) else { return Ok(None) };
        let number: Option<u64> = scalar(value).and_then(|text| text.parse().ok());
        let number = number.ok_or_else(|| GraphError::invalid().param(Path::Member(&path, key)))?;
        *value = Value::from(number);
        Ok(Some(number))
    }

    /// The member as an address, under the name that errors give it (M-83).
    pub(super) fn url(&mut self, key: &str) -> Result<Option<&str>, GraphError> {
        let path = self.path;
        match self.text(key, usize::MAX)? {
            Some(url) if !is_url(url) => Err(wrong::no_url(Path::Member(&path, key))),
            url => Ok(url),
        }
    }

    /// The member as an object.
    pub(super) fn part(&mut self, key: &'a str) -> Result<Option<Part<'_>>, GraphError> {
        match self.members.get_mut(key) {
            None => Ok(None),
            Some(value) => Part::new(value, Path::Member(&self.path, key)).map(Some),
        }
    }

    /// Looks at each element of a list of that many. Says whether the list is there.
    pub(super) fn each(
        &mut self,
        key: &str,
        count: Count,
        mut look: impl FnMut(&mut Value, Path<'_>) -> Result<(), GraphError>,
    ) -> Result<bool, GraphError> {
        let Some(value) = self.members.get_mut(key) else { return Ok(false) };
        let path = Path::Member(&self.path, key);
        let Value::Array(items) = value else { return Err(wrong::shape(path)) };
        if items.len() < count.least {
            return Err(wrong::too_few(path));
        }
        if items.len() > count.most {
            return Err(wrong::too_many(path));
        }
        for (index, item) in items.iter_mut().enumerate() {
            look(item, Path::Element(&path, index))?;
        }
        Ok(true)
    }
}
