//! `rules`: the rule catalogue, and the switches that bend rules.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use emulator_core::{OptionRule, Options, Protocol, Unreached, catalogue};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output;

mod compare;
mod diff;
mod journals;
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
    /// Prints what differs between two protocols, or what the rules decide otherwise than in an earlier version
    Diff {
        /// The protocol that a bot knows
        #[arg(value_name = "PROTOCOL", value_parser = PossibleValuesParser::new(Protocol::WORDS), required_unless_present = "since", requires = "to")]
        from: Option<String>,
        /// The protocol that it moves to
        #[arg(value_name = "PROTOCOL", value_parser = PossibleValuesParser::new(Protocol::WORDS))]
        to: Option<String>,
        /// The version of the rules to compare with, which journals name in their first line
        #[arg(long, value_name = "VERSION", conflicts_with_all = ["from", "to"])]
        since: Option<u32>,
    },
    /// Prints who may do what in which state, and what comes of it
    Table {
        /// The protocol whose table it is
        #[arg(long, value_name = "PROTOCOL", default_value = "handover", value_parser = PossibleValuesParser::new(Protocol::WORDS))]
        protocol: String,
        /// Marks the cells that these journals have played: files that `run --journal DIR` or `serve --journal FILE` wrote, or
        /// folders of them
        #[arg(long, value_name = "JOURNALS", num_args = 1..)]
        covered_by: Vec<PathBuf>,
        /// Prints text or JSON
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
}

pub(crate) fn run(arguments: &RulesArguments) -> ExitCode {
    let text = match &arguments.list {
        Some(List::Options { format }) if format == "json" => options_as_json(),
        Some(List::Options { .. }) => options_as_text(),
        Some(List::Table { format, protocol, covered_by }) => {
            let protocol = Protocol::parse(protocol).unwrap_or_default();
            let played = if covered_by.is_empty() { Ok(None) } else { journals::cells(covered_by).map(Some) };
            match played {
                Ok(played) if format == "json" => format!("{:#}\n", table::json(protocol, played.as_ref())),
                Ok(played) => table::text(protocol, played.as_ref()),
                Err(why) => {
                    eprintln!("error: {why}");
                    return Exit::Usage.into();
                }
            }
        }
        Some(List::Diff { from: Some(from), to: Some(to), .. }) => {
            let [from, to] = [from, to].map(|name| Protocol::parse(name).unwrap_or_default());
            compare::text(from, to)
        }
        Some(List::Diff { since, .. }) => match diff::since(since.unwrap_or_default()) {
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
    let usual = |option: &OptionRule| option.default(Protocol::default());
    let rows: Vec<[String; 5]> =
        std::iter::once(["OPTION", "VALUES", "DEFAULT", "RULE", "DECIDES"].map(str::to_owned))
            .chain(Options::ALL.iter().map(|option| {
                let meaning = format!("{}{}", option.meaning, elsewhere(option));
                [option.name, &values(option), usual(option), option.rule.rule().code, &meaning]
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

/// The words of protocols in which it has another default than usual.
fn elsewhere(option: &OptionRule) -> String {
    let usual = option.default(Protocol::default());
    let others = Protocol::ALL.iter().map(|protocol| (protocol.name(), option.default(*protocol)));
    let others: Vec<String> =
        others.filter(|(_, word)| *word != usual).map(|(name, word)| format!("{name}: {word}")).collect();
    if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) }
}

fn options_as_json() -> String {
    let list = Options::ALL.iter().map(|option| {
        json!({
            "name": option.name,
            "values": option.words,
            "default": option.default(Protocol::default()),
            "defaults": Protocol::ALL.iter().map(|protocol| (protocol.name(), option.default(*protocol)))
                .collect::<std::collections::BTreeMap<_, _>>(),
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
                "unreached": rule.id.unreached().map(Unreached::name),
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
            let _ = writeln!(out, "    {}", rule.source);
            if let Some(reason) = rule.id.unreached() {
                let _ = writeln!(out, "    not counted by coverage: {}", reason.name());
            }
            out.push('\n');
        }
        out
    };
    output::result(&text, Exit::Passed).into()
}
