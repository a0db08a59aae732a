//! Binaries of the emulator that are named on the command line, such as one that was kept from an earlier commit.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// The first line of `BINARY --version`.
///
/// # Errors
///
/// When the file cannot be started or is another program.
pub(crate) fn version(path: &Path) -> Result<String> {
    let shown = path.display();
    let output = Command::new(path)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {shown}"))?;
    let text = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
    ensure!(
        output.status.success() && text.starts_with("messenger-emulator "),
        "{shown} is not a messenger-emulator: `--version` ended with {} and said {text:?}",
        output.status
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_something_else_is_refused() {
        let program = std::env::current_exe().unwrap();
        let error = version(&program).unwrap_err().to_string();
        assert!(error.contains("is not a messenger-emulator"), "{error}");
        let error = format!("{:#}", version(Path::new("/no/such/file")).unwrap_err());
        assert!(error.starts_with("cannot start /no/such/file: "), "{error}");
    }
}
