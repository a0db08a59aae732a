//! Where an app wants its webhooks, and for which fields (M-63, M-186, M-186a, M-244).

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{AppId, Field, FieldSet, Platform, RouteId, RuleId, World, is_url};
use hyper::StatusCode;

use crate::escape::Dialect;
use crate::graph::act::{CallAct, RoutedCall};
use crate::graph::error::GraphError;
use crate::graph::params::Params;
use crate::graph::route::NodeKind::App;
use crate::graph::route::ParamType::{Flag, Text, Words};
use crate::graph::route::RouteMethod::{Delete, Get, Post};
use crate::graph::route::{LaneOf, Param, Route, TokenKind};
use crate::graph::webhook_fields::{self, Fields};
use crate::journal::Subscribing;
use crate::object::Object;
use crate::shared::{Registration, Shared};
use crate::stage::Stage;
use crate::webhooks::{Endpoint, HandshakeError, ParseWebhookError, WebhookUrl};

const SOURCE: &str = "developers.facebook.com/docs/graph-api/reference/app/subscriptions";

const FIELDS: Param = Param::optional("fields", Words(webhook_fields::NAMES))
    .follows(&[RuleId::WebhookFields, RuleId::EmptyFieldName]);
const WHICH: Param = Param::optional("object", Text).follows(&[RuleId::WebhookObject]);

pub(super) const ROWS: &[Route] = &[
    Route::modelled(RouteId::ListSubscriptions, (Get, App, "subscriptions"), list)
        .token(TokenKind::App)
        .lane(LaneOf::Stage)
        .returns("ApplicationSubscriptions")
        .source(SOURCE),
    Route::modelled(RouteId::Subscribe, (Post, App, "subscriptions"), subscribe)
        .token(TokenKind::App)
        .lane(LaneOf::Stage)
        .params(&[
            Param { required: true, ..WHICH },
            Param::optional("callback_url", Text)
                .follows(&[RuleId::CallbackVerified, RuleId::CallbackElsewhere]),
            Param::optional("verify_token", Text).follows(&[RuleId::CallbackVerified]),
            FIELDS,
            Param::optional("include_values", Flag).ignored("webhooks of Pages always carry their values"),
        ])
        .returns("ApplicationSubscriptions")
        .source(SOURCE),
    Route::modelled(RouteId::Unsubscribe, (Delete, App, "subscriptions"), unsubscribe)
        .token(TokenKind::App)
        .lane(LaneOf::Stage)
        .params(&[WHICH, FIELDS])
        .source(SOURCE),
];

fn list(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let app = call.token.app();
    Ok(CallAct::read(move |view| write_subscriptions(view.world, view.shared, app)))
}

fn subscribe(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let shared = call.stage.shared();
    let registering = Registering::read(call.params, shared, call.token.app(), call.version)?;
    Ok(CallAct::Webhooks(WebhookChange::Registers(registering)))
}

fn unsubscribe(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let ending = Ending::read(call.params, call.token.app())?;
    Ok(CallAct::Webhooks(WebhookChange::Ends(ending)))
}

/// A change of where an app's webhooks go, or of the fields that it hears of.
#[derive(Debug)]
pub(in crate::graph) enum WebhookChange {
    /// The app registers.
    Registers(Registering),
    /// It gives fields up, or all of them.
    Ends(Ending),
}

impl WebhookChange {
    /// Whose webhooks they are.
    pub(in crate::graph) const fn app(&self) -> AppId {
        match self {
            Self::Registers(registering) => registering.app,
            Self::Ends(ending) => ending.app,
        }
    }

    /// The callback that has to be verified first.
    pub(in crate::graph) const fn unverified(&self) -> Option<&Arc<Endpoint>> {
        match self {
            Self::Registers(registering) => registering.endpoint.as_ref(),
            Self::Ends(_) => None,
        }
    }

    /// What the app does, for the journal.
    pub(in crate::graph) const fn how(&self) -> Subscribing {
        match self {
            Self::Registers(_) => Subscribing::Registers,
            Self::Ends(_) => Subscribing::GivesUp,
        }
    }

    /// The fields that the app hears of from now on; none when all its subscriptions end.
    pub(in crate::graph) fn fields(&self, world: &World) -> Option<FieldSet> {
        match self {
            Self::Registers(registering) => Some(registering.fields(world)),
            Self::Ends(ending) => ending.left(world),
        }
    }

    /// Where its webhooks go from now on.
    pub(in crate::graph) fn registration(self, shared: &Shared) -> Option<Registration> {
        match self {
            Self::Registers(registering) => registering.registration(shared),
            Self::Ends(ending) => ending.registration(shared),
        }
    }
}

/// Asks a callback whether it is the app's (M-186). The bot may be what is waiting for the answer to this call, so
/// nothing is held meanwhile.
///
/// # Errors
///
/// What is wrong with its answer, in the words of the platform.
pub(in crate::graph) async fn verify(
    stage: &Stage,
    app: AppId,
    callback: &Endpoint,
) -> Result<(), GraphError> {
    stage.verify(app, callback).await.map_err(|error| not_verified(&error))
}

/// The object whose webhooks there are.
const OBJECT: &str = "page";

/// What a registration asks for.
#[derive(Debug)]
pub(in crate::graph) struct Registering {
    app: AppId,
    /// Where webhooks are to go; to be asked first. None when that stays as it is.
    endpoint: Option<Arc<Endpoint>>,
    /// The address on the internet that the app named, which is not called.
    public: Option<Arc<str>>,
    fields: Option<Fields>,
    version: Arc<str>,
}

impl Registering {
    /// Reads a call.
    fn read(params: &Params<'_>, shared: &Shared, app: AppId, version: &str) -> Result<Self, GraphError> {
        object(params)?.ok_or_else(|| GraphError::required("object"))?;
        let text = |name| params.text(name).map(|text| text.filter(|text| !text.trim().is_empty()));
        let (callback, verify_token) = (text("callback_url")?, text("verify_token")?);
        let known = shared.endpoint(app);
        let fields = Fields::read(params, "fields")?;
        let version = version.into();
        let public = callback.as_deref().map(str::trim).filter(|callback| is_public(callback));
        if let (Some(public), Some(_)) = (public, &known) {
            // Deliveries go on to where the bot is known to listen; nothing on this machine stands for the address.
            return Ok(Self { app, endpoint: None, public: Some(public.into()), fields, version });
        }
        let url = match (&callback, &known) {
            (Some(callback), _) => {
                let name = shared.app_names.get(&app).map(|name| &**name).unwrap_or_default();
                callback.trim().parse::<WebhookUrl>().map_err(|error| callback_refused(&error, name))?
            }
            (None, Some(known)) => known.url.clone(),
            (None, None) => return Err(GraphError::required("callback_url")),
        };
        let changes = callback.is_some() || verify_token.is_some();
        // What is not named stays as the app has it.
        let verify_token =
            verify_token.as_deref().or(known.as_deref().map(|known| known.verify_token.as_str()));
        let endpoint = changes.then(|| shared.endpoint_at(app, url, verify_token));
        Ok(Self { app, endpoint, public: None, fields, version })
    }

    /// The fields that are subscribed from now on; those of before when the call names none.
    fn fields(&self, world: &World) -> FieldSet {
        let before = || match world.settings.apps.get(&self.app).and_then(|app| app.subscription) {
            Some(before) => before,
            // It has never said which, so it loses none.
            None => Field::ALL.iter().copied().collect(),
        };
        self.fields.as_ref().map_or_else(before, |fields| fields.known)
    }

    /// Where the webhooks go from now on.
    fn registration(self, shared: &Shared) -> Option<Registration> {
        let Self { app, endpoint, public, fields, version } = self;
        let before = shared.registration(app);
        let stays = endpoint.is_none().then(|| before.as_ref()?.public.clone()).flatten();
        let public = public.or(stays);
        let endpoint = endpoint.or_else(|| before.as_ref().map(|before| Arc::clone(&before.endpoint)));
        let other = fields.map(|fields| fields.other).or(before.map(|before| before.other_fields));
        let other_fields = other.unwrap_or_default();
        endpoint.map(|endpoint| Registration { endpoint, public, other_fields, version })
    }
}

/// The end of subscriptions: of some fields, or of all.
#[derive(Debug)]
pub(in crate::graph) struct Ending {
    app: AppId,
    fields: Option<Fields>,
}

impl Ending {
    /// Reads a call. Without an object it concerns every object, of which there is one.
    fn read(params: &Params<'_>, app: AppId) -> Result<Self, GraphError> {
        object(params)?;
        Ok(Self { app, fields: Fields::read(params, "fields")? })
    }

    /// The fields that are left; none when everything goes.
    fn left(&self, world: &World) -> Option<FieldSet> {
        let gone = self.fields.as_ref()?.known;
        Some(subscribed(world, self.app).iter().filter(|field| !gone.contains(*field)).collect())
    }

    /// The registration without the fields that no event belongs to.
    fn registration(&self, shared: &Shared) -> Option<Registration> {
        let mut registration = shared.registration(self.app)?;
        match &self.fields {
            None => registration.other_fields.clear(),
            Some(gone) => registration.other_fields.retain(|field| !gone.other.contains(field)),
        }
        Some(registration)
    }
}

fn write_subscriptions(world: &World, shared: &Shared, app: AppId) -> Bytes {
    let Some(Registration { endpoint, public, other_fields, version }) = shared.registration(app) else {
        return Bytes::from_static(br#"{"data":[]}"#);
    };
    let names = webhook_fields::names(subscribed(world, app), other_fields.iter());
    let mut out = String::from(r#"{"data":["#);
    if !names.is_empty() {
        let connections = world.settings.pages.values().filter_map(|page| page.apps.get(&app));
        let active = !connections.into_iter().any(|connection| connection.disabled);
        let mut object = Object::open(&mut out, Dialect::Graph);
        let callback = public.as_deref().map_or_else(|| endpoint.url.to_string(), str::to_owned);
        object.text("object", "page").text("callback_url", &callback).bare("active", active);
        object.json("fields", |out| {
            out.push('[');
            for (index, name) in names.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                let mut field = Object::open(out, Dialect::Graph);
                field.text("name", name).text("version", &version);
                field.close();
            }
            out.push(']');
        });
        object.close();
    }
    out.push_str("]}");
    Bytes::from(out)
}

/// The fields that the app subscribed itself; those of its Pages until it says which.
fn subscribed(world: &World, app: AppId) -> FieldSet {
    let installed = |field: &Field| {
        world
            .settings
            .pages
            .values()
            .filter_map(|page| page.apps.get(&app))
            .any(|it| it.fields.contains(*field))
    };
    let said = world.settings.apps.get(&app).and_then(|app| app.subscription);
    said.unwrap_or_else(|| {
        Field::ALL.iter().copied().filter(installed).collect::<FieldSet>().on(Platform::Messenger)
    })
}

/// True for an address that the platform would call and that is not on this machine: https, of another host.
fn is_public(callback: &str) -> bool {
    let is_https = callback.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    is_https && is_url(callback) && callback.parse::<WebhookUrl>().is_err()
}

/// The parameter `object`, which has to be the Page where it is given.
fn object(params: &Params<'_>) -> Result<Option<()>, GraphError> {
    match params.text("object")?.filter(|object| !object.is_empty()) {
        None => Ok(None),
        Some(object) if object.eq_ignore_ascii_case(OBJECT) => Ok(Some(())),
        Some(object) if is_webhook_object(&object) => {
            Err(GraphError::not_there_yet(format_args!("the object {object} of webhooks")))
        }
        Some(_) => Err(GraphError::no_such_object()),
    }
}

/// Why the callback of the app of that name cannot be taken.
fn callback_refused(error: &ParseWebhookError, app: &str) -> GraphError {
    match error {
        ParseWebhookError::NoUrl(_) => GraphError::callback_unreadable(),
        ParseWebhookError::NotHttp(url) | ParseWebhookError::NotLoopback(url) => {
            GraphError::callback_unreachable(format_args!(
                "the emulator calls only this machine, over http or https, not {url}; say where {app} listens, with `--webhook \
                 {app}=http://127.0.0.1:PORT/PATH` or `webhook:` in the world, and an https callback is accepted"
            ))
        }
    }
}

fn not_verified(error: &HandshakeError) -> GraphError {
    match error {
        HandshakeError::NoAnswer { why, .. } => {
            GraphError::not_verified(format_args!("curl_errno = 7; curl_error = {why}"))
        }
        HandshakeError::WrongStatus { status, .. } => {
            let reason = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
            let reason = reason.unwrap_or("Unknown");
            GraphError::not_verified(format_args!("HTTP Status Code = {status}; HTTP Message = {reason}"))
        }
        HandshakeError::WrongChallenge { expected, received, .. } => {
            GraphError::wrong_challenge(expected, received)
        }
    }
}

/// True for an object of webhooks beside the Page.
fn is_webhook_object(name: &str) -> bool {
    OBJECTS.iter().any(|object| object.eq_ignore_ascii_case(name))
}

/// The other objects whose webhooks an app can subscribe to on the platform.
const OBJECTS: &[&str] = &[
    "user",
    "permissions",
    "application",
    "instagram",
    "whatsapp_business_account",
    "ad_account",
    "certificate_transparency",
    "payments",
    "catalog",
    "workplace_security",
];
