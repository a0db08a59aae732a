//! Holds the rows against the decision table: they agree, and every cell has a row.

use std::collections::BTreeMap;

use emulator_core::decisions::{
    Action, Actor, Cast, Cell, ControlEvent, Outcome, Standing, Verdict, Whom, decision_table,
};
use emulator_core::{AppId, Field, Party, Protocol, Span, Tag};
use libtest_mimic::Failed;

use crate::differences::place;
use crate::play::{self, Played};
use crate::table::event::{Event, Heard};
use crate::table::length::{Length, Window};
use crate::table::step::{Act, InboxDoes, PageChange, Said, Step, TagName, UserDoes, Verb};
use crate::table::then::Kind;
use crate::table::{FolderName, Owner, Primary, Row, Table};

/// Fails with the cells that no row decides, and with rows that say another thing than the table.
pub(crate) fn every_cell_is_decided<'a>(
    tables: impl Iterator<Item = (&'a String, &'a Table)>,
) -> Result<(), Failed> {
    let mut missing: BTreeMap<Cell, Option<Outcome>> = BTreeMap::new();
    let mut outcomes = BTreeMap::new();
    let mut wrong = Vec::new();
    for decision in decision_table() {
        missing.insert(decision.cell, decision.outcome.clone().ok());
        outcomes.insert(decision.cell, decision.outcome);
    }
    missing.retain(|_, outcome| outcome.is_some());
    for (family, table) in tables {
        for row in table.rows.iter().filter(|row| row.differs.is_none()) {
            let Ok(played) = play::play(table, row, &row.given) else { continue };
            let Some((cell, seen)) = seen(table, row, &played) else { continue };
            missing.remove(&cell);
            let head = place(family, row);
            match outcomes.get(&cell) {
                None => wrong.push(format!("{head}: the table has no cell {cell:?}")),
                Some(Err(why)) => wrong.push(format!("{head}: {cell:?} cannot be: {why}")),
                Some(Ok(outcome)) => {
                    wrong.extend(differing(outcome, &seen).map(|what| format!("{head}: {cell:?}: {what}")));
                }
            }
        }
    }
    wrong.extend(missing.keys().map(|cell| format!("no row decides {cell:?}")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// What a row says about its cell.
struct Seen {
    accepted: Option<String>,
    refused: Option<(Kind, String)>,
    control: emulator_core::decisions::Control,
    /// None where not all apps hear of control events.
    told: Option<Vec<(ControlEvent, Whom)>>,
}

fn differing<'a>(outcome: &'a Outcome, seen: &'a Seen) -> impl Iterator<Item = String> + 'a {
    let verdict = match outcome.verdict {
        Verdict::Accepted(rule) => {
            let code = rule.rule().code;
            seen.accepted.as_deref().is_some_and(|accepted| accepted == code || accepted == crate::ANY)
        }
        Verdict::Refused(rule, kind) => seen
            .refused
            .as_ref()
            .is_some_and(|refused| *refused == (kind.into(), rule.rule().code.to_owned())),
        Verdict::Nothing => seen.accepted.is_none() && seen.refused.is_none(),
    };
    let told = seen.told.as_ref().is_none_or(|told| *told == outcome.told);
    let says = |what: &str| format!("the table says {what}");
    let verdict = (!verdict).then(|| says(&format!("{:?}", outcome.verdict)));
    let control = (seen.control != outcome.control).then(|| says(outcome.control.name()));
    verdict.into_iter().chain(control).chain((!told).then(|| says(&format!("{:?}", outcome.told))))
}

/// The cell of a row and what the row says about it; none where anything is out of the ordinary.
fn seen(table: &Table, row: &Row, played: &Played) -> Option<(Cell, Seen)> {
    let given = &row.given;
    let (last, earlier) = row.when.0.split_last()?;
    let app = |name: &str| given.apps.get(name).or_else(|| table.apps.get(name));
    let plain = given.options.is_empty()
        && given.tests.is_empty()
        && !given.blocked
        && !given.news
        && given.apps.values().chain(table.apps.values()).all(|app| *app == app.plain());
    let by_admin =
        |step: &Step| matches!(step.act, Act::Page(_) | Act::User { does: UserDoes::Blocks(_), .. });
    if !plain || earlier.iter().any(by_admin) || played.before.window() == Window::Closed {
        return None;
    }
    let before = &played.before;
    let standing = match (&before.owner, &before.primary) {
        (Owner::Idle, Primary::None) => Standing::IdleWithoutPrimary,
        (Owner::Idle, Primary::App(_)) => Standing::IdleWithPrimary,
        (Owner::By(name), Primary::None) if name == "inbox" => Standing::InboxWithoutPrimary,
        (Owner::By(name), Primary::App(_)) if name == "inbox" => Standing::InboxWithPrimary,
        (Owner::By(_), Primary::None) => Standing::AppWithoutPrimary,
        (Owner::By(_), Primary::App(_)) => Standing::AppWithPrimary,
    };
    let marked = before.marked_done;
    let (actor, action, who, target) = match &last.act {
        Act::User { user, does } if user == "ana" => {
            let (action, target) = person_does(before, earlier, does)?;
            (Actor::Person, action, None, target)
        }
        Act::Inbox { does: InboxDoes::Replies(_), .. } if before.folder == FolderName::Spam => return None,
        Act::Inbox { does, .. } => {
            let action = match does {
                InboxDoes::Replies(_) if marked => Action::RepliesInDone,
                InboxDoes::Replies(_) => Action::Replies,
                InboxDoes::MovesTo(FolderName::Main) => Action::MovesToMain,
                InboxDoes::MovesTo(FolderName::Done) => Action::MovesToDone,
                InboxDoes::MovesTo(FolderName::Spam) => Action::MovesToSpam,
            };
            (Actor::Inbox, action, Some("inbox"), None)
        }
        Act::Page(change) => {
            let (action, target) = admin_does(before, change)?;
            (Actor::Admin, action, None, target)
        }
        Act::Clock(span)
            if *span == Span::DAY && before.expires().is_none_or(|Length(left)| left <= Span::DAY) =>
        {
            (Actor::Clock, Action::Waits, None, None)
        }
        Act::App { app: name, to: None, verb } => {
            let approved = app(name)?.is_approved();
            let by = |owner: &Owner| *owner == Owner::By(name.clone());
            let primary = before.primary == Primary::App(name.clone());
            let actor = match (by(&before.owner), primary, approved) {
                (true, ..) => Actor::Owner,
                (false, true, _) => Actor::Primary,
                (false, false, true) => Actor::Approved,
                (false, false, false) => Actor::Other,
            };
            let (action, target) = app_does(name, verb)?;
            // What the feature does for these two is what it does for others.
            if approved && action == Action::SendsAsHumanAgent && actor != Actor::Approved {
                return None;
            }
            (actor, action, Some(name.as_str()), target)
        }
        Act::App { .. } | Act::User { .. } | Act::Webhook { .. } | Act::Leaves(_) | Act::Clock(_) => {
            return None;
        }
    };
    let cast = Cast {
        owner: owner_id(&before.owner),
        primary: match &before.primary {
            Primary::None => None,
            Primary::App(name) => Some(app_id(name)),
        },
        actor: who.map(party),
        target: target.as_deref().map(app_id),
    };
    let then = &row.then;
    let control = cast.control(owner_id(then.owner.as_ref().unwrap_or(&before.owner)));
    let hears = |app: &crate::table::App| app.fields.0.contains(Field::MessagingHandovers);
    let all_hear = table.apps.keys().filter_map(|name| app(name)).all(hears);
    let told = then.deliveries.iter().filter_map(|heard| told(cast, heard)).collect();
    let rule =
        |refused: &crate::table::then::Refused| refused.rule.clone().unwrap_or_else(|| row.rule.clone());
    let seen = Seen {
        accepted: then.accepted.clone(),
        refused: then.refused.as_ref().map(|refused| (refused.kind, rule(refused))),
        control,
        told: all_hear.then_some(told),
    };
    Some((Cell { protocol: Protocol::Handover, standing, actor, action }, seen))
}

/// A number for a name, which is all that comparing takes.
fn app_id(name: &str) -> AppId {
    AppId(name.bytes().fold(7, |hash, byte| (hash * 31 + u64::from(byte)) % (1 << 40)))
}

fn party(name: &str) -> Party {
    if name == "inbox" { Party::Inbox } else { Party::App(app_id(name)) }
}

fn owner_id(owner: &Owner) -> Option<Party> {
    match owner {
        Owner::Idle => None,
        Owner::By(name) => Some(party(name)),
    }
}

fn told(cast: Cast, heard: &Heard) -> Option<(ControlEvent, Whom)> {
    let event = match heard.event {
        Event::PassThreadControl(_) => ControlEvent::Pass,
        Event::TakeThreadControl(_) => ControlEvent::Take,
        Event::RequestThreadControl(_) => ControlEvent::Request,
        Event::PassThreadMetadata(_) => ControlEvent::Metadata,
        Event::AppRoles(_) => ControlEvent::Roles,
        Event::Message(_)
        | Event::Postback(_)
        | Event::Reaction(_)
        | Event::Referral(_)
        | Event::Delivery(_)
        | Event::Read(_) => return None,
    };
    Some((event, cast.whom(app_id(&heard.app))))
}

type Does = (Action, Option<String>);

fn person_does(before: &play::State, earlier: &[Step], does: &UserDoes) -> Option<Does> {
    let action = match does {
        UserDoes::Says(Said { reply_to: None, .. }) => Action::Says,
        UserDoes::Taps { what, within: None } => return taps(before, earlier, what),
        UserDoes::Reacts { emoji: Some(_), to: None } if wrote(earlier) => Action::Reacts,
        UserDoes::Reacts { emoji: None, to: None } if wrote(earlier) => Action::TakesReactionBack,
        UserDoes::Reads => Action::Reads,
        UserDoes::Opens { .. } => Action::Opens,
        UserDoes::Blocks(true) => Action::Blocks,
        UserDoes::Says(_) | UserDoes::Taps { .. } | UserDoes::Reacts { .. } | UserDoes::Blocks(false) => {
            return None;
        }
    };
    Some((action, None))
}

/// The Page wrote something that can be reacted to.
fn wrote(earlier: &[Step]) -> bool {
    earlier.iter().any(|step| match &step.act {
        Act::App { verb: Verb::Sends { .. }, .. } | Act::Inbox { does: InboxDoes::Replies(_), .. } => true,
        Act::App { .. }
        | Act::Inbox { .. }
        | Act::User { .. }
        | Act::Page(_)
        | Act::Webhook { .. }
        | Act::Leaves(_)
        | Act::Clock(_) => false,
    })
}

/// Whose button it is that is tapped.
fn taps(before: &play::State, earlier: &[Step], what: &str) -> Option<Does> {
    let silent = |step: &Step| matches!(step.act, Act::App { verb: Verb::Takes(_), .. } | Act::Inbox { .. });
    let last_said = earlier.iter().rev().find(|step| !silent(step));
    let made = earlier.iter().rev().find_map(|step| match &step.act {
        Act::App { app, verb: Verb::Sends { said, .. }, .. } if said.buttons.contains_key(what) => {
            Some(Some(app.clone()))
        }
        Act::App { verb: Verb::Sends { said, .. }, .. } if said.quick_replies.contains_key(what) => {
            // They are gone once anything else was said.
            last_said.is_some_and(|last| std::ptr::eq(last, step)).then_some(None)
        }
        Act::App { .. }
        | Act::Inbox { .. }
        | Act::User { .. }
        | Act::Page(_)
        | Act::Webhook { .. }
        | Act::Leaves(_)
        | Act::Clock(_) => None,
    });
    Some(match made? {
        None => (Action::TapsQuickReply, None),
        Some(app) if before.owner == Owner::By(app.clone()) => (Action::TapsOwners, Some(app)),
        app => (Action::TapsAnothers, app),
    })
}

fn admin_does(before: &play::State, change: &PageChange) -> Option<Does> {
    let owns = |primary: &Primary| matches!((primary, &before.owner), (Primary::App(app), Owner::By(owner)) if app == owner);
    Some(match change {
        // In the cells the owner is an app whose role stays as it is.
        PageChange::PrimaryReceiver(primary) if owns(primary) || owns(&before.primary) => return None,
        PageChange::PrimaryReceiver(Primary::None) => (Action::TakesRoleAway, None),
        PageChange::PrimaryReceiver(primary) if *primary == before.primary => return None,
        PageChange::PrimaryReceiver(Primary::App(name)) if name != "inbox" && name != play::STRANGER.0 => {
            (Action::MakesPrimary, Some(name.clone()))
        }
        PageChange::Removes(name) if before.owner == Owner::By(name.clone()) => {
            (Action::RemovesOwner, Some(name.clone()))
        }
        PageChange::Removes(name) if name != play::STRANGER.0 => (Action::RemovesAnother, Some(name.clone())),
        PageChange::PrimaryReceiver(_)
        | PageChange::Removes(_)
        | PageChange::Connects(_)
        | PageChange::Subscriptions(_)
        | PageChange::Features(_)
        | PageChange::Permissions(_)
        | PageChange::Mode(_)
        | PageChange::Token(_) => return None,
    })
}

fn app_does(caller: &str, verb: &Verb) -> Option<Does> {
    Some(match verb {
        Verb::Sends { said, tag } if said.reply_to.is_none() => match tag {
            None => (Action::Sends, None),
            Some(TagName(Tag::HumanAgent)) => (Action::SendsAsHumanAgent, None),
            Some(_) => return None,
        },
        Verb::Passes { to: None, .. } => (Action::PassesToNobody, None),
        Verb::Passes { to: Some(to), .. } => match to.as_str() {
            "inbox" => (Action::PassesToInbox, None),
            name if name == play::STRANGER.0 => (Action::PassesToAStranger, None),
            to if to == caller => (Action::PassesToItself, None),
            to => (Action::Passes, Some(to.to_owned())),
        },
        Verb::PassesMetadata { to, .. } if to != "inbox" && to != play::STRANGER.0 => {
            (Action::PassesMetadata, Some(to.clone()))
        }
        Verb::Takes(_) => (Action::Takes, None),
        Verb::Requests(_) => (Action::Requests, None),
        Verb::Releases => (Action::Releases, None),
        Verb::Extends(Some(by)) if *by > Span(7 * Span::DAY.0) => (Action::ExtendsTooLong, None),
        Verb::Extends(by) if by.is_none_or(|by| by > Span(0)) => (Action::Extends, None),
        Verb::AsksOwner => (Action::AsksOwner, None),
        Verb::AsksReceivers => (Action::AsksReceivers, None),
        Verb::Types | Verb::MarksSeen => (Action::Signals, None),
        Verb::Sends { .. }
        | Verb::PassesMetadata { .. }
        | Verb::Extends(_)
        | Verb::AsksProfile { .. }
        | Verb::ReactsTo(_)
        | Verb::Installs(_)
        | Verb::Subscribes(_) => return None,
    })
}
