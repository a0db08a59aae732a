//! The Messenger profile: Get Started, menus, ice breakers, greeting, whitelisted domains.

use emulator_core::RouteId;

use crate::graph::route::NodeKind::Page;
use crate::graph::route::ParamType::{List, Object, Objects, Text, Word, Words};
use crate::graph::route::RouteMethod::{Delete, Get, Post};
use crate::graph::route::{Param, Route};

const WHY: &str = "the Messenger profile is not modelled yet";

/// What the field `fields` of a Messenger profile can name.
pub(super) const PROFILE_FIELDS: &[&str] = &[
    "ACCOUNT_LINKING_URL",
    "COMMANDS",
    "DESCRIPTION",
    "GET_STARTED",
    "HOME_URL",
    "ICE_BREAKERS",
    "PERSISTENT_MENU",
    "PLATFORM",
    "SUBJECT_TO_NEW_EU_PRIVACY_RULES",
    "TITLE",
    "WHITELISTED_DOMAINS",
];

pub(super) const ROWS: &[Route] = &[
    Route::not_yet(RouteId::ReadMessengerProfile, (Get, Page, "messenger_profile"), WHY)
        .params(&[Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"]))])
        .returns("MessengerProfile"),
    Route::not_yet(RouteId::SetMessengerProfile, (Post, Page, "messenger_profile"), WHY)
        .params(&[
            Param::optional("account_linking_url", Text),
            Param::optional("commands", Objects),
            Param::optional("description", Objects),
            Param::optional("get_started", Object),
            Param::optional("ice_breakers", Objects),
            Param::optional("persistent_menu", Objects),
            Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"])),
            Param::optional("whitelisted_domains", List),
        ])
        .returns("Page"),
    Route::not_yet(RouteId::DeleteMessengerProfile, (Delete, Page, "messenger_profile"), WHY)
        .params(&[
            Param::required("fields", Words(PROFILE_FIELDS)),
            Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"])),
        ])
        .returns("Object"),
    Route::not_yet(RouteId::ReadUserSettings, (Get, Page, "custom_user_settings"), WHY)
        .params(&[Param::required("psid", Text)])
        .returns("CustomUserSettings"),
    Route::not_yet(RouteId::SetUserSettings, (Post, Page, "custom_user_settings"), WHY)
        .params(&[Param::optional("persistent_menu", Objects), Param::required("psid", Text)])
        .returns("Page"),
    Route::not_yet(RouteId::DeleteUserSettings, (Delete, Page, "custom_user_settings"), WHY)
        .params(&[Param::required("params", Words(&["PERSISTENT_MENU"])), Param::required("psid", Text)])
        .returns("Object"),
];
