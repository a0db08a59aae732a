//! Files that people send: kept by what they hold, and served as the platform's own addresses would be.
//!
//! The address of such a file depends on the port, and so on the run. Messages and journals therefore hold it without
//! the base URL: `/_emulator/media/NAME`. The base comes before it where a webhook is written and where expectations
//! look, and goes where a bot sends an address back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use emulator_core::{MEDIA_FOLDER, Media};
use serde_json::Value;

/// How much a stage keeps, in bytes; what came first goes first.
const KEPT: usize = 256 * 1024 * 1024;
/// The content types of endings; a file with another one is just bytes.
const TYPES: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("wav", "audio/wav"),
    ("pdf", "application/pdf"),
    ("txt", "text/plain; charset=utf-8"),
];

/// The content type of a file of that name.
pub(crate) fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    TYPES.iter().find(|(known, _)| *known == ending).map_or("application/octet-stream", |(_, kind)| kind)
}

/// Puts the base URL before every address of a kept file. What is said stays as it is.
pub fn with_base(value: &mut Value, base: &str) {
    texts(value, &|text| text.starts_with(MEDIA_FOLDER).then(|| format!("{base}{text}")));
}

/// Takes the base URL from every address of a kept file. What is said stays as it is.
pub fn without_base(value: &mut Value, base: &str) {
    texts(value, &|text| {
        let address = text.strip_prefix(base).filter(|address| address.starts_with(MEDIA_FOLDER));
        address.map(str::to_owned)
    });
}

fn texts(value: &mut Value, change: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(changed) = change(text) {
                *text = changed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, change)),
        Value::Object(members) => {
            let others = members.iter_mut().filter(|(key, _)| *key != "text");
            others.for_each(|(_, member)| texts(member, change));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The files of a stage.
#[derive(Debug, Default)]
pub(crate) struct Files(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_name: BTreeMap<String, Bytes>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Files {
    pub(crate) fn keep(&self, media: &Media<Bytes>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.by_name.contains_key(media.name()) {
            return;
        }
        kept.bytes += media.content().len();
        kept.order.push_back(media.name().to_owned());
        kept.by_name.insert(media.name().to_owned(), media.content().clone());
        while kept.bytes > KEPT {
            let Some(oldest) = kept.order.pop_front() else { return };
            kept.bytes -= kept.by_name.remove(&oldest).map_or(0, |content| content.len());
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use emulator_core::MEDIA_LIMIT;

    use super::*;

    fn media(ending: &str, content: Vec<u8>) -> Media<Bytes> {
        Media::new(ending, content.into()).unwrap()
    }

    #[test]
    fn the_content_type_follows_from_the_ending() {
        let types = [
            ("a.png", "image/png"),
            ("a.html", "application/octet-stream"),
            ("a", "application/octet-stream"),
        ];
        for (name, expected) in types {
            assert_eq!(content_type(name), expected);
        }
    }

    #[test]
    fn addresses_have_the_base_outside_only() {
        let inside = json!({"attachments": [{"payload": {"url": "/_emulator/media/a.png"}}], "text": "/_emulator/media/a.png"});
        let mut value = inside.clone();
        with_base(&mut value, "http://127.0.0.1:1");
        assert_eq!(value["attachments"][0]["payload"]["url"], "http://127.0.0.1:1/_emulator/media/a.png");
        assert_eq!(value["text"], "/_emulator/media/a.png");
        without_base(&mut value, "http://127.0.0.1:1");
        assert_eq!(value, inside);
        let mut elsewhere =
            json!(["http://127.0.0.1:1/_emulator", "http://127.0.0.1:12/_emulator/media/a.png"]);
        let before = elsewhere.clone();
        without_base(&mut elsewhere, "http://127.0.0.1:1");
        assert_eq!(elsewhere, before);
    }

    #[test]
    fn of_too_much_the_oldest_goes() {
        let files = Files::default();
        let size = MEDIA_LIMIT;
        let all: Vec<Media<Bytes>> = (0_u8..12).map(|number| media("bin", vec![number; size])).collect();
        all.iter().for_each(|media| files.keep(media));
        files.keep(&all[11]);
        let kept: Vec<usize> = (0..12).filter(|index| files.get(all[*index].name()).is_some()).collect();
        assert_eq!(kept, (2..12).collect::<Vec<_>>());
    }
}
