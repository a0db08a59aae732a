//! What went over the wire in one run of a scenario, in an order that does not depend on how fast anybody was.
//!
//! Exchanges with different apps, about different people, and webhooks and calls among each other overlap in any order.
//! So do echoes, each of which waits until the call has been answered that it echoes, with everything else. Within one
//! such stream the order is that of the emulator, or of the bot, and is compared. How the streams follow from each other
//! is seen in the journal.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::relay::{Line, Way, What, lines};
use super::streams::Streams;

/// The text of a record as streams of lines, two for each exchange.
pub(super) fn streams(record: &str) -> Result<Streams> {
    let mut places: BTreeMap<(u32, u64), (String, usize)> = BTreeMap::new();
    let mut streams: BTreeMap<String, Vec<[String; 2]>> = BTreeMap::new();
    for Line { relay, number, what } in lines(record)? {
        match what {
            What::Request { way, app, method, target, headers, body } => {
                let about = person(way, &target, &body).map_or_else(String::new, |id| format!(" about {id}"));
                let name = match way {
                    Way::Webhook => format!("webhooks to {app}{about}{}", echoes(&body)),
                    Way::Graph => format!("calls of {app}{about}"),
                };
                let stream = streams.entry(name.clone()).or_default();
                places.insert((relay, number), (name, stream.len()));
                let request = format!("{method} {target} {body}{}", shown(&headers));
                stream.push([request, "  no answer".to_owned()]);
            }
            What::Answer { status, headers, body } => {
                let place = places.get(&(relay, number)).context("an answer without a request")?;
                if let Some(exchange) = streams.get_mut(&place.0).and_then(|stream| stream.get_mut(place.1)) {
                    exchange[1] = format!("  {status} {body}{}", shown(&headers));
                }
            }
        }
    }
    Ok(streams
        .into_iter()
        .map(|(name, exchanges)| (name, exchanges.into_iter().flatten().collect()))
        .collect())
}

fn shown(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!(" [{name}: {value}]")).collect()
}

/// Of a webhook that echoes a message, whose echo it is.
fn echoes(body: &str) -> String {
    let body = serde_json::from_str::<Value>(body).unwrap_or_default();
    let message = event(&body).map(|event| &event["message"]).filter(|message| message["is_echo"] == true);
    message.map_or_else(String::new, |message| format!(", echoes of {}", message["app_id"]))
}

/// The event of a webhook; the emulator puts one into each.
fn event(body: &Value) -> Option<&Value> {
    ["messaging", "standby"].iter().find_map(|channel| body["entry"][0][channel].get(0))
}

/// Whom an exchange is about, by the id; none for one about an app or a Page.
fn person(way: Way, target: &str, body: &str) -> Option<String> {
    let body = serde_json::from_str::<Value>(body).unwrap_or_default();
    match way {
        Way::Webhook => {
            let (page, event) = (body["entry"][0]["id"].as_str(), event(&body)?);
            let ends = ["sender", "recipient"].map(|end| event[end]["id"].as_str());
            ends.into_iter().flatten().find(|id| Some(*id) != page).map(str::to_owned)
        }
        Way::Graph => {
            let named = body["recipient"]["id"].as_str().map(str::to_owned);
            // A call that reads names the node in its path: /v25.0/ID.
            named.or_else(|| {
                let path = target.split('?').next().unwrap_or_default();
                let node = path.split('/').find(|part| !part.is_empty() && !is_version(part))?;
                node.bytes().all(|byte| byte.is_ascii_digit()).then(|| node.to_owned())
            })
        }
    }
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(number: u64, way: Way, body: &str) -> Line {
        let headers = vec![("x-hub-signature".to_owned(), "right".to_owned())];
        let (app, method, target) = ("7".to_owned(), "POST".to_owned(), "/v25.0/me/messages".to_owned());
        Line {
            relay: 1,
            number,
            what: What::Request { way, app, method, target, headers, body: body.to_owned() },
        }
    }

    fn answer(number: u64, body: &str) -> Line {
        Line {
            relay: 1,
            number,
            what: What::Answer { status: 200, headers: Vec::new(), body: body.to_owned() },
        }
    }

    fn record(lines: &[Line]) -> String {
        lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect()
    }

    const WEBHOOK: &str =
        r#"{"entry":[{"id":"1","messaging":[{"sender":{"id":"42"},"recipient":{"id":"1"}}]}]}"#;

    #[test]
    fn webhooks_and_calls_are_streams_whose_order_among_each_other_does_not_matter() {
        let send = r#"{"recipient":{"id":"42"}}"#;
        let one = record(&[
            request(0, Way::Webhook, WEBHOOK),
            request(1, Way::Graph, send),
            answer(0, "ok"),
            answer(1, "sent"),
        ]);
        let other = record(&[
            request(0, Way::Graph, send),
            answer(0, "sent"),
            request(1, Way::Webhook, WEBHOOK),
            answer(1, "ok"),
        ]);
        let streams = streams(&one).unwrap();
        assert_eq!(streams, super::streams(&other).unwrap());
        let names: Vec<_> = streams.keys().map(String::as_str).collect();
        assert_eq!(names, ["calls of 7 about 42", "webhooks to 7 about 42"]);
        assert_eq!(streams["calls of 7 about 42"][1], "  200 sent");
    }

    #[test]
    fn the_order_within_a_stream_is_that_of_the_requests() {
        let (first, second) = (r#"{"recipient":{"id":"42"},"n":1}"#, r#"{"recipient":{"id":"42"},"n":2}"#);
        let one = record(&[request(0, Way::Graph, first), request(1, Way::Graph, second), answer(1, "b")]);
        let stream = &streams(&one).unwrap()["calls of 7 about 42"];
        assert!(stream[0].contains(first) && stream[2].contains(second), "{stream:?}");
        assert_eq!((stream[1].as_str(), stream[3].as_str()), ("  no answer", "  200 b"));
    }

    #[test]
    fn echoes_of_each_app_are_a_stream_of_their_own() {
        let webhook = |message: &str| {
            let event = format!(r#"{{"sender":{{"id":"1"}},"recipient":{{"id":"42"}},"message":{message}}}"#);
            request(0, Way::Webhook, &format!(r#"{{"entry":[{{"id":"1","messaging":[{event}]}}]}}"#))
        };
        let record = record(&[webhook(r#"{"is_echo":true,"app_id":9}"#), webhook(r#"{"text":"hi"}"#)]);
        let streams = streams(&record).unwrap();
        let names: Vec<_> = streams.keys().map(String::as_str).collect();
        assert_eq!(names, ["webhooks to 7 about 42", "webhooks to 7 about 42, echoes of 9"]);
    }

    #[test]
    fn the_person_is_the_end_that_is_not_the_page() {
        let echo = r#"{"entry":[{"id":"1","standby":[{"sender":{"id":"1"},"recipient":{"id":"42"}}]}]}"#;
        let roles = r#"{"entry":[{"id":"1","messaging":[{"recipient":{"id":"1"},"app_roles":{}}]}]}"#;
        assert_eq!(person(Way::Webhook, "/webhook", echo).as_deref(), Some("42"));
        assert_eq!(person(Way::Webhook, "/webhook", roles), None);
        assert_eq!(person(Way::Graph, "/v25.0/42?fields=name", "").as_deref(), Some("42"));
        assert_eq!(person(Way::Graph, "/v25.0/me/messages", "{}"), None);
    }
}
