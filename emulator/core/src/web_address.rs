//! Web addresses as the platform reads them, and the domains that a Page whitelists (M-89, M-258).

use std::net::IpAddr;

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

/// The host and the port of an address that begins with a scheme; no port is an empty one.
fn place(rest: &str) -> (&str, &str) {
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, port)) => (address, port.strip_prefix(':').unwrap_or(port)),
        None => host.split_once(':').unwrap_or((host, "")),
    }
}

/// The host of an https address as it is written; none for another address.
pub fn https_host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    (scheme.eq_ignore_ascii_case("https") && is_url(url)).then(|| place(rest).0)
}

/// True for what looks like an http or https address. Nothing is fetched.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let (name, port) = place(rest);
    let port = port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5;
    let letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '.' | '_' | ':');
    let spoken = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    web && spoken && port && !name.is_empty() && name.chars().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_and_a_host() {
        let addresses = [
            "https://shop.test/k.png",
            "HTTP://localhost:8080",
            "https://shop.test?a=b c".trim_end_matches(" c"),
            "https://user:secret@shop.test/ä?x=%20#top",
            "http://[::1]:80/",
            "https://bücher.example/",
        ];
        for address in addresses {
            assert!(is_url(address), "{address}");
        }
        let others = [
            "",
            "shop.test/k.png",
            "www.image.url.com",
            "/k.png",
            "ftp://shop.test/k.png",
            "https://",
            "https:///k.png",
            "https://shop test/",
            "https://shop.test/a b",
            "https://shop.test:port/",
            "https://shop.test/\n",
            "javascript:alert(1)",
        ];
        for other in others {
            assert!(!is_url(other), "{other}");
        }
    }

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
