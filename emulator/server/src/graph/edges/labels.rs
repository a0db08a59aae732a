//! Labels that a Page puts on people.

use emulator_core::RouteId;

use crate::graph::route::NodeKind::{Label, Page, Person};
use crate::graph::route::ParamType::{Number, Text};
use crate::graph::route::RouteMethod::{Delete, Get, Post};
use crate::graph::route::{Param, Route};

const WHY: &str = "labels are not modelled yet";

pub(super) const ROWS: &[Route] = &[
    Route::not_yet(RouteId::ListLabels, (Get, Page, "custom_labels"), WHY)
        .returns("PageUserMessageThreadLabel"),
    Route::not_yet(RouteId::CreateLabel, (Post, Page, "custom_labels"), WHY)
        .params(&[Param::optional("name", Text), Param::required("page_label_name", Text)])
        .returns("PageUserMessageThreadLabel"),
    Route::not_yet(RouteId::ReadLabel, (Get, Label, ""), WHY).returns("PageUserMessageThreadLabel"),
    Route::not_yet(RouteId::DeleteLabel, (Delete, Label, ""), WHY).returns("Object"),
    Route::not_yet(RouteId::AssignLabel, (Post, Label, "label"), WHY)
        .params(&[Param::required("user", Number)])
        .returns("PageUserMessageThreadLabel"),
    Route::not_yet(RouteId::RemoveLabel, (Delete, Label, "label"), WHY)
        .params(&[Param::required("user", Number)])
        .returns("Object"),
    Route::not_yet(RouteId::ListPersonLabels, (Get, Person, "custom_labels"), WHY)
        .returns("PageUserMessageThreadLabel"),
];
