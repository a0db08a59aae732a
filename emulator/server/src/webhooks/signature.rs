//! The signatures of a webhook body: HMAC over the very bytes, keyed with the app secret (M-189).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// The values of `X-Hub-Signature` and `X-Hub-Signature-256`. Both are sent: some clients know only
/// the one, some only the other (M-188).
pub(crate) struct Signatures {
    pub(crate) sha1: String,
    pub(crate) sha256: String,
}

/// Signs bodies with one secret. Keyed once; each body is hashed by copies.
#[derive(Clone)]
pub(crate) struct Signer {
    sha1: Option<Hmac<Sha1>>,
    sha256: Option<Hmac<Sha256>>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("signer")
    }
}

impl Signer {
    /// A signer with that secret.
    pub(crate) fn new(secret: &[u8]) -> Self {
        // HMAC takes keys of any length; the error exists for other kinds of MAC.
        Self { sha1: Hmac::new_from_slice(secret).ok(), sha256: Hmac::new_from_slice(secret).ok() }
    }

    /// Signs a body.
    pub(crate) fn sign(&self, body: &[u8]) -> Signatures {
        Signatures {
            sha1: spell("sha1=", self.sha1.clone(), body),
            sha256: spell("sha256=", self.sha256.clone(), body),
        }
    }
}

fn spell<M: Mac>(prefix: &str, mac: Option<M>, body: &[u8]) -> String {
    let mut out = String::with_capacity(71);
    out.push_str(prefix);
    if let Some(mut mac) = mac {
        mac.update(body);
        for byte in mac.finalize().into_bytes() {
            out.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
        }
    }
    out
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_2202_and_rfc_4231() {
        let signatures = Signer::new(b"Jefe").sign(b"what do ya want for nothing?");
        assert_eq!(signatures.sha1, "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(
            signatures.sha256,
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
