//! `rules`: the rule catalogue.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use emulator_core::{Protocol, catalogue};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output;

/// Prints the rules that the emulator follows, with their sources
#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// Shows only rules whose id, title or statement holds this text
    filter: Option<String>,
    /// Prints text or JSON
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

pub(crate) fn run(arguments: &RulesArguments) -> ExitCode {
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
    if arguments.format == "json" {
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
        output::data(&format!("{:#}\n", Value::from_iter(list)));
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
        output::data(&out);
    }
    Exit::Passed.into()
}
