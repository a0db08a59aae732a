//! The app on the Page: which webhook fields it has installed there (M-68, M-197, M-243).

use std::sync::Arc;

use bytes::Bytes;
use emulator_core::{AppAct, AppId, PageId, Permission, RouteId, RuleId, World};

use super::app;
use crate::escape::Dialect;
use crate::graph::act::{CallAct, RoutedCall, success};
use crate::graph::act_form::{ActForm, act_form};
use crate::graph::error::GraphError;
use crate::graph::route::NodeKind::Page;
use crate::graph::route::ParamType::Words;
use crate::graph::route::RouteMethod::{Delete, Get, Post};
use crate::graph::route::{LaneOf, Param, Route, TokenKind};
use crate::graph::webhook_fields::{self, Fields};
use crate::journal::{FieldsOrNull, Texts};
use crate::object::Object;

const SOURCE: &str = "developers.facebook.com/docs/graph-api/reference/page/subscribed_apps";

pub(super) const ROWS: &[Route] = &[
    Route::modelled(RouteId::ListInstalledApps, (Get, Page, "subscribed_apps"), list)
        .lane(LaneOf::Stage)
        .returns("Application")
        .source(SOURCE),
    Route::modelled(RouteId::InstallApp, (Post, Page, "subscribed_apps"), install)
        .acts(&[INSTALLS])
        .permissions(&[Permission::PagesManageMetadata])
        .lane(LaneOf::Stage)
        .params(&[Param::required("subscribed_fields", Words(webhook_fields::NAMES))
            .follows(&[RuleId::WebhookFields, RuleId::EmptyFieldName, RuleId::FieldPermission])
            .else_refused(GraphError::fields_required)])
        .returns("Page")
        .source(SOURCE),
    Route::modelled(RouteId::UninstallApp, (Delete, Page, "subscribed_apps"), uninstall)
        .acts(&[UNINSTALLS])
        .token(TokenKind::PageOrApp)
        .permissions(&[Permission::PagesManageMetadata])
        .lane(LaneOf::Stage)
        .source(SOURCE),
];

const INSTALLS: &ActForm = &ActForm {
    says: |_| "is installed on {page} with {subscribed_fields}",
    fits: |act| matches!(act, AppAct::Installs { fields: Some(_), .. }),
    ..INSTALLS_OR_NOT
};
const UNINSTALLS: &ActForm =
    &ActForm { fits: |act| matches!(act, AppAct::Installs { fields: None, .. }), ..INSTALLS_OR_NOT };

const INSTALLS_OR_NOT: ActForm = act_form!(
    "installs",
    says "takes itself off {page}",
    [AppAct::Installs { fields, other_fields }] {
        fields: FieldsOrNull = "fields", other_fields: Texts = "other_fields",
    },
    beside &[],
    wire webhook_fields::parameters(fields.as_ref(), other_fields),
);

fn list(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let (page, app) = (call.page(), call.token.app());
    Ok(CallAct::read(move |view| write_installed(view.world, app, page)))
}

fn install(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let fields = Fields::read(call.params, "subscribed_fields")?.ok_or_else(GraphError::fields_required)?;
    let act = AppAct::Installs { fields: Some(fields.known), other_fields: fields.other };
    Ok(CallAct::App(call.acts(None, act, success)))
}

fn uninstall(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let other_fields: Vec<Arc<str>> = Vec::new();
    Ok(CallAct::App(call.acts(None, AppAct::Installs { fields: None, other_fields }, success)))
}

fn write_installed(world: &World, app: AppId, page: PageId) -> Bytes {
    let mut out = String::from(r#"{"data":["#);
    if let Some(connection) = world.settings.connection(page, app).filter(|connection| connection.installed) {
        let names = webhook_fields::names(connection.fields, connection.other_fields.iter());
        let mut object = Object::open(&mut out, Dialect::Graph);
        app::write(&mut object, world, app, app::FIELDS.default);
        if !names.is_empty() {
            object.json("subscribed_fields", |out| out.push_str(&Dialect::Graph.json(&names)));
        }
        object.close();
    }
    out.push_str("]}");
    Bytes::from(out)
}
