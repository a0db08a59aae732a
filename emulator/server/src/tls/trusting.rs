//! TLS with bots on this machine, whatever their certificate: they make it themselves, and nobody can have signed it.

use std::sync::{Arc, LazyLock};

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{WebPkiSupportedAlgorithms, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// Connects to webhooks on this machine. It must not be used for anything else: it takes every certificate.
pub(crate) fn trusting() -> &'static TlsConnector {
    static TRUSTING: LazyLock<TlsConnector> = LazyLock::new(|| {
        let provider = ring::default_provider();
        let verifier = Arc::new(Everybody(provider.signature_verification_algorithms));
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(tokio_rustls::rustls::DEFAULT_VERSIONS)
            .map(|config| {
                config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
            });
        // Ring has suites for both versions.
        config.map_or_else(|error| unreachable!("{error}"), |config| TlsConnector::from(Arc::new(config)))
    });
    &TRUSTING
}

/// Takes every certificate, as long as its owner has the key.
#[derive(Debug)]
struct Everybody(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Everybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
