//! What the demo bot says and when.
//!
//! It answers a person only when it believes that it is in control of the conversation: from the first message,
//! until it hands over, is told that control was taken, hears the person on `standby` or has a send refused, and
//! again once control is given back or a message arrives on `messaging`, which reaches the owner alone.
//!
//! `fixtures/bots/README.md` has the whole conversation as a table; two more bots follow it, in other languages.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::events::{Entry, Event};
use super::graph::{Failure, Graph};
use super::log;
use super::message::{Button, Message, Reply};
use super::people::{People, Person};
use super::settings::Settings;

const GREETING: &str =
    "Hello! I am the demo bot. Say something and I will repeat it; say human to talk to a person.";
const WELCOME_BACK: &str = "Welcome back! I am the demo bot again.";
const FAREWELL: &str = "One moment, I am passing you on to a person.";
const SORRY: &str = "Sorry, nobody can take over right now. I am still here.";
const ECHO: &str = "You said: ";
const REASON: &str = "the person asked for a human";
const AS_ASKED: &str = "as you asked";

const MENU: &str = "What can I do for you?";
const MENU_BUTTONS: [Button<'static>; 2] =
    [Button::new("Opening hours", HOURS), Button::new("Talk to a person", HUMAN)];
const SIZE: &str = "Which size?";
const SIZES: [Reply<'static>; 2] = [Reply::new("Small", "SIZE_SMALL"), Reply::new("Large", "SIZE_LARGE")];
const PICTURE: &str = "https://example.com/tea.png";
const HOURS: &str = "OPENING_HOURS";
const HUMAN: &str = "TALK_TO_A_PERSON";
const OPENING_HOURS: &str = "We are open from 9 to 5.";
const TAPPED: &str = "You tapped: ";
const CHOSE: &str = "You chose: ";

/// The people who are remembered.
const PEOPLE: usize = 10_000;
/// The longest text that the platform takes, in characters.
const LONGEST_TEXT: usize = 2_000;

/// The bot.
pub(super) struct Bot {
    page_ids: Vec<String>,
    app_id: String,
    handover_app_id: String,
    people: People,
    graph: Graph,
}

impl Bot {
    pub(super) fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            page_ids: settings.pages.iter().map(|page| page.id.clone()).collect(),
            app_id: settings.app_id.clone(),
            handover_app_id: settings.handover_app_id.clone(),
            people: People::new(PEOPLE),
            graph: Graph::new(settings),
        })
    }

    /// Takes what happened on a Page and works on it in the background, after what the same person did before. Gives
    /// the work to wait for, where somebody does not work for that person already.
    pub(super) fn take(self: &Arc<Self>, entry: &Entry<'_>) -> Vec<JoinHandle<()>> {
        // The first Page stands for one that the settings do not know.
        let page =
            self.page_ids.iter().position(|id| Some(id.as_str()) == entry.page_id()).unwrap_or_default();
        let page_id = &self.page_ids[page];
        let begin = |psid, id, event| self.begin((page, psid), id, event);
        let own = entry.messaging.iter().filter_map(|item| {
            let (psid, event) = item.read(page_id, &self.app_id)?;
            begin(psid, item.id(), event)
        });
        // What stands there belongs to another app.
        let overheard =
            entry.standby.iter().filter_map(|item| begin(item.overheard(page_id)?, None, Event::Overheard));
        own.chain(overheard).collect()
    }

    fn begin(
        self: &Arc<Self>,
        whose: (usize, &str),
        id: Option<u64>,
        event: Event,
    ) -> Option<JoinHandle<()>> {
        let (person, first) = self.people.arrived(whose, id, event)?;
        let bot = Arc::clone(self);
        Some(tokio::spawn(async move {
            let mut next = Some(first);
            while let Some(event) = next {
                bot.react(&person, event).await;
                next = person.next();
            }
        }))
    }

    async fn react(&self, person: &Person, event: Event) {
        match event {
            Event::Message(text) => self.answer(person, text.as_deref()).await,
            Event::QuickReply(payload) => {
                meet(person);
                self.say(person, limited(&[CHOSE, &*payload].concat())).await;
            }
            Event::Postback { title, payload } => {
                meet(person);
                match &*payload {
                    HOURS => self.say(person, OPENING_HOURS).await,
                    HUMAN => self.hand_over(person).await,
                    _ => self.say(person, limited(&[TAPPED, &*title].concat())).await,
                }
            }
            Event::ControlGained => {
                meet(person);
                self.say(person, WELCOME_BACK).await;
            }
            Event::ControlLost | Event::Overheard => person.state().away = true,
            Event::ControlRequested(app_id) => self.grant(person, &app_id).await,
        }
    }

    async fn answer(&self, person: &Person, text: Option<&str>) {
        let greeting = {
            let mut state = person.state();
            let (met, away) = (state.met, state.away);
            state.met = true;
            state.away = false;
            match (met, away) {
                (false, _) => Some(GREETING),
                (true, true) => Some(WELCOME_BACK),
                (true, false) => None,
            }
        };
        match (greeting, text) {
            (Some(greeting), _) => self.say(person, greeting).await,
            (None, Some(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "human" => self.hand_over(person).await,
                "menu" => self.send(person, &Message::buttons(MENU, &MENU_BUTTONS)).await,
                "picture" => self.send(person, &Message::image(PICTURE)).await,
                "size" => self.send(person, &Message::choice(SIZE, &SIZES)).await,
                _ => self.say(person, limited(&[ECHO, text].concat())).await,
            },
            (None, None) => {}
        }
    }

    async fn hand_over(&self, person: &Person) {
        if let Err(failure) = self.graph.send(person.address(), &Message::text(FAREWELL)).await {
            note(person, &failure);
            match failure {
                // The person asked for somebody: a text that was refused must not keep them from it.
                Failure::Refused(_) => {}
                Failure::AnotherAppInControl | Failure::Unreachable(_) => return,
            }
        }
        match self.graph.pass_thread_control(person.address(), &self.handover_app_id, REASON).await {
            Ok(()) => person.state().away = true,
            Err(failure) => {
                note(person, &failure);
                match failure {
                    Failure::Refused(_) => self.say(person, SORRY).await,
                    Failure::AnotherAppInControl | Failure::Unreachable(_) => {}
                }
            }
        }
    }

    /// Gives the conversation to an app that asks for it, if it is this bot's to give.
    async fn grant(&self, person: &Person, app_id: &str) {
        if person.state().away {
            return;
        }
        match self.graph.pass_thread_control(person.address(), app_id, AS_ASKED).await {
            Ok(()) => person.state().away = true,
            Err(failure) => note(person, &failure),
        }
    }

    async fn say(&self, person: &Person, text: &str) {
        self.send(person, &Message::text(text)).await;
    }

    async fn send(&self, person: &Person, message: &Message<'_>) {
        if let Err(failure) = self.graph.send(person.address(), message).await {
            note(person, &failure);
        }
    }
}

/// The person is known from now on, and this bot is in control: a button that was tapped is its own.
fn meet(person: &Person) {
    let mut state = person.state();
    state.met = true;
    state.away = false;
}

/// Logs a failure, and remembers when it tells that the conversation belongs to another app.
fn note(person: &Person, failure: &Failure) {
    let (_, psid) = person.address();
    match failure {
        Failure::AnotherAppInControl => {
            person.state().away = true;
            log(format_args!("refused: another app is in control of {psid}"));
        }
        Failure::Refused(refusal) => log(format_args!("refused: {refusal} (to {psid})")),
        Failure::Unreachable(reason) => {
            log(format_args!("Graph is unreachable: {reason}; dropped what {psid} was due"));
        }
    }
}

/// Cuts a text to what the platform takes.
fn limited(text: &str) -> &str {
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    text.char_indices().nth(LONGEST_TEXT).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_TEXT, limited};

    #[test]
    fn a_text_is_cut_at_a_character() {
        assert_eq!(limited("short"), "short");
        let at_the_limit = "ü".repeat(LONGEST_TEXT);
        assert_eq!(limited(&at_the_limit), at_the_limit);
        assert_eq!(limited(&[at_the_limit.as_str(), "ü"].concat()), at_the_limit);
    }
}
