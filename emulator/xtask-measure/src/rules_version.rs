//! The committed file of a version of the rules: which rules, options and protocols there are. No prose stands in it, so
//! that a corrected sentence changes nothing.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use emulator_core::{Decisions, RULES_VERSION};

/// Where the files are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/rules");

/// The flags.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write the file of a new version, for decisions that have changed since a release
    #[arg(long)]
    next: bool,
}

/// Writes the file.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let version = if arguments.next { RULES_VERSION + 1 } else { RULES_VERSION };
    let path = Path::new(FOLDER).join(format!("{version}.json"));
    let text = format!("{}\n", serde_json::to_string_pretty(&Decisions::current())?);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote {}", path.display());
    if arguments.next {
        println!(
            "now add it to the list: include_str!(\"../rules/{version}.json\") in RULES_VERSIONS of \
             emulator/core/src/rules_version.rs, and say in CHANGELOG.md what changed"
        );
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use emulator_core::RULES_VERSIONS;

    use super::*;

    #[test]
    fn the_file_of_the_current_version_says_what_the_code_decides() {
        let files: Vec<Decisions> =
            RULES_VERSIONS.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        let changes = Decisions::current().changes_since(files.last().unwrap());
        let changes: Vec<String> = changes.iter().map(|change| format!("  {change}")).collect();
        assert!(
            changes.is_empty(),
            "decisions are not those of version {RULES_VERSION} of the rules any more:\n{}\n\
             help: where version {RULES_VERSION} was released, a journal of it no longer happens again in the same way: \
             `cargo xtask rules-version --next` begins a new version. Else `cargo xtask rules-version` writes it anew",
            changes.join("\n")
        );
    }
}
