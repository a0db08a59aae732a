//! Personas under whose names an app sends.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::{Page, Persona};
use crate::graph::row::ParamType::Text;
use crate::graph::row::RouteMethod::{Delete, Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "personas are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListPersonas, (Get, Page, "personas"), WHY).returns("Persona"),
    Row::not_yet(RouteId::CreatePersona, (Post, Page, "personas"), WHY)
        .params(&[Param::required("name", Text), Param::required("profile_picture_url", Text)])
        .returns("Persona"),
    Row::not_yet(RouteId::ReadPersona, (Get, Persona, ""), WHY).returns("Persona"),
    Row::not_yet(RouteId::DeletePersona, (Delete, Persona, ""), WHY).returns("Object"),
];
