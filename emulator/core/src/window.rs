//! The messaging windows (M-177 to M-183): when an app may write to a person at all.

use crate::case::Case;
use crate::catalogue::RuleId;
use crate::conversation::Conversation;
use crate::effect::{Decided, Effect, Refusal};
use crate::fact::{Fact, Saw};
use crate::ids::Psid;
use crate::input::Tag;
use crate::message::{Message, Template};
use crate::refusal::RefusalKind;
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
pub(crate) fn tag_lives(case: &Case<'_>, tag: Option<Tag>) -> Result<(), Refusal> {
    match tag {
        Some(Tag::ConfirmedEventUpdate | Tag::AccountUpdate | Tag::PostPurchaseUpdate)
            if case.options.rules_as_of >= TAGS_RETIRED =>
        {
            Err(case.refuse(RuleId::TagRetired, RefusalKind::TagRetired))
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

/// Says by which rule a message may go out now (C-90, M-177 to M-183), and when the window closes or closed.
pub(crate) fn admits(
    case: &Case<'_>,
    message: &Message,
    tag: Option<Tag>,
) -> Result<(RuleId, Option<Timestamp>), Refusal> {
    let conversation = case.conversation();
    let until = conversation.and_then(|conversation| conversation.window_until);
    if until.is_some_and(|until| case.now < until) {
        return Ok((RuleId::WindowStandard, until));
    }
    let last = conversation.and_then(|conversation| conversation.last_user_message);
    let within_week = last.is_some_and(|last| case.now < last + HUMAN_AGENT_WINDOW);
    let news_page = case.world.settings.pages.get(&case.page).is_some_and(|page| page.news);
    let (rule, allowed, kind) = match tag {
        None => (RuleId::WindowStandard, false, RefusalKind::OutsideWindow),
        Some(Tag::HumanAgent) => (RuleId::WindowHumanAgent, within_week, RefusalKind::OutsideWindow),
        Some(Tag::CustomerFeedback) => {
            let asks = message.template == Some(Template::CustomerFeedback);
            (RuleId::WindowFeedback, within_week && asks, RefusalKind::OutsideWindow)
        }
        // Whether the tag lives was looked at before.
        Some(Tag::ConfirmedEventUpdate | Tag::AccountUpdate | Tag::PostPurchaseUpdate) => {
            (RuleId::WindowUpdateTags, true, RefusalKind::OutsideWindow)
        }
        Some(Tag::NonPromotionalSubscription) => (RuleId::WindowNews, news_page, RefusalKind::NotANewsPage),
    };
    let saw = Saw::of([Fact::WindowUntil(until)]);
    if allowed { Ok((rule, until)) } else { Err(Refusal { saw, ..case.refuse(rule, kind) }) }
}
