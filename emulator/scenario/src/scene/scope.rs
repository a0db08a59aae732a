//! The names that expressions in steps can use.

use emulator_core::PageId;
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
            "page" => self.page_value(self.cast.page),
            "now" => Some(json!(rfc3339(self.lane.now()))),
            "vars" => Some(Value::Object(self.vars.clone())),
            "env" => Some(cast::environment()),
            "emulator" => Some(cast::emulator(&self.surroundings)),
            "inbox" => Some(json!({"id": emulator_core::PAGE_INBOX.to_string(), "name": "inbox"})),
            _ => {
                let page = || self.page_value(self.cast.page_named(name)?);
                self.app_value(name).or_else(|| self.person_value(name)).or_else(page)
            }
        }
    }

    fn names(&self) -> Vec<String> {
        let fixed = ["page", "now", "vars", "env", "emulator", "inbox"].map(str::to_owned);
        let apps = self.cast.apps.iter().map(|app| app.name.clone());
        let people = self.cast.names_of_people().map(str::to_owned);
        let pages = self.cast.pages.iter().filter_map(|page| page.name.clone());
        let world = apps.chain(people).chain(pages);
        fixed.into_iter().chain(world).chain(self.captures.keys().cloned()).collect()
    }
}

impl Scene {
    fn page_value(&self, page: PageId) -> Option<Value> {
        let settings = self.lane.settings();
        let name = &settings.pages.get(&page)?.name;
        Some(json!({"id": page.to_string(), "name": &**name}))
    }

    /// What stands behind the names of Pages: something of each.
    fn of_pages(&self, member: &str, value: impl Fn(PageId) -> Option<String>) -> Map<String, Value> {
        let named = self.cast.pages.iter().filter_map(|page| Some((page.name.clone()?, value(page.id)?)));
        named.map(|(name, value)| (name, json!({member: value}))).collect()
    }

    fn app_value(&self, name: &str) -> Option<Value> {
        let app = self.cast.apps.iter().find(|app| app.name == name)?;
        let token = |page: PageId| {
            app.page_tokens.iter().find(|(known, _)| *known == page).map(|(_, token)| token.clone())
        };
        let mut value = self.of_pages("page_token", token);
        value.extend([
            ("id".to_owned(), json!(app.id.to_string())),
            ("name".to_owned(), json!(app.name)),
            ("secret".to_owned(), json!(app.secret)),
            ("verify_token".to_owned(), json!(app.verify_token)),
            ("page_token".to_owned(), json!(token(self.cast.page))),
        ]);
        Some(Value::Object(value))
    }

    fn person_value(&self, name: &str) -> Option<Value> {
        let id = |page| self.lane.person(name, page).map(|psid| psid.to_string());
        let first = id(self.cast.page)?;
        let mut value = self.of_pages("id", id);
        value.extend([("id".to_owned(), json!(first)), ("name".to_owned(), json!(name))]);
        Some(Value::Object(value))
    }
}
