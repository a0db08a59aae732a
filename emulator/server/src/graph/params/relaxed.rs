//! JSON as the platform's own examples write it in text: single quotes, keys without quotes (M-14),
//! and the words and escapes of a printed Python dict. Strings are otherwise as strict as in JSON.
//!
//! **Invariant:** one pass without recursion, and no more than [`DEPTH`] levels.

use std::borrow::Cow;
use std::str::Chars;

use serde::de::IgnoredAny;

use super::DEPTH;

/// The text as strict JSON. Text that is strict already, or no JSON of any kind, stays what it is.
pub(crate) fn strict(text: &str) -> Cow<'_, str> {
    let nested = text.trim_start().starts_with(['{', '[']);
    if !nested || serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Cow::Borrowed(text);
    }
    Relaxed { rest: text, out: String::with_capacity(text.len() + 16), open: Vec::new() }
        .read()
        .map_or(Cow::Borrowed(text), Cow::Owned)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Object,
    List,
}

/// What may come next.
enum Next {
    Value,
    /// A value, or the end of the list that was just opened.
    FirstItem,
    Member,
    /// A member, or the end of the object that was just opened.
    FirstMember,
    /// A comma, or the end of what is open.
    Behind,
}

struct Relaxed<'a> {
    rest: &'a str,
    out: String,
    open: Vec<Open>,
}

impl<'a> Relaxed<'a> {
    fn read(mut self) -> Option<String> {
        let mut next = Next::Value;
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
            next = match next {
                Next::FirstMember if self.takes('}') => self.closed()?,
                Next::FirstMember | Next::Member => self.member()?,
                Next::FirstItem if self.takes(']') => self.closed()?,
                Next::FirstItem | Next::Value => self.value()?,
                Next::Behind => match self.open.last().copied() {
                    None => return self.rest.is_empty().then_some(self.out),
                    Some(Open::Object) if self.takes('}') => self.closed()?,
                    Some(Open::List) if self.takes(']') => self.closed()?,
                    Some(Open::Object) if self.takes(',') => Next::Member,
                    Some(Open::List) if self.takes(',') => Next::Value,
                    Some(Open::Object | Open::List) => return None,
                },
            };
        }
    }

    /// Copies the character if it comes next.
    fn takes(&mut self, character: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(character) else { return false };
        self.rest = rest;
        self.out.push(character);
        true
    }

    fn closed(&mut self) -> Option<Next> {
        self.open.pop().map(|_| Next::Behind)
    }

    fn opened(&mut self, open: Open) -> Option<Next> {
        self.open.push(open);
        (self.open.len() <= DEPTH).then_some(match open {
            Open::Object => Next::FirstMember,
            Open::List => Next::FirstItem,
        })
    }

    fn member(&mut self) -> Option<Next> {
        if self.rest.starts_with(['"', '\'']) {
            self.string()?;
        } else {
            let key = self.word()?;
            self.out.extend(["\"", key, "\""]);
        }
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.takes(':').then_some(Next::Value)
    }

    fn value(&mut self) -> Option<Next> {
        if self.takes('{') {
            return self.opened(Open::Object);
        }
        if self.takes('[') {
            return self.opened(Open::List);
        }
        if self.rest.starts_with(['"', '\'']) {
            self.string()?;
            return Some(Next::Behind);
        }
        let word = self.word()?;
        self.out.push_str(match word {
            "true" | "True" => "true",
            "false" | "False" => "false",
            "null" | "None" => "null",
            number if serde_json::from_str::<serde_json::Number>(number).is_ok() => number,
            _ => return None,
        });
        Some(Next::Behind)
    }

    /// Takes a word without quotes: a name or a number.
    fn word(&mut self) -> Option<&'a str> {
        let part = |character: char| character.is_ascii_alphanumeric() || "_$.+-".contains(character);
        let end = self.rest.find(|character| !part(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn string(&mut self) -> Option<()> {
        let mut characters = self.rest.chars();
        let quote = characters.next()?;
        self.out.push('"');
        loop {
            match characters.next()? {
                '\\' => match characters.next()? {
                    '\'' => self.out.push('\''),
                    plain @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                        self.out.extend(['\\', plain]);
                    }
                    // Halves of a pair come one by one; whoever reads the JSON puts them together.
                    'u' => {
                        let digits = digits(&mut characters, 4)?;
                        self.out.extend(["\\u", digits]);
                    }
                    'x' => self.code_point(digits(&mut characters, 2)?)?,
                    'U' => self.code_point(digits(&mut characters, 8)?)?,
                    _ => return None,
                },
                end if end == quote => break,
                '"' => self.out.push_str("\\\""),
                control if control < ' ' => return None,
                character => self.out.push(character),
            }
        }
        self.out.push('"');
        self.rest = characters.as_str();
        Some(())
    }

    fn code_point(&mut self, digits: &str) -> Option<()> {
        let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        match character {
            '"' | '\\' => self.out.extend(['\\', character]),
            control if control < ' ' => self.out.extend(["\\u00", digits.get(digits.len() - 2..)?]),
            character => self.out.push(character),
        }
        Some(())
    }
}

/// Takes that many hexadecimal digits.
fn digits<'a>(characters: &mut Chars<'a>, count: usize) -> Option<&'a str> {
    let text = characters.as_str();
    let digits = text.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    *characters = text.get(count..)?.chars();
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_examples_of_the_platform_write_is_json() {
        let cases = [
            ("{'id':'1'}", r#"{"id":"1"}"#),
            ("{id:1}", r#"{"id":1}"#),
            (" { id : '1' , \n x_1:[ 'a',2 , {} , [] ] } ", r#"{"id":"1","x_1":["a",2,{},[]]}"#),
            ("{'text':'say \"ja\"'}", r#"{"text":"say \"ja\""}"#),
            (r"{'text':'it\'s \n / \/ \\ \u00e4'}", r#"{"text":"it's \n / \/ \\ \u00e4"}"#),
            (r#"{text:"it's"}"#, r#"{"text":"it's"}"#),
            ("{'text':'Grüße \u{1f600}'}", "{\"text\":\"Grüße \u{1f600}\"}"),
            (
                r"{'a': True, 'b': False, 'c': None, 'd': '\xa0\x07\U0001f600', 'e': -1.5e3}",
                "{\"a\":true,\"b\":false,\"c\":null,\"d\":\"\u{a0}\\u0007\u{1f600}\",\"e\":-1.5e3}",
            ),
        ];
        for (text, expected) in cases {
            let json = strict(text);
            assert_eq!(json, expected, "{text}");
            assert!(serde_json::from_str::<IgnoredAny>(&json).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_strict_or_no_json_stays_what_it_is() {
        let texts = [
            r#"{"id":"1"}"#,
            "[]",
            "",
            " ",
            "a",
            "'a'",
            "1",
            "{",
            "{id",
            "{id:",
            "{id:1",
            "{id:1,}",
            "[1,]",
            "{,}",
            "{id:USER}",
            "{id 1}",
            "{'id':1]",
            "[}",
            "{}}",
            "{'a",
            r"{'a\",
            r"{'a\x1",
            r"{'a\q':1}",
            "{'a\nb':1}",
            "{1:}",
            "{:1}",
            "[''",
            "{a:1 b:2}",
        ];
        for text in texts {
            assert!(matches!(strict(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}'a'{}", "[".repeat(depth), "]".repeat(depth));
        assert!(matches!(strict(&nested(DEPTH)), Cow::Owned(_)));
        assert!(matches!(strict(&nested(DEPTH + 1)), Cow::Borrowed(_)));
        assert!(matches!(strict(&"[".repeat(1 << 20)), Cow::Borrowed(_)));
    }
}
