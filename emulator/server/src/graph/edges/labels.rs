//! Labels that a Page puts on people.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::{Label, Page, Person};
use crate::graph::row::ParamType::{Number, Text};
use crate::graph::row::RouteMethod::{Delete, Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "labels are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListLabels, (Get, Page, "custom_labels"), WHY)
        .returns("PageUserMessageThreadLabel"),
    Row::not_yet(RouteId::CreateLabel, (Post, Page, "custom_labels"), WHY)
        .params(&[Param::optional("name", Text), Param::required("page_label_name", Text)])
        .returns("PageUserMessageThreadLabel"),
    Row::not_yet(RouteId::ReadLabel, (Get, Label, ""), WHY).returns("PageUserMessageThreadLabel"),
    Row::not_yet(RouteId::DeleteLabel, (Delete, Label, ""), WHY).returns("Object"),
    Row::not_yet(RouteId::AssignLabel, (Post, Label, "label"), WHY)
        .params(&[Param::required("user", Number)])
        .returns("PageUserMessageThreadLabel"),
    Row::not_yet(RouteId::RemoveLabel, (Delete, Label, "label"), WHY)
        .params(&[Param::required("user", Number)])
        .returns("Object"),
    Row::not_yet(RouteId::ListPersonLabels, (Get, Person, "custom_labels"), WHY)
        .returns("PageUserMessageThreadLabel"),
];
