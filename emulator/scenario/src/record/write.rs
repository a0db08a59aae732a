//! Writes YAML as a person would: short mappings in braces, long ones in lines of their own, spoken text in quotes.

use std::fmt::Write as _;

use super::tree::{Line, Tree, is_taken};

/// How long a line with braces may become, in characters.
const WIDTH: usize = 112;
/// How deep braces may stand in each other.
const DEPTH: usize = 2;

/// Appends an entry of a mapping that begins at this column.
pub(crate) fn entry(out: &mut String, indent: usize, key: &str, value: &Tree) {
    let _ = write!(out, "{}{}:", " ".repeat(indent), written_key(key));
    behind_key(out, indent, key, value);
}

/// Appends the lines of `steps:`.
pub(crate) fn steps(out: &mut String, lines: &[Line]) {
    for line in lines {
        match line {
            Line::Step(entries) => item(out, 2, entries),
            Line::Remark(text) => remark(out, 2, text),
        }
    }
}

/// Appends a comment.
pub(crate) fn remark(out: &mut String, indent: usize, text: &str) {
    for line in text.lines() {
        let shown: String = line.chars().map(|it| if needs_escape(it) { ' ' } else { it }).collect();
        let _ = writeln!(out, "{}# {}", " ".repeat(indent), shown.trim_end());
    }
}

fn item(out: &mut String, indent: usize, entries: &[(String, Tree)]) {
    for (index, (key, value)) in entries.iter().enumerate() {
        let mut line = String::new();
        entry(&mut line, indent + 2, key, value);
        if index == 0 {
            line.replace_range(indent..=indent, "-");
        }
        out.push_str(&line);
    }
}

/// The value behind a key, from the colon to the end of the line.
fn behind_key(out: &mut String, indent: usize, key: &str, value: &Tree) {
    if let Tree::Text(text) = value
        && reads_well_in_lines(text)
    {
        out.push_str(" |-\n");
        for line in text.split('\n') {
            let indent = if line.is_empty() { 0 } else { indent + 2 };
            let _ = writeln!(out, "{}{line}", " ".repeat(indent));
        }
        return;
    }
    let mut inline = String::new();
    flow(&mut inline, value);
    let fits = depth(value) <= DEPTH && indent + key.chars().count() + 2 + inline.chars().count() <= WIDTH;
    match value {
        Tree::Map(entries) if !fits && !entries.is_empty() => {
            out.push('\n');
            for (key, value) in entries {
                entry(out, indent + 2, key, value);
            }
        }
        Tree::List(items) if !fits && !items.is_empty() => {
            out.push('\n');
            for value in items {
                list_item(out, indent + 2, value);
            }
        }
        Tree::Word(_)
        | Tree::Title(_)
        | Tree::Text(_)
        | Tree::Number(_)
        | Tree::Bool(_)
        | Tree::Null
        | Tree::List(_)
        | Tree::Map(_) => {
            let _ = writeln!(out, " {inline}");
        }
    }
}

fn list_item(out: &mut String, indent: usize, value: &Tree) {
    let mut inline = String::new();
    flow(&mut inline, value);
    let fits = depth(value) <= DEPTH && indent + 2 + inline.chars().count() <= WIDTH;
    match value {
        Tree::Map(entries) if !fits && !entries.is_empty() => item(out, indent, entries),
        Tree::Word(_)
        | Tree::Title(_)
        | Tree::Text(_)
        | Tree::Number(_)
        | Tree::Bool(_)
        | Tree::Null
        | Tree::List(_)
        | Tree::Map(_) => {
            let _ = writeln!(out, "{}- {inline}", " ".repeat(indent));
        }
    }
}

/// How many mappings stand in each other.
fn depth(value: &Tree) -> usize {
    match value {
        Tree::Map(entries) => 1 + entries.iter().map(|(_, value)| depth(value)).max().unwrap_or_default(),
        Tree::List(items) => items.iter().map(depth).max().unwrap_or_default(),
        Tree::Word(_) | Tree::Title(_) | Tree::Text(_) | Tree::Number(_) | Tree::Bool(_) | Tree::Null => 0,
    }
}

/// The value on one line.
fn flow(out: &mut String, value: &Tree) {
    match value {
        Tree::Word(word) if is_plain(word) => out.push_str(word),
        Tree::Title(title) if is_calm(title) => out.push_str(title),
        Tree::Word(text) | Tree::Title(text) | Tree::Text(text) => quoted(out, text),
        Tree::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Tree::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Tree::Null => out.push_str("null"),
        Tree::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                flow(out, item);
            }
            out.push(']');
        }
        Tree::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                let _ = write!(out, "{}: ", written_key(key));
                flow(out, value);
            }
            out.push('}');
        }
    }
}

fn written_key(key: &str) -> String {
    let mut out = String::new();
    // The language has a key of that name.
    if is_plain(key) && (!is_taken(key) || key == "on") {
        out.push_str(key);
    } else {
        quoted(&mut out, key);
    }
    out
}

/// True for what is the same without quotes everywhere, and no other kind of value where texts are meant.
fn is_plain(word: &str) -> bool {
    let begins = |first: char| first.is_ascii_alphanumeric() || matches!(first, '_' | '+' | '/');
    let goes_on = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '+' | '-' | '/' | '.' | ' ');
    // A path upwards is plain; other dots in front begin numbers and ends of documents.
    word.trim_start_matches("../").starts_with(begins)
        && word.chars().all(goes_on)
        && !word.ends_with(' ')
        && !word.contains("  ")
}

/// True for a name that is the same without quotes where it stands alone on its line.
fn is_calm(text: &str) -> bool {
    let calm = |it: char| it.is_alphanumeric() || " ,.'-_()/;!".contains(it);
    text.starts_with(char::is_alphabetic)
        && text.chars().all(calm)
        && !text.ends_with(' ')
        && !text.contains("  ")
        && !is_taken(text)
}

/// Several lines that are the same in a block of text, and easier to read there.
fn reads_well_in_lines(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with('\n')
        && text.split('\n').all(|line| !line.ends_with([' ', '\t']) && !line.starts_with('\t'))
        && text.chars().all(|it| it == '\n' || !needs_escape(it))
}

/// What does not survive in a file as it is, or is not seen there.
fn needs_escape(it: char) -> bool {
    it.is_control()
        || matches!(it,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{a0}' | '\u{ad}'
            | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}')
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            it if needs_escape(it) => {
                let _ = write!(out, "\\u{:04X}", u32::from(it));
            }
            it => out.push(it),
        }
    }
    out.push('"');
}
