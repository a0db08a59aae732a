//! Media.

use serde_json::json;

use super::{Row, attachment, lacking, message, named, no_url, required, row, too_few, too_many, unknown};

pub(super) fn rows() -> Vec<Row> {
    let kind = |parameter: &str| {
        format!("(#100) Param {parameter} is not supported. Please check developer docs for details")
    };
    let file = "(#100) Incorrect number of files uploaded. Must upload exactly one file.";
    let image = json!({"type": "image", "payload": {"url": "https://a.test/a.png"}});
    vec![
        row("M-154", message(json!({"attachment": {}})), 100, 0, required("message[attachment][type]")),
        row(
            "M-154",
            message(json!({"attachment": {"type": "image"}})),
            100,
            0,
            required("message[attachment][payload]"),
        ),
        row("M-154", attachment("hologram", json!({})), 100, 0, kind("message[attachment][type]")),
        named("M-106", message(json!({"attachment": "image"})), "message[attachment]"),
        named("M-106", attachment("image", json!("https://a.test")), "message[attachment][payload]"),
        row(
            "M-80",
            message(json!({"attachment": {"type": "image", "payload": {}, "url": "x"}})),
            100,
            0,
            unknown("url", "message[attachment]"),
        ),
        row(
            "M-80",
            attachment("image", json!({"href": "x"})),
            100,
            0,
            unknown("href", "message[attachment][payload]"),
        ),
        (
            "M-83",
            attachment("video", json!({"url": "cat.mp4"})),
            100,
            0,
            no_url("cat.mp4"),
            Some("message[attachment][payload][url]"),
        ),
        row("M-90", attachment("file", json!({"is_reusable": true})), 100, 2_018_005, file),
        lacking(
            attachment("audio", json!({"attachment_id": 1_857_777_774_821_032_u64})),
            "message[attachment][payload][attachment_id]",
        ),
        lacking(
            attachment("image", json!({"sticker_id": 369_239_263_222_822_u64})),
            "message[attachment][payload][sticker_id]",
        ),
        lacking(attachment("REEL", json!({"url": "https://a.test"})), "an attachment of the type reel"),
        named(
            "M-106",
            attachment("image", json!({"url": "https://a.test/a", "is_reusable": "often"})),
            "message[attachment][payload][is_reusable]",
        ),
        named(
            "M-106",
            attachment("image", json!({"url": "https://a.test/a", "attachment_id": "1"})),
            "message[attachment][payload][attachment_id]",
        ),
        row("M-79", message(json!({"attachments": []})), 194, 0, too_few("message[attachments]")),
        row(
            "M-78",
            message(json!({"attachments": vec![image.clone(); 31]})),
            105,
            0,
            too_many("message[attachments]"),
        ),
        row(
            "M-154",
            message(json!({"attachments": [image, {"type": "video", "payload": {}}]})),
            100,
            0,
            kind("message[attachments][1][type]"),
        ),
    ]
}
