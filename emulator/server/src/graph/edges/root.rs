//! What stands in the place of a node, and calls that a parameter makes what they are: several calls or nodes at once,
//! tokens, search, stickers.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Root;
use crate::graph::row::ParamType::{Flag, List, Objects, Text};
use crate::graph::row::RouteMethod::{Get, Post};
use crate::graph::row::{Param, Row, TokenKind};

const REFERENCE: &str = "developers.facebook.com/docs/graph-api";
const STICKERS: &str =
    "developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sticker-api";
const UTILITY: &str = "developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::Batch, (Post, Root, ""), "calls are made one by one yet")
        .token(TokenKind::PageOrApp)
        .params(&[Param::required("batch", Objects), Param::optional("include_headers", Flag)])
        .called("a batch of calls")
        .source("developers.facebook.com/docs/graph-api/batch-requests"),
    Row::not_yet(RouteId::ReadNodes, (Get, Root, ""), "nodes are read one by one yet")
        .token(TokenKind::PageOrApp)
        .params(&[Param::required("ids", List), Param::optional("fields", List)])
        .called("ids, which reads several nodes at once,")
        .source("developers.facebook.com/docs/graph-api/overview"),
    Row::not_yet(RouteId::GetToken, (Get, Root, "oauth/access_token"), "tokens are given out by the world")
        .token(TokenKind::None)
        .params(&[
            Param::required("client_id", Text),
            Param::optional("client_secret", Text),
            Param::optional("grant_type", Text),
            Param::optional("fb_exchange_token", Text),
            Param::optional("code", Text),
            Param::optional("redirect_uri", Text),
        ])
        .called("oauth, which gives out tokens,")
        .source("developers.facebook.com/docs/facebook-login/guides/access-tokens"),
    Row::not_yet(RouteId::LogDeviceIn, (Post, Root, "device/login"), "people do not log in here")
        .token(TokenKind::App)
        .called("the login of devices")
        .source(REFERENCE),
    Row::not_yet(RouteId::Search, (Get, Root, "search"), "it is not about messaging")
        .token(TokenKind::PageOrApp)
        .called("search")
        .source(REFERENCE),
    Row::not_yet(RouteId::ListStickerPacks, (Get, Root, "sticker_packs"), "stickers are not modelled yet")
        .source(STICKERS),
    Row::not_yet(RouteId::SearchStickers, (Get, Root, "sticker_search"), "stickers are not modelled yet")
        .source(STICKERS),
    Row::not_yet(
        RouteId::ListTemplateLibrary,
        (Get, Root, "message_template_library"),
        "message templates are not modelled yet",
    )
    .source(UTILITY),
];
