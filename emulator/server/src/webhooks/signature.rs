//! The signatures of a webhook body: HMAC over the very bytes, keyed with the app secret (M-189).

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// The values of `X-Hub-Signature` and `X-Hub-Signature-256`. Both are sent: some clients know only
/// the one, some only the other (M-188).
pub(crate) struct Signatures {
    pub(crate) sha1: String,
    pub(crate) sha256: String,
}

/// Signs a body.
pub(crate) fn sign(secret: &[u8], body: &[u8]) -> Signatures {
    Signatures {
        sha1: spell("sha1=", Hmac::<Sha1>::new_from_slice(secret), body),
        sha256: spell("sha256=", Hmac::<Sha256>::new_from_slice(secret), body),
    }
}

fn spell<M: Mac>(prefix: &str, mac: Result<M, hmac::digest::InvalidLength>, body: &[u8]) -> String {
    let mut out = String::with_capacity(71);
    out.push_str(prefix);
    // HMAC takes keys of any length; the error exists for other kinds of MAC.
    if let Ok(mut mac) = mac {
        mac.update(body);
        for byte in mac.finalize().into_bytes() {
            let _ = write!(out, "{byte:02x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_2202_and_rfc_4231() {
        let signatures = sign(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(signatures.sha1, "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(
            signatures.sha256,
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
