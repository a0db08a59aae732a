//! TLS to other hosts, checked against the system's roots.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_rustls::{TlsConnector, rustls};

use super::refusal::{Failure, Refusal};
use super::target::Target;
use crate::shared::Noticed;
use crate::tls;

/// What TLS to other hosts is like; read when it is first needed, as the roots are many.
static ROOTS: OnceCell<Roots> = OnceCell::const_new();

struct Roots {
    connector: TlsConnector,
    /// Whether there are any.
    any: bool,
}

impl Roots {
    fn load() -> Result<Self, rustls::Error> {
        let mut store = RootCertStore::empty();
        let (added, _) =
            store.add_parsable_certificates(tls::of_system().into_iter().map(CertificateDer::from));
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?;
        let config = config.with_root_certificates(store).with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), any: added > 0 })
    }
}

/// Speaks TLS with a target over a connection to it. Notes when the system has no roots.
pub(super) async fn secure(
    stream: TcpStream,
    target: &Target,
    no_roots: &Noticed,
) -> Result<TlsStream<TcpStream>, Refusal> {
    let failed = |why: String| Refusal::Failed(target.clone(), Failure::Tls(why));
    let load = async || match tokio::task::spawn_blocking(Roots::load).await {
        Ok(Ok(roots)) => Ok(roots),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let roots = ROOTS.get_or_try_init(load).await.map_err(failed)?;
    if !roots.any {
        no_roots.notice();
        return Err(failed("this system has no root certificates to check it with".to_owned()));
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|error| failed(error.to_string()))?;
    roots.connector.connect(name, stream).await.map_err(|error| failed(error.to_string()))
}
