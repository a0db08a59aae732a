//! Who may use the control API: programs on this machine, and pages that it serves itself.

use hyper::header::{HOST, HeaderMap, ORIGIN};

/// True for names of this machine, with or without port.
fn is_local(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Checks that the request names this machine and comes from no foreign page.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), String> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match text(HOST) {
        Some(host) if is_local(host) => {}
        Some(host) => {
            return Err(format!(
                "the control API is for this machine alone, and the Host `{host}` is not its name"
            ));
        }
        None => return Err("the control API needs a Host header that names this machine".to_owned()),
    }
    match text(ORIGIN) {
        None => Ok(()),
        Some(origin) if origin.split_once("://").is_some_and(|(_, authority)| is_local(authority)) => Ok(()),
        Some(origin) => Err(format!("pages of `{origin}` may not use the control API")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(host: Option<&str>, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in [(HOST, host), (ORIGIN, origin)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        check(&headers).is_ok()
    }

    #[test]
    fn only_this_machine_may_use_it() {
        assert!(allowed(Some("127.0.0.1:7380"), None));
        assert!(allowed(Some("localhost"), Some("http://localhost:7380")));
        assert!(allowed(Some("[::1]:7380"), Some("http://[::1]:7380")));
        assert!(!allowed(Some("evil.example"), None));
        assert!(!allowed(Some("127.0.0.1.evil.example"), None));
        assert!(!allowed(Some("localhost"), Some("https://evil.example")));
        assert!(!allowed(Some("localhost"), Some("null")));
        assert!(!allowed(None, None));
    }
}
