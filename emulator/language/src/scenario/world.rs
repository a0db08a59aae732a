//! Reads worlds.

mod check;

pub(super) use check::unfit_protocol;
pub(crate) use check::unknown_page;

use std::sync::Arc;

use emulator_core::{
    DOMAINS, GraphVersion, OptionError, Options, Overrides, Platform, Protocol, Timestamp, whitelisted_host,
};

use super::section::{Section, spanned};
use super::{AccountSpec, AppSpec, PageSpec, PersonSpec, WorldSpec};
use crate::diagnostics::{Diagnostic, SourceText, suggestion};
use crate::node::{Key, Node, NodeKind, Spanned};
use crate::step::RouteNames;
use crate::vocabulary as words;

/// Reads a world from its mapping.
pub(super) fn world(node: &Node, file: &Arc<SourceText>, problems: &mut Vec<Diagnostic>) -> WorldSpec {
    let mut section = Section::open(node, "a world", words::WORLD_KEYS, &[], problems);
    let protocol = protocol(&mut section);
    let apps = section.named("apps", "shopbot: {webhook: \"http://127.0.0.1:3000/webhook\"}");
    let people = section.named("people", "ana: {first_name: Ana}");
    let pages = pages(&mut section);
    let apps: Vec<AppSpec> = apps.iter().map(|entry| app(entry, section.problems)).collect();
    let people: Vec<PersonSpec> = people.iter().map(|entry| person(entry, section.problems)).collect();

    let (file, written, span) = (Arc::clone(file), node.clone(), section.span());
    let world = WorldSpec { protocol, pages, apps, people, file, written, span };
    check::check(&world, section.problems);
    world
}

/// Takes the one protocol that a world has; a scenario may list several, and then it is run for each.
fn protocol(section: &mut Section<'_, '_>) -> Option<Spanned<Protocol>> {
    if let Some(list) = section.get("protocol").filter(|node| node.items().is_some()) {
        section.report(
            Diagnostic::new(list.span, "a world has one protocol")
                .label("this is a list")
                .help("write `protocol: handover` here; a scenario may list several, for a run with each"),
        );
        return None;
    }
    section.protocols().pop()
}

/// Takes the Pages: the only one, or several by their names.
fn pages(section: &mut Section<'_, '_>) -> Vec<PageSpec> {
    let named = section.named("pages", "shop: {name: Orchid Coffee}");
    if let (Some(node), []) = (section.get("pages").filter(|node| node.entries().is_some()), named) {
        let problem = Diagnostic::new(node.span, "`pages` names no Page");
        section.report(problem.help("write for example `pages: {shop: {}, store: {}}`, or leave it out"));
    }
    let only = section.get("page");
    if let (Some(_), Some(pages)) = (only, section.key("pages")) {
        let problem = Diagnostic::new(pages.span, "a world has `page` or `pages`, not both");
        section.report(problem.help("give the Page a name and move it under `pages`"));
    }
    let mut all: Vec<PageSpec> = Vec::new();
    for (key, node) in named {
        let called = section.name("a Page", key);
        all.push(PageSpec { called: Some(called), ..page(node, "a Page", section.problems) });
    }
    if all.is_empty() {
        all.push(only.map(|node| page(node, "`page`", section.problems)).unwrap_or_default());
    }
    all
}

fn page(node: &Node, place: &str, problems: &mut Vec<Diagnostic>) -> PageSpec {
    let mut section = Section::open(node, place, words::PAGE_KEYS, words::PAGE_NOT_YET, problems);
    let overrides = overrides(&mut section);
    let whitelisted_domains = domains(&mut section);
    let platform = section.word("platform").and_then(Platform::parse).unwrap_or_default();
    let instagram = section.get("instagram").map(|node| account(node, platform, section.problems));
    PageSpec {
        span: section.span(),
        called: None,
        id: section.text("id"),
        name: section.text("name"),
        platform,
        instagram,
        primary_receiver: section.text("primary_receiver").filter(|name| name.value != "none"),
        default_app: section.text("default_app").filter(|name| name.value != "none"),
        inbox_without_role: section.word("inbox") == Some("none"),
        handover_off: section.boolean("handover") == Some(false),
        routes: section.get("routes").map(RouteNames::of).unwrap_or_default(),
        news: section.boolean("news").unwrap_or_default(),
        whitelisted_domains,
        overrides,
    }
}

/// Reads a linked account. Where the Page is used for it alone, its settings are those of the Page.
fn account(node: &Node, platform: Platform, problems: &mut Vec<Diagnostic>) -> AccountSpec {
    let mut section = Section::open(node, "`instagram`", words::ACCOUNT_KEYS, &[], problems);
    let others = node.entries().unwrap_or_default().iter().map(|(key, _)| key);
    let mut others = others.filter(|key| platform == Platform::Instagram && key.name != "id");
    if let Some(key) = others.next() {
        let problem = Diagnostic::new(key.span, format!("`{}` stands on the Page itself", key.name));
        section.report(problem.label("the Page is used for Instagram alone").help(format!(
            "write `page: {{platform: instagram, {}: …}}`; only `id` is that of the account",
            key.name
        )));
    }
    let protocol = section
        .get("protocol")
        .and_then(|node| Protocol::parse(&node.source).map(|protocol| Spanned::new(protocol, node.span)));
    AccountSpec {
        span: section.span(),
        id: section.text("id"),
        protocol,
        primary_receiver: section.text("primary_receiver").filter(|name| name.value != "none"),
        default_app: section.text("default_app").filter(|name| name.value != "none"),
        handover_off: section.boolean("handover") == Some(false),
        routes: section.get("routes").map(RouteNames::of).unwrap_or_default(),
        overrides: overrides(&mut section),
    }
}

/// Takes the domains that a Page whitelists; the table has checked each.
fn domains(section: &mut Section<'_, '_>) -> Vec<String> {
    const KEY: &str = "whitelisted_domains";
    let domains = section.texts(KEY).unwrap_or_default();
    if let Some(many) = domains.get(DOMAINS) {
        let problem = Diagnostic::new(many.span, format!("a Page whitelists {DOMAINS} domains at most"));
        section.report(problem.label(format!("this is the {}st", DOMAINS + 1)).help("leave some out"));
    }
    domains.iter().filter_map(|domain| whitelisted_host(&domain.value).ok()).collect()
}

fn app((key, node): &(Key, Node), problems: &mut Vec<Diagnostic>) -> AppSpec {
    let mut section = Section::open(node, "an app", words::APP_KEYS, words::APP_NOT_YET, problems);
    let name = section.name("an app", key);
    AppSpec {
        name,
        id: section.text("id"),
        secret: section.later("secret"),
        verify_token: section.later("verify_token"),
        page_token: section.only("page_token").cloned(),
        page_tokens: by_page(&section, "page_token", Node::clone),
        webhook: section.later("webhook"),
        start: section.later("start"),
        watch: section.texts("watch").filter(|_| section.mapping("watch").is_empty()),
        env: section.mapping("env").to_vec(),
        fields: section.texts("fields").map(values),
        features: section.texts("features").map(values).unwrap_or_default(),
        permissions: section.texts("permissions").map(values),
        mode: section.word("mode"),
        api_version: section.text("api_version").and_then(|version| GraphVersion::parse(&version.value)),
        without_role: section.word("role") == Some("none"),
        may_not_take: section.boolean("take_control") == Some(false),
        require_proof: section.boolean("require_proof").unwrap_or_default(),
        given: None,
        span: key.span.to(node.span),
    }
}

/// Takes what is given for each Page by its name.
fn by_page<T>(section: &Section<'_, '_>, key: &str, take: impl Fn(&Node) -> T) -> Vec<(Spanned<String>, T)> {
    let entries = section.mapping(key).iter();
    entries.map(|(page, node)| (Spanned::new(page.name.clone(), page.span), take(node))).collect()
}

fn person((key, node): &(Key, Node), problems: &mut Vec<Diagnostic>) -> PersonSpec {
    let mut section = Section::open(node, "a person", words::PERSON_KEYS, &[], problems);
    PersonSpec {
        name: section.name("a person", key),
        id: section.only("id").map(spanned),
        platform: section
            .get("platform")
            .and_then(|node| Platform::parse(&node.source).map(|platform| Spanned::new(platform, node.span))),
        ids: by_page(&section, "id", spanned),
        first_name: section.text("first_name").map(|text| text.value),
        last_name: section.text("last_name").map(|text| text.value),
        locale: section.text("locale").map(|text| text.value),
        timezone: section.whole("timezone"),
        gender: section.text("gender").map(|text| text.value),
        profile_pic: section.text("profile_pic").map(|text| text.value),
        tester_of: section.texts("tester_of").unwrap_or_default(),
        span: key.span.to(node.span),
    }
}

/// Takes the words that a Page sets, which core knows.
fn overrides(section: &mut Section<'_, '_>) -> Overrides {
    let mut overrides = Overrides::default();
    let names: Vec<&str> = Options::ALL.iter().map(|option| option.name).collect();
    for (key, node) in section.named("options", "exclusive: off") {
        if key.name == RULES_AS_OF {
            match day(node) {
                Ok(day) => overrides.rules_as_of = Some(day),
                Err(problem) => section.report(problem),
            }
            continue;
        }
        let known = Options::ALL.iter().find(|option| option.name == key.name);
        let word = word(node, known.map(|option| option.words).unwrap_or_default());
        match overrides.set(&key.name, word) {
            Ok(()) => {}
            Err(OptionError::Unknown(name)) => section.report(
                Diagnostic::new(key.span, format!("there is no option `{name}`"))
                    .label("unknown option")
                    .help(suggestion(&name, &names, ""))
                    .note("`messenger-emulator rules options` lists them"),
            ),
            Err(OptionError::Word { name, words }) if !node.is_scalar() || node.is_null() => section.report(
                Diagnostic::new(node.span, format!("`{name}` takes one word"))
                    .label(format!("this is {}", node.kind_name()))
                    .help(suggestion(word, words, "")),
            ),
            Err(OptionError::Word { name, words }) => section.report(
                Diagnostic::new(node.span, format!("`{name}` cannot be `{}`", node.source))
                    .help(suggestion(word, words, "")),
            ),
        }
    }
    overrides
}

const RULES_AS_OF: &str = "rules_as_of";

/// The word that stands there: YAML has words of its own for three of ours.
fn word<'n>(node: &'n Node, words: &[&str]) -> &'n str {
    let meant = match node.kind {
        NodeKind::Bool(true) => "on",
        NodeKind::Bool(false) => "off",
        NodeKind::Null => "none",
        NodeKind::Number(_) | NodeKind::Text | NodeKind::List(_) | NodeKind::Map(_) => &node.source,
    };
    if words.contains(&meant) { meant } else { &node.source }
}

/// Reads a day, which begins at midnight UTC.
fn day(node: &Node) -> Result<Timestamp, Diagnostic> {
    let day = node.source.parse::<jiff::civil::Date>().ok().filter(|_| node.is_scalar());
    let midnight = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let wrong = || {
        Diagnostic::new(node.span, format!("`{}` is not a day", node.source))
            .help(format!("write it as in `{RULES_AS_OF}: 2026-07-01`"))
    };
    midnight.map(|midnight| Timestamp(midnight.timestamp().as_millisecond())).ok_or_else(wrong)
}

fn values(texts: Vec<Spanned<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
