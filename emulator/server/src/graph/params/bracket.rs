//! Names with brackets, as `recipient[id]` and `elements[0][title]`: they are members and items of
//! one value (M-13). Indices and `[]` mean what they mean in PHP, whose notation this is.
//!
//! **Invariant:** names longer than [`NAME`] or deeper than [`DEPTH`] are no such names, so that
//! neither time nor stack depends on what somebody makes up.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::DEPTH;
use crate::escape::Dialect;

/// The longest name that is taken apart, in bytes.
const NAME: usize = 1_024;

/// A name, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bracketed<'a> {
    pub(super) base: &'a str,
    steps: Vec<&'a str>,
}

impl<'a> Bracketed<'a> {
    /// Nothing when the name is a plain one.
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        let (base, mut rest) = name.split_at_checked(name.find('[')?)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, behind) = rest.strip_prefix('[')?.split_once(']')?;
            steps.push(step);
            rest = behind;
        }
        let bounded = name.len() <= NAME && steps.len() <= DEPTH;
        (bounded && !base.is_empty()).then_some(Self { base, steps })
    }
}

/// A value in the making: a text, or else members.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    text: Option<Cow<'a, str>>,
    members: Vec<(String, Self)>,
    /// The index that `[]` means next.
    next: u32,
}

impl<'a> Tree<'a> {
    /// Puts a value at its place. What was there before gives way.
    pub(super) fn put(&mut self, name: &Bracketed<'_>, value: Cow<'a, str>) {
        let mut place = self;
        for step in &name.steps {
            place = place.at(step);
        }
        *place = Self { text: Some(value), ..Self::default() };
    }

    fn at(&mut self, step: &str) -> &mut Self {
        self.text = None;
        let key = if step.is_empty() { self.next.to_string() } else { step.to_owned() };
        if let Some(index) = index(&key) {
            self.next = self.next.max(index.saturating_add(1));
        }
        let known = self.members.iter().position(|(known, _)| *known == key);
        let at = known.unwrap_or_else(|| {
            self.members.push((key, Self::default()));
            self.members.len() - 1
        });
        &mut self.members[at].1
    }

    /// The value as JSON; every leaf is a string.
    pub(super) fn json(&self) -> Option<Box<RawValue>> {
        let mut out = String::new();
        self.write(&mut out);
        RawValue::from_string(out).ok()
    }

    fn write(&self, out: &mut String) {
        if let Some(text) = &self.text {
            return Dialect::Graph.string(out, text);
        }
        let mut members: Vec<_> = self.members.iter().collect();
        let is_list = members.iter().all(|(key, _)| index(key).is_some());
        if is_list {
            members.sort_by_key(|(key, _)| index(key));
        }
        out.push(if is_list { '[' } else { '{' });
        for (position, (key, value)) in members.into_iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            if !is_list {
                Dialect::Graph.string(out, key);
                out.push(':');
            }
            value.write(out);
        }
        out.push(if is_list { ']' } else { '}' });
    }
}

fn index(key: &str) -> Option<u32> {
    key.parse().ok().filter(|index: &u32| index.to_string() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(pairs: &[(&str, &str)]) -> String {
        let mut tree = Tree::default();
        for (name, value) in pairs {
            tree.put(&Bracketed::parse(name).unwrap(), Cow::Owned((*value).to_owned()));
        }
        tree.json().unwrap().get().to_owned()
    }

    #[test]
    fn names_are_taken_apart_at_their_brackets() {
        let parsed = |name| Bracketed::parse(name).map(|name| (name.base, name.steps));
        assert_eq!(parsed("a[b][0][]"), Some(("a", vec!["b", "0", ""])));
        assert_eq!(parsed("a[b c][d]"), Some(("a", vec!["b c", "d"])));
        for plain in ["", "a", "[", "[a]", "a[", "a[b", "a]b[", "a[b]c", "a[b]c[d]", "a]"] {
            assert_eq!(parsed(plain), None, "{plain}");
        }
        let deep = |depth: usize| format!("a{}", "[b]".repeat(depth));
        assert!(Bracketed::parse(&deep(DEPTH)).is_some());
        assert!(Bracketed::parse(&deep(DEPTH + 1)).is_none());
        assert!(Bracketed::parse(&format!("a[{}]", "b".repeat(NAME))).is_none());
    }

    #[test]
    fn members_and_items_find_each_other() {
        let cases: [(&[(&str, &str)], &str); 8] = [
            (&[("r[id]", "1")], r#"{"id":"1"}"#),
            (&[("m[text]", "\"ä/")], r#"{"text":"\"\u00e4\/"}"#),
            (
                &[("m[q][0][t]", "a"), ("m[text]", "hi"), ("m[q][0][p]", "b"), ("m[q][1][t]", "c")],
                r#"{"q":[{"t":"a","p":"b"},{"t":"c"}],"text":"hi"}"#,
            ),
            (&[("f[]", "a"), ("f[]", "b")], r#"["a","b"]"#),
            (&[("f[1]", "b"), ("f[0]", "a"), ("f[7]", "c"), ("f[]", "d")], r#"["a","b","c","d"]"#),
            (&[("f[01]", "a")], r#"{"01":"a"}"#),
            (&[("f[0]", "a"), ("f[x]", "b")], r#"{"0":"a","x":"b"}"#),
            (
                &[("f[a]", "1"), ("f[a][b]", "2"), ("f[c][d]", "3"), ("f[c]", "4")],
                r#"{"a":{"b":"2"},"c":"4"}"#,
            ),
        ];
        for (pairs, expected) in cases {
            assert_eq!(built(pairs), expected);
        }
        assert_eq!(
            built(&[("f[4294967295]", "a"), ("f[]", "b")]),
            r#"["b"]"#,
            "the last index is taken twice"
        );
    }
}
