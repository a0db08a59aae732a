//! An app as a node (M-246).

use bytes::Bytes;
use emulator_core::{AppId, RouteId, RuleId, World};

use super::page::CATEGORY;
use crate::escape::Dialect;
use crate::graph::act::{CallAct, RoutedCall};
use crate::graph::error::GraphError;
use crate::graph::node_fields::NodeFields;
use crate::graph::row::NodeKind::App;
use crate::graph::row::ParamType::List;
use crate::graph::row::RouteMethod::{Get, Post};
use crate::graph::row::{LaneOf, Param, Row, TokenKind};
use crate::object::Object;

const SOURCE: &str = "developers.facebook.com/docs/graph-api/reference/application";

pub(super) const ROWS: &[Row] = &[
    Row::modelled(RouteId::ReadApp, (Get, App, ""), read)
        .token(TokenKind::App)
        .lane(LaneOf::Stage)
        .params(&[Param::optional("fields", List).follows(&[RuleId::UnknownField])])
        .returns("Application")
        .source(SOURCE),
    Row::not_yet(RouteId::ChangeApp, (Post, App, ""), "apps are set by the world, not by calls")
        .token(TokenKind::App)
        .called("a change of the app itself")
        .source(SOURCE),
];

pub(in crate::graph) const FIELDS: NodeFields = NodeFields {
    node: App,
    type_name: "Application",
    noun: "an app",
    modelled: &["id", "name", "category", "link"],
    default: &["category", "link", "name"],
    others: OTHERS,
};

fn read(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let fields = FIELDS.or_default(FIELDS.read(call.params)?.as_deref());
    let app = call.token.app();
    Ok(CallAct::read(move |view| {
        let mut out = String::new();
        let mut object = Object::open(&mut out, Dialect::Graph);
        write(&mut object, view.world, app, &fields);
        object.close();
        Bytes::from(out)
    }))
}

/// Writes these fields of an app, and its id.
pub(super) fn write(object: &mut Object<'_>, world: &World, app: AppId, fields: &[&str]) {
    let name = world.settings.apps.get(&app).map(|app| &*app.name).unwrap_or_default();
    for field in fields {
        match *field {
            "name" => object.text("name", name),
            "category" => object.text("category", CATEGORY),
            "link" => object.text("link", &format!("https://www.facebook.com/games/?app_id={app}")),
            _ => &mut *object,
        };
    }
    object.quoted("id", app);
}

/// The other fields of an app on the platform.
const OTHERS: &str = "\
    aam_rules an_ad_space_limit an_platforms android_key_hash android_sdk_error_categories app_domains \
    app_events_config app_events_feature_bitmask app_events_session_timeout app_install_tracked \
    app_name app_signals_binding_ios app_type auth_dialog_data_help_url auth_dialog_headline \
    auth_dialog_perms_explanation auth_referral_default_activity_privacy auth_referral_enabled \
    auth_referral_extended_perms auth_referral_friend_perms auth_referral_response_type \
    auth_referral_user_perms auto_event_mapping_android auto_event_mapping_ios auto_event_setup_enabled \
    auto_log_app_events_default auto_log_app_events_enabled business canvas_fluid_height \
    canvas_fluid_width canvas_url category client_config company config_ids configured_ios_sso \
    contact_email created_time creator_uid daily_active_users daily_active_users_rank \
    deauth_callback_url default_share_mode description enigma_config financial_id \
    gdpv4_chrome_custom_tabs_enabled gdpv4_enabled gdpv4_nux_content gdpv4_nux_enabled \
    has_messenger_product hosting_url icon_url id ios_bundle_id ios_sdk_dialog_flows \
    ios_sdk_error_categories ios_sfvc_attr ios_supports_native_proxy_auth_flow ios_supports_system_auth \
    ipad_app_store_id iphone_app_store_id latest_sdk_version link logging_token logo_url migrations \
    mobile_profile_section_url mobile_web_url monthly_active_users monthly_active_users_rank name \
    namespace object_store_urls owner_business page_tab_default_name page_tab_url photo_url \
    privacy_policy_url profile_section_url property_id protected_mode_rules real_time_mode_devices \
    restrictions restrictive_data_filter_params restrictive_data_filter_rules sdk_update_message \
    seamless_login secure_canvas_url secure_page_tab_url server_ip_whitelist \
    smart_login_bookmark_icon_url smart_login_menu_icon_url social_discovery subcategory \
    suggested_events_setting supported_platforms supports_apprequests_fast_app_switch \
    supports_attribution supports_implicit_sdk_logging suppress_native_ios_gdp terms_of_service_url \
    url_scheme_suffix user_support_email user_support_url website_url weekly_active_users";
