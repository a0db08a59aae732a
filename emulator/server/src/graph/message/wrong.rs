//! What is wrong with a part of a message, in the words of the platform.

use std::fmt::Display;

use emulator_core::RuleId;

use super::path::Path;
use crate::graph::error::GraphError;

/// A list with too many elements (M-78).
pub(super) fn too_many(list: Path<'_>) -> GraphError {
    GraphError::new(RuleId::ListTooLong, 105, format!("(#105) param {list} has too many elements."))
}

/// A list with too few elements (M-79).
pub(super) fn too_few(list: Path<'_>) -> GraphError {
    GraphError::new(RuleId::ListTooShort, 194, format!("(#194) param {list} has too few elements."))
}

/// A text that is empty (M-82).
pub(super) fn nothing_said(text: Path<'_>) -> GraphError {
    let message = format!("(#100) Param {text} must be a non-empty UTF-8 encoded string");
    GraphError::new(RuleId::TextEmpty, 100, message)
}

/// What is no address (M-83). Where the platform was seen to refuse one it named either the parameter
/// or, for media, the address itself.
pub(super) fn no_url(what: impl Display) -> GraphError {
    GraphError::new(RuleId::UrlShape, 100, format!("(#100) {what} should represent a valid URL"))
}

/// Something else than the object or the list that it should be (M-87, M-106).
pub(super) fn shape(path: Path<'_>) -> GraphError {
    if path.is_in_template() {
        let text = "(#100) Invalid data";
        return GraphError::new(RuleId::TemplateData, 100, text).subcode(2_018_032).param(path);
    }
    GraphError::invalid().param(path)
}

/// The word among those that the parameter takes, however it is spelt in large and small letters
/// (M-16, M-81).
pub(crate) fn known(
    given: &str,
    words: &[&'static str],
    parameter: Path<'_>,
) -> Result<&'static str, GraphError> {
    words.iter().copied().find(|word| word.eq_ignore_ascii_case(given)).ok_or_else(|| {
        let words = words.iter().map(|word| word.to_ascii_uppercase()).collect::<Vec<_>>().join(", ");
        let text = format!("(#100) Param {parameter} must be one of {{{words}}} - got \"{given}\".");
        GraphError::new(RuleId::UnknownWord, 100, text)
    })
}
