//! `debug_token`: what a token is for, and whether it holds (M-249).

use std::fmt::Write as _;

use bytes::Bytes;
use emulator_core::{AppId, PageId, Permission, Timestamp, TokenState, World, token_holds};

use super::error::GraphError;
use super::params::Params;
use super::token;
use crate::escape::Dialect;
use crate::object::Object;
use crate::shared::{Shared, Token};

/// The token that is looked into.
#[derive(Debug)]
pub(super) struct Inspected(Result<Token, GraphError>);

/// What a call asks about, for a caller that may ask.
///
/// # Errors
///
/// When the caller is no app, or the token that of another app.
pub(super) fn asked(params: &Params<'_>, shared: &Shared, caller: Token) -> Result<Inspected, GraphError> {
    let Token::App { app } = caller else { return Err(GraphError::cannot_inspect()) };
    let token = params.text("input_token")?.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| GraphError::required("input_token"))?;
    let inspected = token::caller(shared, &token);
    match &inspected {
        Ok(token) if token.app() != app => Err(GraphError::inspects_another_app()),
        Ok(_) | Err(_) => Ok(Inspected(inspected)),
    }
}

impl Inspected {
    /// The answer.
    pub(super) fn answer(&self, world: &World, at: Timestamp) -> Bytes {
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
