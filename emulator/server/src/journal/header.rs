//! The first line of a journal file: what is needed to read the rest, and whether this run may go on
//! with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use emulator_core::{Digest, Field, Settings, catalogue};
use serde_json::{Map, Value, json};

use crate::lane::Lane;

/// The version of the format.
const FORMAT: u32 = 1;

/// The header line of a lane's journal, without the line's end. It holds no secrets.
pub fn header(lane: &Lane, seed: u64, settings: &Arc<Settings>) -> String {
    let rules =
        catalogue().iter().fold(Digest::new(), |digest, rule| digest.bytes(rule.statement.as_bytes()));
    let people = lane.people().iter().map(|(name, psid)| (name.to_string(), json!(psid.to_string())));
    json!({
        "format": FORMAT,
        "emulator": env!("CARGO_PKG_VERSION"),
        "rules": rules.to_string(),
        "seed": seed,
        "lane": lane.name(),
        "world": world(lane, settings),
        "people": people.collect::<Map<_, _>>(),
    })
    .to_string()
}

fn world(lane: &Lane, settings: &Settings) -> Value {
    let name = |app| settings.apps.get(app).map_or_else(String::new, |app| app.name.to_string());
    let pages = settings.pages.iter().map(|(id, page)| {
        let apps = page.apps.iter().map(|(app, connection)| {
            let fields: Vec<_> = connection.fields.iter().map(Field::name).collect();
            let features: Vec<_> = connection.features.iter().map(|feature| feature.name()).collect();
            let id = app.to_string();
            let played = !lane.is_real(*app);
            (name(app), json!({"id": id, "fields": fields, "features": features, "played": played}))
        });
        json!({
            "id": id.to_string(),
            "name": &*page.name,
            "primary_receiver": page.primary_receiver.as_ref().map(name),
            "apps": apps.collect::<Map<_, _>>(),
        })
    });
    json!({"protocol": settings.protocol.name(), "pages": pages.collect::<Vec<_>>()})
}

/// What a journal says of itself that this run does not: in words, one difference each.
///
/// Another version of the emulator alone is none: what matters of it stands in `format` and `rules`.
pub(crate) fn differences(journal: &Value, this_run: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for part in ["format", "rules", "seed", "lane", "world", "people"] {
        let (theirs, ours) = (&journal[part], &this_run[part]);
        if theirs == ours {
            continue;
        }
        match part {
            "format" => {
                return vec![format!(
                    "its format is {theirs}, and this emulator writes {ours}; {}",
                    version(journal)
                )];
            }
            "rules" => found.push(format!("it follows other rules than this emulator; {}", version(journal))),
            "seed" => {
                found.push(format!("its seed is {theirs}, and here it is {ours}; start with --seed {theirs}"))
            }
            _ => differ(part, theirs, ours, &mut found),
        }
    }
    found
}

fn version(journal: &Value) -> String {
    let version = journal["emulator"].as_str().unwrap_or("?");
    format!("go on with messenger-emulator {version}, which wrote it, or name another file")
}

/// The places at which two values differ.
fn differ(path: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let path = format!("{path}.{key}");
                match (left.get(key), right.get(key)) {
                    (Some(theirs), Some(ours)) => differ(&path, theirs, ours, found),
                    (Some(theirs), None) => found.push(format!("{path} is {theirs} in it, and nothing here")),
                    (None, Some(ours)) => found.push(format!("{path} is {ours} here, and nothing in it")),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (theirs, ours)) in left.iter().zip(right).enumerate() {
                differ(&format!("{path}[{index}]"), theirs, ours, found);
            }
        }
        (theirs, ours) if theirs == ours => {}
        (theirs, ours) => found.push(format!("{path} is {theirs} in it, and {ours} here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Value {
        json!({
            "format": 1, "emulator": "0.1.0", "rules": "a", "seed": 1, "lane": "serve",
            "world": {"pages": [{"apps": {"bot": {"fields": ["messages"], "played": false}}}]},
            "people": {"user": "7"},
        })
    }

    #[test]
    fn a_difference_is_told_with_its_place_and_how_to_mend_it() {
        let another = "go on with messenger-emulator 0.1.0, which wrote it, or name another file";
        let rows: [(&str, Value, Vec<String>); 7] = [
            ("/emulator", json!("0.2.0"), vec![]),
            ("/format", json!(2), vec![format!("its format is 1, and this emulator writes 2; {another}")]),
            ("/rules", json!("b"), vec![format!("it follows other rules than this emulator; {another}")]),
            ("/seed", json!(7), vec!["its seed is 1, and here it is 7; start with --seed 1".into()]),
            (
                "/world/pages/0/apps/bot",
                json!({"fields": ["messages", "standby"], "played": true}),
                vec![
                    r#"world.pages[0].apps.bot.fields is ["messages"] in it, and ["messages","standby"] here"#.into(),
                    "world.pages[0].apps.bot.played is false in it, and true here".into(),
                ],
            ),
            (
                "/people",
                json!({"ana": "7"}),
                vec![r#"people.ana is "7" here, and nothing in it"#.into(), r#"people.user is "7" in it, and nothing here"#.into()],
            ),
            ("/lane", json!("other"), vec![r#"lane is "serve" in it, and "other" here"#.into()]),
        ];
        for (place, value, expected) in rows {
            let mut run = base();
            *run.pointer_mut(place).unwrap() = value;
            assert_eq!(differences(&base(), &run), expected, "{place}");
        }
    }
}
