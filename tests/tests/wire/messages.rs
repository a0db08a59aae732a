//! What a message may hold, call by call: one row for each text of a rule, and every shape that is in
//! order (M-61a, M-77 to M-90, M-142 to M-164, M-169).

#![expect(clippy::needless_pass_by_value, reason = "rows are read more easily without references")]

mod beside;
mod feedback;
mod media;
mod templates;
mod texts;

use emulator_server::journal::Record;
use serde_json::{Value, json};

use crate::stand::{BOT, PAGE, Says as _, Setup, Stand, entries};

/// A call that is refused: the rule, the members beside the recipient, code, subcode, text, and the
/// parameter that the journal names where the text does not.
type Row = (&'static str, Value, i64, i64, String, Option<&'static str>);

fn row(rule: &'static str, body: Value, code: i64, subcode: i64, text: impl Into<String>) -> Row {
    (rule, body, code, subcode, text.into(), None)
}

fn named(rule: &'static str, body: Value, param: &'static str) -> Row {
    (rule, body, 100, 0, "(#100) Invalid parameter".to_owned(), Some(param))
}

fn message(message: Value) -> Value {
    json!({"message": message})
}

fn attachment(kind: &str, payload: Value) -> Value {
    message(json!({"attachment": {"type": kind, "payload": payload}}))
}

fn template(payload: Value) -> Value {
    attachment("template", payload)
}

fn buttons(buttons: Value) -> Value {
    template(json!({"template_type": "button", "text": "a", "buttons": buttons}))
}

fn element(element: Value) -> Value {
    template(json!({"template_type": "generic", "elements": [element]}))
}

fn postback() -> Value {
    json!({"type": "postback", "title": "Go", "payload": "GO"})
}

fn reply() -> Value {
    json!({"content_type": "text", "title": "Yes", "payload": "YES"})
}

fn replies(replies: Value) -> Value {
    message(json!({"text": "a", "quick_replies": replies}))
}

fn feedback() -> Value {
    json!({
        "template_type": "customer_feedback", "title": "How was it?", "subtitle": "Tell us", "button_title": "Rate",
        "feedback_screens": [{"questions": [{
            "id": "q_1", "type": "csat", "title": "How did you like it?", "score_label": "neg_pos",
            "score_option": "five_stars", "follow_up": {"type": "free_form", "placeholder": "Why?"}}]}],
        "business_privacy": {"url": "https://shop.test/privacy"}, "expires_in_days": 3})
}

/// The feedback template with one value replaced, or taken away by a null.
fn feedback_with(pointer: &str, value: Value) -> Value {
    let mut payload = feedback();
    *payload.pointer_mut(pointer).expect("it is in the template") = value;
    template(payload)
}

/// So many characters of three bytes each: limits count characters (M-77).
fn long(count: usize) -> String {
    "☕".repeat(count)
}

fn too_long(parameter: &str, limit: usize) -> String {
    format!("(#100) Length of param {parameter} must be less than or equal to {limit}")
}

fn empty(parameter: &str) -> String {
    format!("(#100) Param {parameter} must be a non-empty UTF-8 encoded string")
}

fn required(parameter: &str) -> String {
    format!("(#100) The parameter {parameter} is required")
}

fn unknown(keys: &str, parameter: &str) -> String {
    format!("(#100) Invalid keys \"{keys}\" were found in param \"{parameter}\".")
}

fn too_many(parameter: &str) -> String {
    format!("(#105) param {parameter} has too many elements.")
}

fn too_few(parameter: &str) -> String {
    format!("(#194) param {parameter} has too few elements.")
}

fn one_of(parameter: &str, words: &str, got: &str) -> String {
    format!("(#100) Param {parameter} must be one of {{{words}}} - got \"{got}\".")
}

fn no_url(what: &str) -> String {
    format!("(#100) {what} should represent a valid URL")
}

/// What the platform has and this version lacks.
fn lacking(body: Value, what: &str) -> Row {
    row("M-61a", body, 3, 0, format!("(#3) {what} is not supported by this version of the emulator"))
}

fn not_a_text(parameter: &str) -> String {
    format!("(#100) Param {parameter} must be a UTF-8 encoded string")
}

const TYPES: &str = "WEB_URL, POSTBACK, PHONE_NUMBER, ACCOUNT_LINK, ACCOUNT_UNLINK, GAME_PLAY, AUDIO_CALL";
const BUTTON: &str = "name_placeholder[buttons][0]";
const ELEMENT: &str = "name_placeholder[elements][0]";
const QUESTION: &str = "name_placeholder[feedback_screens][0][questions][0]";

/// Makes every call and compares what it is told, and what the journal says of it.
async fn refused(rows: Vec<Row>) {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("messages");
    lane.person_says(ann, "hi").unwrap();
    for (rule, body, code, subcode, text, param) in rows {
        let mut call = json!({"recipient": {"id": ann.to_string()}});
        call.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = stand.post(BOT, "messages", &call).await;
        let status = if code == 230 { 403 } else { 400 };
        assert_eq!(answer.status(), status, "{call}\n{}", answer.text());
        let error = answer.json()["error"].clone();
        assert_eq!(error["message"], text.as_str(), "{call}");
        assert_eq!(error["code"], code, "{call}");
        assert_eq!(error["error_subcode"].as_i64().unwrap_or(0), subcode, "{call}");
        // A recipient that names nobody belongs to no lane of a person.
        let lanes = [stand.stage.lane("messages").unwrap(), stand.stage.lane("stage").unwrap()];
        let answered = error["fbtrace_id"].as_str().unwrap();
        let refusal = lanes
            .iter()
            .flat_map(|lane| entries(lane))
            .find(|entry| matches!(&entry.record, Record::Refused { trace, .. } if **trace == *answered));
        let refusal = refusal.expect("the refusal is in a journal");
        assert_eq!(refusal.rule.unwrap().to_string(), rule, "{call}");
        let Record::Refused { error, .. } = &refusal.record else { unreachable!() };
        assert_eq!(error.param.as_deref(), param, "{call}");
    }
}

#[tokio::test]
async fn messages_that_are_not_in_order() {
    refused(texts::rows()).await;
}

#[tokio::test]
async fn media_that_are_not_in_order() {
    refused(media::rows()).await;
}

#[tokio::test]
async fn templates_that_are_not_in_order() {
    refused(templates::rows()).await;
}

#[tokio::test]
async fn feedback_templates_that_are_not_in_order() {
    refused(feedback::rows()).await;
}

#[tokio::test]
async fn what_stands_beside_a_message_and_is_not_in_order() {
    refused(beside::rows()).await;
}

/// Calls that are in order, with everything that a kind of message can hold.
pub(crate) fn in_order() -> Vec<(&'static str, Value)> {
    let url = "https://shop.test/a?b=c";
    let page = |title: &str| {
        json!({"type": "web_url", "title": title, "url": url, "webview_height_ratio": "TALL",
               "webview_share_button": "hide", "messenger_extensions": false})
    };
    vec![
        ("the longest text", message(json!({"text": long(2_000), "metadata": long(1_000)}))),
        ("a number as text", message(json!({"text": 5, "metadata": 1.5, "quick_replies": null}))),
        ("thirteen quick replies", {
            let mut list = vec![reply(); 8];
            list.extend([
                json!({"content_type": "TEXT", "title": long(20), "payload": long(1_000)}),
                json!({"content_type": "text", "title": "", "payload": "", "image_url": url}),
                json!({"content_type": "text", "title": "n", "payload": 7}),
                json!({"content_type": "user_phone_number"}),
                json!({"content_type": "user_email", "title": null}),
            ]);
            replies(json!(list))
        }),
        ("an image", attachment("image", json!({"url": url, "is_reusable": true}))),
        ("a sound", attachment("AUDIO", json!({"url": url, "is_reusable": "false"}))),
        ("a film with quick replies", {
            message(
                json!({"attachment": {"type": "video", "payload": {"url": url}}, "quick_replies": [reply()], "metadata": "m"}),
            )
        }),
        ("a file", attachment("file", json!({"url": url}))),
        (
            "thirty images",
            message(json!({"attachments": vec![json!({"type": "image", "payload": {"url": url}}); 30]})),
        ),
        ("a text with buttons", {
            template(json!({"template_type": "button", "text": long(640), "sharable": true,
                            "buttons": [page("Look"), postback(), {"type": "phone_number", "title": "Call", "payload": "+15105551234"}]}))
        }),
        ("buttons of accounts and games", {
            buttons(json!([{"type": "account_link", "url": url}, {"type": "account_unlink"},
                           {"type": "game_play", "title": "Play", "payload": "P", "game_metadata": {"player_id": "1"}}]))
        }),
        ("ten elements", {
            let mut elements = vec![json!({"title": long(80), "subtitle": long(80)}); 8];
            elements.push(json!({"title": "Kettle", "image_url": url,
                                 "default_action": {"type": "web_url", "url": url, "messenger_extensions": null},
                                 "buttons": [postback(), page("Details"), {"type": "POSTBACK", "title": "Buy", "payload": 7}]}));
            elements.push(json!({"title": "Cup", "subtitle": null, "buttons": [{"type": "postback", "title": "More", "payload": "M"}]}));
            template(
                json!({"template_type": "GENERIC", "elements": elements, "sharable": 1, "image_aspect_ratio": "square"}),
            )
        }),
        ("an element of old", element(json!({"title": "a", "subtitle": "b", "item_url": url}))),
        ("titles that are too long", {
            let mut long_titled = buttons(json!([
                {"type": "postback", "title": "A title of twenty-six signs", "payload": "LONG"}, page(&long(21)),
                {"type": "account_link", "url": url, "title": long(21)}]));
            long_titled["message"]["quick_replies"] =
                json!([{"content_type": "text", "title": long(21), "payload": "P"}]);
            long_titled
        }),
        ("feedback", template(feedback())),
        ("feedback with its tag", {
            let mut call = template(feedback());
            call["tag"] = json!("CUSTOMER_FEEDBACK");
            call["messaging_type"] = json!("MESSAGE_TAG");
            call
        }),
        ("a type and a notification", {
            json!({"message": {"text": "a"}, "messaging_type": "Response", "notification_type": "no_push", "x": 1})
        }),
        ("a utility message", json!({"message": {"text": "a"}, "messaging_type": "UTILITY"})),
        ("news", json!({"message": {"text": "a"}, "messaging_type": "NON_PROMOTIONAL_SUBSCRIPTION"})),
    ]
}

#[tokio::test]
async fn messages_that_are_in_order_are_answered_and_kept_as_they_were_sent() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("messages");
    lane.person_says(ann, "hi").unwrap();
    for (name, body) in in_order() {
        let mut call = json!({"recipient": {"id": ann.to_string()}});
        call.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = stand.post(BOT, "messages", &call).await;
        assert_eq!(answer.status(), 200, "{name}: {}", answer.text());
        let members: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["recipient_id", "message_id"], "{name}");
        assert_eq!(answer.json()["recipient_id"], ann.to_string(), "{name}");
    }
    insta::assert_snapshot!(echoes_and_tappables(&stand));
}

#[tokio::test]
async fn titles_that_are_too_long_are_refused_where_the_page_says_so() {
    let stand = Setup::new().option("long_titles", "refuse").serve().await;
    let (lane, ann) = stand.lane("messages");
    lane.person_says(ann, "hi").unwrap();
    let page = json!({"type": "web_url", "title": long(21), "url": "https://a.test"});
    let element_at = "name_placeholder[elements][0][buttons][1][title]";
    let rows = [
        (
            replies(json!([reply(), {"content_type": "text", "title": long(21), "payload": "P"}])),
            "message[quick_replies][1][title]",
        ),
        (
            buttons(json!([{"type": "postback", "title": long(21), "payload": "P"}])),
            "name_placeholder[buttons][0][title]",
        ),
        (
            buttons(json!([{"type": "account_unlink", "title": long(21)}])),
            "name_placeholder[buttons][0][title]",
        ),
        (element(json!({"title": "a", "buttons": [postback(), page]})), element_at),
    ];
    for (body, parameter) in rows {
        let mut call = json!({"recipient": {"id": ann.to_string()}});
        call.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = stand.post(BOT, "messages", &call).await;
        assert_eq!(answer.json()["error"]["message"], too_long(parameter, 20), "{call}");
    }
    assert!(lane.conversation(ann).unwrap().tappable().next().is_none(), "nothing went out");
}

#[tokio::test]
async fn extensions_open_what_the_page_has_whitelisted_and_nothing_else() {
    let stand = Setup::new().whitelisted(&["shop.test", "pay.shop.test"]).serve().await;
    let (lane, ann) = stand.lane("messages");
    lane.person_says(ann, "hi").unwrap();
    for (url, taken) in [
        ("https://shop.test/cart?a=b", true),
        ("HTTPS://Pay.Shop.Test:8443", true),
        ("http://shop.test/cart", false),
        ("https://www.shop.test/", false),
        ("https://shop.test.example.com/", false),
        ("https://shop.test@example.com/", false),
    ] {
        let opens = |kind: Value| {
            let mut opens = json!({"type": "web_url", "url": url, "messenger_extensions": true, "fallback_url": "https://b.test"});
            opens.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
            opens
        };
        for body in [
            buttons(json!([opens(json!({"title": "Go"}))])),
            element(json!({"title": "a", "subtitle": "b", "default_action": opens(json!({}))})),
        ] {
            let mut call = json!({"recipient": {"id": ann.to_string()}});
            call.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            let answer = stand.post(BOT, "messages", &call).await;
            let refused = json!("(#100) The URL provided is not whitelisted for messenger extensions");
            let expected = if taken { Value::Null } else { refused };
            assert_eq!(answer.json()["error"]["message"], expected, "{call}");
        }
    }
}

/// What apps hear of each message of the Page, and what the person can tap at the end.
fn echoes_and_tappables(stand: &Stand) -> String {
    let lane = stand.stage.lane("messages").unwrap();
    let mut out = String::new();
    for entry in entries(&lane) {
        let Some(emulator_core::Effect::Deliver(delivery)) = entry.effect() else { continue };
        if delivery.app != BOT {
            continue;
        }
        let event: Value = serde_json::from_str(&emulator_server::journal::event_to_json(delivery)).unwrap();
        if !event["message"]["is_echo"].is_boolean() {
            continue;
        }
        let mut message = event["message"].clone();
        message.as_object_mut().unwrap().shift_remove("mid");
        out.push_str(&shortened(&message.to_string()));
        out.push('\n');
    }
    let ann = lane.person("ann", PAGE).unwrap();
    let conversation = lane.conversation(ann).unwrap();
    out.push_str("tappable:");
    for title in conversation.tappable() {
        out.push_str(&[" ", &title, ";"].concat());
    }
    out
}

/// The text with its repetitions counted.
fn shortened(text: &str) -> String {
    let image = r#"{"type":"image","payload":{"url":"https://shop.test/a?b=c"}}"#;
    let text = text.replace(&vec![image; 30].join(","), &format!("30 x {image}"));
    [2_000, 1_000, 640, 80]
        .iter()
        .fold(text, |text, count| text.replace(&long(*count), &format!("[{count} x ☕]")))
}
