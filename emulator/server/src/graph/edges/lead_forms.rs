//! Lead forms inside of conversations.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Page;
use crate::graph::row::ParamType::{Flag, Number, Object, Objects, Text};
use crate::graph::row::RouteMethod::{Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "lead forms are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListLeadForms, (Get, Page, "messenger_lead_forms"), WHY)
        .returns("MessengerAdsPartialAutomatedStepList"),
    Row::not_yet(RouteId::CreateLeadForm, (Post, Page, "messenger_lead_forms"), WHY)
        .params(&[
            Param::optional("account_id", Number),
            Param::optional("block_send_api", Flag),
            Param::optional("exit_keyphrases", Text),
            Param::optional("handover_app_id", Number),
            Param::optional("handover_summary", Flag),
            Param::optional("privacy_url", Text),
            Param::optional("reminder_text", Text),
            Param::required("step_list", Objects),
            Param::optional("stop_question_message", Text),
            Param::optional("template_name", Text),
            Param::optional("tracking_parameters", Object),
        ])
        .returns("Page"),
];
