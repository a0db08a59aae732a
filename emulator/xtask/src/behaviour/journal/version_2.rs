//! Format 2: the Page stands beside a person, by its name and only where there are several; what is the same for every
//! entry of a person stands in the header.

use serde_json::{Value, json};

/// What an app lacks, in the words of format 1.
const MISSING: [(&str, &str); 3] = [
    ("webhooks", "webhooks that are switched on"),
    ("role", "a role of the person on the app"),
    ("control", "control of the conversation"),
];

/// Puts an entry into the shape of format 1.
pub(super) fn reshape(header: &Value, entry: &mut Value) {
    let kind = entry["kind"].as_str().unwrap_or_default().to_owned();
    let data = &mut entry["data"];
    let page = data["page"].as_str().map(str::to_owned);
    let of_person = data["person_page"].as_str().map(str::to_owned).or_else(|| page.clone());
    let id = page_id(header, page.as_deref());
    if let Some(members) = data.as_object_mut() {
        members.remove("page");
    }
    if let Some(name) = data["person"].as_str().map(str::to_owned) {
        let ids = &header["people"][&name];
        let called = match (ids.as_object(), &of_person) {
            (Some(ids), Some(page)) if ids.len() > 1 => format!("{name} on {page}"),
            _ => name,
        };
        data["person"] = json!(called);
        if is_act(&kind) {
            data["psid"] = of_person.map_or_else(|| ids.clone(), |page| ids[&page].clone());
        }
        if kind == "message" && data.get("from").is_none() {
            data["from"] = data["person"].clone();
        }
    }
    match kind.as_str() {
        "page" => data["id"] = id,
        "webhooks_failing" | "webhooks_disabled" => data["page"] = id,
        "timer" if data.get("person").is_none() => data["page"] = id,
        "call" => {
            if page.is_some() {
                data["page"] = id;
            }
            if data.get("app").is_none() {
                data["app"] = Value::Null;
            }
        }
        "unheard" => {
            let word = data["missing"].as_str().and_then(|word| MISSING.iter().find(|(now, _)| *now == word));
            if let Some((_, then)) = word {
                data["missing"] = json!(then);
            }
        }
        _ => {}
    }
}

/// True for what a person did, where format 1 has the id beside the name.
fn is_act(kind: &str) -> bool {
    ["says", "taps", "reacts", "reads", "opens", "blocks", "unblocks"].contains(&kind)
}

/// The id of the Page of that name; of the first one where none is named.
fn page_id(header: &Value, name: Option<&str>) -> Value {
    let pages = header["world"]["pages"].as_array();
    let named = |page: &&Value| name.is_none_or(|name| page["called"] == name);
    pages.and_then(|pages| pages.iter().find(named)).map_or(Value::Null, |page| page["id"].clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_to_what_format_1_says() {
        let header = json!({
            "world": {"pages": [{"id": "1", "called": "shop"}, {"id": "2", "called": "store"}]},
            "people": {"ana": {"shop": "5", "store": "6"}, "bo": {"shop": "7"}},
        });
        let rows = [
            (
                json!({"kind": "says", "data": {"person": "ana", "page": "store", "text": "a"}}),
                json!({"person": "ana on store", "text": "a", "psid": "6"}),
            ),
            (
                json!({"kind": "message", "data": {"person": "bo", "page": "shop"}}),
                json!({"person": "bo", "from": "bo"}),
            ),
            (
                json!({"kind": "call", "data": {"person": "ana", "page": "shop", "verb": "sends"}}),
                json!({"person": "ana on shop", "verb": "sends", "page": "1", "app": null}),
            ),
            (json!({"kind": "page", "data": {"page": "store"}}), json!({"id": "2"})),
            (
                json!({"kind": "unheard", "data": {"app": "bot", "missing": "control"}}),
                json!({"app": "bot", "missing": "control of the conversation"}),
            ),
        ];
        for (mut entry, expected) in rows {
            reshape(&header, &mut entry);
            assert_eq!(entry["data"], expected);
        }
    }
}
