//! How bots are started: their commands and environment, and where their webhooks are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use emulator_core::Party;
use emulator_server::{AppSpec as Identity, WebhookUrl};

use super::{CastPage, Launch};
use crate::diagnostics::Diagnostic;
use crate::node::{Node, NodeKind};
use crate::scenario::Given;
use crate::scenario::{AppSpec, WorldSpec};
use crate::value::{self, Scope};

/// The folder in which the command of an app runs: that of the world's file, or that of a run for a bot that is
/// given to it.
pub(crate) fn folder_of(world: &WorldSpec, app: &AppSpec) -> PathBuf {
    if let Some(Given::Command { folder, .. }) = &app.given {
        return folder.clone();
    }
    let folder = Path::new(&world.file.name).parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

/// Tells whether an app needs a free port.
pub(super) fn needs_port(app: &AppSpec) -> bool {
    let mentions =
        |node: &Option<Node>| node.as_ref().is_some_and(|node| node.literal().to_string().contains("${port"));
    app.start.is_some() || mentions(&app.webhook)
}

/// Where an app's webhooks go, if it is real.
pub(super) fn webhook(
    app: &AppSpec,
    port: Option<u16>,
    scope: &dyn Scope,
) -> Result<Option<WebhookUrl>, Diagnostic> {
    let parse = |text: &str, node: Option<&Node>| {
        text.parse::<WebhookUrl>().map(Some).map_err(|error| {
            let span = node.map_or(app.span, |node| node.span);
            Diagnostic::new(span, format!("the webhook of `{}` cannot be used", app.name.value))
                .label(error.to_string())
        })
    };
    match (&app.webhook, port) {
        (Some(node), _) => parse(&value::text(node, scope)?, Some(node)),
        (None, Some(port)) => parse(&format!("http://127.0.0.1:{port}/webhook"), None),
        (None, None) => Ok(None),
    }
}

/// How the bot of an app comes to be, if it is started.
pub(super) fn launch(
    world: &WorldSpec,
    app: &AppSpec,
    scope: &dyn Scope,
) -> Result<Option<Launch>, Diagnostic> {
    Ok(match (&app.start, &app.given) {
        (Some(node), Some(Given::Command { text, .. })) => {
            let command = command(node, scope).map_err(|problem| problem.in_file(text))?;
            Some(Launch::Command { command, folder: folder_of(world, app) })
        }
        (Some(node), Some(Given::ByHand) | None) => {
            Some(Launch::Command { command: command(node, scope)?, folder: folder_of(world, app) })
        }
        (None, Some(Given::ByHand)) => Some(Launch::ByHand),
        (None, Some(Given::Command { .. }) | None) => None,
    })
}

/// What the world says of the environment of an app's bot.
pub(super) fn own_environment(app: &AppSpec, scope: &dyn Scope) -> Result<Vec<(String, String)>, Diagnostic> {
    app.env.iter().map(|(key, node)| Ok((key.name.clone(), value::text(node, scope)?))).collect()
}

/// The program and its arguments.
fn command(node: &Node, scope: &dyn Scope) -> Result<Vec<String>, Diagnostic> {
    let command = match &node.kind {
        NodeKind::List(items) => {
            items.iter().map(|item| value::text(item, scope)).collect::<Result<Vec<_>, _>>()?
        }
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Text | NodeKind::Map(_) => {
            // Split before expressions are put in, so that a path with blanks stays one argument.
            let words = split(&node.source).map_err(|why| {
                Diagnostic::new(node.span, why)
                    .help("close it, or write the command as a list: `start: [node, bot.js]`")
            })?;
            let words = words.into_iter().map(|source| Node { source, kind: NodeKind::Text, ..node.clone() });
            words.map(|word| value::text(&word, scope)).collect::<Result<Vec<_>, _>>()?
        }
    };
    if command.is_empty() {
        return Err(Diagnostic::new(node.span, "`start` names no program")
            .help("write for example `start: node bot.js`"));
    }
    Ok(command)
}

/// The environment that every bot gets (its own additions come on top).
pub(super) fn environment_of(
    identity: &Identity,
    pages: &[CastPage],
    apps: &[Identity],
    url: &str,
) -> BTreeMap<String, String> {
    let first = pages.first().map(|page| page.id.to_string()).unwrap_or_default();
    let token = identity.page_tokens.first().map(|(_, token)| token.clone()).unwrap_or_default();
    let mut env = BTreeMap::from([
        ("GRAPH_API_URL".to_owned(), url.to_owned()),
        ("MESSENGER_EMULATOR_URL".to_owned(), url.to_owned()),
        ("PAGE_ID".to_owned(), first),
        ("PAGE_ACCESS_TOKEN".to_owned(), token),
        ("APP_ID".to_owned(), identity.id.to_string()),
        ("APP_SECRET".to_owned(), identity.secret.clone()),
        ("VERIFY_TOKEN".to_owned(), identity.verify_token.clone()),
        ("PAGE_INBOX_APP_ID".to_owned(), Party::Inbox.number().to_string()),
    ]);
    env.extend(of_others(apps));
    env.extend(of_pages(identity, pages));
    env
}

/// The ids of all apps, as variables that end in the name of the app.
pub fn of_others(apps: &[Identity]) -> impl Iterator<Item = (String, String)> {
    apps.iter().map(|app| (variable("APP_ID", &app.name), app.id.to_string()))
}

/// The ids and tokens of the Pages where there are several, as variables that end in the name of the Page.
pub fn of_pages(identity: &Identity, pages: &[CastPage]) -> Vec<(String, String)> {
    if pages.len() < 2 {
        return Vec::new();
    }
    let variables = pages.iter().filter_map(|page| {
        let (name, token) =
            (page.name.as_ref()?, identity.page_tokens.iter().find(|(id, _)| *id == page.id)?);
        let id = (variable("PAGE_ID", name), page.id.to_string());
        Some([id, (variable("PAGE_ACCESS_TOKEN", name), token.1.clone())])
    });
    variables.flatten().collect()
}

/// The name of a variable for one of several things.
fn variable(what: &str, name: &str) -> String {
    let upper = name.chars().map(|character| {
        if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' }
    });
    format!("{what}_{}", upper.collect::<String>())
}

/// Splits a command as a shell would: quotes, no expansion. `${…}` stays together.
pub(crate) fn split(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut depth = 0_u32;
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        let started = word.is_some();
        let current = word.get_or_insert_with(String::new);
        match (character, quote) {
            (_, Some(open)) if character == open => quote = None,
            ('\'' | '"', None) if depth == 0 => quote = Some(character),
            ('$', _) if characters.peek() == Some(&'{') => {
                depth += 1;
                current.push('$');
            }
            ('}', _) if depth > 0 => {
                depth -= 1;
                current.push('}');
            }
            (blank, None) if blank.is_whitespace() && depth == 0 => {
                if started {
                    words.extend(word.take());
                } else {
                    word = None;
                }
            }
            (other, _) => current.push(other),
        }
    }
    if let Some(open) = quote {
        return Err(format!("the quote {open} in this command is never closed"));
    }
    words.extend(word);
    Ok(words)
}
