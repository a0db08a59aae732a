//! What the bots say and when: the rows of `fixtures/bots/README.md`, between signed webhooks and a Graph API that
//! records their calls.

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::fixture::{APP, Bot, Connections, Graph, PAGE};
use crate::programs::Program;

pub(crate) const GREETING: &str =
    "Hello! I am the demo bot. Say something and I will repeat it; say human to talk to a person.";
const WELCOME_BACK: &str = "Welcome back! I am the demo bot again.";
const FAREWELL: &str = "One moment, I am passing you on to a person.";
const SORRY: &str = "Sorry, nobody can take over right now. I am still here.";
const ASKED_FOR_A_HUMAN: &str = "the person asked for a human";
const INBOX: u64 = 263_902_037_430_900;
pub(crate) const ANN: &str = "7000000000000001";
pub(crate) const BOB: &str = "7000000000000002";

pub(crate) async fn graph_and_bot(program: &Program) -> (Graph, Bot) {
    let graph = Graph::start(Connections::Kept).await;
    let bot = Bot::start(program, &graph.url).await;
    (graph, bot)
}

/// Brings a conversation to where the bot has greeted.
async fn met(program: &Program) -> (Graph, Bot) {
    let (mut graph, bot) = graph_and_bot(program).await;
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    (graph, bot)
}

/// Brings a conversation to where the bot has handed it over.
async fn handed_over(program: &Program) -> (Graph, Bot) {
    let (mut graph, bot) = met(program).await;
    bot.hears(ANN, "human").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert_eq!(graph.passed(ANN).await, (INBOX, ASKED_FOR_A_HUMAN.to_owned()));
    (graph, bot)
}

/// An event that lets the person tap something.
fn postback(bot: &Bot, title: &str, payload: &str) -> Value {
    json!({ "mid": bot.mid(), "title": title, "payload": payload })
}

pub(crate) async fn it_greets_once_and_then_repeats(program: &Program) {
    let (mut graph, bot) = graph_and_bot(program).await;
    bot.hears(ANN, "human").await;
    let call = graph.call().await;
    assert_eq!((call.target.as_str(), call.token.as_str()), ("POST /v25.0/me/messages", "bot-page-token"));
    let greeting =
        json!({ "messaging_type": "RESPONSE", "recipient": { "id": ANN }, "message": { "text": GREETING } });
    assert_eq!(call.body, greeting);
    bot.hears(ANN, "Grüße / \"you\" 😀").await;
    assert_eq!(graph.said_to(ANN).await, "You said: Grüße / \"you\" 😀");
    bot.hears(BOB, "hi").await;
    assert_eq!(graph.said_to(BOB).await, GREETING);
    for letter in ["ü", "😀"] {
        bot.hears(ANN, &letter.repeat(2_000)).await;
        assert_eq!(graph.said_to(ANN).await, format!("You said: {}", letter.repeat(1_990)));
    }
}

pub(crate) async fn it_shows_buttons_quick_replies_and_a_picture(program: &Program) {
    let (mut graph, bot) = met(program).await;
    bot.hears(ANN, " Menu ").await;
    let buttons = json!([
        { "type": "postback", "title": "Opening hours", "payload": "OPENING_HOURS" },
        { "type": "postback", "title": "Talk to a person", "payload": "TALK_TO_A_PERSON" },
    ]);
    let payload = json!({ "template_type": "button", "text": "What can I do for you?", "buttons": buttons });
    let menu = json!({ "attachment": { "type": "template", "payload": payload } });
    assert_eq!(graph.sent_to(ANN).await, menu);
    bot.hears(ANN, "size").await;
    let replies = json!([
        { "content_type": "text", "title": "Small", "payload": "SIZE_SMALL" },
        { "content_type": "text", "title": "Large", "payload": "SIZE_LARGE" },
    ]);
    assert_eq!(graph.sent_to(ANN).await, json!({ "text": "Which size?", "quick_replies": replies }));
    bot.hears(ANN, "picture").await;
    let picture = json!({ "type": "image", "payload": { "url": "https://example.com/tea.png" } });
    assert_eq!(graph.sent_to(ANN).await, json!({ "attachment": picture }));
}

pub(crate) async fn it_answers_taps(program: &Program) {
    let (mut graph, bot) = graph_and_bot(program).await;
    let tap = postback(&bot, "Opening hours", "OPENING_HOURS");
    bot.deliver("messaging", ANN, "postback", tap).await;
    assert_eq!(graph.said_to(ANN).await, "We are open from 9 to 5.");
    bot.deliver("messaging", ANN, "postback", postback(&bot, "Old button", "OLD")).await;
    assert_eq!(graph.said_to(ANN).await, "You tapped: Old button");
    let choice = json!({ "mid": bot.mid(), "text": "Large", "quick_reply": { "payload": "SIZE_LARGE" } });
    bot.deliver("messaging", ANN, "message", choice).await;
    assert_eq!(graph.said_to(ANN).await, "You chose: SIZE_LARGE");
    // The button of another app has no payload here.
    bot.deliver("messaging", ANN, "postback", json!({ "mid": bot.mid(), "title": "Theirs" })).await;
    bot.deliver("messaging", ANN, "postback", postback(&bot, "Talk to a person", "TALK_TO_A_PERSON")).await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert_eq!(graph.passed(ANN).await, (INBOX, ASKED_FOR_A_HUMAN.to_owned()));
}

pub(crate) async fn the_work_of_one_conversation_is_done_in_order(program: &Program) {
    for connections in [Connections::Kept, Connections::Closed] {
        let mut graph = Graph::start(connections).await;
        let bot = Bot::start(program, &graph.url).await;
        bot.hears(ANN, "hi").await;
        let said = |text: usize| json!({ "sender": { "id": ANN }, "message": { "text": text.to_string() } });
        let items: Vec<_> = (0..50).map(said).collect();
        let body = json!({ "object": "page", "entry": [{ "messaging": items }] }).to_string();
        assert_eq!(bot.post_signed(&body).await.0, 200);
        assert_eq!(graph.said_to(ANN).await, GREETING);
        for number in 0..50 {
            assert_eq!(graph.said_to(ANN).await, format!("You said: {number}"));
        }
    }
}

pub(crate) async fn an_event_that_is_delivered_once_more_is_not_answered_again(program: &Program) {
    let (mut graph, bot) = met(program).await;
    for _ in 0..3 {
        bot.deliver("messaging", ANN, "message", json!({ "mid": "m_same", "text": "once" })).await;
        let back = json!({ "new_owner_app_id": APP, "metadata": null });
        bot.deliver("messaging", ANN, "pass_thread_control", back).await;
    }
    bot.hears(ANN, "twice").await;
    assert_eq!(graph.said_to(ANN).await, "You said: once");
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
    assert_eq!(graph.said_to(ANN).await, "You said: twice");
    bot.hears(ANN, "twice").await;
    assert_eq!(graph.said_to(ANN).await, "You said: twice", "the same words are another message");
}

pub(crate) async fn it_hands_over_to_the_page_inbox_by_default(program: &Program) {
    let (mut graph, bot) = met(program).await;
    bot.hears(ANN, "HuMan").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    let call = graph.call().await;
    assert_eq!(call.target, "POST /v25.0/me/pass_thread_control");
    assert_eq!(call.token, "bot-page-token");
    let pass = json!({ "recipient": { "id": ANN }, "target_app_id": INBOX, "metadata": ASKED_FOR_A_HUMAN });
    assert_eq!(call.body, pass);
}

pub(crate) async fn the_environment_names_the_target_and_the_token(program: &Program) {
    let mut graph = Graph::start(Connections::Kept).await;
    let livechat = ("APP_ID_LIVECHAT", "200000000000002");
    for (more, target) in [
        (("PAGE_INBOX_APP_ID", "9"), 200_000_000_000_002),
        (("HANDOVER_APP_ID", "200000000000003"), 200_000_000_000_003),
    ] {
        let environment = [livechat, more, ("PAGE_ACCESS_TOKEN", "a|b c")];
        let bot = Bot::start_with(program, &graph.url, &environment).await;
        bot.hears(ANN, "hi").await;
        assert_eq!(graph.call().await.token, "a|b c");
        bot.hears(ANN, "human").await;
        assert_eq!(graph.said_to(ANN).await, FAREWELL);
        assert_eq!(graph.passed(ANN).await.0, target);
    }
}

pub(crate) async fn each_page_is_answered_with_its_own_token(program: &Program) {
    let mut graph = Graph::start(Connections::Kept).await;
    let shop = [("PAGE_ID_SHOP", PAGE), ("PAGE_ACCESS_TOKEN_SHOP", "bot-page-token")];
    let store = [("PAGE_ID_STORE", "100000000000002"), ("PAGE_ACCESS_TOKEN_STORE", "store-page-token")];
    let half = [("PAGE_ID_HALF", "100000000000003")];
    let bot = Bot::start_with(program, &graph.url, &[&shop[..], &store, &half].concat()).await;
    for (page, psid, token) in [
        (PAGE, ANN, "bot-page-token"),
        ("100000000000002", BOB, "store-page-token"),
        ("100000000000003", "7000000000000003", "bot-page-token"),
        ("no such Page", "7000000000000004", "bot-page-token"),
    ] {
        let item =
            json!({ "sender": { "id": psid }, "recipient": { "id": page }, "message": { "text": "hi" } });
        let body = json!({ "object": "page", "entry": [{ "id": page, "messaging": [item] }] }).to_string();
        assert_eq!(bot.post_signed(&body).await.0, 200);
        let call = graph.call().await;
        assert_eq!((call.token.as_str(), &call.body["recipient"]["id"]), (token, &json!(psid)), "{page}");
    }
}

pub(crate) async fn a_hand_over_that_is_refused_is_told(program: &Program) {
    let (mut graph, mut bot) = met(program).await;
    let refusal = json!({ "message": "(#100) Incorrect App ID.", "code": 100, "error_subcode": 2_018_164 });
    graph.accept_next();
    graph.refuse_next(&refusal);
    bot.hears(ANN, "human").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert_eq!(graph.passed(ANN).await.0, INBOX);
    assert_eq!(graph.said_to(ANN).await, SORRY);
    let told = format!("refused: code 100, subcode 2018164: (#100) Incorrect App ID. (to {ANN})");
    assert_eq!(bot.line().await, told);
    bot.hears(ANN, "well").await;
    assert_eq!(graph.said_to(ANN).await, "You said: well");
}

pub(crate) async fn it_greets_again_when_control_is_passed_back(program: &Program) {
    for app in [json!(APP), json!(APP.to_string())] {
        let (mut graph, bot) = handed_over(program).await;
        let to_another = json!({ "new_owner_app_id": 1, "metadata": null });
        bot.deliver("messaging", ANN, "pass_thread_control", to_another).await;
        let back = json!({ "previous_owner_app_id": 1, "new_owner_app_id": app, "metadata": "done" });
        bot.deliver("messaging", ANN, "pass_thread_control", back).await;
        assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
        bot.hears(ANN, "fine").await;
        assert_eq!(graph.said_to(ANN).await, "You said: fine");
        graph.assert_quiet();
    }
}

pub(crate) async fn a_message_after_the_hand_over_means_control_came_back_silently(program: &Program) {
    let (mut graph, bot) = handed_over(program).await;
    bot.hears(ANN, "anybody there?").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
    bot.hears(ANN, "ah").await;
    assert_eq!(graph.said_to(ANN).await, "You said: ah");
}

pub(crate) async fn it_remembers_that_control_was_taken(program: &Program) {
    let (mut graph, bot) = met(program).await;
    let take = json!({ "previous_owner_app_id": APP, "new_owner_app_id": "1", "metadata": "mine" });
    bot.deliver("messaging", ANN, "take_thread_control", take).await;
    bot.hears(ANN, "and now?").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
}

pub(crate) async fn it_passes_control_to_an_app_that_asks_for_it(program: &Program) {
    let (mut graph, bot) = met(program).await;
    let request = |app: Value| json!({ "requested_owner_app_id": app, "metadata": "please" });
    bot.deliver("messaging", ANN, "request_thread_control", request(json!(7))).await;
    assert_eq!(graph.passed(ANN).await, (7, "as you asked".to_owned()));
    // It has nothing to give now.
    bot.deliver("messaging", ANN, "request_thread_control", request(json!(8))).await;
    bot.hears(ANN, "back?").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
    bot.deliver_at(3, ANN, "request_thread_control", request(json!("9"))).await;
    assert_eq!(graph.passed(ANN).await.0, 9);
}

pub(crate) async fn what_belongs_to_another_app_is_met_with_silence(program: &Program) {
    let (mut graph, bot) = met(program).await;
    bot.deliver("standby", ANN, "message", json!({ "mid": bot.mid(), "text": "human" })).await;
    bot.deliver("standby", ANN, "postback", json!({ "mid": bot.mid(), "title": "Theirs" })).await;
    // What arrives on `messaging` after that has come back.
    bot.hears(ANN, "again").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK);
    bot.deliver("standby", BOB, "message", json!({ "mid": bot.mid(), "text": "to another app" })).await;
    bot.hears(BOB, "hi").await;
    assert_eq!(graph.said_to(BOB).await, GREETING);
    graph.assert_quiet();
}

pub(crate) async fn echoes_receipts_and_attachments_are_met_with_silence(program: &Program) {
    let (mut graph, bot) = met(program).await;
    let echo = json!({ "mid": bot.mid(), "is_echo": true, "app_id": APP, "text": "echo" });
    for channel in ["messaging", "standby"] {
        bot.deliver(channel, PAGE, "message", echo.clone()).await;
        bot.deliver(channel, ANN, "message", echo.clone()).await;
        bot.deliver(channel, ANN, "delivery", json!({ "mids": ["m"], "watermark": 1 })).await;
        bot.deliver(channel, ANN, "read", json!({ "watermark": 1 })).await;
    }
    let image = json!({ "type": "image", "payload": { "url": "https://example.com/cat.png" } });
    bot.deliver("messaging", ANN, "message", json!({ "mid": bot.mid(), "attachments": [image] })).await;
    // The work of a conversation is done in order: had any of these been answered, it would come first.
    bot.hears(ANN, "still here").await;
    assert_eq!(graph.said_to(ANN).await, "You said: still here");
    graph.assert_quiet();
}

pub(crate) async fn a_send_into_a_conversation_of_another_app_is_noted(program: &Program) {
    let (mut graph, mut bot) = met(program).await;
    let message = "(#10) Message failed to send because another app is controlling this thread now.";
    graph.refuse_next(&json!({ "message": message, "code": 10, "error_subcode": 2_018_300 }));
    bot.hears(ANN, "human").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert_eq!(bot.line().await, format!("refused: another app is in control of {ANN}"));
    bot.hears(ANN, "hello?").await;
    assert_eq!(graph.said_to(ANN).await, WELCOME_BACK, "nothing was passed on");
}

pub(crate) async fn other_errors_are_printed_and_the_conversation_goes_on(program: &Program) {
    let (mut graph, mut bot) = graph_and_bot(program).await;
    graph.refuse_next(
        &json!({ "message": "No matching user found", "code": 100, "error_subcode": 2_018_001 }),
    );
    bot.hears(ANN, "hi").await;
    assert_eq!(graph.said_to(ANN).await, GREETING);
    assert_eq!(
        bot.line().await,
        format!("refused: code 100, subcode 2018001: No matching user found (to {ANN})")
    );
    graph.refuse_next(&json!({ "message": "(#4) \"limit\"", "type": "OAuthException", "code": 4 }));
    bot.hears(ANN, "one").await;
    assert_eq!(bot.line().await, format!("refused: code 4: (#4) \"limit\" (to {ANN})"));
    assert_eq!(graph.said_to(ANN).await, "You said: one");
    // A text that is refused does not keep a person from another.
    graph.refuse_next(&json!({ "message": "(#4) \"limit\"", "type": "OAuthException", "code": 4 }));
    bot.hears(ANN, "human").await;
    assert_eq!(graph.said_to(ANN).await, FAREWELL);
    assert_eq!(graph.passed(ANN).await.0, INBOX);
}

pub(crate) async fn an_unreachable_graph_costs_the_message_only(program: &Program) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut bot = Bot::start(program, &url).await;
    for text in ["hi", "human"] {
        bot.hears(ANN, text).await;
        let line = bot.line().await;
        let told = line.starts_with("Graph is unreachable: ")
            && line.ends_with(&format!("; dropped what {ANN} was due"));
        assert!(told, "{line}");
    }
}
