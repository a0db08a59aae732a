//! The address of a webhook.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use hyper::Uri;
use tokio_rustls::rustls::pki_types::ServerName;

/// Why a text is not the address of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseWebhookError {
    /// It is no URL.
    #[error("`{0}` is no URL; write it as http://127.0.0.1:3000/webhook")]
    NoUrl(String),
    /// It is neither http nor https.
    #[error("`{0}` is neither http nor https; write it as http://127.0.0.1:3000/webhook")]
    NotHttp(String),
    /// It leads away from this machine.
    #[error("`{0}` leads away from this machine; webhooks go to loopback addresses only")]
    NotLoopback(String),
}

/// The address of a webhook: http or https on this machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebhookUrl {
    text: String,
    /// Host and port.
    pub(super) authority: String,
    /// Path and query.
    pub(super) target: String,
    /// The host as TLS asks for it; none with plain http.
    tls_host: Option<String>,
}

impl FromStr for WebhookUrl {
    type Err = ParseWebhookError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let no_url = || ParseWebhookError::NoUrl(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| no_url())?;
        let host = uri.host().ok_or_else(no_url)?;
        let default_port = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            Some(_) => return Err(ParseWebhookError::NotHttp(text.to_owned())),
            None => return Err(no_url()),
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if bare != "localhost" && !bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
            return Err(ParseWebhookError::NotLoopback(text.to_owned()));
        }
        let tls_host = (default_port == 443).then(|| bare.to_owned());
        let authority = format!("{host}:{}", uri.port_u16().unwrap_or(default_port));
        let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        Ok(Self { text: text.to_owned(), authority, target, tls_host })
    }
}

impl WebhookUrl {
    /// The name that TLS asks for; none with plain http.
    pub(super) fn server_name(&self) -> Option<ServerName<'static>> {
        ServerName::try_from(self.tls_host.clone()?).ok()
    }

    /// The port that it names, or that of its scheme.
    pub fn port(&self) -> u16 {
        self.authority.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(80)
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_http_or_https_on_this_machine() {
        for (text, authority, target, is_tls) in [
            ("http://127.0.0.1:3000/webhook", "127.0.0.1:3000", "/webhook", false),
            ("http://localhost/hook?a=1", "localhost:80", "/hook?a=1", false),
            ("http://[::1]:99", "[::1]:99", "/", false),
            ("https://127.0.0.1:3000/webhook", "127.0.0.1:3000", "/webhook", true),
            (" https://localhost/ ", "localhost:443", "/", true),
            ("https://[::1]/hook", "[::1]:443", "/hook", true),
        ] {
            let url: WebhookUrl = text.parse().unwrap();
            let found = (url.authority.as_str(), url.target.as_str(), url.server_name().is_some());
            assert_eq!(found, (authority, target, is_tls));
        }
        assert!(matches!("ftp://127.0.0.1/".parse::<WebhookUrl>(), Err(ParseWebhookError::NotHttp(_))));
        for text in ["http://example.com/", "https://example.com/", "https://graph.facebook.com/"] {
            assert!(matches!(text.parse::<WebhookUrl>(), Err(ParseWebhookError::NotLoopback(_))), "{text}");
        }
        for text in ["", "3000", "/webhook", "http://", "not a url"] {
            assert!(matches!(text.parse::<WebhookUrl>(), Err(ParseWebhookError::NoUrl(_))), "{text}");
        }
    }
}
