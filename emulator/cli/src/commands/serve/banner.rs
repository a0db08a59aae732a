//! What `serve` says first: who there is, and what a bot needs to know.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use emulator_core::{AppId, Field, Leader, Party};
use emulator_scenario::cast::{Cast, CastPage, Surroundings, of_others, of_pages};
use emulator_server::SERVED_HOSTS;

/// The text.
pub(crate) fn text(cast: &Cast, surroundings: &Surroundings, has_tls_port: bool) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "messenger-emulator {} at {}", env!("CARGO_PKG_VERSION"), surroundings.url);
    if has_tls_port {
        let _ = writeln!(
            out,
            "TLS at {}; a client comes here by a line of its hosts file:\n    127.0.0.1 {}",
            surroundings.tls,
            SERVED_HOSTS.join(" ")
        );
    }
    for CastPage { id, name } in &cast.pages {
        let seen = cast.settings.pages.get(id).map_or("", |page| &page.name);
        let called = name.as_ref().map_or_else(String::new, |name| format!("{name} "));
        let _ = writeln!(out, "Page {called}{id} “{seen}”");
    }
    let page = cast.settings.pages.get(&cast.page);
    for app in &cast.apps {
        let connection = page.and_then(|page| page.apps.get(&app.id));
        let fields: Vec<&str> =
            connection.into_iter().flat_map(|connection| connection.fields.iter()).map(Field::name).collect();
        let webhook =
            app.webhook.as_ref().map_or_else(|| "none; steps play this app".to_owned(), ToString::to_string);
        let _ = writeln!(out, "\nApp {} ({}){}", app.name, app.id, primary(cast, app.id));
        let _ = writeln!(out, "  webhook           {webhook}");
        let _ = writeln!(out, "  fields            {}", fields.join(","));
        let _ = writeln!(out, "                    (--fields {}=… changes them)", app.name);
        let _ = writeln!(out, "  environment of the bot:");
        let token = app.page_tokens.first().map_or("", |(_, token)| token);
        for (name, value) in [
            ("GRAPH_API_URL", surroundings.url.as_str()),
            ("PAGE_ACCESS_TOKEN", token),
            ("APP_SECRET", &app.secret),
            ("VERIFY_TOKEN", &app.verify_token),
            ("APP_ID", &app.id.to_string()),
            ("PAGE_ID", &cast.page.to_string()),
            ("PAGE_INBOX_APP_ID", &Party::Inbox.number().to_string()),
        ] {
            let _ = writeln!(out, "    {name}={value}");
        }
        let several = cast.apps.len() > 1;
        for (name, value) in of_others(&cast.apps).filter(|_| several).chain(of_pages(app, &cast.pages)) {
            let _ = writeln!(out, "    {name}={value}");
        }
    }
    for remark in same_webhooks(cast).into_iter().chain(no_primary(cast)) {
        let _ = writeln!(out, "\nnote: {remark}");
    }
    let people: Vec<&str> = cast.names_of_people().take(10).collect();
    let more = cast.names_of_people().count().saturating_sub(people.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let _ = writeln!(out, "\nPeople: {}{more}", people.join(", "));
    let _ = writeln!(out, "Another terminal: messenger-emulator say hello --url {}\n", surroundings.url);
    out
}

/// What is likely a mistake: apps whose events nobody could tell apart.
fn same_webhooks(cast: &Cast) -> Vec<String> {
    let mut by_webhook: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for app in &cast.apps {
        if let Some(webhook) = &app.webhook {
            by_webhook.entry(webhook.to_string()).or_default().push(&app.name);
        }
    }
    let shared = by_webhook.into_iter().filter(|(_, names)| names.len() > 1);
    let remark = |(webhook, names): (String, Vec<&str>)| {
        format!(
            "{} have the same webhook, {webhook}: each event arrives there once for each of them, \
             and only its signature tells for which",
            listed(&names)
        )
    };
    shared.map(remark).collect()
}

/// That nobody is given control of conversations, on Pages where several apps could have it.
fn no_primary(cast: &Cast) -> Option<String> {
    let without = |page: &&CastPage| {
        let known = cast.settings.pages.get(&page.id);
        known.is_some_and(|page| {
            let has_role = page.main().fixed().leader == Leader::PrimaryReceiver;
            has_role && page.apps.len() > 1 && page.main().primary_receiver.is_none()
        })
    };
    let pages: Vec<&CastPage> = cast.pages.iter().filter(without).collect();
    let first = pages.first()?;
    let names: Vec<&str> = pages.iter().filter_map(|page| page.name.as_deref()).collect();
    let place = if names.is_empty() { "the Page".to_owned() } else { listed(&names) };
    let have = if names.len() > 1 { "have" } else { "has" };
    let app = cast.apps.first().map_or("APP", |app| &app.name);
    let on_first = first.id == cast.page;
    let how = if on_first {
        format!("--primary-receiver {app} names one")
    } else {
        format!("`primary_receiver: {app}` names one")
    };
    Some(format!(
        "{place} {have} no primary receiver: when somebody writes, no app is given control, all of them hear it on \
         `messaging` and may answer; {how}"
    ))
}

/// Names as they stand in a sentence.
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        Some(_) | None => names.concat(),
    }
}

/// Where the app is primary receiver, as a remark behind its name.
fn primary(cast: &Cast, app: AppId) -> String {
    let is = |page: &&CastPage| cast.settings.primary(cast.settings.main(page.id)) == Some(app);
    let pages: Vec<&CastPage> = cast.pages.iter().filter(is).collect();
    let names: Vec<&str> = pages.iter().filter_map(|page| page.name.as_deref()).collect();
    if pages.is_empty() {
        String::new()
    } else if pages.len() == cast.pages.len() {
        ", primary receiver".to_owned()
    } else {
        format!(", primary receiver on {}", names.join(", "))
    }
}
