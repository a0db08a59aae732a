//! The preloads, with real Node and Python: clients that know no proxy reach the emulator under the platform's name.

use crate::support::{Ended, Folder, finish};

/// A folder for certificates whose name has everything that has to be quoted somewhere.
const ODD_FOLDER: &str = "we \"ird\\ na'me";

fn exec(folder: &Folder, command: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut all = vec!["exec", "--hermetic", "--ca-dir", ODD_FOLDER, "--"];
    all.extend(command);
    let mut exec = folder.command(&all);
    // Nobody shall help them but the preload.
    for name in ["HTTPS_PROXY", "https_proxy", "NODE_OPTIONS", "PYTHONPATH"] {
        exec.env_remove(name);
    }
    finish(exec.envs(environment.iter().copied()))
}

#[test]
fn node_reaches_it_whatever_the_client_and_nothing_else_changes() {
    let script = r#"
const https = require('https'), http = require('http'), net = require('net');
const { Worker, isMainThread, workerData } = require('worker_threads');
const token = process.env.PAGE_ACCESS_TOKEN;
function get(client, url) {
  return new Promise((resolve) => {
    const request = client.get(url, { agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve(text));
    });
    request.on('error', (error) => resolve(error.code));
  });
}
const url = (scheme, host) => `${scheme}://${host}/v21.0/me?fields=name&access_token=${token}`;
async function main() {
  if (!isMainThread) return console.log('worker', await get(https, url('https', 'graph.facebook.com')));
  if (process.argv[2]) return console.log('child', await get(https, url('https', 'graph.facebook.com')));
  console.log('https', await get(https, url('https', 'graph.facebook.com')));
  console.log('http', await get(http, url('http', 'GRAPH.facebook.com')));
  console.log('fetch', await (await fetch(url('https', 'graph-video.facebook.com'))).text());
  const certificate = await get(https, url('https', 'graph.facebook.com')).then(() => new Promise((resolve) => {
    const other = https.get({ host: 'graph.facebook.com', servername: 'www.facebook.com', agent: false }, () => resolve('taken'));
    other.on('error', () => resolve('refused'));
  }));
  console.log('another server name is', certificate);
  console.log('emulator', (await get(http, process.env.MESSENGER_EMULATOR_URL + '/_emulator/health')).slice(0, 14));
  for (const odd of [[], [null], [{}], [undefined, 'graph.facebook.com'], [{ path: '/no/such' }]]) {
    const socket = new net.Socket();
    socket.on('error', () => {});
    try { socket.connect(...odd); } catch (error) { if (!error.code) console.log('odd', odd, error); }
    socket.destroy();
  }
  await new Promise((resolve) => new Worker(__filename).on('exit', resolve));
  process.stdout.write(require('child_process').execFileSync(process.execPath, [__filename, 'child']));
}
main();
"#;
    let folder = Folder::with("client.js", script);
    let ended = exec(&folder, &["node", "client.js"], &[("NODE_OPTIONS", "--trace-warnings")]);
    let page = "{\"name\":\"Emulated Page\",\"id\":\"100000000000001\"}";
    let expected = format!(
        "https {page}\nhttp {page}\nfetch {page}\nanother server name is refused\nemulator {{\"status\":\"ok\"\nworker {page}\nchild {page}\n"
    );
    assert_eq!((ended.code, &*ended.stdout), (Some(0), &*expected), "{}", ended.told());
}

#[test]
fn python_reaches_it_and_the_next_sitecustomize_is_imported() {
    let script = r#"
import asyncio, http.client, os, socket, ssl, subprocess, sys
path = "/v21.0/me?fields=name&access_token=" + os.environ["PAGE_ACCESS_TOKEN"]

def plain():
    connection = http.client.HTTPSConnection("graph.facebook.com")
    connection.request("GET", path)
    return connection.getresponse().read().decode()

if sys.argv[1:]:
    print("child", plain(), flush=True)
    sys.exit()
import sitecustomize
print(sitecustomize.WHOSE, [entry for entry in sys.path if entry.endswith("preload/python")], flush=True)
print("http.client", plain(), flush=True)

async def stream():
    reader, writer = await asyncio.open_connection("graph.facebook.com", 443, ssl=ssl.create_default_context())
    writer.write(f"GET {path} HTTP/1.0\r\nHost: graph.facebook.com\r\n\r\n".encode())
    return (await reader.read()).decode().rpartition("\r\n")[2]

print("asyncio", asyncio.run(stream()), flush=True)
with socket.socket() as mapped:
    print("connect_ex", mapped.connect_ex(("graph.facebook.com", 443)), flush=True)
try:
    ssl.create_default_context().wrap_socket(socket.create_connection(("graph.facebook.com", 443)), server_hostname="www.facebook.com")
except ssl.SSLError:
    print("another server name is refused", flush=True)
for odd in (None, (), ("graph.facebook.com",), ("graph.facebook.com", [])):
    try:
        socket.socket().connect(odd)
    except TypeError:
        pass
subprocess.run([sys.executable, __file__, "child"], check=True)
"#;
    let folder = Folder::with("client.py", script);
    folder.write("theirs/sitecustomize.py", "WHOSE = 'theirs'\n");
    let theirs = folder.path("theirs").display().to_string();
    let ended = exec(&folder, &["python3", "client.py"], &[("PYTHONPATH", &theirs)]);
    let page = "{\"name\":\"Emulated Page\",\"id\":\"100000000000001\"}";
    let expected = format!(
        "theirs []\nhttp.client {page}\nasyncio {page}\nconnect_ex 0\nanother server name is refused\nchild {page}\n"
    );
    assert_eq!((ended.code, &*ended.stdout), (Some(0), &*expected), "{}", ended.told());
}

#[test]
fn a_next_sitecustomize_that_fails_is_reported_as_python_would() {
    let folder = Folder::with("theirs/sitecustomize.py", "raise ValueError('theirs')\n");
    let theirs = folder.path("theirs").display().to_string();
    let told = |ended: Ended| {
        let text =
            ended.stderr.lines().filter(|line| line.contains("sitecustomize") || line.contains("theirs"));
        text.map(str::to_owned).collect::<Vec<_>>()
    };
    let alone = finish(
        std::process::Command::new("python3").args(["-c", "print('goes on')"]).env("PYTHONPATH", &theirs),
    );
    let ours = exec(&folder, &["python3", "-c", "print('goes on')"], &[("PYTHONPATH", &theirs)]);
    assert_eq!((&*ours.stdout, ours.code), ("goes on\n", Some(0)));
    assert_eq!(told(ours), told(alone));
}

#[test]
fn without_an_emulator_they_do_nothing() {
    let folder = Folder::new();
    let script = "unset MESSENGER_EMULATOR_URL; \
                  node -p 'require(\"net\").Socket.prototype.connect.toString().includes(\"changed(\")'; \
                  python3 -c 'import socket; print(\"redirected\" in socket.socket.connect.__name__)'";
    let ended = exec(&folder, &["sh", "-c", script], &[]);
    assert_eq!(ended.stdout, "false\nFalse\n", "{}", ended.told());
    let with = exec(&folder, &["sh", "-c", &script.replace("unset MESSENGER_EMULATOR_URL; ", "")], &[]);
    assert_eq!(with.stdout, "true\nTrue\n", "{}", with.told());
}
