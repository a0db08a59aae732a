//! Instagram professional accounts.

use emulator_core::RouteId;

use crate::graph::edges::messenger_profile::PROFILE_FIELDS;
use crate::graph::route::NodeKind::InstagramAccount;
use crate::graph::route::ParamType::{List, Object, Objects, Text, Word, Words};
use crate::graph::route::RouteMethod::{Delete, Get, Post};
use crate::graph::route::{Param, Platform, Route};

const WHY: &str = "Instagram conversations are reached through the linked Page here, not through the account";
const INSTAGRAM: &[Platform] = &[Platform::Instagram];

pub(super) const ROWS: &[Route] = &[
    Route::not_yet(RouteId::ListInstagramConversations, (Get, InstagramAccount, "conversations"), WHY)
        .on(INSTAGRAM)
        .params(&[
            Param::optional("folder", Text),
            Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"])),
            Param::optional("tags", List),
            Param::optional("user_id", Text),
        ])
        .returns("UnifiedThread"),
    Route::not_yet(RouteId::SendInstagramMessage, (Post, InstagramAccount, "messages"), WHY)
        .on(INSTAGRAM)
        .params(&[
            Param::optional("folder", Word(&["PARTNERSHIP"])),
            Param::optional("message", Object),
            Param::optional("messaging_type", Word(&["MESSAGE_TAG", "RESPONSE", "UPDATE", "UTILITY"])),
            Param::optional("payload", Text),
            Param::optional("recipient", Object),
            Param::optional("reply_to", Object),
            Param::optional(
                "sender_action",
                Word(&["MARK_SEEN", "REACT", "TYPING_OFF", "TYPING_ON", "UNREACT"]),
            ),
            Param::optional("tag", Object),
            Param::optional("thread_control", Object),
        ])
        .returns("Object"),
    Route::not_yet(RouteId::ReadInstagramProfile, (Get, InstagramAccount, "messenger_profile"), WHY)
        .on(INSTAGRAM)
        .returns("UserProfile"),
    Route::not_yet(RouteId::SetInstagramProfile, (Post, InstagramAccount, "messenger_profile"), WHY)
        .on(INSTAGRAM)
        .params(&[Param::optional("ice_breakers", Objects), Param::optional("persistent_menu", Objects)])
        .returns("IGGraphUser"),
    Route::not_yet(RouteId::DeleteInstagramProfile, (Delete, InstagramAccount, "messenger_profile"), WHY)
        .on(INSTAGRAM)
        .params(&[Param::required("fields", Words(PROFILE_FIELDS))])
        .returns("Object"),
    Route::not_yet(RouteId::ListInstagramApps, (Get, InstagramAccount, "subscribed_apps"), WHY)
        .on(INSTAGRAM)
        .returns("UserSubscribedAppsData"),
    Route::not_yet(RouteId::InstallInstagramApp, (Post, InstagramAccount, "subscribed_apps"), WHY)
        .on(INSTAGRAM)
        .params(&[Param::required(
            "subscribed_fields",
            Words(&[
                "comment_poll_response",
                "comments",
                "creator_marketplace_invited_creator_onboarding",
                "creator_marketplace_projects",
                "delta",
                "follow",
                "live_comments",
                "mentions",
                "message_edit",
                "message_reactions",
                "messages",
                "messaging_handover",
                "messaging_optins",
                "messaging_postbacks",
                "messaging_referral",
                "messaging_seen",
                "onboarding_welcome_message_series",
                "share_to_story",
                "standby",
                "story_insights",
                "story_poll_response",
                "story_reactions",
            ]),
        )])
        .returns("IGGraphUser"),
    Route::not_yet(RouteId::UninstallInstagramApp, (Delete, InstagramAccount, "subscribed_apps"), WHY)
        .on(INSTAGRAM)
        .returns("Object"),
    Route::not_yet(RouteId::ListInstagramWelcomeFlows, (Get, InstagramAccount, "welcome_message_flows"), WHY)
        .on(INSTAGRAM)
        .params(&[Param::optional("app_id", Text), Param::optional("flow_id", Text)])
        .returns("CTXPartnerAppWelcomeMessageFlow"),
    Route::not_yet(RouteId::SetInstagramWelcomeFlow, (Post, InstagramAccount, "welcome_message_flows"), WHY)
        .on(INSTAGRAM)
        .params(&[
            Param::optional("eligible_platforms", Words(&["INSTAGRAM", "MESSENGER", "WHATSAPP"])),
            Param::optional("flow_id", Text),
            Param::optional("name", Text),
            Param::optional("welcome_message_flow", Objects),
        ])
        .returns("IGGraphCTXPartnerAppWelcomeMessageFlow"),
    Route::not_yet(
        RouteId::DeleteInstagramWelcomeFlow,
        (Delete, InstagramAccount, "welcome_message_flows"),
        WHY,
    )
    .on(INSTAGRAM)
    .params(&[Param::optional("flow_id", Text)])
    .returns("Object"),
];
