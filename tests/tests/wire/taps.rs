//! What follows from a message that is more than a text: what people can tap in it, what it answers,
//! what the Page thinks of theirs (M-144 to M-147, M-159 to M-162).

use std::sync::Arc;

use emulator_core::{Answer, Effect, Field, PersonAct, Psid, Timestamp};
use emulator_server::journal::event_to_json;
use emulator_server::{Lane, person_message};
use serde_json::{Value, json};

use crate::payloads::{Keys, hold_shape_against, item};
use crate::stand::{BOT, Says as _, Setup, Stand, entries, journal};

struct Scene {
    stand: Stand,
    lane: Arc<Lane>,
    ann: Psid,
}

impl Scene {
    async fn new() -> Self {
        let fields = [Field::Messages, Field::MessageEchoes, Field::MessagingPostbacks];
        let stand = Setup::new().fields(BOT, &fields).serve().await;
        let (lane, ann) = stand.lane("lane");
        lane.person_says(ann, "hi").expect("ann may write");
        Self { stand, lane, ann }
    }

    /// Sends a message, as the bot; its id.
    async fn sends(&self, body: Value) -> String {
        let mut call = json!({"recipient": {"id": self.ann.to_string()}});
        call.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = self.stand.post(BOT, "messages", &call).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        answer.json()["message_id"].as_str().unwrap_or_default().to_owned()
    }

    /// Ann taps; the payload that she gives, if there is something to tap.
    fn taps(&self, what: &str) -> Option<String> {
        let act = PersonAct::Taps { what: what.into(), within: None };
        let answer = self.lane.person_acts(self.ann, act).result.ok()?;
        let Answer::Tapped { payload, .. } = answer else { panic!("a tap gives a payload, not {answer:?}") };
        Some(payload.to_string())
    }

    /// The newest event that the bot hears, without what is different every time.
    fn heard(&self) -> Value {
        let heard = entries(&self.lane).into_iter().rev().find_map(|entry| {
            let Effect::Deliver(delivery) = entry.effect()? else { return None };
            (delivery.app == BOT).then(|| event_to_json(delivery))
        });
        let event: Value = serde_json::from_str(&heard.expect("something was heard")).unwrap();
        let mut what =
            if event["postback"].is_object() { event["postback"].clone() } else { event["message"].clone() };
        what.as_object_mut().unwrap().shift_remove("mid");
        what
    }
}

#[tokio::test]
async fn quick_replies_of_every_kind_can_be_tapped() {
    let scene = Scene::new().await;
    let replies = json!([
        {"content_type": "text", "title": "Yes", "payload": "YES"},
        {"content_type": "text", "title": "", "payload": "RED", "image_url": "https://shop.test/red.png"},
        {"content_type": "user_phone_number"},
        {"content_type": "user_email", "title": "ignored", "payload": "ignored"},
    ]);
    let cases = [
        ("Yes", Some(("YES", json!({"quick_reply": {"payload": "YES"}, "text": "Yes"})))),
        ("YES", Some(("YES", json!({"quick_reply": {"payload": "YES"}, "text": "Yes"})))),
        ("RED", Some(("RED", json!({"quick_reply": {"payload": "RED"}})))),
        ("+1 (212) 555-2368", {
            let number = "+1 (212) 555-2368";
            Some((number, json!({"quick_reply": {"payload": number}, "text": number})))
        }),
        ("ann@shop.test", {
            Some((
                "ann@shop.test",
                json!({"quick_reply": {"payload": "ann@shop.test"}, "text": "ann@shop.test"}),
            ))
        }),
        ("user_phone_number", None),
        ("ignored", None),
        ("2125552368", None),
        ("@", None),
    ];
    for (what, expected) in cases {
        scene.sends(json!({"message": {"text": "Well?", "quick_replies": replies}})).await;
        let (payload, event) = expected.unzip();
        assert_eq!(scene.taps(what).as_deref(), payload, "{what}");
        if let Some(event) = event {
            assert_eq!(scene.heard().to_string(), event.to_string(), "{what}");
        }
    }
}

#[tokio::test]
async fn postback_buttons_of_templates_can_be_tapped() {
    let scene = Scene::new().await;
    let button = |title: &str, payload: &str| json!({"type": "postback", "title": title, "payload": payload});
    let page = json!({"type": "web_url", "title": "Look", "url": "https://shop.test"});
    let elements = json!([
        {"title": "Kettle", "buttons": [button("Buy", "BUY_K"), page, button("Less", "LESS_K")]},
        {"title": "Cup", "buttons": [button("Buy", "BUY_C")]},
    ]);
    let generic = json!({"template_type": "generic", "elements": elements});
    scene.sends(json!({"message": {"attachment": {"type": "template", "payload": generic}}})).await;
    assert_eq!(scene.taps("Look"), None, "it opens a page and tells nobody");
    assert_eq!(scene.taps("BUY_K").as_deref(), Some("BUY_K"));
    assert_eq!(scene.heard(), json!({"title": "Buy", "payload": "BUY_K"}));
    assert_eq!(scene.taps("Less").as_deref(), Some("LESS_K"));
    assert_eq!(scene.taps("BUY_C").as_deref(), Some("BUY_C"));
    let text = json!({"template_type": "button", "text": "And?", "buttons": [button("Buy", 7.to_string().as_str())]});
    scene.sends(json!({"message": {"attachment": {"type": "template", "payload": text}}})).await;
    assert_eq!(scene.taps("Buy").as_deref(), Some("7"), "what fits several means the newest");
    let conversation = scene.lane.conversation(scene.ann).unwrap();
    let text = conversation.newest_of_page().unwrap().message.text.clone();
    assert_eq!(text.as_deref(), Some("And?"), "the text of a template is that of its bubble");
}

#[tokio::test]
async fn an_answer_names_what_it_answers() {
    let scene = Scene::new().await;
    let said = scene.lane.person_says(scene.ann, "which one?").unwrap().mid.to_string();
    let sent = scene.sends(json!({"message": {"text": "this"}, "reply_to": {"mid": said}})).await;
    assert_eq!(scene.heard()["reply_to"], json!({"mid": said}));
    scene.sends(json!({"message": {"text": "that"}, "reply_to": json!({"mid": sent}).to_string()})).await;
    assert_eq!(scene.heard()["reply_to"], json!({"mid": sent}), "its own messages too, and JSON as text");
}

#[tokio::test]
async fn the_page_reacts_and_nobody_hears_of_it() {
    let scene = Scene::new().await;
    let said = scene.lane.person_says(scene.ann, "thank you").unwrap().mid.to_string();
    let before = scene.lane.last_seq();
    let recipient = json!({"id": scene.ann.to_string()});
    for (action, payload) in [
        ("react", json!({"message_id": said, "reaction": "😊"})),
        ("REACT", json!(json!({"message_id": said, "reaction": "love"}).to_string())),
        ("unreact", json!({"message_id": said})),
    ] {
        let call = json!({"recipient": recipient, "sender_action": action, "payload": payload});
        let answer = scene.stand.post(BOT, "messages", &call).await;
        assert_eq!((answer.status(), answer.json()), (200, json!({"recipient_id": scene.ann.to_string()})));
    }
    let after: Vec<Value> = journal(&scene.lane)
        .into_iter()
        .filter(|entry| entry["seq"].as_u64().unwrap() > before)
        .map(|entry| entry["data"].clone())
        .collect();
    let call = |action: &str, reaction: Option<&str>| {
        let mut call =
            json!({"app": "bot", "verb": "signals", "person": "ann", "action": action, "to": said});
        call.as_object_mut()
            .unwrap()
            .extend(reaction.map(|reaction| ("reaction".to_owned(), json!(reaction))));
        call
    };
    assert_eq!(after, [call("react", Some("😊")), call("react", Some("love")), call("unreact", None)]);
}

#[tokio::test]
async fn attachments_of_people_arrive_as_recorded() {
    /// Stickers were images then: 2026-05-01.
    const SPRING: Timestamp = Timestamp(1_777_593_600_000);
    let scene = Scene::new().await;
    let shop = "https://shop.test/foo.doc";
    let cases = [
        ("obs.message_webhooks.08", json!({"sticker": 369_239_263_222_822_u64})),
        ("obs.message_webhooks.12", json!({"location": {"lat": 1.2, "long": -1.3}})),
        ("file.message_webhooks.07", json!({"fallback": {"url": shop, "title": "Foo"}})),
        ("file.message_webhooks.08", {
            json!({"attachments": [{"type": "ig_reel", "payload": {"url": "/reel/1/", "reel_video_id": 1}}]})
        }),
    ];
    for (id, sent) in cases {
        let message = person_message(&sent, SPRING).unwrap();
        scene.lane.person_acts(scene.ann, PersonAct::Says(Arc::new(message))).result.unwrap();
        let recorded = item(id)["body"]["entry"][0]["messaging"][0]["message"].clone();
        // A shared page brings its address as text, which the record lacks.
        hold_shape_against(id, &scene.heard(), &recorded, Keys::AsSets, &["mid"], &["text"]);
    }
}
