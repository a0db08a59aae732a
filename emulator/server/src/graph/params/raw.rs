//! One parameter's value, not yet read, and the ways to read it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::error::GraphError;
use super::{Scalar, relaxed};

/// One parameter's value, not yet read.
#[derive(Debug, Clone)]
pub(crate) enum Raw<'a> {
    /// Text from a query, a form or a part; it may hold JSON.
    Text(Cow<'a, str>),
    /// JSON: a member of a body, or what bracketed names add up to.
    Json(Cow<'a, RawValue>),
}

/// The items of a list, each a plain value.
#[derive(Deserialize)]
#[serde(transparent)]
struct Items<'a>(#[serde(borrow)] Vec<Scalar<'a>>);

impl Raw<'_> {
    /// JSON `null` is nothing.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Json(json) if json.get() == "null")
    }

    /// The value as text; a JSON number is its digits.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, GraphError> {
        match self {
            Self::Text(text) => Ok(Cow::Borrowed(text)),
            Self::Json(json) => {
                let Scalar(text) = serde_json::from_str(json.get()).map_err(|_| GraphError::invalid())?;
                Ok(text)
            }
        }
    }

    /// The value as JSON text: text that holds JSON is looked into, also inside a JSON body, and may
    /// be written in the relaxed way (M-14).
    pub(crate) fn json(&self) -> Result<Cow<'_, str>, GraphError> {
        match self {
            Self::Text(text) => Ok(relaxed::strict(text)),
            Self::Json(json) if json.get().starts_with('"') => Ok(match self.text()? {
                Cow::Borrowed(text) => relaxed::strict(text),
                Cow::Owned(text) => Cow::Owned(relaxed::strict(&text).into_owned()),
            }),
            Self::Json(json) => Ok(Cow::Borrowed(json.get())),
        }
    }

    /// The value as a list (M-15): an array, an array as text, or text with commas. Items are
    /// trimmed, and empty ones left out.
    pub(crate) fn list(&self) -> Result<Vec<String>, GraphError> {
        let json = self.json()?;
        let tidy = |item: &str| Some(item.trim().to_owned()).filter(|item| !item.is_empty());
        if json.trim_start().starts_with('[') {
            let Items(items) = serde_json::from_str(&json).map_err(|_| GraphError::invalid())?;
            return Ok(items.iter().filter_map(|Scalar(item)| tidy(item)).collect());
        }
        Ok(self.text()?.split(',').filter_map(tidy).collect())
    }

    /// The place of the first empty item, if the value is an array with one; text with commas has none.
    pub(crate) fn empty_item(&self) -> Result<Option<usize>, GraphError> {
        let json = self.json()?;
        if !json.trim_start().starts_with('[') {
            return Ok(None);
        }
        let Items(items) = serde_json::from_str(&json).map_err(|_| GraphError::invalid())?;
        Ok(items.iter().position(|Scalar(item)| item.trim().is_empty()))
    }

    /// The value as a boolean (M-17): true and false, as JSON, as text or as 1 and 0.
    pub(crate) fn flag(&self) -> Result<bool, GraphError> {
        let text = self.text()?;
        match text.trim() {
            "1" => Ok(true),
            "0" => Ok(false),
            word if word.eq_ignore_ascii_case("true") => Ok(true),
            word if word.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(GraphError::invalid()),
        }
    }
}
