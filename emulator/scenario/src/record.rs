//! Recording: a journal becomes a scenario that passes at once.
//!
//! What people, agents, admins, played apps and the clock did become steps; what real apps did become expectations.
//! It does no I/O: it takes the text of a journal and gives that of a scenario.
//!
//! **Invariant:** what cannot be told stands in the file as a remark and is warned of. Nothing is left out silently but
//! what people do not see: reads, typing, receipts.

mod about;
mod acts;
mod attempts;
mod calls;
mod captures;
mod delivered;
mod destination;
mod excerpt;
mod expected;
mod gaps;
mod intent;
mod journal;
mod lines;
mod names;
mod page;
mod request;
mod states;
mod story;
mod teller;
mod times;
mod tree;
mod write;

use std::path::PathBuf;

use emulator_server::journal::{Entry, HeaderError};
use serde_json::{Number, Value};

use crate::runner::BEGIN_AT;

pub use about::{about_scenario, about_world};
pub use destination::Destination;
pub use excerpt::Excerpt;
pub use journal::{Journal, rules_apart};
use teller::{Subject, Told, tell};
use times::duration;
use tree::Tree;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// What people can see, and what moves control.
    #[default]
    Needed,
    /// Also what bots show and ask beside that: typing, that messages were seen, who is in control.
    Everything,
}

/// How a journal is to be told.
#[derive(Debug, Clone, Default)]
pub struct Telling {
    /// The scenario's name; that of the recorded one unless given.
    pub name: Option<String>,
    /// Which part.
    pub excerpt: Excerpt,
    /// How much.
    pub detail: Detail,
}

/// A scenario.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The file.
    pub text: String,
    /// How many steps it has.
    pub steps: usize,
    /// What whoever uses it must know.
    pub warnings: Vec<String>,
}

/// Why no scenario can be made of a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Its first line is not the header of a journal that can be read.
    #[error("{0}")]
    Header(#[from] HeaderError),
    /// A line is broken.
    #[error("line {number} is broken: {why}")]
    Line {
        /// The line, from 1.
        number: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The part begins behind the last step.
    #[error(
        "there is no step at entry {from} or after it, within what is asked for\nhelp: the numbers of entries are the `seq` in the lines of the journal"
    )]
    NothingThere {
        /// Where it would begin.
        from: u64,
    },
    /// There is no such person.
    #[error("there is no person `{name}` in it; there are {}", .people.join(", "))]
    NoPerson {
        /// Who was asked for.
        name: String,
        /// Who there is.
        people: Vec<String>,
    },
    /// It does not say how a bot is reached.
    #[error(
        "it does not say how the bot `{app}` is started or reached; name the file with its world with --world FILE"
    )]
    NoWorld {
        /// The app.
        app: String,
    },
    /// A bot is started with a path that means something in another folder alone.
    #[error("the bot `{app}` is started with `{word}`, which lies in {}; write the scenario into that folder with -o, or name a file with the world with --world FILE", .folder.display())]
    StartsElsewhere {
        /// The app.
        app: String,
        /// The path.
        word: String,
        /// Where it lies.
        folder: PathBuf,
    },
}

impl Journal {
    /// Makes a scenario of it.
    ///
    /// # Errors
    ///
    /// Why none can be made.
    pub fn told(&self, telling: &Telling, place: &Destination<'_>) -> Result<Recording, RecordError> {
        let people = self.heading.people();
        if let Some(name) = telling.excerpt.person.as_ref().filter(|name| !people.contains(name.as_str())) {
            let people = people.into_iter().map(str::to_owned).collect();
            return Err(RecordError::NoPerson { name: name.clone(), people });
        }
        let excerpt::Chosen { entries, begins, warnings } =
            excerpt::choose(&self.heading, &self.entries, &telling.excerpt)?;
        let person = telling.excerpt.person.as_deref();
        let told = tell(&Subject {
            heading: &self.heading,
            entries: &entries,
            begins,
            person,
            detail: telling.detail,
            secrets: &self.secrets,
        });
        let (world, of_world) = destination::world(self, place)?;
        let mut warnings = [self.oddities.clone(), warnings, of_world, told.warnings.clone()].concat();
        let about = &self.heading.header.about;
        if about["raced"] == true {
            warnings.push(
                "two calls into one conversation were open at once, so their order was chance and may be another next time"
                    .to_owned(),
            );
        }
        let name = telling.name.clone().or_else(|| about["name"].as_str().map(str::to_owned));
        let begin = entries.first().map_or(BEGIN_AT, |entry| entry.at.0);
        let name = name.unwrap_or_else(|| {
            let day = emulator_server::rfc3339(emulator_core::Timestamp(begin));
            format!("Recorded on {}", day.split('T').next().unwrap_or_default())
        });
        // A run keeps its own limits; by hand it is a clock and a bot as they happened to be.
        let by_hand = !about["name"].is_string();
        let begin = if by_hand { begin - begin.rem_euclid(1_000) } else { begin };
        let reply = by_hand.then(|| slowest(&entries)).flatten();
        let head = Head {
            name,
            about,
            world,
            begin,
            reply,
            told: &told,
            protocol: self.heading.header.world.pages.first().map(|page| page.protocol.as_str()),
        };
        Ok(Recording { text: head.written(), steps: told.steps(), warnings })
    }
}

/// How long a reply may take, for a bot that was slow while it was recorded by hand.
fn slowest(entries: &[Entry]) -> Option<i64> {
    const USUAL: i64 = 2_500;
    const STEP: i64 = 5_000;
    let calls = entries.windows(2).filter(|pair| pair[1].call().is_some_and(|call| !call.played));
    let longest = calls.map(|pair| pair[1].wall.0 - pair[0].wall.0).max()?;
    // Twice the time that it took, in whole steps.
    (longest > USUAL).then(|| (2 * longest).div_euclid(STEP) * STEP + STEP)
}

/// Everything in front of the steps.
struct Head<'a> {
    name: String,
    about: &'a Value,
    world: Tree,
    begin: i64,
    reply: Option<i64>,
    told: &'a Told,
    protocol: Option<&'a str>,
}

impl Head<'_> {
    fn written(self) -> String {
        let Self { name, about, world, begin, reply, told, protocol } = self;
        let mut out = "# Recorded with messenger-emulator.\n".to_owned();
        let mut entry = |key: &str, value: &Tree| write::entry(&mut out, 0, key, value);
        entry("scenario", &Tree::Title(name));
        if let Some(description) = about["description"].as_str() {
            entry("description", &Tree::Text(description.trim_end().to_owned()));
        }
        let tags = about["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let tags: Vec<Tree> = tags.map(Tree::name).collect();
        if !tags.is_empty() {
            entry("tags", &Tree::List(tags));
        }
        let own = about["protocol"]
            .as_str()
            .or_else(|| protocol.filter(|it| *it != emulator_core::Protocol::default().name()));
        if let Some(protocol) = own {
            entry("protocol", &Tree::word(protocol));
        }
        entry("world", &world);
        if about["begin_at"] == "now" {
            entry("begin_at", &Tree::word("now"));
        } else if begin != BEGIN_AT {
            entry("begin_at", &Tree::word(emulator_server::rfc3339(emulator_core::Timestamp(begin))));
        }
        if let Some(seed) = about["seed"].as_u64() {
            entry("seed", &Tree::Number(Number::from(seed)));
        }
        if about["alone"] == true {
            entry("alone", &Tree::Bool(true));
        }
        let limits = about["timeouts"].as_object().into_iter().flatten();
        let mut limits: Vec<(String, Tree)> = limits
            .filter_map(|(key, limit)| Some((key.clone(), Tree::word(duration(limit.as_i64()?)))))
            .collect();
        limits.extend(reply.map(|reply| ("reply".to_owned(), Tree::word(duration(reply)))));
        if !limits.is_empty() {
            entry("timeouts", &Tree::Map(limits));
        }
        if told.unread || about["unread"] == "allow" {
            entry("unread", &Tree::word("allow"));
        }
        if about["deliveries"] == "allow" {
            entry("deliveries", &Tree::word("allow"));
        }
        if !told.given.is_empty() {
            out.push_str("given:\n");
            write::steps(&mut out, &told.given);
        }
        out.push_str("steps:\n");
        write::steps(&mut out, &told.lines);
        out
    }
}

#[cfg(test)]
mod tests;
