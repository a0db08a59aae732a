//! Says in the words of a scenario's author what YAML's grammar objects to.

mod lines;

use serde_saphyr::granit_parser::ErrorKind;

use crate::diagnostics::Diagnostic;
use crate::node::Span;

/// Turns a syntax error at byte `at` into one that says what to write instead.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's enum is open, and what is left needs no advice"
)]
pub(super) fn syntax_error(text: &str, at: usize, kind: &ErrorKind, info: &str) -> Diagnostic {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    // The parser often notices only on the next line what is wrong with the one before it.
    let seen_from = text[..line_start.saturating_sub(1)].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if let Some(better) = expression_in_braces(text, seen_from, line_end) {
        return better;
    }
    let here = Span::new(at, text[at..line_end].chars().next().map_or(at, |first| at + first.len_utf8()));
    let word = Span::new(at, at + text[at..line_end].find([' ', ',', '}', ']']).unwrap_or(line_end - at));
    if let Some(open) = unclosed_bracket(text, at)
        .filter(|open| text[*open..at].contains('\n') || at >= text.trim_end().len())
        && !matches!(kind, ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent)
    {
        return unclosed(text, open);
    }
    match kind {
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement | ErrorKind::SimpleKeyExpected
            if text[line_start..line_end].contains(": ") =>
        {
            let problem = Diagnostic::new(here, "this colon begins a second value on the same line");
            if let Some(better) = lines::misplaced_colon(text, at) {
                better
            } else if lines::has_curly_quotes(text, at) {
                problem.help("use straight quotes, `\"` or `'`: the curly ones mean nothing to YAML")
            } else {
                problem
                    .help("put text that holds `: ` in quotes: `says: \"note: I am here\"`")
                    .note("a wrong indentation looks the same: compare this line with the ones above it")
            }
        }
        ErrorKind::UnknownAnchor => {
            let problem = Diagnostic::new(
                word,
                "`*` at the start of a value refers to an anchor, and there is none of this name",
            );
            let name = text[word.start..word.end].trim_start_matches('*');
            if name.chars().all(char::is_alphanumeric) {
                problem.help(format!(
                    "put text that begins with `*` in quotes, or name a value further up with `&{name}`"
                ))
            } else {
                problem.help("put text that begins with `*` in quotes")
            }
        }
        ErrorKind::MissingAnchorOrAliasName => {
            Diagnostic::new(word, "`&` and `*` at the start of a value have a meaning of their own in YAML")
                .help("put text that begins with `&` or `*` in quotes")
        }
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => no_text(here, *character),
        ErrorKind::UnexpectedCharacter { .. } => {
            Diagnostic::new(word, "a value cannot begin with this character").help("put the text in quotes")
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => lines::tab(text, line_start).unwrap_or_else(|| {
            Diagnostic::new(here, "a tab stands where YAML wants spaces").help("indent with spaces")
        }),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            let open = lines::open_quote(text, at).map_or(here, |open| Span::new(open, open + 1));
            Diagnostic::new(open, "this text has an opening quote and no closing one").help("add the closing quote")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar
            if "\"'{[".contains(text[at..].chars().next().unwrap_or(' ')) =>
        {
            Diagnostic::new(here, "a comma or a closing bracket was expected here")
                .help("put a comma between the entries of a list or a mapping")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => {
            Diagnostic::new(here, "something follows the closing quote")
                .help("inside single quotes an apostrophe is written `''`; or put the text in double quotes: `\"I don't know\"`")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            Diagnostic::new(here, "something follows the closing quote")
                .help("put the whole text inside the quotes; a quote within it is written `\\\"`")
        }
        ErrorKind::UnknownQuotedScalarEscape => Diagnostic::new(here, "this backslash sequence is not known")
            .help("write `\\\\` for a backslash, or use single quotes, in which a backslash is itself"),
        ErrorKind::UndeclaredTagHandle | ErrorKind::MissingTagUri => {
            Diagnostic::new(word, "`!` at the start of a value begins a tag in YAML")
                .help("put text that begins with `!` in quotes")
        }
        ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnclosedFlowCollection { .. } if text[at..].starts_with(['{', '[']) => unclosed(text, at),
        ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnclosedFlowCollection { .. } => {
            Diagnostic::new(here, "a `{` or `[` is not closed before this place").help("add the closing `}` or `]`")
        }
        ErrorKind::MismatchedFlowCollectionEnd { .. } | ErrorKind::MisplacedFlowCollectionEnd => {
            Diagnostic::new(here, "the brackets do not match")
                .help("each `{` needs its `}` and each `[` its `]`, the inner ones first; put text with brackets in quotes")
        }
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            Diagnostic::new(here, "a comma or the closing bracket was expected here")
                .help("inside `{ }` and `[ ]` put text in quotes that holds `,`, `:`, `?`, `{`, `}`, `[` or `]`")
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::BlockSequenceEntryNotAllowed => {
            Diagnostic::new(here, "this line does not fit the indentation of the lines above it")
                .help("keys of one mapping, and the dashes of one list, start in the same column")
        }
        ErrorKind::RecursionLimitExceeded => Diagnostic::new(here, "this is nested too deeply")
            .help("no scenario needs more than a few brackets inside each other; look for one that is not closed"),
        _ if text[line_start..].trim_start_matches('\u{feff}').starts_with('%') => {
            Diagnostic::new(here, "a line that begins with `%` is a directive of YAML")
                .help("leave it out; no file needs one here")
        }
        ErrorKind::SimpleKeyExpected if let Some(better) = lines::no_colon(text, at) => better,
        _ => Diagnostic::new(here, format!("this is not valid YAML: {}", lowercase_first(info)))
            .help("put text with special characters in quotes, and check the indentation of this line"),
    }
}

/// A character that no text can hold.
fn no_text(here: Span, character: char) -> Diagnostic {
    let number = u32::from(character);
    Diagnostic::new(here, "text cannot hold this character")
        .label(format!("it is U+{number:04X}"))
        .help(format!("take it out; inside double quotes it can be written `\\u{number:04x}`"))
}

/// A bracket that has no end.
fn unclosed(text: &str, open: usize) -> Diagnostic {
    let (bracket, closing) = if text[open..].starts_with('{') { ('{', '}') } else { ('[', ']') };
    Diagnostic::new(Span::new(open, open + 1), format!("this `{bracket}` is not closed"))
        .help(format!("add the `{closing}` that belongs to it"))
}

/// Finds an unquoted `${…}` inside `{ }` or `[ ]` between two bytes, which is what breaks most files.
pub(super) fn expression_in_braces(text: &str, from: usize, to: usize) -> Option<Diagnostic> {
    let line_start = text[..from].rfind('\n').map_or(0, |newline| newline + 1);
    let to = text[to..].find('\n').map_or(text.len(), |newline| to + newline);
    let mut depth = 0_usize;
    let mut quote = None;
    let mut previous = ' ';
    for (offset, character) in text[line_start..to].char_indices() {
        let at = line_start + offset;
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if " {[,:".contains(previous) => quote = Some(character),
            (None, '\n') => depth = 0,
            (None, '{') if previous == '$' && depth > 0 => {
                let length = text[at..to].find('}').map_or(1, |end| end + 1);
                let span = Span::new(at - 1, at + length);
                let written = &text[span.start..span.end];
                return Some(
                    Diagnostic::new(span, "an expression inside `{ }` or `[ ]` must be in quotes")
                        .label("YAML reads this brace as the start of a mapping")
                        .help(format!("put the whole value in quotes, as in `\"{written}\"`")),
                );
            }
            (None, '{' | '[') if " {[,:-".contains(previous) => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        previous = character;
    }
    None
}

/// Finds the innermost bracket before a byte that begins a collection and is still open there.
fn unclosed_bracket(text: &str, at: usize) -> Option<usize> {
    let mut open: Vec<usize> = Vec::new();
    let mut quote = None;
    let mut comment = false;
    let (mut previous, mut before_space) = ('\n', '\n');
    for (offset, character) in text[..at].char_indices() {
        let begins = "\n:-,{[".contains(if previous == ' ' { before_space } else { previous });
        match (quote, character) {
            (_, '\n') => comment = false,
            _ if comment => {}
            (Some(mark), _) if mark == character => quote = None,
            (Some(_), _) => {}
            (None, '#') if " \n".contains(previous) => comment = true,
            (None, '"' | '\'') if begins => quote = Some(character),
            (None, '{' | '[') if begins => open.push(offset),
            (None, '}' | ']') => drop(open.pop()),
            (None, _) => {}
        }
        if character != ' ' {
            before_space = character;
        }
        previous = character;
    }
    open.pop()
}

fn lowercase_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or(String::new(), |first| first.to_lowercase().collect::<String>() + characters.as_str())
}
