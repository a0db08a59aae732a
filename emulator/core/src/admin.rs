//! What an admin or an app changes about a Page and its apps (C-08, C-09, C-12, M-243, M-244).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::audience::{self, Audience};
use crate::case::{Case, Context};
use crate::catalogue::RuleId;
use crate::conversation::Conversation;
use crate::effect::{Accepted, Answer, Decided, Event, Outcome, Refusal, Role};
use crate::fact::{Fact, Saw};
use crate::field::{Field, FieldSet};
use crate::health;
use crate::ids::{AppId, PageId, Psid};
use crate::input::AdminChange;
use crate::options::RoleLost;
use crate::party::Party;
use crate::refusal::RefusalKind;
use crate::settings::{Connection, Page, Permission, Settings};
use crate::world::World;

const RULE: RuleId = RuleId::AdminDecides;

/// An admin changes something.
pub(crate) fn change(world: &mut World, page: PageId, change: AdminChange, context: &Context<'_>) -> Outcome {
    match change {
        AdminChange::PrimaryReceiver(app) => primary_receiver(world, page, app, context),
        AdminChange::Connects(app) => {
            let known = world.settings.apps.contains_key(&app);
            let settings = Arc::make_mut(&mut world.settings);
            let page = settings.pages.get_mut(&page).filter(|_| known).ok_or_else(unknown)?;
            page.apps.entry(app).or_default();
            Ok(Accepted::quiet(RULE, Saw::default()))
        }
        AdminChange::Removes(app) => removes(world, page, app, context),
        AdminChange::Fields { app, fields } => {
            let connection = connection(world, page, app)?;
            (connection.fields, connection.installed) = (fields, true);
            Ok(again(world, page, app))
        }
        AdminChange::Feature { app, feature, granted } => {
            toggle(&mut connection(world, page, app)?.features, feature, granted)
        }
        AdminChange::Permission { app, permission, granted } => {
            toggle(&mut connection(world, page, app)?.permissions, permission, granted)
        }
        AdminChange::Mode { app, mode } => {
            let settings = Arc::make_mut(&mut world.settings);
            settings.apps.get_mut(&app).ok_or_else(unknown)?.mode = mode;
            Ok(Accepted::quiet(RULE, Saw::default()))
        }
        AdminChange::Token { app, state } => {
            connection(world, page, app)?.token = state;
            Ok(Accepted::quiet(RULE, Saw::default()))
        }
    }
}

fn unknown() -> Refusal {
    Refusal { rule: RULE, saw: Saw::default(), kind: RefusalKind::UnknownApp }
}

fn toggle<T: Ord>(set: &mut BTreeSet<T>, item: T, there: bool) -> Outcome {
    if there {
        set.insert(item);
    } else {
        set.remove(&item);
    }
    Ok(Accepted::quiet(RULE, Saw::default()))
}

fn page_mut(settings: &mut Arc<Settings>, page: PageId) -> Result<&mut Page, Refusal> {
    Arc::make_mut(settings).pages.get_mut(&page).ok_or_else(unknown)
}

fn connection(world: &mut World, page: PageId, app: AppId) -> Result<&mut Connection, Refusal> {
    page_mut(&mut world.settings, page)?.apps.get_mut(&app).ok_or_else(unknown)
}

/// Gives the role to an app, or to none. What the app owned that loses the role becomes idle (C-12b), and
/// the apps whose role changed are told (C-12).
fn primary_receiver(world: &mut World, page: PageId, to: Option<Party>, context: &Context<'_>) -> Outcome {
    let before = world.settings.primary(page);
    let saw = Saw::of([Fact::PrimaryReceiver(before)]);
    if to == Some(Party::Inbox) {
        let kind = RefusalKind::InboxCannotBePrimary;
        return Err(Refusal { rule: RuleId::InboxNeverPrimary, saw, kind });
    }
    let app = to.and_then(Party::app);
    if to.is_some() && app.is_none_or(|app| world.settings.connection(page, app).is_none()) {
        return Err(unknown());
    }
    page_mut(&mut world.settings, page)?.messenger.primary_receiver = app;
    let mut accepted = Accepted::quiet(RuleId::RolesTold, saw);
    if before != app {
        if let Some(loser) = before
            && world.settings.options(page).role_lost == RoleLost::Idle
        {
            accepted.effects = becomes_idle(world, page, loser, RuleId::RoleLost, context);
        }
        let roles = [(before, Role::SecondaryReceiver), (app, Role::PrimaryReceiver)];
        for (app, role) in roles.into_iter().filter_map(|(app, role)| Some((app?, role))) {
            accepted.effects.extend(role_told(world, page, app, role, context));
        }
    }
    Ok(accepted)
}

/// Tells an app of its role, which is about no person (C-12).
fn role_told(
    world: &World,
    page: PageId,
    app: AppId,
    role: Role,
    context: &Context<'_>,
) -> impl Iterator<Item = Decided> {
    let event = Event::AppRoles { app, role };
    let told = audience::audience(world, page, None, Audience::Party(Party::App(app)), &event);
    let now = context.now;
    told.into_iter().map(move |listener| listener.told(page, None, now, &event))
}

/// Takes an app off the Page: what it owned becomes idle, and its role ends.
fn removes(world: &mut World, page: PageId, app: AppId, context: &Context<'_>) -> Outcome {
    page_mut(&mut world.settings, page)?.apps.remove(&app).ok_or_else(unknown)?;
    health::forget(world, page, app);
    let effects = leaves(world, page, app, context);
    Ok(Accepted { effects, ..Accepted::quiet(RuleId::RemovedOwner, Saw::default()) })
}

/// Ends what an app had on a Page that it leaves: its conversations become idle, and its role ends
/// (C-12a), which a connected app is told (C-12).
fn leaves(world: &mut World, page: PageId, app: AppId, context: &Context<'_>) -> Vec<Decided> {
    let Some(settings) = Arc::make_mut(&mut world.settings).pages.get_mut(&page) else { return Vec::new() };
    let had_role = settings.messenger.primary_receiver == Some(app);
    if had_role {
        settings.messenger.primary_receiver = None;
    }
    let mut effects = becomes_idle(world, page, app, RuleId::RemovedOwner, context);
    if had_role {
        effects.extend(role_told(world, page, app, Role::SecondaryReceiver, context));
    }
    effects
}

/// Makes every conversation idle that the app owns on the Page. Nobody is told.
fn becomes_idle(
    world: &mut World,
    page: PageId,
    app: AppId,
    rule: RuleId,
    context: &Context<'_>,
) -> Vec<Decided> {
    let owned = |(person, conversation): (&Psid, &Conversation)| {
        (conversation.page == page && conversation.control.owner() == Some(Party::App(app)))
            .then_some(*person)
    };
    let people: Vec<Psid> = world.conversations.iter().filter_map(owned).collect();
    let idle = |person| {
        let mut case = Case::new(world, page, person, context);
        case.reads_control();
        case.move_to(rule, None);
        case.accepted(rule, Answer::Done).effects
    };
    people.into_iter().flat_map(idle).collect()
}

/// The app subscribed anew, which also switches its webhooks on again (M-193).
fn again(world: &mut World, page: PageId, app: AppId) -> Accepted {
    if let Ok(connection) = connection(world, page, app) {
        connection.disabled = false;
    }
    health::forget(world, page, app);
    Accepted::quiet(RuleId::SubscriptionReplaces, Saw::default())
}

/// An app installs itself on the Page with these fields in place of those before, or takes itself off
/// (M-243, M-68).
pub(crate) fn installs(
    world: &mut World,
    page: PageId,
    app: AppId,
    (fields, other_fields): (Option<FieldSet>, Vec<Arc<str>>),
    context: &Context<'_>,
) -> Outcome {
    let messaging = fields.unwrap_or_default() != FieldSet::default();
    let connection = connection(world, page, app)?;
    let lacks = |permission| !connection.permissions.contains(&permission);
    // Which fields there were matters only where they are what is not allowed.
    let at_fault = messaging && !lacks(Permission::PagesManageMetadata);
    if lacks(Permission::PagesManageMetadata) || (messaging && lacks(Permission::PagesMessaging)) {
        let saw = fields
            .filter(|_| at_fault)
            .map_or_else(Saw::default, |fields| Saw::of([Fact::SubscribedFields(fields)]));
        return Err(Refusal { rule: RuleId::FieldPermission, saw, kind: RefusalKind::FieldPermission });
    }
    connection.installed = fields.is_some();
    connection.fields = fields.unwrap_or_default();
    connection.other_fields = other_fields.into_iter().collect();
    let mut accepted = again(world, page, app);
    if fields.is_none() {
        accepted.effects = leaves(world, page, app, context);
    }
    Ok(accepted)
}

/// An app subscribes to webhooks of Pages with its own token (M-244).
pub(crate) fn app_subscribes(world: &mut World, app: AppId, fields: Option<FieldSet>) -> Outcome {
    let settings = Arc::make_mut(&mut world.settings);
    let subscriber = settings.apps.get_mut(&app).ok_or_else(unknown)?;
    subscriber.subscription = Some(fields.unwrap_or_default());
    let pages: Vec<PageId> = settings.pages.keys().copied().collect();
    if fields.is_some() {
        for page in pages {
            again(world, page, app);
        }
    }
    Ok(Accepted::quiet(RuleId::AppSubscription, Saw::default()))
}

/// The fields whose events need `pages_messaging`: all that there are events for.
pub const MESSAGING_FIELDS: &[Field] = Field::ALL;
