//! The world as a header has it: the settings with which a lane began. What is as usual is left out, where there is much
//! of it.

use std::collections::BTreeMap;

use emulator_core::{
    App, AppId, AppMode, Connection, FieldSet, InstagramAccount, Line, Page, PageId, Party, Permission,
    Person, Platform, Profile, Settings, TokenState,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::routes::{self, DeclaredRoutes};
use crate::clock::rfc3339;
use crate::lane::Lane;

/// The world as it was declared.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredWorld {
    /// The Pages; the first is the one that is meant where none is named.
    pub pages: Vec<DeclaredPage>,
    /// The apps, by name.
    pub apps: BTreeMap<String, DeclaredApp>,
    /// What people show of themselves, by name, for each of their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<String, Vec<DeclaredPerson>>,
}

/// A Page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredPage {
    /// Its id.
    pub id: String,
    /// Its name on the platform.
    pub name: String,
    /// What it is called in the world, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// The platform that is meant where none is named, unless it is Messenger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The Instagram account that is linked to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instagram: Option<DeclaredAccount>,
    /// The protocol that it follows.
    pub protocol: String,
    /// The app that gets idle conversations, by name.
    pub primary_receiver: Option<String>,
    /// Who gets idle conversations under routing: an app, by name, or the inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_app: Option<String>,
    /// Whether handover is switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub handover_off: bool,
    /// Whether the inbox has no role.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inbox_without_role: bool,
    /// Where conversations go that begin in a certain way.
    #[serde(default, skip_serializing_if = "DeclaredRoutes::is_empty")]
    pub routes: DeclaredRoutes,
    /// The apps that are connected to it, by name.
    pub apps: BTreeMap<String, DeclaredConnection>,
    /// Whether it is registered as a news Page.
    #[serde(default, skip_serializing_if = "is_false")]
    pub news: bool,
    /// Its domains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whitelisted_domains: Vec<String>,
    /// The options that it sets, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// An account on Instagram.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredAccount {
    /// Its id.
    pub id: String,
    /// The protocol that it follows.
    pub protocol: String,
    /// The app that gets idle conversations, by name.
    pub primary_receiver: Option<String>,
    /// The default app, by name, or `inbox`.
    pub default_app: Option<String>,
    /// Whether handover is switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub handover_off: bool,
    /// Where conversations go that begin in a certain way.
    #[serde(default, skip_serializing_if = "DeclaredRoutes::is_empty")]
    pub routes: DeclaredRoutes,
    /// The options that it sets, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// An app.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredApp {
    /// Its id.
    pub id: String,
    /// Its mode, unless it is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Whether its calls need a proof.
    #[serde(default, skip_serializing_if = "is_false")]
    pub requires_proof: bool,
    /// The fields to which it subscribed for Pages as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Vec<String>>,
}

/// What an app may do on a Page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredConnection {
    /// The fields that it has subscribed.
    pub fields: Vec<String>,
    /// The features that it was granted.
    pub features: Vec<String>,
    /// Whether steps play it.
    pub played: bool,
    /// Fields that no event here belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_fields: Vec<String>,
    /// False when it is not installed.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub installed: bool,
    /// Whether its webhooks are switched off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disabled: bool,
    /// Whether it has no role.
    #[serde(default, skip_serializing_if = "is_false")]
    pub without_role: bool,
    /// Whether it may not take control.
    #[serde(default, skip_serializing_if = "is_false")]
    pub may_not_take: bool,
    /// The permissions of its token, unless it has all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// How its token stands, unless it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// What a person shows on a Page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredPerson {
    /// The id of the Page.
    pub page: String,
    /// The platform, unless it is Messenger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// What her profile says.
    #[serde(flatten)]
    pub profile: DeclaredProfile,
    /// The apps on which she has a role, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<String>,
}

/// A profile; what is unknown is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredProfile {
    /// `first_name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// `last_name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// `profile_pic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_pic: Option<String>,
    /// `locale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// `timezone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<serde_json::Number>,
    /// `gender`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
}

fn yes() -> bool {
    true
}

fn is_true(flag: &bool) -> bool {
    *flag
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

impl DeclaredWorld {
    /// The settings with which a lane begins.
    pub(super) fn of(lane: &Lane, settings: &Settings) -> Self {
        let Settings { pages, apps } = settings;
        let name = |app: &AppId| apps.get(app).map_or_else(|| app.to_string(), |app| app.name.to_string());
        let names = lane.names();
        let mut declared: BTreeMap<String, Vec<DeclaredPerson>> = BTreeMap::new();
        for (id, person) in &lane.world().people {
            if let Some(person) = DeclaredPerson::of(person) {
                declared.entry(names.person_name(*id).into_owned()).or_default().push(person);
            }
        }
        Self {
            pages: pages.iter().map(|(id, page)| DeclaredPage::of(lane, *id, page, &name)).collect(),
            apps: apps.iter().map(|(id, app)| (name(id), DeclaredApp::of(*id, app))).collect(),
            people: declared,
        }
    }
}

impl DeclaredApp {
    fn of(id: AppId, app: &App) -> Self {
        let App { name: _, mode, subscription, requires_proof } = app;
        Self {
            id: id.to_string(),
            mode: (*mode != AppMode::Live).then(|| mode.name().to_owned()),
            requires_proof: *requires_proof,
            subscription: subscription.map(words),
        }
    }
}

impl DeclaredPage {
    fn of(lane: &Lane, id: PageId, page: &Page, named: &dyn Fn(&AppId) -> String) -> Self {
        let Page { name, platform, messenger: _, instagram, news, whitelisted_domains, apps } = page;
        let line = page.main();
        let linked = instagram.as_ref();
        let account = |account: &InstagramAccount| DeclaredAccount {
            id: account.id.to_string(),
            protocol: account.line.protocol().name().to_owned(),
            primary_receiver: account.line.primary_receiver.as_ref().map(named),
            default_app: account.line.default_app.map(|party| lane.names().party(party)),
            handover_off: account.line.handover_off,
            routes: DeclaredRoutes::of(&account.line.routes, named),
            options: options(&account.line),
        };
        Self {
            id: id.to_string(),
            name: name.to_string(),
            called: lane.names().page(id).map(str::to_owned),
            platform: other_than_messenger(*platform),
            instagram: linked.map(account),
            protocol: line.protocol().name().to_owned(),
            primary_receiver: line.primary_receiver.as_ref().map(named),
            default_app: line.default_app.map(|party| match party {
                Party::App(app) => named(&app),
                Party::Inbox | Party::LeadFlow | Party::MetaAi => lane.names().party(party),
            }),
            handover_off: line.handover_off,
            inbox_without_role: line.inbox_without_role,
            routes: DeclaredRoutes::of(&line.routes, named),
            apps: apps
                .iter()
                .map(|(app, it)| {
                    let connection = DeclaredConnection {
                        without_role: line.without_role.contains(app),
                        may_not_take: line.may_not_take.contains(app),
                        ..DeclaredConnection::of(lane, *app, it)
                    };
                    (named(app), connection)
                })
                .collect(),
            news: *news,
            whitelisted_domains: whitelisted_domains.iter().map(ToString::to_string).collect(),
            options: options(line),
        }
    }
}

impl DeclaredConnection {
    fn of(lane: &Lane, app: AppId, connection: &Connection) -> Self {
        let Connection { fields, other_fields, installed, disabled, features, permissions, token } =
            connection;
        Self {
            fields: words(*fields),
            features: features.iter().map(|feature| feature.name().to_owned()).collect(),
            played: !lane.is_real(app),
            other_fields: other_fields.iter().map(ToString::to_string).collect(),
            installed: *installed,
            disabled: *disabled,
            permissions: (permissions.len() < Permission::ALL.len())
                .then(|| permissions.iter().map(|permission| permission.name().to_owned()).collect()),
            token: match token {
                TokenState::Valid => None,
                TokenState::Expires(at) => Some(rfc3339(*at)),
                TokenState::SessionEnded => Some("session_ended".to_owned()),
                TokenState::Deauthorized => Some("deauthorized".to_owned()),
            },
            ..Self::default()
        }
    }
}

impl DeclaredPerson {
    /// What is known of a person beside the name, if anything is.
    fn of(person: &Person) -> Option<Self> {
        let Person { name: _, page, platform, profile, blocked: _, tests } = person;
        let Profile { first_name, last_name, profile_pic, locale, timezone, gender } = &**profile;
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        let profile = DeclaredProfile {
            first_name: text(first_name),
            last_name: text(last_name),
            profile_pic: text(profile_pic),
            locale: text(locale),
            timezone: timezone.map(Into::into),
            gender: text(gender),
        };
        let tests: Vec<String> = tests.iter().map(ToString::to_string).collect();
        let platform = other_than_messenger(*platform);
        let is_known = profile != DeclaredProfile::default() || !tests.is_empty() || platform.is_some();
        is_known.then(|| Self { page: page.to_string(), platform, profile, tests })
    }
}

fn other_than_messenger(platform: Platform) -> Option<String> {
    (platform != Platform::Messenger).then(|| platform.name().to_owned())
}

/// The options that a line sets.
fn options(line: &Line) -> BTreeMap<String, String> {
    let words = line.overrides().words().map(|(name, word)| (name.to_owned(), word.to_owned()));
    let day = line.overrides().rules_as_of.map(|day| ("rules_as_of".to_owned(), rfc3339(day)));
    words.chain(day).collect()
}

fn words(fields: FieldSet) -> Vec<String> {
    fields.iter().map(|field| field.name().to_owned()).collect()
}

/// The JSON Schema of it.
pub(super) fn schema() -> Value {
    let text = json!({"type": "string"});
    let texts = json!({"type": "array", "items": text});
    let flag = json!({"type": "boolean"});
    let id = json!({"type": "string", "pattern": "^[0-9]+$"});
    let object = |required: &[&str], properties: Value| {
        json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        })
    };
    let connection = object(
        &["fields", "features", "played"],
        json!({
            "fields": texts, "features": texts, "played": flag, "other_fields": texts, "installed": flag,
            "disabled": flag, "without_role": flag, "may_not_take": flag, "permissions": texts, "token": text,
        }),
    );
    let account = object(
        &["id", "protocol", "primary_receiver", "default_app"],
        json!({
            "id": id, "protocol": text, "primary_receiver": {"type": ["string", "null"]},
            "default_app": {"type": ["string", "null"]}, "handover_off": flag, "routes": routes::schema(),
            "options": {"type": "object", "additionalProperties": text},
        }),
    );
    let page = object(
        &["id", "name", "protocol", "primary_receiver", "apps"],
        json!({
            "id": id, "name": text, "called": text, "protocol": text, "primary_receiver": {"type": ["string", "null"]},
            "apps": {"type": "object", "additionalProperties": connection}, "news": flag,
            "default_app": text, "handover_off": flag, "inbox_without_role": flag, "routes": routes::schema(),
            "whitelisted_domains": texts, "options": {"type": "object", "additionalProperties": text},
            "platform": {"enum": Platform::WORDS}, "instagram": account,
        }),
    );
    let app = object(&["id"], json!({"id": id, "mode": text, "requires_proof": flag, "subscription": texts}));
    let person = object(
        &["page"],
        json!({
            "page": id, "platform": {"enum": Platform::WORDS}, "first_name": text, "last_name": text, "profile_pic": text, "locale": text,
            "timezone": {"type": "number"}, "gender": text, "tests": {"type": "array", "items": id},
        }),
    );
    object(
        &["pages", "apps"],
        json!({
            "pages": {"type": "array", "items": page, "minItems": 1},
            "apps": {"type": "object", "additionalProperties": app}, "people": {"type": "object", "additionalProperties": {"type": "array", "items": person}},
        }),
    )
}
