//! Who calls: what a token is, and whether the call proves that it knows the secret of its app.

use std::borrow::Cow;
use std::fmt::Write as _;

use emulator_core::AppId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::error::GraphError;
use super::params::Params;
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

/// The token of a call: from the query or the body, else from the header (M-20).
pub(super) fn token<'a>(
    params: &'a Params<'_>,
    bearer: Option<&'a str>,
) -> Result<Option<Cow<'a, str>>, GraphError> {
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
pub(super) fn caller(shared: &Shared, token: &str) -> Result<Token, GraphError> {
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
pub(super) fn proof(
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
