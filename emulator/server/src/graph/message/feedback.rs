//! The template that asks for feedback (M-169). What its limits sound like is known from other
//! templates alone.

use emulator_core::RuleId;
use serde_json::Value;

use super::object_reader::{Count, ObjectReader};
use super::path::Path;
use crate::graph::error::GraphError;

const ONE: Count = Count { least: 1, most: 1 };
const QUESTION_TITLE: std::ops::RangeInclusive<usize> = 5..=85;
const ID_LIMIT: usize = 80;
const DAYS: std::ops::RangeInclusive<u64> = 1..=7;
const SCORE_LABELS: &[&str] = &["neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none"];

/// The kinds of questions, each with what its answers can look like.
const QUESTIONS: &[(&str, &[&str])] = &[
    ("csat", &["one_to_five", "five_stars", "five_emojis"]),
    ("nps", &["zero_to_ten"]),
    ("ces", &["one_to_seven"]),
    ("free_form", &[]),
];

/// Checks the payload.
pub(super) fn read(part: &mut ObjectReader<'_>) -> Result<(), GraphError> {
    part.only(&[
        "template_type",
        "title",
        "subtitle",
        "button_title",
        "feedback_screens",
        "business_privacy",
        "expires_in_days",
    ])?;
    for (key, limit) in [("title", 65), ("subtitle", 80), ("button_title", 20)] {
        let text = part.required(key, limit)?.to_owned();
        no_address(&text, part.at(key))?;
    }
    if !part.each("feedback_screens", ONE, screen)? {
        return Err(GraphError::required(part.at("feedback_screens")));
    }
    match part.part("business_privacy")? {
        None => return Err(GraphError::required(part.at("business_privacy"))),
        Some(mut privacy) => {
            privacy.only(&["url"])?;
            if privacy.url("url")?.is_none() {
                return Err(GraphError::required(privacy.at("url")));
            }
        }
    }
    match part.number("expires_in_days")? {
        Some(days) if !DAYS.contains(&days) => Err(wrong(part.at("expires_in_days"))),
        Some(_) | None => Ok(()),
    }
}

fn wrong(path: Path<'_>) -> GraphError {
    GraphError { rule: RuleId::FeedbackTemplate, ..GraphError::invalid().param(path) }
}

/// Texts of the template hold no addresses.
fn no_address(text: &str, path: Path<'_>) -> Result<(), GraphError> {
    let text = text.to_lowercase();
    if ["http://", "https://", "www."].iter().any(|address| text.contains(address)) {
        return Err(wrong(path));
    }
    Ok(())
}

fn screen(value: &mut Value, path: Path<'_>) -> Result<(), GraphError> {
    let mut part = ObjectReader::new(value, path)?;
    part.only(&["questions"])?;
    if part.each("questions", ONE, question)? {
        return Ok(());
    }
    Err(GraphError::required(part.at("questions")))
}

fn question(value: &mut Value, path: Path<'_>) -> Result<(), GraphError> {
    let mut part = ObjectReader::new(value, path)?;
    part.only(&["id", "type", "title", "score_label", "score_option", "follow_up"])?;
    let id = part.required("id", ID_LIMIT)?;
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(wrong(part.at("id")));
    }
    let kinds = QUESTIONS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>();
    let kind = part.word("type", &kinds)?.ok_or_else(|| GraphError::required(part.at("type")))?;
    if let Some(title) = part.text("title", *QUESTION_TITLE.end())?.map(str::to_owned) {
        if title.chars().count() < *QUESTION_TITLE.start() {
            return Err(wrong(part.at("title")));
        }
        no_address(&title, part.at("title"))?;
    }
    part.word("score_label", SCORE_LABELS)?;
    let options = QUESTIONS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, options)| options);
    part.word("score_option", options)?;
    if let Some(mut follow_up) = part.part("follow_up")? {
        follow_up.only(&["type", "placeholder"])?;
        follow_up.word("type", &["free_form"])?.ok_or_else(|| GraphError::required(follow_up.at("type")))?;
        follow_up.text("placeholder", 65)?;
    }
    Ok(())
}
