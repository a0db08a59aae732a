//! Edges that the platform has and that are not about messaging, by their names alone: they are refused with code 3
//! like those with a row that are not there yet (M-61a), so that nobody takes a gap here for the platform's opinion of
//! a call.
//!
//! The names are those of the platform's published description of its objects, from which its business SDKs are made
//! (2026-11), and of its reference of the Messenger Platform where that has more. A name that is in no list gets the
//! platform's own error.

use super::row::NodeKind;

/// Why they have no row.
pub(super) const WHY: &str = "it is not about messaging";

/// True for an edge that the node has on the platform.
pub(super) fn has_edge(node: NodeKind, name: &str) -> bool {
    edges().any(|(kind, edge)| kind == node && edge == name)
}

/// True for an edge of a person, a Page, a post or a comment.
pub(super) fn is_edge_of_an_id(name: &str) -> bool {
    edges().any(|(kind, edge)| kind != NodeKind::App && edge == name)
}

/// All of them, with their nodes.
pub fn edges() -> impl Iterator<Item = (NodeKind, &'static str)> {
    let lists = [
        (NodeKind::Page, PAGE),
        (NodeKind::Person, PERSON),
        (NodeKind::App, APP),
        (NodeKind::Comment, COMMENT),
    ];
    lists.into_iter().flat_map(|(kind, names)| names.split_ascii_whitespace().map(move |name| (kind, name)))
}

/// The edges of a Page, some of which were there once.
const PAGE: &str = "\
    ab_tests accounts activities admin_notes ads_eligibility ads_posts agencies albums ar_experience \
    assigned_users businessprojects call_metrics call_to_actions calls canvas_elements canvases \
    commerce_merchant_settings commerce_orders commerce_payouts commerce_transactions \
    copyright_manual_claims crosspost_whitelisted_pages dataset events fantasy_games feed \
    global_brand_children ids_for_apps ids_for_pages image_copyrights indexed_videos insights \
    instagram_accounts labels leadgen_forms likes live_videos locations media_fingerprints \
    messenger_call_permissions messenger_call_settings page_activities page_backed_instagram_accounts \
    page_backed_threads_accounts page_status page_whatsapp_number_verification photo_stories photos \
    picture posts private_replies product_catalogs product_tags promotable_posts published_posts \
    ratings roles rtb_dynamic_posts scheduled_live_video scheduled_posts settings shop_setup_status \
    space_participants store_locations stories tabs tagged thread_settings video_copyright_rules \
    video_copyrights video_lists video_reels video_stories videos visitor_posts";

/// The edges of a person.
const PERSON: &str = "\
    access_tokens ad_studies adaccounts albums applications apprequestformerrecipients apprequests \
    assigned_ad_accounts assigned_applications assigned_business_asset_groups \
    assigned_instagram_accounts assigned_pages assigned_product_catalogs \
    assigned_whatsapp_business_accounts business_users businesses conversations events feed friends \
    fundraisers groups ids_for_business likes live_videos messenger_kids_accounts_unread_badge music \
    notifications page_activities payment_transactions permissions personal_ad_accounts photos posts \
    private_replies rich_media_documents staging_resources videos";

/// The edges of an app.
const APP: &str = "\
    accounts activities ad_placement_groups adnetwork_placements adnetworkanalytics \
    adnetworkanalytics_results aem_attribution aem_conversion_configs aem_conversion_filter \
    aem_conversions aem_skan_readiness agencies aggregate_revenue android_dialog_configs \
    app_capi_settings app_event_types app_indexing app_indexing_session app_installed_groups \
    app_push_device_token appassets assets authorized_adaccounts button_auto_detection_device_selection \
    cloudbridge_settings codeless_event_mappings connected_client_businesses da_checks domain_reports \
    iap_purchases ios_dialog_configs linked_dataset message_templates mmp_auditing mobile_sdk_gk \
    monetized_digital_store_objects object_types objects occludespopups page_activities permissions \
    products purchases roles server_domain_infos sgw_dataset_status sgw_install_deferral_link \
    subscribed_domains threat_privacy_groups_member threat_privacy_groups_owner uploads \
    whatsapp_business_solution whatsapp_business_solutions";

/// The edges of posts and comments.
const COMMENT: &str = "\
    comments dynamic_posts insights likes picture reactions replies sharedposts sponsor_tags stickers \
    to";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_edge_stands_once() {
        let mut known = BTreeSet::new();
        for (node, edge) in edges() {
            assert!(known.insert((node, edge)), "{node:?} {edge}");
        }
    }
}
