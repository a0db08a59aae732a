//! The messaging windows (M-177 to M-183): when an app may write to a person at all.

use crate::catalogue::RuleId;
use crate::conversation::Conversation;
use crate::effect::{Decided, Effect, Refusal, RefusalKind};
use crate::fact::{Fact, Saw};
use crate::ids::Psid;
use crate::input::Tag;
use crate::message::{Message, Template};
use crate::options::Options;
use crate::time::{Span, Timestamp};

/// How long a person's action keeps the standard window open.
pub const STANDARD_WINDOW: Span = Span::DAY;
/// How long after the person's last message a human agent may answer.
pub const HUMAN_AGENT_WINDOW: Span = Span(7 * Span::DAY.0);
/// When three tags ended: 2026-04-27 (M-183).
const TAGS_RETIRED: Timestamp = Timestamp(1_777_248_000_000);

/// Opens the window, or keeps it open for longer: the person did something that opens it.
pub(crate) fn open(conversation: &mut Conversation, person: Psid, now: Timestamp) -> Decided {
    let saw = Saw::of([Fact::WindowUntil(conversation.window_until)]);
    let until = now + STANDARD_WINDOW;
    conversation.window_until = Some(until);
    Decided { rule: RuleId::WindowOpens, saw, effect: Effect::WindowOpened { person, until } }
}

/// Refuses a tag that has ended, inside the window too (M-101).
pub(crate) fn tag_lives(tag: Option<Tag>, options: &Options, saw: Saw) -> Result<(), Refusal> {
    match tag {
        Some(Tag::ConfirmedEventUpdate | Tag::AccountUpdate | Tag::PostPurchaseUpdate)
            if options.rules_as_of >= TAGS_RETIRED =>
        {
            Err(Refusal { rule: RuleId::TagRetired, saw, kind: RefusalKind::TagRetired })
        }
        Some(
            Tag::ConfirmedEventUpdate
            | Tag::AccountUpdate
            | Tag::PostPurchaseUpdate
            | Tag::HumanAgent
            | Tag::CustomerFeedback
            | Tag::NonPromotionalSubscription,
        )
        | None => Ok(()),
    }
}

/// Says by which rule a message may go out now (M-181).
pub(crate) fn admits(
    conversation: Option<&Conversation>,
    message: &Message,
    tag: Option<Tag>,
    news_page: bool,
    now: Timestamp,
) -> Result<(RuleId, Saw), Refusal> {
    let until = conversation.and_then(|conversation| conversation.window_until);
    let saw = Saw::of([Fact::WindowUntil(until)]);
    if until.is_some_and(|until| now < until) {
        return Ok((RuleId::WindowStandard, saw));
    }
    let last = conversation.and_then(|conversation| conversation.last_user_message);
    let within_week = last.is_some_and(|last| now < last + HUMAN_AGENT_WINDOW);
    let decide = |allowed, rule| {
        let saw = saw.clone();
        if allowed { Ok((rule, saw)) } else { Err(Refusal { rule, saw, kind: RefusalKind::OutsideWindow }) }
    };
    match tag {
        None => decide(false, RuleId::WindowStandard),
        Some(Tag::HumanAgent) => decide(within_week, RuleId::WindowHumanAgent),
        Some(Tag::CustomerFeedback) => {
            let asks = message.template == Some(Template::CustomerFeedback);
            decide(within_week && asks, RuleId::WindowFeedback)
        }
        Some(Tag::ConfirmedEventUpdate | Tag::AccountUpdate | Tag::PostPurchaseUpdate) => {
            // Whether the tag lives was looked at before.
            decide(true, RuleId::WindowUpdateTags)
        }
        Some(Tag::NonPromotionalSubscription) if news_page => decide(true, RuleId::WindowNews),
        Some(Tag::NonPromotionalSubscription) => {
            Err(Refusal { rule: RuleId::WindowNews, saw, kind: RefusalKind::NotANewsPage })
        }
    }
}
