//! How clients get in: over TLS or not, by which names, and what becomes of calls for other hosts.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::tls::Authority;

/// The hosts of the platform that are served here, whichever way a client comes (M-05).
pub const SERVED_HOSTS: [&str; 3] = ["graph.facebook.com", "graph-video.facebook.com", "graph.instagram.com"];

/// What a listener lets in, and how. The default speaks plain HTTP alone.
#[derive(Debug, Clone, Default)]
pub struct Entrance {
    /// Whose certificates are shown to clients that speak TLS; such clients are turned away when none.
    pub authority: Option<Arc<Authority>>,
    /// True when nothing is passed on to other hosts.
    pub hermetic: bool,
    /// Names besides those of this machine and of the platform by which Graph may be called, in lower case.
    pub allowed_hosts: BTreeSet<String>,
}
