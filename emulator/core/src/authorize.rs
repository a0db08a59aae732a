//! Whether a Page token may be used at all, before anything else is looked at. Reads only.

use crate::catalogue::RuleId;
use crate::effect::Refusal;
use crate::fact::Saw;
use crate::ids::{AppId, PageId};
use crate::refusal::RefusalKind;
use crate::settings::{Connection, Permission, TokenState};
use crate::time::Timestamp;
use crate::world::World;

/// Checks that a token that holds carries `pages_messaging` (C-02).
///
/// # Errors
///
/// The refusal, when it does not.
pub fn authorize(connection: &Connection) -> Result<(), Refusal> {
    if !connection.permissions.contains(&Permission::PagesMessaging) {
        let kind = RefusalKind::PermissionMissing;
        return Err(Refusal { rule: RuleId::MessagingPermission, saw: Saw::default(), kind });
    }
    Ok(())
}

/// Checks that the app is connected to the Page and that its token still holds (C-01, M-49).
///
/// # Errors
///
/// The refusal, when it does not.
pub fn token_holds(world: &World, page: PageId, app: AppId, now: Timestamp) -> Result<&Connection, Refusal> {
    let refusal = |kind| Refusal { rule: RuleId::TokenNamesCaller, saw: Saw::default(), kind };
    let connection = world.settings.connection(page, app);
    let connection = connection.ok_or_else(|| refusal(RefusalKind::AppNotConnected))?;
    token_is_good(connection.token, now)?;
    Ok(connection)
}

/// Checks that a token in that state still holds (M-49).
///
/// # Errors
///
/// The refusal, when it does not.
pub fn token_is_good(state: TokenState, now: Timestamp) -> Result<(), Refusal> {
    let ended = |kind| Err(Refusal { rule: RuleId::TokenEnded, saw: Saw::default(), kind });
    match state {
        TokenState::Expires(at) if at <= now => ended(RefusalKind::TokenExpired(at)),
        TokenState::SessionEnded => ended(RefusalKind::SessionEnded),
        TokenState::Deauthorized => ended(RefusalKind::TokenDeauthorized),
        TokenState::Valid | TokenState::Expires(_) => Ok(()),
    }
}
