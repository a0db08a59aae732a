//! What the platform has and this version of the emulator lacks (M-61a): nodes, edges and fields. They are refused in
//! the emulator's own words, so that nobody takes a gap here for the platform's opinion of a call.
//!
//! The names are those of the platform's published description of its objects, which its business SDKs are made from
//! (2026-11), and of its reference of the Messenger Platform where that has more. A name that is in no list gets the
//! platform's own error.

/// What a node is, for the names that it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    Person,
    App,
}

impl Kind {
    /// The platform's name for it, as errors print it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Page => "Page",
            Self::Person => "User",
            Self::App => "Application",
        }
    }

    /// It with an article, for people.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Page => "a Page",
            Self::Person => "a person",
            Self::App => "an app",
        }
    }

    /// True for a field that the node has on the platform; each of its edges can be read as a field.
    pub(super) fn has_field(self, name: &str) -> bool {
        let fields = match self {
            Self::Page => PAGE_FIELDS,
            Self::Person => PERSON_FIELDS,
            Self::App => APP_FIELDS,
        };
        holds(fields, name) || self.has_edge(name)
    }

    /// True for an edge that the node has on the platform.
    pub(super) fn has_edge(self, name: &str) -> bool {
        let edges = match self {
            Self::Page => PAGE_EDGES,
            Self::Person => PERSON_EDGES,
            Self::App => APP_EDGES,
        };
        holds(edges, name)
    }
}

/// True for an edge of a node that is known by its id alone: a person, or a post, a comment, a conversation, a label.
pub(super) fn is_edge_of_an_id(name: &str) -> bool {
    Kind::Person.has_edge(name) || Kind::Page.has_edge(name) || holds(OBJECT_EDGES, name)
}

/// What a node is by the look of its name, if it is something that there is none of here.
pub(super) fn node(name: &str) -> Option<&'static str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((_, what)) = ROOTS.iter().find(|(root, _)| *root == name) {
        return Some(what);
    }
    match name.split_once('_') {
        Some(("t", _)) => Some("a conversation by its id"),
        Some(("m", _)) => Some("a message by its id"),
        Some(("act", id)) if digits(id) => Some("an ad account"),
        Some((owner, id)) if digits(owner) && digits(id) => Some("a post or a comment by its id"),
        Some(_) | None => name.starts_with("mid.").then_some("a message by its id"),
    }
}

/// True for a path that needs no token on the platform, because it gives one.
pub(super) fn gives_tokens(node: &str) -> bool {
    node == OAUTH
}

/// True for an object of webhooks beside the Page.
pub(super) fn is_webhook_object(name: &str) -> bool {
    OBJECTS.iter().any(|object| object.eq_ignore_ascii_case(name))
}

fn holds(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|known| known == name)
}

const OAUTH: &str = "oauth";

/// What stands in the place of a node and is none of those that have ids.
const ROOTS: &[(&str, &str)] = &[
    (OAUTH, "oauth, which gives out tokens,"),
    ("device", "the login of devices"),
    ("search", "search"),
    ("sticker_packs", "sticker_packs"),
    ("sticker_search", "sticker_search"),
    ("message_template_library", "message_template_library"),
];

/// The objects whose webhooks an app can subscribe to.
const OBJECTS: &[&str] = &[
    "user",
    "permissions",
    "application",
    "instagram",
    "whatsapp_business_account",
    "ad_account",
    "certificate_transparency",
    "payments",
    "catalog",
    "workplace_security",
];

/// The fields of a Page.
const PAGE_FIELDS: &str = "\
    about access_token ad_campaign affiliation app_id artists_we_like attire available_promo_offer_ids \
    awards band_interests band_members best_page bio birthday booking_agent breaking_news_usage built \
    business can_checkin can_post category category_list checkins company_overview \
    connected_instagram_account connected_page_backed_instagram_account contact_address \
    copyright_attribution_insights copyright_whitelisted_ig_partners country_page_likes cover culinary_team \
    current_location delivery_and_pickup_option_info description description_html \
    differently_open_offerings directed_by display_subtext displayed_message_response_time \
    does_viewer_have_page_permission_link_ig emails engagement fan_count featured_video features \
    followers_count food_styles founded general_info general_manager genre global_brand_page_name \
    global_brand_root_id has_added_app has_lead_access has_transitioned_to_new_page_experience \
    has_whatsapp_business_number has_whatsapp_number hometown hours id impressum influences \
    instagram_business_account is_always_open is_calling_eligible is_chain is_community_page \
    is_eligible_for_branded_content is_eligible_for_disable_connect_ig_btn_for_non_page_admin_am_web \
    is_messenger_bot_get_started_enabled is_messenger_platform_bot is_owned is_permanently_closed \
    is_published is_unclaimed is_verified is_webhooks_subscribed keywords leadgen_tos_acceptance_time \
    leadgen_tos_accepted leadgen_tos_accepting_user link location members merchant_id \
    merchant_review_status messaging_feature_status messenger_ads_default_icebreakers \
    messenger_ads_default_quick_replies messenger_ads_quick_replies_type mini_shop_storefront mission mpg \
    name name_with_location_descriptor network new_like_count offer_eligible overall_star_rating \
    owner_business page_backed_threads_account_id page_token parent_page parking payment_options \
    personal_info personal_interests pharma_safety_info phone pickup_options place_type plot_outline \
    preferred_audience press_contact price_range priority_hours privacy_info_url produced_by products \
    promotion_eligible promotion_ineligible_reason public_transit rating_count recipient record_label \
    release_date restaurant_services restaurant_specialties schedule screenplay_by season \
    single_line_address starring start_info store_code store_location_descriptor store_number studio \
    supports_donate_button_in_live_video talking_about_count temporary_status unread_message_count \
    unread_notif_count unseen_message_count user_access_expire_time username verification_status voip_info \
    website were_here_count whatsapp_number written_by";

/// The edges of a Page, some of which were there once.
const PAGE_EDGES: &str = "\
    ab_tests accounts activities admin_notes ads_eligibility ads_posts agencies albums ar_experience \
    assigned_users blocked business_messaging_feature_status businessprojects call_metrics call_to_actions \
    calls canvas_elements canvases chat_plugin commerce_merchant_settings commerce_orders commerce_payouts \
    commerce_transactions conversations copyright_manual_claims crosspost_whitelisted_pages \
    ctx_optimization_eligibility custom_labels custom_user_settings dataset events extend_thread_control \
    fantasy_games feed global_brand_children ids_for_apps ids_for_pages image_copyrights indexed_videos \
    insights instagram_accounts labels leadgen_forms likes live_videos locations media_fingerprints \
    message_attachments message_templates messages messaging_feature_review messenger_call_permissions \
    messenger_call_settings messenger_lead_forms messenger_profile moderate_conversations nlp_configs \
    notification_message_tokens notification_messages_dev_support page_activities \
    page_backed_instagram_accounts page_backed_threads_accounts page_status \
    page_whatsapp_number_verification pass_thread_control personas photo_stories photos picture posts \
    private_replies product_catalogs product_tags promotable_posts published_posts ratings \
    release_thread_control request_thread_control roles rtb_dynamic_posts scheduled_live_video \
    scheduled_posts secondary_receivers settings shop_setup_status space_participants store_locations \
    stories subscribed_apps tabs tagged take_thread_control thread_owner thread_settings threads \
    unlink_accounts video_copyright_rules video_copyrights video_lists video_reels video_stories videos \
    visitor_posts welcome_message_flows";

/// The fields of a person, those of Instagram among them.
const PERSON_FIELDS: &str = "\
    about age_range birthday client_business_id community cover currency education email favorite_athletes \
    favorite_teams first_name follower_count gender hometown id inspirational_people install_type installed \
    is_business_follow_user is_guest_user is_payment_enabled is_user_follow_business is_verified_user \
    is_work_account languages last_ad_referral last_name link local_news_megaphone_dismiss_status \
    local_news_subscription_status locale location meeting_for middle_name name name_format \
    payment_pricepoints political profile_pic psid quotes relationship_status religion \
    shared_login_upgrade_required_by short_name significant_other sports \
    supports_donate_button_in_live_video third_party_id timezone token_for_business updated_time username \
    verified video_upload_limits website";

/// The edges of a person.
const PERSON_EDGES: &str = "\
    access_tokens accounts ad_studies adaccounts albums applications apprequestformerrecipients apprequests \
    assigned_ad_accounts assigned_applications assigned_business_asset_groups assigned_instagram_accounts \
    assigned_pages assigned_product_catalogs assigned_whatsapp_business_accounts business_users businesses \
    conversations custom_labels events feed friends fundraisers groups ids_for_apps ids_for_business \
    ids_for_pages likes live_videos messenger_desktop_performance_traces \
    messenger_kids_accounts_unread_badge music notifications page_activities payment_transactions \
    permissions personal_ad_accounts photos picture posts private_replies rich_media_documents \
    staging_resources videos";

/// The fields of an app.
const APP_FIELDS: &str = "\
    aam_rules an_ad_space_limit an_platforms android_key_hash android_sdk_error_categories app_domains \
    app_events_config app_events_feature_bitmask app_events_session_timeout app_install_tracked app_name \
    app_signals_binding_ios app_type auth_dialog_data_help_url auth_dialog_headline \
    auth_dialog_perms_explanation auth_referral_default_activity_privacy auth_referral_enabled \
    auth_referral_extended_perms auth_referral_friend_perms auth_referral_response_type \
    auth_referral_user_perms auto_event_mapping_android auto_event_mapping_ios auto_event_setup_enabled \
    auto_log_app_events_default auto_log_app_events_enabled business canvas_fluid_height canvas_fluid_width \
    canvas_url category client_config company config_ids configured_ios_sso contact_email created_time \
    creator_uid daily_active_users daily_active_users_rank deauth_callback_url default_share_mode \
    description enigma_config financial_id gdpv4_chrome_custom_tabs_enabled gdpv4_enabled gdpv4_nux_content \
    gdpv4_nux_enabled has_messenger_product hosting_url icon_url id ios_bundle_id ios_sdk_dialog_flows \
    ios_sdk_error_categories ios_sfvc_attr ios_supports_native_proxy_auth_flow ios_supports_system_auth \
    ipad_app_store_id iphone_app_store_id latest_sdk_version link logging_token logo_url migrations \
    mobile_profile_section_url mobile_web_url monthly_active_users monthly_active_users_rank name namespace \
    object_store_urls owner_business page_tab_default_name page_tab_url photo_url privacy_policy_url \
    profile_section_url property_id protected_mode_rules real_time_mode_devices restrictions \
    restrictive_data_filter_params restrictive_data_filter_rules sdk_update_message seamless_login \
    secure_canvas_url secure_page_tab_url server_ip_whitelist smart_login_bookmark_icon_url \
    smart_login_menu_icon_url social_discovery subcategory suggested_events_setting supported_platforms \
    supports_apprequests_fast_app_switch supports_attribution supports_implicit_sdk_logging \
    suppress_native_ios_gdp terms_of_service_url url_scheme_suffix user_support_email user_support_url \
    website_url weekly_active_users";

/// The edges of an app.
const APP_EDGES: &str = "\
    accounts activities ad_placement_groups adnetwork_placements adnetworkanalytics \
    adnetworkanalytics_results aem_attribution aem_conversion_configs aem_conversion_filter aem_conversions \
    aem_skan_readiness agencies aggregate_revenue android_dialog_configs app_capi_settings app_event_types \
    app_indexing app_indexing_session app_installed_groups app_push_device_token appassets assets \
    authorized_adaccounts button_auto_detection_device_selection cloudbridge_settings \
    codeless_event_mappings connected_client_businesses da_checks domain_reports iap_purchases \
    ios_dialog_configs linked_dataset message_templates mmp_auditing mobile_sdk_gk \
    monetized_digital_store_objects object_types objects occludespopups page_activities permissions \
    products purchases roles server_domain_infos sgw_dataset_status sgw_install_deferral_link \
    subscribed_domains subscriptions threat_privacy_groups_member threat_privacy_groups_owner uploads \
    whatsapp_business_solution whatsapp_business_solutions";

/// The edges of posts, comments, conversations and labels.
const OBJECT_EDGES: &str = "\
    attachments comments dynamic_posts insights label likes messages picture private_replies reactions \
    replies sharedposts sponsor_tags stickers to";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_platform_are_told_from_names_of_nothing() {
        for (kind, field) in [
            (Kind::Page, "instagram_business_account"),
            (Kind::Page, "conversations"),
            (Kind::Page, "fan_count"),
            (Kind::Person, "email"),
            (Kind::App, "namespace"),
        ] {
            assert!(kind.has_field(field), "{field}");
        }
        for kind in [Kind::Page, Kind::Person, Kind::App] {
            for field in ["", "nothing", "fan", "fan_count "] {
                assert!(!kind.has_field(field), "{field}");
            }
        }
    }

    #[test]
    fn a_node_is_known_by_the_look_of_its_id() {
        for (name, what) in [
            ("t_1234", Some("a conversation by its id")),
            ("m_abc-_", Some("a message by its id")),
            ("mid.$cAAJ", Some("a message by its id")),
            ("100_200", Some("a post or a comment by its id")),
            ("act_1", Some("an ad account")),
            ("oauth", Some("oauth, which gives out tokens,")),
            ("1234", None),
            ("some_thing", None),
            ("nobody", None),
        ] {
            assert_eq!(node(name), what, "{name}");
        }
    }
}
