//! What stands beside a message, and what stands in place of one.

use serde_json::{Value, json};

use super::{Row, empty, lacking, message, named, one_of, required, row, unknown};

pub(super) fn rows() -> Vec<Row> {
    let with = |extra: Value| {
        let mut body = message(json!({"text": "a"}));
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let to = |recipient: Value| with(json!({"recipient": recipient}));
    let action = |action: &str, payload: Value| json!({"sender_action": action, "payload": payload});
    let invalid_tag = "(#100) Invalid tag.";
    let types = "RESPONSE, UPDATE, MESSAGE_TAG, UTILITY";
    vec![
        row(
            "M-81",
            with(json!({"messaging_type": "REPLY"})),
            100,
            0,
            one_of("messaging_type", types, "REPLY"),
        ),
        row(
            "M-81",
            with(json!({"notification_type": "LOUD"})),
            100,
            0,
            one_of("notification_type", "REGULAR, SILENT_PUSH, NO_PUSH", "LOUD"),
        ),
        row(
            "M-100",
            with(json!({"messaging_type": "message_tag"})),
            100,
            0,
            "(#100) The parameter tag is required",
        ),
        row("M-99", with(json!({"tag": "SHIPPING_UPDATE"})), 100, 0, invalid_tag),
        row("M-99", with(json!({"tag": "PAIRING_UPDATE", "messaging_type": "UPDATE"})), 100, 0, invalid_tag),
        row(
            "M-100",
            with(json!({"tag": "HUMAN_AGENT", "messaging_type": "UTILITY"})),
            100,
            0,
            "(#100) Messaging type should be MESSAGE_TAG for tagged messages.",
        ),
        // That a tag has ended comes before what it goes with.
        row(
            "M-101",
            with(json!({"tag": "ACCOUNT_UPDATE", "messaging_type": "RESPONSE"})),
            100,
            1_893_061,
            "Invalid parameter",
        ),
        named("M-181a", with(json!({"tag": "customer_feedback"})), "tag"),
        named("M-106", with(json!({"tag": []})), "tag"),
        lacking(with(json!({"persona_id": 1_005_551})), "persona_id"),
        lacking(json!({"sender_action": "typing_on", "persona_id": "1005551"}), "persona_id"),
        row(
            "M-80",
            with(json!({"thread_control": {"target": "inbox"}})),
            100,
            0,
            unknown("target", "thread_control"),
        ),
        lacking(json!({"suggestion_action": "ACCEPT"}), "suggestion_action"),
        row("M-147", with(json!({"reply_to": {"mid": "m_x"}})), 100, 0, "(#100) Invalid parameter"),
        row("M-73", with(json!({"reply_to": {}})), 100, 0, required("reply_to[mid]")),
        row("M-80", with(json!({"reply_to": {"id": 1}})), 100, 0, unknown("id", "reply_to")),
        named("M-106", with(json!({"reply_to": "m_x"})), "reply_to"),
        // Recipients.
        row(
            "M-107",
            to(json!({"id": 0})),
            100,
            0,
            "(#100) Parameter error: You cannot send messages to this id",
        ),
        lacking(to(json!({"user_ref": "u"})), "recipient[user_ref]"),
        lacking(to(json!({"post_id": "1_2"})), "recipient[post_id]"),
        lacking(to(json!({"comment_id": "1_2_3"})), "recipient[comment_id]"),
        lacking(to(json!({"one_time_notif_token": "1"})), "recipient[one_time_notif_token]"),
        lacking(to(json!({"notification_messages_token": "1"})), "recipient[notification_messages_token]"),
        lacking(to(json!({"thread_key": "t_1"})), "recipient[thread_key]"),
        row(
            "M-116",
            to(json!({"phone_number": "+1(212)555-2368", "name": {"first_name": "A", "last_name": "B"}})),
            230,
            0,
            "(#230) Requires pages_messaging_phone_number permission to manage the object",
        ),
        named("M-142", to(json!({"id": "1", "user_ref": "u"})), "recipient[user_ref]"),
        row("M-80", to(json!({"psid": "1"})), 100, 0, unknown("psid", "recipient")),
        // Sender actions.
        row(
            "M-81",
            json!({"sender_action": "dance"}),
            100,
            0,
            one_of("sender_action", "MARK_SEEN, TYPING_ON, TYPING_OFF, REACT, UNREACT", "dance"),
        ),
        row("M-73", json!({"sender_action": "react"}), 100, 0, required("payload")),
        row("M-73", action("react", json!({"reaction": "love"})), 100, 0, required("payload[message_id]")),
        row("M-73", action("react", json!({"message_id": "m_x"})), 100, 0, required("payload[reaction]")),
        row(
            "M-82",
            action("react", json!({"message_id": "m_x", "reaction": ""})),
            100,
            0,
            empty("payload[reaction]"),
        ),
        row(
            "M-80",
            action("unreact", json!({"message_id": "m_x", "emoji": 1})),
            100,
            0,
            unknown("emoji", "payload"),
        ),
        row("M-147", action("unreact", json!({"message_id": "m_x"})), 100, 0, "(#100) Invalid parameter"),
        named("M-106", action("react", json!(["m_x"])), "payload"),
    ]
}
