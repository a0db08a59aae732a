//! Effects are changes: each begins with what is there, leaves something else unless it renews what is there, and nothing
//! changes without one.

use emulator_core::{Decided, Effect};

use super::names::Names;
use super::{Nonsense, Played, State};

/// The name of what an effect changes in a conversation or its Page.
pub(super) const fn name(effect: &Effect) -> Option<&'static str> {
    match effect {
        Effect::Message { .. } => Some("message"),
        Effect::WindowOpened { .. } => Some("window"),
        Effect::ControlMoved { .. } => Some("control"),
        Effect::ControlProlonged { .. } => Some("expires"),
        Effect::FolderMoved { .. } => Some("folder"),
        Effect::MarkedDone { .. } => Some("marked_done"),
        Effect::WebhooksFailing { .. } => Some("failing"),
        Effect::WebhooksDisabled { .. } => Some("disabled"),
        Effect::Deliver(_) | Effect::Unheard { .. } => None,
    }
}

/// Follows the effects from the state before to that after.
pub(super) fn follow(played: &Played, effects: &[Decided], names: &Names) -> Result<(), Nonsense> {
    let after = &played.after;
    let mut state = State { now: after.now, primary: after.primary.clone(), ..played.before.clone() };
    for Decided { effect, .. } in effects {
        let before = state.clone();
        match effect {
            Effect::ControlMoved { from, to, until, .. } => {
                if names.holder(*from) != state.owner {
                    return Err(format!(
                        "control moves from {} and is with {}",
                        names.holder(*from),
                        state.owner
                    ));
                }
                (state.owner, state.until) = (names.holder(*to), *until);
            }
            Effect::ControlProlonged { owner, until, .. } => {
                let owner = names.owner(Some(*owner));
                if owner != state.owner {
                    return Err(format!("{owner} keeps control that is with {}", state.owner));
                }
                state.until = Some(*until);
            }
            Effect::FolderMoved { from, to, .. } => {
                if *from != state.folder {
                    let (from, lies) = (from.name(), state.folder.name());
                    return Err(format!("it is moved from {from} and lies in {lies}"));
                }
                state.folder = *to;
            }
            Effect::MarkedDone { marked, .. } => state.marked_done = *marked,
            Effect::WindowOpened { until, .. } => state.window_until = Some(*until),
            Effect::Message { .. }
            | Effect::Deliver(_)
            | Effect::Unheard { .. }
            | Effect::WebhooksFailing { .. }
            | Effect::WebhooksDisabled { .. } => continue,
        }
        // A window and control may be given anew for as long as they last already.
        let renews = matches!(effect, Effect::WindowOpened { .. } | Effect::ControlMoved { .. });
        if state == before && !renews {
            return Err(format!("{effect:?} changes nothing"));
        }
    }
    if state == *after {
        Ok(())
    } else {
        Err(format!("the effects lead to {state:?}, and the world came to {after:?}"))
    }
}
