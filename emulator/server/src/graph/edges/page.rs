//! A Page as a node (M-246).

use bytes::Bytes;
use emulator_core::{MessagingFeature, PageId, Platform, RouteId, RuleId, World};

use crate::escape::Dialect;
use crate::graph::act::{CallAct, RoutedCall};
use crate::graph::error::GraphError;
use crate::graph::node_fields::{NodeFields, picture_of};
use crate::graph::route::NodeKind::Page;
use crate::graph::route::ParamType::List;
use crate::graph::route::RouteMethod::Get;
use crate::graph::route::{LaneOf, Param, Route};
use crate::object::Object;

pub(super) const ROWS: &[Route] = &[Route::modelled(RouteId::ReadPage, (Get, Page, ""), read)
    .lane(LaneOf::Stage)
    .params(&[Param::optional("fields", List).follows(&[RuleId::UnknownField, RuleId::FeatureStatus])])
    .returns("Page")
    .source("developers.facebook.com/docs/graph-api/reference/page")];

/// The field that says which protocol a Page follows (C-71).
const FEATURE_STATUS: &str = "messaging_feature_status";

/// The field that leads to the linked account on Instagram; absent where none is linked.
const ACCOUNT: &str = "instagram_business_account";

/// What every Page and app is said to be.
pub(super) const CATEGORY: &str = "Business";

pub(in crate::graph) const FIELDS: NodeFields = NodeFields {
    node: Page,
    type_name: "Page",
    noun: "a Page",
    modelled: &[
        "id",
        "name",
        "category",
        "link",
        "picture",
        "access_token",
        "is_published",
        FEATURE_STATUS,
        ACCOUNT,
    ],
    default: &["name"],
    others: OTHERS,
};

fn read(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let fields = FIELDS.or_default(FIELDS.read(call.params)?.as_deref());
    let (page, token) = (call.page(), call.token_text.to_owned());
    Ok(CallAct::read(move |view| write(view.world, page, &token, &fields)))
}

fn write(world: &World, page: PageId, token: &str, fields: &[&str]) -> Bytes {
    let name = world.settings.pages.get(&page).map(|page| &*page.name).unwrap_or_default();
    let feature = |platform| world.settings.line(page.on(platform)).and_then(|line| line.fixed().feature);
    let messenger = feature(Platform::Messenger);
    let account = world.settings.pages.get(&page).and_then(|page| page.instagram.as_ref());
    let mut out = String::new();
    let mut object = Object::open(&mut out, Dialect::Graph);
    for field in fields {
        match *field {
            "name" => object.text("name", name),
            "category" => object.text("category", CATEGORY),
            "link" => object.text("link", &format!("https://www.facebook.com/{page}")),
            "access_token" => object.text("access_token", token),
            "is_published" => object.bare("is_published", true),
            FEATURE_STATUS => object.object(FEATURE_STATUS, |status| {
                status.bare("hop_v2", messenger == Some(MessagingFeature::HandoverV2));
                status.bare("msgr_multi_app", messenger == Some(MessagingFeature::Routing));
                let routing = feature(Platform::Instagram) == Some(MessagingFeature::Routing);
                status.bare("ig_multi_app", routing);
            }),
            ACCOUNT => match account {
                Some(account) => object.object(ACCOUNT, |it| {
                    it.quoted("id", account.id);
                }),
                None => &mut object,
            },
            "picture" => object.object("picture", |picture| {
                picture.object("data", |data| {
                    data.bare("height", 50).bare("is_silhouette", false);
                    data.text("url", &picture_of(page.0, 50)).bare("width", 50);
                });
            }),
            _ => &mut object,
        };
    }
    object.quoted("id", page);
    object.close();
    Bytes::from(out)
}

/// The other fields of a Page on the platform.
const OTHERS: &str = "\
    about access_token ad_campaign affiliation app_id artists_we_like attire available_promo_offer_ids \
    awards band_interests band_members best_page bio birthday booking_agent breaking_news_usage built \
    business can_checkin can_post category category_list checkins company_overview \
    connected_instagram_account connected_page_backed_instagram_account contact_address \
    copyright_attribution_insights copyright_whitelisted_ig_partners country_page_likes cover \
    culinary_team current_location delivery_and_pickup_option_info description description_html \
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
    merchant_review_status messenger_ads_default_icebreakers \
    messenger_ads_default_quick_replies messenger_ads_quick_replies_type mini_shop_storefront mission \
    mpg name name_with_location_descriptor network new_like_count offer_eligible overall_star_rating \
    owner_business page_backed_threads_account_id page_token parent_page parking payment_options \
    personal_info personal_interests pharma_safety_info phone pickup_options place_type plot_outline \
    preferred_audience press_contact price_range priority_hours privacy_info_url produced_by products \
    promotion_eligible promotion_ineligible_reason public_transit rating_count recipient record_label \
    release_date restaurant_services restaurant_specialties schedule screenplay_by season \
    single_line_address starring start_info store_code store_location_descriptor store_number studio \
    supports_donate_button_in_live_video talking_about_count temporary_status unread_message_count \
    unread_notif_count unseen_message_count user_access_expire_time username verification_status \
    voip_info website were_here_count whatsapp_number written_by";
