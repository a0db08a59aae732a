//! Which verb of the language a call of an app is.

use emulator_core::SenderAction;
use emulator_server::journal::CallKind;

use crate::step::AppVerbKind;

/// The verb that a call is; none for calls that the language has no verb for.
pub(super) fn verb_of(call: &CallKind) -> Option<AppVerbKind> {
    match call {
        CallKind::Signals { action, about: _ } => match SenderAction::parse(action)? {
            SenderAction::TypingOn | SenderAction::TypingOff => Some(AppVerbKind::Types),
            SenderAction::MarkSeen => Some(AppVerbKind::MarksSeen),
        },
        CallKind::Sends { .. }
        | CallKind::Controls(_)
        | CallKind::AsksOwner
        | CallKind::AsksReceivers
        | CallKind::AsksProfile { .. }
        | CallKind::Installs { .. }
        | CallKind::Subscribes { .. } => AppVerbKind::parse(call.verb()),
        CallKind::Other { .. } => None,
    }
}
