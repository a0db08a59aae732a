//! Comments and posts, which a Page may answer in private.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Comment;
use crate::graph::row::ParamType::Text;
use crate::graph::row::RouteMethod::Post;
use crate::graph::row::{Param, Row};

pub(super) const ROWS: &[Row] = &[Row::not_yet(
    RouteId::SendPrivateReply,
    (Post, Comment, "private_replies"),
    "posts and comments are not modelled yet",
)
.params(&[Param::required("message", Text)])
.source(
    "developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies",
)];
