//! Conversations and messages that are read.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::{Page, Thread};
use crate::graph::row::ParamType::{List, Text, Word};
use crate::graph::row::RouteMethod::Get;
use crate::graph::row::{Param, Row};

const WHY: &str = "reading conversations is not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListConversations, (Get, Page, "conversations"), WHY)
        .params(&[
            Param::optional("folder", Text),
            Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"])),
            Param::optional("tags", List),
            Param::optional("user_id", Text),
        ])
        .returns("UnifiedThread"),
    Row::not_yet(RouteId::ListThreads, (Get, Page, "threads"), WHY)
        .params(&[
            Param::optional("folder", Text),
            Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"])),
            Param::optional("tags", List),
            Param::optional("user_id", Text),
        ])
        .returns("UnifiedThread"),
    Row::not_yet(RouteId::ReadThread, (Get, Thread, ""), WHY).returns("UnifiedThread"),
    Row::not_yet(RouteId::ListThreadMessages, (Get, Thread, "messages"), WHY)
        .params(&[Param::optional("source", Word(&["ALL", "PARTICIPANTS"]))])
        .returns("UnifiedMessage"),
];
