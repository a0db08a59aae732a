//! Every recorded answer about thread control: brought about again from its trigger and held against
//! the record, or listed with the reason why it cannot be.

use std::collections::BTreeSet;

use emulator_core::{Folder, InboxAct};
use serde_json::json;

use crate::http::Call;
use crate::payloads::{Keys, hold_error_against, hold_shape_against, item, items};
use crate::stand::{BOT, LIVECHAT, Says as _, Setup, token};

/// What is recorded and not brought about again, and why.
const NOT_REACHED: &[(&str, &str)] = &[
    ("obs.handover_api.02", "part of a batch, and there are no batches yet"),
    ("obs.handover_api.03", "a sample of the documentation that the platform contradicted"),
    ("obs.handover_api.06", "of a Page that takes part in conversation routing, which is another protocol"),
];

const REACHED: &[&str] = &[
    "obs.handover_api.01",
    "obs.handover_api.04",
    "obs.handover_api.05",
    "obs.handover_api.07",
    "obs.handover_api.08",
    "file.handover_api.01",
    "file.handover_api.02",
    "file.handover_api.05",
];

#[test]
fn every_record_is_brought_about_again_or_listed_with_the_reason() {
    let mut known: BTreeSet<&str> = REACHED.iter().copied().collect();
    for (id, reason) in NOT_REACHED {
        assert!(known.insert(id) && !reason.is_empty(), "{id}");
    }
    for id in items("handover_api") {
        assert!(known.remove(id.as_str()), "{id} is nowhere");
    }
    assert!(known.is_empty(), "not recorded: {known:?}");
}

#[tokio::test]
async fn control_is_answered_as_it_was_recorded() {
    let stand = Setup::new().primary(BOT).serve().await;
    let (lane, ann) = stand.lane("recorded");
    lane.person_says(ann, "hi").unwrap();
    let recipient = json!({"id": ann.to_string()});
    let about = |more: serde_json::Value| {
        let mut body = json!({"recipient": recipient});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        body
    };

    let owner = Call::get(&format!("/me/thread_owner?recipient={ann}&access_token={}", token(BOT)));
    let owned = stand.call(&owner).await.json();
    for id in ["obs.handover_api.01", "file.handover_api.01"] {
        // When control ends came later.
        hold_shape_against(id, &owned, &item(id)["body"], Keys::InOrder, &[], &["expiration"]);
    }

    let text = json!({"metadata": "free formed text"});
    let asked = stand.post(LIVECHAT, "request_thread_control", &about(text.clone())).await;
    assert_eq!((asked.status(), asked.json()), (200, item("file.handover_api.02")["body"].clone()));
    let passed = json!({"target_app_id": LIVECHAT.0, "metadata": "free formed text for another app"});
    let passed = stand.post(BOT, "pass_thread_control", &about(passed)).await;
    assert_eq!((passed.status(), passed.json()), (200, item("obs.handover_api.04")["body"].clone()));
    let released = stand.post(BOT, "release_thread_control", &about(json!({}))).await;
    hold_error_against(&released, "obs.handover_api.07", &[]);
    let taken = stand.post(BOT, "take_thread_control", &about(text)).await;
    assert_eq!((taken.status(), taken.json()), (200, item("obs.handover_api.05")["body"].clone()));

    let receivers = Call::get(&format!("/me/secondary_receivers?fields=id,name&access_token={}", token(BOT)));
    let receivers = stand.call(&receivers).await.json();
    hold_shape_against(
        "file.handover_api.05",
        &receivers,
        &item("file.handover_api.05")["body"],
        Keys::InOrder,
        &[],
        &[],
    );

    // The inbox never answers a request.
    lane.inbox_acts(ann, InboxAct::Moves(Folder::Main)).result.unwrap();
    let recorded = &item("obs.handover_api.08")["body"];
    let asked = stand.post(LIVECHAT, "request_thread_control", &about(json!({}))).await;
    assert_eq!(asked.json(), recorded[0]["response"]);
    let sent = stand.send(LIVECHAT, ann, "hello").await.json();
    for key in ["message", "code"] {
        assert_eq!(sent["error"][key], recorded[1]["response"]["error"][key], "{key}");
    }
}
