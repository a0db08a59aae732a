//! A stage with two real apps that record, and ann: what happens, and what each app hears of it.

use std::fmt::Write as _;
use std::sync::Arc;

use emulator_core::{
    AdminChange, Answer, AppId, Folder, InboxAct, Message, PersonAct, Psid, Reaction, Referral,
};
use emulator_server::{Acted, Lane};
use serde_json::{Value, json};

use crate::bot::{Arrival, Bot};
use crate::stand::{BOT, LIVECHAT, PAGE, Says as _, Setup, Stand, settled};

pub(crate) struct Scene {
    pub(crate) bot: Bot,
    pub(crate) livechat: Bot,
    pub(crate) stand: Stand,
    pub(crate) lane: Arc<Lane>,
    pub(crate) ann: Psid,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::of(Setup::new()).await
    }

    pub(crate) async fn of(setup: Setup) -> Self {
        let (bot, livechat) = (Bot::start().await, Bot::start().await);
        let setup = setup.webhook(BOT, bot.url()).webhook(LIVECHAT, livechat.url());
        let stand = setup.serve().await;
        let (lane, ann) = stand.lane("webhooks");
        Self { bot, livechat, stand, lane, ann }
    }

    pub(crate) fn says(&self, text: &str) -> String {
        self.lane.person_says(self.ann, text).expect("ann may write").mid.to_string()
    }

    /// Ann does something.
    pub(crate) fn ann_acts(&self, act: PersonAct) -> Acted {
        let acted = self.lane.person_acts(self.ann, act);
        assert!(acted.result.is_ok(), "{acted:?}");
        acted
    }

    pub(crate) fn taps(&self, what: &str) {
        self.ann_acts(PersonAct::Taps { what: what.into(), within: None });
    }

    pub(crate) fn reacts(&self, reaction: Option<(&str, &'static str)>) {
        let reaction = reaction.map(|(emoji, name)| Reaction { emoji: emoji.into(), name });
        self.ann_acts(PersonAct::Reacts { to: None, reaction });
    }

    pub(crate) fn opens(&self, reference: &str) {
        self.ann_acts(PersonAct::Opens(Referral::link(reference)));
    }

    /// Ann sends a message that is more than text, as JSON.
    pub(crate) fn sends(&self, text: Option<&str>, body: &Value) {
        let text = text.map(Into::into);
        let message = Message { text, body: Some(body.to_string().into()), ..Message::default() };
        self.ann_acts(PersonAct::Says(Arc::new(message)));
    }

    /// An agent answers; gives the id of the message.
    pub(crate) fn agent_replies(&self, text: &str) -> String {
        let act = InboxAct::Replies(Arc::new(Message::text(text)));
        match self.lane.inbox_acts(self.ann, act).result {
            Ok(Answer::Message { mid, .. }) => mid.to_string(),
            other => panic!("an agent may reply, but {other:?}"),
        }
    }

    pub(crate) fn agent_moves(&self, to: Folder) {
        let acted = self.lane.inbox_acts(self.ann, InboxAct::Moves(to));
        assert!(acted.result.is_ok(), "{acted:?}");
    }

    pub(crate) fn admin(&self, change: AdminChange) {
        let acted = self.lane.admin_changes(PAGE.messenger(), change);
        assert!(acted.result.is_ok(), "{acted:?}");
    }

    /// An app sends a message; gives its id.
    pub(crate) async fn app_sends(&self, app: AppId, message: Value) -> String {
        self.app_posts(app, json!({"message": message})).await
    }

    /// An app makes a call of the Send API; gives the id of the message.
    pub(crate) async fn app_posts(&self, app: AppId, mut body: Value) -> String {
        body["recipient"] = json!({"id": self.ann.to_string()});
        let answer = self.stand.post(app, "messages", &body).await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        answer.json()["message_id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn control(&self, app: AppId, edge: &str, extra: Value) {
        let mut body = json!({"recipient": {"id": self.ann.to_string()}});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = self.stand.post(app, edge, &body).await;
        assert_eq!(answer.text(), r#"{"success":true}"#, "{edge}");
    }

    /// The newest webhook that an app has got.
    pub(crate) async fn newest(&self, app: AppId) -> Value {
        settled(&self.lane).await;
        let bot = if app == BOT { &self.bot } else { &self.livechat };
        bot.arrivals().last().expect("the app has got something").request.json()
    }

    /// Every webhook that the apps have got, as bytes, app by app.
    pub(crate) async fn transcript(&self) -> String {
        settled(&self.lane).await;
        let mut all = String::new();
        for (name, bot) in [("bot", &self.bot), ("livechat", &self.livechat)] {
            for arrival in bot.arrivals() {
                let _ = writeln!(all, "{name} < {}", bytes(&arrival));
            }
        }
        all
    }

    /// The bytes of a webhook with that channel and event.
    fn expected(&self, at: i64, channel: &str, event: &str) -> String {
        format!(r#"{{"object":"page","entry":[{{"id":"{PAGE}","time":{at},"{channel}":[{event}]}}]}}"#)
    }

    /// What ann or the Page does: the bytes of a webhook with that event.
    pub(crate) fn event(&self, at: i64, channel: &str, (from, to): (u64, u64), rest: &str) -> String {
        let event =
            format!(r#"{{"sender":{{"id":"{from}"}},"recipient":{{"id":"{to}"}},"timestamp":{at},{rest}}}"#);
        self.expected(at, channel, &event)
    }

    /// A message of ann.
    pub(crate) fn message(&self, at: i64, channel: &str, mid: &str, text: &str) -> String {
        let rest = format!(r#""message":{{"mid":"{mid}","text":{text}}}"#);
        self.event(at, channel, (self.ann.0, PAGE.0), &rest)
    }

    /// A control event.
    pub(crate) fn control_event(&self, at: i64, event: &str) -> String {
        let ann = self.ann;
        let event = format!(
            r#"{{"recipient":{{"id":"{PAGE}"}},"timestamp":{at},"sender":{{"id":"{ann}"}},{event}}}"#
        );
        self.expected(at, "messaging", &event)
    }
}

/// The body of a webhook as it came.
pub(crate) fn bytes(arrival: &Arrival) -> &str {
    arrival.request.text()
}
