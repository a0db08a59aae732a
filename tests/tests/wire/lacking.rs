//! What the platform has and this version lacks is said in the emulator's own words, with code 3, and what the platform
//! does not have either in the platform's (M-55, M-57, M-61a).

use serde_json::{Value, json};

use crate::http::{Call, Message};
use crate::nodes::{ANN, BO, get, stand};
use crate::registration::subscribe;
use crate::stand::{BOT, PAGE, Setup, Stand, app_token, token};

#[track_caller]
fn lacks(answer: &Message, what: &str) {
    let text = format!("(#3) {what} is not supported by this version of the emulator");
    let error = &answer.json()["error"];
    assert_eq!((answer.status(), &error["message"]), (400, &json!(text)), "{}", answer.text());
    assert_eq!(
        (&error["code"], &error["type"], error.get("error_subcode")),
        (&json!(3), &json!("OAuthException"), None)
    );
}

#[track_caller]
fn unknown(answer: &Message, code: i64, text: &str) {
    let error = &answer.json()["error"];
    assert_eq!((&error["code"], &error["message"]), (&json!(code), &json!(text)));
}

async fn here() -> Stand {
    stand(Setup::new()).await
}

#[tokio::test]
async fn a_batch_is_not_supported_however_and_wherever_it_comes() {
    let stand = here().await;
    let batch = r#"[{"method":"GET","relative_url":"me"}]"#;
    let encoded = "batch=%5B%7B%22method%22%3A%22GET%22%2C%22relative_url%22%3A%22me%22%7D%5D";
    let json = json!({"access_token": token(BOT), "include_headers": false, "batch": [{"method": "GET", "relative_url": "me"}]});
    for target in ["/", "/v25.0", "/v25.0/", "/me", &format!("/v20.0/{PAGE}")] {
        let with = format!("{target}?access_token={}", token(BOT));
        lacks(&stand.call(&Call::post(target).json(&json)).await, "a batch of calls");
        lacks(&stand.call(&Call::post(&with).body(encoded.to_owned())).await, "a batch of calls");
        lacks(&stand.call(&Call::post(&format!("{with}&{encoded}"))).await, "a batch of calls");
        let parts =
            format!("--x\r\nContent-Disposition: form-data; name=\"batch\"\r\n\r\n{batch}\r\n--x--\r\n");
        let call = Call::post(&with).header("Content-Type", "multipart/form-data; boundary=x").body(parts);
        lacks(&stand.call(&call).await, "a batch of calls");
    }
    let wrong = stand.call(&Call::post("/?access_token=wrong").json(&json!({"batch": []}))).await;
    assert_eq!(wrong.error(), (190, 0), "the token comes first");
    // A version that never was is unknown first, and a root without anything is nothing on the platform either.
    unknown(&stand.call(&Call::post("/v2.80/").json(&json)).await, 2500, "Unknown path components: /");
    let bare = stand.call(&Call::post(&format!("/?access_token={}", token(BOT)))).await;
    unknown(&bare, 100, "No node specified");
}

#[tokio::test]
async fn fields_that_the_platform_has_are_told_from_fields_of_nothing() {
    let stand = here().await;
    for (target, what) in [
        (
            "/me?fields=connected_instagram_account".to_owned(),
            "the field connected_instagram_account of a Page",
        ),
        ("/me?fields=id,name,%20fan_count".to_owned(), "the field fan_count of a Page"),
        (format!("/{PAGE}?fields=conversations.limit(3)%7Bid%7D"), "the field conversations of a Page"),
        ("/me?fields=picture%7Burl%7D".to_owned(), "the expansion of the field picture of a Page"),
        ("/me?fields=name,picture.type(large)".to_owned(), "the expansion of the field picture of a Page"),
        (format!("/{ANN}?fields=email"), "the field email of a person"),
        (format!("/{ANN}?fields=first_name,last_ad_referral"), "the field last_ad_referral of a person"),
    ] {
        lacks(&get(&stand, &target, &token(BOT)).await, what);
    }
    lacks(
        &get(&stand, &format!("/{BOT}?fields=namespace"), &app_token(BOT)).await,
        "the field namespace of an app",
    );
    for (target, kind) in [("/me".to_owned(), "Page"), (format!("/{ANN}"), "User")] {
        let answer = get(&stand, &format!("{target}?fields=shoe_size"), &token(BOT)).await;
        let text = format!("(#100) Tried accessing nonexisting field (shoe_size) on node type ({kind})");
        unknown(&answer, 100, &text);
    }
}

#[tokio::test]
async fn edges_and_nodes_that_the_platform_has_are_told_from_those_of_nothing() {
    let stand = here().await;
    for (method, path, what) in [
        ("GET", "/me/conversations".to_owned(), "conversations"),
        ("GET", "/me/feed".to_owned(), "feed"),
        ("POST", format!("/v25.0/{PAGE}/feed"), "feed"),
        ("GET", "/me/picture".to_owned(), "picture"),
        ("GET", "/me/personas".to_owned(), "personas"),
        ("POST", "/me/messenger_profile".to_owned(), "messenger_profile"),
        ("POST", "/me/message_attachments".to_owned(), "message_attachments"),
        ("GET", "/me/insights/page_impressions".to_owned(), "insights"),
        ("GET", format!("/{ANN}/custom_labels"), "custom_labels"),
        ("GET", format!("/{BO}/picture"), "picture"),
        ("GET", "/t_100200300".to_owned(), "a conversation by its id"),
        ("GET", "/m_abc-_1/attachments".to_owned(), "a message by its id"),
        ("POST", "/100_200/comments".to_owned(), "a post or a comment by its id"),
        ("GET", format!("/me/messages?user_id={ANN}"), "reading messages"),
        ("GET", "/sticker_packs".to_owned(), "sticker_packs"),
        ("GET", "/?ids=1,2".to_owned(), "ids, which reads several nodes at once,"),
    ] {
        let glue = if path.contains('?') { '&' } else { '?' };
        let call = Call::new(method, &format!("{path}{glue}access_token={}", token(BOT)));
        lacks(&stand.call(&call).await, what);
    }
    lacks(&stand.call(&Call::get("/oauth/access_token?client_id=1")).await, "oauth, which gives out tokens,");
    let activities = format!("/{BOT}/activities?access_token={}", app_token(BOT));
    lacks(&stand.call(&Call::post(&activities)).await, "activities");
    for (path, rest) in [("/me/fridge", "fridge"), ("/42/fridge/door", "fridge/door")] {
        unknown(&get(&stand, path, &token(BOT)).await, 2500, &format!("Unknown path components: /{rest}"));
    }
    let nobody = get(&stand, "/nobody", &token(BOT)).await;
    assert_eq!(nobody.error(), (100, 33));
}

#[tokio::test]
async fn webhooks_of_other_objects_are_told_from_those_of_nothing() {
    let stand = here().await;
    let answer = async |object: &str| {
        subscribe(&stand, BOT, &[("object", object), ("callback_url", "http://127.0.0.1:1/")]).await
    };
    lacks(&answer("instagram").await, "the object instagram of webhooks");
    lacks(&answer("User").await, "the object User of webhooks");
    unknown(&answer("fridge").await, 200, "(#200) Permissions error");
}

fn proof(of: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"bot-app-secret").unwrap();
    mac.update(of.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_token_is_looked_into_with_the_proof_of_either_token() {
    let stand = here().await;
    let (page, app) = (token(BOT), app_token(BOT));
    let target = format!("/debug_token?input_token={page}");
    let ask = async |proof: &str| get(&stand, &format!("{target}&appsecret_proof={proof}"), &app).await;
    let spelt = app.replace("%7C", "|");
    for of in [&page, &spelt] {
        assert_eq!(ask(&proof(of)).await.json()["data"]["is_valid"], Value::Bool(true), "of {of}");
    }
    let time = format!("/debug_token?input_token={page}&appsecret_time=1700000000");
    let timed =
        get(&stand, &format!("{time}&appsecret_proof={}", proof(&format!("{page}|1700000000"))), &app).await;
    assert_eq!(timed.json()["data"]["is_valid"], Value::Bool(true));
    for of in ["another", ""] {
        unknown(&ask(&proof(of)).await, 100, "Invalid appsecret_proof provided in the API argument");
    }
    // Elsewhere a proof is of the token that calls.
    let elsewhere =
        get(&stand, &format!("/{BOT}?input_token={page}&appsecret_proof={}", proof(&page)), &app).await;
    unknown(&elsewhere, 100, "Invalid appsecret_proof provided in the API argument");
}
