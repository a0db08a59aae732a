//! Whether the token carries the permissions of a route (C-02, M-68).

use emulator_core::{Connection, Permission, Refusal, RefusalKind, RuleId, Saw, authorize};

use super::row::Row;

/// Checks what a route needs.
///
/// # Errors
///
/// The refusal for the first permission that the token lacks.
pub(super) fn granted(row: &Row, connection: &Connection) -> Result<(), Refusal> {
    row.permissions.iter().try_for_each(|permission| {
        if *permission == Permission::PagesMessaging {
            return authorize(connection);
        }
        if connection.permissions.contains(permission) {
            return Ok(());
        }
        let kind = RefusalKind::FieldPermission;
        Err(Refusal { rule: RuleId::FieldPermission, saw: Saw::default(), kind })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::table::routes;

    #[test]
    fn routes_need_permissions_whose_refusal_is_known() {
        let known = [Permission::PagesMessaging, Permission::PagesManageMetadata];
        for row in routes() {
            assert!(row.permissions.iter().all(|needed| known.contains(needed)), "{}", row.id.name());
        }
    }
}
