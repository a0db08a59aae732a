//! Personas under whose names an app sends.

use emulator_core::RouteId;

use crate::graph::route::NodeKind::{Page, Persona};
use crate::graph::route::ParamType::Text;
use crate::graph::route::RouteMethod::{Delete, Get, Post};
use crate::graph::route::{Param, Route};

const WHY: &str = "personas are not modelled yet";

pub(super) const ROWS: &[Route] = &[
    Route::not_yet(RouteId::ListPersonas, (Get, Page, "personas"), WHY).returns("Persona"),
    Route::not_yet(RouteId::CreatePersona, (Post, Page, "personas"), WHY)
        .params(&[Param::required("name", Text), Param::required("profile_picture_url", Text)])
        .returns("Persona"),
    Route::not_yet(RouteId::ReadPersona, (Get, Persona, ""), WHY).returns("Persona"),
    Route::not_yet(RouteId::DeletePersona, (Delete, Persona, ""), WHY).returns("Object"),
];
