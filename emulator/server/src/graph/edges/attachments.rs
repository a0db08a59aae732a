//! Attachments that are uploaded once and sent often, and messages as nodes.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::{Message, Page};
use crate::graph::row::ParamType::{List, Object, Word};
use crate::graph::row::RouteMethod::{Get, Post};
use crate::graph::row::{Param, Row};

const CONVERSATIONS: &str =
    "developers.facebook.com/documentation/business-messaging/messenger-platform/conversations";
const WHY: &str = "uploads and messages by their ids are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::UploadAttachment, (Post, Page, "message_attachments"), WHY)
        .params(&[
            Param::required("message", Object),
            Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"])),
        ])
        .returns("Object"),
    Row::not_yet(RouteId::ReadMessage, (Get, Message, ""), WHY)
        .params(&[Param::optional("fields", List)])
        .returns("Message")
        .source(CONVERSATIONS),
    Row::not_yet(RouteId::ListMessageAttachments, (Get, Message, "attachments"), WHY).source(CONVERSATIONS),
];
