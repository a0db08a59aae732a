//! Who a person is for other apps and Pages, and accounts that are linked to her.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::{Page, Person};
use crate::graph::row::ParamType::{Flag, List, Number, Object, Text};
use crate::graph::row::RouteMethod::{Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "identities beyond one Page are not modelled yet";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::UnlinkAccount, (Post, Page, "unlink_accounts"), WHY)
        .params(&[Param::required("psid", Text)])
        .returns("Page"),
    Row::not_yet(RouteId::ListIdsForApps, (Get, Person, "ids_for_apps"), WHY)
        .params(&[Param::optional("app", Number)])
        .returns("UserIDForApp"),
    Row::not_yet(RouteId::ListIdsForPages, (Get, Person, "ids_for_pages"), WHY)
        .params(&[Param::optional("page", Number)])
        .returns("UserIDForPage"),
    Row::not_yet(RouteId::ListPersonPages, (Get, Person, "accounts"), WHY)
        .params(&[
            Param::optional("ad_id", Text),
            Param::optional("is_place", Flag),
            Param::optional("is_promotable", Flag),
        ])
        .returns("Page"),
    Row::not_yet(RouteId::CreatePage, (Post, Person, "accounts"), WHY)
        .params(&[
            Param::optional("about", Text),
            Param::optional("address", Text),
            Param::optional("category", Number),
            Param::optional("category_enum", Text),
            Param::optional("category_list", List),
            Param::optional("city_id", Text),
            Param::optional("coordinates", Object),
            Param::optional("cover_photo", Object),
            Param::optional("description", Text),
            Param::optional("ignore_coordinate_warnings", Flag),
            Param::optional("location", Object),
            Param::required("name", Text),
            Param::optional("phone", Text),
            Param::optional("picture", Text),
            Param::optional("website", Text),
            Param::optional("zip", Text),
        ])
        .returns("Object"),
    Row::not_yet(RouteId::SendDesktopTraces, (Post, Person, "messenger_desktop_performance_traces"), WHY)
        .returns("User"),
];
