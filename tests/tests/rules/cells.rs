//! Holds the rows against the decision table: they agree, and every cell has a row.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::decisions::{
    Action, Actor, Cast, Cell, Outcome, Standing, Verdict, Whom, decide, decision_table,
};
use emulator_core::{
    AppId, EventKind, Field, Fixed, Folder, Leader, OptionRule, Options, Overrides, Party, RouteId, Span,
    Tag, Unowned,
};
use emulator_language::node::Node;
use emulator_language::step::{
    Act, AppVerb, ClockMove, Entrance, InboxVerb, PageChange, Role, RouteCall, RouteNames, UserVerb,
};
use emulator_language::value::parse_duration;
use emulator_language::vocabulary::{OwnerWord, RoleWord};
use libtest_mimic::Failed;

use crate::differences::place;
use crate::play::input::{argument, extension, text};
use crate::play::settings::overrides;
use crate::play::{self, Played};
use crate::table::length::{Length, Window};
use crate::table::then::{Heard, Refused, refusal_word};
use crate::table::{self, ANA, Row, STRANGER, Table, When};

/// Which row decides each cell, for `rules table`.
const ROWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../emulator/core/src/decisions/rows.txt");

/// Fails with the cells that no row decides, with rows that say another thing than the table, and where the file that names
/// the row of each cell says something else. A cell of a protocol is
/// decided by its own row, or by the row of another protocol that says the same of it and in which each word is the same
/// that matters for the cell.
pub(crate) fn every_cell_is_decided<'a>(
    tables: impl Iterator<Item = (&'a String, &'a Table)>,
) -> Result<(), Failed> {
    let mut missing: BTreeMap<Cell, Outcome> = BTreeMap::new();
    let mut outcomes = BTreeMap::new();
    let mut wrong = Vec::new();
    for decision in decision_table() {
        missing.extend(decision.outcome.clone().ok().map(|outcome| (decision.cell, outcome)));
        outcomes.insert(decision.cell, decision.outcome);
    }
    let mut rows: Vec<(Cell, Overrides, String)> = Vec::new();
    let (mut deciding, mut about) = (BTreeMap::new(), BTreeSet::new());
    for (family, table) in tables {
        for row in table.rows.iter().filter(|row| row.differs.is_none()) {
            let Ok(played) = play::play(table, row, &row.given) else { continue };
            let Some((cell, seen)) = seen(table, row, &played) else { continue };
            let overrides = overrides(&row.given).map_err(Failed::from)?;
            let named = format!("{family}.yaml: {}", row.name);
            rows.push((cell, overrides, named.clone()));
            if overrides != Overrides::default() {
                continue;
            }
            missing.remove(&cell);
            // A row that is about the rule by which the cell comes out so says more than others.
            let rule = outcomes.get(&cell).and_then(|outcome| outcome.as_ref().ok()?.verdict.rule());
            let is_about = rule.is_some_and(|rule| rule.rule().code == row.rule);
            if is_about && about.insert(cell) {
                deciding.insert(cell, named);
            } else {
                deciding.entry(cell).or_insert(named);
            }
            let head = place(family, row);
            match outcomes.get(&cell) {
                None => wrong.push(format!("{head}: the table has no cell {cell:?}")),
                Some(Err(why)) => {
                    wrong.push(format!("{head}: {cell:?} cannot be: {}", why.name()));
                }
                Some(Ok(outcome)) => {
                    wrong.extend(differing(outcome, &seen).map(|what| format!("{head}: {cell:?}: {what}")));
                }
            }
        }
    }
    missing.retain(|cell, outcome| {
        let row = rows.iter().find(|(row, overrides, _)| decides((*row, overrides), *cell, outcome));
        deciding.extend(row.map(|(.., named)| (*cell, named.clone())));
        row.is_none()
    });
    wrong.extend(missing.keys().map(|cell| format!("no row decides {cell:?}")));
    wrong.extend(kept(&deciding).err());
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Holds the file that names the row of each cell against the rows, or writes it anew where that is asked for.
fn kept(deciding: &BTreeMap<Cell, String>) -> Result<(), String> {
    let line = |(cell, row): (&Cell, &String)| {
        let Cell { protocol, standing, actor, action } = cell;
        [protocol.name(), standing.name(), actor.name(), action.name(), row].join(" | ") + "\n"
    };
    let text: String = deciding.iter().map(line).collect();
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        return std::fs::write(ROWS, text).map_err(|error| format!("{ROWS}: {error}"));
    }
    let before = std::fs::read_to_string(ROWS).map_err(|error| format!("{ROWS}: {error}"))?;
    let differs = text.lines().find(|line| !before.lines().any(|before| before == *line));
    match differs {
        Some(line) => Err(format!("{ROWS} does not have `{line}`\nhelp: INSTA_UPDATE=always writes it anew")),
        None if before != text => {
            Err(format!("{ROWS} has too much\nhelp: INSTA_UPDATE=always writes it anew"))
        }
        None => Ok(()),
    }
}

/// Whether a row of another protocol decides a cell.
fn decides((row, overrides): (Cell, &Overrides), cell: Cell, outcome: &Outcome) -> bool {
    let same = (row.standing, row.actor, row.action) == (cell.standing, cell.actor, cell.action);
    if !same || decide(row, overrides).as_ref() != Ok(outcome) {
        return false;
    }
    let of_row = Options::of(row.protocol).with(overrides);
    let of_cell = Options::of(cell.protocol);
    let differ = Options::ALL.iter().filter(|option| of_row.word(option.name) != of_cell.word(option.name));
    differ.into_iter().all(|option| !matters(option, cell, outcome))
}

/// Whether another word of an option changes what comes of a cell.
fn matters(option: &OptionRule, cell: Cell, outcome: &Outcome) -> bool {
    option.words.iter().any(|word| {
        let mut overrides = Overrides::default();
        overrides.set(option.name, word).expect("it is one of its words");
        decide(cell, &overrides).as_ref() != Ok(outcome)
    })
}

/// What a row says about its cell.
struct Seen {
    accepted: Option<String>,
    refused: Option<(String, String)>,
    control: emulator_core::decisions::Control,
    /// None where not all apps hear of control events.
    told: Option<Vec<(EventKind, Whom)>>,
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
            .is_some_and(|refused| *refused == (refusal_word(&kind), rule.rule().code.to_owned())),
        Verdict::Nothing => seen.accepted.is_none() && seen.refused.is_none(),
    };
    let set = |told: &[(EventKind, Whom)]| told.iter().copied().collect::<BTreeSet<_>>();
    let told = seen.told.as_ref().is_none_or(|told| set(told) == set(&outcome.told));
    let says = |what: &str| format!("the table says {what}");
    let verdict = (!verdict).then(|| says(&format!("{:?}", outcome.verdict)));
    let control = (seen.control != outcome.control).then(|| says(outcome.control.name()));
    verdict.into_iter().chain(control).chain((!told).then(|| says(&format!("{:?}", outcome.told))))
}

/// The cell of a row and what the row says about it; none where anything is out of the ordinary.
fn seen(table: &Table, row: &Row, played: &Played) -> Option<(Cell, Seen)> {
    let given = &row.given;
    let (last, earlier) = row.when.split_last()?;
    let app = |name: &str| given.apps.get(name).or_else(|| table.apps.get(name));
    let plain = given.without_role.is_empty()
        && given.inbox.is_none()
        && given.may_not_take.is_empty()
        && given.routes() == RouteNames::default()
        && given.default_app.as_ref().is_none_or(|app| *app == played.before.primary)
        && played.before.primary != OwnerWord::Inbox.name()
        && given.tests.is_empty()
        && !given.blocked
        && given.platform.is_none()
        && !given.news
        && given.apps.values().chain(table.apps.values()).all(table::App::is_plain);
    let before = &played.before;
    if !plain || earlier.iter().any(by_admin) || before.window() == Window::Closed {
        return None;
    }
    let inbox = OwnerWord::Inbox.name();
    let has_primary = before.primary != RoleWord::None.name();
    // In the cells the owner is not the primary receiver, which makes a difference where apps have roles, and handover
    // is off because an admin switched it off.
    let has_roles = Fixed::of(table.protocol).unowned == Unowned::Primary;
    let is_off = before.owner == OwnerWord::None.name();
    if has_roles && has_primary && before.owner == before.primary || is_off && !given.handover_off {
        return None;
    }
    let standing = match (before.is_idle(), before.owner == inbox, has_primary) {
        _ if given.handover_off => Standing::Off,
        (true, _, false) => Standing::IdleWithoutPrimary,
        (true, _, true) => Standing::IdleWithPrimary,
        (false, true, false) => Standing::InboxWithoutPrimary,
        (false, true, true) => Standing::InboxWithPrimary,
        (false, false, false) => Standing::AppWithoutPrimary,
        (false, false, true) => Standing::AppWithPrimary,
    };
    let (actor, action, who, target) = match act(last)? {
        Act::User { who, verb } if who.value == ANA => {
            let (action, target) = person_does(before, earlier, verb)?;
            (Actor::Person, action, None, target)
        }
        Act::Inbox { verb, .. } => {
            let action = match verb {
                InboxVerb::Replies { .. } if before.folder == Folder::Spam => return None,
                InboxVerb::Replies { .. } if before.marked_done => Action::RepliesInDone,
                InboxVerb::Replies { .. } => Action::Replies,
                InboxVerb::MovesTo(Folder::Main) => Action::MovesToMain,
                InboxVerb::MovesTo(Folder::Done) => Action::MovesToDone,
                InboxVerb::MovesTo(Folder::Spam) => Action::MovesToSpam,
            };
            (Actor::Inbox, action, Some(inbox), None)
        }
        Act::Page { changes, .. } => {
            let [change] = changes.as_slice() else { return None };
            let leader = Fixed::of(table.protocol).leader;
            let of_another = matches!(change, PageChange::PrimaryReceiver(_))
                && leader != Leader::PrimaryReceiver
                || matches!(change, PageChange::DefaultApp(_)) && leader != Leader::DefaultApp;
            let primary_goes = matches!(change, PageChange::Removes(app) if app.value == before.primary);
            if of_another || has_roles && primary_goes {
                return None;
            }
            let (action, target) = admin_does(before, change)?;
            (Actor::Admin, action, None, target)
        }
        Act::Clock(ClockMove::By(length))
            if parse_duration(length) == Ok(Span::DAY.0)
                && before.expires().is_none_or(|Length(left)| left <= Span::DAY) =>
        {
            (Actor::Clock, Action::Waits, None, None)
        }
        Act::App { who, of, verb: AppVerb::Route(call), .. }
            if of.as_ref().is_none_or(|of| of.value == ANA) =>
        {
            let approved = app(&who.value)?.is_approved();
            let actor = match (before.owner == who.value, before.primary == who.value, approved) {
                (true, ..) => Actor::Owner,
                (false, true, _) => Actor::Primary,
                (false, false, true) => Actor::Approved,
                (false, false, false) => Actor::Other,
            };
            let (action, target) = app_does(&who.value, call)?;
            // In the cells the primary receiver that passes to nobody does not own the conversation.
            if action == Action::PassesToNobody && before.owner == before.primary {
                return None;
            }
            // What the feature does for these two is what it does for others.
            if approved && action == Action::SendsAsHumanAgent && actor != Actor::Approved {
                return None;
            }
            (actor, action, Some(who.value.as_str()), target)
        }
        Act::App { .. }
        | Act::User { .. }
        | Act::Clock(_)
        | Act::Bot { .. }
        | Act::Note(_)
        | Act::Expect { .. }
        | Act::Never { .. } => return None,
    };
    let cast = Cast {
        owner: owner_id(&before.owner),
        primary: has_primary.then(|| app_id(&before.primary)),
        actor: who.map(party),
        target: target.as_deref().map(app_id),
    };
    let then = &row.then.says;
    let control = cast.control(owner_id(then.owner.as_ref().unwrap_or(&before.owner)));
    let hears = |app: &table::App| app.hears(Field::MessagingHandovers);
    let all_hear = table.apps.keys().filter_map(|name| app(name)).all(hears);
    let told = row.then.deliveries.iter().filter_map(|heard| told(cast, heard)).collect();
    let rule = |refused: &Refused| refused.rule.clone().unwrap_or_else(|| row.rule.clone());
    let seen = Seen {
        accepted: then.accepted.clone(),
        refused: then.refused.as_ref().map(|refused| (refused.kind.clone(), rule(refused))),
        control,
        told: all_hear.then_some(told),
    };
    Some((Cell { protocol: table.protocol, standing, actor, action }, seen))
}

fn act(when: &When) -> Option<&Act> {
    match when {
        When::Step(step) => Some(&step.act),
        When::Tried { .. } | When::Leaves(_) => None,
    }
}

fn by_admin(when: &When) -> bool {
    matches!(
        act(when),
        Some(Act::Page { .. } | Act::User { verb: UserVerb::Blocks | UserVerb::Unblocks, .. })
    )
}

/// The call that an app makes by a verb, and the app.
fn call(when: &When) -> Option<(&str, &RouteCall)> {
    match act(when)? {
        Act::App { who, verb: AppVerb::Route(call), .. } => Some((&who.value, call)),
        Act::App { .. }
        | Act::User { .. }
        | Act::Inbox { .. }
        | Act::Page { .. }
        | Act::Bot { .. }
        | Act::Clock(_)
        | Act::Note(_)
        | Act::Expect { .. }
        | Act::Never { .. } => None,
    }
}

/// A number for a name, which is all that comparing takes.
fn app_id(name: &str) -> AppId {
    AppId(name.bytes().fold(7, |hash, byte| (hash * 31 + u64::from(byte)) % (1 << 40)))
}

fn party(name: &str) -> Party {
    if name == OwnerWord::Inbox.name() { Party::Inbox } else { Party::App(app_id(name)) }
}

fn owner_id(owner: &str) -> Option<Party> {
    let nobody = [OwnerWord::Idle.name(), OwnerWord::None.name()];
    (!nobody.contains(&owner)).then(|| party(owner))
}

fn told(cast: Cast, heard: &Heard) -> Option<(EventKind, Whom)> {
    let event = EventKind::parse(&heard.event).filter(|event| event.is_of_control())?;
    Some((event, cast.whom(app_id(&heard.app))))
}

type Does = (Action, Option<String>);

fn person_does(before: &play::State, earlier: &[When], verb: &UserVerb) -> Option<Does> {
    let action = match verb {
        UserVerb::Says { reply_to: None, .. } => Action::Says,
        UserVerb::Taps { what, within: None } => return taps(before, earlier, &what.source),
        UserVerb::Reacts { emoji, to: None } if wrote(earlier) => {
            if emoji.source == "none" {
                Action::TakesReactionBack
            } else {
                Action::Reacts
            }
        }
        UserVerb::Reads => Action::Reads,
        UserVerb::Opens(Entrance::Link { .. }) => Action::Opens,
        UserVerb::Blocks => Action::Blocks,
        UserVerb::Says { .. }
        | UserVerb::Sends { .. }
        | UserVerb::Taps { .. }
        | UserVerb::Reacts { .. }
        | UserVerb::Opens(Entrance::Ad { .. })
        | UserVerb::Unblocks => return None,
    };
    Some((action, None))
}

/// The message that an app sends in a step.
fn sent(when: &When) -> Option<(&str, &Node)> {
    let (app, call) = call(when)?;
    Some((app, argument(call, "message")?))
}

/// The Page wrote something that can be reacted to.
fn wrote(earlier: &[When]) -> bool {
    let replies = |when| matches!(act(when), Some(Act::Inbox { verb: InboxVerb::Replies { .. }, .. }));
    earlier.iter().any(|when| sent(when).is_some() || replies(when))
}

/// Whose button it is that is tapped.
fn taps(before: &play::State, earlier: &[When], what: &str) -> Option<Does> {
    let takes = |when: &When| call(when).is_some_and(|(_, call)| call.route == RouteId::TakeThreadControl);
    let silent = |when: &&When| takes(when) || matches!(act(when), Some(Act::Inbox { .. }));
    let last_said = earlier.iter().rev().find(|when| !silent(when));
    let made = earlier.iter().rev().find_map(|when| {
        let (app, message) = sent(when)?;
        let has = |key: &str| message.get(key).is_some_and(|titles| titles.get(what).is_some());
        if has("buttons") {
            return Some(Some(app.to_owned()));
        }
        // Quick replies are gone once anything else was said.
        let is_last = last_said.is_some_and(|last| std::ptr::eq(last, when));
        (has("quick_replies") && is_last).then_some(None)
    });
    Some(match made? {
        None => (Action::TapsQuickReply, None),
        Some(app) if before.owner == app => (Action::TapsOwners, Some(app)),
        app => (Action::TapsAnothers, app),
    })
}

fn admin_does(before: &play::State, change: &PageChange) -> Option<Does> {
    Some(match change {
        // In the cells the owner is an app whose role stays as it is.
        PageChange::PrimaryReceiver(_) if before.owner == before.primary => return None,
        PageChange::PrimaryReceiver(Role::Word(RoleWord::None)) => (Action::TakesRoleAway, None),
        PageChange::PrimaryReceiver(Role::App(app))
            if app.value != before.owner && app.value != before.primary && app.value != STRANGER =>
        {
            (Action::MakesPrimary, Some(app.value.clone()))
        }
        PageChange::Removes(app) if before.owner == app.value => {
            (Action::RemovesOwner, Some(app.value.clone()))
        }
        PageChange::Removes(app) if app.value != STRANGER => {
            (Action::RemovesAnother, Some(app.value.clone()))
        }
        PageChange::DefaultApp(Role::Word(RoleWord::None)) => (Action::TakesRoleAway, None),
        PageChange::DefaultApp(Role::App(app))
            if app.value != before.owner && app.value != before.primary =>
        {
            (Action::MakesPrimary, Some(app.value.clone()))
        }
        PageChange::PrimaryReceiver(_)
        | PageChange::DefaultApp(_)
        | PageChange::Role(..)
        | PageChange::Handover(_)
        | PageChange::TakeControl(..)
        | PageChange::Routes(_)
        | PageChange::Protocol(_)
        | PageChange::Removes(_)
        | PageChange::Connects(_)
        | PageChange::Subscriptions(..)
        | PageChange::Features(..)
        | PageChange::Permissions(..)
        | PageChange::Mode(..)
        | PageChange::Token(..) => return None,
    })
}

/// The actions of calls that need nothing but their route.
const ACTIONS: &[(RouteId, Action)] = &[
    (RouteId::TakeThreadControl, Action::Takes),
    (RouteId::RequestThreadControl, Action::Requests),
    (RouteId::ReleaseThreadControl, Action::Releases),
    (RouteId::ReadThreadOwner, Action::AsksOwner),
    (RouteId::ListSecondaryReceivers, Action::AsksReceivers),
];

fn app_does(caller: &str, call: &RouteCall) -> Option<Does> {
    if let Some((_, action)) = ACTIONS.iter().find(|(route, _)| *route == call.route) {
        return Some((*action, None));
    }
    let inbox = OwnerWord::Inbox.name();
    let target = text(call, "target_app_id");
    if call.route == RouteId::PassThreadControl {
        return Some(match target.as_deref() {
            None => (Action::PassesToNobody, None),
            Some(to) if to == inbox => (Action::PassesToInbox, None),
            Some(STRANGER) => (Action::PassesToAStranger, None),
            Some(to) if to == caller => (Action::PassesToItself, None),
            Some(to) => (Action::Passes, Some(to.to_owned())),
        });
    }
    if call.route == RouteId::PassThreadMetadata {
        let to = target.filter(|to| **to != *inbox && **to != *STRANGER)?;
        return Some((Action::PassesMetadata, Some(to.to_string())));
    }
    if call.route == RouteId::ExtendThreadControl {
        let by = extension(call).ok()?;
        let action = match by {
            Some(by) if by > Span(7 * Span::DAY.0) => Action::ExtendsTooLong,
            Some(by) if by <= Span(0) => return None,
            Some(_) | None => Action::Extends,
        };
        return Some((action, None));
    }
    let moves_control = call.arguments.iter().any(|(name, _)| *name == "thread_control");
    if argument(call, "reply_to").is_some() || moves_control {
        return None;
    }
    match text(call, "tag").map(|tag| Tag::parse(&tag)) {
        _ if text(call, "sender_action").is_some() => Some((Action::Signals, None)),
        None => Some((Action::Sends, None)),
        Some(Some(Tag::HumanAgent)) => Some((Action::SendsAsHumanAgent, None)),
        Some(_) => None,
    }
}
