//! What is wrong with a part of a message, in the words of the platform.

use super::path::Path;
use crate::graph::error::GraphError;

/// Something else than the object or the list that it should be (M-87, M-106).
pub(super) fn shape(path: Path<'_>) -> GraphError {
    if path.is_in_template() {
        return GraphError::template_shape().param(path);
    }
    GraphError::invalid().param(path)
}

/// The word among those that the parameter takes, however it is spelt in large and small letters
/// (M-81).
pub(crate) fn known(
    given: &str,
    words: &[&'static str],
    parameter: Path<'_>,
) -> Result<&'static str, GraphError> {
    words.iter().copied().find(|word| word.eq_ignore_ascii_case(given)).ok_or_else(|| {
        let words = words.iter().map(|word| word.to_ascii_uppercase()).collect::<Vec<_>>().join(", ");
        GraphError::unknown_word(parameter, &words, given)
    })
}
