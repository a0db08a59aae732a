//! What the crates may do that the compiler would let them: on whom they depend, and how the language reads words.

use std::path::Path;

use super::{Complaint, complaint};

/// The crates of the emulator that each crate may depend on.
const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("language", &["core"]),
    ("server", &["core"]),
    ("scenario", &["core", "language", "server"]),
    ("console", &["core", "language", "server", "scenario"]),
    ("cli", &["core", "language", "server", "scenario", "console"]),
];

/// What the manifest of a crate begins its own dependencies with.
const PREFIX: &str = "emulator-";

/// Dependencies point one way.
pub(super) fn depends_on_what_it_may(path: &Path, text: &str) -> Vec<Complaint> {
    let crates = DEPENDENCIES.iter();
    let Some((name, allowed)) =
        crates.copied().find(|(name, _)| path == Path::new("emulator").join(name).join("Cargo.toml"))
    else {
        return Vec::new();
    };
    let forbidden = |line: &str| {
        let other = line.strip_prefix(PREFIX)?.split(['.', ' ', '=']).next()?;
        (!allowed.contains(&other)).then(|| format!("{name} may not depend on {PREFIX}{other}"))
    };
    let lines = text.lines().enumerate();
    lines.filter_map(|(index, line)| Some(complaint(path, index + 1, forbidden(line)?))).collect()
}

/// The language reads words by tables and closed lists: a `match` on text would have an arm for words that nobody has
/// thought of.
pub(super) fn matches_no_text(path: &Path, text: &str) -> Vec<Complaint> {
    let is_test = path.file_name().is_some_and(|name| name == "tests.rs");
    if !path.starts_with("emulator/language/src") || is_test {
        return Vec::new();
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or_default().lines().enumerate();
    code.filter(|(_, line)| has_text_pattern(line))
        .map(|(index, _)| {
            let message = "matches text; use a table or a closed list of words (`emulator_core::words!`)";
            complaint(path, index + 1, message.to_owned())
        })
        .collect()
}

/// True for a line with the pattern of an arm, or of `matches!`, that holds a text.
fn has_text_pattern(line: &str) -> bool {
    let line = without_texts(line);
    let arm = line.split_once("=>").map(|(pattern, _)| pattern);
    let matched = line.split_once("matches!(").map(|(_, pattern)| pattern);
    let holds = |pattern: &str| pattern.split(" if ").next().is_some_and(|pattern| pattern.contains('"'));
    !line.trim_start().starts_with("//") && arm.into_iter().chain(matched).any(holds)
}

/// The line with its texts emptied, and without characters that are written as such.
fn without_texts(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line.replace("'\"'", "");
    while let Some(begin) = rest.find('"') {
        out.push_str(&rest[..begin]);
        let behind = rest[begin + 1..].replace("\\\"", "  ");
        let end = behind.find('"').map_or(behind.len(), |end| end + 1);
        out.push('"');
        rest = behind[end..].to_owned();
    }
    out.push_str(&rest);
    out
}
