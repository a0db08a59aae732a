//! The roots that clients are to trust: the system's and ours, in the forms that they read.

use std::collections::BTreeSet;
use std::path::Path;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use sha2::{Digest as _, Sha256};

/// The password of the trust store, the one that Java's own has. It keeps nothing secret.
pub const TRUSTSTORE_PASSWORD: &str = "changeit";

/// How often the password of the trust store is hashed. Everybody knows it, so that more would only take time.
const ITERATIONS: u32 = 1_000;

/// What PEM calls a certificate.
pub(super) const CERTIFICATE: &str = "CERTIFICATE";

/// Where systems keep all their roots in one file. Reading that is much faster than reading the folder beside it, which
/// has a file for each root.
const BUNDLES: [&str; 5] = [
    // Debian, Arch, Alpine
    "/etc/ssl/certs/ca-certificates.crt",
    // Fedora, Red Hat
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    // openSUSE
    "/etc/ssl/ca-bundle.pem",
    // The BSDs
    "/etc/ssl/cert.pem",
];

/// The roots of the system in DER, each once; none where it has none, such as in a slim container. What SSL_CERT_FILE or
/// SSL_CERT_DIR name takes their place.
pub(crate) fn of_system() -> Vec<Vec<u8>> {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some());
    // On a Mac people add roots to their keychain.
    let bundles = if named || cfg!(target_os = "macos") { &[][..] } else { &BUNDLES };
    let read = |path: &&str| load_certs_from_paths(Some(Path::new(path)), None).certs;
    let bundle = bundles.iter().map(read).find(|certificates| !certificates.is_empty());
    let mut seen = BTreeSet::new();
    let all = bundle.unwrap_or_else(|| load_native_certs().certs).into_iter().map(|root| root.to_vec());
    all.filter(|root| seen.insert(root.clone())).collect()
}

/// Certificates as text.
pub(super) fn as_pem<'c>(certificates: impl IntoIterator<Item = &'c Vec<u8>>) -> String {
    let line_feeds = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    let text = |der: &Vec<u8>| pem::encode_config(&pem::Pem::new(CERTIFICATE, der.clone()), line_feeds);
    certificates.into_iter().map(text).collect()
}

/// Certificates as text, with the digest of the trust store that has the same ones, so that it shows when either file is
/// not the one that was written. Readers of PEM pass over what stands outside of its blocks.
pub(super) fn as_bundle<'c>(
    certificates: impl IntoIterator<Item = &'c Vec<u8>>,
    truststore: &[u8],
) -> String {
    let digest: String = Sha256::digest(truststore).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("# SHA-256 of truststore.p12: {digest}\n{}", as_pem(certificates))
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
