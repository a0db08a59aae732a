//! Calls of apps that steps play, written out by the step: any method, path and encoding.

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::AppId;
use form_urlencoded::Serializer;
use hyper::Method;
use serde_json::Value;

use super::{Origin, Reply, Request, serve};
use crate::lane::Lane;
use crate::stage::Stage;

/// A call as a step writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawCall {
    /// The method; by what the call carries when none.
    pub method: Option<Method>,
    /// The path, with or without version.
    pub path: String,
    /// The parameters in the query.
    pub query: Vec<(String, Value)>,
    /// What the body holds.
    pub content: RawContent,
    /// With what the app proves itself.
    pub token: RawToken,
}

/// What the body of a call holds.
#[derive(Debug, Clone, PartialEq)]
pub enum RawContent {
    /// Nothing.
    Nothing,
    /// JSON; a text goes out as it is, right or wrong.
    Json(Value),
    /// A form.
    Form(Vec<(String, Value)>),
    /// Files in parts, and fields beside them.
    Parts {
        /// The fields.
        fields: Vec<(String, Value)>,
        /// The files.
        files: Vec<RawFile>,
    },
}

/// A file that goes out with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFile {
    /// The name of the parameter.
    pub name: String,
    /// What the file is called.
    pub file_name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// With what an app proves itself.
#[derive(Clone, PartialEq, Eq)]
pub enum RawToken {
    /// With nothing.
    Nothing,
    /// With that text.
    Text(String),
    /// With its app token.
    OfApp(AppId),
    /// With that Page token, as if it had just expired.
    Expired(String),
}

impl std::fmt::Debug for RawToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("token")
    }
}

/// Makes the call in a lane. Like every call of a step it cannot register a webhook.
pub fn call(stage: &Stage, lane: &Arc<Lane>, call: &RawCall) -> Reply {
    let query = (!call.query.is_empty()).then(|| encoded(&call.query));
    let (content_type, body) = written(&call.content);
    let usual = if matches!(call.content, RawContent::Nothing) { &Method::GET } else { &Method::POST };
    let app_token = match call.token {
        RawToken::OfApp(app) => stage.shared().app_token(app),
        RawToken::Nothing | RawToken::Text(_) | RawToken::Expired(_) => None,
    };
    let (bearer, origin) = match &call.token {
        RawToken::Nothing => (None, Origin::Step(lane)),
        RawToken::OfApp(_) => (app_token.as_deref(), Origin::Step(lane)),
        RawToken::Text(token) => (Some(token.as_str()), Origin::Step(lane)),
        RawToken::Expired(token) => (Some(token.as_str()), Origin::ExpiredStep(lane)),
    };
    let request = Request {
        method: call.method.as_ref().unwrap_or(usual),
        path: &call.path,
        query: query.as_deref(),
        body: &body,
        content_type: content_type.as_deref(),
        bearer,
        if_none_match: None,
        origin,
    };
    serve(stage, request)
}

/// A value as clients write it in a query, a form or a part: texts as they are, all else as JSON.
fn spelt(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encoded(pairs: &[(String, Value)]) -> String {
    let mut out = Serializer::new(String::new());
    for (name, value) in pairs {
        out.append_pair(name, &spelt(value));
    }
    out.finish()
}

/// The content type and the body.
fn written(content: &RawContent) -> (Option<String>, Vec<u8>) {
    match content {
        RawContent::Nothing => (None, Vec::new()),
        RawContent::Json(value) => (Some("application/json".to_owned()), spelt(value).into_bytes()),
        RawContent::Form(pairs) => {
            (Some("application/x-www-form-urlencoded".to_owned()), encoded(pairs).into_bytes())
        }
        RawContent::Parts { fields, files } => {
            let boundary = boundary(fields, files);
            let body = parts(&boundary, fields, files);
            (Some(format!("multipart/form-data; boundary={boundary}")), body)
        }
    }
}

/// A line that stands nowhere in what it separates.
fn boundary(fields: &[(String, Value)], files: &[RawFile]) -> String {
    let holds = |line: &str| {
        fields.iter().any(|(_, value)| spelt(value).contains(line))
            || files.iter().any(|file| memchr::memmem::find(&file.bytes, line.as_bytes()).is_some())
    };
    let line = |number: u32| format!("emulator-part-{number}");
    (0..).map(line).find(|line| !holds(line)).unwrap_or_else(|| line(0))
}

fn parts(boundary: &str, fields: &[(String, Value)], files: &[RawFile]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut part = |head: &str, content: &[u8]| {
        let begin = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        out.extend_from_slice(begin.as_bytes());
        out.extend_from_slice(content);
        out.extend_from_slice(b"\r\n");
    };
    for (name, value) in fields {
        part(&format!("name=\"{}\"", quoted(name)), spelt(value).as_bytes());
    }
    for RawFile { name, file_name, bytes } in files {
        let (name, kind) = (quoted(name), media_type(file_name));
        let head = format!("name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {kind}", quoted(file_name));
        part(&head, bytes);
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// A name between quotes, as browsers write it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// What a file is, by its ending.
fn media_type(file_name: &str) -> &'static str {
    const BY_ENDING: &[(&str, &str)] = &[
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("gif", "image/gif"),
        ("webp", "image/webp"),
        ("mp4", "video/mp4"),
        ("mp3", "audio/mpeg"),
        ("ogg", "audio/ogg"),
        ("wav", "audio/wav"),
        ("pdf", "application/pdf"),
        ("json", "application/json"),
        ("txt", "text/plain"),
        ("csv", "text/csv"),
    ];
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let known = BY_ENDING.iter().find(|(known, _)| ending.as_deref() == Some(*known));
    known.map_or("application/octet-stream", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::params::Params;
    use super::*;

    #[test]
    fn every_encoding_is_read_back_as_the_same_parameters() {
        let fields =
            vec![("recipient".to_owned(), json!({"id": "5"})), ("tag".to_owned(), json!("a&b=c \u{fc}"))];
        let file =
            RawFile { name: "file\"data".into(), file_name: "a.PNG".into(), bytes: vec![13, 10, 0].into() };
        let trap = RawFile {
            name: "trap".into(),
            file_name: "t".into(),
            bytes: Bytes::from_static(b"--emulator-part-0"),
        };
        let all: Value = Value::Object(fields.iter().cloned().collect());
        for content in [
            RawContent::Json(all),
            RawContent::Form(fields.clone()),
            RawContent::Parts { fields, files: vec![file, trap] },
        ] {
            let (content_type, body) = written(&content);
            let params = Params::of(None, content_type.as_deref(), &body);
            assert!(params.unreadable().is_none(), "{content:?}");
            assert_eq!(params.text("tag").unwrap().as_deref(), Some("a&b=c \u{fc}"));
            assert_eq!(super::super::recipient::person(&params).map(|person| person.0), Some(5));
            if let RawContent::Parts { .. } = content {
                let files: Vec<_> =
                    params.files().iter().map(|file| (&*file.name, file.bytes.len())).collect();
                assert_eq!(files, [("file%22data", 3), ("trap", 17)]);
                assert_eq!(params.files()[0].content_type.as_deref(), Some("image/png"));
            }
        }
    }
}
