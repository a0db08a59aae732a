//! What expressions in a world can say.

use emulator_core::AppId;
use serde_json::{Map, Value, json};

use super::{CastPage, Surroundings};
use crate::scenario::WorldSpec;
use crate::vocabulary::EmulatorMember;

/// The names, with the port of the app at hand if it has one.
pub(super) fn scope_of_world(
    surroundings: &Surroundings,
    pages: &[CastPage],
    id_of: &dyn Fn(&str) -> Option<AppId>,
    world: &WorldSpec,
    port: Option<u16>,
) -> Map<String, Value> {
    let mut scope = Map::new();
    for app in &world.apps {
        let name = &app.name.value;
        scope.insert(name.clone(), json!({"id": id_of(name).map(|id| id.to_string()), "name": name}));
    }
    for (index, CastPage { id, name }) in pages.iter().enumerate() {
        let page = json!({"id": id.to_string()});
        scope.extend(name.clone().map(|name| (name, page.clone())));
        if index == 0 {
            scope.insert("page".into(), page);
        }
    }
    scope.insert("emulator".into(), emulator(surroundings));
    scope.insert("env".into(), environment());
    if let Some(port) = port {
        scope.insert("port".into(), json!(port));
    }
    scope
}

/// The value of `${emulator…}`.
pub(crate) fn emulator(surroundings: &Surroundings) -> Value {
    let value = |member: &EmulatorMember| {
        let value = match member {
            EmulatorMember::Url => json!(surroundings.url),
            EmulatorMember::Bin => json!(surroundings.bin.display().to_string()),
        };
        (member.name().to_owned(), value)
    };
    EmulatorMember::ALL.iter().map(value).collect::<Map<_, _>>().into()
}

/// The value of `${env…}`.
pub(crate) fn environment() -> Value {
    std::env::vars().map(|(name, value)| (name, Value::String(value))).collect::<Map<_, _>>().into()
}
