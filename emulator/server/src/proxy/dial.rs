//! Connections to other hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::refusal::{Failure, Refusal};
use super::target::{Target, near};

/// How long a name and a connection may take, in real time.
const WITHIN: Duration = Duration::from_secs(10);
/// The same in words.
const WITHIN_TEXT: &str = "10 seconds";

/// Opens a connection to a target that is not on this machine. Names that are given addresses lead there.
pub(super) async fn dial(
    target: &Target,
    given: &BTreeMap<String, SocketAddr>,
) -> Result<TcpStream, Refusal> {
    let failed = |failure| Refusal::Failed(target.clone(), failure);
    let dialled = tokio::time::timeout(WITHIN, async {
        let addresses = match given.get(&target.host) {
            Some(address) => vec![*address],
            None => addresses(target).await?,
        };
        connect(&addresses).await.map_err(|why| failed(Failure::Unreachable(why)))
    });
    dialled.await.unwrap_or_else(|_| Err(failed(Failure::TimedOut(WITHIN_TEXT))))
}

/// The addresses of a target. One on this machine is enough to refuse it: which of them would be called is chance.
async fn addresses(target: &Target) -> Result<Vec<SocketAddr>, Refusal> {
    let found: Vec<SocketAddr> = match target.address() {
        Some(address) => vec![SocketAddr::new(address, target.port)],
        None => match lookup_host((target.host.as_str(), target.port)).await {
            Ok(found) => found.collect(),
            Err(error) => {
                return Err(Refusal::Failed(target.clone(), Failure::NotFound(error.to_string())));
            }
        },
    };
    match found.iter().find_map(|address| near(address.ip())) {
        Some(near) => Err(Refusal::Near(target.clone(), near)),
        None => Ok(found),
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, String> {
    let mut why = "it has no address".to_owned();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}
