//! What an admin or an app changes about a Page and its apps (C-08, C-09, C-12, M-243, M-244).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::case::Context;
use crate::catalogue::RuleId;
use crate::effect::{Accepted, Outcome, Refusal};
use crate::fact::{Fact, Saw};
use crate::field::{Field, FieldSet};
use crate::health;
use crate::ids::{AppId, PageId};
use crate::input::AdminChange;
use crate::platform::LineId;
use crate::refusal::RefusalKind;
use crate::roles::{self, page_mut, unknown};
use crate::settings::{Connection, Permission};
use crate::world::World;

const RULE: RuleId = RuleId::AdminDecides;

/// An admin changes something.
pub(crate) fn change(world: &mut World, line: LineId, change: AdminChange, context: &Context<'_>) -> Outcome {
    let page = line.page;
    match change {
        AdminChange::PrimaryReceiver(app) => roles::primary_receiver(world, line, app, context),
        AdminChange::DefaultApp(party) => roles::default_app(world, line, party, context),
        AdminChange::Role { party, role } => roles::role(world, line, (party, role), context),
        AdminChange::Handover(on) => roles::handover(world, line, on, context),
        AdminChange::TakeControl { app, permitted } => roles::take_control(world, line, app, permitted),
        AdminChange::Routes(routes) => roles::routes(world, line, routes),
        AdminChange::Protocol(protocol) => roles::moves_to(world, line, protocol, context),
        AdminChange::Connects(app) => {
            let known = world.settings.apps.contains_key(&app);
            let settings = Arc::make_mut(&mut world.settings);
            let page_id = page;
            let page = settings.pages.get_mut(&page).filter(|_| known).ok_or_else(unknown)?;
            page.apps.entry(app).or_default();
            let lines = roles::lines(world, page_id).into_iter();
            let effects = lines.flat_map(|line| roles::settles(world, line, RULE, context)).collect();
            Ok(Accepted { effects, ..Accepted::quiet(RULE, Saw::default()) })
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

fn toggle<T: Ord>(set: &mut BTreeSet<T>, item: T, there: bool) -> Outcome {
    if there {
        set.insert(item);
    } else {
        set.remove(&item);
    }
    Ok(Accepted::quiet(RULE, Saw::default()))
}

fn connection(world: &mut World, page: PageId, app: AppId) -> Result<&mut Connection, Refusal> {
    page_mut(&mut world.settings, page)?.apps.get_mut(&app).ok_or_else(unknown)
}

/// Takes an app off the Page: what it owned becomes idle, and its role ends.
fn removes(world: &mut World, page: PageId, app: AppId, context: &Context<'_>) -> Outcome {
    page_mut(&mut world.settings, page)?.apps.remove(&app).ok_or_else(unknown)?;
    health::forget(world, page, app);
    let effects = roles::leaves(world, page, app, context);
    Ok(Accepted { effects, ..Accepted::quiet(RuleId::RemovedOwner, Saw::default()) })
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
        accepted.effects = roles::leaves(world, page, app, context);
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
