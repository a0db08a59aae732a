//! The settings of the demo bot, read from the environment that every bot gets.
//!
//! The defaults are those of an emulator without configuration, so that both start without a word.

use std::env;
use std::fmt;

use hyper::Uri;

/// What the bot needs to know.
pub(super) struct Settings {
    /// Scheme, host, port and possibly a path in front of the version.
    pub(super) graph: Uri,
    pub(super) page_id: String,
    pub(super) page_token: String,
    pub(super) app_id: String,
    pub(super) app_secret: String,
    pub(super) verify_token: String,
    /// The app that gets the conversation when somebody asks for a person.
    pub(super) handover_app_id: String,
}

impl Settings {
    pub(super) fn from_environment() -> Result<Self, InvalidGraphUrl> {
        Self::from_lookup(|name| env::var(name).ok())
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidGraphUrl> {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let or = |name: &str, default: &str| set(name).unwrap_or_else(|| default.to_owned());
        Ok(Self {
            graph: graph_url(or("GRAPH_API_URL", "http://127.0.0.1:7380"))?,
            page_id: or("PAGE_ID", "100000000000001"),
            page_token: or("PAGE_ACCESS_TOKEN", "bot-page-token"),
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
        let find =
            |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Settings::from_lookup(find).ok()
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
    fn only_plain_http_is_accepted_as_graph_address() {
        for accepted in ["http://127.0.0.1:7380", "http://localhost", "http://[::1]:1/", "http://h/below"] {
            assert!(settings(&[("GRAPH_API_URL", accepted)]).is_some(), "{accepted}");
        }
        for refused in ["https://graph.facebook.com", "127.0.0.1:7380", "nonsense nonsense", "/path"] {
            assert!(settings(&[("GRAPH_API_URL", refused)]).is_none(), "{refused}");
        }
    }
}
