//! The messaging windows (M-177 to M-181): when an app may write to a person at all.

use crate::catalogue::RuleId;
use crate::conversation::Conversation;
use crate::effect::{Decided, Effect, Refusal, RefusalKind, Saw};
use crate::ids::Psid;
use crate::input::Tag;
use crate::time::{Span, Timestamp};

/// How long a person's action keeps the standard window open.
pub const STANDARD_WINDOW: Span = Span::DAY;
/// How long after the person's last message a human agent may answer.
pub const HUMAN_AGENT_WINDOW: Span = Span(7 * Span::DAY.0);

/// Opens the window, or keeps it open for longer: the person did something that opens it.
pub(crate) fn open(conversation: &mut Conversation, person: Psid, now: Timestamp) -> Decided {
    let saw = Saw { window: Some(conversation.window_until), ..Saw::default() };
    let until = now + STANDARD_WINDOW;
    conversation.window_until = Some(until);
    Decided { rule: RuleId::WindowOpens, saw, effect: Effect::WindowOpened { person, until } }
}

/// Says by which rule a message may go out now.
pub(crate) fn admits(
    conversation: Option<&Conversation>,
    tag: Option<Tag>,
    now: Timestamp,
) -> Result<(RuleId, Saw), Refusal> {
    let until = conversation.and_then(|conversation| conversation.window_until);
    let saw = Saw { window: Some(until), ..Saw::default() };
    if until.is_some_and(|until| now < until) {
        return Ok((RuleId::WindowStandard, saw));
    }
    match tag {
        Some(Tag::HumanAgent) => {
            let last = conversation.and_then(|conversation| conversation.last_user_message);
            if last.is_some_and(|last| now < last + HUMAN_AGENT_WINDOW) {
                return Ok((RuleId::WindowHumanAgent, saw));
            }
            Err(Refusal { rule: RuleId::WindowHumanAgent, saw, kind: RefusalKind::OutsideWindow })
        }
        None => Err(Refusal { rule: RuleId::WindowStandard, saw, kind: RefusalKind::OutsideWindow }),
    }
}
