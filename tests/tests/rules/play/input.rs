//! From the words of a step to the inputs of core.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{
    AdminChange, AppAct, AppId, Button, ControlAct, Feature, FieldSet, InboxAct, Input, Message, Permission,
    PersonAct, Psid, QuickReply, Reaction, Referral, Refusal, Template, Timestamp, World, authorize,
    token_holds,
};

use super::names::Names;
use super::{ANA, Nonsense, ORCHID, PEOPLE, settings};
use crate::table::step::{Act, InboxDoes, Listed, PageChange, Said, TagName, TemplateName, UserDoes, Verb};
use crate::table::{HumanAgent, Primary};

/// What a step does to the world.
pub(super) fn inputs(world: &World, names: &Names, act: &Act) -> Result<Vec<Input>, Nonsense> {
    let page = ORCHID;
    Ok(vec![match act {
        Act::User { user, does } => Input::Person { person: person(user)?, act: user_does(names, does)? },
        Act::Inbox { user, does } => {
            let act = match does {
                InboxDoes::Replies(said) => InboxAct::Replies(message(names, said)?),
                InboxDoes::MovesTo(folder) => InboxAct::Moves((*folder).into()),
            };
            Input::Inbox { person: person(user)?, act }
        }
        Act::App { app, to, verb } => {
            let app = names.id(app)?;
            if let Verb::Subscribes(listed) = verb {
                Input::AppSubscribes { app, fields: fields(*listed) }
            } else {
                let act = app_does(names, person(to.as_deref().unwrap_or(ANA))?, verb)?;
                Input::App { page, app, act }
            }
        }
        Act::Page(change) => {
            let inputs = changes(world, names, change)?.into_iter();
            return Ok(inputs.map(|change| Input::Admin { page, change }).collect());
        }
        Act::Webhook { app, acknowledged } => {
            Input::DeliveryTried { page, app: names.id(app)?, acknowledged: *acknowledged }
        }
        Act::Clock(_) | Act::Leaves(_) => return Ok(Vec::new()),
    }])
}

/// What is asked of a token before core is.
pub(super) fn may_call(world: &World, input: &Input, now: Timestamp) -> Result<(), Refusal> {
    match input {
        Input::App { page, app, act: AppAct::Installs { .. } | AppAct::AsksProfile { .. } } => {
            token_holds(world, *page, *app, now).map(|_| ())
        }
        Input::App { page, app, act: _ } => token_holds(world, *page, *app, now).and_then(authorize),
        Input::Person { .. }
        | Input::Inbox { .. }
        | Input::Admin { .. }
        | Input::AppSubscribes { .. }
        | Input::DeliveryTried { .. }
        | Input::TimerFired(_) => Ok(()),
    }
}

fn person(name: &str) -> Result<Psid, Nonsense> {
    let found = PEOPLE.iter().find(|(known, ..)| *known == name);
    found.map(|(_, id, _)| *id).ok_or_else(|| format!("there is no person `{name}`"))
}

fn text(text: Option<&String>) -> Option<Arc<str>> {
    text.map(|text| text.as_str().into())
}

fn message(names: &Names, said: &Said) -> Result<Arc<Message>, Nonsense> {
    let pairs = |pairs: &BTreeMap<String, String>| -> Vec<(Arc<str>, Arc<str>)> {
        pairs.iter().map(|(title, payload)| (title.as_str().into(), payload.as_str().into())).collect()
    };
    Ok(Arc::new(Message {
        metadata: text(said.metadata.as_ref()),
        buttons: pairs(&said.buttons).into_iter().map(|(title, payload)| Button { title, payload }).collect(),
        quick_replies: pairs(&said.quick_replies)
            .into_iter()
            .map(|(title, payload)| QuickReply::new(title, payload))
            .collect(),
        reply_to: said.reply_to.as_ref().map(|name| names.mid(name)).transpose()?,
        template: said.template.map(|TemplateName::CustomerFeedback| Template::CustomerFeedback),
        ..Message::text(said.text.as_str())
    }))
}

fn user_does(names: &Names, does: &UserDoes) -> Result<PersonAct, Nonsense> {
    Ok(match does {
        UserDoes::Says(said) => PersonAct::Says(message(names, said)?),
        UserDoes::Taps { what, within } => {
            let within = within.as_ref().map(|name| names.mid(name)).transpose()?;
            PersonAct::Taps { what: what.as_str().into(), within }
        }
        UserDoes::Reacts { emoji, to } => {
            let reaction = emoji.as_deref().map(Reaction::of);
            PersonAct::Reacts { to: to.as_ref().map(|name| names.mid(name)).transpose()?, reaction }
        }
        UserDoes::Reads => PersonAct::Reads,
        UserDoes::Opens { link } => PersonAct::Opens(Referral { reference: link.as_str().into() }),
        UserDoes::Blocks(blocks) => PersonAct::Blocks(*blocks),
    })
}

fn app_does(names: &Names, person: Psid, verb: &Verb) -> Result<AppAct, Nonsense> {
    let controls = |act| AppAct::Controls { person, act };
    Ok(match verb {
        Verb::Sends { said, tag } => {
            AppAct::Sends { person, message: message(names, said)?, tag: tag.map(|TagName(tag)| tag) }
        }
        Verb::Passes { to, metadata } => {
            let to = to.as_deref().map(|to| names.party(to)).transpose()?;
            controls(ControlAct::Pass { to, metadata: text(metadata.as_ref()) })
        }
        Verb::Takes(with) => controls(ControlAct::Take { metadata: text(with.metadata.as_ref()) }),
        Verb::Requests(with) => controls(ControlAct::Request { metadata: text(with.metadata.as_ref()) }),
        Verb::PassesMetadata { to, metadata } => {
            controls(ControlAct::PassMetadata { to: names.party(to)?, metadata: metadata.as_str().into() })
        }
        Verb::Releases => controls(ControlAct::Release),
        Verb::Extends(by) => controls(ControlAct::Extend { by: *by }),
        Verb::AsksOwner => AppAct::AsksOwner { person },
        Verb::AsksReceivers => AppAct::AsksReceivers,
        Verb::AsksProfile { needs } => {
            AppAct::AsksProfile { person, needs: needs.iter().map(|name| name.0).collect() }
        }
        Verb::Types | Verb::MarksSeen => AppAct::Signals { person },
        Verb::ReactsTo(name) => AppAct::Reacts { person, to: names.mid(name)? },
        Verb::Installs(listed) => AppAct::Installs { fields: fields(*listed), other_fields: Vec::new() },
        Verb::Subscribes(_) => return Err("an app subscribes with its own token".to_owned()),
    })
}

fn fields(listed: Listed) -> Option<FieldSet> {
    match listed {
        Listed::Fields(fields) => Some(fields.0),
        Listed::None(_) => None,
    }
}

/// An admin's change, in as many steps as it takes.
fn changes(world: &World, names: &Names, change: &PageChange) -> Result<Vec<AdminChange>, Nonsense> {
    fn each<T>(
        names: &Names,
        of: &BTreeMap<String, T>,
        change: impl Fn(AppId, &T) -> Vec<AdminChange>,
    ) -> Result<Vec<AdminChange>, Nonsense> {
        let mut changes = Vec::new();
        for (name, value) in of {
            changes.extend(change(names.id(name)?, value));
        }
        Ok(changes)
    }
    let permissions = |app| world.settings.connection(ORCHID, app).map(|known| known.permissions.clone());
    match change {
        PageChange::PrimaryReceiver(Primary::None) => Ok(vec![AdminChange::PrimaryReceiver(None)]),
        PageChange::PrimaryReceiver(Primary::App(name)) => {
            Ok(vec![AdminChange::PrimaryReceiver(Some(names.party(name)?))])
        }
        PageChange::Connects(name) => Ok(vec![AdminChange::Connects(names.id(name)?)]),
        PageChange::Removes(name) => Ok(vec![AdminChange::Removes(names.id(name)?)]),
        PageChange::Subscriptions(of) => {
            each(names, of, |app, fields| vec![AdminChange::Fields { app, fields: fields.0 }])
        }
        PageChange::Features(of) => each(names, of, |app, features| {
            let granted = features.contains(&HumanAgent::HumanAgent);
            vec![AdminChange::Feature { app, feature: Feature::HumanAgent, granted }]
        }),
        PageChange::Permissions(of) => each(names, of, |app, wanted| {
            let has = permissions(app).unwrap_or_default();
            let granted = |permission| wanted.iter().any(|name| name.0 == permission);
            let differing = |permission: &&Permission| has.contains(permission) != granted(**permission);
            let change = |permission: &Permission| AdminChange::Permission {
                app,
                permission: *permission,
                granted: granted(*permission),
            };
            Permission::ALL.iter().filter(differing).map(change).collect()
        }),
        PageChange::Mode(of) => {
            each(names, of, |app, mode| vec![AdminChange::Mode { app, mode: (*mode).into() }])
        }
        PageChange::Token(of) => {
            each(names, of, |app, token| vec![AdminChange::Token { app, state: settings::token(*token) }])
        }
    }
}
