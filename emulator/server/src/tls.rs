//! Certificates for the hosts that are served here.
//!
//! A root signs one intermediate, the *issuer*, and its key is dropped: it is never written. The issuer may sign for
//! nothing but the served hosts and this machine, and signs a leaf for each of them at every start. The constraints
//! are on the issuer and not on the root, where Java does not look at them.
//!
//! `making` builds certificates, `files` keeps them, `roots` joins ours with those of the system, `authority` decides
//! when they are made anew, `presenting` chooses a leaf for a client, and `trusting` is for the other
//! direction: webhooks over https.

mod authority;
mod files;
mod inspect;
mod making;
mod presenting;
mod roots;
mod trusting;

pub use authority::{Authority, AuthorityError};
pub use files::{CaFiles, publish};
pub use inspect::{CaState, Rights};
pub use roots::TRUSTSTORE_PASSWORD;
pub(crate) use roots::of_system;
pub(crate) use trusting::trusting;

#[cfg(test)]
mod tests;
