//! Tokens of the real platform, which have no business here: they are found, so that they can be
//! refused and are written nowhere.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

/// What somebody is told who came with one.
pub const REAL_TOKEN: &str = "a call came with what looks like an access token of the real platform. It was refused, and \
    nothing of it was written down. Give the bot the emulator's own Page token; if the real one was sent here by \
    mistake, think of who could have read it";

/// What such a token begins with.
const START: &[u8] = b"EAA";
/// How many letters and digits follow at least. Real ones have more than a hundred; names that people
/// make up for tests have a few.
const LEAST: usize = 32;

/// Where something stands that looks like a token of the real platform.
pub fn real_token(text: &[u8]) -> Option<Range<usize>> {
    memmem::find_iter(text, START).find_map(|start| {
        let before = start.checked_sub(1).and_then(|before| text.get(before));
        // Within a longer word it is chance: ids and data are spelt with the same letters.
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(byte)) {
            return None;
        }
        let length = text[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        (length >= START.len() + LEAST).then(|| start..start + length)
    })
}

/// The text without such tokens.
pub fn without_real_tokens(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    while let Some(token) = real_token(text.as_bytes()) {
        // What is found is ASCII, so its ends are ends of characters.
        text.to_mut().replace_range(token, "[token removed]");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_real_is_found_and_what_people_make_up_is_not() {
        let token = format!("EAA{}", "Bx7".repeat(30));
        for text in [
            token.clone(),
            format!("access_token={token}&a=1"),
            format!("{{\"access_token\":\"{token}\"}}"),
            format!("/v25.0/{token}"),
            format!("EAA EAAx E{token} {token}"),
        ] {
            let found = real_token(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(&text[found], token, "{text}");
            assert_eq!(real_token(without_real_tokens(&text).as_bytes()), None, "{text}");
        }
        for text in [
            "",
            "EAA",
            "EAAwrong",
            "bot-page-token",
            &format!("m_{token}"),
            &format!("x{token}"),
            &format!("eaa{}", "b".repeat(40)),
            "ü EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA",
        ] {
            assert_eq!(real_token(text.as_bytes()), None, "{text}");
            assert_eq!(without_real_tokens(text), text);
        }
    }
}
