//! The Messenger profile: Get Started, menus, ice breakers, greeting, whitelisted domains.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Page;
use crate::graph::row::ParamType::{List, Object, Objects, Text, Word, Words};
use crate::graph::row::RouteMethod::{Delete, Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "the Messenger profile is set by the world, not by calls yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::ReadMessengerProfile, (Get, Page, "messenger_profile"), WHY)
        .params(&[Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"]))])
        .returns("MessengerProfile"),
    Row::not_yet(RouteId::SetMessengerProfile, (Post, Page, "messenger_profile"), WHY)
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
    Row::not_yet(RouteId::DeleteMessengerProfile, (Delete, Page, "messenger_profile"), WHY)
        .params(&[
            Param::required(
                "fields",
                Words(&[
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
                ]),
            ),
            Param::optional("platform", Word(&["INSTAGRAM", "MESSENGER"])),
        ])
        .returns("Object"),
    Row::not_yet(RouteId::ReadUserSettings, (Get, Page, "custom_user_settings"), WHY)
        .params(&[Param::required("psid", Text)])
        .returns("CustomUserSettings"),
    Row::not_yet(RouteId::SetUserSettings, (Post, Page, "custom_user_settings"), WHY)
        .params(&[Param::optional("persistent_menu", Objects), Param::required("psid", Text)])
        .returns("Page"),
    Row::not_yet(RouteId::DeleteUserSettings, (Delete, Page, "custom_user_settings"), WHY)
        .params(&[Param::required("params", Words(&["PERSISTENT_MENU"])), Param::required("psid", Text)])
        .returns("Object"),
];
