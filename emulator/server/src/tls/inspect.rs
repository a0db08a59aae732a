//! How the files of an authority are, for `doctor`: whose they are, how long they are valid, what they hold.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use emulator_core::Timestamp;

use sha2::{Digest as _, Sha256};

use super::authority::Authority;
use super::files::{CaFiles, read};
use super::roots::CERTIFICATE;

/// Who may do what with a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// True when it belongs to the user of this process.
    pub is_ours: bool,
    /// The bits of its mode that are about rights, such as `0o600`.
    pub mode: u32,
}

impl Rights {
    fn of(path: &Path) -> io::Result<Self> {
        let is_absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let found =
            fs::metadata(path).map_err(|error| if is_absent(&error) { absent(path) } else { error })?;
        let is_ours = found.uid() == rustix::process::getuid().as_raw();
        Ok(Self { is_ours, mode: found.mode() & 0o777 })
    }
}

/// How the files of an authority are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaState {
    /// Of the folder.
    pub folder: Rights,
    /// Of the key that signs.
    pub key: Rights,
    /// From when the newest root is valid.
    pub from: Timestamp,
    /// When the first of root and issuer ends.
    pub until: Timestamp,
    /// The [fingerprints](Authority::root) of our roots, the newest first: more than one after a renewal.
    pub roots: Vec<String>,
    /// How many certificates the bundle has beside them.
    pub others_in_bundle: usize,
    /// True when the bundle has all of ours.
    pub bundle_has_ours: bool,
    /// True when the trust store of Java is there.
    pub has_truststore: bool,
}

impl Authority {
    /// True when others may know the key that signs, or put another in its place: the folder or the key belongs to
    /// somebody else, or others may write in the folder or read the key.
    pub fn is_exposed(&self) -> bool {
        let exposed = |path: &Path, others: u32| {
            Rights::of(path).is_ok_and(|rights| !rights.is_ours || rights.mode & others != 0)
        };
        exposed(self.files().folder(), 0o022) || exposed(&self.files().issuer_key(), 0o077)
    }
}

impl CaFiles {
    /// Looks at the files, as they are now. Nothing is written.
    ///
    /// # Errors
    ///
    /// When one of them cannot be read, or is no certificate any more. The error says which.
    pub fn state(&self) -> io::Result<CaState> {
        let ours = certificates(&self.ca())?;
        let issuer = certificates(&self.issuer())?;
        let bundle = certificates(&self.bundle())?;
        let validity = |ders: &[Vec<u8>], path: &Path| {
            let first = ders.first().ok_or_else(|| invalid(path))?;
            let (_, parsed) = x509_parser::parse_x509_certificate(first).map_err(|_| invalid(path))?;
            let validity = parsed.validity();
            let moment = |seconds: i64| Timestamp(seconds * 1_000);
            Ok::<_, io::Error>((
                moment(validity.not_before.timestamp()),
                moment(validity.not_after.timestamp()),
            ))
        };
        let (from, root_ends) = validity(&ours, &self.ca())?;
        let (_, issuer_ends) = validity(&issuer, &self.issuer())?;
        Ok(CaState {
            folder: Rights::of(self.folder())?,
            key: Rights::of(&self.issuer_key())?,
            from,
            until: root_ends.min(issuer_ends),
            roots: ours.iter().map(|root| fingerprint(root)).collect(),
            others_in_bundle: bundle.iter().filter(|der| !ours.contains(der)).count(),
            bundle_has_ours: ours.iter().all(|der| bundle.contains(der)),
            has_truststore: self.truststore().exists(),
        })
    }
}

/// The certificates of a file, in DER.
fn certificates(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    let bytes = read(path)?.ok_or_else(|| absent(path))?;
    let parts = pem::parse_many(bytes).map_err(|_| invalid(path))?;
    let certificates = parts.into_iter().filter(|part| part.tag() == CERTIFICATE);
    Ok(certificates.map(pem::Pem::into_contents).collect())
}

/// The SHA-256 of a certificate in DER, in lower-case hexadecimal digits.
pub(super) fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn absent(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{} is not there", path.display()))
}

fn invalid(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} holds no certificate", path.display()))
}
