//! Which certificate a client is shown.

use std::sync::Arc;

use rcgen::{Issuer, KeyPair};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::authority::Unmade;
use super::making::{Holder, leaf};
use crate::clock::Wall;

/// The leaves, each with the issuer's certificate behind it.
#[derive(Debug)]
struct Leaves {
    names: Vec<(&'static str, Arc<CertifiedKey>)>,
    /// For clients that name nobody, as those do that were given an address.
    addresses: Option<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Leaves {
    /// A client that asks for another name gets no certificate, and with that the alert `access_denied`.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Some(asked) = hello.server_name() else { return self.addresses.clone() };
        let known = self.names.iter().find(|(name, _)| name.eq_ignore_ascii_case(asked));
        known.map(|(_, leaf)| Arc::clone(leaf))
    }
}

/// Makes the leaves, and what TLS is to be like with them: HTTP/1.1 alone.
pub(super) fn server_config(
    issuer: &CertificateDer<'static>,
    signs: &Issuer<'_, KeyPair>,
    now: Wall,
) -> Result<Arc<ServerConfig>, Unmade> {
    let provider = Arc::new(ring::default_provider());
    let mut leaves = Leaves { names: Vec::new(), addresses: None };
    for holder in Holder::all() {
        let (certificate, key) = leaf(holder, now, signs)?;
        let chain = vec![certificate.der().clone(), issuer.clone()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let certified = Arc::new(CertifiedKey::from_der(chain, key.into(), &provider)?);
        match holder {
            Holder::Name(name) => leaves.names.push((name, certified)),
            Holder::Addresses => leaves.addresses = Some(certified),
        }
    }
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_no_client_auth().with_cert_resolver(Arc::new(leaves));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
