//! Messages themselves and their quick replies.

use serde_json::{Value, json};

use super::{
    Row, lacking, long, message, named, no_url, not_a_text, one_of, replies, reply, required, row, too_few,
    too_long, too_many, unknown,
};

pub(super) fn rows() -> Vec<Row> {
    let nothing = "(#100) Message cannot be empty, must provide valid attachment or text";
    let both = "(#100) Only one of text or attachment can be specified";
    let title = "(#100) Title is required for this quick reply content type";
    let payload = "(#100) Payload is required for this quick reply content type";
    let first = "message[quick_replies][0]";
    vec![
        row("M-75", message(json!({})), 100, 0, "(#100) param message must be non-empty"),
        row("M-84", message(json!({"text": null})), 100, 2_018_034, nothing),
        row("M-84", message(json!({"text": "", "mid": "m_1", "seq": 2})), 100, 2_018_034, nothing),
        row("M-84", message(json!({"quick_replies": [reply()]})), 100, 2_018_034, nothing),
        row(
            "M-85",
            message(json!({"text": "a", "attachment": {"type": "image", "payload": {}}})),
            100,
            2_018_018,
            both,
        ),
        row("M-85", message(json!({"text": "a", "attachments": []})), 100, 2_018_018, both),
        row("M-77", message(json!({"text": long(2_001)})), 100, 0, too_long("message[text]", 2_000)),
        row(
            "M-77",
            message(json!({"text": long(2_001), "quick_replies": [reply()]})),
            100,
            0,
            too_long("message[text]", 2_000),
        ),
        row(
            "M-77",
            message(json!({"text": "a", "metadata": long(1_001)})),
            100,
            0,
            too_long("message[metadata]", 1_000),
        ),
        row(
            "M-80",
            message(json!({"type": 1, "title": 2, "url": 3, "text": "a"})),
            100,
            0,
            unknown("type, title, url", "message"),
        ),
        named("M-106", json!({"message": ["a"]}), "message"),
        row("M-82a", message(json!({"text": {"text": "hi"}})), 100, 0, not_a_text("message[text]")),
        row("M-82a", message(json!({"text": "a", "metadata": []})), 100, 0, not_a_text("message[metadata]")),
        row(
            "M-82a",
            replies(json!([{"content_type": "text", "title": ["a"], "payload": "P"}])),
            100,
            0,
            not_a_text(&format!("{first}[title]")),
        ),
        named(
            "M-106",
            message(json!({"attachment": {"type": "image"}, "attachments": []})),
            "message[attachments]",
        ),
        lacking(message(json!({"dynamic_text": {"text": "a"}})), "message[dynamic_text]"),
        lacking(message(json!({"template": {"name": "a"}})), "message[template]"),
        lacking(message(json!({"sticker_id": 369_239_263_222_822_u64})), "message[sticker_id]"),
        lacking(json!({"template": {"name": "a"}, "messaging_type": "UTILITY"}), "template"),
        // Quick replies.
        row("M-79", replies(json!([])), 194, 0, too_few("message[quick_replies]")),
        row("M-78", replies(json!(vec![reply(); 14])), 105, 0, too_many("message[quick_replies]")),
        named("M-106", replies(json!({})), "message[quick_replies]"),
        named("M-106", replies(json!([1])), "message[quick_replies][0]"),
        row(
            "M-77",
            replies(json!([{"content_type": "text", "title": "a", "payload": long(1_001)}])),
            100,
            0,
            too_long("message[quick_replies][0][payload]", 1_000),
        ),
        row("M-80", replies(json!([{"content_type": "text", "x": 1}])), 100, 0, unknown("x", first)),
        row("M-73", replies(json!([{"title": "a"}])), 100, 0, required(&format!("{first}[content_type]"))),
        row(
            "M-81",
            replies(json!([{"content_type": "position"}])),
            100,
            0,
            one_of(&format!("{first}[content_type]"), "TEXT, USER_PHONE_NUMBER, USER_EMAIL", "position"),
        ),
        location(json!({"content_type": "location"})),
        location(json!({"content_type": "LOCATION", "title": "Here", "payload": "P"})),
        (
            "M-159",
            replies(json!([{"content_type": "text", "payload": "P"}])),
            100,
            2_018_098,
            title.to_owned(),
            Some("message[quick_replies][0][title]"),
        ),
        (
            "M-159",
            replies(json!([{"content_type": "text", "title": "", "payload": "P"}])),
            100,
            2_018_098,
            title.to_owned(),
            Some("message[quick_replies][0][title]"),
        ),
        (
            "M-159",
            replies(json!([reply(), {"content_type": "text", "title": "a"}])),
            100,
            2_018_099,
            payload.to_owned(),
            Some("message[quick_replies][1][payload]"),
        ),
        (
            "M-159",
            replies(json!([{"content_type": "text", "title": "a", "payload": ""}])),
            100,
            2_018_099,
            payload.to_owned(),
            Some("message[quick_replies][0][payload]"),
        ),
        row(
            "M-83",
            replies(json!([{"content_type": "text", "title": "a", "payload": "P", "image_url": "a.png"}])),
            100,
            0,
            no_url(&format!("{first}[image_url]")),
        ),
    ]
}

/// The quick reply of old that asked where somebody is.
fn location(reply: Value) -> Row {
    (
        "M-159",
        replies(json!([reply])),
        100,
        0,
        "(#100) Location Quick Reply is now deprecated on API 4.0. Please refer to our Developer Documentation for more info."
            .to_owned(),
        Some("message[quick_replies][0][content_type]"),
    )
}
