//! What the integration tests in `tests/tests` share.

mod journals;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub use journals::{hold_entry_against_schema, hold_journal_against_schema, hold_journals_in};

/// The folder of the repository.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The program as the gate has built it.
const BUILT_BY_CI: &str = "MESSENGER_EMULATOR_BINARY";

/// The binary, built from what is in the sources now: by the gate, which names it in `MESSENGER_EMULATOR_BINARY`, or else
/// here.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn binary() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(built) = std::env::var_os(BUILT_BY_CI) {
            return built.into();
        }
        let exe = std::env::current_exe().expect("the path of the test");
        let folder = exe.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "-p", "messenger-emulator"]).current_dir(ROOT);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo starts").success(), "the binary cannot be built");
        folder.join("messenger-emulator")
    })
}

/// The folder of packages of npm or PyPI that the stage `sdk` of `cargo xtask ci` installs for a bot or a sample project.
///
/// A macro, because Cargo names the target folder only to integration tests.
#[macro_export]
macro_rules! packages {
    ($name:expr) => {
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sdk").join($name)
    };
}
