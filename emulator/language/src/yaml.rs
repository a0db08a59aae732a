//! Reads YAML, and with it JSON, into [`Node`]s. This is the one file that knows the YAML library.
//!
//! It builds on the library's events rather than on its serde side: the events carry the style of a scalar and the
//! true end of every collection, both of which serde has no room for. Tags, merge keys and keys that are not scalars
//! are refused, since a step has no use for them and each would hide a mistake.

mod explain;

use std::collections::HashMap;
use std::sync::Arc;

use emulator_core::{real_token, without_real_tokens};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as Range, options};

use crate::diagnostics::{Diagnostic, SourceText};
use crate::node::{Key, Node, NodeKind, Span};
use crate::seen::Seen;

/// More nodes than any scenario has, and enough for a world of a hundred thousand people.
const MOST_NODES: usize = 1_000_000;

/// More nodes than anybody repeats with aliases; aliases of aliases would reach it.
const MOST_REPEATED: usize = 200_000;

/// Reads every document of a text, be it YAML or JSON.
///
/// The documents before the first error are given too, so that their own errors can be reported along with it.
/// Documents without any content are left out. A text that holds what looks like a token of the real platform is not
/// read at all, and the token is not shown.
pub fn read(file: &Arc<SourceText>) -> (Vec<Node>, Vec<Diagnostic>) {
    if let Some(token) = real_token(file.text.as_bytes()) {
        let without = SourceText::new(file.name.clone(), without_real_tokens(&file.text));
        let span = Span { start: token.start, end: token.start + 1 };
        return (Vec::new(), vec![Diagnostic::real_token(span).in_file(&without)]);
    }
    let mut reader = Reader::new(file);
    let mut documents = Vec::new();
    loop {
        match reader.document() {
            Ok(Some(node)) => {
                if !(node.is_null() && !node.quoted && node.source.is_empty()) {
                    documents.push(node);
                }
            }
            Ok(None) => break,
            Err(diagnostic) => {
                reader.problems.push(*diagnostic);
                break;
            }
        }
    }
    let problems = reader.problems.into_iter().map(|problem| problem.in_file(file)).collect();
    (documents, problems)
}

/// What an unquoted scalar is: the kinds of JSON, and text for all else (`no`, `+24h`, `0123`, `1_000`).
fn plain_kind(source: &str) -> NodeKind {
    match source {
        "" | "~" | "null" | "Null" | "NULL" => return NodeKind::Null,
        "true" | "True" | "TRUE" => return NodeKind::Bool(true),
        "false" | "False" | "FALSE" => return NodeKind::Bool(false),
        _ => {}
    }
    if !source.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return NodeKind::Text;
    }
    match serde_json::from_str::<serde_json::Number>(source) {
        // A whole number too large for 64 bits would lose digits, so it stays a text.
        Ok(number) if number.is_f64() && source.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            NodeKind::Text
        }
        Ok(number) => NodeKind::Number(number),
        Err(_) => NodeKind::Text,
    }
}

type Failure = Box<Diagnostic>;

struct Reader<'text> {
    file: &'text SourceText,
    text: &'text str,
    events: Parser<'text, serde_saphyr::granit_parser::StrInput<'text>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    /// How many of them aliases stand for.
    repeated: usize,
    problems: Vec<Diagnostic>,
}

impl<'text> Reader<'text> {
    fn new(file: &'text SourceText) -> Self {
        let text = file.text.as_str();
        let settings = options! { emit_comments: false };
        Self {
            file,
            text,
            events: Parser::new_from_str_with_options(text, settings),
            anchors: HashMap::new(),
            nodes: 0,
            repeated: 0,
            problems: Vec::new(),
        }
    }

    fn next(&mut self) -> Result<Option<(Event<'text>, Span)>, Failure> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, range))) => Ok(Some((event, self.span(&range)))),
            Some(Err(error)) => Err(self.explain(&error)),
        }
    }

    fn span(&self, range: &Range) -> Span {
        range
            .byte_range()
            .map_or(Span::new(self.text.len(), self.text.len()), |bytes| Span::new(bytes.start, bytes.end))
    }

    fn explain(&self, error: &ScanError) -> Failure {
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        Box::new(explain::syntax_error(self.text, at, error.kind(), &error.info()))
    }

    /// Reads up to the end of the next document.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum is open")]
    fn document(&mut self) -> Result<Option<Node>, Failure> {
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamStart | Event::DocumentStart(..) => self.anchors.clear(),
                Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(None),
                event => return self.node(event, span).map(Some),
            }
        }
        Ok(None)
    }

    /// Reads the node that starts with this event.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum is open")]
    fn node(&mut self, event: Event<'text>, span: Span) -> Result<Node, Failure> {
        self.nodes += 1;
        if self.nodes > MOST_NODES || self.repeated > MOST_REPEATED {
            let problem = Diagnostic::new(span, "this file holds more values than a scenario can have");
            return Err(Box::new(
                problem.help("split it into several files; what `*` repeats counts each time"),
            ));
        }
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                let quoted = style != ScalarStyle::Plain;
                // The parser gives `~` for a value that was left out.
                let left_out = !quoted && span.start == span.end;
                let source = if left_out { String::new() } else { text.into_owned() };
                let kind = if quoted { NodeKind::Text } else { plain_kind(&source) };
                (Node { kind, span, source, quoted }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                (self.list(span)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                (self.map(span)?, anchor)
            }
            Event::Alias(id) => {
                let known = self.anchors.get(&id).cloned();
                let node = known.ok_or_else(|| {
                    Diagnostic::new(span, "an alias cannot stand inside what it names")
                        .help("write the value out here, or put it in quotes if it is text")
                })?;
                self.repeated += size(&node);
                (node, 0)
            }
            _ => return Err(Box::new(Diagnostic::new(span, "a value was expected here"))),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, start: Span) -> Result<Node, Failure> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            match self.next()? {
                Some((Event::SequenceEnd, end)) => {
                    let span = around(start, end, items.last().map(|item| item.span));
                    return Ok(Node {
                        kind: NodeKind::List(items),
                        span,
                        source: String::new(),
                        quoted: false,
                    });
                }
                Some((event, span)) => items.push(self.node(event, span)?),
                None => return Err(Box::new(Diagnostic::new(start, "this list has no end"))),
            }
        }
    }

    fn map(&mut self, start: Span) -> Result<Node, Failure> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut keys = Seen::default();
        let mut last = None;
        loop {
            let (event, span) = match self.next()? {
                Some((Event::MappingEnd, end)) => {
                    let span = around(start, end, last);
                    return Ok(Node {
                        kind: NodeKind::Map(entries),
                        span,
                        source: String::new(),
                        quoted: false,
                    });
                }
                Some(found) => found,
                None => return Err(Box::new(Diagnostic::new(start, "this mapping has no end"))),
            };
            let before = self.problems.len();
            let key = self.key(event, span)?;
            let is_refused = self.problems.len() > before;
            let Some((event, span)) = self.next()? else {
                return Err(Box::new(Diagnostic::new(key.span, format!("`{}` has no value", key.name))));
            };
            let mut value = self.node(event, span)?;
            if value.is_null() && value.source.is_empty() {
                value.span = Span::new(key.span.end, key.span.end);
            }
            last = Some(value.span);
            if is_refused {
                continue;
            }
            match keys.before(key.name.clone(), key.span.start) {
                Some(first) => {
                    let (line, _) = self.file.position(*first);
                    let problem = Diagnostic::new(
                        key.span,
                        format!("the key `{}` comes twice in one mapping", key.name),
                    )
                    .label(format!("the first one is on line {line}"))
                    .help("remove one of the two, or join them into one");
                    self.problems.push(problem);
                }
                None => entries.push((key, value)),
            }
        }
    }

    fn key(&mut self, event: Event<'text>, span: Span) -> Result<Key, Failure> {
        let flow = self.text[span.start..].starts_with('{');
        let node = self.node(event, span)?;
        if !node.is_scalar() {
            let problem = Diagnostic::new(node.span, "a key must be a single word or text");
            let problem = match explain::expression_in_braces(self.text, node.span.start, node.span.end) {
                Some(better) => better,
                None if flow => problem.help("a value with braces of its own is written in quotes"),
                None => problem.help("write the key on one line, without `[` or `{`"),
            };
            return Err(Box::new(problem));
        }
        if node.source == "<<" && !node.quoted {
            let problem = Diagnostic::new(node.span, "merge keys (`<<`) are not used here")
                .help("name the shared mapping with `&name` and use it as a whole with `*name`, or write its keys out");
            self.problems.push(problem);
        }
        Ok(Key { name: node.source, span: node.span })
    }

    fn refuse_tag(&mut self, tagged: bool, span: Span) {
        if tagged {
            let before = self.text[..span.start].rfind('!').unwrap_or(span.start);
            let problem = Diagnostic::new(Span::new(before, span.end), "tags (`!…`) are not used here")
                .help("leave the tag out; put text that begins with `!` in quotes");
            self.problems.push(problem);
        }
    }
}

/// Gives the extent of a collection: to its closing bracket, or to its last child where it has none.
fn around(start: Span, end: Span, last: Option<Span>) -> Span {
    let inner = last.map_or(start.end, |last| last.end);
    if end.end > end.start {
        Span::new(start.start, end.end)
    } else {
        Span::new(start.start, inner.max(start.start))
    }
}

/// Counts the nodes of a tree.
fn size(node: &Node) -> usize {
    let entries = node.entries().unwrap_or_default().iter().map(|(_, value)| size(value)).sum::<usize>();
    let items = node.items().unwrap_or_default().iter().map(size).sum::<usize>();
    1 + entries + items
}

#[cfg(test)]
mod tests;
