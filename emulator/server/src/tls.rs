//! Certificates for the hosts that are served here.
//!
//! A root signs one intermediate, the *issuer*, and its key is dropped. The issuer may name nothing but the served hosts
//! and this machine, and signs the leaves of each start.

mod authority;

pub use authority::{Authority, AuthorityError, CaFiles};
