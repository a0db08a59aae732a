//! Things that happen in a lane, drawn by lot.

use std::sync::Arc;

use emulator_core::{
    AdminChange, AppId, AppMode, Button, Feature, Field, FieldSet, Folder, InboxAct, Message, Mid, Party,
    Permission, PersonAct, QuickReply, Reaction, Referral, RouteId, Span, Template, TokenState,
};
use hyper::Method;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

use crate::stand::{BOT, LIVECHAT, MORNING};

/// One thing that happens in a lane.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    Person(PersonAct),
    Inbox(InboxAct),
    Admin(AdminChange),
    Plays(usize, (RouteId, Map<String, Json>)),
    Calls { method: Method, path: String, token: String, body: String },
    Advance(i64),
    Note(String),
}

/// A call with those of its parameters that are given.
fn call(route: RouteId, parameters: Json) -> (RouteId, Map<String, Json>) {
    let Json::Object(parameters) = parameters else { unreachable!("parameters are a mapping") };
    (route, parameters.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec!["a", "b", "ü/\"\\ \u{1}", "\",\"wall\":{\"at\":\"", "日本 😀", ""]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| text.chars().take(40).collect()),
    ]
}

/// A message with everything that an app, an agent or a person can put into one.
fn message() -> impl Strategy<Value = Arc<Message>> {
    let pairs = || vec((text(), text()), 0..3);
    let maybe = || proptest::option::of(text().prop_map(Arc::from));
    let body = select(vec![
        None,
        Some(r#"{"attachment":{"type":"image","payload":{"url":"http://a/é","n":[1,2.5]}}}"#),
    ]);
    let template = select(vec![None, Some(Template::Other), Some(Template::CustomerFeedback)]);
    (maybe(), maybe(), pairs(), pairs(), maybe(), body, template).prop_map(
        |(text, metadata, replies, buttons, quick_reply, body, template)| {
            let replies = replies.into_iter().map(|(title, payload)| (title.into(), payload.into()));
            let buttons = buttons.into_iter().map(|(title, payload)| (title.into(), payload.into()));
            Arc::new(Message {
                text,
                metadata,
                quick_replies: replies
                    .map(|(title, payload): (Arc<str>, Arc<str>)| QuickReply::new(title, payload))
                    .collect(),
                buttons: buttons.map(|(title, payload)| Button { title, payload }).collect(),
                quick_reply,
                reply_to: None,
                template,
                body: body.map(Arc::from),
            })
        },
    )
}

fn person_act() -> impl Strategy<Value = PersonAct> {
    let mid = || select(vec![None, Some(Mid("m_none".into()))]);
    let reaction = select(vec![None, Reaction::named("❤️", "love"), Reaction::named("😮", "wow")]);
    prop_oneof![
        6 => message().prop_map(PersonAct::Says),
        2 => (text(), mid()).prop_map(|(what, within)| PersonAct::Taps { what: what.into(), within }),
        2 => (mid(), reaction).prop_map(|(to, reaction)| PersonAct::Reacts { to, reaction }),
        1 => Just(PersonAct::Reads),
        1 => text().prop_map(|text| PersonAct::Opens(Referral::link(text))),
        1 => any::<bool>().prop_map(PersonAct::Blocks),
    ]
}

fn inbox_act() -> impl Strategy<Value = InboxAct> {
    let folder = select(vec![Folder::Main, Folder::Done, Folder::Spam]);
    prop_oneof![message().prop_map(InboxAct::Replies), folder.prop_map(InboxAct::Moves)]
}

fn admin_change() -> impl Strategy<Value = AdminChange> {
    let app = || select(vec![BOT, LIVECHAT, AppId(77)]);
    let some = select(vec![
        None,
        Some(Party::App(BOT)),
        Some(Party::App(LIVECHAT)),
        Some(Party::Inbox),
        Some(Party::App(AppId(77))),
    ]);
    let fields = vec(select(Field::ALL.to_vec()), 0..5).prop_map(FieldSet::from_iter);
    let permission = select(Permission::ALL.to_vec());
    let state = select(vec![
        TokenState::Valid,
        TokenState::Expires(MORNING + Span::DAY),
        TokenState::SessionEnded,
        TokenState::Deauthorized,
    ]);
    let mode = select(vec![AppMode::Live, AppMode::Development]);
    let granted = any::<bool>();
    prop_oneof![
        some.prop_map(AdminChange::PrimaryReceiver),
        app().prop_map(AdminChange::Connects),
        app().prop_map(AdminChange::Removes),
        (app(), fields).prop_map(|(app, fields)| AdminChange::Fields { app, fields }),
        (app(), granted).prop_map(|(app, granted)| {
            AdminChange::Feature { app, feature: Feature::HumanAgent, granted }
        }),
        (app(), permission, granted).prop_map(|(app, permission, granted)| AdminChange::Permission {
            app,
            permission,
            granted
        }),
        (app(), mode).prop_map(|(app, mode)| AdminChange::Mode { app, mode }),
        (app(), state).prop_map(|(app, state)| AdminChange::Token { app, state }),
    ]
}

/// One move.
pub(crate) fn a_move() -> impl Strategy<Value = Move> {
    let maybe = || proptest::option::of(text());
    let hours = || select(vec![1_i64, 3_600, 86_399, 86_400, 604_800, 604_801]);
    let to = select(vec![
        None,
        Some(BOT.to_string()),
        Some(LIVECHAT.to_string()),
        Some("263902037430900".into()),
        Some("0".into()),
        Some("77".into()),
    ]);
    let tag =
        select(vec![(None, None), (Some("RESPONSE"), None), (Some("MESSAGE_TAG"), Some("HUMAN_AGENT"))]);
    let message = prop_oneof![
        3 => (text(), maybe()).prop_map(|(text, metadata)| json!({"text": text, "metadata": metadata})),
        1 => (text(), text()).prop_map(|(title, payload)| {
            let reply = json!({"content_type": "text", "title": title, "payload": payload});
            json!({"text": "which?", "quick_replies": [reply, {"content_type": "user_email"}]})
        }),
        1 => text().prop_map(|payload| {
            let button = json!({"type": "postback", "title": "go", "payload": payload});
            let template = json!({"template_type": "button", "text": "é", "buttons": [button]});
            json!({"attachment": {"type": "template", "payload": template}})
        }),
        1 => Just(json!({"attachment": {"type": "image", "payload": {"url": "http://127.0.0.1/ä.png"}}})),
    ];
    let sends = (message, tag).prop_map(|(message, (kind, tag))| {
        call(RouteId::SendMessage, json!({"messaging_type": kind, "tag": tag, "message": message}))
    });
    let with_metadata = |route| maybe().prop_map(move |metadata| call(route, json!({"metadata": metadata})));
    let call = prop_oneof![
        4 => sends,
        3 => (to, maybe()).prop_map(|(to, metadata)| {
            call(RouteId::PassThreadControl, json!({"target_app_id": to, "metadata": metadata}))
        }),
        3 => with_metadata(RouteId::TakeThreadControl),
        1 => with_metadata(RouteId::ReleaseThreadControl),
        2 => with_metadata(RouteId::RequestThreadControl),
        2 => hours().prop_map(|seconds| call(RouteId::ExtendThreadControl, json!({"duration": seconds}))),
        1 => Just(call(RouteId::ReadThreadOwner, json!({}))),
    ];
    let token = select(vec!["bot-page-token", "livechat-page-token", "stranger-page-token", "no-token", ""]);
    let path =
        select(vec!["me/messages", "me/nothing", "v25.0/me", "v1.0/me/messages", "me/ä/thread_owner", "/"]);
    let body = prop_oneof![
        Just(r#"{"recipient":{"id":"77"},"message":{"text":"x"}}"#.to_owned()),
        Just(r#"{"recipient":{"id":"77"},"sender_action":"typing_on"}"#.to_owned()),
        Just("recipient=abc".to_owned()),
        Just("{".to_owned()),
        text(),
    ];
    prop_oneof![
        8 => person_act().prop_map(Move::Person),
        2 => inbox_act().prop_map(Move::Inbox),
        3 => admin_change().prop_map(Move::Admin),
        8 => (0..3_usize, call).prop_map(|(app, call)| Move::Plays(app, call)),
        3 => (any::<bool>(), path, token, body).prop_map(|(reads, path, token, body)| Move::Calls {
            method: if reads { Method::GET } else { Method::POST },
            path: path.to_owned(),
            token: token.to_owned(),
            body,
        }),
        3 => hours().prop_map(|seconds| Move::Advance(seconds * 1_000)),
        1 => text().prop_map(Move::Note),
    ]
}
