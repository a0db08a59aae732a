//! What a message may hold, call by call: one row for each text of a rule, and every shape that is in
//! order (M-77 to M-90, M-94, M-137, M-142 to M-165, M-169).

#![expect(clippy::needless_pass_by_value, reason = "rows are read more easily without references")]

use emulator_server::journal::Record;
use serde_json::{Value, json};

use crate::stand::{BOT, Says as _, Setup, Stand, entries};

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

/// So many characters of three bytes each: limits count characters (M-18).
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

fn later(what: &str) -> String {
    format!("(#100) {what} is not supported by this version of the emulator")
}

const TYPES: &str = "WEB_URL, POSTBACK, PHONE_NUMBER, ACCOUNT_LINK, ACCOUNT_UNLINK, GAME_PLAY, AUDIO_CALL";
const BUTTON: &str = "name_placeholder[buttons][0]";
const ELEMENT: &str = "name_placeholder[elements][0]";
const QUESTION: &str = "name_placeholder[feedback_screens][0][questions][0]";

/// The message itself and its quick replies.
fn messages() -> Vec<Row> {
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
        named("M-106", message(json!({"text": {}})), "message[text]"),
        named("M-106", message(json!({"text": "a", "metadata": []})), "message[metadata]"),
        named(
            "M-106",
            message(json!({"attachment": {"type": "image"}, "attachments": []})),
            "message[attachments]",
        ),
        row("M-151", message(json!({"dynamic_text": {"text": "a"}})), 100, 0, later("message[dynamic_text]")),
        row("M-151", message(json!({"template": {"name": "a"}})), 100, 0, later("message[template]")),
        row(
            "M-151",
            message(json!({"sticker_id": 369_239_263_222_822_u64})),
            100,
            0,
            later("message[sticker_id]"),
        ),
        row(
            "M-151",
            json!({"template": {"name": "a"}, "messaging_type": "UTILITY"}),
            100,
            0,
            later("template"),
        ),
        // Quick replies.
        row("M-79", replies(json!([])), 194, 0, too_few("message[quick_replies]")),
        row("M-78", replies(json!(vec![reply(); 14])), 105, 0, too_many("message[quick_replies]")),
        named("M-106", replies(json!({})), "message[quick_replies]"),
        named("M-106", replies(json!([1])), "message[quick_replies][0]"),
        row(
            "M-77",
            replies(json!([reply(), {"content_type": "text", "title": long(21), "payload": "P"}])),
            100,
            0,
            too_long("message[quick_replies][1][title]", 20),
        ),
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
            replies(json!([{"content_type": "location"}])),
            100,
            0,
            one_of(&format!("{first}[content_type]"), "TEXT, USER_PHONE_NUMBER, USER_EMAIL", "location"),
        ),
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

/// Media.
fn media() -> Vec<Row> {
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
        row("M-154", attachment("location", json!({})), 100, 0, kind("message[attachment][type]")),
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
        (
            "M-94",
            attachment("audio", json!({"attachment_id": 1_857_777_774_821_032_u64})),
            100,
            2_018_074,
            "(#100) Invalid attachment id, or not owned by this page".to_owned(),
            Some("message[attachment][payload][attachment_id]"),
        ),
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

/// Templates and their buttons.
fn templates() -> Vec<Row> {
    let unsupported = "(#100) Unsupported template type provided. Please check API documentation for detail.";
    let incomplete = "(#100) Incomplete element data: title and at least one other field (image url, subtitle or \
                      buttons) is required with non-empty value";
    let data = "(#100) Invalid data";
    let at = |key: &str| format!("{BUTTON}[{key}]");
    let of = |key: &str| format!("{ELEMENT}[{key}]");
    let page = |extra: Value| {
        let mut button = json!({"type": "web_url", "title": "Go", "url": "https://a.test"});
        button.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        buttons(json!([button]))
    };
    let mut rows = vec![
        ("M-87", template(json!("x")), 100, 2_018_032, data.to_owned(), Some("name_placeholder")),
        (
            "M-87",
            template(json!({"template_type": "generic", "elements": {}})),
            100,
            2_018_032,
            data.to_owned(),
            Some("name_placeholder[elements]"),
        ),
        ("M-87", element(json!("x")), 100, 2_018_032, data.to_owned(), Some(ELEMENT)),
        ("M-87", buttons(json!([[]])), 100, 2_018_032, data.to_owned(), Some(BUTTON)),
        row("M-88", template(json!({})), 100, 0, "(#100) Missing template_type for attachment's payload"),
        // Buttons below a text.
        row(
            "M-73",
            template(json!({"template_type": "button", "buttons": [postback()]})),
            100,
            0,
            required("name_placeholder[text]"),
        ),
        row(
            "M-82",
            template(json!({"template_type": "button", "text": "", "buttons": [postback()]})),
            100,
            0,
            empty("name_placeholder[text]"),
        ),
        row(
            "M-77",
            template(json!({"template_type": "button", "text": long(641), "buttons": [postback()]})),
            100,
            0,
            too_long("name_placeholder[text]", 640),
        ),
        row(
            "M-73",
            template(json!({"template_type": "button", "text": "a"})),
            100,
            0,
            required("name_placeholder[buttons]"),
        ),
        row("M-75", buttons(json!([])), 100, 0, "(#100) param name_placeholder[buttons] must be non-empty."),
        row("M-78", buttons(json!(vec![postback(); 4])), 105, 0, too_many("name_placeholder[buttons]")),
        row(
            "M-80",
            template(json!({"template_type": "button", "text": "a", "elements": []})),
            100,
            0,
            unknown("elements", "name_placeholder"),
        ),
        // Buttons.
        row(
            "M-80",
            buttons(json!([{"type": "postback", "share_contents": {}}])),
            100,
            0,
            unknown("share_contents", BUTTON),
        ),
        row("M-73", buttons(json!([{"title": "Go"}])), 100, 0, required(&at("type"))),
        row("M-81", buttons(json!([{"type": "payment"}])), 100, 0, one_of(&at("type"), TYPES, "payment")),
        row(
            "M-162",
            buttons(json!([{"type": "audio_call"}])),
            100,
            0,
            later("a button of the type audio_call"),
        ),
        (
            "M-162",
            buttons(json!([{"type": "phone_number", "payload": "+15105551234"}])),
            100,
            2_018_053,
            "(#100) Element button title cannot be empty.".to_owned(),
            Some("name_placeholder[buttons][0][title]"),
        ),
        row(
            "M-82",
            buttons(json!([{"type": "web_url", "title": "", "url": "https://a.test"}])),
            100,
            0,
            empty(&at("title")),
        ),
        row(
            "M-77",
            buttons(json!([{"type": "postback", "title": long(21), "payload": "P"}])),
            100,
            0,
            too_long(&at("title"), 20),
        ),
        row(
            "M-77",
            buttons(json!([{"type": "postback", "title": "a", "payload": long(1_001)}])),
            100,
            0,
            too_long(&at("payload"), 1_000),
        ),
        (
            "M-162",
            buttons(json!([postback(), {"type": "postback", "title": "a", "payload": ""}])),
            100,
            2_018_040,
            "(#100) Payload cannot be empty for postback type button".to_owned(),
            Some("name_placeholder[buttons][1][payload]"),
        ),
        (
            "M-162",
            buttons(json!([{"type": "web_url", "title": "a"}])),
            100,
            2_018_041,
            "(#100) Web url cannot be empty for url type button".to_owned(),
            Some("name_placeholder[buttons][0][url]"),
        ),
        row("M-83", page(json!({"url": "a.test"})), 100, 0, no_url(&at("url"))),
        row(
            "M-81",
            page(json!({"webview_height_ratio": "huge"})),
            100,
            0,
            one_of(&at("webview_height_ratio"), "COMPACT, TALL, FULL", "huge"),
        ),
        row(
            "M-81",
            page(json!({"webview_share_button": "show"})),
            100,
            0,
            one_of(&at("webview_share_button"), "HIDE", "show"),
        ),
        (
            "M-89",
            page(json!({"messenger_extensions": "1", "fallback_url": "https://a.test/f"})),
            100,
            0,
            "(#100) The URL provided is not whitelisted for messenger extensions".to_owned(),
            Some("name_placeholder[buttons][0][url]"),
        ),
        named(
            "M-106",
            page(json!({"fallback_url": "https://a.test/f"})),
            "name_placeholder[buttons][0][fallback_url]",
        ),
        named(
            "M-106",
            buttons(json!([{"type": "phone_number", "title": "Call", "payload": "5105551234"}])),
            "name_placeholder[buttons][0][payload]",
        ),
        row(
            "M-73",
            buttons(json!([{"type": "phone_number", "title": "Call"}])),
            100,
            0,
            required(&at("payload")),
        ),
        row("M-73", buttons(json!([{"type": "account_link"}])), 100, 0, required(&at("url"))),
        row(
            "M-83",
            buttons(json!([{"type": "account_link", "url": "http://a.test"}])),
            100,
            0,
            no_url(&at("url")),
        ),
        row(
            "M-80",
            buttons(json!([{"type": "game_play", "title": "Play", "game_metadata": {"x": 1}}])),
            100,
            0,
            unknown("x", "name_placeholder[buttons][0][game_metadata]"),
        ),
        // Elements.
        row(
            "M-73",
            template(json!({"template_type": "generic"})),
            100,
            0,
            required("name_placeholder[elements]"),
        ),
        row(
            "M-79",
            template(json!({"template_type": "generic", "elements": []})),
            194,
            0,
            too_few("name_placeholder[elements]"),
        ),
        row(
            "M-78",
            template(
                json!({"template_type": "generic", "elements": vec![json!({"title": "a", "subtitle": "b"}); 11]}),
            ),
            105,
            0,
            too_many("name_placeholder[elements]"),
        ),
        row(
            "M-81",
            template(json!({"template_type": "generic", "image_aspect_ratio": "round", "elements": []})),
            100,
            0,
            one_of("name_placeholder[image_aspect_ratio]", "HORIZONTAL, SQUARE", "round"),
        ),
        named(
            "M-106",
            template(json!({"template_type": "generic", "sharable": 2, "elements": []})),
            "name_placeholder[sharable]",
        ),
        row("M-80", element(json!({"title": "a", "item_url": "x"})), 100, 0, unknown("item_url", ELEMENT)),
        row("M-82", element(json!({"title": "", "subtitle": "b"})), 100, 0, empty(&of("title"))),
        row("M-77", element(json!({"title": long(81), "subtitle": "b"})), 100, 0, too_long(&of("title"), 80)),
        row(
            "M-77",
            element(json!({"title": "a", "subtitle": long(81)})),
            100,
            0,
            too_long(&of("subtitle"), 80),
        ),
        row("M-83", element(json!({"title": "a", "image_url": "/a.png"})), 100, 0, no_url(&of("image_url"))),
        row("M-79", element(json!({"title": "a", "buttons": []})), 194, 0, too_few(&of("buttons"))),
        row(
            "M-78",
            element(json!({"title": "a", "buttons": vec![postback(); 4]})),
            105,
            0,
            too_many(&of("buttons")),
        ),
        row(
            "M-82",
            element(json!({"title": "a", "buttons": [{"type": "postback", "title": "", "payload": "P"}]})),
            100,
            0,
            empty("name_placeholder[elements][0][buttons][0][title]"),
        ),
        row(
            "M-80",
            element(json!({"title": "a", "subtitle": "b",
                           "default_action": {"type": "web_url", "title": "a", "url": "https://a.test"}})),
            100,
            0,
            unknown("title", &of("default_action")),
        ),
        row(
            "M-81",
            element(json!({"title": "a", "subtitle": "b", "default_action": {"type": "postback"}})),
            100,
            0,
            one_of(&format!("{ELEMENT}[default_action][type]"), "WEB_URL", "postback"),
        ),
    ];
    for whole in [
        json!({"subtitle": "b"}),
        json!({"title": "a"}),
        json!({"title": "a", "subtitle": ""}),
        json!({"title": "a", "default_action": {"type": "web_url", "url": "https://a.test"}}),
    ] {
        rows.push(("M-163", element(whole), 100, 2_018_035, incomplete.to_owned(), Some(ELEMENT)));
    }
    for gone in ["airline_itinerary", "list", "open_graph", "x"] {
        let body = template(json!({"template_type": gone}));
        rows.push(("M-88", body, 100, 0, unsupported.to_owned(), Some("name_placeholder[template_type]")));
    }
    for kind in ["media", "receipt", "coupon", "one_time_notif_req"] {
        let text = later(&format!("the template_type {kind}"));
        rows.push(row("M-88", template(json!({"template_type": kind})), 100, 0, text));
    }
    rows
}

/// The template that asks for feedback.
fn feedback_templates() -> Vec<Row> {
    let mut rows = vec![
        row(
            "M-77",
            feedback_with("/title", json!(long(66))),
            100,
            0,
            too_long("name_placeholder[title]", 65),
        ),
        row(
            "M-77",
            feedback_with("/subtitle", json!(long(81))),
            100,
            0,
            too_long("name_placeholder[subtitle]", 80),
        ),
        row(
            "M-77",
            feedback_with("/button_title", json!(long(21))),
            100,
            0,
            too_long("name_placeholder[button_title]", 20),
        ),
        row("M-82", feedback_with("/title", json!("")), 100, 0, empty("name_placeholder[title]")),
        row(
            "M-79",
            feedback_with("/feedback_screens", json!([])),
            194,
            0,
            too_few("name_placeholder[feedback_screens]"),
        ),
        row(
            "M-78",
            feedback_with("/feedback_screens", json!([{}, {}])),
            105,
            0,
            too_many("name_placeholder[feedback_screens]"),
        ),
        row(
            "M-78",
            feedback_with("/feedback_screens/0/questions", json!([{}, {}])),
            105,
            0,
            too_many("name_placeholder[feedback_screens][0][questions]"),
        ),
        row(
            "M-77",
            feedback_with("/feedback_screens/0/questions/0/id", json!("x".repeat(81))),
            100,
            0,
            too_long(&format!("{QUESTION}[id]"), 80),
        ),
        row(
            "M-81",
            feedback_with("/feedback_screens/0/questions/0/type", json!("stars")),
            100,
            0,
            one_of(&format!("{QUESTION}[type]"), "CSAT, NPS, CES, FREE_FORM", "stars"),
        ),
        row(
            "M-81",
            feedback_with("/feedback_screens/0/questions/0/score_option", json!("zero_to_ten")),
            100,
            0,
            one_of(
                &format!("{QUESTION}[score_option]"),
                "ONE_TO_FIVE, FIVE_STARS, FIVE_EMOJIS",
                "zero_to_ten",
            ),
        ),
        row(
            "M-81",
            feedback_with("/feedback_screens/0/questions/0/score_label", json!("x")),
            100,
            0,
            one_of(
                &format!("{QUESTION}[score_label]"),
                "NEG_POS, HARD_EASY, DIS_SAT, UNLIKE_LIKE, POOR_GREAT, NONE",
                "x",
            ),
        ),
        row(
            "M-77",
            feedback_with("/feedback_screens/0/questions/0/title", json!(long(86))),
            100,
            0,
            too_long(&format!("{QUESTION}[title]"), 85),
        ),
        row(
            "M-77",
            feedback_with("/feedback_screens/0/questions/0/follow_up/placeholder", json!(long(66))),
            100,
            0,
            too_long(&format!("{QUESTION}[follow_up][placeholder]"), 65),
        ),
        row(
            "M-83",
            feedback_with("/business_privacy/url", json!("shop.test")),
            100,
            0,
            no_url("name_placeholder[business_privacy][url]"),
        ),
    ];
    for (pointer, key) in [
        ("/title", "name_placeholder[title]"),
        ("/subtitle", "name_placeholder[subtitle]"),
        ("/button_title", "name_placeholder[button_title]"),
        ("/feedback_screens", "name_placeholder[feedback_screens]"),
        ("/feedback_screens/0/questions", "name_placeholder[feedback_screens][0][questions]"),
        ("/feedback_screens/0/questions/0/id", "name_placeholder[feedback_screens][0][questions][0][id]"),
        ("/business_privacy", "name_placeholder[business_privacy]"),
        ("/business_privacy/url", "name_placeholder[business_privacy][url]"),
    ] {
        rows.push(row("M-73", feedback_with(pointer, Value::Null), 100, 0, required(key)));
    }
    let question_id = "name_placeholder[feedback_screens][0][questions][0][id]";
    let question_title = "name_placeholder[feedback_screens][0][questions][0][title]";
    for (pointer, value, param) in [
        ("/title", json!("See https://shop.test"), "name_placeholder[title]"),
        ("/subtitle", json!("WWW.shop.test"), "name_placeholder[subtitle]"),
        ("/feedback_screens/0/questions/0/id", json!("q-1"), question_id),
        ("/feedback_screens/0/questions/0/title", json!("Why?"), question_title),
        ("/expires_in_days", json!(0), "name_placeholder[expires_in_days]"),
        ("/expires_in_days", json!("8"), "name_placeholder[expires_in_days]"),
    ] {
        rows.push(named("M-169", feedback_with(pointer, value), param));
    }
    rows
}

/// What stands beside a message, and what stands in place of one.
fn beside() -> Vec<Row> {
    let with = |extra: Value| {
        let mut body = message(json!({"text": "a"}));
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let to = |recipient: Value| with(json!({"recipient": recipient}));
    let action = |action: &str, payload: Value| json!({"sender_action": action, "payload": payload});
    let phone = "(#200) Cannot message users who are not admins, developers or testers of the app until \
                 pages_messaging_phone_number permission is reviewed and the app is live.";
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
        named("M-181a", with(json!({"tag": "customer_feedback"})), "tag"),
        named("M-106", with(json!({"tag": []})), "tag"),
        row("M-137", with(json!({"persona_id": 1_005_551})), 100, 0, "(#100) Invalid persona id"),
        row(
            "M-137",
            json!({"sender_action": "typing_on", "persona_id": "1005551"}),
            100,
            0,
            "(#100) Invalid persona id",
        ),
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
        row("M-142", to(json!({"user_ref": "u"})), 100, 0, later("recipient[user_ref]")),
        row("M-142", to(json!({"post_id": "1_2"})), 100, 0, later("recipient[post_id]")),
        row(
            "M-142",
            to(json!({"one_time_notif_token": "1"})),
            100,
            0,
            later("recipient[one_time_notif_token]"),
        ),
        row(
            "M-142",
            to(json!({"notification_messages_token": "1"})),
            100,
            0,
            later("recipient[notification_messages_token]"),
        ),
        row("M-142", to(json!({"thread_key": "t_1"})), 100, 0, later("recipient[thread_key]")),
        row(
            "M-127",
            to(json!({"comment_id": "1_2_3"})),
            100,
            2_018_292,
            "(#100) Invalid comment_id parameter",
        ),
        row(
            "M-116",
            to(json!({"phone_number": "+1(212)555-2368", "name": {"first_name": "A", "last_name": "B"}})),
            200,
            2_018_027,
            phone,
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

/// Makes every call and compares what it is told, and what the journal says of it.
async fn refused(rows: Vec<Row>) {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("messages");
    lane.person_says(ann, "hi").unwrap();
    for (rule, body, code, subcode, text, param) in rows {
        let mut call = json!({"recipient": {"id": ann.to_string()}});
        call.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = stand.post(BOT, "messages", &call).await;
        let status = if code == 200 { 403 } else { 400 };
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
    refused(messages()).await;
}

#[tokio::test]
async fn media_that_are_not_in_order() {
    refused(media()).await;
}

#[tokio::test]
async fn templates_that_are_not_in_order() {
    refused(templates()).await;
}

#[tokio::test]
async fn feedback_templates_that_are_not_in_order() {
    refused(feedback_templates()).await;
}

#[tokio::test]
async fn what_stands_beside_a_message_and_is_not_in_order() {
    refused(beside()).await;
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
                json!({"attachment": {"type": "video", "payload": {"url": url}}, "quick_replies": [reply()]}),
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
    let ann = lane.people()["ann"];
    let conversation = lane.conversation(ann).unwrap();
    out.push_str("tappable:");
    for title in conversation.tappable() {
        out.push_str(&[" ", title, ";"].concat());
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
