//! What an app may see of a person (M-265).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::audience::may_meet;
use crate::case::Case;
use crate::catalogue::RuleId;
use crate::conversation::Conversation;
use crate::effect::{Answer, Outcome};
use crate::ids::AppId;
use crate::options::{Account, ProfileFields};
use crate::refusal::RefusalKind;
use crate::settings::Permission;

/// An app asks what a person shows of herself, who shows nothing while she never did anything with the Page. The
/// order of the checks is that of [`Check`](crate::Check).
pub(crate) fn shown(case: Case<'_>, app: AppId, needs: &BTreeSet<Permission>) -> Outcome {
    let rule = RuleId::ProfileShown;
    let connection = case.world.settings.connection(case.page, app);
    let permissions = connection.map(|connection| connection.permissions.clone()).unwrap_or_default();
    if !permissions.contains(&Permission::PagesMessaging) {
        return Err(case.refuse(rule, RefusalKind::PermissionMissing));
    }
    if case.options.profile_fields == ProfileFields::Refuse && !needs.is_subset(&permissions) {
        return Err(case.refuse(RuleId::ProfileFields, RefusalKind::ProfileField));
    }
    case.known()?;
    if !may_meet(case.world, app, case.person) {
        let documented = case.options.development_error == Account::Documented;
        return Err(case.refuse(rule, RefusalKind::NoRoleOnApp { documented }));
    }
    let met = case.conversation().is_some_and(Conversation::has_begun);
    let person = case.world.people.get(&case.person).filter(|_| met);
    let answer = Answer::Profile(person.map(|person| (Arc::clone(&person.profile), permissions)));
    Ok(case.accepted(rule, answer))
}
