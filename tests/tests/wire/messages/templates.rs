//! Templates and their buttons.

use serde_json::{Value, json};

use super::{
    BUTTON, ELEMENT, Row, TYPES, buttons, element, empty, lacking, long, named, no_url, one_of, postback,
    required, row, template, too_few, too_long, too_many, unknown,
};

pub(super) fn rows() -> Vec<Row> {
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
            template(json!({"template_type": "generic", "elements": "x"})),
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
        lacking(buttons(json!([{"type": "audio_call"}])), "a button of the type audio_call"),
        row(
            "M-82",
            buttons(json!([{"type": "account_link", "url": "https://a.test", "title": ""}])),
            100,
            0,
            empty(&at("title")),
        ),
        row("M-82", buttons(json!([{"type": "account_unlink", "title": ""}])), 100, 0, empty(&at("title"))),
        row("M-82", buttons(json!([{"type": "game_play", "title": ""}])), 100, 0, empty(&at("title"))),
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
        row("M-80", element(json!({"title": "a", "item_uri": "x"})), 100, 0, unknown("item_uri", ELEMENT)),
        row("M-83", element(json!({"title": "a", "item_url": "x"})), 100, 0, no_url(&of("item_url"))),
        (
            "M-163",
            element(json!({"title": "a", "subtitle": "b", "item_url": "https://a.test",
                           "default_action": {"type": "web_url", "url": "https://a.test"}})),
            1,
            2_018_085,
            "(#1) Cannot specify both item_url and default_action".to_owned(),
            Some(ELEMENT),
        ),
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
        json!({"title": "a", "item_url": "https://a.test"}),
    ] {
        rows.push(("M-163", element(whole), 100, 2_018_035, incomplete.to_owned(), Some(ELEMENT)));
    }
    for one in
        [json!({}), json!({"title": "a"}), json!({"title": "a", "subtitle": "b", "buttons": [postback()]})]
    {
        let body = template(json!({"template_type": "generic", "elements": one}));
        rows.push(("M-163", body, 100, 2_018_035, incomplete.to_owned(), Some("name_placeholder[elements]")));
    }
    for gone in ["airline_itinerary", "list", "open_graph", "x"] {
        let body = template(json!({"template_type": gone}));
        rows.push((
            "M-88",
            body,
            100,
            2_018_026,
            unsupported.to_owned(),
            Some("name_placeholder[template_type]"),
        ));
    }
    for kind in ["media", "receipt", "coupon", "one_time_notif_req"] {
        rows.push(lacking(template(json!({"template_type": kind})), &format!("the template_type {kind}")));
    }
    rows
}
