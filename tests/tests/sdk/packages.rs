//! Where the packages of a bot are, and that they are the right ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use emulator_tests::{ROOT, packages};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::rows::{Language, Sdk};

/// What has to be done when they are not.
const HELP: &str = "help: run `cargo xtask ci --stage sdk`, which installs them";

impl Sdk {
    /// The folder of its bot.
    pub(crate) fn folder(&self) -> PathBuf {
        Path::new(ROOT).join("fixtures/bots/sdk").join(self.name)
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.folder().join(match self.language {
            Language::Node => "package-lock.json",
            Language::Python => "requirements.txt",
        })
    }

    /// The folder of its packages, installed as the lock file says.
    #[track_caller]
    fn packages(&self) -> PathBuf {
        let folder = packages!(self.name);
        let stamp = fs::read_to_string(folder.join("installed"));
        let stamp =
            stamp.unwrap_or_else(|_| panic!("the packages of {} are not installed\n{HELP}", self.name));
        let hash: String =
            Sha256::digest(fs::read(self.lock()).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(
            stamp.lines().next() == Some(&hash),
            "the packages of {} are not those of its lock file\n{HELP}",
            self.name
        );
        folder
    }

    /// Lets a command, and the bots that it starts, find the packages, as in a folder where they were installed.
    #[track_caller]
    pub(crate) fn prepare(&self, command: &mut Command) {
        let packages = self.packages();
        match self.language {
            Language::Node => {
                command.env("NODE_PATH", packages.join("node_modules"));
            }
            Language::Python => {
                let mut path = packages.join("bin").into_os_string();
                path.push(":");
                path.push(std::env::var_os("PATH").unwrap_or_default());
                command.env("PATH", path).env("PYTHONDONTWRITEBYTECODE", "1");
            }
        }
    }
}

pub(crate) fn its_packages_are_those_of_its_row(sdk: &Sdk) {
    let lock = fs::read_to_string(sdk.lock()).unwrap();
    let packages = sdk.packages();
    match sdk.language {
        Language::Node => {
            let lock: Value = serde_json::from_str(&lock).unwrap();
            let entries = lock["packages"].as_object().unwrap();
            assert_eq!(entries[&format!("node_modules/{}", sdk.name)]["version"], sdk.version);
            for (name, entry) in entries.iter().filter(|(name, _)| !name.is_empty()) {
                let from = entry["resolved"].as_str().unwrap_or_default();
                assert!(from.starts_with("https://registry.npmjs.org/"), "{name} comes from `{from}`");
                assert!(entry["integrity"].is_string(), "{name} has a hash");
            }
            let installed = packages.join("node_modules").join(sdk.name).join("package.json");
            let installed: Value = serde_json::from_slice(&fs::read(installed).unwrap()).unwrap();
            assert_eq!(installed["version"], sdk.version);
        }
        Language::Python => {
            // PyPI takes `-` and `_` for the same, and pip writes `-`.
            let pinned = format!("{}=={} \\", sdk.name.replace('_', "-"), sdk.version);
            assert!(lock.lines().any(|line| line == pinned), "{} has `{pinned}`", sdk.lock().display());
            let script =
                format!("import importlib.metadata; print(importlib.metadata.version('{}'))", sdk.name);
            let output = Command::new(packages.join("bin/python")).args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), sdk.version);
        }
    }
}
