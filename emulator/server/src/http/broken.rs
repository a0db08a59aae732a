//! TLS handshakes that clients broke off, which mostly means that they do not trust the emulator's certificates.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio_rustls::rustls::{self, AlertDescription};

use crate::proxy::Process;
use crate::tls::CaFiles;

/// For how many handshakes the process at the other end is looked for before it is known how they end: afterwards it is
/// too late, as a client that breaks one off closes its connection.
const LOOKED_FOR: usize = 64;
/// How many are kept.
const KEPT: usize = 64;

/// Why a TLS handshake came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// The client sent this alert.
    Alert(AlertDescription),
    /// The client closed the connection once it had seen the certificate, or before.
    Closed,
    /// The client asked for a name that has no certificate here.
    OtherName,
    /// The client and the emulator have nothing in common, or the client sent something else than TLS.
    NoAgreement(String),
    /// The client did not go on within 30 seconds.
    TimedOut,
}

impl Breach {
    /// What the error of a handshake means.
    pub(super) fn of(error: &io::Error, name_is_known: bool) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::AlertReceived(alert)) => Self::Alert(*alert),
            Some(rustls::Error::General(_)) if !name_is_known => Self::OtherName,
            Some(error) => Self::NoAgreement(error.to_string()),
            None => Self::Closed,
        }
    }

    /// True when it can be for want of trust.
    const fn is_distrust(&self) -> bool {
        matches!(
            self,
            Self::Closed
                | Self::Alert(
                    AlertDescription::UnknownCA
                        | AlertDescription::BadCertificate
                        | AlertDescription::CertificateUnknown
                        | AlertDescription::UnsupportedCertificate
                        | AlertDescription::DecryptError
                        | AlertDescription::AccessDenied
                        | AlertDescription::InternalError
                )
        )
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(alert) => write!(out, "it sent the alert “{}”", words(*alert)),
            Self::Closed => {
                out.write_str("it closed the connection after the certificate, without saying why")
            }
            Self::OtherName => out.write_str("there is no certificate for that name"),
            Self::NoAgreement(why) => out.write_str(why),
            Self::TimedOut => out.write_str("it did not go on within 30 seconds"),
        }
    }
}

/// The name of an alert as RFC 8446 has it, with blanks: `unknown CA`.
fn words(alert: AlertDescription) -> String {
    let name = format!("{alert:?}");
    let mut words = String::new();
    for (index, letter) in name.char_indices() {
        let rest = &name[index..];
        if rest.starts_with("CA") {
            return format!("{words} {rest}");
        }
        if letter.is_uppercase() && index > 0 {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// How programs are told which certificates to trust, by the beginning of their name. `{ca}` stands for the file with
/// our root, `{bundle}` for that with the system's as well, `{store}` for the trust store.
const TRUST: [(&[&str], &str); 8] = [
    (&["node", "bun", "electron"], "NODE_EXTRA_CA_CERTS={ca}"),
    (&["deno"], "DENO_CERT={ca}"),
    (&["python", "pypy", "uvicorn", "gunicorn"], "REQUESTS_CA_BUNDLE={bundle} SSL_CERT_FILE={bundle}"),
    (&["java"], "the options -Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=changeit"),
    (&["php"], "the option -d curl.cainfo={bundle}"),
    (&["ruby", "puma", "go", "dotnet", "perl"], "SSL_CERT_FILE={bundle}"),
    (&["curl"], "CURL_CA_BUNDLE={bundle}"),
    (&["wget"], "the option --ca-certificate={bundle}"),
];

/// What helps when it is not known what the client is.
const TRUST_OF_ANY: &str = "NODE_EXTRA_CA_CERTS={ca} (Node), REQUESTS_CA_BUNDLE={bundle} and SSL_CERT_FILE={bundle} \
     (Python, Ruby, Go), -Djavax.net.ssl.trustStore={store} (Java), -d curl.cainfo={bundle} (PHP)";

/// A TLS handshake that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenHandshake {
    /// The name that the client asked for, or the address where it asked for none.
    pub asked: String,
    /// Why it came to nothing.
    pub breach: Breach,
    /// The process at the other end, where that is known.
    pub process: Option<Process>,
    /// The files with the certificates that it should trust.
    pub files: CaFiles,
}

impl BrokenHandshake {
    /// What helps, in one sentence.
    pub fn help(&self) -> String {
        let env = "`messenger-emulator env` prints all that a bot needs";
        match self.breach {
            Breach::OtherName => {
                return "use http://, or one of the names localhost, graph.facebook.com, graph-video.facebook.com and \
                        graph.instagram.com"
                    .to_owned();
            }
            Breach::NoAgreement(_) | Breach::TimedOut => {
                return "the emulator speaks TLS 1.2 and 1.3, and HTTP/1.1 inside".to_owned();
            }
            Breach::Alert(_) | Breach::Closed => {}
        }
        let program = self.process.as_ref().map(|process| process.program.as_str());
        let known = program.and_then(|program| {
            let is = |names: &&(&[&str], &str)| names.0.iter().any(|name| program.starts_with(name));
            TRUST.iter().find(is)
        });
        let text = known.map_or(TRUST_OF_ANY, |(_, text)| text);
        let shown = |path: std::path::PathBuf| path.display().to_string();
        let text = text
            .replace("{ca}", &shown(self.files.ca()))
            .replace("{bundle}", &shown(self.files.bundle()))
            .replace("{store}", &shown(self.files.truststore()));
        if self.breach.is_distrust() {
            format!("start it with {text}; {env}")
        } else {
            format!("if it does not trust the emulator, start it with {text}; {env}")
        }
    }
}

impl fmt::Display for BrokenHandshake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.process {
            Some(process) => write!(out, "{process}")?,
            None => out.write_str("a client")?,
        }
        write!(out, " broke off the TLS handshake for {}: {}", self.asked, self.breach)
    }
}

/// The handshakes of a stage that came to nothing.
#[derive(Debug, Default)]
pub(crate) struct Handshakes {
    looked_for: AtomicUsize,
    broken: Mutex<Broken>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Broken {
    /// The name that was asked for, and the program that did.
    known: BTreeSet<(String, Option<String>)>,
    list: Vec<Arc<BrokenHandshake>>,
}

impl Handshakes {
    /// True when it is worth finding out who begins one.
    pub(super) fn looks(&self) -> bool {
        self.looked_for.fetch_add(1, Relaxed) < LOOKED_FOR
    }

    /// Notes one, the first time for each name and program.
    pub(super) fn note(&self, handshake: BrokenHandshake) {
        let program = handshake.process.as_ref().map(|process| process.program.clone());
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        if broken.list.len() < KEPT && broken.known.insert((handshake.asked.clone(), program)) {
            broken.list.push(Arc::new(handshake));
            drop(broken);
            self.changed.notify_waiters();
        }
    }

    pub(crate) fn broken(&self) -> Vec<Arc<BrokenHandshake>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).list.clone()
    }

    pub(crate) async fn more_than(&self, known: usize) {
        loop {
            let changed = self.changed.notified();
            if self.broken.lock().unwrap_or_else(PoisonError::into_inner).list.len() > known {
                return;
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_said_in_words() {
        let rows = [
            (AlertDescription::UnknownCA, "unknown CA"),
            (AlertDescription::BadCertificate, "bad certificate"),
            (AlertDescription::CertificateUnknown, "certificate unknown"),
            (AlertDescription::HandshakeFailure, "handshake failure"),
        ];
        for (alert, expected) in rows {
            assert_eq!(words(alert), expected);
        }
    }
}
