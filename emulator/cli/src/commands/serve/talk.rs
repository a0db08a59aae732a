//! Lines that are typed into `serve`: what a person says, and commands behind a slash.

use std::sync::Arc;

use emulator_scenario::cast::Cast;
use emulator_server::{Lane, Stage};
use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use super::world;
use crate::client::ask;
use crate::commands::speak::spoken;

const HELP: &str = "\
TEXT              says it as the person who speaks
//TEXT            says it with one slash in front, such as /start
/tap TITLE        taps a quick reply or a button
/as NAME          lets another person speak
/clock +24h       moves the clock
/step YAML        plays any step, such as /step {app: livechat, takes_control: true}
/calls            lists the calls of bots that this version does not support
/explain SEQ      tells why the entry of that number came about
/world            shows who is in control of each conversation, its folder and its messaging window
/restart [NAME]   restarts the bot of this app; the name can be left out when only one was started here
/help             shows this
/quit             ends the emulator, as Ctrl-C does
";

/// Who speaks at first.
pub(crate) fn first_person(cast: &Cast) -> String {
    cast.names_of_people().next().unwrap_or("user").to_owned()
}

/// Reads lines until `/quit`, and plays them through the control API like anybody else. The end of input ends nothing.
/// `started` are the apps whose bots were started here.
pub(crate) async fn read(
    url: String,
    cast: Arc<Cast>,
    (stage, lane): (Arc<Stage>, Arc<Lane>),
    started: Vec<String>,
) {
    let people: Vec<&str> = cast.names_of_people().collect();
    let mut speaker = first_person(&cast);
    let mut input = BufReader::new(stdin());
    let mut bytes = Vec::new();
    while input.read_until(b'\n', &mut bytes).await.is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        bytes.clear();
        let line = text.trim();
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let step = match command {
            "" => continue,
            "/help" => {
                eprint!("{HELP}");
                continue;
            }
            "/as" => {
                let name = rest.trim();
                if people.contains(&name) {
                    speaker = name.to_owned();
                    eprintln!("{speaker} speaks now");
                } else {
                    eprintln!("there is no person `{name}`; there are {}", people.join(", "));
                }
                continue;
            }
            "/quit" => return,
            "/world" => {
                match ask(&url, Method::GET, "/_emulator/world", String::new()).await {
                    Ok(answer) if answer.status == 200 => {
                        let world: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                        eprint!("{}", world::text(&world));
                    }
                    other => show(other),
                }
                continue;
            }
            "/explain" => {
                show(
                    ask(&url, Method::GET, &format!("/_emulator/explain/{}", rest.trim()), String::new())
                        .await,
                );
                continue;
            }
            "/calls" => {
                let told = super::unsupported(&stage, &lane);
                eprint!("{}", if told.is_empty() { "no call so far that is not supported\n" } else { &told });
                continue;
            }
            "/restart" => match to_restart(rest.trim(), &started) {
                Ok(name) => json!({"bot": name, "restarts": true}).to_string(),
                Err(why) => {
                    eprintln!("{why}");
                    continue;
                }
            },
            "/tap" => json!({"user": speaker, "taps": rest.trim()}).to_string(),
            "/clock" => json!({"clock": rest.trim()}).to_string(),
            "/step" => rest.to_owned(),
            _ if command.starts_with("//") => {
                json!({"user": speaker, "says": spoken(&line[1..])}).to_string()
            }
            _ if command.starts_with('/') => {
                eprintln!("there is no command {command}; /help tells which there are");
                continue;
            }
            _ => json!({"user": speaker, "says": spoken(line)}).to_string(),
        };
        let answer = ask(&url, Method::POST, "/_emulator/steps", step).await;
        if answer.as_ref().is_ok_and(|answer| answer.status == 200) {
            continue;
        }
        show(answer);
    }
    std::future::pending::<()>().await;
}

/// The bot that is meant.
fn to_restart<'a>(named: &'a str, started: &'a [String]) -> Result<&'a str, String> {
    match (named, started) {
        ("", [only]) => Ok(only),
        ("", []) => Err("no bot was started here; restart it where you started it".to_owned()),
        ("", several) => {
            Err(format!("which one? Write for example /restart {}", several.join(" or /restart ")))
        }
        (named, _) => Ok(named),
    }
}

fn show(answer: Result<crate::client::Answer, String>) {
    match answer {
        Err(text) => eprintln!("{text}"),
        Ok(answer) => {
            let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let text = body["text"].as_str().or(body["error"].as_str()).unwrap_or(&answer.body);
            eprintln!("{}", text.trim_end());
        }
    }
}
