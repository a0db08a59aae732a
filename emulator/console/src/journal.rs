//! `GET /_emulator/journal` and `GET /_emulator/explain/SEQ`.

use emulator_scenario::explain::{Explained, explain};
use emulator_scenario::transcript::Lines;
use emulator_server::journal::{Entry, entry_to_json};
use hyper::StatusCode;

use super::Console;
use super::answer::{Answer, failed};
use super::query::{Query, Wait};

/// How many entries one answer holds at most.
const PAGE: usize = 10_000;

impl Console {
    /// The entries behind `after`, oldest first: one line of JSON each inside an array, or lines for
    /// people. With `wait=5s` an empty answer comes only after that time.
    pub(crate) async fn journal(&self, query: &Query) -> Answer {
        match query.wait {
            None => {}
            Some(Wait::For(patience)) => {
                self.lane().changed_since(query.after, patience).await;
            }
            Some(Wait::Settled | Wait::Quiet | Wait::Reply) => {
                return failed(StatusCode::BAD_REQUEST, "here `wait` takes a time such as 5s");
            }
        }
        let entries = match self.lane().entries_after(query.after) {
            Ok(entries) => entries,
            Err(oldest) => {
                let text =
                    format!("entries before {oldest} are no longer kept; ask for after={}", oldest - 1);
                return failed(StatusCode::GONE, &text);
            }
        };
        let names = self.lane().names();
        let last = entries.iter().take(PAGE).next_back().map_or(query.after, |entry| entry.seq);
        let entries = entries.iter().take(PAGE);
        if query.as_text {
            let mut lines = Lines::of(self.lane(), 4);
            if query.goes_on {
                lines = lines.behind(query.after);
            }
            let text = entries.filter_map(|entry| Some(format!("{}\n", lines.line(entry)?)));
            return Answer::text(text.collect()).up_to(last);
        }
        let lines: Vec<String> = entries.map(|entry| entry_to_json(entry, &names)).collect();
        Answer::written(format!("[{}]\n", lines.join(",\n"))).up_to(last)
    }

    pub(crate) fn explain(&self, seq: &str) -> Answer {
        let Ok(number) = seq.parse::<u64>() else {
            return failed(StatusCode::BAD_REQUEST, &format!("`{seq}` is not the number of an entry"));
        };
        let names = self.lane().names();
        // The entry and everything that led to it.
        let mut chain: Vec<Entry> = Vec::new();
        let mut next = Some(number);
        while let Some(entry) = next.and_then(|seq| self.lane().entry(seq)) {
            next = entry.cause.map(|cause| cause.seq);
            chain.push(entry);
        }
        let Some(entry) = chain.first() else {
            return failed(
                StatusCode::NOT_FOUND,
                &format!("there is no entry {number}, or it is no longer kept"),
            );
        };
        let find = |seq: u64| chain.iter().find(|entry| entry.seq == seq);
        let effects = self.lane().effects_of(number);
        let effects: Vec<&Entry> = effects.iter().collect();
        let explained =
            Explained { entry, foreign_rule: None, names: &names, find: &find, effects: &effects };
        Answer::text(format!("{}\n", explain(&explained)))
    }
}
