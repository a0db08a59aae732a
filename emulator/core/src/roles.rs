//! What an admin decides about who may be in control: roles, the default app, permissions, routes, the protocol (C-05 to
//! C-12, C-31a).

use std::sync::Arc;

use crate::audience::{self, Audience};
use crate::case::{Case, Context};
use crate::catalogue::RuleId;
use crate::conversation::{Control, Conversation};
use crate::effect::{Accepted, Answer, Decided, Outcome, Refusal};
use crate::event::Event;
use crate::fact::{Fact, Saw};
use crate::filing;
use crate::folder::Folder;
use crate::ids::{AppId, PageId, Psid};
use crate::line::{Line, Routes};
use crate::options::{DoneFolder, RoleLost};
use crate::party::Party;
use crate::platform::{LineId, Platform};
use crate::protocol::Protocol;
use crate::protocols::{Arrival, Leader, Unowned};
use crate::refusal::RefusalKind;
use crate::role::Role;
use crate::settings::{Page, Settings};
use crate::world::World;

pub(crate) fn unknown() -> Refusal {
    Refusal { rule: RuleId::AdminDecides, saw: Saw::default(), kind: RefusalKind::UnknownApp }
}

pub(crate) fn page_mut(settings: &mut Arc<Settings>, page: PageId) -> Result<&mut Page, Refusal> {
    Arc::make_mut(settings).pages.get_mut(&page).ok_or_else(unknown)
}

fn line_mut(settings: &mut Arc<Settings>, line: LineId) -> Result<&mut Line, Refusal> {
    page_mut(settings, line.page)?.line_mut(line.platform).ok_or_else(unknown)
}

/// Checks that the Page's protocol has a role or a setting: what it has no use for would do nothing.
fn in_protocol(
    world: &World,
    line: LineId,
    rule: RuleId,
    has: impl Fn(&Line) -> bool,
) -> Result<(), Refusal> {
    let saw = Saw::default();
    match world.settings.line(line) {
        None => Err(unknown()),
        Some(line) if has(line) => Ok(()),
        Some(_) => Err(Refusal { rule, saw, kind: RefusalKind::NotInProtocol }),
    }
}

/// Checks that a party is an app of the Page, or the inbox.
fn on_page(world: &World, page: PageId, party: Option<Party>) -> Result<(), Refusal> {
    match party {
        None | Some(Party::Inbox) => Ok(()),
        Some(Party::App(app)) if world.settings.connection(page, app).is_some() => Ok(()),
        Some(_) => Err(unknown()),
    }
}

/// Gives the primary role to an app, or to none. What the app owned that loses it goes to who has what nobody was given
/// (C-12b), and the apps whose role changed are told (C-12).
pub(crate) fn primary_receiver(
    world: &mut World,
    line: LineId,
    to: Option<Party>,
    context: &Context<'_>,
) -> Outcome {
    let has_role = |line: &Line| matches!(line.fixed().leader, Leader::PrimaryReceiver);
    in_protocol(world, line, RuleId::AdminDecides, has_role)?;
    let before = world.settings.primary(line);
    let saw = Saw::of([Fact::PrimaryReceiver(before)]);
    if to == Some(Party::Inbox) {
        let kind = RefusalKind::InboxCannotBePrimary;
        return Err(Refusal { rule: RuleId::InboxNeverPrimary, saw, kind });
    }
    on_page(world, line.page, to)?;
    let app = to.and_then(Party::app);
    let has_roles = world.settings.line(line).is_some_and(Line::has_roles);
    let rule = match before {
        Some(before) if has_roles && app.is_some_and(|app| app != before) => RuleId::PrimaryDemoted,
        Some(_) | None => RuleId::RolesTold,
    };
    let mut accepted = Accepted::quiet(rule, saw);
    if before != app {
        accepted.effects = primary_role(world, line, app, context)?;
        let roles = [(before, Role::SecondaryReceiver), (app, Role::PrimaryReceiver)];
        for (app, role) in roles.into_iter().filter_map(|(app, role)| Some((app?, role))) {
            accepted.effects.extend(role_told(world, line, app, Some(role), context));
        }
    }
    Ok(accepted)
}

/// Moves the primary role, and what the app owned that loses it.
fn primary_role(
    world: &mut World,
    line: LineId,
    to: Option<AppId>,
    context: &Context<'_>,
) -> Result<Vec<Decided>, Refusal> {
    let settings = line_mut(&mut world.settings, line)?;
    let before = std::mem::replace(&mut settings.primary_receiver, to);
    if let Some(app) = to {
        settings.without_role.remove(&app);
    }
    let mut effects = settles(world, line, RuleId::RolesAssigned, context);
    if let Some(loser) = before
        && world.settings.options(line).role_lost == RoleLost::Idle
    {
        effects.extend(loses_all(world, line, loser, RuleId::RoleLost, context));
    }
    Ok(effects)
}

/// Makes an app or the inbox the default app, or none (C-10). A Page with a default app has routing and one without has not,
/// so the first one and the loss of the last one move the Page to another protocol. No app is told.
pub(crate) fn default_app(
    world: &mut World,
    line: LineId,
    to: Option<Party>,
    context: &Context<'_>,
) -> Outcome {
    let rule = RuleId::DefaultApp;
    in_protocol(world, line, rule, |line: &Line| line.fixed().default_app_moves_to.is_some())?;
    on_page(world, line.page, to)?;
    let saw = Saw::of([Fact::DefaultApp(world.settings.line(line).and_then(Line::default_app))]);
    line_mut(&mut world.settings, line)?.default_app = to;
    let effects = follows_default_app(world, line, to.is_some(), context);
    Ok(Accepted { effects, ..Accepted::quiet(rule, saw) })
}

/// Moves the Page to the protocol that goes with having a default app, or none.
fn follows_default_app(
    world: &mut World,
    line: LineId,
    has_default: bool,
    context: &Context<'_>,
) -> Vec<Decided> {
    let fixed = world.settings.line(line).map(Line::fixed);
    let has_routing = fixed.is_some_and(|fixed| matches!(fixed.leader, Leader::DefaultApp));
    match fixed.and_then(|fixed| fixed.default_app_moves_to) {
        Some(protocol) if has_default != has_routing => moves(world, line, protocol, context),
        Some(_) | None => Vec::new(),
    }
}

/// Gives an app or the inbox a role under the first handover protocol, or takes every role away (C-05, C-06).
pub(crate) fn role(
    world: &mut World,
    line: LineId,
    (party, role): (Party, Option<Role>),
    context: &Context<'_>,
) -> Outcome {
    let rule = RuleId::RolesAssigned;
    in_protocol(world, line, rule, Line::has_roles)?;
    on_page(world, line.page, Some(party))?;
    if role == Some(Role::PrimaryReceiver) {
        return primary_receiver(world, line, Some(party), context);
    }
    let was_primary = world.settings.primary(line).map(Party::App) == Some(party);
    let mut effects = Vec::new();
    if was_primary {
        effects = primary_role(world, line, None, context)?;
    }
    let settings = line_mut(&mut world.settings, line)?;
    let gone = role.is_none();
    let changed = was_primary
        | match party {
            Party::App(app) if gone => settings.without_role.insert(app),
            Party::App(app) => settings.without_role.remove(&app),
            Party::Inbox => std::mem::replace(&mut settings.inbox_without_role, gone) != gone,
            Party::LeadFlow | Party::MetaAi => false,
        };
    if changed {
        effects.extend(settles(world, line, rule, context));
        if gone {
            effects.extend(loses_all_of(world, line, party, rule, context));
        }
        effects.extend(party.app().into_iter().flat_map(|app| role_told(world, line, app, role, context)));
    }
    Ok(Accepted { effects, ..Accepted::quiet(rule, Saw::default()) })
}

/// Switches handover on or off: all conversations go to Done, or back to Main (C-108).
pub(crate) fn handover(world: &mut World, line: LineId, on: bool, context: &Context<'_>) -> Outcome {
    let rule = RuleId::HandoverSwitched;
    in_protocol(world, line, rule, |line: &Line| matches!(line.fixed().leader, Leader::PrimaryReceiver))?;
    line_mut(&mut world.settings, line)?.handover_off = !on;
    let effects = settles(world, line, rule, context);
    Ok(Accepted { effects, ..Accepted::quiet(rule, Saw::default()) })
}

/// Permits an app to take control, or no longer (C-11).
pub(crate) fn take_control(world: &mut World, line: LineId, app: AppId, permitted: bool) -> Outcome {
    let rule = RuleId::TakePermission;
    in_protocol(world, line, rule, |line: &Line| matches!(line.fixed().leader, Leader::DefaultApp))?;
    on_page(world, line.page, Some(Party::App(app)))?;
    let barred = &mut line_mut(&mut world.settings, line)?.may_not_take;
    if permitted {
        barred.remove(&app);
    } else {
        barred.insert(app);
    }
    Ok(Accepted::quiet(rule, Saw::default()))
}

/// Sets where conversations go that begin in a certain way (C-137).
pub(crate) fn routes(world: &mut World, line: LineId, routes: Routes) -> Outcome {
    let rule = RuleId::LinkRoute;
    let apps =
        routes.links.values().copied().chain(routes.ads.values().map(|ad| ad.app)).chain(routes.organic);
    for app in apps {
        on_page(world, line.page, Some(Party::App(app)))?;
    }
    line_mut(&mut world.settings, line)?.routes = routes;
    Ok(Accepted::quiet(rule, Saw::default()))
}

/// Moves the Page to another protocol: owners stay where its rows say so, with the expiry and the folders of the new
/// protocol (C-31a).
pub(crate) fn moves_to(
    world: &mut World,
    line: LineId,
    protocol: Protocol,
    context: &Context<'_>,
) -> Outcome {
    line_mut(&mut world.settings, line)?;
    let effects = moves(world, line, protocol, context);
    Ok(Accepted { effects, ..Accepted::quiet(RuleId::ProtocolChanges, Saw::default()) })
}

fn moves(world: &mut World, line: LineId, protocol: Protocol, context: &Context<'_>) -> Vec<Decided> {
    let Ok(settings) = line_mut(&mut world.settings, line) else { return Vec::new() };
    let (before, filed) = (settings.protocol(), settings.options().done_folder);
    *settings = std::mem::take(settings).under(protocol);
    let arrival = settings.fixed().arrival;
    if before == protocol {
        return Vec::new();
    }
    each(world, line, context, |case| {
        arrives(case, arrival);
        unfiles(case, filed);
    })
}

/// What becomes of a conversation whose Page has moved to a protocol.
fn arrives(case: &mut Case<'_>, arrival: Arrival) {
    let rule = RuleId::ProtocolChanges;
    let stays = match arrival {
        Arrival::Keeps => case.owner(),
        Arrival::Unowned => None,
    };
    let to = stays.filter(|party| case.takes_part(*party));
    if to.is_some() || case.control() != case.unowned() {
        case.move_to(rule, to);
    }
}

/// Files a conversation in Main that lies in Done only because folders followed control before.
fn unfiles(case: &mut Case<'_>, before: DoneFolder) {
    let followed = before != DoneFolder::Off && case.options.done_folder == DoneFolder::Off;
    if followed && case.conversation().is_some_and(|it| it.folder == Folder::Done && !it.marked_done) {
        file(case, RuleId::ProtocolChanges, Folder::Main);
    }
}

fn file(case: &mut Case<'_>, rule: RuleId, to: Folder) {
    let person = case.person;
    if let Some(effect) = filing::file(case.begun(), person, to) {
        case.happens(rule, effect);
    }
}

/// Gives each conversation to who has it now that conversations can be given to apps, or no longer (C-05). A primary
/// receiver that gets one back in this way hears of it where apps have roles (C-05a).
pub(crate) fn settles(world: &mut World, line: LineId, rule: RuleId, context: &Context<'_>) -> Vec<Decided> {
    let page = world.settings.pages.get(&line.page);
    let Some(active) = page.map(|page| page.is_active(line.platform)) else { return Vec::new() };
    each(world, line, context, |case| match (active, case.control()) {
        (true, Control::Inactive) => {
            case.move_to(rule, None);
            match case.options.done_folder {
                DoneFolder::Off => {}
                DoneFolder::On | DoneFolder::AfterMessage if case.takes_part(Party::Inbox) => {
                    file(case, rule, Folder::Done);
                }
                DoneFolder::On | DoneFolder::AfterMessage => {}
            }
        }
        (false, Control::Idle) => case.move_to(rule, None),
        (false, Control::Owned { by, .. }) => {
            case.move_to(rule, None);
            gives_back(case, by);
        }
        (true, Control::Idle | Control::Owned { .. }) | (false, Control::Inactive) => {}
    })
}

/// Tells the primary receiver that another party is no longer in control, since handover is off (C-05a).
fn gives_back(case: &mut Case<'_>, from: Party) {
    let has_roles = case.line().is_some_and(Line::has_roles);
    if let Some(new_owner) = case.primary().map(Party::App).filter(|primary| has_roles && *primary != from) {
        case.next_event();
        let event = Event::PassThreadControl { previous_owner: Some(from), new_owner, metadata: None };
        case.tell_by(RuleId::OffGivesBack, Audience::Party(new_owner), &event);
    }
}

/// Ends what an app had on a Page that it leaves, on each platform.
pub(crate) fn leaves(world: &mut World, page: PageId, app: AppId, context: &Context<'_>) -> Vec<Decided> {
    lines(world, page).into_iter().flat_map(|line| leaves_line(world, line, app, context)).collect()
}

/// The Page on each platform on which it is.
pub(crate) fn lines(world: &World, page: PageId) -> Vec<LineId> {
    let lines = Platform::ALL.iter().map(|platform| page.on(*platform));
    lines.filter(|line| world.settings.line(*line).is_some()).collect()
}

/// Ends what an app had there: its conversations go to who has what nobody was given, and its roles end (C-12a), of which
/// a connected app is told (C-12).
fn leaves_line(world: &mut World, line: LineId, app: AppId, context: &Context<'_>) -> Vec<Decided> {
    let is_connected = world.settings.connection(line.page, app).is_some();
    let Ok(settings) = line_mut(&mut world.settings, line) else { return Vec::new() };
    let had_role = settings.primary_receiver == Some(app);
    if had_role {
        settings.primary_receiver = None;
    }
    let was_default = settings.default_app() == Some(Party::App(app));
    if settings.default_app == Some(Party::App(app)) {
        settings.default_app = None;
    }
    let told = had_role && is_connected && matches!(settings.fixed().leader, Leader::PrimaryReceiver);
    let mut effects = settles(world, line, RuleId::RemovedOwner, context);
    effects.extend(loses_all(world, line, app, RuleId::RemovedOwner, context));
    if was_default {
        effects.extend(follows_default_app(world, line, false, context));
    }
    if told {
        effects.extend(role_told(world, line, app, Some(Role::SecondaryReceiver), context));
    }
    effects
}

/// Tells of a role, which is about no person (C-12): the app whose role it is; where all apps have roles, each of them.
fn role_told(
    world: &World,
    line: LineId,
    app: AppId,
    role: Option<Role>,
    context: &Context<'_>,
) -> Vec<Decided> {
    let event = Event::AppRoles { app, role };
    let to_all =
        world.settings.line(line).is_some_and(|line: &Line| matches!(line.fixed().unowned, Unowned::Primary));
    let audience = if to_all { Audience::Receivers(app) } else { Audience::Party(Party::App(app)) };
    let told = audience::audience(world, line, None, audience, &event);
    told.into_iter().map(|listener| listener.told(line.page, None, context.now, &event)).collect()
}

fn loses_all(
    world: &mut World,
    line: LineId,
    app: AppId,
    rule: RuleId,
    context: &Context<'_>,
) -> Vec<Decided> {
    loses_all_of(world, line, Party::App(app), rule, context)
}

/// Takes every conversation of the Page from the party. No control event tells of it.
fn loses_all_of(
    world: &mut World,
    line: LineId,
    party: Party,
    rule: RuleId,
    context: &Context<'_>,
) -> Vec<Decided> {
    each(world, line, context, |case| {
        if case.owner() == Some(party) && case.unowned().owner() != Some(party) {
            case.move_to(rule, None);
        }
    })
}

/// Lets something be decided about each conversation of the Page.
fn each(
    world: &mut World,
    line: LineId,
    context: &Context<'_>,
    decide: impl Fn(&mut Case<'_>),
) -> Vec<Decided> {
    let of_line =
        |(person, conversation): (&Psid, &Conversation)| (conversation.line() == line).then_some(*person);
    let people: Vec<Psid> = world.conversations.iter().filter_map(of_line).collect();
    let decided = |person| {
        let mut case = Case::new(world, line.page, person, context);
        case.reads_control();
        decide(&mut case);
        case.accepted(RuleId::AdminDecides, Answer::Done).effects
    };
    people.into_iter().flat_map(decided).collect()
}
