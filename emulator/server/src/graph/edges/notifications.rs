//! Notification messages that people opt in to.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Page;
use crate::graph::row::ParamType::{Flag, List, Object, Word};
use crate::graph::row::RouteMethod::{Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "notification messages are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ListNotificationTokens, (Get, Page, "notification_message_tokens"), WHY)
        .params(&[
            Param::optional("custom_audience_ids", List),
            Param::optional("do_not_return_duplicates", Flag),
        ])
        .returns("UserPageOneTimeOptInTokenSettings"),
    Row::not_yet(RouteId::SupportNotificationTests, (Post, Page, "notification_messages_dev_support"), WHY)
        .params(&[
            Param::required("developer_action", Word(&["ENABLE_FOLLOWUP_MESSAGE"])),
            Param::required("recipient", Object),
        ])
        .returns("Page"),
];
