//! Bodies that only the documentation shows, since nobody has published one from the wire.

use std::collections::BTreeSet;

use emulator_core::{AdminChange, AppId, Party};
use serde_json::{Value, json};

use crate::http::Call;
use crate::payloads::{Keys, hold_shape_against, item};
use crate::scene::Scene;
use crate::stand::{BOT, LIVECHAT, Setup, token};

#[tokio::test]
async fn roles_and_links_are_told_as_documented() {
    let scene = Scene::of(Setup::new().primary(BOT).all_fields()).await;
    scene.admin(AdminChange::PrimaryReceiver(Some(Party::App(LIVECHAT))));
    let event = scene.newest(LIVECHAT).await["entry"][0]["messaging"][0].clone();
    let documented = |mut body: Value, app: AppId| {
        let roles = body["app_roles"].as_object_mut().unwrap();
        let role = roles.remove("123456789").unwrap();
        roles.insert(app.to_string(), role);
        body
    };
    let roles = documented(item("obs.handover_webhooks.09")["body"].clone(), LIVECHAT);
    hold_shape_against("obs.handover_webhooks.09", &event, &roles, Keys::InOrder, &[], &[]);
    assert_eq!(event["app_roles"], roles["app_roles"]);

    scene.says("hello");
    scene.opens("summer");
    let documented = ["sender", "recipient", "timestamp", "referral"];
    let event = scene.newest(LIVECHAT).await["entry"][0]["messaging"][0].clone();
    let keys: BTreeSet<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, documented.into());
    assert_eq!(event["referral"], json!({"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}));
}

#[tokio::test]
async fn secondary_receivers_are_listed_as_documented() {
    let stand = Setup::new().primary(BOT).serve().await;
    let call = Call::get(&format!("/me/secondary_receivers?fields=id,name&access_token={}", token(BOT)));
    let ours = stand.call(&call).await.json();
    let id = "file.handover_api.05";
    hold_shape_against(id, &ours, &item(id)["body"], Keys::InOrder, &[], &[]);
}
