//! The preloads: files that bring clients here which know no proxy.

use std::path::Path;

use emulator_server::publish;

use super::{RedirectError, text};

/// What Node loads, and where it is in the folder of the certificates.
const NODE: (&str, &str) = ("preload/node.cjs", include_str!("preload/node.cjs"));
/// What Python imports, and where it is. Nothing else may be in that folder, for Python looks there for every module.
const PYTHON: (&str, &str) =
    ("preload/python/sitecustomize.py", include_str!("preload/python/sitecustomize.py"));

/// Whether clients get them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preload {
    /// They do.
    On,
    /// They do not: clients that know no proxy call the real platform.
    Off,
}

/// Where the files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Preloads {
    /// The file for Node.
    pub(super) node: String,
    /// The folder for Python.
    pub(super) python: String,
}

impl Preloads {
    pub(super) fn files(&self) -> [&str; 2] {
        [&self.node, &self.python]
    }
}

/// Writes them below a folder.
pub(super) fn write(folder: &Path, preload: Preload) -> Result<Option<Preloads>, RedirectError> {
    if preload == Preload::Off {
        return Ok(None);
    }
    let write = |(name, content): (&str, &str)| {
        let path = folder.join(name);
        publish(&path, content.as_bytes())
            .map_err(|source| RedirectError::Io { path: path.clone(), source })?;
        text(&path)
    };
    let node = write(NODE)?;
    let file = write(PYTHON)?;
    let python = file.rsplit_once('/').map_or(file.as_str(), |(folder, _)| folder).to_owned();
    if python.contains(':') {
        let why = "a colon, which separates folders in PYTHONPATH";
        return Err(RedirectError::Name { folder: folder.to_owned(), why });
    }
    Ok(Some(Preloads { node, python }))
}

/// The option that loads a file, as `NODE_OPTIONS` has it: Node takes quotes and backslashes off it.
pub(super) fn node_option(path: &str) -> String {
    format!("--require \"{}\"", path.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use emulator_server::SERVED_HOSTS;

    use super::*;

    #[test]
    fn the_files_name_the_hosts_that_are_served() {
        let list = |quote: char| {
            let hosts: Vec<String> =
                SERVED_HOSTS.iter().map(|host| format!("{quote}{host}{quote}")).collect();
            format!("HOSTS = [{}]", hosts.join(", "))
        };
        assert!(NODE.1.contains(&list('\'')));
        assert!(PYTHON.1.contains(&list('"')));
    }
}
