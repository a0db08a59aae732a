//! The form of a table of requests: what a file in `fixtures/rules/requests` may say, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use emulator_core::catalogue;
use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/rules/requests");

/// A file of rows.
pub(crate) struct File {
    /// Its name without the ending.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Every file, by name.
pub(crate) fn files() -> Vec<File> {
    let mut files: Vec<File> = fs::read_dir(Path::new(FOLDER))
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| File {
            name: path.file_stem().expect("a file has a name").to_string_lossy().into_owned(),
            text: fs::read_to_string(&path).expect("the file is text"),
        })
        .collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}

/// One file: a family of rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// What the family is about, for readers.
    pub(crate) about: String,
    /// Short names of the sources that rows cite.
    pub(crate) sources: BTreeMap<String, String>,
    /// The world of every row, as in a scenario file.
    #[serde(default)]
    pub(crate) world: Map<String, Value>,
    pub(crate) rows: Vec<Row>,
}

/// One call and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: Spanned<String>,
    /// The rule that the row shows, an id of the catalogue.
    pub(crate) rule: String,
    /// A key of the table's `sources`.
    pub(crate) source: String,
    /// What is different in the world of this row.
    pub(crate) world: Option<Map<String, Value>>,
    /// Steps before the call, as in a scenario file.
    pub(crate) given: Option<Value>,
    /// A call before the call, whose answer `${first.HEADER}` reads.
    pub(crate) first: Option<Call>,
    pub(crate) call: Call,
    pub(crate) refused: Option<Refused>,
    pub(crate) answers: Option<Answers>,
    /// Headers of the answer; `null` for one that must not be there.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Option<String>>,
}

impl Row {
    /// The rule that the journal names for the refusal; none where the call is not refused, or is refused before any lane
    /// hears of it.
    pub(crate) fn refusal_rule(&self) -> Option<&str> {
        let refused = self.refused.as_ref()?;
        (!refused.outside_the_journal).then(|| refused.rule.as_deref().unwrap_or(&self.rule))
    }
}

/// A request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    /// GET unless the call carries something, else POST.
    pub(crate) method: Option<String>,
    /// The path without the slash before it, with or without a version.
    pub(crate) path: String,
    /// Parameters in the query. A text goes out as it is, anything else as JSON.
    pub(crate) query: Option<Map<String, Value>>,
    /// A body of JSON.
    pub(crate) json: Option<Value>,
    /// A body that is a form, with values like those of `query`.
    pub(crate) form: Option<Map<String, Value>>,
    /// A body of parts, with values like those of `query`.
    pub(crate) parts: Option<Map<String, Value>>,
    /// A body as it is, without a content type of its own.
    pub(crate) body: Option<String>,
    /// Headers, in place of those that the call would have.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// `page`, `app`, `none`, or a text in place of a token; it stands in the query.
    #[serde(default = "page")]
    pub(crate) token: String,
    /// The app that calls; the first one of the world unless given.
    #[serde(rename = "as")]
    pub(crate) app: Option<String>,
}

fn page() -> String {
    "page".to_owned()
}

/// A refusal as the platform words it. What is left out is not in the body, apart from the status and the type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refused {
    #[serde(default = "bad_request")]
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) subcode: Option<i64>,
    #[serde(default = "o_auth", rename = "type")]
    pub(crate) kind: String,
    pub(crate) message: Text,
    pub(crate) transient: Option<bool>,
    pub(crate) user_title: Option<String>,
    pub(crate) user_msg: Option<String>,
    /// The rule that the journal names, where it is not the row's own.
    pub(crate) rule: Option<String>,
    /// True where the call is refused before any lane hears of it.
    #[serde(default)]
    pub(crate) outside_the_journal: bool,
}

const fn bad_request() -> u16 {
    400
}

fn o_auth() -> String {
    "OAuthException".to_owned()
}

/// A text, or how it begins and ends where it is long.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    Whole(String),
    Ends {
        #[serde(default)]
        starts_with: String,
        #[serde(default)]
        ends_with: String,
    },
}

/// An answer that is not a refusal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    #[serde(default = "success")]
    pub(crate) status: u16,
    /// The whole body as JSON, in which the text `${any}` stands for any text that is not empty.
    pub(crate) json: Option<Value>,
    /// The whole body as text.
    pub(crate) text: Option<String>,
}

const fn success() -> u16 {
    200
}

/// What is wrong with the rows themselves: names that stand twice, rules and sources that do not exist.
pub(crate) fn badly_kept(table: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    let mut sources: BTreeSet<&str> = table.sources.keys().map(String::as_str).collect();
    if table.about.is_empty() {
        wrong.push("`about` is empty".to_owned());
    }
    for row in &table.rows {
        let name = &row.name.value;
        if !names.insert(name) {
            wrong.push(format!("{name} stands twice"));
        }
        if !is_rule(&row.rule) {
            wrong.push(format!("{name}: {} is not in the catalogue", row.rule));
        }
        if !table.sources.contains_key(&row.source) {
            wrong.push(format!("{name}: there is no source {}", row.source));
        }
        if row.refused.is_some() == row.answers.is_some() {
            wrong.push(format!("{name}: a row has `refused` or `answers`"));
        }
        sources.remove(row.source.as_str());
    }
    wrong.extend(sources.into_iter().map(|source| format!("no row has the source {source}")));
    wrong
}

/// True when the catalogue has the rule.
pub(crate) fn is_rule(code: &str) -> bool {
    catalogue().iter().any(|rule| rule.code == code)
}
