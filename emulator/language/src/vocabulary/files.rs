//! The keys of the mappings of a file.

use emulator_core::{AppMode, Feature, Field as WebhookField, Permission, Platform};

use super::{Field, ValueKind, field};
use crate::scenario::{Deliveries, Unread};

/// The top-level keys of a scenario.
pub const SCENARIO_KEYS: &[Field] = &[
    field("scenario", ValueKind::Literal, "the name: a sentence that says what it shows, unique in its file"),
    field("format", ValueKind::Word(&["1"]), "the version of the file format; there is only `1`"),
    field("description", ValueKind::Literal, "more about it, for people"),
    field("tags", ValueKind::OneOrMore(&ValueKind::Literal), "words to choose scenarios by"),
    field("skip", ValueKind::Reason, "leaves it out of every run; the value says why"),
    field(
        "protocol",
        ValueKind::Protocols,
        "the protocol that the Page follows, instead of that of the world; a list for a run with each",
    ),
    field(
        "world",
        ValueKind::World,
        "the Page, the apps and the people, or the path of a file that holds them; without it the nearest `emulator.yaml` above counts",
    ),
    field("begin_at", ValueKind::Beginning, "when its clock starts"),
    field("seed", ValueKind::Whole(0, u64::MAX), "the seed of ids and of all that is random"),
    field("vars", ValueKind::Free(&ValueKind::Any), "values for `${vars.NAME}`"),
    field("cases", ValueKind::Cases, "sets of variables; it is run once with each of them"),
    field("alone", ValueKind::Bool, "whether no other scenario may run beside it"),
    field("timeouts", ValueKind::Section(TIMEOUT_KEYS), "its limits of real time"),
    field(
        "unread",
        ValueKind::Word(Unread::WORDS),
        "what unread messages and unexpected refusals mean at the end: `fail`, or `allow` to let them be",
    ),
    field(
        "deliveries",
        ValueKind::Word(Deliveries::WORDS),
        "what a failed delivery means at the end that no expectation spoke of: `fail`, or `allow` to let it be",
    ),
    field(
        "given",
        ValueKind::Steps,
        "steps that lead to the beginning: they are played first, and what they lead to is not judged but for the states at their end",
    ),
    field("steps", ValueKind::Steps, "what happens, one step after the other"),
];
/// The top-level keys of a scenario that this version lacks.
pub const SCENARIO_NOT_YET: &[&str] = &["behaviour"];
/// The keys of a part.
pub const PART_KEYS: &[Field] = &[
    field("part", ValueKind::Literal, "the name: what its steps do"),
    field("description", ValueKind::Literal, "more about it, for people"),
    field("steps", ValueKind::Steps, "the steps that stand in the place of each `use` of it"),
];
/// The keys of a world.
pub const WORLD_KEYS: &[Field] = &[
    field("protocol", ValueKind::Protocol, "the protocol that the Page follows"),
    field("page", ValueKind::Section(PAGE_KEYS), "the Page"),
    field(
        "pages",
        ValueKind::Named(PAGE_KEYS),
        "several Pages in place of `page`, by the names that steps call them; the first is meant where none is named",
    ),
    field("apps", ValueKind::Named(APP_KEYS), "the apps on each Page, by the names that steps call them"),
    field("people", ValueKind::Named(PERSON_KEYS), "the people, by the names that steps call them"),
];
/// The keys of `page:` and of each of `pages:`.
pub const PAGE_KEYS: &[Field] = &[
    field("id", ValueKind::Id(63), "its id: digits, below 2^63"),
    field("name", ValueKind::Literal, "what it is called"),
    field(
        "platform",
        ValueKind::Word(Platform::WORDS),
        "`instagram` for a Page that is used for its Instagram account alone; `messenger` unless given",
    ),
    field(
        "instagram",
        ValueKind::Section(ACCOUNT_KEYS),
        "the Instagram account that is linked to it, whose conversations have a control of their own",
    ),
    field("primary_receiver", ValueKind::Literal, "the app that is primary receiver, or `none`"),
    field("default_app", ValueKind::Literal, "the default app under routing: an app, `inbox` or `none`"),
    field(
        "inbox",
        ValueKind::Word(&["secondary_receiver", "none"]),
        "the role of the Page Inbox under the first handover protocol; `secondary_receiver` unless given",
    ),
    field("handover", ValueKind::Bool, "whether handover is switched on; it is unless given"),
    field(
        "routes",
        ValueKind::Mapping(ROUTE_KEYS),
        "where conversations go that begin with a link, with an ad or otherwise, under routing",
    ),
    field(
        "news",
        ValueKind::Bool,
        "whether it is registered as a news Page, which may send news at any time",
    ),
    field(
        "whitelisted_domains",
        ValueKind::OneOrMore(&ValueKind::Domain),
        "the domains whose pages buttons may open with `messenger_extensions`",
    ),
    field("options", ValueKind::Switches, "the switches where sources disagree about the platform"),
];
/// The keys of `page:` that this version lacks.
pub const PAGE_NOT_YET: &[&str] = &["meta_ai", "lead_forms"];
/// The keys of `instagram:` of a Page.
pub const ACCOUNT_KEYS: &[Field] = &[
    field("id", ValueKind::Id(63), "its id: digits, below 2^63"),
    field(
        "protocol",
        ValueKind::Word(super::words::PROTOCOLS),
        "the protocol that it follows, whatever the scenario lists; that of the world unless given",
    ),
    field("primary_receiver", ValueKind::Literal, "the app that is primary receiver there, or `none`"),
    field(
        "default_app",
        ValueKind::Literal,
        "the default app there under routing: an app, `inbox` or `none`",
    ),
    field("handover", ValueKind::Bool, "whether handover is switched on there; it is unless given"),
    field(
        "routes",
        ValueKind::Mapping(ROUTE_KEYS),
        "where conversations go that begin there with a link, with an ad or otherwise, under routing",
    ),
    field("options", ValueKind::Switches, "the switches for conversations there"),
];
/// The keys of `routes:` of a Page.
const ROUTE_KEYS: &[Field] = &[
    field("links", ValueKind::Free(&ValueKind::Literal), "the app of each link, by its `ref`"),
    field("ads", ValueKind::Free(&ValueKind::Mapping(AD_ROUTE_KEYS)), "the app of each ad, by the ad's id"),
    field("organic", ValueKind::Literal, "the app for people who come without a link or an ad"),
];
/// The keys of the route of an ad.
const AD_ROUTE_KEYS: &[Field] = &[
    field("app", ValueKind::Needed(&ValueKind::Literal), "the app"),
    field(
        "control",
        ValueKind::Duration,
        "for how long each message keeps it in control, 1 to 30 days; one day unless given",
    ),
];
/// The keys of an app.
pub const APP_KEYS: &[Field] = &[
    field("id", ValueKind::Id(53), "its id: digits, below 2^53 so that JavaScript reads it without loss"),
    field("secret", ValueKind::Text, "its secret, which signs webhooks"),
    field("verify_token", ValueKind::Text, "the token of the verification handshake"),
    field(
        "page_token",
        ValueKind::OrPerPage(&ValueKind::Text),
        "its Page access token; for several Pages a mapping from their names",
    ),
    field("webhook", ValueKind::Text, "where its bot listens; an app without one is played by the steps"),
    field("start", ValueKind::Command, "the command that starts its bot"),
    field(
        "watch",
        ValueKind::OneOrMore(&ValueKind::Glob),
        "globs of the files that restart its bot with `--watch`, as in `.gitignore`; everything in its folder unless given",
    ),
    field("env", ValueKind::Free(&ValueKind::Text), "variables for the environment of its bot"),
    field(
        "fields",
        ValueKind::OneOrMore(&ValueKind::Word(WebhookField::WORDS)),
        "the subscription fields that the Page installs for it",
    ),
    field(
        "features",
        ValueKind::OneOrMore(&ValueKind::Word(Feature::WORDS)),
        "the features it has been granted",
    ),
    field(
        "permissions",
        ValueKind::OneOrMore(&ValueKind::Word(Permission::WORDS)),
        "what its Page token carries; everything unless given",
    ),
    field(
        "mode",
        ValueKind::Word(AppMode::WORDS),
        "whether it is live, or in development and reaches only people with a role",
    ),
    field(
        "api_version",
        ValueKind::Version,
        "the version of the Graph API for its calls that name none; the newest unless given",
    ),
    field(
        "role",
        ValueKind::Word(&["secondary_receiver", "none"]),
        "its role under the first handover protocol, unless it is primary; `secondary_receiver` unless given",
    ),
    field("take_control", ValueKind::Bool, "whether it may take control under routing; it may unless given"),
    field("require_proof", ValueKind::Bool, "whether each of its calls must carry `appsecret_proof`"),
];
/// The keys of an app that this version lacks.
pub const APP_NOT_YET: &[&str] = &["handshake", "behaviour", "options"];
/// The keys of a person.
pub const PERSON_KEYS: &[Field] = &[
    field(
        "id",
        ValueKind::OrPerPage(&ValueKind::Id(63)),
        "the page-scoped id: digits, below 2^63; for several Pages a mapping from their names; it follows from the seed unless given",
    ),
    field(
        "platform",
        ValueKind::Word(Platform::WORDS),
        "where the person writes; on Instagram if the Page is used for that alone, on Messenger unless given",
    ),
    field("first_name", ValueKind::Literal, "the first name in the profile"),
    field("last_name", ValueKind::Literal, "the last name in the profile"),
    field("locale", ValueKind::Literal, "the locale in the profile, such as `en_US`"),
    field("timezone", ValueKind::Whole(-12, 14), "the time zone in the profile, in hours from UTC"),
    field("gender", ValueKind::Literal, "the gender in the profile"),
    field("profile_pic", ValueKind::Literal, "the URL of the picture in the profile"),
    field("tester_of", ValueKind::OneOrMore(&ValueKind::Literal), "the apps on which the person has a role"),
];
/// The keys of `timeouts:`.
pub const TIMEOUT_KEYS: &[Field] = &[
    field("reply", ValueKind::RealTime, "how long an expectation waits; 5s unless given"),
    field(
        "quiet",
        ValueKind::RealTimeOrAuto,
        "how long a bot must be silent to count as quiet; `auto` measures it",
    ),
    field("boot", ValueKind::RealTime, "how long a bot may take to start; 10s unless given"),
    field("settle", ValueKind::RealTime, "how long deliveries and calls may take; 30s unless given"),
];

/// The names of keys.
#[must_use]
pub fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}
