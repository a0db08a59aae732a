//! One spelling for each path, so that a file has the same name however it was asked for.
//!
//! Paths are taken as they are written: links are not followed, and nothing needs to exist.

use std::path::{Component, Path, PathBuf};

/// Gives the path without `.`, and without `..` behind a folder.
pub fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match (part, out.components().next_back()) {
            (Component::CurDir, _)
            // Above the root there is nothing but the root.
            | (Component::ParentDir, Some(Component::RootDir | Component::Prefix(_))) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(out.pop()),
            (Component::ParentDir, Some(Component::ParentDir | Component::CurDir) | None)
            | (Component::Normal(_) | Component::RootDir | Component::Prefix(_), _) => out.push(part),
        }
    }
    out
}

/// Gives the path as it is shown: the folder that one is in has a name as well.
pub fn shown(path: &Path) -> std::path::Display<'_> {
    let here = path.as_os_str().is_empty();
    if here { Path::new(".").display() } else { path.display() }
}

/// Gives the path as it is seen from a folder: relative, unless they have nothing but the root in common.
pub fn seen_from(folder: &Path, path: &Path) -> PathBuf {
    let (folder, path) = (lexical(folder), lexical(&folder.join(path)));
    let shared = folder.components().zip(path.components()).take_while(|(one, other)| one == other).count();
    if !folder.components().take(shared).any(|part| matches!(part, Component::Normal(_))) {
        return path;
    }
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_as_they_are_written() {
        for (written, expected) in [
            ("a.yaml", "a.yaml"),
            ("./a.yaml", "a.yaml"),
            ("x/../a.yaml", "a.yaml"),
            ("x/y/../../a.yaml", "a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("x/../../a.yaml", "../a.yaml"),
            ("../../x/./a.yaml", "../../x/a.yaml"),
            ("/x/../../a.yaml", "/a.yaml"),
            (".", ""),
            ("x/..", ""),
        ] {
            assert_eq!(lexical(Path::new(written)), Path::new(expected), "{written}");
        }
    }

    #[test]
    fn a_file_has_one_path_from_a_folder() {
        let folder = Path::new("/home/shop");
        for (written, expected) in [
            ("a.yaml", "a.yaml"),
            ("./x/../a.yaml", "a.yaml"),
            ("/home/shop/a.yaml", "a.yaml"),
            ("../shop/a.yaml", "a.yaml"),
            ("/home/shop/../shop/x/a.yaml", "x/a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("/home/a.yaml", "../a.yaml"),
            ("/home/shops/a.yaml", "../shops/a.yaml"),
            ("/tmp/a.yaml", "/tmp/a.yaml"),
            ("../../tmp/a.yaml", "/tmp/a.yaml"),
            ("/home/shop", ""),
        ] {
            assert_eq!(seen_from(folder, Path::new(written)), Path::new(expected), "{written}");
        }
    }
}
