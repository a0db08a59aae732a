//! `multipart/form-data`: fields, which are parameters like those of a form, and files.

use bytes::Bytes;
use futures_util::{FutureExt as _, stream};

use super::{File, LIMIT, Unreadable};

/// What a body holds.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) fields: Vec<(String, String)>,
    pub(super) files: Vec<File>,
}

/// True when the header says that a body comes in parts.
pub(super) fn is_announced(content_type: Option<&str>) -> bool {
    let kind = content_type.and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// Takes a body apart. It lies in memory, so nothing is ever waited for.
pub(super) fn parts(content_type: &str, body: &[u8]) -> Result<Parts, Unreadable> {
    let body = Bytes::copy_from_slice(body);
    read(content_type, body).now_or_never().flatten().ok_or(Unreadable)
}

async fn read(content_type: &str, body: Bytes) -> Option<Parts> {
    let boundary = multer::parse_boundary(content_type).ok()?;
    let body = stream::once(std::future::ready(Ok::<_, std::convert::Infallible>(body)));
    let mut multipart = multer::Multipart::new(body, boundary);
    let mut parts = Parts::default();
    while let Some(part) = multipart.next_field().await.ok()? {
        // Without a name it is no parameter, and nobody could ask for it.
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let file_name = part.file_name().filter(|name| !name.is_empty()).map(str::to_owned);
        let content_type = part.headers().get("content-type");
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let is_file = file_name.is_some() || content_type.as_deref().is_some_and(is_of_files);
        let bytes = part.bytes().await.ok()?;
        if is_file {
            parts.files.push(File { name, file_name, content_type, bytes });
        } else {
            parts.fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
        if parts.fields.len() + parts.files.len() > LIMIT {
            return None;
        }
    }
    Some(parts)
}

/// Fields may have types of their own: some clients say that a message is JSON, or text.
fn is_of_files(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    !(kind.is_empty() || kind.starts_with("text/") || kind == "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &str) -> Option<Parts> {
        parts(content_type, body.as_bytes()).ok()
    }

    const TYPE: &str = "multipart/form-data; boundary=x";

    #[test]
    fn parts_are_fields_and_files() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"recipient\"\r\n\r\n{\"id\":\"1\"}\r\n\
            --x\r\nContent-Disposition: form-data; name=\"message\"\r\nContent-Type: application/json; charset=utf-8\
            \r\n\r\n{}\r\n\
            --x\r\ncontent-disposition: form-data; name=\"filedata\"; filename=\"p \\\"1\\\".png\"\r\n\
            Content-Type: image/png\r\n\r\n\x01\r\n--y\r\n\x02\r\n\
            --x\r\nContent-Disposition: form-data; name=raw\r\nContent-Type: audio/mpeg\r\n\r\n\r\n\
            --x\r\nContent-Disposition: form-data; name=text; filename=\"\"\r\nContent-Type: text/plain\r\n\r\na\r\n\
            --x\r\nContent-Disposition: form-data\r\n\r\nnobody\r\n--x--\r\nepilogue";
        let parts = read(TYPE, body).unwrap();
        let fields = [("recipient", "{\"id\":\"1\"}"), ("message", "{}"), ("text", "a")];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        assert_eq!(parts.fields, fields.map(owned));
        let file = |name: &str, file_name: Option<&str>, content_type: &str, bytes: &'static [u8]| File {
            name: name.to_owned(),
            file_name: file_name.map(str::to_owned),
            content_type: Some(content_type.to_owned()),
            bytes: Bytes::from_static(bytes),
        };
        let files = [
            file("filedata", Some("p \"1\".png"), "image/png", b"\x01\r\n--y\r\n\x02"),
            file("raw", None, "audio/mpeg", b""),
        ];
        assert_eq!(parts.files, files);
    }

    #[test]
    fn boundaries_are_spelt_in_many_ways() {
        for boundary in ["------WebKitFormBoundary7MA4YWxkTrZu0gW", "72045a7b==", "**boundarystring**", "a b"]
        {
            let body =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--{boundary}--");
            let quoted = format!("Multipart/Form-Data; charset=utf-8; boundary=\"{boundary}\"");
            let fields = read(&quoted, &body).map(|parts| parts.fields);
            assert_eq!(fields, Some(vec![("a".to_owned(), "1".to_owned())]), "{boundary}");
        }
    }

    #[test]
    fn a_broken_body_is_unreadable() {
        let part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
        let cases = [
            (TYPE, String::new()),
            (TYPE, "a=1".to_owned()),
            (TYPE, part.to_owned()),
            (TYPE, format!("{part}--x")),
            (TYPE, "--x\r\nContent-Disposition: form-data; name=a\r\n".to_owned()),
            (TYPE, "--x\r\nno colon\r\n\r\n1\r\n--x--".to_owned()),
            ("multipart/form-data", format!("{part}--x--")),
            ("multipart/form-data; boundary=", format!("{part}--x--")),
            (TYPE, format!("{}--x--", part.repeat(LIMIT + 1))),
        ];
        for (content_type, body) in cases {
            assert!(read(content_type, &body).is_none(), "{content_type} {body:.40}");
        }
        assert!(read(TYPE, &format!("{}--x--", part.repeat(LIMIT))).is_some());
    }

    #[test]
    fn only_parts_are_parts() {
        assert!(
            is_announced(Some("multipart/form-data; boundary=x"))
                && is_announced(Some("MULTIPART/form-data"))
        );
        assert!(!is_announced(None) && !is_announced(Some("multipart/mixed")));
    }
}
