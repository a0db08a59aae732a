//! The globs with which a world names the files of a bot, written as in `.gitignore`.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Globs, and the folder that holds everything that they can name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Globs {
    /// As they stand in the world.
    pub written: Vec<String>,
    /// The folder of the bot, or one above it where a glob begins with `../`.
    pub root: PathBuf,
    /// The globs as they are read from that folder.
    rooted: Vec<String>,
}

impl Globs {
    /// Reads globs that are relative to a folder.
    pub fn below(folder: &Path, written: Vec<String>) -> Self {
        let up = written.iter().map(|glob| climbs(glob).0).max().unwrap_or_default();
        let root = folder.ancestors().nth(up).unwrap_or(Path::new("/")).to_owned();
        let rooted = written.iter().map(|glob| {
            let (climbed, rest) = climbs(glob);
            let base = folder.ancestors().nth(climbed).unwrap_or(Path::new("/"));
            let below = base.strip_prefix(&root).unwrap_or(Path::new(""));
            let not = if glob.starts_with('!') { "!" } else { "" };
            format!("{not}{}", anchored(below, rest, climbed > 0))
        });
        Self { rooted: rooted.collect(), written, root }
    }

    /// What tells whether a path is named by them.
    pub fn matcher(&self) -> Result<Gitignore, String> {
        let mut builder = GitignoreBuilder::new(&self.root);
        for (glob, written) in self.rooted.iter().zip(&self.written) {
            if written.trim_start_matches('!').trim().is_empty() || written.starts_with('#') {
                return Err("it names nothing".to_owned());
            }
            if written.contains('\0') {
                return Err("no file has a NUL character in its name".to_owned());
            }
            if has_open_class(written) {
                return Err("what `[` begins has no `]`; a `[` itself is written as `\\[`".to_owned());
            }
            builder.add_line(None, glob).map_err(|error| reason(&error))?;
        }
        builder.build().map_err(|error| reason(&error))
    }
}

/// Says what is wrong with a glob.
///
/// # Errors
///
/// In the words of the crate that reads globs.
pub fn check(glob: &str) -> Result<(), String> {
    Globs::below(Path::new("/"), vec![glob.to_owned()]).matcher().map(drop)
}

/// True when a class of characters such as `[a-z]` has no end. `.gitignore` takes its bracket for itself, which nobody
/// means here.
fn has_open_class(glob: &str) -> bool {
    let mut rest = glob.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => drop(rest.next()),
            '[' => {
                rest.next_if(|next| matches!(next, '!' | '^'));
                // A bracket that closes nothing stands for itself.
                rest.next();
                if !rest.by_ref().any(|next| next == ']') {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// How many folders a glob climbs first, and the rest of it.
fn climbs(glob: &str) -> (usize, &str) {
    let mut rest = glob.strip_prefix('!').unwrap_or(glob);
    let mut count = 0;
    loop {
        if let Some(behind) = rest.strip_prefix("../") {
            (count, rest) = (count + 1, behind);
        } else if let Some(behind) = rest.strip_prefix("./") {
            rest = behind;
        } else {
            return (count, rest);
        }
    }
}

/// A glob as it is read from the root: one without a slash holds at any depth below its folder.
fn anchored(below: &Path, glob: &str, climbed: bool) -> String {
    let mut prefix = String::new();
    for part in below.components() {
        if let Component::Normal(name) = part {
            prefix.push_str(&escaped(&name.to_string_lossy()));
            prefix.push('/');
        }
    }
    let inner = glob.trim_end_matches('/');
    let any_depth = !inner.contains('/') && !climbed;
    match (prefix.is_empty(), any_depth) {
        (true, true) => glob.to_owned(),
        (false, true) => format!("/{prefix}**/{glob}"),
        (_, false) => format!("/{prefix}{}", glob.trim_start_matches('/')),
    }
}

/// The name of a folder, with nothing in it that a glob would take for more.
fn escaped(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if "*?[]{}!\\".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// The words of the error without the glob, which stands beside it.
fn reason(error: &ignore::Error) -> String {
    let text = error.to_string();
    text.rsplit_once("': ").map_or(text.as_str(), |(_, why)| why).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_that_cannot_be_read_says_why() {
        assert_eq!(check("src/**/*.js"), Ok(()));
        assert_eq!(check("!src/gen/"), Ok(()));
        for glob in ["[a-z].js", "[]a]", "[!]a]", r"\[a", "[[]", "a]"] {
            assert_eq!(check(glob), Ok(()), "{glob}");
        }
        for glob in ["{a", "[z-a]", "", "!", "# a", "[a", "src/[", "[]", "[!]", "x/[a-z]/[b", "a\0b"] {
            assert!(check(glob).is_err(), "{glob}");
        }
    }
}
