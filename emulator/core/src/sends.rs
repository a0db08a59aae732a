//! What an app shows to a person: messages and sender actions (C-84, C-90 to C-97, C-161, C-172).
//!
//! The order of the checks is that of [`Check`](crate::Check).

use std::sync::Arc;

use crate::audience::{Audience, may_meet};
use crate::case::Case;
use crate::catalogue::RuleId;
use crate::conversation::Sender;
use crate::effect::{Answer, Event, Outcome, Refusal};
use crate::fact::{Fact, Saw};
use crate::ids::{AppId, Mid};
use crate::input::Tag;
use crate::message::Message;
use crate::options::{Account, HumanAgent, Switch, Whom};
use crate::party::Party;
use crate::refusal::RefusalKind;
use crate::settings::Feature;
use crate::window;
use crate::writing::{delivered, page_wrote, write};

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

/// An app sends a message.
pub(crate) fn send(mut case: Case<'_>, app: AppId, message: Arc<Message>, tag: Option<Tag>) -> Outcome {
    reachable(&case, app)?;
    case.reads_control();
    window::tag_lives(&case, tag)?;
    if tag == Some(Tag::HumanAgent) {
        human_agent_approved(&mut case, app)?;
    }
    if let Some(mid) = &message.reply_to {
        remembered(&case, mid)?;
    }
    let in_control = controls(&case, app, tag)?;
    let (in_window, until) = window::admits(&case, &message, tag)?;
    case.reads(Fact::WindowUntil(until));
    // An exception is what needs an explanation; the ordinary rules do not.
    let rule = match (in_control, in_window) {
        (RuleId::HumanAgentException, _) | (_, RuleId::WindowStandard) => in_control,
        _ => in_window,
    };

    let sender = Party::App(app);
    let (mid, at) = write(&mut case, rule, Sender::Party(sender), &message);
    page_wrote(&mut case);
    if in_control == RuleId::HumanAgentException {
        human_agent_sent(&mut case, sender);
    }
    case.tell(Audience::Everyone, &Event::Echo { mid: mid.clone(), app: Some(sender), message });
    delivered(&mut case, mid.clone(), at);
    Ok(case.accepted(rule, Answer::Message { mid, at }))
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

/// Checks that the app may send: it owns the conversation, nobody does, or a human agent writes (C-84, C-91).
fn controls(case: &Case<'_>, app: AppId, tag: Option<Tag>) -> Result<RuleId, Refusal> {
    let rule = RuleId::OnlyOwnerSends;
    match case.owner() {
        None => Ok(RuleId::IdleOpenToAll),
        Some(owner) if owner == Party::App(app) || case.options.exclusive == Switch::Off => Ok(rule),
        Some(_) if tag == Some(Tag::HumanAgent) => Ok(RuleId::HumanAgentException),
        Some(_) => {
            let refusals = case.refusals();
            Err(case.refuse(rule, refusals.not_owner_send))
        }
    }
}

/// A human agent wrote while another app was in control (C-91).
fn human_agent_sent(case: &mut Case<'_>, sender: Party) {
    match case.options.human_agent {
        HumanAgent::LeavesControl => {}
        HumanAgent::TakesControl => {
            let previous_owner = case.owner();
            case.move_to(RuleId::HumanAgentException, Some(sender));
            let event = Event::TakeThreadControl { previous_owner, new_owner: sender, metadata: None };
            case.tell(Audience::Mover(previous_owner), &event);
        }
    }
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
