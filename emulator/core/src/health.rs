//! Whether an app takes its webhooks: who fails for an hour is switched off (M-193).

use std::sync::Arc;

use crate::catalogue::RuleId;
use crate::effect::{Accepted, Decided, Effect};
use crate::fact::Saw;
use crate::ids::{AppId, PageId};
use crate::options::Switch;
use crate::retry::GIVES_UP_AFTER;
use crate::time::{Span, Timestamp};
use crate::timers::{Subject, TimerKind};
use crate::world::World;

/// After what time of failing an app's developers are told.
pub const TELLS_AFTER: Span = Span(15 * 60_000);

const RULE: RuleId = RuleId::WebhooksDisabled;

/// A delivery was tried.
pub(crate) fn tried(
    world: &mut World,
    page: PageId,
    app: AppId,
    acknowledged: bool,
    now: Timestamp,
) -> Accepted {
    if acknowledged {
        forget(world, page, app);
    } else if world.settings.connection(page, app).is_some_and(|connection| !connection.disabled)
        && !world.failing.contains_key(&(page, app))
    {
        world.failing.insert((page, app), now);
        let subject = Subject::Webhooks(page, app);
        world.timers.change(subject, TimerKind::WebhooksFailing, None, Some(now + TELLS_AFTER));
        world.timers.change(subject, TimerKind::WebhooksDisabled, None, Some(now + GIVES_UP_AFTER));
    }
    Accepted::quiet(RuleId::RetriesForAnHour, Saw::default())
}

/// Nothing is known against the app's webhooks any more.
pub(crate) fn forget(world: &mut World, page: PageId, app: AppId) {
    let Some(since) = world.failing.remove(&(page, app)) else { return };
    let subject = Subject::Webhooks(page, app);
    world.timers.change(subject, TimerKind::WebhooksFailing, Some(since + TELLS_AFTER), None);
    world.timers.change(subject, TimerKind::WebhooksDisabled, Some(since + GIVES_UP_AFTER), None);
}

/// Since when they fail, if that is at least as long ago as this.
fn failing_for(
    world: &World,
    page: PageId,
    app: AppId,
    (least, now): (Span, Timestamp),
) -> Option<Timestamp> {
    world.failing.get(&(page, app)).copied().filter(|since| *since + least <= now)
}

/// They have failed for a while.
pub(crate) fn failing(world: &mut World, page: PageId, app: AppId, now: Timestamp) -> Accepted {
    let mut accepted = Accepted::quiet(RULE, Saw::default());
    let subject = Subject::Webhooks(page, app);
    if let Some(since) = failing_for(world, page, app, (TELLS_AFTER, now)) {
        world.timers.change(subject, TimerKind::WebhooksFailing, Some(since + TELLS_AFTER), None);
        let effect = Effect::WebhooksFailing { page, app, since };
        accepted.effects.push(Decided { rule: RULE, saw: Saw::default(), effect });
    }
    accepted
}

/// They have failed for an hour: they are switched off, unless the Page's options spare them.
pub(crate) fn disabled(world: &mut World, page: PageId, app: AppId, now: Timestamp) -> Accepted {
    let mut accepted = Accepted::quiet(RULE, Saw::default());
    let Some(since) = failing_for(world, page, app, (GIVES_UP_AFTER, now)) else { return accepted };
    forget(world, page, app);
    let effect = match world.settings.options(world.settings.main(page)).webhook_disabling {
        Switch::Off => Effect::WebhooksFailing { page, app, since },
        Switch::On => {
            let settings = Arc::make_mut(&mut world.settings);
            let connection = settings.pages.get_mut(&page).and_then(|page| page.apps.get_mut(&app));
            if let Some(connection) = connection {
                connection.disabled = true;
            }
            Effect::WebhooksDisabled { page, app }
        }
    };
    accepted.effects.push(Decided { rule: RULE, saw: Saw::default(), effect });
    accepted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{App, Connection, Page, Settings};

    #[test]
    fn developers_are_told_since_when_webhooks_fail() {
        let (page_id, bot, begin) = (PageId(1), AppId(2), Timestamp(5_000));
        let mut page = Page::named("Shop");
        page.apps.insert(bot, Connection::default());
        let settings = Settings { pages: [(page_id, page)].into(), apps: [(bot, App::named("bot"))].into() };
        let mut world = World::new(Arc::new(settings));
        tried(&mut world, page_id, bot, false, begin);
        assert_eq!(failing(&mut world, page_id, bot, begin).effects, [], "it is too early");
        let told = failing(&mut world, page_id, bot, begin + TELLS_AFTER).effects;
        let effects: Vec<_> = told.into_iter().map(|decided| decided.effect).collect();
        assert_eq!(effects, [Effect::WebhooksFailing { page: page_id, app: bot, since: begin }]);
    }
}
