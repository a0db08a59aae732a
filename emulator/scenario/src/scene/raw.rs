//! Calls of the Graph API that a step writes out.

use emulator_core::AppId;
use emulator_server::graph::{RawCall as Call, RawContent, RawFile, RawToken, Reply};
use serde_json::{Map, Value, json};

use super::{Outcome, Scene};
use crate::diagnostics::Diagnostic;
use crate::node::Node;
use crate::step::{CallContent, CallFile, CallToken, RawCall};
use crate::value::{self, ReadAs};

impl Scene {
    /// The call with its expressions evaluated and its files read.
    pub(super) fn raw_call(&self, written: &RawCall, app: AppId, token: Option<&str>) -> Outcome<Call> {
        let RawCall { method, path, query, content, token: kind } = written;
        let page_token = token.unwrap_or_default().to_owned();
        let method = method.as_ref().map(|method| self.text(method)).transpose()?;
        Ok(Call {
            // The words are those that hyper knows.
            method: method.and_then(|method| method.parse().ok()),
            path: self.text(path)?,
            query: self.parameters(query.as_ref())?,
            content: match content {
                CallContent::Nothing => RawContent::Nothing,
                CallContent::Body(body) => RawContent::Json(self.value(body)?),
                CallContent::Form(fields) => RawContent::Form(self.parameters(fields.as_ref())?),
                CallContent::Parts { fields, files } => {
                    let files = files.iter().map(|CallFile { name, file_name, bytes }| RawFile {
                        name: name.clone(),
                        file_name: file_name.clone(),
                        bytes: bytes.clone(),
                    });
                    RawContent::Parts { fields: self.parameters(fields.as_ref())?, files: files.collect() }
                }
            },
            token: match kind {
                CallToken::Page => RawToken::Text(page_token),
                CallToken::Nothing => RawToken::Nothing,
                CallToken::App => RawToken::OfApp(app),
                CallToken::Expired => RawToken::Expired(page_token),
                CallToken::Text(text) => RawToken::Text(self.text(text)?),
            },
        })
    }

    fn value(&self, node: &Node) -> Outcome<Value> {
        value::evaluate(node, self, ReadAs::Any).map_err(|problem| self.error(problem))
    }

    /// The entries of a mapping, in their order.
    fn parameters(&self, node: Option<&Node>) -> Outcome<Vec<(String, Value)>> {
        let Some(node) = node else { return Ok(Vec::new()) };
        let value = self.value(node)?;
        let Some(entries) = value.as_object() else {
            let problem = Diagnostic::new(node.span, "a mapping is needed here");
            return Err(self.error(problem.label("this gives none")));
        };
        Ok(entries.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

/// What a step keeps of an answer.
pub(super) fn result(reply: &Reply, body: &Value) -> Value {
    let headers = reply.headers();
    let text = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), Value::String(value))
    };
    let headers: Map<String, Value> = headers.iter().map(text).collect();
    json!({"status": reply.status, "headers": headers, "body": body})
}
