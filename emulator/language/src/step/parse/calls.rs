//! Builds calls of the Graph API that are written out.

use super::Builder;
use crate::diagnostics::Diagnostic;
use crate::node::Node;
use crate::step::{self, CallContent, CallFile, CallToken, RawCall};
use crate::vocabulary as words;

impl Builder<'_> {
    /// Builds a call; its keys and the kinds of their values were checked.
    pub(super) fn raw_call(&mut self, value: &Node) -> Option<RawCall> {
        let Some(path) = value.get("path") else {
            let problem = Diagnostic::new(value.span, "`calls` does not say which path");
            self.check.report(problem.help("write for example `calls: {path: me/messages, body: {…}}`"));
            return None;
        };
        let (body, form, files) = (value.entry("body"), value.entry("form"), value.entry("files"));
        let content = match (body, form, files) {
            (Some((key, _)), Some((other, _)), _) | (Some((key, _)), None, Some((other, _))) => {
                let message = format!("`{}` and `{}` are two bodies", key.name, other.name);
                let problem = Diagnostic::new(other.span, message).label("a call has one body");
                self.check.report(problem.help("files go with the fields of a `form`"));
                return None;
            }
            (Some((_, body)), None, None) => CallContent::Body(body.clone()),
            (None, None, None) => CallContent::Nothing,
            (None, form, None) => CallContent::Form(form.map(|(_, form)| form.clone())),
            (None, form, Some((_, files))) => {
                CallContent::Parts { fields: form.map(|(_, form)| form.clone()), files: self.uploads(files) }
            }
        };
        let token = match value.get("token") {
            None => CallToken::Page,
            Some(token) => self.token(token)?,
        };
        let given = |name: &str| value.get(name).cloned();
        Some(RawCall { method: given("method"), path: path.clone(), query: given("query"), content, token })
    }

    /// Reads the files of a call; what cannot be read is reported.
    fn uploads(&mut self, files: &Node) -> Vec<CallFile> {
        let mut all = Vec::new();
        let written = files.entries().unwrap_or_default().iter();
        // What is no path has been reported.
        for (key, path) in written.filter(|(_, path)| path.is_scalar() && !path.is_expression()) {
            match self.upload(&key.name, path) {
                Ok(file) => all.push(file),
                Err(problem) => self.check.report(problem),
            }
        }
        all
    }

    fn upload(&self, name: &str, written: &Node) -> Result<CallFile, Diagnostic> {
        let Some(loader) = self.origin.loader else {
            return Err(Diagnostic::new(written.span, "only a step of a file can send files")
                .help("paths lead from the folder of the file; write such a call in one"));
        };
        let path = step::target(self.origin.file, &written.source);
        let content = loader(&path).map_err(|error| {
            Diagnostic::new(written.span, format!("the file {} cannot be sent", crate::paths::shown(&path)))
                .label(error.to_string())
                .help("write a path relative to the folder of this file")
        })?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(CallFile { name: name.to_owned(), file_name, bytes: content })
    }

    fn token(&mut self, node: &Node) -> Option<CallToken> {
        match node.source.as_str() {
            _ if !node.is_scalar() => {
                let help = "write `token: none`, `app`, `expired` or the token itself";
                self.check.wrong("token", node, "takes a word or a text", help);
                None
            }
            _ if node.is_null() => Some(CallToken::Nothing),
            "none" => Some(CallToken::Nothing),
            "app" => Some(CallToken::App),
            "expired" => Some(CallToken::Expired),
            word if words::CALL_TOKENS_NOT_YET.contains(&word) && !node.quoted => {
                let message = format!("a token of a person: {}", words::not_yet(word));
                self.check.report(Diagnostic::new(node.span, message).label("not supported yet"));
                None
            }
            _ => Some(CallToken::Text(node.clone())),
        }
    }
}
