//! `/{app}/subscriptions`: where an app wants its webhooks, and for which fields (M-63, M-133, M-134,
//! M-186, M-186a, M-244).

use std::sync::Arc;

use emulator_core::{AppId, FieldSet, World, is_url};
use hyper::StatusCode;

use super::beyond;
use super::error::GraphError;
use super::node_fields::subscribed;
use super::params::Params;
use super::webhook_fields::Fields;
use crate::shared::{Registration, Shared};
use crate::stage::Stage;
use crate::webhooks::{Endpoint, HandshakeError, ParseWebhookError, WebhookUrl};

/// The object whose webhooks there are.
const OBJECT: &str = "page";

/// What a registration asks for.
#[derive(Debug)]
pub(super) struct Registering {
    app: AppId,
    /// Where webhooks are to go; to be asked first. None when that stays as it is.
    endpoint: Option<Arc<Endpoint>>,
    /// The address on the internet that the app named, which is not called.
    public: Option<Arc<str>>,
    fields: Option<Fields>,
    version: Arc<str>,
}

/// A registration that has been verified.
#[derive(Debug)]
pub(super) struct Registered(Registering);

impl Registering {
    /// Reads a call.
    pub(super) fn read(
        params: &Params<'_>,
        shared: &Shared,
        app: AppId,
        version: &str,
    ) -> Result<Self, GraphError> {
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

    /// The registration if there is no callback to ask; else itself.
    pub(super) fn without_verification(self) -> Result<Registered, Self> {
        if self.endpoint.is_none() { Ok(Registered(self)) } else { Err(self) }
    }

    /// Asks the callback whether it is the app's. The bot may be what is waiting for the answer to this
    /// call, so nothing is held meanwhile.
    pub(super) async fn verify(self, stage: &Stage) -> Result<Registered, GraphError> {
        if let Some(endpoint) = &self.endpoint {
            stage.verify(self.app, endpoint).await.map_err(|error| not_verified(&error))?;
        }
        Ok(Registered(self))
    }
}

impl Registered {
    /// Whose it is.
    pub(super) const fn app(&self) -> AppId {
        self.0.app
    }

    /// The fields that are subscribed from now on; those of before when the call names none.
    pub(super) fn fields(&self, world: &World) -> FieldSet {
        let before = || match world.settings.apps.get(&self.0.app).and_then(|app| app.subscription) {
            Some(before) => before,
            // It has never said which, so it loses none.
            None => emulator_core::Field::ALL.iter().copied().collect(),
        };
        self.0.fields.as_ref().map_or_else(before, |fields| fields.known)
    }

    /// Where the webhooks go from now on.
    pub(super) fn registration(self, shared: &Shared) -> Option<Registration> {
        let Registering { app, endpoint, public, fields, version } = self.0;
        let before = shared.registration(app);
        let stays = endpoint.is_none().then(|| before.as_ref()?.public.clone()).flatten();
        let public = public.or(stays);
        let endpoint = endpoint.or_else(|| before.as_ref().map(|before| Arc::clone(&before.endpoint)));
        let other = fields.map(|fields| fields.other).or(before.map(|before| before.other_fields));
        let other_fields = other.unwrap_or_default();
        endpoint.map(|endpoint| Registration { endpoint, public, other_fields, version })
    }
}

/// What is left when an app gives subscriptions up: of some fields, or of all.
#[derive(Debug)]
pub(super) struct GivingUp {
    app: AppId,
    fields: Option<Fields>,
}

impl GivingUp {
    /// Reads a call. Without an object it concerns every object, of which there is one.
    pub(super) fn read(params: &Params<'_>, app: AppId) -> Result<Self, GraphError> {
        object(params)?;
        Ok(Self { app, fields: Fields::read(params, "fields")? })
    }

    /// Whose they are.
    pub(super) const fn app(&self) -> AppId {
        self.app
    }

    /// The fields that are left; none when everything goes.
    pub(super) fn left(&self, world: &World) -> Option<FieldSet> {
        let gone = self.fields.as_ref()?.known;
        Some(subscribed(world, self.app).iter().filter(|field| !gone.contains(*field)).collect())
    }

    /// The registration without the fields that no event belongs to.
    pub(super) fn registration(&self, shared: &Shared) -> Option<Registration> {
        let mut registration = shared.registration(self.app)?;
        match &self.fields {
            None => registration.other_fields.clear(),
            Some(gone) => registration.other_fields.retain(|field| !gone.other.contains(field)),
        }
        Some(registration)
    }
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
        Some(object) if beyond::is_webhook_object(&object) => {
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
            GraphError::not_verified(&format!("curl_errno = 7; curl_error = {why}"))
        }
        HandshakeError::WrongStatus { status, .. } => {
            let reason = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
            let reason = reason.unwrap_or("Unknown");
            GraphError::not_verified(&format!("HTTP Status Code = {status}; HTTP Message = {reason}"))
        }
        HandshakeError::WrongChallenge { expected, received, .. } => {
            GraphError::wrong_challenge(expected, received)
        }
    }
}
