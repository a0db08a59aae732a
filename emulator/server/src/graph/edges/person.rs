//! A person as a node: her profile (M-265, M-265a).

use std::collections::BTreeSet;

use bytes::Bytes;
use emulator_core::{
    Answer, AppAct, Permission, Platform, Profile, Psid, Refusal, RefusalKind, RouteId, RuleId,
};

use crate::escape::Dialect;
use crate::graph::act::{Answered, CallAct, RoutedCall};
use crate::graph::act_form::{ActForm, BesideMember};
use crate::graph::error::GraphError;
use crate::graph::node_fields::{NodeFields, picture_of};
use crate::graph::route::NodeKind::Person;
use crate::graph::route::ParamType::{Flag, List, Number, Word};
use crate::graph::route::RouteMethod::Get;
use crate::graph::route::{LaneOf, Param, Route};
use crate::object::Object;

pub(super) const ROWS: &[Route] = &[
    Route::modelled(RouteId::ReadProfile, (Get, Person, ""), read)
        .permissions(&[Permission::PagesMessaging])
        .lane(LaneOf::Node)
        .params(&[Param::optional("fields", List)
            .follows(&[RuleId::UnknownField, RuleId::ProfileFields])
            .needs(FIELDS_NEED)])
        .rewords(reword)
        .acts(&[ASKS_PROFILE])
        .returns("User")
        .source(
            "developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile",
        ),
    Route::not_yet(RouteId::ReadPicture, (Get, Person, "picture"), "pictures are addresses in the profile")
        .params(&[
            Param::optional("height", Number),
            Param::optional("redirect", Flag),
            Param::optional("type", Word(&["album", "large", "normal", "small", "square"])),
            Param::optional("width", Number),
        ])
        .returns("ProfilePictureSource"),
];

const ASKS_PROFILE: &ActForm = &ActForm {
    verb: "asks_profile",
    says: |_| "reads the profile of {person}",
    fits: |act| matches!(act, AppAct::AsksProfile { .. }),
    write: |_, _, _| {},
    read: |_, person, beside| {
        let person = person.ok_or("`person` is missing")?;
        Ok(AppAct::AsksProfile { person, needs: permissions_of(beside.text("fields").unwrap_or_default()) })
    },
    describe: |_| {},
    beside: &[BesideMember::optional("fields", &[])],
    parameters: |_, _| Vec::new(),
};

/// The fields that need a permission of their own (M-265a).
const FIELDS_NEED: &[(&str, Permission)] = &[
    ("locale", Permission::PagesUserLocale),
    ("gender", Permission::PagesUserGender),
    ("timezone", Permission::PagesUserTimezone),
];

pub(in crate::graph) const FIELDS: NodeFields = NodeFields {
    node: Person,
    type_name: "User",
    noun: "a person",
    modelled: &[
        "id",
        "first_name",
        "last_name",
        "name",
        "profile_pic",
        "locale",
        "timezone",
        "gender",
        "username",
    ],
    default: &["first_name", "last_name", "profile_pic"],
    others: OTHERS,
};

fn read(call: &RoutedCall<'_>) -> Result<CallAct, GraphError> {
    let Some(person) = call.node.person() else {
        return Err(GraphError::unknown_node("get", "0"));
    };
    let fields = FIELDS.read(call.params)?.map(|fields| fields.join(","));
    let needs = permissions_of(fields.as_deref().unwrap_or_default());
    let act = call.acts(Some(person), AppAct::AsksProfile { person, needs }, write);
    Ok(CallAct::App(match fields {
        Some(fields) => act.with("fields", fields),
        None => act,
    }))
}

/// A profile that cannot be read is worded unlike a message that cannot be sent.
fn reword(refusal: &Refusal, person: Option<Psid>) -> Option<GraphError> {
    match (refusal.kind, person) {
        (RefusalKind::UnknownPerson, _) if refusal.rule == RuleId::PersonOfAccount => {
            Some(GraphError::new(refusal.rule, 9_010, "(#9010) No matching Instagram user"))
        }
        (RefusalKind::UnknownPerson, Some(person)) => Some(GraphError::unknown_node("get", person)),
        (RefusalKind::PermissionMissing | RefusalKind::NoRoleOnApp { .. }, _) => {
            Some(GraphError::profile_denied(RuleId::ProfileShown, refusal.saw.clone()))
        }
        _ => None,
    }
}

/// What the fields of a list with commas need beside `pages_messaging` (M-265a).
fn permissions_of(fields: &str) -> BTreeSet<Permission> {
    FIELDS.named(fields).into_iter().filter_map(permission_of).collect()
}

/// What a field of a profile needs beside `pages_messaging`.
fn permission_of(field: &str) -> Option<Permission> {
    FIELDS_NEED.iter().find(|(known, _)| *known == field).map(|(_, permission)| *permission)
}

/// What a person shows: what was asked for and is permitted (M-265). A person who was never met shows
/// nothing, not even the id.
fn write(answered: &Answered<'_>) -> Bytes {
    let mut out = String::new();
    let mut object = Object::open(&mut out, Dialect::Graph);
    if let (Answer::Profile(Some((profile, permissions))), Some(person)) = (answered.answer, answered.person)
    {
        let fields = answered.beside.text("fields").map(|fields| FIELDS.named(fields));
        for field in FIELDS.or_default(fields.as_deref()) {
            match (field, answered.world.people.get(&person)) {
                ("username", Some(person)) if person.platform == Platform::Instagram => {
                    object.text(field, &person.name.to_lowercase());
                }
                _ => write_profile(&mut object, field, profile, permissions, person),
            }
        }
        object.quoted("id", person);
    }
    object.close();
    Bytes::from(out)
}

fn write_profile(
    object: &mut Object<'_>,
    field: &str,
    profile: &Profile,
    permissions: &BTreeSet<Permission>,
    person: Psid,
) {
    let Profile { first_name, last_name, profile_pic, locale, timezone, gender } = profile;
    if permission_of(field).is_some_and(|permission| !permissions.contains(&permission)) {
        return;
    }
    let text = match field {
        "first_name" => first_name.as_deref().map(ToOwned::to_owned),
        "last_name" => last_name.as_deref().map(ToOwned::to_owned),
        "name" => {
            let names: Vec<&str> =
                [first_name, last_name].into_iter().flatten().map(|name| &**name).collect();
            Some(names.join(" "))
        }
        "profile_pic" => {
            Some(profile_pic.as_deref().map_or_else(|| picture_of(person.0, 1_024), ToOwned::to_owned))
        }
        "locale" => locale.as_deref().map(ToOwned::to_owned),
        "gender" => gender.as_deref().map(ToOwned::to_owned),
        "timezone" => {
            if let Some(hours) = timezone {
                object.bare("timezone", hours);
            }
            None
        }
        _ => None,
    };
    if let Some(text) = text {
        object.text(field, &text);
    }
}

/// The other fields of a person on the platform, those of Instagram among them.
const OTHERS: &str = "\
    about age_range birthday client_business_id community cover currency education email \
    favorite_athletes favorite_teams first_name follower_count gender hometown id inspirational_people \
    install_type installed is_business_follow_user is_guest_user is_payment_enabled \
    is_user_follow_business is_verified_user is_work_account languages last_ad_referral last_name link \
    local_news_megaphone_dismiss_status local_news_subscription_status locale location meeting_for \
    middle_name name name_format payment_pricepoints political profile_pic psid quotes \
    relationship_status religion shared_login_upgrade_required_by short_name significant_other sports \
    supports_donate_button_in_live_video third_party_id timezone token_for_business updated_time \
    username verified video_upload_limits website";
