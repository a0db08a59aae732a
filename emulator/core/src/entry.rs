//! A person enters a conversation: what each way in does to the window, to control and to what apps hear.

use crate::audience::Audience;
use crate::case::{Case, control_facts};
use crate::catalogue::RuleId;
use crate::effect::Event;
use crate::fact::Fact;
use crate::ids::AppId;
use crate::options::AnnounceImplicitMoves;
use crate::party::Party;
use crate::protocols::{Claim, Claimant, Whenever};
use crate::window;
use crate::writing::renew;

/// What the inbox says when a message moves control out of it (observed).
const NEW_MESSAGE: &str = "new message";

/// The ways into a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The person writes, or taps a quick reply.
    Message,
    /// The person taps something that an app made.
    Tap(AppId),
    /// The person follows a link.
    Link,
    /// The person reacts to a message.
    Reaction,
    /// The person takes a reaction back, which opens nothing (M-230).
    ReactionTakenBack,
}

/// What an entry does.
struct Row {
    /// Whether it counts as what the person last wrote.
    writes: bool,
    opens_window: bool,
    clears_done_mark: bool,
    /// Whether it gives or renews control.
    claims_control: bool,
    audience: Audience,
}

impl Entry {
    const fn row(self) -> Row {
        let (writes, opens_window, clears_done_mark, claims_control, audience) = match self {
            Self::Message => (true, true, true, true, Audience::Everyone),
            Self::Tap(_) => (true, true, false, true, Audience::Everyone),
            Self::Link => (false, true, false, true, Audience::Owner),
            Self::Reaction => (false, true, false, false, Audience::Owner),
            Self::ReactionTakenBack => (false, false, false, false, Audience::Owner),
        };
        Row { writes, opens_window, clears_done_mark, claims_control, audience }
    }
}

/// The person enters the conversation; apps are told of it by that event, once control is where it belongs.
pub(crate) fn enters(case: &mut Case<'_>, entry: Entry, event: &Event) {
    let row = entry.row();
    let (now, person) = (case.now, case.person);
    if row.writes {
        case.begun().last_user_message = Some(now);
    }
    if row.opens_window {
        let opened = window::open(case.begun(), person, now);
        case.follows([opened]);
    }
    if row.clears_done_mark {
        case.mark(false);
    }
    if row.claims_control {
        claims_control(case, entry);
    }
    case.tell(row.audience, event);
}

/// Control goes to the first app of the protocol's claims that is on the Page; where nobody may claim it, a message
/// renews the control of the owner.
fn claims_control(case: &mut Case<'_>, entry: Entry) {
    let owner = case.owner();
    let claims = case.line().map_or(&[] as &[Claim], |line| line.protocol().claims());
    let claim = claims.iter().find_map(|claim| {
        let app = match claim.by {
            Claimant::Tap => case.made_by(entry)?,
            Claimant::Primary => case.primary()?,
        };
        let free = match claim.from {
            Whenever::Always => true,
            Whenever::Idle => owner.is_none(),
        };
        free.then_some((claim.by, app))
    });
    match claim {
        Some((by, app)) if owner != Some(Party::App(app)) => gives_control(case, by, app),
        Some(_) | None => renew(case),
    }
}

impl Case<'_> {
    /// The app that made what the person tapped, unless it has left the Page since (C-119).
    fn made_by(&self, entry: Entry) -> Option<AppId> {
        match entry {
            Entry::Tap(app) => self.world.settings.connection(self.page, app).map(|_| app),
            Entry::Message | Entry::Link | Entry::Reaction | Entry::ReactionTakenBack => None,
        }
    }
}

/// Gives control to an app without a call, and announces that only where the Page says so (C-122).
fn gives_control(case: &mut Case<'_>, by: Claimant, app: AppId) {
    let (control, announced) = (case.control(), case.options.announce_implicit_moves);
    let (previous_owner, new_owner) = (control.owner(), Party::App(app));
    let saw = control_facts(control, case.primary());
    match by {
        Claimant::Primary => {
            case.seeing(saw, |case| case.move_to(RuleId::PrimaryGetsIdle, Some(new_owner)));
            match announced {
                AnnounceImplicitMoves::None => {}
                AnnounceImplicitMoves::Inbox | AnnounceImplicitMoves::All => {
                    let (previous_owner, metadata) = (Some(Party::Inbox), Some(NEW_MESSAGE.into()));
                    let event = Event::PassThreadControl { previous_owner, new_owner, metadata };
                    case.tell(Audience::Party(new_owner), &event);
                }
            }
        }
        Claimant::Tap => {
            let saw = saw.with(Fact::MadeBy(app));
            case.seeing(saw, |case| case.move_to(RuleId::ButtonMovesControl, Some(new_owner)));
            match (announced, previous_owner) {
                (AnnounceImplicitMoves::All, Some(loser)) => {
                    let event = Event::TakeThreadControl { previous_owner, new_owner, metadata: None };
                    case.tell(Audience::Party(loser), &event);
                }
                (AnnounceImplicitMoves::All, None)
                | (AnnounceImplicitMoves::None | AnnounceImplicitMoves::Inbox, _) => {}
            }
        }
    }
}
