//! What is read beside the Send API, and who may read it: people, the Page, apps, tokens
//! (M-22, M-36, M-48 to M-68, M-246, M-249, M-265).

use std::fmt::Write as _;

use emulator_core::{AdminChange, AppMode, Permission, PersonAct, Profile, Psid, Span, TokenState};
use emulator_server::{ClockMode, LaneSpec, PersonSpec, Quiet};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::http::{Call, Message, PATIENCE};
use crate::payloads::hold_error_against;
use crate::stand::{
    BOT, LIVECHAT, MORNING, PAGE, STRANGER, Says as _, Setup, Stand, app_token, journal, secret, sending,
    token,
};

/// An answer as people look at it, with what is chance left out.
pub(crate) fn shown(answer: &Message) -> String {
    let body = answer.text();
    let body = match body.split_once(r#""fbtrace_id":""#) {
        Some((before, after)) => format!("{before}\"fbtrace_id\":\"[trace]{}", &after[23..]),
        None => body.to_owned(),
    };
    format!("{} {body}\n", answer.status())
}

fn ann() -> PersonSpec {
    let text = |text: &str| Some(text.into());
    let profile = Profile {
        first_name: text("Ann"),
        last_name: text("Lee"),
        profile_pic: None,
        locale: text("en_US"),
        timezone: Some(-7),
        gender: text("female"),
    };
    PersonSpec { id: Some(Psid(7_000_000_000_000_001)), profile, ..PersonSpec::named("ann", PAGE) }
}

/// A stage with ann, who has written.
pub(crate) async fn stand(setup: Setup) -> Stand {
    let stand = setup.serve().await;
    let bo = PersonSpec { id: Some(Psid(7_000_000_000_000_002)), ..PersonSpec::named("bo", PAGE) };
    let clock = ClockMode::Frozen { at: MORNING };
    let spec = LaneSpec { name: "nodes".into(), clock, settings: None, people: vec![ann(), bo] };
    let lane = stand.stage.open_lane(spec).unwrap();
    stand.stage.give_unnamed_calls(&lane);
    lane.person_says(lane.person("ann", PAGE).unwrap(), "hi").unwrap();
    stand
}

pub(crate) const ANN: &str = "7000000000000001";
pub(crate) const BO: &str = "7000000000000002";

pub(crate) async fn get(stand: &Stand, target: &str, token: &str) -> Message {
    let separator = if target.contains('?') { '&' } else { '?' };
    stand.call(&Call::get(&format!("{target}{separator}access_token={token}"))).await
}

/// The answers to these targets with an app's Page token.
async fn answers(stand: &Stand, targets: &[&str], token: &str) -> String {
    let mut out = String::new();
    for target in targets {
        let _ = write!(out, "GET {target}\n{}", shown(&get(stand, target, token).await));
    }
    out
}

#[tokio::test]
async fn a_profile_shows_what_was_asked_for_in_that_order() {
    let stand = stand(Setup::new()).await;
    let all = answers(
        &stand,
        &[
            &format!("/v25.0/{ANN}"),
            &format!("/{ANN}?fields=locale,timezone,gender,first_name,last_name,name,profile_pic"),
            &format!("/{ANN}?fields=id,%20last_name,first_name,last_name"),
            &format!("/{ANN}?fields=id"),
            &format!("/{BO}?fields=first_name"),
            &format!("/{ANN}?fields=first_name,shoe_size"),
            "/976418212548910?fields=first_name",
            "/ann",
        ],
        &token(BOT),
    )
    .await;
    insta::assert_snapshot!(all);
    // M-265: the id comes last, whatever was asked for.
    let answer = get(&stand, &format!("/{ANN}?fields=id,last_name"), &token(BOT)).await;
    assert_eq!(answer.text(), format!(r#"{{"last_name":"Lee","id":"{ANN}"}}"#));
    // Y-12: a person who was never met shows nothing.
    assert_eq!(get(&stand, &format!("/{BO}"), &token(BOT)).await.text(), "{}");
}

#[tokio::test]
async fn language_time_zone_and_gender_need_permissions() {
    let granted = [Permission::PagesMessaging, Permission::PagesUserTimezone];
    let stand = stand(Setup::new().permissions(BOT, &granted).permissions(LIVECHAT, &[])).await;
    let target = |fields: &str| format!("/{ANN}?fields={fields}");
    for fields in ["first_name,locale,timezone,gender", "gender", "locale,id", "timezone,%20locale"] {
        let denied = get(&stand, &target(fields), &token(BOT)).await;
        assert_eq!((denied.status(), denied.error()), (400, (100, 2_018_247)), "{fields}");
    }
    let answer = get(&stand, &target("first_name,timezone"), &token(BOT)).await;
    assert_eq!(answer.text(), format!(r#"{{"first_name":"Ann","timezone":-7,"id":"{ANN}"}}"#));
    let target = target("first_name");
    let denied = get(&stand, &target, &token(LIVECHAT)).await;
    assert_eq!((denied.status(), denied.error()), (400, (100, 2_018_247)));
    // An app in development sees the people with a role on it alone.
    let lane = stand.stage.lane("nodes").unwrap();
    lane.admin_changes(PAGE.messenger(), AdminChange::Mode { app: BOT, mode: AppMode::Development })
        .result
        .unwrap();
    let denied = get(&stand, &target, &token(BOT)).await;
    assert_eq!((denied.status(), denied.error()), (400, (100, 2_018_247)));
}

#[tokio::test]
async fn profile_fields_without_permission_are_left_out_where_the_page_says_so() {
    let granted = [Permission::PagesMessaging, Permission::PagesUserTimezone];
    let stand = stand(Setup::new().permissions(BOT, &granted).option("profile_fields", "omit")).await;
    let answer = get(&stand, &format!("/{ANN}?fields=first_name,locale,timezone,gender"), &token(BOT)).await;
    assert_eq!(answer.text(), format!(r#"{{"first_name":"Ann","timezone":-7,"id":"{ANN}"}}"#));
    let answer = get(&stand, &format!("/{ANN}?fields=locale"), &token(BOT)).await;
    assert_eq!(answer.text(), format!(r#"{{"id":"{ANN}"}}"#));
}

#[tokio::test]
async fn pages_and_apps_are_nodes() {
    let stand = stand(Setup::new()).await;
    let page = format!("/v25.0/{PAGE}");
    let app = format!("/{BOT}");
    let mut all = answers(
        &stand,
        &[
            "/me",
            "/me?fields=id,name",
            &format!("{page}?fields=category,name,link,is_published,access_token,picture"),
            &format!("{page}?fields=name,nme"),
            &format!("/{LIVECHAT}"),
        ],
        &token(BOT),
    )
    .await;
    let targets =
        [app.as_str(), &format!("{app}?fields=name"), &format!("{app}?fields=secret"), "/me", &page];
    all.push_str(&answers(&stand, &targets, &app_token(BOT)).await);
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn an_app_looks_into_its_tokens() {
    let stand = stand(Setup::new()).await;
    let lane = stand.stage.lane("nodes").unwrap();
    let ask = |input: &str| format!("/debug_token?input_token={input}");
    let mut all = answers(
        &stand,
        &[
            &ask(&token(BOT)),
            &ask(&app_token(BOT)),
            &ask("nonsense"),
            &ask(&format!("{BOT}%7Cwrong")),
            &ask(&token(LIVECHAT)),
            "/v25.0/debug_token",
        ],
        &app_token(BOT),
    )
    .await;
    all.push_str(&answers(&stand, &[&ask(&token(BOT))], &token(BOT)).await);
    for state in [
        TokenState::Expires(MORNING + Span::HOUR),
        TokenState::Expires(MORNING),
        TokenState::SessionEnded,
        TokenState::Deauthorized,
    ] {
        lane.admin_changes(PAGE.messenger(), AdminChange::Token { app: BOT, state }).result.unwrap();
        let _ = writeln!(all, "{state:?}");
        all.push_str(&answers(&stand, &[&ask(&token(BOT))], &app_token(BOT)).await);
    }
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn a_token_that_has_ended_is_refused_wherever_it_is_used() {
    let stand = stand(Setup::new()).await;
    let lane = stand.stage.lane("nodes").unwrap();
    let expires = TokenState::Expires(MORNING + Span::HOUR);
    lane.admin_changes(PAGE.messenger(), AdminChange::Token { app: BOT, state: expires }).result.unwrap();
    let send = || stand.send(BOT, Psid(7_000_000_000_000_001), "a");
    assert_eq!(send().await.status(), 200, "it holds until then");
    lane.advance(MORNING + Span::HOUR + Span(7 * 60_000), Quiet::Auto, PATIENCE).await.unwrap();
    let mut all = String::new();
    for state in [expires, TokenState::SessionEnded, TokenState::Deauthorized] {
        lane.admin_changes(PAGE.messenger(), AdminChange::Token { app: BOT, state }).result.unwrap();
        let answer = send().await;
        let _ = write!(all, "{state:?}\n{}", shown(&answer));
        let expected = answer.error();
        let malformed = stand.post(BOT, "messages", &json!({})).await;
        assert_eq!(malformed.error(), expected, "the token comes before the parameters (M-150)");
        for target in ["/me", "/me/subscribed_apps", &format!("/{ANN}")] {
            let answer = get(&stand, target, &token(BOT)).await;
            assert_eq!((answer.status(), answer.error()), (400, expected), "{target}");
        }
    }
    insta::assert_snapshot!(all);
    lane.admin_changes(PAGE.messenger(), AdminChange::Token { app: BOT, state: TokenState::Valid })
        .result
        .unwrap();
    assert_eq!(send().await.status(), 200, "an admin can mend it");
}

#[tokio::test]
async fn the_wrong_kind_of_token_is_told_from_a_wrong_one() {
    let stand = stand(Setup::new()).await;
    let cases = [
        ("/me/messages", format!("{BOT}%7Cwrong"), (1, "Error validating client secret.")),
        ("/me", "999%7Cx".to_owned(), (101, "Error validating application. Invalid application ID.")),
        (
            "/me",
            app_token(BOT),
            (2500, "An active access token must be used to query information about the current user."),
        ),
        (
            "/me/subscribed_apps",
            app_token(BOT),
            (2500, "An active access token must be used to query information about the current user."),
        ),
    ];
    for (target, token, (code, message)) in cases {
        let answer = get(&stand, target, &token).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.json()["error"]["code"], code, "{target} {token}");
        assert_eq!(answer.json()["error"]["message"], message);
    }
    let subscriptions = format!("/v25.0/{BOT}/subscriptions");
    let answer = get(&stand, &subscriptions, &token(BOT)).await;
    assert_eq!(answer.error(), (15, 0), "M-63");
    let answer = get(&stand, &format!("/{LIVECHAT}/subscriptions"), &app_token(BOT)).await;
    assert_eq!(answer.error(), (100, 33), "another app's");
    let answer = get(&stand, &format!("/{PAGE}/subscribed_apps"), &app_token(BOT)).await;
    assert_eq!(answer.error(), (210, 0), "M-54");
    let answer = get(&stand, "/me", &token(STRANGER)).await;
    assert_eq!(answer.error(), (190, 0), "not on the Page");
}

fn proof(secret: &str, message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_proof_of_the_secret_is_checked_and_may_be_required() {
    let stand = stand(Setup::new().proof(LIVECHAT)).await;
    let bot = token(BOT);
    let me = |token: &str, extra: &str| Call::get(&format!("/me?access_token={token}{extra}"));
    let good = proof(&secret(BOT), &bot);
    let timed = proof(&secret(BOT), &format!("{bot}|1783328400"));
    let other = proof(&secret(LIVECHAT), &bot);
    for extra in [
        String::new(),
        format!("&appsecret_proof={good}"),
        format!("&appsecret_proof={timed}&appsecret_time=1783328400"),
    ] {
        assert_eq!(stand.call(&me(&bot, &extra)).await.status(), 200, "{extra}");
    }
    let in_body = Call::post(&format!("/me/messages?access_token={bot}"))
        .json(&json!({"recipient": {"id": ANN}, "message": {"text": "a"}, "appsecret_proof": good}));
    assert_eq!(stand.call(&in_body).await.status(), 200);
    for extra in [
        format!("&appsecret_proof={other}"),
        format!("&appsecret_proof={}", good.to_uppercase()),
        format!("&appsecret_proof={timed}&appsecret_time=1783328401"),
        "&appsecret_proof=x".to_owned(),
    ] {
        let answer = stand.call(&me(&bot, &extra)).await;
        hold_error_against(&answer, "obs.auth_errors.08", &[]);
    }
    let mut wrong = sending(Psid(7_000_000_000_000_001), "a");
    wrong["appsecret_proof"] = Value::from("0");
    hold_error_against(&stand.post(BOT, "messages", &wrong).await, "obs.auth_errors.09", &[]);

    let livechat = token(LIVECHAT);
    let missing = stand.call(&me(&livechat, "")).await;
    assert_eq!(
        missing.json()["error"]["message"],
        "API calls from the server require an appsecret_proof argument"
    );
    assert_eq!(missing.json()["error"]["type"], "GraphMethodException");
    let app = Call::get(&format!("/{LIVECHAT}?access_token={}", app_token(LIVECHAT)));
    assert_eq!(stand.call(&app).await.error(), (100, 0), "its own token needs one as well");
    let given = format!("&appsecret_proof={}", proof(&secret(LIVECHAT), &livechat));
    assert_eq!(stand.call(&me(&livechat, &given)).await.status(), 200);
}

#[tokio::test]
async fn a_token_of_the_real_platform_is_refused_and_stands_nowhere() {
    let stand = stand(Setup::new()).await;
    let real = format!("EAAB{}", "x7Zd".repeat(30));
    let bot = token(BOT);
    let calls = [
        Call::get(&format!("/me?access_token={real}")),
        Call::get("/me").header("Authorization", &format!("Bearer {real}")),
        Call::get(&format!("/v25.0/{real}?access_token={bot}")),
        Call::get(&format!("/debug_token?access_token={}&input_token={real}", app_token(BOT))),
        Call::post(&format!("/me/messages?access_token={bot}"))
            .json(&json!({"recipient": {"id": ANN}, "message": {"text": real}})),
        Call::post("/me/messages").form(&[("access_token", &real), ("recipient", "{}")]),
    ];
    let mut came = std::pin::pin!(stand.stage.real_token_came());
    let early = std::future::poll_fn(|context| std::task::Poll::Ready(came.as_mut().poll(context))).await;
    assert!(early.is_pending(), "nobody has sent one yet");
    for call in calls {
        let answer = stand.call(&call).await;
        assert_eq!((answer.status(), answer.error()), (400, (190, 0)), "{call:?}");
        assert!(!format!("{answer:?}").contains(&real));
    }
    tokio::time::timeout(PATIENCE, came).await.expect("somebody is told");
    let written = format!("{:?}", journal(&stand.stage.lane("nodes").unwrap()));
    assert!(written.contains("[token removed]") && !written.contains("x7Zd"), "{written}");
}

#[tokio::test]
async fn a_person_who_blocked_the_page_and_an_app_in_development_are_real_causes() {
    let stand = stand(Setup::new()).await;
    let lane = stand.stage.lane("nodes").unwrap();
    let ann = Psid(7_000_000_000_000_001);
    lane.person_acts(ann, PersonAct::Blocks(true)).result.unwrap();
    assert_eq!(stand.send(BOT, ann, "a").await.error(), (551, 1_545_041), "M-113");
    lane.person_acts(ann, PersonAct::Blocks(false)).result.unwrap();
    assert_eq!(stand.send(BOT, ann, "a").await.status(), 200);
    let change = AdminChange::Permission { app: BOT, permission: Permission::PagesMessaging, granted: false };
    lane.admin_changes(PAGE.messenger(), change).result.unwrap();
    let answer = stand.send(BOT, ann, "a").await;
    assert_eq!((answer.status(), answer.error()), (403, (230, 0)), "C-02");
}
