//! `env`: the environment for a shell, a file or a container, as their own readers take it.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, Process, Serve, finish, golden};

/// A world whose values are hard to quote.
const ODD: &str = "apps:\n  shop:\n    webhook: http://127.0.0.1:3999/hook\n    secret: \"it's \\\"$HOME\\\" \\\\ `x`\"\n    \
                   env: {EMPTY: '', no_proxy: mine, LINES: \"a\\nb\"}\n";

fn env(folder: &Folder, serve: &Serve, arguments: &[&str]) -> Command {
    let mut all = vec!["env", "--url", &serve.url];
    all.extend(arguments);
    let mut command = folder.command(&all);
    for (name, value) in [
        ("NODE_OPTIONS", "--trace-warnings"),
        ("PYTHONPATH", "/theirs"),
        ("NO_PROXY", "corp.example"),
        ("no_proxy", "corp.example"),
    ] {
        command.env(name, value);
    }
    for name in ["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"] {
        command.env_remove(name);
    }
    command
}

fn printed(folder: &Folder, serve: &Serve, arguments: &[&str]) -> String {
    let ended = finish(&mut env(folder, serve, arguments));
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{}", ended.told());
    ended.stdout
}

fn as_json(folder: &Folder, serve: &Serve) -> BTreeMap<String, String> {
    serde_json::from_str(&printed(folder, serve, &["--format", "json"])).expect("an object of texts")
}

#[test]
fn it_is_what_serve_knows_joined_with_what_the_shell_has() {
    let folder = Folder::with("emulator.yaml", ODD);
    // What serve itself has in its environment is nobody's business.
    let process = Process::start(
        folder.command(&["serve", "--port", "0", "--ready-file", "ready"]).env("PYTHONPATH", "/serves"),
    );
    let url = process.first_line();
    process.prints("People: ");
    let serve = Serve { process, url };
    let all = as_json(&folder, &serve);
    assert_eq!(all["MESSENGER_EMULATOR_URL"], serve.url);
    assert_eq!((all["PORT"].as_str(), all["APP_ID"].as_str()), ("3999", "200000000000001"));
    assert_eq!(all["NO_PROXY"], "corp.example,localhost,127.0.0.1,::1");
    assert_eq!(all["no_proxy"], "mine", "the world wins");
    let (ours, theirs) = all["PYTHONPATH"].split_once(':').expect("two folders");
    assert!(ours.ends_with("/preload/python") && theirs == "/theirs", "{}", all["PYTHONPATH"]);
    assert!(all["NODE_OPTIONS"].starts_with("--trace-warnings --require \"/"), "{}", all["NODE_OPTIONS"]);
    assert!(all["NODE_EXTRA_CA_CERTS"].ends_with("/ca.pem") && all["SSL_CERT_FILE"].ends_with("/bundle.pem"));
    let without: Value =
        serde_json::from_str(&printed(&folder, &serve, &["--format", "json", "--no-preload"])).expect("JSON");
    assert!(without.get("NODE_OPTIONS").is_none() && without.get("PYTHONPATH").is_none());
    assert_eq!(without["HTTPS_PROXY"], *serve.url);
}

#[test]
fn shells_take_every_value_as_it_is() {
    let folder = Folder::with("emulator.yaml", ODD);
    let serve = Serve::start(&folder, &[]);
    let expected = as_json(&folder, &serve);
    assert_eq!(expected["APP_SECRET"], "it's \"$HOME\" \\ `x`");
    let lines = printed(&folder, &serve, &[]);
    for shell in ["sh", "dash", "bash", "zsh", "ksh"] {
        let script = "eval \"$1\"; exec env -0";
        let Ok(output) =
            Command::new(shell).args(["-c", script, shell, &lines]).env_clear().env("PATH", path()).output()
        else {
            continue;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let got: BTreeMap<&str, &str> = text.split('\0').filter_map(|line| line.split_once('=')).collect();
        for (name, value) in &expected {
            assert_eq!(got.get(name.as_str()), Some(&value.as_str()), "{shell} {name}");
        }
    }
    let fish = printed(&folder, &serve, &["--format", "fish"]);
    assert!(fish.contains("set -gx APP_SECRET 'it\\'s \"$HOME\" \\\\ `x`'\n"), "{fish}");
    if let Ok(output) =
        Command::new("fish").args(["-c", &format!("{fish}env -0")]).env_clear().env("PATH", path()).output()
    {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let secret = text.split('\0').find_map(|line| line.strip_prefix("APP_SECRET="));
        assert_eq!(secret, Some(expected["APP_SECRET"].as_str()));
    }
}

fn path() -> String {
    std::env::var("PATH").expect("a path")
}

#[test]
fn a_dotenv_file_is_read_as_it_was_meant_or_not_written() {
    let folder = Folder::with(
        "emulator.yaml",
        "apps: {shop: {secret: 'a b#\"c', env: {EMPTY: ''}, webhook: 'http://127.0.0.1:3999/x'}}",
    );
    let serve = Serve::start(&folder, &[]);
    folder.write("out.env", printed(&folder, &serve, &["--format", "dotenv"]));
    let expected = as_json(&folder, &serve);
    let names: Vec<&str> = expected.keys().map(String::as_str).collect();
    // NODE_OPTIONS of such a file is for Node itself, so another program is Node's reader here.
    let reads = "const {parseEnv} = require('util'); const text = require('fs').readFileSync('out.env', 'utf8'); \
                 process.stdout.write(JSON.stringify(parseEnv(text)))";
    let node =
        Command::new("node").args(["-e", reads]).current_dir(folder.path(".")).output().expect("node starts");
    if node.status.success() {
        let got: BTreeMap<String, String> = serde_json::from_slice(&node.stdout).expect("an object");
        for name in names {
            assert_eq!(got.get(name), expected.get(name), "{name}");
        }
    }
    folder.write("emulator.yaml", ODD);
    let odd = Serve::start(&folder, &[]);
    let ended = finish(&mut env(&folder, &odd, &["--format", "dotenv"]));
    assert_eq!((ended.code, &*ended.stdout), (Some(2), ""));
    golden("env-dotenv", &ended.told());
}

#[test]
fn a_container_gets_variables_files_and_hosts() {
    let folder = Folder::with("emulator.yaml", ODD);
    let serve = Serve::start(&folder, &[]);
    let line = printed(&folder, &serve, &["--format", "docker"]);
    let output =
        Command::new("sh").args(["-c", &format!("printf '%s\\0' {line}")]).output().expect("sh starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = text.split('\0').collect();
    let after = |flag: &str| -> Vec<&str> {
        words.windows(2).filter(|pair| pair[0] == flag).map(|pair| pair[1]).collect()
    };
    assert_eq!(after("--network"), ["host"]);
    assert!(after("--add-host").contains(&"graph.facebook.com:127.0.0.1"));
    let variables = after("--env");
    assert!(variables.contains(&"APP_SECRET=it's \"$HOME\" \\ `x`"), "{variables:?}");
    let value =
        |name: &str| variables.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix('=')).expect(name);
    assert!(!value("PYTHONPATH").contains(':'), "a container has a PYTHONPATH of its own");
    assert!(!value("NODE_OPTIONS").contains("--trace-warnings"));
    for name in ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "PYTHONPATH"] {
        let mount = format!("type=bind,source={0},target={0},readonly", value(name));
        assert!(after("--mount").contains(&mount.as_str()), "{name} {words:?}");
    }
}

#[test]
fn runtimes_that_read_no_variables_get_arguments() {
    let folder = Folder::new();
    let serve = Serve::start(&folder, &[]);
    let php = printed(&folder, &serve, &["--for", "php"]);
    assert!(php.starts_with("-d curl.cainfo=/") && php.ends_with("/bundle.pem\n"), "{php}");
    let java = printed(&folder, &serve, &["--for", "java", "--format", "json"]);
    let java: Vec<String> = serde_json::from_str(&java).expect("a list");
    let port = serve.url.rsplit(':').next().expect("a port");
    assert_eq!(
        java[0..5],
        [
            "-Dhttps.proxyHost=127.0.0.1".to_owned(),
            format!("-Dhttps.proxyPort={port}"),
            "-Dhttp.proxyHost=127.0.0.1".to_owned(),
            format!("-Dhttp.proxyPort={port}"),
            "-Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1]".to_owned(),
        ]
    );
    assert!(java[5].starts_with("-Djavax.net.ssl.trustStore=/") && java[5].ends_with(".p12"));
    assert_eq!(java[6], "-Djavax.net.ssl.trustStorePassword=changeit");
}

#[test]
fn what_cannot_be_told_is_said() {
    let folder = Folder::with("emulator.yaml", "apps: {shop: {}, desk: {env: {AT: '${port}'}}}");
    let serve = Serve::start(&folder, &[]);
    let mut all = String::new();
    for arguments in [
        &[][..],
        &["--app", "shpo"],
        &["--app", "desk"],
        &["--app", "shop", "--for", "php", "--format", "dotenv"],
    ] {
        let ended = finish(&mut env(&folder, &serve, arguments));
        assert_eq!((ended.code, &*ended.stdout), (Some(2), ""), "{}", ended.told());
        all.extend([format!("===== env {}\n{}", arguments.join(" "), ended.told())]);
    }
    golden("env-errors", &all);
    let nobody = folder.run(&["env", "--url", "http://127.0.0.1:9"]);
    assert_eq!(nobody.code, Some(3), "{}", nobody.told());
    assert!(nobody.stderr.contains("no emulator answers at http://127.0.0.1:9"), "{}", nobody.stderr);
}
