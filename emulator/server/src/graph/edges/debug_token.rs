//! `debug_token`: what a token is for, and whether it holds (M-249).

use std::fmt::Write as _;

use bytes::Bytes;
use emulator_core::{AppId, PageId, Permission, RouteId, RuleId, Timestamp, TokenState, World, token_holds};

use crate::escape::Dialect;
use crate::graph::act::{CallAct, RoutedCall};
use crate::graph::error::GraphError;
use crate::graph::row::NodeKind::Root;
use crate::graph::row::ParamType::Text;
use crate::graph::row::RouteMethod::Get;
use crate::graph::row::{LaneOf, Param, Row, TokenKind};
use crate::graph::token;
use crate::object::Object;
use crate::shared::Token;

/// The parameter with the token that is looked into.
pub(in crate::graph) const INPUT_TOKEN: &str = "input_token";

pub(super) const ROWS: &[Row] = &[Row::modelled(RouteId::DebugToken, (Get, Root, "debug_token"), read)
    .token(TokenKind::App)
    .lane(LaneOf::Stage)
    .params(&[Param::required(INPUT_TOKEN, Text).follows(&[RuleId::TokenInspected, RuleId::InspectionProof])])
    .source("developers.facebook.com/docs/graph-api/reference/debug_token")];

/// The token that is looked into.
#[derive(Debug)]
struct Inspected(Result<Token, GraphError>);

fn read(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let Token::App { app } = call.token else { return Err(GraphError::cannot_inspect()) };
    let token = call.params.text(INPUT_TOKEN)?.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| GraphError::required(INPUT_TOKEN))?;
    let inspected = token::known(call.stage.shared(), &token);
    match &inspected {
        Ok(token) if token.app() != app => Err(GraphError::inspects_another_app()),
        Ok(_) | Err(_) => {
            let inspected = Inspected(inspected);
            Ok(CallAct::read(move |view| inspected.answer(view.world, view.at)))
        }
    }
}

impl Inspected {
    /// The answer.
    fn answer(&self, world: &World, at: Timestamp) -> Bytes {
        let mut out = String::new();
        let mut body = Object::open(&mut out, Dialect::Graph);
        body.object("data", |data| match &self.0 {
            Err(error) => {
                write_error(data, error);
                data.bare("is_valid", false).bare("scopes", "[]");
            }
            Ok(Token::App { app }) => {
                write_head(data, world, *app, "APP");
                data.bare("is_valid", true).bare("scopes", "[]");
            }
            Ok(Token::Page { app, page }) => write_page(data, world, *app, *page, at),
        });
        body.close();
        Bytes::from(out)
    }
}

fn write_head(data: &mut Object<'_>, world: &World, app: AppId, kind: &str) {
    let name = world.settings.apps.get(&app).map(|app| &*app.name).unwrap_or_default();
    data.quoted("app_id", app).text("type", kind).text("application", name);
}

fn write_error(data: &mut Object<'_>, error: &GraphError) {
    data.object("error", |object| {
        object.bare("code", error.code).text("message", &error.message);
        if let Some(subcode) = error.subcode {
            object.bare("subcode", subcode);
        }
    });
}

fn write_page(data: &mut Object<'_>, world: &World, app: AppId, page: PageId, at: Timestamp) {
    write_head(data, world, app, "PAGE");
    let connection = world.settings.connection(page, app);
    let expires = match connection.map(|connection| connection.token) {
        Some(TokenState::Expires(at)) => at.seconds(),
        // Never.
        Some(TokenState::Valid | TokenState::SessionEnded | TokenState::Deauthorized) | None => 0,
    };
    let ended = token_holds(world, page, app, at).err();
    let valid = ended.is_none();
    if let Some(refusal) = ended {
        write_error(data, &GraphError::refused_to(Some(app), refusal, at));
    }
    data.bare("data_access_expires_at", 0).bare("expires_at", expires).bare("is_valid", valid);
    data.quoted("profile_id", page);
    let scopes: Vec<&str> = connection
        .into_iter()
        .flat_map(|connection| connection.permissions.iter())
        .copied()
        .map(Permission::name)
        .collect();
    data.json("scopes", |out| out.push_str(&Dialect::Graph.json(&scopes)));
    data.json("granular_scopes", |out| {
        out.push('[');
        for (index, scope) in scopes.iter().enumerate() {
            out.push_str(if index == 0 { "" } else { "," });
            let mut object = Object::open(out, Dialect::Graph);
            object.text("scope", scope).json("target_ids", |out| {
                let _ = write!(out, "[\"{page}\"]");
            });
            object.close();
        }
        out.push(']');
    });
}
