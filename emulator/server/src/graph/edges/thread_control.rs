//! Thread control: the edges that move it, and those that say who has it (C-34 to C-65).

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{Answer, AppAct, AppId, ControlAct, Party, Permission, Platform, RouteId, RuleId, Span};
use serde_json::Value;

use crate::escape::Dialect;
use crate::graph::act::{Answered, CallAct, ReadParameters, RoutedCall, success};
use crate::graph::act_form::{ActForm, act_form};
use crate::graph::error::GraphError;
use crate::graph::params::Params;
use crate::graph::recipient;
use crate::graph::route::NodeKind::Page;
use crate::graph::route::ParamType::{Number, Object, Text, Word};
use crate::graph::route::RouteMethod::{Get, Post};
use crate::graph::route::{LaneOf, Param, Route};
use crate::journal::Seconds;
use crate::object::Object as JsonObject;

const SOURCE: &str = "developers.facebook.com/docs/messenger-platform/reference/handover-protocol";
const CONTROL: &str =
    "developers.facebook.com/docs/messenger-platform/handover-protocol/conversation-control";

const RECIPIENT: Param =
    Param::required("recipient", Object).follows(&[RuleId::RecipientForms, RuleId::RecipientId]);
const METADATA: Param = Param::optional("metadata", Text).follows(&[RuleId::TextShape]);
const TARGET: Param = Param::optional("target_app_id", Text);

/// A POST with which an app moves control.
const fn moves(
    id: RouteId,
    edge: &'static str,
    read: ReadParameters,
    act: &'static [&'static ActForm],
    params: &'static [Param],
) -> Route {
    Route::modelled(id, (Post, Page, edge), read)
        .permissions(&[Permission::PagesMessaging])
        .acts(act)
        .params(params)
        .returns("Page")
        .source(SOURCE)
}

pub(super) const ROWS: &[Route] = &[
    moves(
        RouteId::PassThreadControl,
        "pass_thread_control",
        pass,
        &[PASSES],
        &[RECIPIENT, TARGET.follows(&[RuleId::PassNamesTarget, RuleId::TargetOnPage]), METADATA],
    ),
    moves(
        RouteId::PassThreadMetadata,
        "pass_thread_metadata",
        pass_metadata,
        &[PASSES_METADATA],
        &[
            RECIPIENT,
            Param { required: true, ..TARGET.follows(&[RuleId::TargetOnPage]) },
            Param { required: true, ..METADATA },
        ],
    ),
    moves(RouteId::TakeThreadControl, "take_thread_control", take, &[TAKES], &[RECIPIENT, METADATA]),
    moves(
        RouteId::RequestThreadControl,
        "request_thread_control",
        request,
        &[REQUESTS],
        &[RECIPIENT, METADATA],
    ),
    moves(
        RouteId::ReleaseThreadControl,
        "release_thread_control",
        release,
        &[RELEASES],
        &[RECIPIENT, METADATA.ignored("no app hears of a release")],
    ),
    moves(
        RouteId::ExtendThreadControl,
        "extend_thread_control",
        extend,
        &[EXTENDS],
        &[RECIPIENT, Param::optional("duration", Number).follows(&[RuleId::ExtendControl])],
    )
    .source(CONTROL),
    Route::modelled(RouteId::ReadThreadOwner, (Get, Page, "thread_owner"), owner)
        .acts(&[ASKS_OWNER])
        .permissions(&[Permission::PagesMessaging])
        .params(&[Param::required("recipient", Text).follows(&[RuleId::RecipientId])])
        .returns("PageThreadOwner")
        .source(SOURCE),
    Route::modelled(RouteId::ListSecondaryReceivers, (Get, Page, "secondary_receivers"), receivers)
        .acts(&[ASKS_RECEIVERS])
        .permissions(&[Permission::PagesMessaging])
        .lane(LaneOf::Stage)
        .params(&[Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"]))
            .follows(&[RuleId::ReceiversForPrimary])])
        .returns("Application")
        .source(SOURCE),
];

/// The form of a control act: its verb, the pattern of the act, its members, and their names on the wire.
macro_rules! control {
    (
        $verb:literal, says $says:literal,
        $act:ident $({ $($member:ident: $codec:ty = $name:literal on $wire:literal by $value:expr),+ $(,)? })?
    ) => {
        act_form!(
            $verb about person, says $says,
            [AppAct::Controls { person, act: ControlAct::$act $({ $($member),+ })? }]
            { $($($member: $codec = $name),+)? },
            beside &[],
            wire {
                let given: [Option<(&'static str, Value)>; _] = [$($($value.map(|value| ($wire, value))),+)?];
                given.into_iter().flatten().collect()
            },
        )
    };
}

fn number_of(to: Party) -> Value {
    to.number().to_string().into()
}

const PASSES: &ActForm = &control!(
    "passes_control", says "passes control of {person} to {target_app_id}",
    Pass {
        to: Option<Party> = "to" on "target_app_id" by to.map(number_of),
        metadata: Option<Arc<str>> = "metadata" on "metadata" by metadata.as_deref().map(Value::from),
    }
);
const PASSES_METADATA: &ActForm = &control!(
    "passes_metadata", says "passes metadata about {person} to {target_app_id}",
    PassMetadata {
        to: Party = "to" on "target_app_id" by Some(number_of(*to)),
        metadata: Arc<str> = "metadata" on "metadata" by Some(Value::from(&**metadata)),
    }
);
const TAKES: &ActForm = &control!(
    "takes_control", says "takes control of {person}",
    Take {
        metadata: Option<Arc<str>> = "metadata" on "metadata" by metadata.as_deref().map(Value::from),
    }
);
const REQUESTS: &ActForm = &control!(
    "requests_control", says "requests control of {person}",
    Request {
        metadata: Option<Arc<str>> = "metadata" on "metadata" by metadata.as_deref().map(Value::from),
    }
);
const RELEASES: &ActForm = &control!(
    "releases_control", says "releases control of {person}",
    Release
);
const EXTENDS: &ActForm = &control!(
    "extends_control", says "extends control of {person}",
    Extend {
        by: Option<Seconds> = "seconds" on "duration" by by.map(|by| Value::from(by.0 / Span::SECOND.0)),
    }
);
const ASKS_OWNER: &ActForm = &act_form!(
    "asks_owner" about person, says "asks who owns {person}",
    [AppAct::AsksOwner { person }] {},
    beside &[], wire Vec::new(),
);
const ASKS_RECEIVERS: &ActForm = &act_form!(
    "asks_receivers", says "asks for the secondary receivers{on_page}",
    [AppAct::AsksReceivers { platform }] { platform: Option<Platform> = "platform" },
    beside &[],
    wire platform.iter().map(|platform| ("platform", platform.name().to_ascii_uppercase().into())).collect(),
);

/// An id that is no app id at all names no app of the Page either.
pub(super) fn party(text: &str) -> Party {
    Party::of(text.trim().parse().unwrap_or(AppId(0)))
}

fn metadata(params: &Params<'_>) -> Result<Option<Arc<str>>, GraphError> {
    let text = params.text("metadata").map_err(|_| GraphError::not_a_text("metadata"))?;
    Ok(text.map(Arc::from))
}

fn target(params: &Params<'_>) -> Result<Option<Party>, GraphError> {
    let to = params.text("target_app_id")?.filter(|text| !text.is_empty());
    Ok(to.as_deref().map(party))
}

/// A call that moves control, once its recipient is known to have a shape.
fn controls(
    call: &RoutedCall<'_>,
    act: impl FnOnce(&Params<'_>) -> Result<ControlAct, GraphError>,
) -> Result<CallAct, GraphError> {
    let person = recipient::recipient(call.params)?;
    let act = AppAct::Controls { person, act: act(call.params)? };
    Ok(CallAct::App(call.acts(Some(person), act, success)))
}

fn pass(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    controls(call, |params| Ok(ControlAct::Pass { to: target(params)?, metadata: metadata(params)? }))
}

fn take(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    controls(call, |params| Ok(ControlAct::Take { metadata: metadata(params)? }))
}

fn request(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    controls(call, |params| Ok(ControlAct::Request { metadata: metadata(params)? }))
}

fn pass_metadata(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    controls(call, |params| {
        let to = target(params)?.ok_or_else(|| GraphError::required("target_app_id"))?;
        let metadata = metadata(params)?.ok_or_else(|| GraphError::required("metadata"))?;
        Ok(ControlAct::PassMetadata { to, metadata })
    })
}

fn release(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    controls(call, |_| Ok(ControlAct::Release))
}

fn extend(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    controls(call, |params| {
        let seconds = params.text("duration")?.filter(|text| !text.is_empty());
        let by = seconds.map(|text| text.trim().parse::<u32>().map_err(|_| GraphError::invalid()));
        let by = by.transpose()?.map(|seconds| Span(i64::from(seconds) * Span::SECOND.0));
        Ok(ControlAct::Extend { by })
    })
}

fn owner(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let text = call.params.text("recipient")?.ok_or_else(|| GraphError::required("recipient"))?;
    let person = recipient::psid(&text)?;
    Ok(CallAct::App(call.acts(Some(person), AppAct::AsksOwner { person }, write_owner)))
}

fn receivers(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let platform = call.params.text("platform")?.and_then(|word| Platform::parse(&word.to_ascii_lowercase()));
    Ok(CallAct::App(call.acts(None, AppAct::AsksReceivers { platform }, write_receivers)))
}

fn write_owner(answered: &Answered<'_>) -> Bytes {
    let Answer::Owner(Some((owner, until))) = answered.answer else {
        return Bytes::from_static(br#"{"data":[]}"#);
    };
    let person = answered.person.and_then(|person| answered.world.people.get(&person));
    let platform = person.map(|person| person.platform).unwrap_or_default();
    let mut out = String::with_capacity(96);
    out.push_str(r#"{"data":["#);
    let mut item = JsonObject::open(&mut out, Dialect::Graph);
    item.object("thread_owner", |object| {
        if let Some(owner) = owner {
            object.quoted("app_id", owner.number_on(platform));
        }
        if let Some(until) = until {
            object.bare("expiration", until.seconds());
        }
    });
    item.close();
    out.push_str("]}");
    Bytes::from(out)
}

fn write_receivers(answered: &Answered<'_>) -> Bytes {
    let Answer::Receivers(receivers) = answered.answer else { return Bytes::from_static(br#"{"data":[]}"#) };
    let mut out = String::from(r#"{"data":["#);
    for (index, party) in receivers.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        let app = party.app().and_then(|app| answered.world.settings.apps.get(&app));
        let name = app.map_or("Page Inbox", |app| &app.name);
        let mut object = JsonObject::open(&mut out, Dialect::Graph);
        object.quoted("id", party.number()).text("name", name);
        object.close();
    }
    out.push_str("]}");
    Bytes::from(out)
}
