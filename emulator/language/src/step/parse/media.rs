//! Files that people send, by their paths: read when the step is built, so that a missing one is found before a run.

use std::path::Path;

use bytes::Bytes;
use emulator_core::{MEDIA_FOLDER, Media};

use super::Builder;
use crate::diagnostics::Diagnostic;
use crate::node::{Key, Node, NodeKind};
use crate::step;
use crate::vocabulary::{ATTACHED, SENT, ValueKind};

impl Builder<'_> {
    /// Gives what a person sends with each path replaced by the address of the file, and the files.
    pub(super) fn with_files(&mut self, sent: &Node) -> (Node, Vec<Media<Bytes>>) {
        let mut files = Vec::new();
        let mut replaced = |builder: &mut Self, node: &Node, fields| {
            let entries = node.entries().unwrap_or_default().iter();
            entries
                .map(|(key, value)| (key.clone(), builder.with_file(key, value, fields, &mut files)))
                .collect()
        };
        let mut all: Vec<(Key, Node)> = replaced(self, sent, SENT);
        if let Some((_, list)) = all.iter_mut().find(|(key, _)| key.name == "attachments")
            && let Some(items) = list.items()
        {
            let items = items.iter().map(|item| match item.entries() {
                Some(_) => Node { kind: NodeKind::Map(replaced(self, item, ATTACHED)), ..item.clone() },
                None => item.clone(),
            });
            list.kind = NodeKind::List(items.collect());
        }
        (Node { kind: NodeKind::Map(all), ..sent.clone() }, files)
    }

    /// Gives the value of a key; a path becomes an address.
    fn with_file(
        &mut self,
        key: &Key,
        value: &Node,
        fields: &[crate::vocabulary::Field],
        files: &mut Vec<Media<Bytes>>,
    ) -> Node {
        let takes_file = fields.iter().any(|field| field.name == key.name && field.kind == ValueKind::Media);
        if !takes_file || is_address(value) || value.is_expression() {
            return value.clone();
        }
        match self.file(&key.name, value) {
            Ok(file) => {
                let address = Node::text(file.address(), value.span);
                files.push(file);
                address
            }
            Err(problem) => {
                self.check.report(problem);
                value.clone()
            }
        }
    }

    fn file(&self, name: &str, written: &Node) -> Result<Media<Bytes>, Diagnostic> {
        let Some(loader) = self.origin.loader else {
            return Err(Diagnostic::new(written.span, format!("`{name}` takes an http(s) URL here"))
                .label("this is none")
                .help("paths belong into files: they lead from the folder of the file"));
        };
        if written.source.contains("://") {
            return Err(Diagnostic::new(written.span, format!("`{name}` takes an http(s) URL or a path"))
                .label("this is neither")
                .help(format!("write `{name}: https://…` or `{name}: ./cat.png`")));
        }
        let path = step::target(self.origin.file, &written.source);
        let unreadable = |why: String| {
            Diagnostic::new(written.span, format!("the file {} cannot be sent", crate::paths::shown(&path)))
                .label(why)
                .help("write an http(s) URL, or a path relative to the folder of this file")
        };
        let content = loader(&path).map_err(|error| unreadable(error.to_string()))?;
        let ending = Path::new(&path).extension().map(|ending| ending.to_string_lossy().into_owned());
        Media::new(&ending.unwrap_or_default(), content).map_err(|error| unreadable(error.to_string()))
    }
}

/// True for a URL, and for the address of a kept file as journals have it.
fn is_address(node: &Node) -> bool {
    ["http://", "https://", MEDIA_FOLDER].iter().any(|begin| node.source.starts_with(begin))
}
