//! Welcome message flows of ads that lead into a conversation.

use emulator_core::RouteId;

use crate::graph::route::NodeKind::Page;
use crate::graph::route::ParamType::{Objects, Text, Words};
use crate::graph::route::RouteMethod::{Delete, Get, Post};
use crate::graph::route::{Param, Route};

const WHY: &str = "ads and their welcome messages are not modelled yet";

pub(super) const ROWS: &[Route] = &[
    Route::not_yet(RouteId::ListWelcomeFlows, (Get, Page, "welcome_message_flows"), WHY)
        .params(&[Param::optional("app_id", Text), Param::optional("flow_id", Text)])
        .returns("CTXPartnerAppWelcomeMessageFlow"),
    Route::not_yet(RouteId::SetWelcomeFlow, (Post, Page, "welcome_message_flows"), WHY)
        .params(&[
            Param::optional("eligible_platforms", Words(&["INSTAGRAM", "MESSENGER", "WHATSAPP"])),
            Param::optional("flow_id", Text),
            Param::optional("name", Text),
            Param::optional("welcome_message_flow", Objects),
        ])
        .returns("Object"),
    Route::not_yet(RouteId::DeleteWelcomeFlow, (Delete, Page, "welcome_message_flows"), WHY)
        .params(&[Param::required("flow_id", Text)])
        .returns("Object"),
];
