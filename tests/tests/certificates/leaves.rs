//! Servers on this machine with certificates by our issuer, those of the emulator and forged ones.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator_server::Authority;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair, SanType};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// Whom a leaf is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Leaf {
    Name(&'static str),
    Address(&'static str),
}

impl Leaf {
    /// The address at which its server listens.
    pub(crate) const fn listens_at(self) -> &'static str {
        match self {
            Self::Name(_) => "127.0.0.1",
            Self::Address(address) => address,
        }
    }

    /// The name or address that a client asks for.
    pub(crate) const fn asked_for(self) -> &'static str {
        match self {
            Self::Name(asked) | Self::Address(asked) => asked,
        }
    }
}

/// A server that answers what comes over TLS with 200.
pub(crate) struct Server {
    folder: TempDir,
    pub(crate) port: u16,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// With the certificates of an authority, as the emulator shows them.
    pub(crate) async fn of_the_emulator() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config =
            Arc::clone(Authority::open(folder.path()).expect("the certificates are good").server_config());
        Self::start(folder, "127.0.0.1", config).await
    }

    /// With a leaf that somebody signed who got hold of the issuer's key.
    pub(crate) async fn with_a_leaf_for(leaf: Leaf) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Authority::open(folder.path()).expect("the certificates are good").files().clone();
        let issuer = CertificateDer::from_pem_file(files.issuer()).expect("the certificates are good");
        let key = KeyPair::from_pem(
            &std::fs::read_to_string(files.issuer_key()).expect("the certificates are good"),
        )
        .expect("the certificates are good");
        let signs = Issuer::from_ca_cert_der(&issuer, key).expect("the certificates are good");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "forged by hand");
        params.subject_alt_names = vec![match leaf {
            Leaf::Name(name) => SanType::DnsName(name.try_into().expect("a name")),
            Leaf::Address(address) => SanType::IpAddress(address.parse::<IpAddr>().expect("an address")),
        }];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().expect("the certificates are good");
        let certificate = params.signed_by(&key, &signs).expect("the certificates are good");
        let chain = vec![certificate.der().clone(), issuer.clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the certificates are good")
            .with_no_client_auth()
            .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .expect("the certificates are good");
        Self::start(folder, leaf.listens_at(), Arc::new(config)).await
    }

    async fn start(folder: TempDir, address: &str, config: Arc<ServerConfig>) -> Self {
        let listener = TcpListener::bind((address, 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let acceptor = TlsAcceptor::from(config);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let _ = stream.read(&mut [0; 1_024]).await;
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                    let _ = stream.write_all(answer).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { folder, port, task }
    }

    /// Our root alone.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The trust store for Java.
    pub(crate) fn truststore(&self) -> PathBuf {
        self.folder.path().join("truststore.p12")
    }

    /// A folder for what a client needs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}
