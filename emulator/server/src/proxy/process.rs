//! The process at the other end of a connection on this machine: Linux alone tells.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use emulator_core::AppId;

/// A process that called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: u32,
    /// The name of its program, such as `node` or `python3.11`.
    pub program: String,
    /// The app that its environment names, as that of bots started by the emulator does (`APP_ID`).
    pub app: Option<AppId>,
}

/// Finds the process that holds the other end of a connection. This reads a good part of /proc, so it is for what is
/// rare.
pub(crate) async fn at(client: SocketAddr, listener: SocketAddr) -> Option<Process> {
    tokio::task::spawn_blocking(move || find(client.port(), listener.port())).await.ok().flatten()
}

fn find(from: u16, to: u16) -> Option<Process> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let socket =
        tables.iter().find_map(|path| inode(&fs::read_to_string(path).ok()?, from, to).map(str::to_owned))?;
    let socket = format!("socket:[{socket}]");
    let own = std::process::id();
    let ids =
        fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // The one in question was most likely started after most others.
    let mut ids: Vec<u32> = ids.collect();
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let id = ids.into_iter().find(|id| *id != own && holds(*id, &socket))?;
    let folder = format!("/proc/{id}");
    let program = fs::read_link(format!("{folder}/exe")).ok()?;
    let program = program.file_name()?.to_string_lossy().trim_end_matches(" (deleted)").to_owned();
    let environment = fs::read(format!("{folder}/environ")).unwrap_or_default();
    Some(Process { id, program, app: app_of(&environment) })
}

/// The inode of the socket with these two ports in a table of the kernel.
fn inode(table: &str, from: u16, to: u16) -> Option<&str> {
    let ends = |address: &str, port: u16| {
        address.rsplit_once(':').is_some_and(|(_, hex)| u16::from_str_radix(hex, 16) == Ok(port))
    };
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_whitespace();
        let (local, remote) = (columns.nth(1)?, columns.next()?);
        let inode = columns.nth(6)?;
        (ends(local, from) && ends(remote, to) && inode != "0").then_some(inode)
    })
}

fn holds(id: u32, socket: &str) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{id}/fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|link| link == Path::new(socket)))
}

fn app_of(environment: &[u8]) -> Option<AppId> {
    let value = environment.split(|byte| *byte == 0).find_map(|line| line.strip_prefix(b"APP_ID="))?;
    std::str::from_utf8(value).ok()?.parse().ok().map(AppId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_found_by_both_of_its_ports() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:1CD4 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0\n   \
            1: 0100007F:1CD4 0100007F:8AE4 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 30 10 -1\n   \
            2: 0100007F:8AE4 0100007F:1CD4 01 00000000:00000000 00:00000000 00000000  1000        0 13 1 0 20 4 30 10 -1\n   \
            3: 0100007F:8AE5 0100007F:1CD4 06 00000000:00000000 03:00001000 00000000     0        0 0 3 0\n";
        assert_eq!(inode(table, 0x8ae4, 0x1cd4), Some("13"));
        assert_eq!(inode(table, 0x8ae5, 0x1cd4), None, "nobody holds it any more");
        assert_eq!(inode(table, 0x8ae6, 0x1cd4), None);
    }

    #[test]
    fn an_environment_names_an_app() {
        assert_eq!(app_of(b"PATH=/bin\0APP_ID=200000000000001\0"), Some(AppId(200_000_000_000_001)));
        assert_eq!(app_of(b"MY_APP_ID=2\0APP_ID=x\0"), None);
    }
}
