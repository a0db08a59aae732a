//! Messaging features of a Page that are switched or looked up by calls.

use emulator_core::RouteId;

use crate::graph::row::NodeKind::Page;
use crate::graph::row::ParamType::{Flag, Number, Object, Objects, Text, Word};
use crate::graph::row::RouteMethod::{Get, Post};
use crate::graph::row::{Param, Row};

const WHY: &str = "features are set by the world, not by calls";

pub(super) const ROWS: &[Row] = &[
    Row::not_yet(RouteId::SetMessagingFeatures, (Post, Page, "business_messaging_feature_status"), WHY)
        .params(&[Param::required("features", Objects)])
        .returns("Page"),
    Row::not_yet(RouteId::ListFeatureReviews, (Get, Page, "messaging_feature_review"), WHY)
        .returns("MessagingFeatureReview"),
    Row::not_yet(RouteId::ReadAdEligibility, (Get, Page, "ctx_optimization_eligibility"), WHY)
        .returns("CTXOptimizationEligibility"),
    Row::not_yet(RouteId::ReadChatPlugin, (Get, Page, "chat_plugin"), WHY).returns("ChatPlugin"),
    Row::not_yet(RouteId::SetNlpConfig, (Post, Page, "nlp_configs"), WHY)
        .params(&[
            Param::optional("api_version", Object),
            Param::optional("custom_token", Text),
            Param::optional(
                "model",
                Word(&[
                    "ARABIC",
                    "CHINESE",
                    "CROATIAN",
                    "CUSTOM",
                    "DANISH",
                    "DUTCH",
                    "ENGLISH",
                    "FRENCH_STANDARD",
                    "GEORGIAN",
                    "GERMAN_STANDARD",
                    "GREEK",
                    "HEBREW",
                    "HUNGARIAN",
                    "IRISH",
                    "ITALIAN_STANDARD",
                    "KOREAN",
                    "NORWEGIAN_BOKMAL",
                    "POLISH",
                    "PORTUGUESE",
                    "ROMANIAN",
                    "SPANISH",
                    "SWEDISH",
                    "VIETNAMESE",
                ]),
            ),
            Param::optional("n_best", Number),
            Param::optional("nlp_enabled", Flag),
            Param::optional("other_language_support", Object),
            Param::optional("verbose", Flag),
        ])
        .returns("Page"),
];
