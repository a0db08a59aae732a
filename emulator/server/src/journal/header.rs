//! The first line of a journal file: what is needed to read the rest, and whether a run may go on with it.

mod begins;
mod differences;
mod routes;
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use emulator_core::{AppId, PageId, Psid, RULES_VERSION, Settings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Names;
use super::names::{Known, people_of};
use crate::lane::Lane;

pub(crate) use differences::differences;
pub use routes::{DeclaredAd, DeclaredRoutes};
pub use world::{
    DeclaredAccount, DeclaredApp, DeclaredConnection, DeclaredPage, DeclaredPerson, DeclaredWorld,
};

/// The version of the format.
pub const FORMAT: u32 = 2;

/// Where a journal comes from, for whoever makes a scenario of it. It says nothing about whether a run may go on with it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// What the scenario and its world say beside what is in force, without secrets.
    pub about: Value,
    /// The folder in which the emulator runs, so that paths mean something.
    pub folder: Option<PathBuf>,
}

/// The first line. It holds no secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub format: u32,
    /// The version of the emulator that wrote it.
    pub emulator: String,
    /// The version of the rules by which it came about.
    pub rules: u32,
    /// The number from which ids are derived.
    pub seed: u64,
    /// The lane whose journal it is.
    pub lane: String,
    /// What the scenario and its world say, as it was written.
    #[serde(default)]
    pub about: Value,
    /// The settings with which the lane began.
    pub world: DeclaredWorld,
    /// The ids of the people, by name.
    pub people: BTreeMap<String, Ids>,
    /// What depends on the run.
    #[serde(default)]
    pub wall: HeaderWall,
}

/// The ids of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ids {
    /// The only one.
    One(String),
    /// One for each Page, by its name.
    Each(BTreeMap<String, String>),
}

/// What of a header depends on the run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct HeaderWall {
    /// Where the emulator ran.
    pub folder: Option<PathBuf>,
}

/// Why a first line is not the header of a journal that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// It is something else.
    #[error(
        "it is not a journal: its first line is not a header\nhelp: `run --journal DIR` and `serve --journal FILE` write \
         journals"
    )]
    NotAJournal,
    /// It has another format.
    #[error(
        "it has format {format}, and this emulator reads format {FORMAT}\nhelp: messenger-emulator {emulator} wrote it; \
         read it with that version, or make the journal again with this one"
    )]
    OtherFormat {
        /// Which.
        format: u64,
        /// Who wrote it.
        emulator: String,
    },
    /// Something in it is not as it should be.
    #[error("its header is broken: {0}")]
    Broken(String),
}

impl Header {
    /// That of a lane.
    pub fn of(lane: &Lane, seed: u64, settings: &Arc<Settings>, origin: &Origin) -> Self {
        let names = lane.names();
        Self {
            format: FORMAT,
            emulator: env!("CARGO_PKG_VERSION").to_owned(),
            rules: RULES_VERSION,
            seed,
            lane: lane.name().to_owned(),
            about: origin.about.clone(),
            world: DeclaredWorld::of(lane, settings),
            people: lane
                .people()
                .iter()
                .map(|(name, ids)| (name.to_string(), Ids::of(ids, &names)))
                .collect(),
            wall: HeaderWall { folder: origin.folder.clone() },
        }
    }

    /// Reads a first line.
    ///
    /// # Errors
    ///
    /// When it is not a header of this format.
    pub fn read(line: &str) -> Result<Self, HeaderError> {
        let read: Value = serde_json::from_str(line).map_err(|_| HeaderError::NotAJournal)?;
        let format = read.get("format").and_then(Value::as_u64).ok_or(HeaderError::NotAJournal)?;
        if read["world"].is_null() && read["emulator"].is_null() {
            return Err(HeaderError::NotAJournal);
        }
        if format != u64::from(FORMAT) {
            let emulator = read["emulator"].as_str().unwrap_or("of another version").to_owned();
            return Err(HeaderError::OtherFormat { format, emulator });
        }
        serde_json::from_value(read).map_err(|error| HeaderError::Broken(error.to_string()))
    }

    /// As a line, without its end.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What apps, people and Pages are called.
    pub fn names(&self) -> Names {
        let apps = self.world.apps.iter();
        let apps =
            apps.filter_map(|(name, app)| Some((AppId(app.id.parse().ok()?), Arc::from(name.as_str()))));
        let pages = self.world.pages.iter();
        let pages =
            pages.filter_map(|page| Some((page.id.parse().ok()?, Arc::from(page.called.as_deref()?))));
        let people: Vec<(Psid, (Arc<str>, PageId))> = self
            .people
            .iter()
            .flat_map(|(name, ids)| {
                self.ids(ids).into_iter().map(move |(page, id)| (id, (Arc::from(name.as_str()), page)))
            })
            .collect();
        Names {
            apps: Arc::new(apps.collect()),
            people: Arc::new(people_of(people.into_iter())),
            pages: Arc::new(pages.collect()),
        }
    }

    fn ids(&self, ids: &Ids) -> Vec<(PageId, Psid)> {
        let page = |name: &str| self.world.pages.iter().find(|page| page.called.as_deref() == Some(name));
        let on = |page: &DeclaredPage, id: &str| Some((page.id.parse().ok()?, id.parse().ok()?));
        match ids {
            Ids::One(id) => self.world.pages.first().and_then(|page| on(page, id)).into_iter().collect(),
            Ids::Each(ids) => ids.iter().filter_map(|(name, id)| on(page(name)?, id)).collect(),
        }
    }

    pub(super) fn known(&self, names: &Names) -> Known {
        Known::new(names, self.world.pages.iter().filter_map(|page| page.id.parse().ok()))
    }
}

impl Ids {
    fn of(ids: &BTreeMap<PageId, Psid>, names: &Names) -> Self {
        let named =
            ids.iter().filter_map(|(page, psid)| Some((names.page(*page)?.to_owned(), psid.to_string())));
        let named: BTreeMap<_, _> = named.collect();
        match ids.first_key_value() {
            Some((_, psid)) if named.is_empty() => Self::One(psid.to_string()),
            Some(_) | None => Self::Each(named),
        }
    }
}

/// The JSON Schema of the header.
pub(super) fn schema() -> Value {
    let id = json!({"type": "string", "pattern": "^[0-9]+$"});
    json!({
        "title": "header",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT, "description": "the version of the format"},
            "emulator": {"type": "string", "description": "the version of the emulator that wrote it"},
            "rules": {"type": "integer", "minimum": 1, "description": "the version of the rules"},
            "seed": {"type": "integer", "minimum": 0},
            "lane": {"type": "string"},
            "about": {"description": "the scenario and its world as they were written"},
            "world": world::schema(),
            "people": {
                "type": "object",
                "additionalProperties": {"oneOf": [id, {"type": "object", "additionalProperties": id}]},
            },
            "wall": {
                "type": "object",
                "properties": {"folder": {"type": ["string", "null"]}},
                "additionalProperties": false,
            },
        },
        "required": ["format", "emulator", "rules", "seed", "lane", "about", "world", "people", "wall"],
        "additionalProperties": false,
    })
}
