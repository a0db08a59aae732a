//! JSON text as the platform writes it: compact, pure ASCII, slashes escaped.

use std::fmt::Write as _;
use std::io;

use emulator_core::Escapes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Which characters are escaped beyond what JSON asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Graph answers: `/` and everything that is not ASCII (M-29).
    Graph,
    /// Webhook bodies: `<`, `%` and `@` as well (M-190).
    Webhook,
}

impl Dialect {
    /// The dialect of a webhook body.
    pub(crate) const fn of(escapes: Escapes) -> Self {
        match escapes {
            Escapes::All => Self::Webhook,
            Escapes::Unicode => Self::Graph,
        }
    }
}

impl Dialect {
    fn leaves(self, byte: u8) -> bool {
        let plain = byte.is_ascii() && byte >= 0x20 && !matches!(byte, b'/' | b'"' | b'\\' | 0x7f);
        plain && (self == Self::Graph || !matches!(byte, b'<' | b'%' | b'@'))
    }

    fn push(self, out: &mut String, character: char) {
        match character {
            '/' => out.push_str("\\/"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' if self == Self::Webhook => out.push_str("\\u003C"),
            '%' if self == Self::Webhook => out.push_str("\\u0025"),
            '@' if self == Self::Webhook => out.push_str("\\u0040"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }

    /// Appends the text as a JSON string.
    pub(crate) fn string(self, out: &mut String, text: &str) {
        out.push('"');
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.bytes().position(|byte| !self.leaves(byte)).unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            rest = &rest[plain..];
            if let Some(character) = rest.chars().next() {
                self.push(out, character);
                rest = &rest[character.len_utf8()..];
            }
        }
        out.push('"');
    }

    /// Appends JSON text that has no escapes but those that JSON asks for. Whatever is escaped here
    /// stands inside its strings.
    pub(crate) fn respell(self, out: &mut String, json: &str) {
        for character in json.chars() {
            match character {
                '"' | '\\' | ' '..='~' if self.leaves_or_quotes(character) => out.push(character),
                _ => self.push(out, character),
            }
        }
    }

    fn leaves_or_quotes(self, character: char) -> bool {
        matches!(character, '"' | '\\') || u8::try_from(character).is_ok_and(|byte| self.leaves(byte))
    }

    /// The value as JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> String {
        let mut out = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut out, Escaping(self));
        match value.serialize(&mut serializer) {
            Ok(()) => String::from_utf8(out).unwrap_or_default(),
            Err(_) => String::from("null"),
        }
    }
}

struct Escaping(Dialect);

impl Formatter for Escaping {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut out = String::with_capacity(fragment.len() + 2);
        for character in fragment.chars() {
            self.0.push(&mut out, character);
        }
        writer.write_all(out.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_the_platform_does() {
        let cases = [
            (Dialect::Webhook, "Test äëï", r#""Test \u00e4\u00eb\u00ef""#),
            (Dialect::Webhook, "😢", r#""\ud83d\ude22""#),
            (Dialect::Webhook, "a/b <c> 100% @d", r#""a\/b \u003Cc> 100\u0025 \u0040d""#),
            (Dialect::Graph, "a/b <c> 100% @d", r#""a\/b <c> 100% @d""#),
            (Dialect::Graph, "\"\\\n\r\t\u{8}\u{c}\u{1}\u{7f}", r#""\"\\\n\r\t\b\f\u0001\u007f""#),
        ];
        for (dialect, text, expected) in cases {
            let mut out = String::new();
            dialect.string(&mut out, text);
            assert_eq!(out, expected);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            assert_eq!(serde_json::from_str::<String>(&dialect.json(&text)).unwrap(), text);
        }
    }

    #[test]
    fn values_are_compact() {
        assert_eq!(Dialect::Graph.json(&serde_json::json!({"a": [1, "é/"]})), r#"{"a":[1,"\u00e9\/"]}"#);
    }
}
