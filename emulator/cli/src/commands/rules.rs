//! `rules`: the rule catalogue, and the switches that bend rules.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use emulator_core::{OptionRule, Options, Protocol, catalogue};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output;

mod diff;
mod table;

/// Prints the rules that the emulator follows, with their sources
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct RulesArguments {
    #[command(subcommand)]
    list: Option<List>,
    /// Shows only rules whose id, title or statement holds this text
    filter: Option<String>,
    /// Prints text or JSON
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

#[derive(Debug, Subcommand)]
enum List {
    /// Prints the switches of a Page, for `page: {options: …}` in a world
    Options {
        /// Prints text or JSON
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
    /// Prints what the rules decide otherwise than in an earlier version, which journals name in their first line
    Diff {
        /// The version to compare with
        #[arg(long, value_name = "VERSION")]
        since: u32,
    },
    /// Prints who may do what in which state, and what comes of it
    Table {
        /// Prints text or JSON
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
}

pub(crate) fn run(arguments: &RulesArguments) -> ExitCode {
    let text = match &arguments.list {
        Some(List::Options { format }) if format == "json" => options_as_json(),
        Some(List::Options { .. }) => options_as_text(),
        Some(List::Table { format }) if format == "json" => format!("{:#}\n", table::json()),
        Some(List::Table { .. }) => table::text(),
        Some(List::Diff { since }) => match diff::since(*since) {
            Ok(text) => text,
            Err(why) => {
                eprintln!("error: {why}");
                return Exit::Usage.into();
            }
        },
        None => return rules(arguments),
    };
    output::result(&text, Exit::Passed).into()
}

/// The words that a switch takes.
fn values(option: &OptionRule) -> String {
    if option.words.is_empty() { "a date".to_owned() } else { option.words.join(" | ") }
}

fn options_as_text() -> String {
    let rows: Vec<[String; 5]> =
        std::iter::once(["OPTION", "VALUES", "DEFAULT", "RULE", "DECIDES"].map(str::to_owned))
            .chain(Options::ALL.iter().map(|option| {
                [
                    option.name,
                    &values(option),
                    option.default(Protocol::Handover),
                    option.rule.rule().code,
                    option.meaning,
                ]
                .map(str::to_owned)
            }))
            .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 4] = std::array::from_fn(width);
    let mut out = String::new();
    for [name, values, default, rule, meaning] in &rows {
        let [a, b, c, d] = widths;
        let _ = writeln!(out, "{name:a$}  {values:b$}  {default:c$}  {rule:d$}  {meaning}");
    }
    out
}

fn options_as_json() -> String {
    let list = Options::ALL.iter().map(|option| {
        json!({
            "name": option.name,
            "values": option.words,
            "default": option.default(Protocol::Handover),
            "rule": option.rule.rule().code,
            "meaning": option.meaning,
        })
    });
    format!("{:#}\n", Value::from_iter(list))
}

fn rules(arguments: &RulesArguments) -> ExitCode {
    let filter = arguments.filter.as_deref().unwrap_or_default().to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&filter);
    let found =
        catalogue().iter().filter(|rule| holds(rule.code) || holds(rule.title) || holds(rule.statement));
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        eprintln!("error: no rule holds `{}`", arguments.filter.as_deref().unwrap_or_default());
        return Exit::Usage.into();
    }
    let protocols = |rule: &emulator_core::Rule| {
        let names: Vec<&str> = rule.protocols.iter().copied().map(Protocol::name).collect();
        if names.is_empty() { "all protocols".to_owned() } else { names.join(", ") }
    };
    let text = if arguments.format == "json" {
        let list = found.iter().map(|rule| {
            json!({
                "id": rule.code,
                "title": rule.title,
                "protocol": protocols(rule),
                "statement": rule.statement,
                "source": rule.source,
                "confidence": rule.confidence.name(),
            })
        });
        format!("{:#}\n", Value::from_iter(list))
    } else {
        let mut out = String::new();
        for rule in found {
            let _ = writeln!(
                out,
                "{}  {}  [{}, {}]",
                rule.code,
                rule.title,
                protocols(rule),
                rule.confidence.name()
            );
            let _ = writeln!(out, "    {}", rule.statement);
            let _ = writeln!(out, "    {}\n", rule.source);
        }
        out
    };
    output::result(&text, Exit::Passed).into()
}
