//! `GET /_emulator/world`: who there is, and how each conversation stands.

use emulator_core::Field;
use emulator_server::rfc3339;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::Console;
use super::answer::Answer;

impl Console {
    pub(crate) fn world(&self) -> Answer {
        let lane = self.lane();
        let settings = lane.settings();
        let names = lane.names();
        let now = lane.now();
        let page = settings.pages.get(&self.place.cast.page);
        let apps = self.place.cast.apps.iter().map(|app| {
            let connection = page.and_then(|page| page.apps.get(&app.id));
            let fields =
                connection.map(|connection| connection.fields.iter().map(Field::name).collect::<Vec<_>>());
            let webhook = app.webhook.as_ref().map(ToString::to_string);
            json!({"name": app.name, "id": app.id.to_string(), "webhook": webhook, "fields": fields})
        });
        let ids = lane.people();
        let people = self.place.cast.people.iter().filter_map(|person| {
            let psid = *ids.get(person.name.as_str())?;
            let mut out = json!({"name": person.name, "id": psid.to_string()});
            if let Some(conversation) = lane.conversation(psid) {
                let owner = conversation.control.owner();
                out["owner"] = Value::String(names.owner(owner));
                out["control_until"] = conversation.control.until().map(rfc3339).into();
                out["folder"] = Value::String(conversation.folder.name().to_owned());
                let open = conversation.window_until.is_some_and(|until| now < until);
                out["window"] = Value::String((if open { "open" } else { "closed" }).to_owned());
            }
            Some(out)
        });
        let body = json!({
            "now": rfc3339(now),
            "protocol": settings.protocol.name(),
            "page": {
                "id": self.place.cast.page.to_string(),
                "name": page.map(|page| page.name.to_string()),
                "primary_receiver": page.and_then(|page| page.primary_receiver).map(|app| names.app(app)),
            },
            "apps": apps.collect::<Vec<_>>(),
            "people": people.collect::<Vec<_>>(),
            "next_deadline": lane.next_deadline().map(rfc3339),
            "last": lane.last_seq(),
        });
        Answer::json(StatusCode::OK, &body)
    }
}
