//! A tunnel: bytes that go to another host and back unread.

use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use super::watched::{Activity, Watched};

/// How much may be on its way in each direction, in bytes.
pub(super) const IN_FLIGHT: usize = 64 * 1024;

/// A connection to another host, and a place among those that can be open.
#[derive(Debug)]
pub(crate) struct Tunnel {
    far: TcpStream,
    _place: OwnedSemaphorePermit,
}

impl Tunnel {
    pub(super) const fn new(far: TcpStream, place: OwnedSemaphorePermit) -> Self {
        Self { far, _place: place }
    }

    /// Carries bytes until both sides have ended, one of them breaks or nothing comes for too long.
    pub(crate) async fn carry<S: AsyncRead + AsyncWrite + Unpin>(self, near: S) {
        let activity = Activity::begin();
        let mut near = Watched::new(near, activity.clone());
        let mut far = Watched::new(self.far, activity.clone());
        tokio::select! {
            // A tunnel that breaks concerns nobody but its two ends.
            _ = copy_bidirectional_with_sizes(&mut near, &mut far, IN_FLIGHT, IN_FLIGHT) => {}
            () = activity.over() => {}
        }
    }
}
