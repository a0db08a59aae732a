//! Whether a run may go on with a journal: the first lines of both, compared.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a journal says of itself that this run does not: in words, one difference each.
///
/// Another version of the emulator alone is none: what matters of it stands in `format`, which is looked at first, and
/// in `rules`.
pub(crate) fn differences(journal: &Value, this_run: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for part in ["rules", "seed", "lane", "world", "people"] {
        let (theirs, ours) = (&journal[part], &this_run[part]);
        if theirs == ours {
            continue;
        }
        match part {
            "rules" => found.push(format!(
                "it follows version {theirs} of the rules, and this emulator has version {ours}; {}. `rules diff --since \
                 {theirs}` says what changed; `export` makes a scenario of it in any case",
                version(journal)
            )),
            // Ids of people follow from it, so that more differences say nothing new.
            "seed" => {
                let text = format!("its seed is {theirs}, and here it is {ours}; start with --seed {theirs}");
                return vec![text];
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
                let of_people = path == "world.people";
                let path = format!("{path}.{key}");
                match (left.get(key), right.get(key)) {
                    (Some(theirs), Some(ours)) => differ(&path, theirs, ours, found),
                    // Who there is stands in `people`.
                    (Some(_), None) | (None, Some(_)) if of_people => {}
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
    use serde_json::json;

    fn base() -> Value {
        json!({
            "format": 2, "emulator": "0.1.0", "rules": 1, "seed": 1, "lane": "serve",
            "world": {"pages": [{"apps": {"bot": {"fields": ["messages"], "played": false}}}]},
            "people": {"user": "7"},
        })
    }

    #[test]
    fn a_difference_is_told_with_its_place_and_how_to_mend_it() {
        let another = "go on with messenger-emulator 0.1.0, which wrote it, or name another file";
        let rows: [(&str, Value, Vec<String>); 6] = [
            ("/emulator", json!("0.2.0"), vec![]),
            ("/rules", json!(2), vec![format!("it follows version 1 of the rules, and this emulator has version 2; {another}. `rules diff --since 1` says what changed; `export` makes a scenario of it in any case")]),
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
