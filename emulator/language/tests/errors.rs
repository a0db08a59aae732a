//! What a person reads when a file is wrong: one snapshot for each file under `wrong/`.

use std::fs;
use std::path::Path;

use emulator_language::diagnostics::{Colour, Diagnostic, render_all};
use emulator_language::scenario::load;

#[test]
fn every_wrong_file_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
    let mut files: Vec<_> =
        fs::read_dir(&folder).expect("the folder is there").flatten().map(|file| file.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    assert!(files.len() > 30, "only {} files", files.len());
    for path in files {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("the file can be read");
        let shown = Path::new(path.file_name().expect("a file has a name")).to_owned();
        let loader =
            |other: &Path| fs::read(folder.join(other)).map(Into::into).map_err(|error| error.kind().into());
        let (documents, problems) = load(&shown, text, &loader);
        assert!(!problems.is_empty(), "{name} is not wrong");
        assert!(
            documents.len()
                <= usize::from(["scenario-twice", "cases-names", "yaml-documents"].contains(&name.as_str())),
            "{name} was accepted"
        );
        assert!(problems.iter().all(|problem| problem.file.is_some()), "{name}: an error without a file");
        insta::assert_snapshot!(name, render_all(&problems, Colour::Never));
    }
}

/// An editor on another system ends lines in another way and begins the file with a mark; the errors are the same.
#[test]
fn windows_line_ends_and_a_mark_change_nothing_in_errors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
    let loader =
        |other: &Path| fs::read(folder.join(other)).map(Into::into).map_err(|error| error.kind().into());
    let said = |text: &str| {
        let (_, problems) = load(Path::new("wrong.yaml"), text.to_owned(), &loader);
        let place = |problem: &Diagnostic| {
            let file = problem.file.as_ref().expect("an error has a file");
            (file.name.clone(), file.position(problem.span.start).0, problem.message.clone())
        };
        problems.iter().map(place).collect::<Vec<_>>()
    };
    for file in fs::read_dir(&folder).expect("the folder is there").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".yaml") {
            continue;
        }
        let text = fs::read_to_string(file.path()).expect("the file can be read");
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(said(&windows), said(&text), "{name}");
    }
}
