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

/// The host and the port of an address that begins with a scheme; no port is an empty one.
fn place(rest: &str) -> (&str, &str) {
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, port)) => (address, port.strip_prefix(':').unwrap_or(port)),
        None => host.split_once(':').unwrap_or((host, "")),
    }
}

/// The host of an https address as it is written; none for another address.
pub(crate) fn https_host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    (scheme.eq_ignore_ascii_case("https") && is_url(url)).then(|| place(rest).0)
}

/// True for what looks like an http or https address. Nothing is fetched.
pub(crate) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let (name, port) = place(rest);
    let port = port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5;
    let letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '.' | '_' | ':');
    let spoken = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    web && spoken && port && !name.is_empty() && name.chars().all(letter)
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn addresses_have_a_scheme_and_a_host() {
        let addresses = [
            "https://shop.test/k.png",
            "HTTP://localhost:8080",
            "https://shop.test?a=b c".trim_end_matches(" c"),
            "https://user:secret@shop.test/ä?x=%20#top",
            "http://[::1]:80/",
            "https://bücher.example/",
        ];
        for address in addresses {
            assert!(is_url(address), "{address}");
        }
        let others = [
            "",
            "shop.test/k.png",
            "www.image.url.com",
            "/k.png",
            "ftp://shop.test/k.png",
            "https://",
            "https:///k.png",
            "https://shop test/",
            "https://shop.test/a b",
            "https://shop.test:port/",
            "https://shop.test/\n",
            "javascript:alert(1)",
        ];
        for other in others {
            assert!(!is_url(other), "{other}");
        }
    }
}
