//! The keys of the mappings of a file.

/// The top-level keys of a scenario, and then those this version lacks.
pub const SCENARIO_KEYS: &[&str] = &[
    "scenario",
    "format",
    "description",
    "tags",
    "skip",
    "protocol",
    "world",
    "begin_at",
    "seed",
    "vars",
    "alone",
    "timeouts",
    "unread",
    "steps",
];
/// The top-level keys of a scenario that this version lacks.
pub const SCENARIO_NOT_YET: &[&str] = &["cases", "use", "behaviour", "part"];
/// The keys of a world.
pub const WORLD_KEYS: &[&str] = &["protocol", "page", "apps", "people"];
/// The keys of a world that this version lacks.
pub const WORLD_NOT_YET: &[&str] = &["pages"];
/// The keys of `page:`.
pub const PAGE_KEYS: &[&str] = &["id", "name", "primary_receiver", "options"];
/// The keys of `page:` that this version lacks.
pub const PAGE_NOT_YET: &[&str] = &["platform", "default_app", "inbox", "handover", "routes"];
/// The keys of an app.
pub const APP_KEYS: &[&str] = &[
    "id",
    "secret",
    "verify_token",
    "page_token",
    "webhook",
    "start",
    "env",
    "fields",
    "features",
    "permissions",
    "mode",
    "api_version",
    "require_proof",
];
/// The keys of an app that this version lacks.
pub const APP_NOT_YET: &[&str] = &["role", "take_control", "handshake", "behaviour", "options"];
/// The keys of a person.
pub const PERSON_KEYS: &[&str] =
    &["id", "first_name", "last_name", "locale", "timezone", "gender", "profile_pic", "tester_of"];
/// The keys of `timeouts:`.
pub const TIMEOUT_KEYS: &[&str] = &["reply", "quiet", "boot", "settle"];
