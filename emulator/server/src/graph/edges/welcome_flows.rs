//! Welcome message flows of ads that lead into a conversation.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Page;
use crate::graph::row::ParamType::{Objects, Text, Words};
use crate::graph::row::RouteMethod::{Delete, Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "ads and their welcome messages are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListWelcomeFlows, (Get, Page, "welcome_message_flows"), WHY)
        .params(&[Param::optional("app_id", Text), Param::optional("flow_id", Text)])
        .returns("CTXPartnerAppWelcomeMessageFlow"),
    Row::not_yet(RouteId::SetWelcomeFlow, (Post, Page, "welcome_message_flows"), WHY)
        .params(&[
            Param::optional("eligible_platforms", Words(&["INSTAGRAM", "MESSENGER", "WHATSAPP"])),
            Param::optional("flow_id", Text),
            Param::optional("name", Text),
            Param::optional("welcome_message_flow", Objects),
        ])
        .returns("Object"),
    Row::not_yet(RouteId::DeleteWelcomeFlow, (Delete, Page, "welcome_message_flows"), WHY)
        .params(&[Param::required("flow_id", Text)])
        .returns("Object"),
];
