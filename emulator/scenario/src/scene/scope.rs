//! The names that expressions in steps can use, by the table of members that the checks follow as well.

use emulator_core::{Line, PageId, Protocol};
use emulator_server::rfc3339;
use serde_json::{Value, json};

use super::Scene;
use crate::cast;
use crate::value::Scope;
use crate::vocabulary::{PersonMember, Root};

impl Scene {
    /// The protocol that the first Page follows now.
    fn protocol_now(&self) -> Protocol {
        let settings = self.lane.settings();
        settings.line(settings.main(self.cast.page)).map(Line::protocol).unwrap_or_default()
    }
}

impl Scope for Scene {
    fn lookup(&self, name: &str) -> Option<Value> {
        if let Some(captured) = self.captures.get(name) {
            return Some(captured.clone());
        }
        match Root::parse(name) {
            Some(Root::Page) => self.page_value(self.cast.page),
            Some(Root::Now) => Some(json!(rfc3339(self.lane.now()))),
            Some(Root::Vars) => Some(Value::Object(self.vars.clone())),
            Some(Root::Env) => Some(cast::environment()),
            Some(Root::Emulator) => Some(cast::emulator(&self.surroundings, self.protocol_now())),
            Some(Root::Inbox) => Some(cast::inbox()),
            None => {
                let page = || self.page_value(self.cast.page_named(name)?);
                self.app_value(name).or_else(|| self.person_value(name)).or_else(page)
            }
        }
    }

    fn names(&self) -> Vec<String> {
        let fixed = Root::ALL.iter().map(|root| root.name().to_owned());
        let apps = self.cast.apps.iter().map(|app| app.name.clone());
        let people = self.cast.names_of_people().map(str::to_owned);
        let pages = self.cast.pages.iter().filter_map(|page| page.name.clone());
        fixed.chain(apps).chain(people).chain(pages).chain(self.captures.keys().cloned()).collect()
    }
}

impl Scene {
    fn page_value(&self, page: PageId) -> Option<Value> {
        let settings = self.lane.settings();
        Some(cast::of_page(page, &settings.pages.get(&page)?.name))
    }

    fn app_value(&self, name: &str) -> Option<Value> {
        let app = self.cast.apps.iter().find(|app| app.name == name)?;
        Some(cast::app(app, &self.cast.pages))
    }

    fn person_value(&self, name: &str) -> Option<Value> {
        self.lane.person(name, self.cast.page)?;
        let value = |member, page| match member {
            PersonMember::Id => json!(self.lane.person(name, page).map(|psid| psid.to_string())),
            PersonMember::Name => json!(name),
        };
        let members = (PersonMember::ALL, PersonMember::OF_PAGE);
        Some(cast::members(&self.cast.pages, members, PersonMember::name, value))
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::time::Duration;

    use emulator_core::Timestamp;
    use emulator_server::{ClockMode, LaneSpec, Stage, StageSpec};
    use serde_json::Map;

    use super::*;
    use crate::cast::{Surroundings, cast};
    use crate::scenario::{Document, load};
    use crate::scene::{Patience, Place};
    use crate::value::{Known, Shape};

    /// Every dotted name of a value, those of its members among them.
    fn paths(name: &str, value: &Value, out: &mut Vec<String>) {
        out.push(name.to_owned());
        for (member, value) in value.as_object().into_iter().flatten() {
            paths(&format!("{name}.{member}"), value, out);
        }
    }

    #[tokio::test]
    async fn what_the_checks_know_is_what_there_is() {
        let text =
            "pages: {shop: {}, store: {}}\napps: {shopbot: {}, livechat: {}}\npeople: {ana: {}, bo: {}}";
        let (documents, _) =
            load(Path::new("w.yaml"), text.to_owned(), &|_| Err(std::io::ErrorKind::NotFound.into()));
        let Some(Document::World(world)) = documents.into_iter().next() else { panic!("no world") };
        let surroundings = Surroundings {
            url: "http://127.0.0.1:1".to_owned(),
            tls: "127.0.0.1:1".to_owned(),
            bin: PathBuf::from("bin"),
            redirect: None,
        };
        let cast = Arc::new(cast(&world, &surroundings, &mut |_| 1).unwrap());
        let clock = ClockMode::Frozen { at: Timestamp(0) };
        let settings = Arc::clone(&cast.settings);
        let webhook_timeout = Duration::from_secs(1);
        let (pages, apps) = (cast.page_names(), cast.apps.clone());
        let stage = Stage::new(StageSpec { seed: 1, settings, pages, apps, webhook_timeout }, clock);
        let lane = LaneSpec { name: "a".to_owned(), clock, settings: None, people: cast.people.clone() };
        let lane = stage.open_lane(lane).unwrap();
        let place = Place { stage, lane, cast, surroundings, bots: None };
        let vars = Map::from_iter([("tea".to_owned(), json!("green"))]);
        let scene = Scene::new(place, Arc::clone(&world.file), vars, Patience::default());

        let vars = Shape::Members([("tea".to_owned(), Shape::Open)].into());
        let known = Known::of(&world.names(), &vars);
        let mut names = scene.names();
        names.sort_unstable();
        assert_eq!(known.names().collect::<Vec<_>>(), names);
        for name in names {
            let value = scene.lookup(&name).unwrap();
            let mut there = Vec::new();
            paths(&name, &value, &mut there);
            for path in &there {
                assert_eq!(known.look(path), Ok(()), "{path}");
            }
            for member in known.members(&name) {
                assert!(!value[&member].is_null(), "{name}.{member}");
            }
        }
    }
}
