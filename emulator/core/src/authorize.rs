//! Whether a Page token may be used at all, before anything else is looked at. Reads only.

use crate::catalogue::RuleId;
use crate::effect::{Refusal, RefusalKind, Saw};
use crate::ids::{AppId, PageId};
use crate::settings::Permission;
use crate::world::World;

/// Checks that the app is connected to the Page and that its token carries `pages_messaging`
/// (C-01, C-02).
///
/// # Errors
///
/// The refusal, when it may not.
pub fn authorize(world: &World, page: PageId, app: AppId) -> Result<(), Refusal> {
    let refusal = |kind| Refusal { rule: RuleId::TokenNamesCaller, saw: Saw::default(), kind };
    let connection = world.settings.pages.get(&page).and_then(|page| page.apps.get(&app));
    let connection = connection.ok_or_else(|| refusal(RefusalKind::AppNotConnected))?;
    if !connection.permissions.contains(&Permission::PagesMessaging) {
        return Err(Refusal { rule: RuleId::MessagingPermission, ..refusal(RefusalKind::PermissionMissing) });
    }
    Ok(())
}
