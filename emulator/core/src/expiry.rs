//! Control ends by itself (C-23).

use crate::case::Case;
use crate::catalogue::RuleId;
use crate::effect::{Accepted, Answer};
use crate::timers::Timer;

/// The deadline of an owner has come: the conversation becomes idle, and nobody is told.
pub(crate) fn control_ends(mut case: Case<'_>, timer: Timer) -> Accepted {
    let rule = RuleId::ControlExpires;
    case.reads_control();
    if case.control().until().is_some_and(|until| until <= case.now.max(timer.at)) {
        case.move_to(rule, None);
    }
    case.accepted(rule, Answer::Done)
}
