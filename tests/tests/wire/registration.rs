//! Apps that say themselves where they want their webhooks, and for what: `subscribed_apps` and
//! `subscriptions` (M-59, M-63, M-68, M-73, M-81, M-186, M-243, M-244).

use emulator_server::Quiet;
use std::fmt::Write as _;
use std::net::SocketAddr;

use emulator_core::{AdminChange, AppId, Field, Party, Permission, RuleId, Span};
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::bot::{Bot, Reaction};
use crate::http::{Call, Client, Message, PATIENCE};
use crate::nodes::shown;
use crate::stand::{
    BOT, LIVECHAT, PAGE, Says as _, Setup, Stand, app_token, entries, sending, settled, token,
};

/// What a bot does when its webhook is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verifies {
    /// Gives the challenge back, if the verify token is this one.
    With(&'static str),
    /// Answers with something else.
    Wrongly,
}

/// A bot that registers itself, on the server on which it is asked whether it is itself. It answers
/// each message with the same text.
struct Registrant {
    address: SocketAddr,
    heard: mpsc::UnboundedReceiver<Value>,
    task: JoinHandle<()>,
}

impl Drop for Registrant {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Registrant {
    async fn start(graph: SocketAddr, verifies: Verifies) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, heard) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, graph, verifies, sender.clone()));
            }
        });
        Self { address, heard, task }
    }

    fn url(&self) -> String {
        format!("http://{}/webhook", self.address)
    }

    async fn hears(&mut self) -> Value {
        tokio::time::timeout(PATIENCE, self.heard.recv()).await.expect("a delivery comes").unwrap()
    }
}

async fn converse(
    stream: TcpStream,
    graph: SocketAddr,
    verifies: Verifies,
    heard: mpsc::UnboundedSender<Value>,
) {
    let mut stream = BufReader::new(stream);
    while let Ok(Some(request)) = Message::read(&mut stream).await {
        let (status, body) = if request.start.starts_with("GET") {
            challenged(request.target(), verifies)
        } else {
            let event = request.json()["entry"][0]["messaging"][0].clone();
            let text = event["message"]["text"].as_str().unwrap_or_default().to_owned();
            let _ = heard.send(event.clone());
            if !text.is_empty() {
                let ann = event["sender"]["id"].as_str().unwrap().parse().unwrap();
                let call = Call::post(&format!("/me/messages?access_token={}", token(BOT)));
                let call = call.json(&sending(ann, &format!("you said {text}")));
                tokio::spawn(async move { Client::connect(graph).await.call(&call).await });
            }
            ("200 OK", "ok".to_owned())
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn challenged(target: &str, verifies: Verifies) -> (&'static str, String) {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    match verifies {
        Verifies::With(token) if value("hub.verify_token").as_deref() == Some(token) => {
            ("200 OK", value("hub.challenge").unwrap())
        }
        Verifies::With(_) => ("403 Forbidden", String::new()),
        Verifies::Wrongly => ("200 OK", format!("\"{}\"", value("hub.challenge").unwrap())),
    }
}

pub(crate) async fn subscribe(stand: &Stand, app: AppId, pairs: &[(&str, &str)]) -> Message {
    let call = Call::post(&format!("/v25.0/{app}/subscriptions?access_token={}", app_token(app)));
    stand.call(&call.form(pairs)).await
}

pub(crate) async fn subscriptions(stand: &Stand, app: AppId) -> Message {
    stand.call(&Call::get(&format!("/{app}/subscriptions?access_token={}", app_token(app)))).await
}

async fn installed(stand: &Stand, app: AppId) -> Message {
    stand.call(&Call::get(&format!("/me/subscribed_apps?access_token={}", token(app)))).await
}

fn success(answer: &Message) {
    assert_eq!((answer.status(), answer.text()), (200, r#"{"success":true}"#));
}

#[tokio::test]
async fn a_bot_that_registers_itself_hears_and_answers() {
    let stand = Setup::new().fields(BOT, &[]).serve().await;
    let (lane, ann) = stand.lane("registration");
    assert!(!lane.is_real(BOT), "steps play it until it registers");
    assert_eq!(subscriptions(&stand, BOT).await.text(), r#"{"data":[]}"#);
    let mut bot = Registrant::start(stand.address, Verifies::With("sesame")).await;
    let url = bot.url();
    let fields = "messages, messaging_postbacks,feed";
    let pairs = [("object", "page"), ("callback_url", &url), ("verify_token", "sesame"), ("fields", fields)];
    success(&subscribe(&stand, BOT, &pairs).await);
    assert!(lane.is_real(BOT));
    let answer = subscriptions(&stand, BOT).await;
    let expected = json!({"data": [{"object": "page", "callback_url": url, "active": true, "fields": [
        {"name": "feed", "version": "v25.0"},
        {"name": "messages", "version": "v25.0"},
        {"name": "messaging_postbacks", "version": "v25.0"},
    ]}]});
    assert_eq!(answer.json().to_string(), expected.to_string());

    lane.person_says(ann, "too early").unwrap();
    settled(&lane).await;
    let install = Call::post(&format!("/me/subscribed_apps?access_token={}", token(BOT)))
        .json(&json!({"subscribed_fields": ["messages", "messaging_postbacks"]}));
    success(&stand.call(&install).await);
    lane.person_says(ann, "hello").unwrap();
    assert_eq!(bot.hears().await["message"]["text"], "hello", "what came before both had subscribed is lost");
    let answered = async {
        while !entries(&lane).iter().any(|entry| entry.call().is_some_and(|call| call.verb() == "sends")) {
            lane.changed(PATIENCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, answered).await.expect("it answers");

    // The app hears of what both have subscribed: it has no echoes of its own (M-244).
    let narrower = [("object", "page"), ("fields", "messaging_postbacks")];
    success(&subscribe(&stand, BOT, &narrower).await);
    lane.person_says(ann, "still there?").unwrap();
    settled(&lane).await;
    assert!(bot.heard.try_recv().is_err());
}

#[tokio::test]
async fn a_registration_that_fails_leaves_everything_as_it_was() {
    let old = Bot::start().await;
    let stand = Setup::new().webhook(BOT, old.url()).serve().await;
    let (lane, ann) = stand.lane("registration");
    let before = subscriptions(&stand, BOT).await.text().to_owned();
    let refuses = Registrant::start(stand.address, Verifies::With("another")).await;
    let garbles = Registrant::start(stand.address, Verifies::Wrongly).await;
    let missing = Bot::reacting(|_, _| Reaction::Status(404)).await;
    let nobody = TcpListener::bind("127.77.0.3:0").await.unwrap();
    let gone = format!("http://{}/webhook", nobody.local_addr().unwrap());
    drop(nobody);
    let mut all = String::new();
    for (name, url, fields) in [
        ("a wrong verify token", refuses.url(), "messages"),
        ("a wrong challenge", garbles.url(), "messages"),
        ("nothing there", missing.url(), "messages"),
        ("nobody there", gone.clone(), "messages"),
        ("no address", "bot/webhook".to_owned(), "messages"),
        ("away from this machine", "http://example.com/webhook".to_owned(), "messages"),
        ("an unknown field", old.url(), "messages,orders"),
    ] {
        let pairs =
            [("object", "page"), ("callback_url", url.as_str()), ("verify_token", "v"), ("fields", fields)];
        let answer = subscribe(&stand, BOT, &pairs).await;
        let shown = shown(&answer).replace(&url.replace('/', "\\/"), "[url]");
        let list = shown
            .split_once("{feed, ")
            .and_then(|(_, rest)| rest.split_once('}'))
            .map(|(list, _)| list.to_owned());
        let shown = list.map_or(shown.clone(), |list| shown.replace(&list, "…"));
        let _ = write!(all, "# {name}\n{shown}");
        assert_eq!(subscriptions(&stand, BOT).await.text(), before, "{name}");
    }
    for (name, pairs) in [
        ("no object", vec![("callback_url", "http://127.0.0.1:1/")]),
        ("another object", vec![("object", "instagram"), ("callback_url", "http://127.0.0.1:1/")]),
    ] {
        let _ = write!(all, "# {name}\n{}", shown(&subscribe(&stand, BOT, &pairs).await));
    }
    let _ =
        write!(all, "# no callback\n{}", shown(&subscribe(&stand, LIVECHAT, &[("object", "page")]).await));
    insta::assert_snapshot!(all);
    lane.person_says(ann, "hi").unwrap();
    assert_eq!(old.arrived(1).await.len(), 1, "webhooks still go where they went");
}

#[tokio::test]
async fn an_empty_name_of_a_field_fails_or_is_refused_as_the_page_says() {
    let pairs = [("object", "page"), ("fields[]", "messages"), ("fields[]", "")];
    let fails = Setup::new().webhook(BOT, "http://127.0.0.1:9/").serve().await;
    let answer = subscribe(&fails, BOT, &pairs).await;
    assert_eq!((answer.status(), answer.error()), (500, (1, 0)));
    assert!(answer.header("www-authenticate").unwrap().contains("\"unknown_error\""), "as the report shows");
    let refuses =
        Setup::new().option("empty_field_name", "refuse").webhook(BOT, "http://127.0.0.1:9/").serve().await;
    let answer = subscribe(&refuses, BOT, &pairs).await;
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("(#100) Param fields[1] must be one of {feed, "), "{message}");
}

#[tokio::test]
async fn what_comes_back_in_place_of_the_challenge_is_cut_after_twenty_characters() {
    let stand = Setup::new().serve().await;
    for (sent, shown) in [
        ("Error; wrong verify token", "Error; wrong verify ..."),
        ("twenty characters ab", "twenty characters ab"),
        ("☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕", "☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕☕..."),
        ("", ""),
    ] {
        let bot = Bot::reacting(move |_, _| Reaction::Answer(sent.to_owned())).await;
        let (url, pair) = (bot.url(), ("object", "page"));
        let answer = subscribe(&stand, BOT, &[pair, ("callback_url", &url), ("verify_token", "v")]).await;
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.error(), (2201, 0));
        assert!(message.ends_with(&format!(", received=\"{shown}\"")), "{message}");
    }
}

#[tokio::test]
async fn an_https_callback_is_taken_uncalled_where_the_webhook_is_known() {
    let bot = Bot::start().await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("registration");
    for public in ["https://shop.example.com/hook?a=b", "HTTPS://127.0.0.1.example.com/webhook"] {
        let pairs =
            [("object", "page"), ("callback_url", public), ("verify_token", "other"), ("fields", "messages")];
        success(&subscribe(&stand, BOT, &pairs).await);
        let listed = subscriptions(&stand, BOT).await.json()["data"][0].clone();
        assert_eq!(listed["callback_url"], public);
        assert_eq!(listed["fields"], json!([{"name": "messages", "version": "v25.0"}]));
        assert!(bot.arrivals().is_empty(), "nobody was asked for a challenge");
    }
    lane.person_says(ann, "hi").unwrap();
    assert_eq!(bot.arrived(1).await.len(), 1, "webhooks go on to where the bot listens");
    // An address on this machine is verified as ever, and deliveries follow it.
    let mut new = Registrant::start(stand.address, Verifies::With("sesame")).await;
    let url = new.url();
    success(
        &subscribe(&stand, BOT, &[("object", "page"), ("callback_url", &url), ("verify_token", "sesame")])
            .await,
    );
    assert_eq!(subscriptions(&stand, BOT).await.json()["data"][0]["callback_url"], url);
    lane.person_says(ann, "again").unwrap();
    assert_eq!(new.hears().await["message"]["text"], "again");
}

#[tokio::test]
async fn an_https_callback_of_an_app_without_a_known_webhook_says_what_to_name() {
    let stand = Setup::new().serve().await;
    for url in ["https://shop.example.com/hook", "http://shop.example.com/hook"] {
        let answer =
            subscribe(&stand, BOT, &[("object", "page"), ("callback_url", url), ("verify_token", "v")]).await;
        assert_eq!((answer.status(), answer.error()), (400, (3, 0)));
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(
            message.contains(url) && message.contains("--webhook bot=http://127.0.0.1:PORT/PATH"),
            "{message}"
        );
        assert_eq!(subscriptions(&stand, BOT).await.text(), r#"{"data":[]}"#);
    }
}

#[tokio::test]
async fn nothing_waits_for_a_bot_that_takes_long_to_verify() {
    let slow = Bot::reacting(|_, _| Reaction::Hold).await;
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("registration");
    let url = slow.url();
    let target = format!("/{BOT}/subscriptions?access_token={}", app_token(BOT));
    let call = Call::post(&target).form(&[("object", "page"), ("callback_url", &url)]);
    let mut client = stand.client().await;
    client.write(&call.bytes()).await;
    slow.arrived(1).await;
    lane.person_says(ann, "hi").unwrap();
    assert_eq!(stand.send(BOT, ann, "a").await.status(), 200, "others are served meanwhile");
    assert!(lane.settled(std::time::Duration::ZERO).await.is_err(), "but the lane knows of the open call");
    slow.release(1);
    assert_eq!(client.answer().await.unwrap().error(), (2201, 0));
    settled(&lane).await;
}

#[tokio::test]
async fn webhooks_go_to_the_newest_callback_and_end_with_the_subscription() {
    let old = Bot::start().await;
    let stand = Setup::new().webhook(BOT, old.url()).fields(BOT, &[Field::Messages]).serve().await;
    let (lane, ann) = stand.lane("registration");
    lane.person_says(ann, "one").unwrap();
    old.arrived(1).await;
    let mut new = Registrant::start(stand.address, Verifies::With("bot-verify-token")).await;
    let url = new.url();
    // Without a verify token the known one is asked for.
    success(&subscribe(&stand, BOT, &[("object", "page"), ("callback_url", &url)]).await);
    lane.person_says(ann, "two").unwrap();
    assert_eq!(new.hears().await["message"]["text"], "two");
    settled(&lane).await;
    let target = format!("/{BOT}/subscriptions?access_token={}", app_token(BOT));
    success(&stand.call(&Call::new("DELETE", &format!("{target}&object=page&fields=messages"))).await);
    assert!(!subscriptions(&stand, BOT).await.text().contains("messages\""));
    success(&stand.call(&Call::new("DELETE", &target)).await);
    assert_eq!(subscriptions(&stand, BOT).await.text(), r#"{"data":[]}"#);
    lane.person_says(ann, "three").unwrap();
    settled(&lane).await;
    assert!(new.heard.try_recv().is_err());
    assert_eq!(old.arrivals().len(), 1);
}

#[tokio::test]
async fn an_app_installs_itself_with_fields_in_place_of_those_before() {
    let permissions = [Permission::PagesManageMetadata];
    let stand = Setup::new().fields(BOT, &[]).permissions(LIVECHAT, &permissions).serve().await;
    let (lane, _) = stand.lane("registration");
    let install = |app, body: &str| {
        let call = Call::post(&format!("/v25.0/{PAGE}/subscribed_apps?access_token={}", token(app)));
        call.body(body.to_owned())
    };
    let bare = installed(&stand, BOT).await.json()["data"][0].clone();
    assert_eq!(
        (&bare["id"], bare.get("subscribed_fields")),
        (&json!(BOT.to_string()), None),
        "it is on the Page without fields"
    );
    for body in [
        "subscribed_fields=messaging_postbacks,%20feed%20,messages",
        "subscribed_fields[]=messages&subscribed_fields[]=messaging_postbacks&subscribed_fields[]=feed",
        r#"{"subscribed_fields":"feed, messages, messaging_postbacks"}"#,
    ] {
        success(&stand.call(&install(BOT, body)).await);
        let fields = &installed(&stand, BOT).await.json()["data"][0]["subscribed_fields"];
        assert_eq!(*fields, json!(["feed", "messages", "messaging_postbacks"]), "{body}");
    }
    success(&stand.call(&install(BOT, "subscribed_fields=messages")).await);
    let mut all = shown(&installed(&stand, BOT).await);
    let short = |answer: &Message| {
        let shown = shown(answer);
        let Some((_, list)) = shown.split_once("conversations, ") else { return shown };
        shown.replace(list.split_once('}').unwrap().0, "…")
    };
    for (name, app, body) in [
        ("no fields", BOT, ""),
        ("an empty list", BOT, "subscribed_fields="),
        ("an empty element", BOT, "subscribed_fields[]="),
        ("an unknown field", BOT, "subscribed_fields=messages,messaging_seen"),
        (
            "fields of messages without their permission",
            LIVECHAT,
            "subscribed_fields=messages,message_echoes",
        ),
    ] {
        let _ = write!(all, "# {name}\n{}", short(&stand.call(&install(app, body)).await));
    }
    success(&stand.call(&install(LIVECHAT, "subscribed_fields=feed")).await);
    let change = AdminChange::Permission {
        app: LIVECHAT,
        permission: Permission::PagesManageMetadata,
        granted: false,
    };
    lane.admin_changes(PAGE.messenger(), change).result.unwrap();
    let denied = stand.call(&install(LIVECHAT, "subscribed_fields=feed")).await;
    let _ = write!(all, "# no right to change the Page\n{}", shown(&denied));
    insta::assert_snapshot!(all);

    let off = Call::new("DELETE", &format!("/me/subscribed_apps?access_token={}", token(BOT)));
    success(&stand.call(&off).await);
    assert_eq!(installed(&stand, BOT).await.text(), r#"{"data":[]}"#);
    // An app can take itself off with its own token, from a Page that it is on.
    success(&stand.call(&install(BOT, "subscribed_fields=messages")).await);
    let with_app_token =
        |page: &str| Call::new("DELETE", &format!("/{page}/subscribed_apps?access_token={}", app_token(BOT)));
    success(&stand.call(&with_app_token(&PAGE.to_string())).await);
    assert_eq!(installed(&stand, BOT).await.text(), r#"{"data":[]}"#);
    assert_eq!(stand.call(&with_app_token("100000000000009")).await.error(), (100, 33));
}

#[tokio::test]
async fn webhooks_that_were_switched_off_are_inactive_until_the_app_subscribes_again() {
    let down = Bot::reacting(|count, _| Reaction::Status(if count < 100 { 500 } else { 200 })).await;
    let stand = Setup::new().webhook(BOT, down.url()).fields(BOT, &[Field::Messages]).serve().await;
    let (lane, ann) = stand.lane("registration");
    lane.person_says(ann, "hi").unwrap();
    settled(&lane).await;
    lane.advance(lane.after(Span(2 * Span::HOUR.0)), Quiet::Auto, PATIENCE).await.unwrap();
    let answer = subscriptions(&stand, BOT).await;
    assert_eq!(answer.json()["data"][0]["active"], false);
    let install = Call::post(&format!("/me/subscribed_apps?access_token={}", token(BOT)));
    success(&stand.call(&install.form(&[("subscribed_fields", "messages")])).await);
    assert_eq!(subscriptions(&stand, BOT).await.json()["data"][0]["active"], true);
}

#[tokio::test]
async fn an_app_that_takes_itself_off_the_page_owns_nothing_there_and_has_no_role() {
    let stand = Setup::new().primary(BOT).serve().await;
    let (lane, ann) = stand.lane("registration");
    lane.person_says(ann, "hi").unwrap();
    assert_eq!(lane.conversation(ann).unwrap().control.owner(), Some(Party::App(BOT)));
    let off = Call::new("DELETE", &format!("/me/subscribed_apps?access_token={}", token(BOT)));
    success(&stand.call(&off).await);
    assert_eq!(lane.conversation(ann).unwrap().control.owner(), None);
    assert_eq!(lane.settings().pages[&PAGE].messenger.primary_receiver, None);
    let moved = entries(&lane).into_iter().find(|entry| entry.rule == Some(RuleId::RemovedOwner));
    assert!(moved.is_some(), "the journal says why nobody owns the conversation");

    lane.person_says(ann, "anybody?").unwrap();
    assert_eq!(lane.conversation(ann).unwrap().control.owner(), None, "the role is not given back");
    success(&stand.call(&off).await);
}
