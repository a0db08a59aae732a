//! From the steps of a row to the inputs of core.

use std::collections::BTreeSet;
use std::sync::Arc;

use emulator_core::{
    Ad, AdminChange, AppAct, Button, ControlAct, Feature, Field, FieldSet, InboxAct, Input, Message, Party,
    Permission, PersonAct, Psid, QuickReply, Reaction, Referral, Refusal, RouteId, SendControl, Span, Tag,
    Template, Timestamp, World, authorize, token_holds,
};
use emulator_language::node::Node;
use emulator_language::step::{
    Act, AppVerb, Argument, CallContent, Entrance, InboxVerb, PageChange, RawCall, Role, RouteCall, UserVerb,
};
use emulator_language::value::parse_duration;
use emulator_language::vocabulary::RoleWord;

use super::names::Names;
use super::{Nonsense, ORCHID, PEOPLE, settings};
use crate::table::{ANA, When};

/// What takes a reaction back.
const NO_REACTION: &str = "none";

/// What happens to the world.
pub(super) fn inputs(
    (world, now): (&World, Timestamp),
    names: &Names,
    when: &When,
) -> Result<Vec<Input>, Nonsense> {
    let page = ORCHID;
    let act = match when {
        When::Tried { app, acknowledged } => {
            let app = names.id(app)?;
            return Ok(vec![Input::DeliveryTried { page, app, acknowledged: *acknowledged }]);
        }
        When::Leaves(_) => return Ok(Vec::new()),
        When::Step(step) => &step.act,
    };
    Ok(vec![match act {
        Act::User { who, verb } => {
            Input::Person { person: person(&who.value)?, act: person_act(names, verb)? }
        }
        Act::Inbox { person: of, verb } => {
            let act = match verb {
                InboxVerb::Replies { text } => InboxAct::Replies(message(names, text, None)?),
                InboxVerb::MovesTo(folder) => InboxAct::Moves(*folder),
            };
            Input::Inbox { person: person(&of.value)?, act }
        }
        Act::App { who, of, verb, .. } => {
            let app = names.id(&who.value)?;
            let person = person(of.as_ref().map_or(ANA, |of| &of.value))?;
            match verb {
                AppVerb::Route(call) => Input::App { page, app, act: app_act(names, person, call)? },
                AppVerb::Calls(call) if call.path.source == format!("{}/subscriptions", who.value) => {
                    Input::AppSubscribes { app, fields: fields(call, "fields")? }
                }
                AppVerb::Calls(call) => Input::App { page, app, act: written_act(names, person, call)? },
            }
        }
        Act::Page { changes, .. } => {
            let mut inputs = Vec::new();
            for change in changes {
                let changes = admin_changes((world, now), names, change)?.into_iter();
                inputs.extend(changes.map(|change| Input::Admin { line: world.settings.main(page), change }));
            }
            return Ok(inputs);
        }
        Act::Clock(_) => return Ok(Vec::new()),
        Act::Bot { .. } | Act::Note(_) | Act::Expect { .. } | Act::Never { .. } => {
            return Err("this step does nothing to a world".to_owned());
        }
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

/// A message: its text, or a mapping in which buttons and quick replies are titles with their payloads.
fn message(names: &Names, node: &Node, reply_to: Option<&Node>) -> Result<Arc<Message>, Nonsense> {
    let reply_to = reply_to.map(|name| names.mid(&name.source)).transpose()?;
    let Some(members) = node.entries() else {
        return Ok(Arc::new(Message { reply_to, ..Message::text(node.source.as_str()) }));
    };
    let pairs = |node: &Node| -> Vec<(Arc<str>, Arc<str>)> {
        let entries = node.entries().unwrap_or_default().iter();
        entries.map(|(title, payload)| (title.name.as_str().into(), payload.source.as_str().into())).collect()
    };
    let mut message = Message { reply_to, ..Message::default() };
    for (key, value) in members {
        match key.name.as_str() {
            "text" => message.text = Some(value.source.as_str().into()),
            "metadata" => message.metadata = Some(value.source.as_str().into()),
            "buttons" => {
                let buttons = pairs(value).into_iter().map(|(title, payload)| Button { title, payload });
                message.buttons = buttons.collect();
            }
            "quick_replies" => {
                let replies =
                    pairs(value).into_iter().map(|(title, payload)| QuickReply::new(title, payload));
                message.quick_replies = replies.collect();
            }
            "template" if value.source == "customer_feedback" => {
                message.template = Some(Template::CustomerFeedback);
            }
            other => return Err(format!("a message of a row has no `{other}`")),
        }
    }
    Ok(Arc::new(message))
}

fn person_act(names: &Names, verb: &UserVerb) -> Result<PersonAct, Nonsense> {
    let mid = |node: Option<&Node>| node.map(|name| names.mid(&name.source)).transpose();
    Ok(match verb {
        UserVerb::Says { text, reply_to, .. } => PersonAct::Says(message(names, text, reply_to.as_ref())?),
        UserVerb::Taps { what, within } => {
            PersonAct::Taps { what: what.source.as_str().into(), within: mid(within.as_ref())? }
        }
        UserVerb::Reacts { emoji, to } => {
            let reaction = (emoji.source != NO_REACTION).then(|| Reaction::of(&emoji.source));
            PersonAct::Reacts { to: mid(to.as_ref())?, reaction }
        }
        UserVerb::Reads => PersonAct::Reads,
        UserVerb::Opens(Entrance::Link { link }) => PersonAct::Opens(Referral::link(link.source.as_str())),
        UserVerb::Opens(Entrance::Ad { id, reference, app }) => {
            let app = app.as_ref().map(|app| names.id(&app.value)).transpose()?;
            let ad = Ad { id: id.source.as_str().into(), app };
            let reference = reference.as_ref().map(|text| text.source.as_str().into());
            PersonAct::Opens(Referral { reference, ad: Some(ad) })
        }
        UserVerb::Blocks => PersonAct::Blocks(true),
        UserVerb::Unblocks => PersonAct::Blocks(false),
        UserVerb::Sends { .. } => return Err("rows are about texts".to_owned()),
    })
}

/// What a route is to core, from what a step gives for its parameters.
type Acts = fn(&Names, Psid, &RouteCall) -> Result<AppAct, Nonsense>;

/// The routes whose decisions rows are about.
const ROUTES: &[(RouteId, Acts)] = &[
    (RouteId::SendMessage, send),
    (RouteId::PassThreadControl, |names, person, call| {
        let to = text(call, "target_app_id").map(|to| names.party(&to)).transpose()?;
        Ok(control(person, ControlAct::Pass { to, metadata: text(call, "metadata") }))
    }),
    (RouteId::PassThreadMetadata, |names, person, call| {
        let to = text(call, "target_app_id").ok_or("metadata is passed to an app")?;
        let metadata = text(call, "metadata").ok_or("there is no metadata to pass")?;
        Ok(control(person, ControlAct::PassMetadata { to: names.party(&to)?, metadata }))
    }),
    (RouteId::TakeThreadControl, |_, person, call| {
        Ok(control(person, ControlAct::Take { metadata: text(call, "metadata") }))
    }),
    (RouteId::RequestThreadControl, |_, person, call| {
        Ok(control(person, ControlAct::Request { metadata: text(call, "metadata") }))
    }),
    (RouteId::ReleaseThreadControl, |_, person, _| Ok(control(person, ControlAct::Release))),
    (RouteId::ExtendThreadControl, |_, person, call| {
        Ok(control(person, ControlAct::Extend { by: extension(call)? }))
    }),
    (RouteId::ReadThreadOwner, |_, person, _| Ok(AppAct::AsksOwner { person })),
    (RouteId::ListSecondaryReceivers, |_, _, _| Ok(AppAct::AsksReceivers { platform: None })),
];

fn app_act(names: &Names, person: Psid, call: &RouteCall) -> Result<AppAct, Nonsense> {
    let acts = ROUTES.iter().find(|(route, _)| *route == call.route);
    let (_, acts) = acts.ok_or_else(|| format!("no row is about {}", call.route.name()))?;
    acts(names, person, call)
}

const fn control(person: Psid, act: ControlAct) -> AppAct {
    AppAct::Controls { person, act }
}

fn send(names: &Names, person: Psid, call: &RouteCall) -> Result<AppAct, Nonsense> {
    if text(call, "sender_action").is_some() {
        return Ok(AppAct::Signals { person });
    }
    let tag = text(call, "tag").map(|tag| settings::read(&tag, Tag::parse)).transpose()?;
    let sent = argument(call, "message").ok_or("nothing is sent")?;
    let message = message(names, sent, argument(call, "reply_to"))?;
    Ok(AppAct::Sends { person, message, tag, then: send_control(names, call)? })
}

/// What becomes of control once a message is sent; it is released unless it is passed.
fn send_control(names: &Names, call: &RouteCall) -> Result<Option<SendControl>, Nonsense> {
    let given = call.arguments.iter().find(|(known, _)| *known == "thread_control");
    let Some((_, Argument::SendControl { control_type, app_id })) = given else { return Ok(None) };
    let to = app_id.as_ref().map(|app| names.party(&app.source)).transpose()?;
    let pass = SendControl::Pass(to);
    let passes = control_type.as_ref().is_some_and(|word| word.source == pass.name());
    Ok(Some(if passes { pass } else { SendControl::Release }))
}

/// For how long control is extended; for as long as the platform does unless a step says it.
pub(crate) fn extension(call: &RouteCall) -> Result<Option<Span>, Nonsense> {
    let by = argument(call, "duration").map(|node| parse_duration(node).map(Span)).transpose();
    by.map_err(|problem| problem.message)
}

/// The node of a parameter.
pub(crate) fn argument<'c>(call: &'c RouteCall, name: &str) -> Option<&'c Node> {
    let (_, argument) = call.arguments.iter().find(|(known, _)| *known == name)?;
    match argument {
        Argument::Text(node)
        | Argument::App(node)
        | Argument::Message(node)
        | Argument::Duration(node)
        | Argument::Earlier(node)
        | Argument::Any(node) => Some(node),
        Argument::Word(_) | Argument::SendControl { .. } => None,
    }
}

/// The text of a parameter, or its word.
pub(crate) fn text(call: &RouteCall, name: &str) -> Option<Arc<str>> {
    let (_, given) = call.arguments.iter().find(|(known, _)| *known == name)?;
    let Argument::Word(word) = given else { return Some(argument(call, name)?.source.as_str().into()) };
    Some((*word).into())
}

/// What a call that is written out is to core.
fn written_act(names: &Names, person: Psid, call: &RawCall) -> Result<AppAct, Nonsense> {
    let body = if let CallContent::Body(body) = &call.content { Some(body) } else { None };
    let reaction = body.and_then(|body| body.get("payload")?.get("message_id"));
    if let Some(message) = reaction.filter(|_| call.path.source == "me/messages") {
        return Ok(AppAct::Reacts { person, to: names.mid(&message.source)? });
    }
    if call.path.source == "me/subscribed_apps" {
        let fields = fields(call, "subscribed_fields")?;
        return Ok(AppAct::Installs { fields, other_fields: Vec::new() });
    }
    if let Some((name, id, _)) =
        PEOPLE.iter().find(|(name, ..)| call.path.source == format!("${{{name}.id}}"))
    {
        debug_assert!(person == *id || *name != ANA, "a call is about whom it names");
        return Ok(AppAct::AsksProfile { person: *id, needs: needs(call)? });
    }
    Err(format!("no row is about `{}`", call.path.source))
}

/// What the fields of a profile need that are asked for.
fn needs(call: &RawCall) -> Result<BTreeSet<Permission>, Nonsense> {
    let asked = call.query.as_ref().and_then(|query| query.get("fields"));
    let asked = asked.map(|fields| fields.source.as_str()).unwrap_or_default();
    asked
        .split(',')
        .filter(|name| !name.is_empty())
        .map(|name| settings::read(name, profile_permission))
        .collect()
}

fn profile_permission(field: &str) -> Option<Permission> {
    Permission::parse(&format!("pages_user_{field}"))
}

/// The webhook fields that a call asks for; none where it takes the app off.
fn fields(call: &RawCall, name: &str) -> Result<Option<FieldSet>, Nonsense> {
    if call.method.as_ref().is_some_and(|method| method.source == "DELETE") {
        return Ok(None);
    }
    let CallContent::Form(Some(form)) = &call.content else { return Err(format!("a form with `{name}`")) };
    let listed = form.get(name).and_then(Node::items).ok_or_else(|| format!("`{name}` is a list"))?;
    listed.iter().map(|field| settings::read(&field.source, Field::parse)).collect::<Result<_, _>>().map(Some)
}

/// A change by an admin, in as many steps as it takes.
fn admin_changes(
    (world, now): (&World, Timestamp),
    names: &Names,
    change: &PageChange,
) -> Result<Vec<AdminChange>, Nonsense> {
    let party = |role: &Role| {
        Ok::<_, Nonsense>(match role {
            Role::App(app) => Some(names.party(&app.value)?),
            Role::Word(RoleWord::Inbox) => Some(Party::Inbox),
            Role::Word(RoleWord::None) => None,
        })
    };
    Ok(match change {
        PageChange::PrimaryReceiver(role) => vec![AdminChange::PrimaryReceiver(party(role)?)],
        PageChange::DefaultApp(role) => vec![AdminChange::DefaultApp(party(role)?)],
        PageChange::Role(name, role) => {
            vec![AdminChange::Role { party: names.party(&name.value)?, role: *role }]
        }
        PageChange::Handover(on) => vec![AdminChange::Handover(*on)],
        PageChange::TakeControl(app, permitted) => {
            vec![AdminChange::TakeControl { app: names.id(&app.value)?, permitted: *permitted }]
        }
        PageChange::Routes(routes) => vec![AdminChange::Routes(settings::routes(routes, names)?)],
        PageChange::Protocol(protocol) => vec![AdminChange::Protocol(*protocol)],
        PageChange::Connects(app) => vec![AdminChange::Connects(names.id(&app.value)?)],
        PageChange::Removes(app) => vec![AdminChange::Removes(names.id(&app.value)?)],
        PageChange::Subscriptions(app, fields) => {
            vec![AdminChange::Fields { app: names.id(&app.value)?, fields: *fields }]
        }
        PageChange::Features(app, features) => {
            let app = names.id(&app.value)?;
            let change = |feature: &Feature| AdminChange::Feature {
                app,
                feature: *feature,
                granted: features.contains(feature),
            };
            Feature::ALL.iter().map(change).collect()
        }
        PageChange::Permissions(app, wanted) => {
            let app = names.id(&app.value)?;
            let has = world.settings.connection(ORCHID, app).map(|known| known.permissions.clone());
            let has = has.unwrap_or_default();
            let differing = Permission::ALL.iter().filter(|it| has.contains(it) != wanted.contains(it));
            let change = |permission: &Permission| AdminChange::Permission {
                app,
                permission: *permission,
                granted: wanted.contains(permission),
            };
            differing.map(change).collect()
        }
        PageChange::Mode(app, mode) => vec![AdminChange::Mode { app: names.id(&app.value)?, mode: *mode }],
        PageChange::Token(app, word) => {
            vec![AdminChange::Token { app: names.id(&app.value)?, state: settings::token(*word, now) }]
        }
    })
}
