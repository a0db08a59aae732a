//! Who calls, the first check: what the token is, whether the call proves that it knows the secret of its app, and
//! whether the token still holds.

use std::borrow::Cow;
use std::fmt::Write as _;

use emulator_core::{AppId, Timestamp, TokenState, World, token_holds, token_is_good};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Origin;
use super::edges::debug_token::INPUT_TOKEN;
use super::error::GraphError;
use super::find;
use super::params::Params;
use super::path::Path;
use crate::shared::{Shared, Token};

/// Who calls, as far as the request tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    pub(super) token: Token,
    pub(super) proof: Proof,
}

/// Whether a call proved that it knows its app's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It did.
    Given,
    /// It did not try to.
    Absent,
}

/// What the request tells of who calls.
pub(super) struct TokenRead<'a> {
    /// Who calls; none when the token is not known, or the call needs none.
    pub(super) caller: Option<Caller>,
    /// The token as it came.
    pub(super) text: Cow<'a, str>,
    /// What is wrong with the token or its proof.
    pub(super) result: Result<(), GraphError>,
}

/// Reads the token and the proof of a call.
pub(super) fn read<'a>(
    path: &Path<'_>,
    params: &'a Params<'_>,
    bearer: Option<&'a str>,
    shared: &Shared,
) -> TokenRead<'a> {
    let nobody = |result| TokenRead { caller: None, text: Cow::Borrowed(""), result };
    let text = match text(params, bearer) {
        Ok(Some(text)) => text,
        Ok(None) if find::without_token(path).is_some() => return nobody(Ok(())),
        Ok(None) => return nobody(Err(params.unreadable().unwrap_or_else(|| missing(path)))),
        Err(error) => return nobody(Err(error)),
    };
    let token = match known(shared, &text) {
        Ok(token) => token,
        Err(error) => return TokenRead { caller: None, text, result: Err(error) },
    };
    let looks_into = path.node == Some("debug_token");
    let inspected = looks_into.then(|| params.text(INPUT_TOKEN).ok().flatten()).flatten();
    let proof = proof(params, shared, token.app(), (&text, inspected.as_deref()));
    let (proof, result) = proof.map_or_else(|error| (Proof::Given, Err(error)), |proof| (proof, Ok(())));
    TokenRead { caller: Some(Caller { token, proof }), text, result }
}

/// What a call without a token gets.
fn missing(path: &Path<'_>) -> GraphError {
    match path.node {
        Some("me") => GraphError::no_active_token(),
        Some(_) => GraphError::no_token(),
        None => GraphError::no_node(),
    }
}

/// Checks in the world that the token of a call holds, and that it came with a proof where the app requires one.
///
/// # Errors
///
/// When it does not.
pub(super) fn holds(
    world: &World,
    caller: Caller,
    origin: Origin<'_>,
    at: Timestamp,
) -> Result<(), GraphError> {
    let Caller { token, proof } = caller;
    let refused = |refusal| GraphError::refused_to(Some(token.app()), refusal, at);
    if let Token::Page { app, page } = token {
        token_holds(world, page, app, at).map_err(refused)?;
        if let Origin::ExpiredStep(_) = origin {
            token_is_good(TokenState::Expires(at), at).map_err(refused)?;
        }
    }
    let required = world.settings.apps.get(&token.app()).is_some_and(|app| app.requires_proof);
    if required && proof == Proof::Absent {
        return Err(GraphError::proof_required());
    }
    Ok(())
}

/// The token of a call: from the query or the body, else from the header (M-20).
fn text<'a>(params: &'a Params<'_>, bearer: Option<&'a str>) -> Result<Option<Cow<'a, str>>, GraphError> {
    let from_params = match params.text("access_token")? {
        Some(token) => Some(token),
        None => params.text("oauth_token")?,
    };
    let token = from_params.filter(|token| !token.is_empty()).or(bearer.map(Cow::Borrowed));
    // The bar of an app token is often escaped where nothing takes the escape away (M-21).
    Ok(token.map(|token| {
        if token.contains('%') { token.replace("%7C", "|").replace("%7c", "|").into() } else { token }
    }))
}

/// Whom the token stands for (M-48, M-65, M-66).
pub(super) fn known(shared: &Shared, token: &str) -> Result<Token, GraphError> {
    if let Some(token) = shared.tokens.get(token) {
        return Ok(*token);
    }
    let named = token.split_once('|').and_then(|(app, _)| app.parse::<AppId>().ok());
    Err(match named {
        Some(app) if shared.secrets.contains_key(&app) => GraphError::wrong_secret(),
        Some(_) => GraphError::unknown_app(),
        None => GraphError::unknown_token(),
    })
}

/// Checks the proof of a call, if there is one (M-22): of the token that calls, or else of the one that it looks into
/// (M-249a). How old it is does not matter: bots go by the
/// system's time, and time here may stand still.
fn proof(
    params: &Params<'_>,
    shared: &Shared,
    app: AppId,
    (token, inspected): (&str, Option<&str>),
) -> Result<Proof, GraphError> {
    let Some(given) = params.text("appsecret_proof")?.filter(|proof| !proof.is_empty()) else {
        return Ok(Proof::Absent);
    };
    let secret = shared.secrets.get(&app).map(|known| known.secret.as_str()).unwrap_or_default();
    let time = params.text("appsecret_time")?;
    let proves = |token: &str| match &time {
        Some(time) => *given == proof_of(secret, &format!("{token}|{time}")),
        None => *given == proof_of(secret, token),
    };
    if proves(token) || inspected.is_some_and(proves) {
        Ok(Proof::Given)
    } else {
        Err(GraphError::wrong_proof())
    }
}

fn proof_of(secret: &str, message: &str) -> String {
    let mut out = String::with_capacity(64);
    // HMAC takes keys of any length; the error exists for other kinds of MAC.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        mac.update(message.as_bytes());
        for byte in mac.finalize().into_bytes() {
            let _ = write!(out, "{byte:02x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_that_of_rfc_4231() {
        assert_eq!(
            proof_of("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
