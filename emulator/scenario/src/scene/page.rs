//! Steps that act: admins of the Page.

use std::collections::BTreeSet;

use emulator_core::{
    AdminChange, AppId, Connection, Feature, LineId, PageId, Party, Permission, RefusalKind, TokenState,
};
use emulator_server::graph;
use serde_json::{Value, json};

use super::{Outcome, Performed, Scene};
use crate::cast::routes;
use crate::diagnostics::Diagnostic;
use crate::node::{Span, Spanned};
use crate::step::{PageChange, Refusal, Role, TokenWord};
use crate::vocabulary::RoleWord;

impl Scene {
    /// Makes the changes one after the other, up to the first that is declined.
    pub(super) fn page(
        &self,
        (line, changes): (LineId, &[PageChange]),
        refused: Option<&Refusal>,
        span: Span,
        done: &mut Performed,
    ) -> Outcome<Value> {
        let mut declined = None;
        for change in changes {
            for change in self.admin_changes(line.page, change)? {
                let acted = self.lane.admin_changes(line, change);
                done.entries.push(acted.seq);
                if let Err(refusal) = acted.result {
                    declined = declined.or(Some(refusal.kind));
                }
            }
            if declined.is_some() {
                break;
            }
        }
        done.refused = declined.is_some();
        self.judge_change(declined, refused, span)?;
        Ok(Value::Null)
    }

    /// Holds what became of the change against what the step says of it.
    fn judge_change(
        &self,
        declined: Option<RefusalKind>,
        refused: Option<&Refusal>,
        span: Span,
    ) -> Outcome<()> {
        match (declined.map(graph::declined), refused) {
            (None, None) => Ok(()),
            (Some(why), None) => {
                let problem = Diagnostic::new(span, format!("the change was not done: {why}"));
                Err(self.failed(problem.help("write `refused:` beside it if it must fail")))
            }
            (None, Some(expected)) => {
                let problem = Diagnostic::new(expected.span, "the change was done");
                Err(self.failed(problem.label("this says that it must be refused")))
            }
            (Some(why), Some(expected)) => {
                let pattern = self.refusal_pattern(expected)?;
                let how =
                    ("the change was refused in another way", format!("the change was not done: {why}"));
                self.compare(&pattern, &json!({"message": why}), expected.span, how)
            }
        }
    }

    /// The changes of core behind one of the language. A list that stands in place of another is told as what is
    /// added and what is taken away.
    fn admin_changes(&self, page: PageId, change: &PageChange) -> Outcome<Vec<AdminChange>> {
        let one = |change| Ok(vec![change]);
        match change {
            PageChange::PrimaryReceiver(role) => one(AdminChange::PrimaryReceiver(self.party(role)?)),
            PageChange::DefaultApp(role) => one(AdminChange::DefaultApp(self.party(role)?)),
            PageChange::Role(name, role) => {
                let is_inbox = name.value == RoleWord::Inbox.name();
                let party = if is_inbox { Party::Inbox } else { Party::App(self.app_id(name)?) };
                one(AdminChange::Role { party, role: *role })
            }
            PageChange::Handover(on) => one(AdminChange::Handover(*on)),
            PageChange::TakeControl(app, permitted) => {
                one(AdminChange::TakeControl { app: self.app_id(app)?, permitted: *permitted })
            }
            PageChange::Routes(names) => {
                for app in names.apps() {
                    self.app_id(app)?;
                }
                let id_of = |name: &str| self.app_named(name);
                one(AdminChange::Routes(routes(names, &id_of)))
            }
            PageChange::Protocol(protocol) => one(AdminChange::Protocol(*protocol)),
            PageChange::Connects(app) => one(AdminChange::Connects(self.app_id(app)?)),
            PageChange::Removes(app) => one(AdminChange::Removes(self.app_id(app)?)),
            PageChange::Subscriptions(app, fields) => {
                one(AdminChange::Fields { app: self.app_id(app)?, fields: *fields })
            }
            PageChange::Features(app, features) => {
                let (app, connection) = self.connection(page, app)?;
                let before = connection.map(|connection| connection.features);
                Ok(differences(Feature::ALL, before.as_ref(), features)
                    .map(|(feature, granted)| AdminChange::Feature { app, feature, granted })
                    .collect())
            }
            PageChange::Permissions(app, permissions) => {
                let (app, connection) = self.connection(page, app)?;
                let before = connection.map(|connection| connection.permissions);
                Ok(differences(Permission::ALL, before.as_ref(), permissions)
                    .map(|(permission, granted)| AdminChange::Permission { app, permission, granted })
                    .collect())
            }
            PageChange::Mode(app, mode) => one(AdminChange::Mode { app: self.app_id(app)?, mode: *mode }),
            PageChange::Token(app, word) => {
                let state = match word {
                    TokenWord::Valid => TokenState::Valid,
                    TokenWord::Expired => TokenState::Expires(self.lane.now()),
                    TokenWord::PasswordChanged => TokenState::SessionEnded,
                    TokenWord::Removed => TokenState::Deauthorized,
                };
                one(AdminChange::Token { app: self.app_id(app)?, state })
            }
        }
    }

    /// Who has a role, if anybody does.
    fn party(&self, role: &Role) -> Outcome<Option<Party>> {
        Ok(match role {
            Role::App(app) => Some(Party::of(self.app_id(app)?)),
            Role::Word(RoleWord::Inbox) => Some(Party::Inbox),
            Role::Word(RoleWord::None) => None,
        })
    }

    fn connection(&self, page: PageId, app: &Spanned<String>) -> Outcome<(AppId, Option<Connection>)> {
        let app = self.app_id(app)?;
        Ok((app, self.lane.settings().connection(page, app).cloned()))
    }
}

/// What is to be granted and what to be taken away to get from one set to the other. All of it where nothing is
/// known of before, so that the app that is not there is noticed.
fn differences<'a, T: Copy + Ord>(
    all: &'static [T],
    before: Option<&'a BTreeSet<T>>,
    after: &'a BTreeSet<T>,
) -> impl Iterator<Item = (T, bool)> + use<'a, T> {
    let changes = move |item: &T| before.is_none_or(|before| before.contains(item) != after.contains(item));
    all.iter().copied().filter(changes).map(move |item| (item, after.contains(&item)))
}
