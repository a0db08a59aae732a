//! What `serve` says first: who there is, and what a bot needs to know.

use std::fmt::Write as _;

use emulator_core::{AppId, Field, PAGE_INBOX};
use emulator_scenario::cast::{Cast, CastPage, Surroundings, of_pages};

/// The text.
pub(crate) fn text(cast: &Cast, surroundings: &Surroundings) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "messenger-emulator {} at {}", env!("CARGO_PKG_VERSION"), surroundings.url);
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
            ("PAGE_INBOX_APP_ID", &PAGE_INBOX.to_string()),
        ] {
            let _ = writeln!(out, "    {name}={value}");
        }
        for (name, value) in of_pages(app, &cast.pages) {
            let _ = writeln!(out, "    {name}={value}");
        }
    }
    let people: Vec<&str> = cast.names_of_people().take(10).collect();
    let more = cast.names_of_people().count().saturating_sub(people.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let _ = writeln!(out, "\nPeople: {}{more}", people.join(", "));
    let _ = writeln!(out, "Another terminal: messenger-emulator say hello --url {}\n", surroundings.url);
    out
}

/// Where the app is primary receiver, as a remark behind its name.
fn primary(cast: &Cast, app: AppId) -> String {
    let is = |page: &&CastPage| {
        cast.settings.pages.get(&page.id).is_some_and(|page| page.primary_receiver == Some(app))
    };
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
