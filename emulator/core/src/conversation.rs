//! One person's conversation with one Page.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::derive::IdKind;
use crate::folder::Folder;
use crate::ids::{AppId, Mid, PageId};
use crate::message::{Button, Message, QuickReply, shown_title};
use crate::party::Party;
use crate::platform::{LineId, Platform};
use crate::referral::Referral;
use crate::time::{Span, Timestamp};

/// How many messages a conversation remembers.
pub const KEPT_MESSAGES: usize = 20;
/// How many postback buttons of older messages can still be tapped.
pub const KEPT_BUTTONS: usize = 100;

/// How long control lasts without activity (C-23).
pub const CONTROL_LASTS: Span = Span::DAY;

/// Who may answer in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Control {
    /// Nobody owns it, and no app can: handover is off.
    Inactive,
    /// Nobody owns it.
    Idle,
    /// Somebody owns it.
    Owned {
        /// The owner.
        by: Party,
        /// The moment at which control has ended; none where it does not end by itself.
        until: Option<Timestamp>,
        /// For how long a message renews it.
        lasts: Span,
    },
}

/// Who is in control, without how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Holder {
    /// Nobody, and no app can be given it.
    Nobody,
    /// Nobody: the conversation is idle.
    #[default]
    Idle,
    /// This party.
    Party(Party),
}

impl Holder {
    /// The owner, if there is one.
    pub const fn party(self) -> Option<Party> {
        match self {
            Self::Nobody | Self::Idle => None,
            Self::Party(party) => Some(party),
        }
    }
}

impl Control {
    /// Who has it.
    pub const fn holder(self) -> Holder {
        match self {
            Self::Inactive => Holder::Nobody,
            Self::Idle => Holder::Idle,
            Self::Owned { by, .. } => Holder::Party(by),
        }
    }

    /// The owner, if there is one.
    pub const fn owner(self) -> Option<Party> {
        match self {
            Self::Inactive | Self::Idle => None,
            Self::Owned { by, .. } => Some(by),
        }
    }

    /// When the owner's control ends.
    pub const fn until(self) -> Option<Timestamp> {
        match self {
            Self::Inactive | Self::Idle => None,
            Self::Owned { until, .. } => until,
        }
    }

    /// For how long a message renews the owner's control.
    pub const fn lasts(self) -> Option<Span> {
        match self {
            Self::Inactive | Self::Idle => None,
            Self::Owned { lasts, .. } => Some(lasts),
        }
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The person.
    Person,
    /// The Page, through an app, an agent or the platform itself.
    Party(Party),
}

/// A message that the conversation remembers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kept {
    /// Its id.
    pub mid: Mid,
    /// Who wrote it.
    pub from: Sender,
    /// Its timestamp.
    pub at: Timestamp,
    /// What it says.
    pub message: Arc<Message>,
}

/// A postback button that the person can tap.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tappable {
    /// The message that holds it.
    pub mid: Mid,
    /// The app that made it.
    pub app: AppId,
    /// What it says and what its app gets.
    pub button: Button,
}

/// The state of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Conversation {
    /// The Page.
    pub page: PageId,
    /// The platform.
    pub platform: Platform,
    /// Who may answer.
    pub control: Control,
    /// Where the Page Inbox shows it.
    pub folder: Folder,
    /// True when an agent marked it as done, which is more than lying in the folder (C-108a).
    pub marked_done: bool,
    /// When the person last wrote.
    pub last_user_message: Option<Timestamp>,
    /// When the standard messaging window is closed; never opened when none.
    pub window_until: Option<Timestamp>,
    /// The link or ad that the person came by and of which nothing was told yet: her next message carries it (M-271), and
    /// gives control to its app.
    pub pending: Option<Referral>,
    /// The timestamp of the newest event.
    pub last_event: Option<Timestamp>,
    /// The newest messages, oldest first.
    pub messages: VecDeque<Kept>,
    /// The newest postback buttons of the Page's messages, oldest first.
    pub buttons: VecDeque<Tappable>,
    counts: BTreeMap<(IdKind, Option<Party>), u64>,
}

impl Conversation {
    /// A conversation in which nothing has happened yet, and who has it. It lies in Main.
    pub const fn new(line: LineId, control: Control) -> Self {
        let LineId { page, platform } = line;
        Self {
            page,
            platform,
            control,
            folder: Folder::Main,
            marked_done: false,
            last_user_message: None,
            window_until: None,
            pending: None,
            last_event: None,
            messages: VecDeque::new(),
            buttons: VecDeque::new(),
            counts: BTreeMap::new(),
        }
    }

    /// The Page on the platform.
    pub const fn line(&self) -> LineId {
        self.page.on(self.platform)
    }

    /// True once something was said: an opened link or a control call alone begins no conversation.
    pub fn has_begun(&self) -> bool {
        self.last_user_message.is_some() || !self.messages.is_empty()
    }

    /// The timestamp of an event that happens now: strictly later than the one before it.
    pub(crate) fn next_event(&mut self, now: Timestamp) -> Timestamp {
        let at = self.last_event.map_or(now, |last| now.max(last + Span(1)));
        self.last_event = Some(at);
        at
    }

    /// How many ids of that kind the actor had made here before this one.
    pub(crate) fn count(&mut self, kind: IdKind, actor: Option<Party>) -> u64 {
        let count = self.counts.entry((kind, actor)).or_default();
        *count += 1;
        *count - 1
    }

    /// The quick replies that the person sees: those of the newest message, if it is the Page's.
    pub fn quick_replies(&self) -> &[QuickReply] {
        match self.messages.back() {
            Some(Kept { from: Sender::Party(_), message, .. }) => &message.quick_replies,
            Some(_) | None => &[],
        }
    }

    /// The titles of everything that the person can tap as she sees them, newest first.
    pub fn tappable(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let replies = self.quick_replies().iter().map(|reply| &*reply.title);
        replies.chain(self.buttons.iter().rev().map(|tappable| &*tappable.button.title)).map(shown_title)
    }

    /// The remembered message of that id.
    pub fn message(&self, mid: &Mid) -> Option<&Kept> {
        self.messages.iter().rev().find(|kept| kept.mid == *mid)
    }

    /// The newest message of the Page.
    pub fn newest_of_page(&self) -> Option<&Kept> {
        self.messages.iter().rev().find(|kept| kept.from != Sender::Person)
    }

    pub(crate) fn keep(&mut self, kept: Kept) {
        if let Sender::Party(Party::App(app)) = kept.from {
            for button in &kept.message.buttons {
                if self.buttons.len() == KEPT_BUTTONS {
                    self.buttons.pop_front();
                }
                let tappable = Tappable { mid: kept.mid.clone(), app, button: button.clone() };
                self.buttons.push_back(tappable);
            }
        }
        if self.messages.len() == KEPT_MESSAGES {
            self.messages.pop_front();
        }
        self.messages.push_back(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOT: AppId = AppId(7);

    fn kept(number: usize, from: Sender, message: Message) -> Kept {
        Kept { mid: Mid(number.to_string().into()), from, at: Timestamp(0), message: Arc::new(message) }
    }

    fn button(title: &str) -> Button {
        Button { title: title.into(), payload: "P".into() }
    }

    #[test]
    fn the_newest_twenty_messages_and_a_hundred_buttons_are_remembered() {
        let mut conversation = Conversation::new(PageId(1).messenger(), Control::Idle);
        for number in 0..=KEPT_BUTTONS {
            let message = Message { buttons: vec![button(&number.to_string())], ..Message::default() };
            conversation.keep(kept(number, Sender::Party(Party::App(BOT)), message));
        }
        let mids: Vec<String> = conversation.messages.iter().map(|kept| kept.mid.to_string()).collect();
        assert_eq!(mids, (81..=100).map(|number: usize| number.to_string()).collect::<Vec<_>>());
        let buttons: Vec<_> = conversation.buttons.iter().map(|held| held.button.title.to_string()).collect();
        assert_eq!(buttons, (1..=100).map(|number: usize| number.to_string()).collect::<Vec<_>>());
        assert!(conversation.message(&Mid("100".into())).is_some());
        assert!(conversation.message(&Mid("80".into())).is_none());
    }

    #[test]
    fn what_can_be_tapped_is_seen_newest_first_and_quick_replies_only_below_the_newest_message() {
        let mut conversation = Conversation::new(PageId(1).messenger(), Control::Idle);
        let sender = Sender::Party(Party::App(BOT));
        let older = Message {
            buttons: vec![button("one"), button("a title that is too long")],
            ..Message::default()
        };
        conversation.keep(kept(1, sender, older));
        let newer = Message { quick_replies: vec![QuickReply::new("yes", "Y")], ..Message::default() };
        conversation.keep(kept(2, sender, newer));
        let seen =
            |conversation: &Conversation| conversation.tappable().map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(seen(&conversation), ["yes", "a title that is too …", "one"]);
        conversation.keep(kept(3, Sender::Person, Message::text("no")));
        assert_eq!(seen(&conversation), ["a title that is too …", "one"]);
        assert_eq!(conversation.newest_of_page().map(|kept| kept.mid.to_string()).as_deref(), Some("2"));
    }

    #[test]
    fn each_actor_counts_ids_of_each_kind_from_zero() {
        let mut conversation = Conversation::new(PageId(1).messenger(), Control::Idle);
        let mut count = |actor| conversation.count(IdKind::Message, actor);
        assert_eq!([count(None), count(None), count(Some(Party::Inbox)), count(None)], [0, 1, 0, 2]);
    }
}
