//! Files that people send: bots fetch them, and journals do not tell where.

use std::sync::Arc;

use emulator_core::{Media, PersonAct};
use emulator_server::person_message;
use serde_json::json;

use crate::http::Call;
use crate::scene::Scene;
use crate::stand::{BOT, MORNING, journal, settled};

#[tokio::test]
async fn a_bot_fetches_what_a_person_sent_and_sends_it_back() {
    let scene = Scene::new().await;
    let base = format!("http://{}", scene.stand.address);
    scene.stand.stage.is_at(&base);
    let cat = Media::new("png", bytes::Bytes::from_static(b"cat")).unwrap();
    scene.stand.stage.keep(&cat);
    let message = person_message(&json!({"image": cat.address()}), MORNING).unwrap();
    scene.ann_acts(PersonAct::Says(Arc::new(message)));

    let event = scene.bot.arrived(1).await.remove(0).event();
    let url = event["message"]["attachments"][0]["payload"]["url"].as_str().unwrap().to_owned();
    assert_eq!(url, format!("{base}{}", cat.address()));
    let file = scene.stand.call(&Call::get(&cat.address())).await;
    assert_eq!((file.status(), file.text(), file.header("content-type")), (200, "cat", Some("image/png")));
    let head = scene.stand.call(&Call::new("POST", &cat.address())).await;
    assert_eq!(head.status(), 405);
    let none = scene.stand.call(&Call::get("/_emulator/media/none.png")).await;
    assert_eq!(none.status(), 404);

    let back = json!({
        "recipient": {"id": scene.ann.to_string()},
        "message": {"attachment": {"type": "image", "payload": {"url": url}}},
    });
    assert_eq!(scene.stand.post(BOT, "messages", &back).await.status(), 200);
    let echo = scene.bot.arrived(2).await.remove(1).event();
    assert_eq!(echo["message"]["attachments"][0]["payload"]["url"], url.as_str());
    settled(&scene.lane).await;
    let told = journal(&scene.lane).iter().map(ToString::to_string).collect::<String>();
    assert!(told.contains(&cat.address()) && !told.contains(&base), "{told}");
}

#[tokio::test]
async fn what_the_platform_found_in_a_text_stands_behind_it() {
    let scene = Scene::new().await;
    // As it was recorded in 2019, with its locales beside the entities.
    let found = json!({"entities": {}, "detected_locales": [{"locale": "fr_XX", "confidence": 0.9988}]});
    let message = person_message(&json!({"text": "Bonjour", "nlp": found}), MORNING).unwrap();
    scene.ann_acts(PersonAct::Says(Arc::new(message)));
    let event = scene.bot.arrived(1).await.remove(0).event();
    let keys: Vec<&String> = event["message"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["mid", "text", "nlp"]);
    assert_eq!((&event["message"]["text"], &event["message"]["nlp"]), (&json!("Bonjour"), &found));
}
