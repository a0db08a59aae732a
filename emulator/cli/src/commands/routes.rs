//! `routes`: the routes of Graph, from the one table that the server answers by.

use std::process::ExitCode;

use clap::Args;

use crate::exit::Exit;
use crate::output;

mod json;
mod markdown;
mod openapi;
mod text;

/// Prints the routes of Graph that the emulator knows, and which of them it models
#[derive(Debug, Args)]
#[command(after_help = "\
Routes that are not modelled yet are refused with code 3. To describe the API to a client generator:
  messenger-emulator routes --format openapi > graph.openapi.json")]
pub(crate) struct RoutesArguments {
    /// Shows only routes whose path, id or kind of node holds this text (text and JSON)
    filter: Option<String>,
    /// Prints text, JSON, Markdown or a description in OpenAPI 3.1
    #[arg(long, default_value = "text", value_parser = ["text", "json", "markdown", "openapi"])]
    format: String,
}

pub(crate) fn run(RoutesArguments { filter, format }: &RoutesArguments) -> ExitCode {
    let filter = filter.as_deref().unwrap_or_default().to_lowercase();
    let text = match format.as_str() {
        "json" => format!("{:#}\n", json::rows(&filter)),
        "markdown" => markdown::document(),
        "openapi" => format!("{:#}\n", openapi::description()),
        _ => text::table(&filter),
    };
    if text.is_empty() {
        eprintln!("error: no route holds `{filter}`\n  help: `messenger-emulator routes` lists all of them");
        return Exit::Usage.into();
    }
    output::result(&text, Exit::Passed).into()
}

/// The path of an edge, without a version.
fn path_of(node: emulator_server::graph::NodeKind, edge: &str) -> String {
    let parts = [node.placeholder(), edge];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}
