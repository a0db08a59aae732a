//! What the table of routes says holds over HTTP, for each of its rows: permissions, parameters, what is not there yet.

use emulator_core::{AdminChange, Permission, RouteId};
use emulator_server::graph::{NodeKind, Param, Route, RouteMethod, RouteState, TokenKind, routes};
use serde_json::{Map, Value, json};

use crate::http::{Call, Message};
use crate::nodes::{ANN, stand};
use crate::stand::{BOT, PAGE, Setup, Stand, app_token, token};

/// A path that leads to the row, with ids that were given out where there are any.
fn path(row: &Route) -> String {
    let node = match row.node {
        NodeKind::Root => String::new(),
        NodeKind::Page => "me".to_owned(),
        NodeKind::App => BOT.to_string(),
        NodeKind::Person => ANN.to_owned(),
        NodeKind::Thread => "t_100200".to_owned(),
        NodeKind::Message => "m_abc".to_owned(),
        NodeKind::Comment => "100_200".to_owned(),
        NodeKind::AdAccount => "act_100".to_owned(),
        NodeKind::Attachment | NodeKind::Persona | NodeKind::Label | NodeKind::InstagramAccount => {
            "424242".to_owned()
        }
    };
    let parts: Vec<&str> = [&*node, row.edge].into_iter().filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

/// A call of the row with these parameters.
async fn call(stand: &Stand, row: &Route, params: &Map<String, Value>) -> Message {
    let token = match row.token {
        TokenKind::App => app_token(BOT),
        TokenKind::Page | TokenKind::PageOrApp | TokenKind::None => token(BOT),
    };
    let target = format!("{}?access_token={token}", path(row));
    if row.method == RouteMethod::Post {
        return stand.call(&Call::post(&target).json(&Value::Object(params.clone()))).await;
    }
    let spelt = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let query = params.iter().map(|(name, value)| format!("&{name}={}", spelt(value)));
    stand.call(&Call::new(row.method.name(), &format!("{target}{}", query.collect::<String>()))).await
}

/// Parameters with which a call of the row is accepted, for the rows whose parameters are looked at one by one.
fn accepted(row: &Route) -> Option<Map<String, Value>> {
    let recipient = json!({"id": ANN});
    let rows = [
        (RouteId::SendMessage, json!({"recipient": recipient, "message": {"text": "hi"}})),
        (
            RouteId::PassThreadMetadata,
            json!({"recipient": recipient, "target_app_id": "263902037430900", "metadata": "hi"}),
        ),
        (RouteId::TakeThreadControl, json!({"recipient": recipient})),
        (RouteId::ReadThreadOwner, json!({"recipient": ANN})),
        (RouteId::InstallApp, json!({"subscribed_fields": "messages"})),
    ];
    rows.iter().find(|(id, _)| *id == row.id)?.1.as_object().cloned()
}

fn modelled() -> impl Iterator<Item = &'static Route> {
    routes().filter(|row| row.state() == RouteState::Modelled)
}

#[tokio::test]
async fn a_route_without_its_permission_is_refused_whatever_its_parameters_are() {
    let stand = stand(Setup::new()).await;
    let lane = stand.stage.lane("nodes").unwrap();
    let change = |permission, granted| AdminChange::Permission { app: BOT, permission, granted };
    let mut looked_at = 0;
    for row in modelled() {
        for permission in row.permissions.iter().copied() {
            let refused = match (row.id, permission) {
                (RouteId::ReadProfile, Permission::PagesMessaging) => (400, (100, 2_018_247)),
                (_, Permission::PagesMessaging) => (403, (230, 0)),
                (_, Permission::PagesManageMetadata) => (403, (200, 0)),
                (id, permission) => panic!("{} needs {}", id.name(), permission.name()),
            };
            lane.admin_changes(PAGE.messenger(), change(permission, false)).result.unwrap();
            let answer = call(&stand, row, &Map::new()).await;
            assert_eq!((answer.status(), answer.error()), refused, "{}", row.id.name());
            lane.admin_changes(PAGE.messenger(), change(permission, true)).result.unwrap();
            let answer = call(&stand, row, &Map::new()).await;
            let (_, code) = (refused.0, if answer.status() == 200 { (0, 0) } else { answer.error() });
            assert_ne!(code, refused.1, "{} is refused with the permission too", row.id.name());
            looked_at += 1;
        }
    }
    assert!(looked_at >= 12, "only {looked_at} routes need a permission");
}

#[tokio::test]
async fn a_required_parameter_that_is_missing_is_named() {
    let stand = stand(Setup::new()).await;
    for row in modelled() {
        let Some(first) = row.params.iter().find(|param| param.required) else { continue };
        let answer = call(&stand, row, &Map::new()).await;
        let message = answer.json()["error"]["message"].to_string();
        assert_eq!(answer.error(), (100, 0), "{}: {message}", row.id.name());
        let named = format!("The parameter {} is required", first.name);
        assert!(message.contains(&named), "{}: {message}", row.id.name());
        let Some(complete) = accepted(row) else { continue };
        let all = call(&stand, row, &complete).await;
        assert_eq!(all.status(), 200, "{}: {}", row.id.name(), all.text());
        for param in row.params.iter().filter(|param| param.required) {
            let mut without = complete.clone();
            without.remove(param.name).unwrap_or_else(|| panic!("{} is not given", param.name));
            assert_eq!(call(&stand, row, &without).await.error(), (100, 0), "{}", param.name);
        }
    }
}

#[tokio::test]
async fn a_parameter_that_is_not_modelled_yet_is_named_with_code_3() {
    let stand = stand(Setup::new()).await;
    let not_yet = |param: &&Param| matches!(param.state, RouteState::NotYet(_));
    let mut looked_at = 0;
    for row in modelled() {
        let Some(complete) = accepted(row) else {
            assert_eq!(row.params.iter().filter(not_yet).count(), 0, "{} is not looked at", row.id.name());
            continue;
        };
        for param in row.params.iter().filter(not_yet) {
            let mut with = complete.clone();
            with.insert(param.name.to_owned(), json!("1"));
            lacks(&call(&stand, row, &with).await, param.name);
            looked_at += 1;
        }
        for whole in row.params {
            for member in whole.members.iter().filter(not_yet) {
                let mut with = complete.clone();
                let alone = whole.name == "recipient";
                let mut value = if alone { json!({}) } else { with[whole.name].clone() };
                value[member.name] = json!("1");
                with.insert(whole.name.to_owned(), value);
                lacks(&call(&stand, row, &with).await, &format!("{}[{}]", whole.name, member.name));
                looked_at += 1;
            }
        }
    }
    assert!(looked_at >= 10, "only {looked_at} parameters are not modelled yet");
}

#[tokio::test]
async fn a_route_that_is_not_modelled_yet_is_refused_with_code_3_and_says_why() {
    let stand = stand(Setup::new()).await;
    let made_by = [
        (RouteId::ListMessages, json!({"user_id": ANN})),
        (RouteId::Batch, json!({"batch": []})),
        (RouteId::ReadNodes, json!({"ids": "1,2"})),
    ];
    for row in routes().filter(|row| row.state() != RouteState::Modelled) {
        let params = made_by.iter().find(|(id, _)| *id == row.id).map(|(_, params)| params.clone());
        let answer = call(&stand, row, params.unwrap_or_default().as_object().unwrap_or(&Map::new())).await;
        // An id of digits that was given out for nothing could be anything's: only an edge says more.
        let is_told_by_edge = !row.edge.is_empty() && !modelled().any(|other| other.edge == row.edge);
        let nothing_has_the_id =
            matches!(row.node, NodeKind::Persona | NodeKind::Label | NodeKind::InstagramAccount);
        if nothing_has_the_id && !is_told_by_edge {
            assert_eq!(answer.error(), (100, 33), "{}: {}", row.id.name(), answer.text());
            continue;
        }
        assert_eq!(answer.error(), (3, 0), "{}: {}", row.id.name(), answer.text());
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with(" is not supported by this version of the emulator"), "{message}");
    }
}

#[track_caller]
fn lacks(answer: &Message, what: &str) {
    let text = format!("(#3) {what} is not supported by this version of the emulator");
    assert_eq!(answer.json()["error"]["message"], json!(text), "{}", answer.text());
}

#[test]
fn every_edge_of_the_platforms_description_stands_in_the_table() {
    let text = include_str!("../../../fixtures/graph/edges.txt");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 73);
    for line in lines {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("{line}"));
        let (node, method, edge) = (word(), word(), word());
        let edge = if edge == "-" { "" } else { edge };
        let fits = |row: &&Route| (row.node.name(), row.method.name(), row.edge) == (node, method, edge);
        let row = routes().find(fits).unwrap_or_else(|| panic!("no row for {line}"));
        for param in words {
            let name = param.trim_end_matches('*');
            assert!(row.params.iter().any(|known| known.name == name), "{line}: {name} has no row");
        }
    }
}

#[test]
fn an_answer_has_a_status_that_its_row_names() {
    for row in routes() {
        assert!(row.statuses.contains(&400), "{}: every route can be refused", row.id.name());
        assert_eq!(row.statuses.contains(&200), row.state() == RouteState::Modelled, "{}", row.id.name());
    }
}
