//! The roots that clients are to trust: the system's and ours, in the forms that they read.

use std::collections::BTreeSet;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry};

/// The password of the trust store, the one that Java's own has. It keeps nothing secret.
pub const TRUSTSTORE_PASSWORD: &str = "changeit";

/// How often the password of the trust store is hashed. Everybody knows it, so that more would only take time.
const ITERATIONS: u32 = 1_000;

/// What PEM calls a certificate.
pub(super) const CERTIFICATE: &str = "CERTIFICATE";

/// The roots of the system in DER, each once; none where it has none, such as in a slim container.
pub(super) fn of_system() -> Vec<Vec<u8>> {
    let mut seen = BTreeSet::new();
    let all = rustls_native_certs::load_native_certs().certs.into_iter().map(|root| root.to_vec());
    all.filter(|root| seen.insert(root.clone())).collect()
}

/// Certificates as text.
pub(super) fn as_pem<'c>(certificates: impl IntoIterator<Item = &'c Vec<u8>>) -> String {
    let line_feeds = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    let text = |der: &Vec<u8>| pem::encode_config(&pem::Pem::new(CERTIFICATE, der.clone()), line_feeds);
    certificates.into_iter().map(text).collect()
}

/// Certificates as a trust store. One that its library cannot read is left out: no other client can read it either.
pub(super) fn as_truststore(certificates: &[Vec<u8>]) -> Result<Vec<u8>, p12_keystore::error::Error> {
    let mut store = KeyStore::new();
    for (number, der) in certificates.iter().enumerate() {
        if let Ok(certificate) = Certificate::from_der(der) {
            store.add_entry(&format!("root-{number}"), KeyStoreEntry::Certificate(certificate));
        }
    }
    store.writer(TRUSTSTORE_PASSWORD).encryption_iterations(ITERATIONS).mac_iterations(ITERATIONS).write()
}
