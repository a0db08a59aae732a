//! Domains that a Page whitelists (M-89, M-258).

use std::net::IpAddr;

use super::message::https_host;

/// How many domains a Page can whitelist (M-258).
pub const DOMAINS: usize = 50;

/// Why a Page cannot whitelist a text as a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// It is no https address.
    #[error("a whitelisted domain is an https address, such as https://www.example.com")]
    NotHttps,
    /// Its host is an IP address, or a name without a dot.
    #[error("the platform whitelists fully qualified domain names, and neither localhost nor IP addresses")]
    NotQualified,
    /// Something stands behind the host.
    #[error("a whitelisted domain has no path, since all of its pages are meant")]
    Path,
}

/// The host of a domain that is whitelisted, in small letters; a subdomain is a domain of its own.
///
/// # Errors
///
/// When the text is no https address of a fully qualified domain name alone.
pub fn whitelisted_host(text: &str) -> Result<String, DomainError> {
    let host = https_host(text).ok_or(DomainError::NotHttps)?.to_lowercase();
    if !host.trim_matches('.').contains('.') || host.parse::<IpAddr>().is_ok() || host.contains(':') {
        return Err(DomainError::NotQualified);
    }
    let rest = text.split_once("://").and_then(|(_, rest)| rest.split_once(['/', '?', '#']));
    if rest.is_some_and(|(_, behind)| !behind.is_empty()) {
        return Err(DomainError::Path);
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_an_https_address_with_a_full_name_and_nothing_behind_it() {
        for (text, host) in [
            ("https://shop.example.com", Ok("shop.example.com")),
            ("HTTPS://Shop.Example.com/", Ok("shop.example.com")),
            ("https://shop.example.com:8443", Ok("shop.example.com")),
            ("http://shop.example.com", Err(DomainError::NotHttps)),
            ("shop.example.com", Err(DomainError::NotHttps)),
            ("https://", Err(DomainError::NotHttps)),
            ("https://localhost:3000", Err(DomainError::NotQualified)),
            ("https://127.0.0.1", Err(DomainError::NotQualified)),
            ("https://[::1]/", Err(DomainError::NotQualified)),
            ("https://shop.example.com/cart", Err(DomainError::Path)),
            ("https://shop.example.com/?a=b", Err(DomainError::Path)),
        ] {
            assert_eq!(whitelisted_host(text), host.map(str::to_owned), "{text}");
        }
    }
}
