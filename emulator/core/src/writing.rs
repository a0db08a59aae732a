//! A message comes to stand in a conversation and reaches the person.

use std::sync::Arc;

use crate::audience::Audience;
use crate::case::Case;
use crate::catalogue::RuleId;
use crate::conversation::{Kept, Sender};
use crate::derive::Digest;
use crate::effect::Effect;
use crate::event::Event;
use crate::field::Field;
use crate::filing;
use crate::ids::Mid;
use crate::message::Message;
use crate::options::Activity;
use crate::party::Party;
use crate::time::Timestamp;

/// Puts a message into the conversation, with an id and a timestamp of its own.
pub(crate) fn write(
    case: &mut Case<'_>,
    rule: RuleId,
    from: Sender,
    message: &Arc<Message>,
) -> (Mid, Timestamp) {
    let author = match from {
        Sender::Person => None,
        Sender::Party(party) => Some(party),
    };
    let at = case.next_event();
    let text = message.text.as_deref().unwrap_or_default();
    let named = Digest::new().number(case.person.0).bytes(text.as_bytes());
    let named = message.body.as_deref().map_or(named, |body| named.bytes(body.as_bytes()));
    let named = author.map_or(named, |party| named.number(party.number().0));
    let mid = case.message_id(named, author);
    case.begun().keep(Kept { mid: mid.clone(), from, at, message: Arc::clone(message) });
    let person = case.person;
    case.happens(rule, Effect::Message { person, from, mid: mid.clone(), at, message: Arc::clone(message) });
    (mid, at)
}

/// The Page wrote, which keeps the owner in control only where any message does (C-26).
pub(crate) fn page_wrote(case: &mut Case<'_>) {
    match case.options.activity {
        Activity::UserMessage => {}
        Activity::AnyMessage => renew(case),
    }
}

/// Something was written: the owner keeps control for at least as long as a message renews it (C-26).
pub(crate) fn renew(case: &mut Case<'_>) {
    let control = case.control();
    let Some((until, lasts)) = control.until().zip(control.lasts()) else { return };
    let until = until.max(case.now + lasts);
    let saw = crate::case::control_facts(control, case.line());
    case.seeing(saw, |case| case.prolong(RuleId::MessageRenewsControl, until));
}

/// What the person or the owner wrote files the conversation where it belongs (C-98, C-102).
pub(crate) fn files(case: &mut Case<'_>) {
    let how = (case.takes_part(Party::Inbox), case.options.done_folder);
    let person = case.person;
    let filed = filing::after_message(case.begun(), person, how);
    case.follows(filed);
}

/// The message has reached the person, which apps may want to know (C-164).
pub(crate) fn delivered(case: &mut Case<'_>, mid: Mid, watermark: Timestamp) {
    let settings = &case.world.settings;
    let wanted = settings.pages.get(&case.page).is_some_and(|page| {
        page.apps.keys().any(|app| settings.fields(case.line_id(), *app).contains(Field::MessageDeliveries))
    });
    if wanted {
        case.next_event();
        case.tell(Audience::Everyone, &Event::Delivered { mids: vec![mid], watermark });
    }
}
