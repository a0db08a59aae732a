//! The names that expressions in steps can use.

use emulator_server::rfc3339;
use serde_json::{Map, Value, json};

use super::Scene;
use crate::cast;
use crate::value::Scope;

impl Scope for Scene {
    fn lookup(&self, name: &str) -> Option<Value> {
        if let Some(captured) = self.captures.get(name) {
            return Some(captured.clone());
        }
        match name {
            "page" => {
                let settings = self.lane.settings();
                let page = settings.pages.get(&self.cast.page)?;
                Some(json!({"id": self.cast.page.to_string(), "name": &*page.name}))
            }
            "now" => Some(json!(rfc3339(self.lane.now()))),
            "vars" => Some(Value::Object(self.vars.clone())),
            "env" => Some(cast::environment()),
            "emulator" => Some(cast::emulator(&self.surroundings)),
            "inbox" => Some(json!({"id": emulator_core::PAGE_INBOX.to_string(), "name": "inbox"})),
            _ => self.app_value(name).or_else(|| self.person_value(name)),
        }
    }

    fn names(&self) -> Vec<String> {
        let fixed = ["page", "now", "vars", "env", "emulator", "inbox"].map(str::to_owned);
        let apps = self.cast.apps.iter().map(|app| app.name.clone());
        let people = self.cast.people.iter().map(|person| person.name.clone());
        fixed.into_iter().chain(apps).chain(people).chain(self.captures.keys().cloned()).collect()
    }
}

impl Scene {
    fn app_value(&self, name: &str) -> Option<Value> {
        let app = self.cast.apps.iter().find(|app| app.name == name)?;
        let token = app.page_tokens.first().map(|(_, token)| token.clone());
        Some(json!({
            "id": app.id.to_string(),
            "name": app.name,
            "secret": app.secret,
            "verify_token": app.verify_token,
            "page_token": token,
        }))
    }

    fn person_value(&self, name: &str) -> Option<Value> {
        let psid = *self.lane.people().get(name)?;
        Some(Value::Object(Map::from_iter([
            ("id".to_owned(), json!(psid.to_string())),
            ("name".to_owned(), json!(name)),
        ])))
    }
}
