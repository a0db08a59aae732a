//! Comments and posts, which a Page may answer in private.

use emulator_core::RouteId;

use crate::graph::route::NodeKind::Comment;
use crate::graph::route::ParamType::Text;
use crate::graph::route::RouteMethod::Post;
use crate::graph::route::{Param, Route};

pub(super) const ROWS: &[Route] = &[Route::not_yet(
    RouteId::SendPrivateReply,
    (Post, Comment, "private_replies"),
    "posts and comments are not modelled yet",
)
.params(&[Param::required("message", Text)])
.source(
    "developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies",
)];
