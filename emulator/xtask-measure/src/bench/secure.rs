//! The Send API as a client reaches it that has the platform's host compiled in: through a tunnel, over TLS, beside the
//! same messages over plain HTTP.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::emulator::Binary;
use super::load::{self, Load};
use super::sends::{PATH, Sending, body_for};
use super::table::{Aim, Figure, Row};
use super::{CONNECTIONS, Setting, alternate};

/// The host that the load asks for.
const HOST: &str = "graph.facebook.com";

pub(super) async fn send_tls(setting: &Setting) -> Result<Vec<Row>> {
    let folder = TempDir::with_prefix("emulator-bench-").context("failed to make a folder")?;
    let (mut sending, mut secure) = begin(&setting.binary, folder.path()).await?;
    let (ours, plain) = alternate(setting.pace, &mut secure, &mut sending.load).await?;
    Ok(vec![
        Row::rates("messages sent through CONNECT and TLS", &ours.rates(), &plain.rates(), "plain")
            .aim(Aim::RatioAtLeast(0.5)),
        Row::new("p99", Figure::time(ours.percentile(99)))
            .beside(Figure::time(plain.percentile(99)), "plain"),
    ])
}

/// An emulator with its certificates in a folder, and the same load over plain HTTP and over TLS.
pub(super) async fn begin(binary: &Binary, folder: &Path) -> Result<(Sending, Load)> {
    let shown = folder.to_str().context("a folder whose name is not UTF-8")?;
    let sending = Sending::begin(binary.serve(&["--ca-dir", shown]).await?, 1).await?;
    let person = sending.emulator.people().await?.swap_remove(0);
    let address = sending.emulator.address;
    let request = load::post(address, PATH, &body_for(&person));
    let requests = std::iter::repeat_n(request, CONNECTIONS);
    let tls = connector(&folder.join("ca.pem"))?;
    let secure = Load::through(address, HOST, &tls, requests).await?;
    Ok((sending, secure))
}

/// Trusts a root and nobody else.
fn connector(root: &Path) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    let root =
        CertificateDer::from_pem_file(root).with_context(|| format!("no root in {}", root.display()))?;
    roots.add(root).context("a root that cannot be used")?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("no version of TLS")?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}
