//! The decision table: who does what in which state, and what comes of it.
//!
//! **Invariant:** the table is no second account of the rules. Each cell is played through
//! [`step`](crate::step), so that what it says is what the code does; the rows in `fixtures/rules` say
//! what it should be.

use std::collections::BTreeSet;

use crate::catalogue::{Confidence, RuleId};
use crate::event::EventKind;
use crate::ids::AppId;
use crate::party::Party;
use crate::protocol::Protocol;
use crate::protocols::Overrides;
use crate::refusal::RefusalKind;
use crate::word::words;

mod heard;
mod impossible;
mod play;
mod rows;
mod touched;

pub use heard::{Heard, Hearers};
pub use impossible::Reason;
pub use rows::deciding_row;
pub use touched::{touch, touched_by_time};

words! {
    /// How a conversation stands before somebody acts. Everything else is as usual: the messaging
    /// window is open, and the Page's options are at their defaults. Where a protocol has a default app, it is what the
    /// words call the primary receiver.
    Standing {
        /// Nobody owns it, and the Page has no primary receiver.
        IdleWithoutPrimary = "idle, no primary receiver",
        /// Nobody owns it, and the Page has a primary receiver.
        IdleWithPrimary = "idle, with a primary receiver",
        /// An app owns it, and the Page has no primary receiver.
        AppWithoutPrimary = "owned by an app, no primary receiver",
        /// An app owns it that is not the Page's primary receiver.
        AppWithPrimary = "owned by an app, with a primary receiver",
        /// The Page Inbox owns it, and the Page has no primary receiver.
        InboxWithoutPrimary = "owned by the inbox, no primary receiver",
        /// The Page Inbox owns it, and the Page has a primary receiver.
        InboxWithPrimary = "owned by the inbox, with a primary receiver",
        /// The platform's own agent owns it, and the Page has no primary receiver.
        MetaAiWithoutPrimary = "owned by Meta's AI, no primary receiver",
        /// The platform's own agent owns it, and the Page has a primary receiver.
        MetaAiWithPrimary = "owned by Meta's AI, with a primary receiver",
        /// Handover is switched off.
        Off = "handover is off",
    }
    /// Who acts.
    Actor {
        /// The app that owns the conversation.
        Owner = "the owner",
        /// The primary receiver, while it is not the owner.
        Primary = "the primary receiver",
        /// An app that is neither.
        Other = "another app",
        /// An app that is neither and has the human-agent feature.
        Approved = "another app with the human-agent feature",
        /// An agent in the Page Inbox.
        Inbox = "an agent in the inbox",
        /// The person.
        Person = "the person",
        /// An admin of the Page.
        Admin = "an admin",
        /// Time.
        Clock = "the clock",
    }
    /// What the actor does.
    Action {
        /// A message without a tag.
        Sends = "sends",
        /// A message with the tag `HUMAN_AGENT`.
        SendsAsHumanAgent = "sends with HUMAN_AGENT",
        /// A pass to another app.
        Passes = "passes to another app",
        /// A pass to the Page Inbox.
        PassesToInbox = "passes to the inbox",
        /// A pass to the caller.
        PassesToItself = "passes to itself",
        /// A pass to an app that is not on the Page.
        PassesToAStranger = "passes to an app that is not on the Page",
        /// A pass without a target.
        PassesToNobody = "passes without a target",
        /// A take.
        Takes = "takes",
        /// A request.
        Requests = "requests",
        /// Metadata for another app.
        PassesMetadata = "passes metadata",
        /// A release.
        Releases = "releases",
        /// An extension of 3 days.
        Extends = "extends",
        /// An extension of more than 7 days.
        ExtendsTooLong = "extends by more than 7 days",
        /// The question who owns the conversation.
        AsksOwner = "asks for the owner",
        /// The question who the secondary receivers are.
        AsksReceivers = "asks for the secondary receivers",
        /// Typing, or having seen the messages.
        Signals = "shows typing or seen",
        /// A reply.
        Replies = "replies",
        /// A reply where the conversation is marked as done.
        RepliesInDone = "replies in a conversation marked as done",
        /// A move to Main.
        MovesToMain = "moves to Main",
        /// A move to Done.
        MovesToDone = "moves to Done",
        /// A move to Spam.
        MovesToSpam = "moves to Spam",
        /// A message of the person.
        Says = "writes",
        /// A tap on a button of the app that owns the conversation.
        TapsOwners = "taps a button of the owner",
        /// A tap on a button of another app.
        TapsAnothers = "taps a button of another app",
        /// A tap on a quick reply.
        TapsQuickReply = "taps a quick reply",
        /// A reaction.
        Reacts = "reacts",
        /// The end of a reaction.
        TakesReactionBack = "takes a reaction back",
        /// Reading.
        Reads = "reads",
        /// A link into the conversation.
        Opens = "follows a link",
        /// A block of the Page.
        Blocks = "blocks the Page",
        /// Making another app the primary receiver.
        MakesPrimary = "makes another app primary",
        /// Leaving the Page without a primary receiver.
        TakesRoleAway = "takes the primary role away",
        /// Removing the app that owns the conversation.
        RemovesOwner = "removes the owner from the Page",
        /// Removing an app that does not.
        RemovesAnother = "removes another app from the Page",
        /// 24 hours pass.
        Waits = "24 hours pass",
    }
    /// What becomes of control.
    Control {
        /// It stays where it is.
        Stays = "stays",
        /// Nobody has it.
        Ends = "ends",
        /// The Page Inbox has it.
        ToInbox = "to the inbox",
        /// Who acts has it.
        ToActor = "to the caller",
        /// The app that was named, or that made the button, has it.
        ToTarget = "to the target",
        /// The primary receiver has it.
        ToPrimary = "to the primary receiver",
        /// Somebody else has it.
        ToAnother = "to another app",
    }
    /// Who is told of it by a control event.
    Whom {
        /// The owner before.
        Owner = "the owner before",
        /// The app that was named.
        Target = "the target",
        /// Who acts.
        Actor = "the caller",
        /// The primary receiver.
        Primary = "the primary receiver",
        /// Somebody else.
        Another = "another app",
    }
}

/// The answer to an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It happens, by this rule.
    Accepted(RuleId),
    /// It does not, by this rule.
    Refused(RuleId, RefusalKind),
    /// Nothing was due.
    Nothing,
}

impl Verdict {
    /// The rule by which it is answered.
    pub const fn rule(self) -> Option<RuleId> {
        match self {
            Self::Accepted(rule) | Self::Refused(rule, _) => Some(rule),
            Self::Nothing => None,
        }
    }
}

/// What comes of an action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// Whether it happens.
    pub verdict: Verdict,
    /// Who has control then.
    pub control: Control,
    /// The control events that follow, in order.
    pub told: Vec<(EventKind, Whom)>,
}

/// One cell: who does what in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// By whose rules.
    pub protocol: Protocol,
    /// How the conversation stands.
    pub standing: Standing,
    /// Who acts.
    pub actor: Actor,
    /// What the actor does.
    pub action: Action,
}

/// A cell and what the rules make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The cell.
    pub cell: Cell,
    /// What comes of it, or why it cannot be.
    pub outcome: Result<Outcome, Reason>,
    /// Who hears of what on which channel.
    pub heard: Vec<Heard>,
    /// The rules by which it comes out so: that of the answer, and those by which control moves and apps hear.
    pub rests_on: BTreeSet<RuleId>,
}

impl Decision {
    /// True where a rule on which it rests is our own choice, since no source settles it.
    pub fn is_inferred(&self) -> bool {
        self.rests_on.iter().any(|rule| rule.rule().confidence == Confidence::Inferred)
    }
}

/// Every cell with what the rules make of it.
pub fn decision_table() -> Vec<Decision> {
    let mut table = Vec::new();
    for &protocol in Protocol::ALL {
        for &standing in Standing::ALL {
            for &actor in Actor::ALL {
                for &action in actor.actions() {
                    table.push(decision(Cell { protocol, standing, actor, action }));
                }
            }
        }
    }
    table
}

fn decision(cell: Cell) -> Decision {
    match cell.cannot_be() {
        Some(reason) => Decision { cell, outcome: Err(reason), heard: Vec::new(), rests_on: BTreeSet::new() },
        None => {
            let play::Played { outcome, heard, rests_on } = play::played(cell, &Overrides::default());
            Decision { cell, outcome: Ok(outcome), heard, rests_on }
        }
    }
}

/// What the rules make of a cell on a Page that overrides these words.
///
/// # Errors
///
/// Why no conversation can come to it.
pub fn decide(cell: Cell, overrides: &Overrides) -> Result<Outcome, Reason> {
    match cell.cannot_be() {
        Some(reason) => Err(reason),
        None => Ok(play::played(cell, overrides).outcome),
    }
}

impl Standing {
    /// True when the Page has a primary receiver.
    pub const fn has_primary(self) -> bool {
        match self {
            Self::IdleWithPrimary
            | Self::AppWithPrimary
            | Self::InboxWithPrimary
            | Self::MetaAiWithPrimary
            | Self::Off => true,
            Self::IdleWithoutPrimary
            | Self::AppWithoutPrimary
            | Self::InboxWithoutPrimary
            | Self::MetaAiWithoutPrimary => false,
        }
    }
}

impl Actor {
    /// What the actor can do at all.
    pub const fn actions(self) -> &'static [Action] {
        match self {
            Self::Owner | Self::Primary | Self::Other | Self::Approved => &[
                Action::Sends,
                Action::SendsAsHumanAgent,
                Action::Passes,
                Action::PassesToInbox,
                Action::PassesToItself,
                Action::PassesToAStranger,
                Action::PassesToNobody,
                Action::Takes,
                Action::Requests,
                Action::PassesMetadata,
                Action::Releases,
                Action::Extends,
                Action::ExtendsTooLong,
                Action::AsksOwner,
                Action::AsksReceivers,
                Action::Signals,
            ],
            Self::Inbox => &[
                Action::Replies,
                Action::RepliesInDone,
                Action::MovesToMain,
                Action::MovesToDone,
                Action::MovesToSpam,
            ],
            Self::Person => &[
                Action::Says,
                Action::TapsOwners,
                Action::TapsAnothers,
                Action::TapsQuickReply,
                Action::Reacts,
                Action::TakesReactionBack,
                Action::Reads,
                Action::Opens,
                Action::Blocks,
            ],
            Self::Admin => {
                &[Action::MakesPrimary, Action::TakesRoleAway, Action::RemovesOwner, Action::RemovesAnother]
            }
            Self::Clock => &[Action::Waits],
        }
    }
}

/// Who takes part in a cell, so that what happens can be told without names.
#[derive(Debug, Clone, Copy)]
pub struct Cast {
    /// The owner before.
    pub owner: Option<Party>,
    /// The primary receiver or the default app before.
    pub primary: Option<AppId>,
    /// The app, or the inbox, that acts.
    pub actor: Option<Party>,
    /// The app that is named, or that made the button.
    pub target: Option<AppId>,
}

impl Cast {
    /// What became of control, told by who has it now.
    pub fn control(self, owner: Option<Party>) -> Control {
        match owner {
            after if after == self.owner => Control::Stays,
            None => Control::Ends,
            Some(Party::Inbox) => Control::ToInbox,
            after if after == self.actor => Control::ToActor,
            after if after == self.target.map(Party::App) => Control::ToTarget,
            after if after == self.primary.map(Party::App) => Control::ToPrimary,
            Some(_) => Control::ToAnother,
        }
    }

    /// Who an app is.
    pub fn whom(self, app: AppId) -> Whom {
        let party = Some(Party::App(app));
        match Some(app) {
            _ if party == self.owner => Whom::Owner,
            app if app == self.target => Whom::Target,
            _ if party == self.actor => Whom::Actor,
            app if app == self.primary => Whom::Primary,
            _ => Whom::Another,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAST: Cast = Cast {
        owner: Some(Party::App(AppId(1))),
        primary: Some(AppId(2)),
        actor: Some(Party::App(AppId(3))),
        target: Some(AppId(4)),
    };

    #[test]
    fn what_became_of_control_is_told_by_the_part_that_the_owner_plays() {
        let control = |app| CAST.control(Some(Party::App(AppId(app))));
        assert_eq!(
            [1, 2, 3, 4, 5].map(control),
            [Control::Stays, Control::ToPrimary, Control::ToActor, Control::ToTarget, Control::ToAnother]
        );
        assert_eq!((CAST.control(None), CAST.control(Some(Party::Inbox))), (Control::Ends, Control::ToInbox));
        let nobody = Cast { owner: None, primary: None, actor: None, target: None };
        assert_eq!(nobody.control(None), Control::Stays);
        assert_eq!(nobody.control(Some(Party::App(AppId(2)))), Control::ToAnother);
        let inbox = Cast { actor: Some(Party::Inbox), ..nobody };
        assert_eq!(inbox.control(Some(Party::Inbox)), Control::ToInbox);
    }

    #[test]
    fn an_app_is_told_by_its_part_and_by_the_first_of_several() {
        let whom = |app| CAST.whom(AppId(app));
        assert_eq!(
            [1, 2, 3, 4, 5].map(whom),
            [Whom::Owner, Whom::Primary, Whom::Actor, Whom::Target, Whom::Another]
        );
        let several = Cast { owner: None, target: Some(AppId(3)), ..CAST };
        assert_eq!(several.whom(AppId(3)), Whom::Target);
        let leading = Cast { actor: CAST.primary.map(Party::App), ..CAST };
        assert_eq!(leading.whom(AppId(2)), Whom::Actor);
    }
}
