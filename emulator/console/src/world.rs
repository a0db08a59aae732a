//! `GET /_emulator/world`: who there is, and how each conversation stands. With several Pages everybody stands there as
//! the first one knows them, and under `on` as each does.

use std::collections::BTreeMap;

use emulator_core::{Effect, Field, PageId, Platform, Psid};
use emulator_scenario::cast::CastPage;
use emulator_scenario::transcript::cite;
use emulator_server::{Lane, rfc3339};
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::Console;
use super::answer::Answer;

/// The entry that moved control of each conversation last, and its rule.
fn moves_of_control(lane: &Lane) -> BTreeMap<Psid, (u64, String)> {
    let entries = lane.entries_after(0).or_else(|oldest| lane.entries_after(oldest.saturating_sub(1)));
    let moves = entries.unwrap_or_default().into_iter().filter_map(|entry| match entry.effect() {
        Some(Effect::ControlMoved { person, .. }) => Some((*person, (entry.seq, cite(entry.rule?)))),
        _ => None,
    });
    moves.collect()
}

impl Console {
    pub(crate) fn world(&self) -> Answer {
        let lane = self.lane();
        let settings = lane.settings();
        let names = lane.names();
        let now = lane.now();
        let cast = &self.place.cast;
        let several = cast.pages.len() > 1;
        let page = settings.pages.get(&cast.page);
        let apps = cast.apps.iter().map(|app| {
            let connection = page.and_then(|page| page.apps.get(&app.id));
            let fields =
                connection.map(|connection| connection.fields.iter().map(Field::name).collect::<Vec<_>>());
            let webhook = app.webhook.as_ref().map(ToString::to_string);
            json!({"name": app.name, "id": app.id.to_string(), "webhook": webhook, "fields": fields})
        });
        let moves = moves_of_control(lane);
        let world = lane.world();
        let stands = |psid: Psid| {
            let mut out = json!({"id": psid.to_string()});
            if world.people.get(&psid).is_some_and(|person| person.platform == Platform::Instagram) {
                out["platform"] = Platform::Instagram.name().into();
            }
            if let Some(conversation) = lane.conversation(psid) {
                out["owner"] = Value::String(names.holder(conversation.control.holder()));
                out["control_until"] = conversation.control.until().map(rfc3339).into();
                out["control_by"] =
                    moves.get(&psid).map(|(seq, rule)| json!({"entry": seq, "rule": rule})).into();
                out["folder"] = Value::String(conversation.folder.name().to_owned());
                let open = conversation.window_until.is_some_and(|until| now < until);
                out["window"] = Value::String((if open { "open" } else { "closed" }).to_owned());
                out["window_until"] = conversation.window_until.map(rfc3339).into();
            }
            out
        };
        let page_value = |id: PageId| {
            let page = settings.pages.get(&id);
            let account = page.and_then(|page| page.instagram.as_ref());
            let account = account.map(|account| {
                json!({
                    "id": account.id.to_string(),
                    "protocol": account.line.protocol().name(),
                    "primary_receiver": account.line.primary().map(|app| names.app(app)),
                    "default_app": account.line.default_app().map(|party| names.party(party)),
                })
            });
            let mut out = json!({
                "id": id.to_string(),
                "protocol": page.map(|page| page.main().protocol().name()),
                "name": page.map(|page| page.name.to_string()),
                "primary_receiver": settings.primary(settings.main(id)).map(|app| names.app(app)),
            });
            if let Some(account) = account {
                out["instagram"] = account;
            }
            out
        };
        let people = cast.names_of_people().filter_map(|name| {
            let mut out = Map::from_iter([("name".to_owned(), json!(name))]);
            let first = stands(lane.person(name, cast.page)?);
            out.extend(first.as_object().cloned().unwrap_or_default());
            if several {
                let on = |page: &CastPage| Some((page.name.clone()?, stands(lane.person(name, page.id)?)));
                out.insert("on".to_owned(), Value::Object(cast.pages.iter().filter_map(on).collect()));
            }
            Some(out)
        });
        let mut body = json!({
            "now": rfc3339(now),
            "delivers_to": lane.delivers_to(),
            "page": page_value(cast.page),
            "apps": apps.collect::<Vec<_>>(),
            "people": people.collect::<Vec<_>>(),
            "next_deadline": lane.next_deadline().map(rfc3339),
            "last": lane.last_seq(),
        });
        if several {
            let pages = cast.pages.iter().filter_map(|page| Some((page.name.clone()?, page_value(page.id))));
            body["pages"] = Value::Object(pages.collect());
        }
        Answer::json(StatusCode::OK, &body)
    }
}
