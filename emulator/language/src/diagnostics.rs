//! Errors of a file as a person reads them: where, what, and how to mend it.
//!
//! Reading collects every diagnostic instead of stopping at the first. Rendering gives text; nothing is printed here.

use std::fmt;
use std::sync::{Arc, OnceLock};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::node::Span;

/// A text together with the name it is shown under.
#[derive(Debug)]
pub struct SourceText {
    /// The path of the file as the user gave it, or a name such as `request body`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where its lines begin, once somebody has asked.
    lines: OnceLock<Vec<usize>>,
}

impl PartialEq for SourceText {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for SourceText {}

impl SourceText {
    /// Wraps a text that will be pointed into.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), lines: OnceLock::new() })
    }

    /// Gives line and column, both counted from one and the column in characters.
    #[must_use]
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let begin = self.lines.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        });
        let line = begin.partition_point(|start| *start <= before.len());
        let start = begin.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line, before.get(start..).unwrap_or("").chars().count() + 1)
    }
}

/// How a diagnostic is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// With the escape sequences of a terminal.
    Always,
    /// Text only.
    Never,
}

/// One error in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The text the span points into; evaluation leaves it open and [`Diagnostic::in_file`] fills it in.
    pub file: Option<Arc<SourceText>>,
    /// Where the error is.
    pub span: Span,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to say at the caret.
    pub label: Option<String>,
    /// How to mend it.
    pub help: Option<String>,
    /// What else helps to understand it.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// Makes an error that points at a place.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { file: None, span, message: message.into(), label: None, help: None, notes: Vec::new() }
    }

    /// Says something at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says how to mend it, where there is a way.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds what else helps to understand it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The error for a token of the real platform, which has been taken out of the text.
    pub fn real_token(span: Span) -> Self {
        Self::new(span, "this looks like an access token of the real platform")
            .label("it is shown and kept nowhere")
            .help("make a token up, such as `shopbot-page-token`, or leave it out to get one")
    }

    /// Names the text the span points into, unless it is known already.
    #[must_use]
    pub fn in_file(mut self, file: &Arc<SourceText>) -> Self {
        self.file.get_or_insert_with(|| Arc::clone(file));
        self
    }

    /// What makes it the same error as one that was found on another way: its file, its place and what it says.
    pub fn identity(&self) -> (String, usize, String) {
        let file = self.file.as_ref().map_or_else(String::new, |file| file.name.clone());
        (file, self.span.start, self.message.clone())
    }

    /// Draws the error with its source line and a caret.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        let mut main = Group::with_title(Level::ERROR.primary_title(self.message.as_str()));
        if let Some(file) = &self.file {
            let span = visible(&file.text, self.span);
            let mut mark = AnnotationKind::Primary.span(span);
            if let Some(label) = &self.label {
                mark = mark.label(label.as_str());
            }
            main =
                main.element(Snippet::source(file.text.as_str()).path(file.name.as_str()).annotation(mark));
        }
        let notes =
            self.notes.iter().map(|note| Group::with_title(Level::NOTE.secondary_title(note.as_str())));
        let help = self.help.iter().map(|help| Group::with_title(Level::HELP.secondary_title(help.as_str())));
        let report: Vec<Group<'_>> = std::iter::once(main).chain(notes).chain(help).collect();
        let renderer = match colour {
            Colour::Always => Renderer::styled(),
            Colour::Never => Renderer::plain(),
        };
        renderer.render(&report)
    }
}

impl fmt::Display for Diagnostic {
    /// Writes the error on one line: `file:line:column: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            let (line, column) = file.position(self.span.start);
            write!(f, "{}:{line}:{column}: ", file.name)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// How many errors are shown. More help nobody, and each costs a look through its whole text.
pub const MOST_SHOWN: usize = 50;

/// Draws the errors, one empty line between them and a line break after the last; of very many only the first.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], colour: Colour) -> String {
    let drawn = diagnostics
        .iter()
        .take(MOST_SHOWN)
        .map(|diagnostic| format!("{}\n", diagnostic.render(colour).trim_end()));
    let mut out = drawn.collect::<Vec<_>>().join("\n");
    if let more @ 1.. = diagnostics.len().saturating_sub(MOST_SHOWN) {
        out.push_str("\nand ");
        out.push_str(&more.to_string());
        out.push_str(" more, not shown\n");
    }
    out
}

/// Finds the candidate that was most likely meant by a misspelt word.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let length = candidate.chars().count();
            let longer = length.max(wanted.chars().count());
            // Words of two letters have nothing in common if they differ in one.
            *distance <= ((longer + 1) / 3).max(1) && *distance < length && 2 * *distance < longer
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Says that a key has run into its value, as in `{owner:idle}`.
pub(crate) fn missing_space(word: &str, candidates: &[&str]) -> Option<String> {
    let (key, value) = word.split_once(':')?;
    candidates.contains(&key).then(|| format!("put a space after the colon: `{key}: {value}`"))
}

/// Writes a help line for an unknown word: the likely one, or all there are.
pub fn suggestion(word: &str, candidates: &[&str], none: &str) -> String {
    if let Some(help) = missing_space(word, candidates) {
        return help;
    }
    match did_you_mean(word, candidates.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if candidates.is_empty() => none.to_owned(),
        None => format!("use {}", one_of(candidates)),
    }
}

/// The words that a list shows: all, unless more than one would be left out.
pub(crate) fn listed<'w, 'a>(words: &'w [&'a str]) -> &'w [&'a str] {
    if words.len() > MOST_LISTED + 1 { &words[..MOST_LISTED] } else { words }
}

/// Writes words as a choice: "`a`, `b` or `c`".
pub(crate) fn one_of(words: &[&str]) -> String {
    let shown = listed(words);
    let mut quoted: Vec<String> = shown.iter().map(|word| format!("`{word}`")).collect();
    if words.len() > shown.len() {
        quoted.push(format!("one of {} others", words.len() - shown.len()));
    }
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// How many names a message lists before it only counts them.
const MOST_LISTED: usize = 16;

/// Counts the letters to insert, drop, replace or swap with a neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(left != right);
            let mut best = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *right && b[j - 1] == *left {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

/// Cuts a span to what can be drawn: inside the text, on character borders, and at least one column of one line.
fn visible(text: &str, span: Span) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(span.start), floor(span.end));
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let end = if text[start..end.max(start)].contains('\n') { line_end } else { end.max(start) };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_word_only_when_it_is_near() {
        let words = ["says", "sends", "takes_control", "passes_control"];
        for (word, expected) in [
            ("say", Some("says")),
            ("sned", Some("sends")),
            ("sedns", Some("sends")),
            ("take_control", Some("takes_control")),
            ("passescontrol", Some("passes_control")),
            ("Says", Some("says")),
            ("x", None),
            ("flies", None),
        ] {
            assert_eq!(did_you_mean(word, words), expected, "{word}");
        }
    }

    #[test]
    fn positions_count_lines_and_letters_from_one() {
        let file = SourceText::new("a.yaml", "ä: 1\n\nb: 2");
        let positions = [0, 2, 5, 6, 7, 10, 99].map(|offset| file.position(offset));
        assert_eq!(positions, [(1, 1), (1, 2), (1, 5), (2, 1), (3, 1), (3, 4), (3, 5)]);
    }

    #[test]
    fn renders_line_column_caret_and_help() {
        let file = SourceText::new("a.yaml", "steps:\n  - usr: ana\n");
        let diagnostic = Diagnostic::new(Span::new(11, 14), "no actor in this step")
            .label("unknown key")
            .help("did you mean `user`?")
            .in_file(&file);
        assert_eq!(diagnostic.to_string(), "a.yaml:2:5: no actor in this step");
        let plain = diagnostic.render(Colour::Never);
        for part in
            ["error: no actor in this step", "a.yaml:2:5", "- usr: ana", "^^^ unknown key", "help: did you"]
        {
            assert!(plain.contains(part), "{part} in\n{plain}");
        }
        assert!(!plain.contains('\u{1b}'));
        assert!(diagnostic.render(Colour::Always).contains('\u{1b}'));
    }

    #[test]
    fn a_span_outside_the_text_or_over_lines_is_drawn_anyway() {
        let file = SourceText::new("a.yaml", "ä: 1\nb: 2");
        for span in [Span::new(1, 2), Span::new(0, 9), Span::new(50, 60), Span::new(5, 5)] {
            assert!(Diagnostic::new(span, "wrong").in_file(&file).render(Colour::Never).contains("a.yaml:"));
        }
    }
}
