//! Blocked people and conversations that are moved to spam by calls.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Page;
use crate::graph::row::ParamType::{List, Number, Objects, Text, Words};
use crate::graph::row::RouteMethod::{Delete, Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "moderation by calls is not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListBlockedPeople, (Get, Page, "blocked"), WHY)
        .params(&[Param::optional("uid", Number), Param::optional("user", Number)])
        .returns("Profile"),
    Row::not_yet(RouteId::BlockPeople, (Post, Page, "blocked"), WHY)
        .params(&[
            Param::optional("asid", List),
            Param::optional("psid", List),
            Param::optional("uid", List),
            Param::optional("user", List),
        ])
        .returns("Object"),
    Row::not_yet(RouteId::UnblockPeople, (Delete, Page, "blocked"), WHY)
        .params(&[
            Param::optional("asid", Text),
            Param::optional("psid", Number),
            Param::optional("uid", Number),
            Param::optional("user", Number),
        ])
        .returns("Object"),
    Row::not_yet(RouteId::ModerateConversations, (Post, Page, "moderate_conversations"), WHY)
        .params(&[
            Param::required(
                "actions",
                Words(&["BAN_USER", "BLOCK_USER", "MOVE_TO_SPAM", "UNBAN_USER", "UNBLOCK_USER"]),
            ),
            Param::required("user_ids", Objects),
        ])
        .returns("Page"),
];
