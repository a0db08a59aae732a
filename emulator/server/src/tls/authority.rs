//! The authority whose certificates clients are made to trust: read from its folder, or made there.
//!
//! Several emulators may use one folder at a time. What is complete and valid is only read; anything else is made by
//! one process at a time, under a lock, and each file is replaced as a whole.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{Issuer, KeyPair};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::files::{CaFiles, Readers, read, replace};
use super::inspect::fingerprint;
use super::making::{self, DAY};
use super::{presenting, roots};
use crate::clock::Wall;

/// How long before its end an authority is made anew, in days.
const RENEWED_BEFORE: i64 = 30;
/// How long after a renewal it is worth saying that bots from before have to be restarted, in days.
const NEWS_FOR: i64 = 7;

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The folder or a file in it cannot be read or written.
    #[error("cannot use {} for certificates: {source}\nhelp: name a folder that can be written with --ca-dir", .path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {expected}\nhelp: remove the folder {} to have new certificates made, and restart bots that run", .path.display(), .folder.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What should be in it.
        expected: &'static str,
        /// The folder of all files.
        folder: PathBuf,
    },
    /// The folder is not the user's alone, so that somebody else may have the keys in it.
    #[error("{} belongs to somebody else, or others can write in it\nhelp: name another folder for certificates with --ca-dir", .folder.display())]
    Shared {
        /// The folder.
        folder: PathBuf,
    },
    /// The certificates could not be built.
    #[error("cannot make certificates: {0}")]
    Unmade(#[from] Unmade),
}

/// What a library says that could not build certificates.
#[derive(Debug, thiserror::Error)]
pub enum Unmade {
    /// The one that builds them.
    #[error("{0}")]
    Certificate(#[from] rcgen::Error),
    /// The one that shows them.
    #[error("{0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// The one that writes trust stores.
    #[error("{0}")]
    Truststore(#[from] p12_keystore::error::Error),
}

/// An authority that is ready to show certificates.
#[derive(Debug)]
pub struct Authority {
    files: CaFiles,
    /// The fingerprint of the root that clients have to trust.
    root: String,
    config: Arc<ServerConfig>,
    renewed: bool,
    knows_system: bool,
}

/// What the folder holds.
struct Kept {
    /// Ours, the newest first.
    roots: Vec<Root>,
    issuer: Option<(CertificateDer<'static>, KeyPair)>,
}

/// A root in DER, and when it is valid, in milliseconds since 1970.
struct Root {
    der: Vec<u8>,
    from: i64,
    until: i64,
}

impl Authority {
    /// Reads the authority of a folder, or makes one there; the folder is made if it is not there. Then makes the leaves
    /// of this start.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read or written, or holds something else.
    pub fn open(folder: &Path) -> Result<Arc<Self>, AuthorityError> {
        Self::open_at(folder, Wall::now())
    }

    /// The same in a folder that others could have made before us: it must belong to the user, and nobody else may write
    /// in it.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and when the folder is not the user's alone.
    pub fn open_private(folder: &Path) -> Result<Arc<Self>, AuthorityError> {
        let files = CaFiles::in_folder(folder);
        let private = files.make_folder().and_then(|()| files.is_private());
        match private.map_err(|source| AuthorityError::Io { path: folder.to_owned(), source })? {
            true => Self::open(folder),
            false => Err(AuthorityError::Shared { folder: folder.to_owned() }),
        }
    }

    /// The same as [`open`](Self::open) at another time.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_at(folder: &Path, now: Wall) -> Result<Arc<Self>, AuthorityError> {
        let files = CaFiles::in_folder(folder);
        let system = roots::of_system();
        let kept = match Kept::read(&files)? {
            kept if kept.is_good(now) && kept.is_published(&files, &system, now)? => kept,
            _ => renew(&files, &system, now)?,
        };
        let renewed = match kept.roots.as_slice() {
            [newest, _, ..] => now.0 - newest.from < (NEWS_FOR + 1) * DAY,
            [] | [_] => false,
        };
        let root = kept.roots.first().map(|root| fingerprint(&root.der));
        let root = root.ok_or_else(|| foreign(&files, files.ca(), "certificate"))?;
        let (issuer, key) =
            kept.issuer.ok_or_else(|| foreign(&files, files.issuer(), "certificate of an issuer"))?;
        let signs = Issuer::from_ca_cert_der(&issuer, key).map_err(Unmade::from)?;
        let config = presenting::server_config(&issuer, &signs, now)?;
        Ok(Arc::new(Self { files, root, config, renewed, knows_system: !system.is_empty() }))
    }

    /// Its files.
    pub const fn files(&self) -> &CaFiles {
        &self.files
    }

    /// The root from which its leaves come: the SHA-256 of the certificate, in lower-case hexadecimal digits.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// What TLS is like with its certificates.
    pub const fn server_config(&self) -> &Arc<ServerConfig> {
        &self.config
    }

    /// True when root and issuer were made anew in the last days, as the old ones were about to end. A bot that was
    /// started before does not trust the new root until it is restarted.
    pub const fn was_renewed(&self) -> bool {
        self.renewed
    }

    /// True when roots of the system were found. Without them, a client that takes the bundle in place of the roots it
    /// knows trusts nobody else.
    pub const fn knows_system(&self) -> bool {
        self.knows_system
    }
}

/// Makes what is missing or about to end, with nobody else at it.
fn renew(files: &CaFiles, system: &[Vec<u8>], now: Wall) -> Result<Kept, AuthorityError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| AuthorityError::Io { path, source }
    };
    let write = |path: &Path, bytes: &[u8], readers| replace(path, bytes, readers).map_err(io(path));
    files.make_folder().map_err(io(files.folder()))?;
    let lock = files.lock().map_err(io(files.folder()))?;
    // Somebody may have done it meanwhile.
    let mut kept = Kept::read(files)?;
    if !kept.is_good(now) {
        let made = making::authority(now).map_err(Unmade::from)?;
        // Who reads while these are written finds a key that does not belong to the issuer, and waits for the lock.
        write(&files.issuer_key(), made.issuer_key.serialize_pem().as_bytes(), Readers::User)?;
        let (root, issuer) = (made.root.der().to_vec(), made.issuer.der().to_vec());
        write(&files.issuer(), roots::as_pem([&issuer]).as_bytes(), Readers::All)?;
        kept.roots.retain(|root| root.until > now.0);
        kept.roots.insert(0, Root::read(root).ok_or_else(|| foreign(files, files.ca(), "certificate"))?);
        kept.issuer = Some((made.issuer.into(), made.issuer_key));
    }
    let ours: Vec<Vec<u8>> = kept.valid_roots(now).map(|root| root.der.clone()).collect();
    let all: Vec<Vec<u8>> =
        system.iter().chain(ours.iter().filter(|root| !system.contains(root))).cloned().collect();
    let truststore = roots::as_truststore(&all).map_err(Unmade::from)?;
    write(&files.truststore(), &truststore, Readers::All)?;
    write(&files.bundle(), roots::as_bundle(&all, &truststore).as_bytes(), Readers::All)?;
    write(&files.ca(), roots::as_pem(&ours).as_bytes(), Readers::All)?;
    drop(lock);
    Ok(kept)
}

impl Kept {
    /// Reads what is there. What is missing, or does not belong together, is left out.
    fn read(files: &CaFiles) -> Result<Self, AuthorityError> {
        let read = |path: PathBuf| match read(&path) {
            Ok(bytes) => Ok(bytes),
            Err(source) => Err(AuthorityError::Io { path, source }),
        };
        let certificates = |path: PathBuf| -> Result<Vec<Vec<u8>>, AuthorityError> {
            let Some(bytes) = read(path.clone())? else { return Ok(Vec::new()) };
            let parts = pem::parse_many(bytes).unwrap_or_default();
            let found: Vec<_> = parts
                .into_iter()
                .filter(|part| part.tag() == roots::CERTIFICATE)
                .map(pem::Pem::into_contents)
                .collect();
            if found.is_empty() { Err(foreign(files, path, "certificate")) } else { Ok(found) }
        };
        let roots = certificates(files.ca())?.into_iter().map(Root::read).collect::<Option<Vec<_>>>();
        let roots = roots.ok_or_else(|| foreign(files, files.ca(), "certificate"))?;
        let issuer = certificates(files.issuer())?.into_iter().next();
        let key = read(files.issuer_key())?;
        let issuer = match (issuer, key) {
            (Some(issuer), Some(key)) => {
                let key = String::from_utf8(key).ok().and_then(|text| KeyPair::from_pem(&text).ok());
                let key = key.ok_or_else(|| foreign(files, files.issuer_key(), "private key"))?;
                let belongs = is_signed_for(&issuer, &key)
                    .ok_or_else(|| foreign(files, files.issuer(), "certificate"))?;
                belongs.then(|| (CertificateDer::from(issuer), key))
            }
            (None, _) | (_, None) => None,
        };
        Ok(Self { roots, issuer })
    }

    /// True when there are a root and an issuer that it has signed, and neither is about to end.
    fn is_good(&self, now: Wall) -> bool {
        let (Some(root), Some((issuer, _))) = (self.roots.first(), &self.issuer) else { return false };
        let lasts = |until: i64| until - now.0 > RENEWED_BEFORE * DAY;
        let signed = x509_parser::parse_x509_certificate(&root.der).is_ok_and(|(_, root)| {
            x509_parser::parse_x509_certificate(issuer)
                .is_ok_and(|(_, issuer)| issuer.issuer() == root.subject() && lasts(end_of(&issuer)))
        });
        signed && lasts(root.until) && root.from <= now.0
    }

    fn valid_roots(&self, now: Wall) -> impl Iterator<Item = &Root> {
        self.roots.iter().filter(move |root| root.until > now.0)
    }

    /// True when the files for clients hold these roots, and those of the system.
    fn is_published(&self, files: &CaFiles, system: &[Vec<u8>], now: Wall) -> Result<bool, AuthorityError> {
        let io = |path: PathBuf| move |source| AuthorityError::Io { path, source };
        let ours: Vec<&Vec<u8>> = self.valid_roots(now).map(|root| &root.der).collect();
        if ours.len() < self.roots.len() {
            return Ok(false);
        }
        let bundle = read(&files.bundle()).map_err(io(files.bundle()))?;
        let Some(truststore) = read(&files.truststore()).map_err(io(files.truststore()))? else {
            return Ok(false);
        };
        let all = system.iter().chain(ours.into_iter().filter(|root| !system.contains(root)));
        let text = roots::as_bundle(all, &truststore);
        Ok(bundle.is_some_and(|bundle| bundle == text.as_bytes()))
    }
}

impl Root {
    fn read(der: Vec<u8>) -> Option<Self> {
        let (_, root) = x509_parser::parse_x509_certificate(&der).ok()?;
        let (from, until) = (root.validity().not_before.timestamp() * 1_000, end_of(&root));
        Some(Self { der, from, until })
    }
}

/// When a certificate ends, in milliseconds since 1970.
fn end_of(certificate: &x509_parser::certificate::X509Certificate<'_>) -> i64 {
    certificate.validity().not_after.timestamp() * 1_000
}

/// Tells whether a certificate is about a key; nothing when it is no certificate.
fn is_signed_for(der: &[u8], key: &KeyPair) -> Option<bool> {
    use rcgen::PublicKeyData as _;
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    Some(certificate.public_key().raw == key.subject_public_key_info())
}

fn foreign(files: &CaFiles, path: PathBuf, expected: &'static str) -> AuthorityError {
    AuthorityError::Foreign { path, expected, folder: files.folder().to_owned() }
}
