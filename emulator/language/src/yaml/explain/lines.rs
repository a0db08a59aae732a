//! Mistakes that show in the lines around an error rather than in what the grammar says of it.

use crate::diagnostics::Diagnostic;
use crate::node::Span;

/// The part of a text that a line is.
struct Line<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    /// The line that holds a byte.
    fn at(text: &'t str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        Self { start, text: text[start..end].trim_end_matches('\r') }
    }

    /// The line above that holds something.
    fn above(&self, text: &'t str) -> Option<Self> {
        let mut above = Self::at(text, self.start.checked_sub(1)?);
        while above.text.trim().is_empty() || above.text.trim_start().starts_with('#') {
            above = Self::at(text, above.start.checked_sub(1)?);
        }
        Some(above)
    }

    /// Where its first key stands, behind the dashes of lists, and the rest of the line from there.
    fn content(&self) -> (usize, &'t str) {
        let mut rest = self.text;
        loop {
            let trimmed = rest.trim_start_matches(' ');
            match trimmed.strip_prefix("- ") {
                Some(behind) => rest = behind,
                None => return (self.start + self.text.len() - trimmed.len(), trimmed),
            }
        }
    }

    fn column(&self, at: usize) -> usize {
        at - self.start
    }
}

/// The word before the first colon.
fn key(content: &str) -> Option<(&str, &str)> {
    let (key, behind) = content.split_once(':')?;
    let is_word = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    is_word.then_some((key, behind))
}

/// Finds why a line with a colon is not a key with its value: most often it is the line above that is wrong.
pub(super) fn misplaced_colon(text: &str, at: usize) -> Option<Diagnostic> {
    let here = Line::at(text, at);
    let (start, content) = here.content();
    let (written, _) = key(content)?;
    let is_first_colon = at == start + written.len();
    let above = here.above(text).filter(|_| is_first_colon)?;
    if let Some(problem) = missing_space(&above) {
        return Some(problem);
    }
    let (key_above, content_above) = above.content();
    let (name, value) = key(content_above)?;
    let takes_more = !value.trim().is_empty() && here.column(start) > above.column(key_above);
    takes_more.then(|| {
        Diagnostic::new(Span::new(start, at), "this line is indented deeper than the value above it")
            .label(format!("YAML takes it as more of the value of `{name}`"))
            .help(format!("begin `{written}` in the same column as `{name}`"))
    })
}

/// Finds a colon or a dash without the space that YAML wants behind it.
fn missing_space(line: &Line<'_>) -> Option<Diagnostic> {
    let (start, content) = line.content();
    if let Some(behind) = content.strip_prefix('-').filter(|behind| key(behind).is_some()) {
        return Some(
            Diagnostic::new(Span::new(start, start + 1), "there is no space behind this dash")
                .help(format!("write `- {behind}`")),
        );
    }
    let (name, behind) = key(content)?;
    let next = behind.chars().next().filter(|next| !" /:".contains(*next))?;
    let at = start + name.len();
    let problem = if next.is_whitespace() {
        let number = u32::from(next);
        Diagnostic::new(Span::new(at, at + 1), "there is no ordinary space behind this colon")
            .label(format!("what looks like one is the character U+{number:04X}"))
    } else {
        Diagnostic::new(Span::new(at, at + 1), "there is no space behind this colon")
    };
    Some(problem.help(format!("write `{name}: {}`", behind.trim())))
}

/// Says that a line with something written on it has no colon.
pub(super) fn no_colon(text: &str, at: usize) -> Option<Diagnostic> {
    let here = Line::at(text, at);
    let (start, content) = here.content();
    let is_in_block = here.above(text).is_some_and(|above| above.text.trim_end().ends_with(['|', '>']));
    if content.contains(": ") || content.trim_end().ends_with(':') || content.is_empty() {
        return None;
    }
    if is_in_block {
        return Some(
            Diagnostic::new(
                Span::new(start, start + content.len()),
                "this line is no part of the text block above",
            )
            .help("indent the lines of a text block deeper than its key"),
        );
    }
    let problem = missing_space(&here);
    Some(problem.unwrap_or_else(|| {
        Diagnostic::new(Span::new(start, start + content.len()), "this line has no key")
            .label("a colon is missing")
            .help(format!("write `{}:` and its value behind it or below", content.trim()))
    }))
}

/// Finds a tab from a byte on, in its line or the next one.
pub(super) fn tab(text: &str, at: usize) -> Option<Diagnostic> {
    let two = text[at..].match_indices('\n').nth(1).map_or(text.len(), |(newline, _)| at + newline);
    let found = at + text[at..two].find('\t')?;
    Some(
        Diagnostic::new(Span::new(found, found + 1), "a tab stands where YAML wants spaces")
            .help("indent with spaces"),
    )
}

/// Tells whether the line has the curly quotes of a word processor.
pub(super) fn has_curly_quotes(text: &str, at: usize) -> bool {
    Line::at(text, at).text.contains(['“', '”', '„', '‘', '’'])
}

/// Finds the quote that is open at a byte.
pub(super) fn open_quote(text: &str, at: usize) -> Option<usize> {
    let mut open: Option<(usize, char)> = None;
    let mut comment = false;
    let mut escaped = false;
    let mut previous = '\n';
    for (offset, character) in text[..at].char_indices() {
        match open {
            _ if comment => comment = character != '\n',
            Some((_, '"')) if escaped => escaped = false,
            Some((_, '"')) if character == '\\' => escaped = true,
            Some((_, mark)) if mark == character => open = None,
            Some(_) => {}
            None if character == '#' && " \n".contains(previous) => comment = true,
            None if "\"'".contains(character) && " \n{[,".contains(previous) => {
                open = Some((offset, character));
            }
            None => {}
        }
        previous = character;
    }
    open.map(|(offset, _)| offset)
}
