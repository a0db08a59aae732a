//! What an app shows to a person: messages and sender actions (C-84, C-90 to C-97, C-161, C-172).
//!
//! The order of the checks is that of [`Check`](crate::Check).

use std::sync::Arc;

use crate::audience::{Audience, may_meet};
use crate::case::Case;
use crate::catalogue::RuleId;
use crate::conversation::{Control, Sender};
use crate::edges;
use crate::effect::{Answer, Outcome, Refusal};
use crate::event::Event;
use crate::fact::{Fact, Saw};
use crate::ids::{AppId, Mid};
use crate::input::{SendControl, Tag};
use crate::message::Message;
use crate::options::{Account, HumanAgent, IdleSends, Switch, Whom};
use crate::party::Party;
use crate::refusal::RefusalKind;
use crate::settings::Feature;
use crate::window;
use crate::writing::{delivered, files, page_wrote, write};

/// Checks that the app can reach the person at all (M-113, M-184).
fn reachable(case: &Case<'_>, app: AppId) -> Result<(), Refusal> {
    case.known()?;
    if !may_meet(case.world, app, case.person) {
        let documented = case.options.development_error == Account::Documented;
        return Err(case.refuse(RuleId::DevelopmentMode, RefusalKind::NoRoleOnApp { documented }));
    }
    if case.world.is_blocked_by(case.person) {
        return Err(case.refuse(RuleId::BlockedPage, RefusalKind::PersonUnavailable));
    }
    Ok(())
}

/// A message that an app asks to send.
pub(crate) struct Outgoing {
    pub(crate) message: Arc<Message>,
    pub(crate) tag: Option<Tag>,
    /// What becomes of control once it is sent.
    pub(crate) then: Option<SendControl>,
}

/// An app sends a message.
pub(crate) fn send(mut case: Case<'_>, app: AppId, outgoing: Outgoing) -> Outcome {
    let Outgoing { message, tag, then } = outgoing;
    reachable(&case, app)?;
    case.reads_control();
    window::tag_lives(&case, tag)?;
    if tag == Some(Tag::HumanAgent) {
        human_agent_approved(&mut case, app)?;
    }
    if let Some(mid) = &message.reply_to {
        remembered(&case, mid)?;
    }
    let leave = controls(&mut case, app, tag)?;
    let sender = Party::App(app);
    let owner = match leave {
        Leave::HumanAgent { takes: true, .. } => Some(sender),
        Leave::HumanAgent { takes: false, .. } | Leave::Ordinary(_) => case.owner(),
    };
    may_move(&case, owner, sender, then)?;
    let (in_window, until) = window::admits(&case, &message, tag)?;
    case.reads(Fact::WindowUntil(until));
    // An exception is what needs an explanation; the ordinary rules do not.
    let rule = match (leave, in_window) {
        (Leave::HumanAgent { rule, .. }, _) => rule,
        (Leave::Ordinary(rule), RuleId::WindowStandard) => rule,
        (Leave::Ordinary(_), _) => in_window,
    };

    let (mid, at) = write(&mut case, rule, Sender::Party(sender), &message);
    page_wrote(&mut case);
    if case.owner() == Some(sender) {
        files(&mut case);
    }
    match leave {
        Leave::HumanAgent { rule, takes: true } => human_agent_takes(&mut case, rule, sender),
        Leave::HumanAgent { takes: false, .. } | Leave::Ordinary(_) => {}
    }
    let by = case.echoed(sender);
    case.tell(Audience::Everyone, &Event::Echo { mid: mid.clone(), app: by, message });
    delivered(&mut case, mid.clone(), at);
    moves_control(&mut case, sender, then)?;
    Ok(case.accepted(rule, Answer::Message { mid, at }))
}

/// Checks that a message may do to control what it asks for, before it goes out (C-68), with the owner that there is once
/// it is sent.
fn may_move(
    case: &Case<'_>,
    owner: Option<Party>,
    sender: Party,
    then: Option<SendControl>,
) -> Result<(), Refusal> {
    if then.is_some() && !case.fixed().send_passes_control {
        return Err(case.refuse(RuleId::SendPassesControl, RefusalKind::NoThreadControl));
    }
    match then {
        None => Ok(()),
        Some(SendControl::Release) => edges::may_release(case, owner, sender),
        Some(SendControl::Pass(to)) => edges::pass_target(case, owner, sender, to).map(|_| ()),
    }
}

/// Passes or releases control after a message (C-68).
fn moves_control(case: &mut Case<'_>, sender: Party, then: Option<SendControl>) -> Result<(), Refusal> {
    let rule = RuleId::SendPassesControl;
    match then {
        None => {}
        Some(SendControl::Release) => case.move_to(rule, None),
        Some(SendControl::Pass(to)) => {
            let (_, to) = edges::pass_target(case, case.owner(), sender, to)?;
            let event =
                Event::PassThreadControl { previous_owner: case.owner(), new_owner: to, metadata: None };
            edges::moves(case, rule, to, Audience::Mover(Some(to)), &event);
        }
    }
    Ok(())
}

/// Checks that the app has the feature that the human-agent tag needs (C-92).
fn human_agent_approved(case: &mut Case<'_>, app: AppId) -> Result<(), Refusal> {
    let connection = case.world.settings.connection(case.page, app);
    let approved = connection.is_some_and(|connection| connection.features.contains(&Feature::HumanAgent));
    case.reads(Fact::HumanAgent(approved));
    if approved {
        return Ok(());
    }
    Err(case.refuse(RuleId::HumanAgentApproval, RefusalKind::HumanAgentNotApproved))
}

/// By what a message goes out.
#[derive(Debug, Clone, Copy)]
enum Leave {
    /// The sender is in control, or nobody needs to be.
    Ordinary(RuleId),
    /// A human agent writes.
    HumanAgent {
        rule: RuleId,
        /// Whether the sender takes control with it.
        takes: bool,
    },
}

/// Checks that the app may send: it owns the conversation, nobody does, or a human agent writes (C-15, C-84, C-91, C-93).
fn controls(case: &mut Case<'_>, app: AppId, tag: Option<Tag>) -> Result<Leave, Refusal> {
    let sender = Some(Party::App(app));
    let rule = match (case.control(), case.options.idle_sends) {
        (Control::Owned { .. }, _) => match case.options.exclusive {
            Switch::Off => return Ok(Leave::Ordinary(RuleId::NotExclusive)),
            Switch::On if case.owner() == sender => return Ok(Leave::Ordinary(RuleId::OnlyOwnerSends)),
            Switch::On => RuleId::OnlyOwnerSends,
        },
        (Control::Inactive, _) => return Ok(Leave::Ordinary(RuleId::RolesAssigned)),
        (Control::Idle, IdleSends::All) => return Ok(Leave::Ordinary(RuleId::IdleOpenToAll)),
        (Control::Idle, IdleSends::Leader) => {
            if case.leader().is_none() || case.leader() == sender {
                return Ok(Leave::Ordinary(RuleId::DefaultSendsIdle));
            }
            RuleId::DefaultSendsIdle
        }
    };
    let takes = match (tag, case.options.human_agent) {
        (Some(Tag::HumanAgent), HumanAgent::LeavesControl) => false,
        (Some(Tag::HumanAgent), HumanAgent::TakesControl) => true,
        (Some(Tag::HumanAgent), HumanAgent::TakesIfPermitted) => {
            let permitted = case.may_take(app);
            case.reads(Fact::MayTake(permitted));
            if !permitted {
                return Err(case.refuse(RuleId::HumanAgentTakes, case.not_owner_send()));
            }
            true
        }
        _ => return Err(case.refuse(rule, case.not_owner_send())),
    };
    let rule = if takes { RuleId::HumanAgentTakes } else { RuleId::HumanAgentException };
    Ok(Leave::HumanAgent { rule, takes })
}

/// A human agent wrote, and takes control with it (C-93).
fn human_agent_takes(case: &mut Case<'_>, rule: RuleId, sender: Party) {
    let previous_owner = case.owner();
    case.move_to(rule, Some(sender));
    let event = Event::TakeThreadControl { previous_owner, new_owner: sender, metadata: None };
    case.tell(Audience::Mover(previous_owner), &event);
}

/// Checks that a message that a call names is among those of the conversation (M-147).
fn remembered(case: &Case<'_>, mid: &Mid) -> Result<(), Refusal> {
    match case.conversation().and_then(|conversation| conversation.message(mid)) {
        Some(_) => Ok(()),
        None => Err(case.refuse(RuleId::ReplyTo, RefusalKind::UnknownMessage)),
    }
}

/// A sender action (C-172, M-145).
pub(crate) fn signal(mut case: Case<'_>, app: AppId) -> Outcome {
    reachable(&case, app)?;
    signal_allowed(&mut case, app)?;
    Ok(case.accepted(RuleId::SignalsAreFree, Answer::Done))
}

/// A reaction of the Page, which is a sender action about a message that is there (M-146). No app hears of it.
pub(crate) fn react(mut case: Case<'_>, app: AppId, to: &Mid) -> Outcome {
    reachable(&case, app)?;
    case.reads_control();
    remembered(&case, to)?;
    signal_allowed(&mut case, app)?;
    Ok(case.accepted(RuleId::SignalsAreFree, Answer::Done))
}

/// Checks that control and window let a sender action through, in that order.
fn signal_allowed(case: &mut Case<'_>, app: AppId) -> Result<(), Refusal> {
    let (owner, primary) = (case.owner(), case.primary());
    let allowed = match case.options.sender_actions {
        Whom::All => true,
        Whom::Owner => owner.is_none_or(|owner| owner == Party::App(app)),
        Whom::Primary => primary.is_none_or(|primary| primary == app),
    };
    match case.options.sender_actions {
        Whom::All => case.saw = Saw::default(),
        Whom::Owner | Whom::Primary => case.reads_control(),
    }
    if !allowed {
        return Err(case.refuse(RuleId::SignalsAreFree, RefusalKind::SignalNotAllowed));
    }
    if case.options.signals_in_window == Switch::On {
        window::admits(case, &Message::default(), None)
            .map_err(|refusal| Refusal { rule: RuleId::SignalsInWindow, ..refusal })?;
    }
    Ok(())
}
