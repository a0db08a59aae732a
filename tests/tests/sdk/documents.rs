//! What documents say of the SDKs is what the table says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use emulator_tests::ROOT;

use crate::rows::{SDKS, Sdk};

/// A test by its name.
type Test = (&'static str, fn());

pub(crate) const TESTS: &[Test] = &[
    ("every_folder_has_a_row", every_folder_has_a_row),
    ("the_guide_names_versions_and_ways", the_guide_names_versions_and_ways),
    ("the_bots_readme_has_the_cells", the_bots_readme_has_the_cells),
];

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(name)).unwrap()
}

/// The cells of a row of a table in Markdown.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

fn quoted(sdk: &Sdk) -> String {
    format!("`{}`", sdk.name)
}

fn every_folder_has_a_row() {
    let entries = fs::read_dir(Path::new(ROOT).join("fixtures/bots/sdk")).unwrap();
    let folders =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.join("scenarios.yaml").is_file());
    let folders: BTreeSet<_> =
        folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(folders, SDKS.iter().map(|sdk| sdk.name.to_owned()).collect());
}

fn the_guide_names_versions_and_ways() {
    let guide = document("docs/sdks.md");
    let rows: Vec<_> = guide.lines().filter_map(cells).filter(|cells| cells.len() == 5).collect();
    let said: Vec<_> = rows.iter().filter(|cells| cells[4] == "measured here").collect();
    assert_eq!(said.len(), SDKS.len(), "as many as there are bots");
    for sdk in SDKS {
        let row = said.iter().find(|cells| cells[0] == quoted(sdk));
        let row = row.unwrap_or_else(|| panic!("{} is measured here", sdk.name));
        assert_eq!((row[1], row[3]), (sdk.version, sdk.way.words()), "{}", sdk.name);
        assert_eq!(!row[2].is_empty(), sdk.base_url, "{}: whether it has a base URL", sdk.name);
    }
    let others = rows.iter().filter(|cells| matches!(cells[4], "expected" | "cannot")).count();
    assert_eq!(said.len() + others, 38, "as many as were looked at");
}

fn the_bots_readme_has_the_cells() {
    let readme = document("fixtures/bots/sdk/README.md");
    for sdk in SDKS {
        let row = readme.lines().filter_map(cells).find(|cells| cells[0] == quoted(sdk));
        let expected = vec![
            sdk.buttons.words(),
            sdk.hand_over.words(),
            sdk.error.words(),
            sdk.standby.words(),
            sdk.way.words(),
        ];
        assert_eq!(row.map(|cells| cells[1..].to_vec()), Some(expected), "{}", sdk.name);
    }
}
