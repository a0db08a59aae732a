//! Calls that this version of the emulator does not support: who made which, and how often.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use emulator_core::{PageId, Psid};
use emulator_server::Lane;
use emulator_server::journal::{Call, CallContent, Entry, Names};
use serde_json::{Value, json};

use crate::transcript::printable;

/// One kind of call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct UnsupportedCall {
    /// Without version and query, with ids replaced by what they are of.
    path: String,
    method: String,
    /// What of it is not supported, where the path does not say so.
    what: String,
    /// Why it is not, as the table of routes says; empty where it does not.
    why: String,
    /// Who called.
    app: String,
}

/// How often each kind of call was made that is not supported. It is refused, and scenarios may well expect that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unsupported {
    counts: BTreeMap<UnsupportedCall, u64>,
}

impl Unsupported {
    /// Those that a lane has written down.
    pub fn of(lane: &Lane) -> Self {
        Self::among(lane, |_| true)
    }

    /// Those of real apps: what a step asks for itself, its scenario says.
    pub(crate) fn of_bots(lane: &Lane) -> Self {
        Self::among(lane, |call| !call.played)
    }

    fn among(lane: &Lane, counts: impl Fn(&Call) -> bool) -> Self {
        let (mut all, names) = (Self::default(), lane.names());
        for (call, error) in lane.refused_calls() {
            if !call.call().is_some_and(&counts) {
                continue;
            }
            if let Some((what, why)) = error.unsupported() {
                all.add(&call, (what, why.unwrap_or_default()), &names, lane);
            }
        }
        all
    }

    fn add(&mut self, entry: &Entry, (what, why): (&str, &str), names: &Names, lane: &Lane) {
        let Some(call) = entry.call() else { return };
        let CallContent::Request { method, path, .. } = &call.content else { return };
        let app = call.app.map_or_else(|| "nobody known".to_owned(), |app| names.app(app));
        let path = without_ids(path, lane);
        // In the sentence of the refusal it may end a clause.
        let what = what.trim_end_matches(',');
        let is_told = path.rsplit('/').next() == Some(what);
        let what = if is_told { String::new() } else { what.to_owned() };
        let kind = UnsupportedCall { path, method: method.to_string(), what, why: why.to_owned(), app };
        *self.counts.entry(kind).or_default() += 1;
    }

    /// Takes in those of another lane.
    pub fn extend(&mut self, other: Self) {
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
    }

    /// True when there were none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// A line for each kind, by path, below a line that says what they are. Empty when there were none.
    pub fn text(&self) -> String {
        let mut out = String::new();
        if self.is_empty() {
            return out;
        }
        out += "calls that this version of the emulator does not support:\n";
        let longest = |of: fn(&UnsupportedCall) -> &str| {
            self.counts.keys().map(|kind| of(kind).len()).max().unwrap_or(0)
        };
        let (methods, paths) = (longest(|kind| &kind.method), longest(|kind| &kind.path));
        for (UnsupportedCall { path, method, what, why, app }, count) in &self.counts {
            let what = match (what.as_str(), why.as_str()) {
                ("", "") => String::new(),
                ("", why) => format!(": {why}"),
                (what, "") => format!(": {}", printable(what)),
                (what, why) => format!(": {} ({why})", printable(what)),
            };
            let path = printable(path);
            let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
            let _ = writeln!(out, "  {method:<methods$} {path:<paths$}  by {app}, {times}{what}");
        }
        out
    }

    /// The same for programs.
    pub fn json(&self) -> Vec<Value> {
        let call = |(kind, count): (&UnsupportedCall, &u64)| {
            let UnsupportedCall { path, method, what, why, app } = kind;
            let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let (what, why) = (given(what), given(why));
            json!({"method": method, "path": path, "what": what, "why": why, "app": app, "count": count})
        };
        self.counts.iter().map(call).collect()
    }
}

/// The path with `{page}`, `{app}`, `{person}`, `{message}` and `{id}` in place of ids.
fn without_ids(path: &str, lane: &Lane) -> String {
    let names = lane.names();
    let settings = lane.settings();
    let parts = path.trim_matches('/').split('/').map(|part| {
        let number = part.parse::<u64>().ok().filter(|_| part.len() > 4);
        match number {
            Some(id) if settings.pages.contains_key(&PageId(id)) => "{page}",
            Some(id) if settings.apps.keys().any(|app| app.0 == id) => "{app}",
            Some(id) if names.people.contains_key(&Psid(id)) => "{person}",
            Some(_) => "{id}",
            None if part.starts_with("m_") => "{message}",
            None => part,
        }
    });
    let path = parts.collect::<Vec<_>>().join("/");
    if path.is_empty() { "/".to_owned() } else { path }
}
