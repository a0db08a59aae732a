//! The form of a table of rules: what a file in `fixtures/rules` may say. Steps are those of the language.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::Protocol;
use emulator_language::diagnostics::{Colour, Diagnostic, SourceText, render_all};
use emulator_language::node::{Node, NodeKind};
use emulator_language::step::{Names, Step, steps_of};
use emulator_language::yaml;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[path = "table/given.rs"]
pub(crate) mod given;
#[path = "table/length.rs"]
pub(crate) mod length;
#[path = "table/then.rs"]
pub(crate) mod then;

pub(crate) use given::{App, Given};
use then::Then;

/// An app that exists but is not on the Page.
pub(crate) const STRANGER: &str = "stranger";
/// The person of nearly every row.
pub(crate) const ANA: &str = "ana";
/// A person of another Page, for rows that name her.
pub(crate) const BO: &str = "bo";

/// One file: a family of rules.
pub(crate) struct Table {
    /// What the family is about, for readers.
    pub(crate) about: String,
    /// The protocol that all rows live in.
    pub(crate) protocol: Protocol,
    /// The apps of the Page, unless a row says otherwise.
    pub(crate) apps: BTreeMap<String, App>,
    /// Short names of the sources that rows cite.
    pub(crate) sources: BTreeMap<String, String>,
    pub(crate) rows: Vec<Row>,
}

/// One row: one sentence about the platform.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The line of its name.
    pub(crate) line: usize,
    /// The rule that the row shows.
    pub(crate) rule: String,
    /// A key of the table's `sources`.
    pub(crate) source: String,
    pub(crate) given: Given,
    pub(crate) when: Vec<When>,
    pub(crate) then: Then,
    /// Why the emulator does not do this yet. Such a row must fail, so that the word goes when it passes.
    pub(crate) differs: Option<String>,
}

/// Something that happens in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum When {
    /// A step of the language.
    Step(Box<Step>),
    /// A delivery was tried.
    Tried { app: String, acknowledged: bool },
    /// What apps were to hear of the message of that name leaves only now.
    Leaves(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    about: String,
    protocol: String,
    apps: BTreeMap<String, App>,
    sources: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowHead {
    name: String,
    rule: String,
    source: String,
    given: Given,
    #[serde(default)]
    differs: Option<String>,
}

/// What is tried to happen beside the steps of the language.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Beside {
    Fails { webhook: String, fails: bool },
    Succeeds { webhook: String, succeeds: bool },
    Leaves { leaves: String },
}

impl Table {
    /// Reads a file.
    pub(crate) fn read(path: &str, text: &str) -> Result<Self, String> {
        let file = SourceText::new(path, text);
        let (documents, problems) = yaml::read(&file);
        let [document] = documents.as_slice() else { return Err(shown(&problems)) };
        if !problems.is_empty() {
            return Err(shown(&problems));
        }
        let Header { about, protocol, apps, sources } = plain(document, &["rows"])?;
        let protocol =
            Protocol::parse(&protocol).ok_or_else(|| format!("there is no protocol `{protocol}`"))?;
        let rows = document.get("rows").and_then(Node::items).ok_or("a table has a list of `rows`")?;
        let rows = rows.iter().map(|row| Row::read(row, &file, &apps)).collect::<Result<_, _>>()?;
        Ok(Self { about, protocol, apps, sources, rows })
    }
}

impl Row {
    fn read(node: &Node, file: &Arc<SourceText>, apps: &BTreeMap<String, App>) -> Result<Self, String> {
        let (line, _) = file.position(node.span.start);
        let wrong = |why: String| format!("{}:{line}: {why}", file.name);
        let RowHead { name, rule, source, given, differs } = plain(node, &["when", "then"]).map_err(wrong)?;
        let when = node.get("when").ok_or_else(|| wrong("`when` is missing".to_owned()))?;
        let when = when.items().unwrap_or(std::slice::from_ref(when)).iter();
        let when = when.map(|step| When::read(step, file, apps)).collect::<Result<_, _>>()?;
        let then = node.get("then").ok_or_else(|| wrong("`then` is missing".to_owned()))?;
        let then = Then::read(then).map_err(wrong)?;
        Ok(Self { name, line, rule, source, given, when, then, differs })
    }
}

impl When {
    fn read(node: &Node, file: &Arc<SourceText>, apps: &BTreeMap<String, App>) -> Result<Self, String> {
        if node.get("webhook").is_some() || node.get("leaves").is_some() {
            return Ok(match plain(node, &[])? {
                Beside::Fails { webhook: app, fails } => Self::Tried { app, acknowledged: !fails },
                Beside::Succeeds { webhook: app, succeeds } => Self::Tried { app, acknowledged: succeeds },
                Beside::Leaves { leaves } => Self::Leaves(leaves),
            });
        }
        // Who is meant need not be said where nobody but Ana can be.
        let names_bo = node.entries().unwrap_or_default().iter().any(|(_, value)| value.source == BO);
        let names = Names {
            apps: apps.keys().cloned().chain([STRANGER.to_owned()]).collect(),
            people: [ANA].into_iter().chain(names_bo.then_some(BO)).map(str::to_owned).collect(),
            ..Names::default()
        };
        let mut steps = steps_of(node, file, &names).map_err(|problems| shown(&problems))?;
        let step = steps.pop().ok_or("there is no step")?;
        Ok(Self::Step(Box::new(step)))
    }
}

fn shown(problems: &[Diagnostic]) -> String {
    render_all(problems, Colour::Never)
}

/// The plain values of a mapping, without some of its keys.
pub(crate) fn plain<T: DeserializeOwned>(node: &Node, without: &[&str]) -> Result<T, String> {
    let entries = node.entries().ok_or("a mapping is needed")?.iter();
    let entries = entries.filter(|(key, _)| !without.contains(&key.name.as_str())).cloned();
    let node = Node { kind: NodeKind::Map(entries.collect()), ..node.clone() };
    serde_json::from_value(node.literal()).map_err(|error| error.to_string())
}
