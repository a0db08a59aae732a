//! A journal file as far as a scenario can be made of it: its header, and its lines with what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use emulator_core::Hidden;
use emulator_server::journal::Kind;
use emulator_server::parse_rfc3339;
use serde_json::{Map, Value};

use super::RecordError;
use super::tries::impossible;
use crate::cast::Cast;
use crate::secrets::secrets_of;

/// What a journal tells.
#[derive(Debug, Clone)]
pub struct Journal {
    pub(crate) header: Header,
    pub(crate) entries: Vec<Entry>,
    /// What is odd about the file and does not keep it from being used.
    pub(crate) oddities: Vec<String>,
    /// What must not be written down: the usual secrets of its world, unless its own are known.
    pub(crate) secrets: Hidden,
}

/// The first line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    /// The lane whose journal it is.
    pub(crate) lane: String,
    /// The settings with which the lane began.
    pub(crate) world: Value,
    /// What was said about the scenario and its world; nothing in journals of before it was.
    pub(crate) about: Value,
    /// Where the emulator ran, so that paths mean something.
    pub(crate) folder: Option<PathBuf>,
    /// The ids of the people, by what entries call them: who has one for each Page is `ana on store`.
    pub(crate) people: BTreeMap<String, String>,
}

impl Header {
    /// The names of the people.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.people.keys().map(|person| name_of(person)).collect()
    }

    /// What a Page is called, where there are several.
    pub(crate) fn called(&self, id: &str) -> Option<&str> {
        let pages = self.world["pages"].as_array()?;
        pages.iter().find(|page| page["id"] == id)?["called"].as_str()
    }

    /// The secrets that apps have unless the world says otherwise. Those that it says stand in no journal.
    fn usual_secrets(&self) -> Hidden {
        let mut usual = Vec::new();
        for page in self.world["pages"].as_array().into_iter().flatten() {
            let other = page["called"].as_str().filter(|called| self.first_page() != Some(called));
            for app in page["apps"].as_object().into_iter().flat_map(Map::keys) {
                let mut is = |value: &str, member: &str| {
                    usual.push((format!("{app}-{value}"), format!("{app}.{member}")));
                };
                match other {
                    Some(page) => is(&format!("{page}-page-token"), &format!("{page}.page_token")),
                    None => is("page-token", "page_token"),
                }
                is("app-secret", "secret");
                is("verify-token", "verify_token");
            }
        }
        Hidden::known(usual)
    }

    /// The Page that is meant where none is named, if it has a name.
    pub(crate) fn first_page(&self) -> Option<&str> {
        // The header lists them by their ids, and the file in the order that counts.
        let written =
            self.about["world"]["written"]["pages"].as_object().and_then(|pages| pages.keys().next());
        written.map(String::as_str).or_else(|| self.world["pages"][0]["called"].as_str())
    }
}

/// What steps call a person of entries.
pub(crate) fn name_of(person: &str) -> &str {
    person.split_once(" on ").map_or(person, |(name, _)| name)
}

/// The Page on which the person of an entry is, where there are several.
pub(crate) fn page_of(person: &str) -> Option<&str> {
    person.split_once(" on ").map(|(_, page)| page)
}

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    /// Virtual time, in milliseconds since 1970.
    pub(crate) at: i64,
    /// Real time, in milliseconds since 1970.
    pub(crate) wall: i64,
    /// The entry that led to it.
    pub(crate) cause: Option<u64>,
    pub(crate) kind: Kind,
    pub(crate) data: Map<String, Value>,
    /// Who was in control when it was decided, if that mattered.
    pub(crate) saw_owner: Option<String>,
}

impl Entry {
    /// A member of its data that is a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.data.get(key)?.as_str()
    }

    /// A member that is a time in words.
    pub(crate) fn time(&self, key: &str) -> Option<i64> {
        Some(parse_rfc3339(self.text(key)?)?.0)
    }

    /// The person whose conversation it is about.
    pub(crate) fn person(&self) -> Option<&str> {
        self.text("person")
    }

    /// True for a call of an app that steps play.
    pub(crate) fn is_played(&self) -> bool {
        self.data.contains_key("played")
    }
}

impl Journal {
    /// Reads a journal file. A last line that is not whole is left out.
    ///
    /// # Errors
    ///
    /// When it is no journal, or a line in it is broken.
    pub fn read(text: &str) -> Result<Self, RecordError> {
        let mut lines = text.split_inclusive('\n');
        let mut journal = Self::begin(lines.next().unwrap_or_default())?;
        let mut others = 0_u32;
        let mut places = Vec::new();
        for (number, line) in (2..).zip(lines) {
            match journal.entry(line) {
                Ok(Some(entry)) => {
                    journal.entries.push(entry);
                    places.push(number);
                }
                Ok(None) => others += 1,
                Err(_) if !line.ends_with('\n') => {
                    journal.oddities.push(format!("line {number} is not whole, and was left out"));
                }
                Err(why) => return Err(RecordError::Line { number, why }),
            }
        }
        journal.oddities.extend(impossible(&journal.entries, &places));
        if others > 0 {
            let lane = &journal.header.lane;
            journal.oddities.push(format!("{others} entries of another lane than `{lane}` were left out"));
        }
        Ok(journal)
    }

    /// A journal of which only the header is known so far.
    ///
    /// # Errors
    ///
    /// When that is no header.
    pub fn begin(header: &str) -> Result<Self, RecordError> {
        let read: Value = serde_json::from_str(header).map_err(|_| RecordError::NoJournal)?;
        if read["format"] != 1 || !read["world"].is_object() {
            return Err(RecordError::NoJournal);
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut people = BTreeMap::new();
        for (name, ids) in read["people"].as_object().into_iter().flatten() {
            match ids.as_object() {
                Some(pages) => {
                    people.extend(pages.iter().map(|(page, id)| (format!("{name} on {page}"), text(id))));
                }
                None => drop(people.insert(name.clone(), text(ids))),
            }
        }
        let header = Header {
            lane: text(&read["lane"]),
            world: read["world"].clone(),
            about: read["about"].clone(),
            folder: read["wall"]["folder"].as_str().map(PathBuf::from),
            people,
        };
        let secrets = header.usual_secrets();
        Ok(Self { header, entries: Vec::new(), oddities: Vec::new(), secrets })
    }

    /// The same journal, for which the secrets of its world are known.
    #[must_use]
    pub fn of(self, cast: &Cast) -> Self {
        Self { secrets: secrets_of(cast), ..self }
    }

    /// True for a text in which a secret of its world stands, as far as they are known.
    pub fn has_secret(&self, text: &str) -> bool {
        self.secrets.stand_in(text)
    }

    /// Adds an entry that has come meanwhile.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn add(&mut self, line: &str) -> Result<(), RecordError> {
        let number = self.entries.len() as u64 + 2;
        let entry = self.entry(line).map_err(|why| RecordError::Line { number, why })?;
        self.entries.extend(entry);
        Ok(())
    }

    /// Reads a line; none if it belongs to another lane.
    fn entry(&self, line: &str) -> Result<Option<Entry>, String> {
        let mut read: Value =
            serde_json::from_str(line).map_err(|error| format!("it is no entry: {error}"))?;
        if read.get("lane").is_some_and(|lane| *lane != self.header.lane) {
            return Ok(None);
        }
        let time = |value: &Value| value.as_str().and_then(parse_rfc3339).map(|at| at.0);
        let (Some(seq), Some(at), Some(kind)) =
            (read["seq"].as_u64(), time(&read["at"]), read["kind"].as_str())
        else {
            return Err("it is no entry: `seq`, `at` or `kind` is missing".to_owned());
        };
        let kind = Kind::parse(kind).ok_or_else(|| format!("there is no kind of entry `{kind}`"))?;
        let data = read["data"].as_object_mut().map(std::mem::take).unwrap_or_default();
        let wall = time(&read["wall"]["at"]).unwrap_or(at);
        let saw_owner = read["saw"]["owner"].as_str().map(str::to_owned);
        Ok(Some(Entry { seq, at, wall, cause: read["cause"].as_u64(), kind, data, saw_owner }))
    }
}
