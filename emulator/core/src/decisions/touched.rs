//! The other way round: which cells an input of a real world plays.
//!
//! A cell is played when somebody does what it says in a conversation that stands as it says, and the same comes of it:
//! where an option, a closed window or a block decides otherwise, no cell says what happens.

use std::collections::BTreeSet;

use super::{Action, Actor, Cast, Cell, Standing, Verdict, decide};
use crate::case::Context;
use crate::catalogue::RuleId;
use crate::conversation::Control;
use crate::edges::EXTEND_AT_MOST;
use crate::effect::Outcome;
use crate::folder::Folder;
use crate::ids::{AppId, PageId, Psid};
use crate::input::{AdminChange, AppAct, ControlAct, InboxAct, Input, PersonAct, Tag};
use crate::line::Line;
use crate::party::Party;
use crate::platform::{LineId, Platform};
use crate::protocols::{Leader, Overrides};
use crate::settings::Feature;
use crate::step::step;
use crate::timers::{Subject, TimerKind};
use crate::world::World;

/// Lets an input happen, and says which cells of the decision table it has played.
pub fn touch(world: &mut World, input: &Input, context: &Context<'_>) -> (Outcome, BTreeSet<Cell>) {
    let before: Vec<Before> =
        concerned(world, input).into_iter().filter_map(|it| Before::of(world, it)).collect();
    let outcome = step(world, input.clone(), context);
    let played = before.iter().filter_map(|before| before.played(world, input, &outcome));
    let cells = played.collect();
    (outcome, cells)
}

/// The cells that are played when a day passes in which nothing is due.
pub fn touched_by_time(world: &World) -> BTreeSet<Cell> {
    let waits = |person: &Psid| {
        let cell = Before::of(world, *person)?.cell(Actor::Clock, Action::Waits);
        let decided = decide(cell, &Overrides::default()).ok()?;
        (decided.verdict == Verdict::Nothing).then_some(cell)
    };
    world.conversations.keys().filter_map(waits).collect()
}

/// Whose conversations an input is about: all that have begun where it is about a Page.
fn concerned(world: &World, input: &Input) -> Vec<Psid> {
    let all_of = |page: PageId| {
        let of_page = |person: &Psid| world.people.get(person).is_some_and(|person| person.page == page);
        world.conversations.keys().copied().filter(of_page).collect()
    };
    match input {
        Input::Person { person, .. } | Input::Inbox { person, .. } => vec![*person],
        Input::Admin { line: LineId { page, .. }, .. }
        | Input::App { page, act: AppAct::AsksReceivers { .. }, .. } => all_of(*page),
        Input::App { act, .. } => of_act(act).into_iter().collect(),
        Input::TimerFired(timer) => match (timer.kind, timer.subject) {
            (TimerKind::ControlEnds, Subject::Conversation(person)) => vec![person],
            _ => Vec::new(),
        },
        Input::AppSubscribes { .. } | Input::DeliveryTried { .. } => Vec::new(),
    }
}

const fn of_act(act: &AppAct) -> Option<Psid> {
    match act {
        AppAct::Sends { person, .. }
        | AppAct::Signals { person }
        | AppAct::Reacts { person, .. }
        | AppAct::Controls { person, .. }
        | AppAct::AsksOwner { person }
        | AppAct::AsksProfile { person, .. } => Some(*person),
        AppAct::AsksReceivers { .. } | AppAct::Installs { .. } => None,
    }
}

/// A conversation before somebody acts.
struct Before {
    person: Psid,
    page: PageId,
    line: Line,
    standing: Standing,
    owner: Option<Party>,
    marked_done: bool,
    folder: Folder,
}

impl Before {
    fn of(world: &World, person: Psid) -> Option<Self> {
        // The table is that of Messenger.
        let known = world.people.get(&person).filter(|person| person.platform == Platform::Messenger)?;
        let page = known.page;
        let line = world.settings.line(known.line())?.clone();
        let conversation = world.conversations.get(&person);
        let control = world.control(person);
        Some(Self {
            person,
            page,
            standing: standing(&line, control)?,
            owner: control.owner(),
            marked_done: conversation.is_some_and(|conversation| conversation.marked_done),
            folder: conversation.map_or(Folder::Main, |conversation| conversation.folder),
            line,
        })
    }

    fn cell(&self, actor: Actor, action: Action) -> Cell {
        Cell { protocol: self.line.protocol(), standing: self.standing, actor, action }
    }

    /// The cell that an input has played here, if it has.
    fn played(&self, world: &World, input: &Input, outcome: &Outcome) -> Option<Cell> {
        let (actor, action, target) = match input {
            Input::Person { act, .. } => {
                let (action, target) = self.person_does(act, outcome)?;
                (Actor::Person, action, target)
            }
            Input::Inbox { act, .. } => (Actor::Inbox, self.inbox_does(act)?, None),
            Input::Admin { change, .. } => {
                let (action, target) = self.admin_does(change)?;
                (Actor::Admin, action, target)
            }
            Input::App { app, act, .. } => {
                let (action, target) = app_does(world, (self.page, *app), act)?;
                (self.actor(world, *app), action, target)
            }
            Input::TimerFired(_) => (Actor::Clock, Action::Waits, None),
            Input::AppSubscribes { .. } | Input::DeliveryTried { .. } => return None,
        };
        let cell = self.cell(actor, action);
        let decided = decide(cell, &Overrides::default()).ok()?;
        let verdict = match outcome {
            Ok(accepted) => Verdict::Accepted(accepted.rule),
            Err(refusal) => Verdict::Refused(refusal.rule, refusal.kind),
        };
        let cast = Cast {
            owner: self.owner,
            primary: self.line.leader().and_then(Party::app),
            actor: match (input, actor) {
                (Input::App { app, .. }, _) => Some(Party::App(*app)),
                (_, Actor::Inbox) => Some(Party::Inbox),
                _ => None,
            },
            target,
        };
        let control = cast.control(world.control(self.person).owner());
        (decided.verdict == verdict && decided.control == control).then_some(cell)
    }

    fn actor(&self, world: &World, app: AppId) -> Actor {
        let party = Some(Party::App(app));
        let connection = world.settings.connection(self.page, app);
        let approved =
            connection.is_some_and(|connection| connection.features.contains(&Feature::HumanAgent));
        match approved {
            _ if party == self.owner => Actor::Owner,
            _ if party == self.line.leader() => Actor::Primary,
            true => Actor::Approved,
            false => Actor::Other,
        }
    }

    fn person_does(&self, act: &PersonAct, outcome: &Outcome) -> Option<(Action, Option<AppId>)> {
        let action = match act {
            PersonAct::Says(message) if message.reply_to.is_some() => return None,
            PersonAct::Says(_) => Action::Says,
            PersonAct::Taps { .. } => {
                let accepted = outcome.as_ref().ok()?;
                return match accepted.saw.made_by() {
                    Some(app) if self.owner == Some(Party::App(app)) => Some((Action::TapsOwners, Some(app))),
                    Some(app) => Some((Action::TapsAnothers, Some(app))),
                    None => (accepted.rule == RuleId::QuickReplies).then_some((Action::TapsQuickReply, None)),
                };
            }
            PersonAct::Reacts { reaction: Some(_), .. } => Action::Reacts,
            PersonAct::Reacts { reaction: None, .. } => Action::TakesReactionBack,
            PersonAct::Reads => Action::Reads,
            PersonAct::Opens(referral) if referral.ad.is_some() => return None,
            PersonAct::Opens(_) => Action::Opens,
            PersonAct::Blocks(true) => Action::Blocks,
            PersonAct::Blocks(false) => return None,
        };
        Some((action, None))
    }

    const fn inbox_does(&self, act: &InboxAct) -> Option<Action> {
        Some(match (act, self.folder) {
            (InboxAct::Replies(_), Folder::Spam) => return None,
            (InboxAct::Replies(_), Folder::Main | Folder::Done) if self.marked_done => Action::RepliesInDone,
            (InboxAct::Replies(_), Folder::Main | Folder::Done) => Action::Replies,
            (InboxAct::Moves(Folder::Main), _) => Action::MovesToMain,
            (InboxAct::Moves(Folder::Done), _) => Action::MovesToDone,
            (InboxAct::Moves(Folder::Spam), _) => Action::MovesToSpam,
        })
    }

    /// In the cells an admin gives the role to an app that has no part yet, and takes it from one that owns nothing.
    fn admin_does(&self, change: &AdminChange) -> Option<(Action, Option<AppId>)> {
        let (owner, leader) = (self.owner, self.line.leader());
        let role = |to: Option<Party>| match to {
            Some(Party::App(app)) if owner != to && leader != to => Some((Action::MakesPrimary, Some(app))),
            Some(_) => None,
            None => (owner.is_none() || owner != leader).then_some((Action::TakesRoleAway, None)),
        };
        match (change, self.line.fixed().leader) {
            (AdminChange::PrimaryReceiver(to), Leader::PrimaryReceiver)
            | (AdminChange::DefaultApp(to), Leader::DefaultApp) => role(*to),
            (AdminChange::Removes(app), _) if owner == Some(Party::App(*app)) => {
                Some((Action::RemovesOwner, Some(*app)))
            }
            (AdminChange::Removes(app), _) if leader != Some(Party::App(*app)) => {
                Some((Action::RemovesAnother, Some(*app)))
            }
            _ => None,
        }
    }
}

/// How a conversation stands, if cells know it.
fn standing(line: &Line, control: Control) -> Option<Standing> {
    let has_primary = match line.leader() {
        None => false,
        Some(Party::App(_)) => true,
        // In the cells it is an app.
        Some(Party::Inbox | Party::LeadFlow | Party::MetaAi) => return None,
    };
    Some(match (control, has_primary) {
        (Control::Inactive, true) if line.handover_off => Standing::Off,
        (Control::Inactive, _) => return None,
        (Control::Idle, true) => Standing::IdleWithPrimary,
        (Control::Idle, false) => Standing::IdleWithoutPrimary,
        // Where apps have roles it makes a difference that the owner is not the primary receiver.
        (Control::Owned { by: Party::App(_), .. }, true)
            if line.has_roles() && control.owner() == line.leader() =>
        {
            return None;
        }
        (Control::Owned { by: Party::App(_), .. }, true) => Standing::AppWithPrimary,
        (Control::Owned { by: Party::App(_), .. }, false) => Standing::AppWithoutPrimary,
        (Control::Owned { by: Party::Inbox, .. }, true) => Standing::InboxWithPrimary,
        (Control::Owned { by: Party::Inbox, .. }, false) => Standing::InboxWithoutPrimary,
        (Control::Owned { by: Party::LeadFlow | Party::MetaAi, .. }, _) => return None,
    })
}

fn app_does(world: &World, (page, app): (PageId, AppId), act: &AppAct) -> Option<(Action, Option<AppId>)> {
    let action = match act {
        AppAct::Sends { message, then, .. } if message.reply_to.is_some() || then.is_some() => return None,
        AppAct::Sends { tag: None, .. } => Action::Sends,
        AppAct::Sends { tag: Some(Tag::HumanAgent), .. } => Action::SendsAsHumanAgent,
        AppAct::Signals { .. } => Action::Signals,
        AppAct::AsksOwner { .. } => Action::AsksOwner,
        AppAct::AsksReceivers { .. } => Action::AsksReceivers,
        AppAct::Controls { act, .. } => return control_does(world, (page, app), act),
        AppAct::Sends { .. }
        | AppAct::Reacts { .. }
        | AppAct::AsksProfile { .. }
        | AppAct::Installs { .. } => {
            return None;
        }
    };
    Some((action, None))
}

fn control_does(
    world: &World,
    (page, app): (PageId, AppId),
    act: &ControlAct,
) -> Option<(Action, Option<AppId>)> {
    let is_there = |target| world.settings.connection(page, target).is_some();
    let action = match act {
        ControlAct::Pass { to: None, .. } => Action::PassesToNobody,
        ControlAct::Pass { to: Some(Party::Inbox), .. } => Action::PassesToInbox,
        ControlAct::Pass { to: Some(Party::App(target)), .. } if *target == app => Action::PassesToItself,
        ControlAct::Pass { to: Some(Party::App(target)), .. } if is_there(*target) => {
            return Some((Action::Passes, Some(*target)));
        }
        ControlAct::Pass { to: Some(Party::App(_)), .. } => Action::PassesToAStranger,
        ControlAct::Pass { to: Some(Party::LeadFlow | Party::MetaAi), .. } => return None,
        ControlAct::Take { .. } => Action::Takes,
        ControlAct::Request { .. } => Action::Requests,
        ControlAct::PassMetadata { to: Party::App(target), .. } if is_there(*target) => {
            return Some((Action::PassesMetadata, Some(*target)));
        }
        ControlAct::PassMetadata { .. } => return None,
        ControlAct::Release => Action::Releases,
        ControlAct::Extend { by: Some(by) } if *by > EXTEND_AT_MOST => Action::ExtendsTooLong,
        ControlAct::Extend { .. } => Action::Extends,
    };
    Some((action, None))
}

#[cfg(test)]
mod tests {
    use super::super::{decision_table, play};

    #[test]
    fn each_cell_that_can_be_is_touched_by_playing_it() {
        for decision in decision_table() {
            let Ok(decided) = decision.outcome else { continue };
            let touched = play::touched(decision.cell);
            assert!(touched.contains(&decision.cell), "{:?} {decided:?} touched {touched:?}", decision.cell);
        }
    }
}
