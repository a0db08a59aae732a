//! The first line of a journal file: what is needed to read the rest.

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
        "world": world(settings),
        "people": people.collect::<Map<_, _>>(),
    })
    .to_string()
}

fn world(settings: &Settings) -> Value {
    let name = |app| settings.apps.get(app).map_or_else(String::new, |app| app.name.to_string());
    let pages = settings.pages.iter().map(|(id, page)| {
        let apps = page.apps.iter().map(|(app, connection)| {
            let fields: Vec<_> = connection.fields.iter().map(Field::name).collect();
            let features: Vec<_> = connection.features.iter().map(|feature| feature.name()).collect();
            (name(app), json!({"id": app.to_string(), "fields": fields, "features": features}))
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
