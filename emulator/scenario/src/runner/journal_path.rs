//! Where the journal of a scenario lies below the folder of journals: readable, and its own.

use std::path::{Component, Path, PathBuf};

use emulator_core::Digest;

/// How many bytes of a name are kept, so that the file's name stays within what file systems take.
const KEPT: usize = 120;

/// The path for the scenario of that name in that file. Blanks become hyphens; a name with anything
/// else that does not belong into a file's name is told apart by a digest.
pub(super) fn journal_path(file: &Path, name: &str) -> PathBuf {
    let file = file.with_extension("");
    let mut path: PathBuf = file.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    let faithful = |character: char| character.is_alphanumeric() || " ._@#".contains(character);
    let spelt = |character: char| {
        if character.is_alphanumeric() || "._@#".contains(character) { character } else { '-' }
    };
    let mut text: String = name.chars().map(spelt).collect();
    let climbs = file.components().any(|part| part == Component::ParentDir);
    if climbs || text.len() > KEPT || text.starts_with('.') || !name.chars().all(faithful) {
        let mut end = text.len().min(KEPT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        let digest =
            Digest::new().bytes(file.as_os_str().as_encoded_bytes()).bytes(name.as_bytes()).to_string();
        text = format!("{text}-{}", &digest[..8]);
    }
    path.push(format!("{text}.jsonl"));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &str, name: &str) -> String {
        journal_path(Path::new(file), name).display().to_string()
    }

    #[test]
    fn plain_names_are_kept() {
        assert_eq!(of("a/b.yaml", "in time"), "a/b/in-time.jsonl");
        assert_eq!(of("./b.yml", "é_1.2#3@x"), "b/é_1.2#3@x.jsonl");
    }

    #[test]
    fn different_scenarios_have_different_files() {
        let names = [
            "Is it open?",
            "Is it open!",
            "Is it open-",
            "Is it open ",
            "in-time",
            "in time",
            "😀😀",
            "🎉🎉",
            "..",
            ".",
        ];
        let paths: std::collections::BTreeSet<String> = names.iter().map(|name| of("a.yaml", name)).collect();
        assert_eq!(paths.len(), names.len(), "{paths:?}");
        assert_ne!(of("../a.yaml", "x"), of("a.yaml", "x"));
    }

    #[test]
    fn no_name_is_too_long_or_leaves_the_folder() {
        for name in ["é".repeat(200), "../../x".to_owned(), "/etc/x".to_owned(), "a\nb".to_owned()] {
            let path = journal_path(Path::new("../../a.yaml"), &name);
            assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
            assert!(path.file_name().unwrap().len() <= 255, "{path:?}");
        }
    }
}
