//! What must not be shown or written: tokens of the real platform, which have no business here and are
//! refused, and the secrets of the apps.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

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

/// What is shorter than this is no secret worth hiding, and would be found everywhere.
const SHORTEST: usize = 4;
/// How many characters of a bot's answer are kept.
const EXCERPT: usize = 200;

/// Secrets, and the expressions that stand in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Values and the expressions for them. The longest first, for one may be a part of another.
    values: Vec<(String, String)>,
}

impl Hidden {
    /// Values and the expressions for them, such as `bot.secret`. Values of fewer than four bytes are left out.
    pub fn known(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut values: Vec<_> = values.into_iter().filter(|(value, _)| value.len() >= SHORTEST).collect();
        values.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// The longest secret that a text begins with, and the expression for it.
    pub fn at(&self, text: &str) -> Option<(&str, &str)> {
        let found = self.values.iter().find(|(value, _)| text.starts_with(value.as_str()));
        found.map(|(value, name)| (value.as_str(), name.as_str()))
    }

    /// True for a text that contains a secret.
    pub fn stand_in(&self, text: &str) -> bool {
        self.values.iter().any(|(value, _)| text.contains(value.as_str()))
    }

    /// The text with expressions in place of secrets.
    pub fn hidden_in(&self, text: &str) -> String {
        let mut text = without_real_tokens(text).into_owned();
        for (value, name) in &self.values {
            if text.contains(value) {
                text = text.replace(value, &format!("${{{name}}}"));
            }
        }
        text
    }

    /// The beginning of a body in one line: white space of any length is one space, and what is longer than 200
    /// characters, or breaks off within a character, ends with `…`. None when there is nothing to read.
    pub fn excerpt(&self, body: &[u8]) -> Option<Arc<str>> {
        let whole = whole_characters(body);
        let text = String::from_utf8_lossy(whole);
        // Hidden before it is cut: half a secret would not be found.
        let text = self.hidden_in(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        let mut excerpt: String = text.chars().take(EXCERPT).collect();
        if excerpt.len() < text.len() || whole.len() < body.len() {
            excerpt.push('…');
        }
        (!excerpt.is_empty()).then(|| excerpt.into())
    }
}

/// The bytes without those of a last character that has no end.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    let last = bytes.utf8_chunks().last();
    let broken = last.map_or(&[][..], |chunk| chunk.invalid());
    let begun = std::str::from_utf8(broken).is_err_and(|error| error.error_len().is_none());
    if begun { &bytes[..bytes.len() - broken.len()] } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_secret_is_found_first() {
        let hidden = vec![
            ("bot-token-long".to_owned(), "bot.page_token".to_owned()),
            ("bot-token".to_owned(), "bot.secret".to_owned()),
        ];
        let secrets = Hidden::known(hidden);
        let text = "with bot-token-long, then bot-token=bot-token";
        let expected = "with ${bot.page_token}, then ${bot.secret}=${bot.secret}";
        assert_eq!(secrets.hidden_in(text), expected);
        assert_eq!(secrets.at("bot-token-long, and more"), Some(("bot-token-long", "bot.page_token")));
        assert_eq!(secrets.at("bot-token-lo"), Some(("bot-token", "bot.secret")));
        assert_eq!(secrets.at("with bot-token"), None);
        assert!(secrets.stand_in(text) && !secrets.stand_in("without"));
        let real = format!("EAA{}", "b1C".repeat(20));
        assert!(!secrets.hidden_in(&format!("token {real}")).contains(&real));
    }

    #[test]
    fn what_has_fewer_than_four_bytes_is_no_secret() {
        let secrets = Hidden::known(
            [("abc", "a.secret"), ("abcd", "b.secret")]
                .map(|(value, name)| (value.to_owned(), name.to_owned())),
        );
        assert_eq!(secrets.hidden_in("abc abcd"), "abc ${b.secret}");
    }

    #[test]
    fn an_excerpt_is_one_short_line_without_secrets_even_where_it_is_cut() {
        let secrets = Hidden::known([("hush-hush".to_owned(), "bot.secret".to_owned())]);
        let excerpt = |body: &[u8]| secrets.excerpt(body).map(|excerpt| excerpt.to_string());
        assert_eq!(excerpt(b""), None);
        assert_eq!(excerpt(b" \r\n\t"), None);
        assert_eq!(excerpt(b"bad\r\n\n  signature\n").as_deref(), Some("bad signature"));
        assert_eq!(excerpt(b"\xff hush-hush").as_deref(), Some("\u{fffd} ${bot.secret}"));
        assert_eq!(excerpt("ä€😀".as_bytes().split_at(7).0).as_deref(), Some("ä€…"), "it breaks off");
        let exactly = "ü".repeat(200);
        assert_eq!(excerpt(exactly.as_bytes()), Some(exactly.clone()));
        assert_eq!(excerpt(format!("{exactly}ü").as_bytes()), Some(format!("{exactly}…")));
        let cut = excerpt(format!("{} hush-hush", "x".repeat(194)).as_bytes()).expect("it says something");
        assert!(cut.ends_with("x ${bot…") && !cut.contains("hush"), "{cut}");
    }

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
        let shortest = format!("EAA{}", "b".repeat(LEAST));
        assert_eq!(real_token(format!("a {shortest} b").as_bytes()), Some(2..2 + shortest.len()));
        for text in [
            "",
            "EAA",
            "EAAwrong",
            "bot-page-token",
            &format!("m_{token}"),
            &format!("x{token}"),
            &format!("eaa{}", "b".repeat(40)),
            &format!("EAA{}", "b".repeat(LEAST - 1)),
            "ü EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA-EAA",
        ] {
            assert_eq!(real_token(text.as_bytes()), None, "{text}");
            assert_eq!(without_real_tokens(text), text);
        }
    }
}
