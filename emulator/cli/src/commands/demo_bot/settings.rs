//! The settings of the demo bot, read from the environment that every bot gets.
//!
//! The defaults are those of an emulator without configuration, so that both start without a word.

use std::collections::BTreeMap;
use std::env;
use std::fmt;

use hyper::Uri;

/// What the bot needs to know.
pub(super) struct Settings {
    /// Scheme, host, port and possibly a path in front of the version.
    pub(super) graph: Uri,
    /// The Pages; the first is that of the variables without a name.
    pub(super) pages: Vec<Page>,
    pub(super) app_id: String,
    pub(super) app_secret: String,
    pub(super) verify_token: String,
    /// The app that gets the conversation when somebody asks for a person.
    pub(super) handover_app_id: String,
}

/// A Page, and the token with which this app calls Graph for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) id: String,
    pub(super) token: String,
}

/// What the variables for the id and the token of a Page begin with; the name of the Page follows.
const PAGE_ID: &str = "PAGE_ID_";
const PAGE_TOKEN: &str = "PAGE_ACCESS_TOKEN_";

impl Settings {
    pub(super) fn from_environment() -> Result<Self, InvalidGraphUrl> {
        Self::of(&env::vars().collect())
    }

    fn of(variables: &BTreeMap<String, String>) -> Result<Self, InvalidGraphUrl> {
        let set = |name: &str| variables.get(name).filter(|value| !value.is_empty()).cloned();
        let or = |name: &str, default: &str| set(name).unwrap_or_else(|| default.to_owned());
        let first =
            Page { id: or("PAGE_ID", "100000000000001"), token: or("PAGE_ACCESS_TOKEN", "bot-page-token") };
        let mut pages = vec![first];
        for (variable, id) in variables {
            let name = variable.strip_prefix(PAGE_ID);
            let token = name.and_then(|name| set(&format!("{PAGE_TOKEN}{name}")));
            if let Some(token) = token
                && pages.iter().all(|page| page.id != *id)
            {
                pages.push(Page { id: id.clone(), token });
            }
        }
        Ok(Self {
            graph: graph_url(or("GRAPH_API_URL", "http://127.0.0.1:7380"))?,
            pages,
            app_id: or("APP_ID", "200000000000001"),
            app_secret: or("APP_SECRET", "bot-app-secret"),
            verify_token: or("VERIFY_TOKEN", "bot-verify-token"),
            handover_app_id: set("HANDOVER_APP_ID")
                .or_else(|| set("APP_ID_LIVECHAT"))
                .unwrap_or_else(|| or("PAGE_INBOX_APP_ID", "263902037430900")),
        })
    }
}

/// `GRAPH_API_URL` is not a plain HTTP address.
#[derive(Debug)]
pub(super) struct InvalidGraphUrl(String);

impl fmt::Display for InvalidGraphUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GRAPH_API_URL must be an address like http://127.0.0.1:7380, not `{}`", self.0)
    }
}

fn graph_url(text: String) -> Result<Uri, InvalidGraphUrl> {
    match text.trim_end_matches('/').parse::<Uri>() {
        Ok(url) if url.scheme_str() == Some("http") && url.host().is_some() => Ok(url),
        _ => Err(InvalidGraphUrl(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    fn settings(pairs: &[(&str, &str)]) -> Option<Settings> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::of(&pairs.collect()).ok()
    }

    #[test]
    fn the_handover_target_is_the_first_that_is_set() {
        let target =
            |pairs: &[(&str, &str)]| settings(pairs).map(|settings| settings.handover_app_id).unwrap();
        let all = [("HANDOVER_APP_ID", "1"), ("APP_ID_LIVECHAT", "2"), ("PAGE_INBOX_APP_ID", "3")];
        assert_eq!(target(&all), "1");
        assert_eq!(target(&all[1..]), "2");
        assert_eq!(target(&all[2..]), "3");
        assert_eq!(target(&[]), "263902037430900");
        assert_eq!(target(&[("HANDOVER_APP_ID", ""), ("APP_ID_LIVECHAT", "2")]), "2");
    }

    #[test]
    fn further_pages_are_those_with_an_id_and_a_token_of_the_same_name() {
        let pages = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            settings(pairs).unwrap().pages.into_iter().map(|page| (page.id, page.token)).collect()
        };
        let pair = |id: &str, token: &str| (id.to_owned(), token.to_owned());
        let first = [("PAGE_ID", "1"), ("PAGE_ACCESS_TOKEN", "a")];
        assert_eq!(pages(&first), [pair("1", "a")]);
        let shop = [("PAGE_ID_SHOP", "1"), ("PAGE_ACCESS_TOKEN_SHOP", "a")];
        let store = [("PAGE_ID_STORE", "2"), ("PAGE_ACCESS_TOKEN_STORE", "b"), ("PAGE_ID_OTHER", "3")];
        assert_eq!(pages(&[&first[..], &shop, &store].concat()), [pair("1", "a"), pair("2", "b")]);
        assert_eq!(pages(&[]), [pair("100000000000001", "bot-page-token")]);
    }

    #[test]
    fn only_plain_http_is_accepted_as_graph_address() {
        for accepted in ["http://127.0.0.1:7380", "http://localhost", "http://[::1]:1/", "http://h/below"] {
            assert!(settings(&[("GRAPH_API_URL", accepted)]).is_some(), "{accepted}");
        }
        for refused in ["https://graph.facebook.com", "127.0.0.1:7380", "nonsense nonsense", "/path"] {
            assert!(settings(&[("GRAPH_API_URL", refused)]).is_none(), "{refused}");
        }
    }
}
