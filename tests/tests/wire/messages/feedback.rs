//! The template that asks for feedback.

use serde_json::{Value, json};

use super::{
    QUESTION, Row, empty, feedback_with, long, named, no_url, one_of, required, row, too_few, too_long,
    too_many,
};

pub(super) fn rows() -> Vec<Row> {
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
