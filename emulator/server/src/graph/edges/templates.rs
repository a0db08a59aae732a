//! Message templates for utility messages.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Page;
use crate::graph::row::ParamType::{List, Objects, Text, Word, Words};
use crate::graph::row::RouteMethod::{Delete, Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "message templates are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListTemplates, (Get, Page, "message_templates"), WHY)
        .params(&[
            Param::optional("category", Words(&["UTILITY"])),
            Param::optional("content", Text),
            Param::optional("language", List),
            Param::optional("name", Text),
            Param::optional("name_or_content", Text),
            Param::optional(
                "status",
                Words(&[
                    "APPROVED",
                    "ARCHIVED",
                    "DELETED",
                    "DISABLED",
                    "IN_APPEAL",
                    "LIMIT_EXCEEDED",
                    "PAUSED",
                    "PENDING",
                    "PENDING_DELETION",
                    "REJECTED",
                ]),
            ),
        ])
        .returns("MessengerBusinessTemplate"),
    Row::not_yet(RouteId::CreateTemplate, (Post, Page, "message_templates"), WHY)
        .params(&[
            Param::required("category", Word(&["UTILITY"])),
            Param::optional("components", Objects),
            Param::required("language", Text),
            Param::optional("library_template_button_inputs", Objects),
            Param::optional("library_template_name", Text),
            Param::required("name", Text),
            Param::optional("parameter_format", Word(&["NAMED", "POSITIONAL"])),
        ])
        .returns("Page"),
    Row::not_yet(RouteId::DeleteTemplate, (Delete, Page, "message_templates"), WHY)
        .params(&[Param::required("name", Text), Param::optional("template_id", Text)])
        .returns("Object"),
];
