//! A person enters a conversation: what each way in does to the window, to control and to what apps hear.

use crate::audience::Audience;
use crate::case::{Case, control_facts};
use crate::catalogue::RuleId;
use crate::conversation::{CONTROL_LASTS, Control};
use crate::event::Event;
use crate::fact::Fact;
use crate::ids::AppId;
use crate::line::AdRoute;
use crate::options::{AnnounceImplicitMoves, Claims};
use crate::party::Party;
use crate::protocols::{CLAIMS, Claimant, Leader};
use crate::referral::Referral;
use crate::time::Span;
use crate::window;
use crate::writing::{files, renew};

/// What the inbox says when a message moves control out of it (observed).
const NEW_MESSAGE: &str = "new message";
/// How long an ad's app stays in control where the ad says nothing sensible (C-28).
const AD_CONTROL: Span = CONTROL_LASTS;

/// The ways into a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The person writes, or taps a quick reply.
    Message,
    /// The person taps something that an app made.
    Tap(AppId),
    /// The person follows a link into a conversation in which something was said before.
    Link,
    /// The person taps an ad in such a conversation.
    Ad,
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
            Self::Link => (false, true, false, true, Audience::Owner(RuleId::Referrals)),
            Self::Ad => (false, true, false, true, Audience::Owner(RuleId::Referrals)),
            Self::Reaction => (false, true, false, false, Audience::Owner(RuleId::Reactions)),
            Self::ReactionTakenBack => (false, false, false, false, Audience::Owner(RuleId::Reactions)),
        };
        Row { writes, opens_window, clears_done_mark, claims_control, audience }
    }
}

/// The person enters the conversation, having come by that link or ad; apps are told of it by that event, once control
/// is where it belongs.
pub(crate) fn enters(case: &mut Case<'_>, entry: Entry, came_by: Option<&Referral>, event: &Event) {
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
        claims_control(case, entry, came_by);
    }
    if row.writes {
        files(case);
    }
    case.tell(row.audience, event);
}

/// A claim that holds.
#[derive(Clone, Copy)]
struct Granted {
    by: Claimant,
    to: Party,
    /// For how long a message renews control.
    lasts: Span,
}

/// Control goes to the first claimant that is on the Page; where nobody may claim it, a message renews the control of the
/// owner.
fn claims_control(case: &mut Case<'_>, entry: Entry, came_by: Option<&Referral>) {
    let owner = match case.control() {
        Control::Inactive => return,
        Control::Idle => None,
        Control::Owned { by, .. } => Some(by),
    };
    let granted = CLAIMS.iter().find_map(|&by| {
        let (to, lasts) = case.claimed(by, entry, came_by)?;
        let holds = match case.claims(by) {
            Claims::Off => false,
            Claims::Idle => owner.is_none(),
            Claims::Always => true,
        };
        holds.then_some(Granted { by, to, lasts })
    });
    match granted {
        Some(granted) if owner != Some(granted.to) => gives_control(case, granted),
        Some(Granted { by: Claimant::Ad, lasts, .. }) => {
            case.set_lasts(lasts);
            renew(case);
        }
        Some(_) | None => renew(case),
    }
}

impl Case<'_> {
    /// From what state of control a claimant gets the conversation.
    const fn claims(&self, by: Claimant) -> Claims {
        match by {
            Claimant::Ad => self.options.ad_claims,
            Claimant::Link => self.options.link_claims,
            Claimant::Tap => self.options.tap_claims,
            Claimant::Organic => self.options.organic_claims,
            Claimant::Leader => self.options.leader_claims,
        }
    }

    /// Who claims the conversation, if anybody does, and for how long a message then renews control.
    fn claimed(&self, by: Claimant, entry: Entry, came_by: Option<&Referral>) -> Option<(Party, Span)> {
        let routes = &self.line()?.routes;
        let usual = |app| (app, CONTROL_LASTS);
        let writes = entry.row().writes;
        let (app, lasts) = match by {
            Claimant::Ad => {
                let route = self.ad_route(came_by?)?;
                let waits = !writes && self.owner().is_some_and(|owner| owner != Party::App(route.app));
                (!waits).then_some((route.app, route.control))?
            }
            Claimant::Link => {
                let link = came_by.filter(|referral| referral.ad.is_none())?;
                usual(*routes.links.get(link.reference.as_ref()?)?)
            }
            Claimant::Tap => match entry {
                Entry::Tap(app) => usual(app),
                Entry::Message | Entry::Link | Entry::Ad | Entry::Reaction | Entry::ReactionTakenBack => {
                    return None;
                }
            },
            Claimant::Organic => usual(routes.organic?),
            Claimant::Leader => return Some((self.leader()?, CONTROL_LASTS)),
        };
        self.world.settings.connection(self.page, app).map(|_| (Party::App(app), lasts))
    }

    /// Where the conversations of an ad go: to the app that the ad itself names, or else to that of its route.
    fn ad_route(&self, came_by: &Referral) -> Option<AdRoute> {
        let ad = came_by.ad.as_ref()?;
        let route = self.line()?.routes.ads.get(&ad.id).copied();
        let own = ad.app.map(|app| AdRoute { app, control: route.map_or(AD_CONTROL, |it| it.control) });
        own.or(route)
    }

    /// Whether the app of an ad gets the conversation only with the person's next message, since another party owns it.
    pub(crate) fn ad_waits(&self, came_by: &Referral) -> bool {
        let another = |route: AdRoute| self.owner().is_some_and(|owner| owner != Party::App(route.app));
        self.options.ad_claims == Claims::Always && self.ad_route(came_by).is_some_and(another)
    }
}

/// The rule by which a claim gives control.
fn rule_of(case: &Case<'_>, by: Claimant) -> RuleId {
    match (by, case.fixed().leader) {
        (Claimant::Ad, _) => RuleId::AdRoute,
        (Claimant::Link, _) => RuleId::LinkRoute,
        (Claimant::Tap, _) => RuleId::ButtonMovesControl,
        (Claimant::Organic, _) => RuleId::OrganicRoute,
        (Claimant::Leader, Leader::PrimaryReceiver | Leader::Nobody) => RuleId::PrimaryGetsIdle,
        (Claimant::Leader, Leader::DefaultApp) => RuleId::DefaultGetsIdle,
    }
}

/// Gives control to an app without a call, and announces that only where the Page says so (C-122).
fn gives_control(case: &mut Case<'_>, granted: Granted) {
    let Granted { by, to: new_owner, lasts } = granted;
    let (rule, announced) = (rule_of(case, by), case.options.announce_implicit_moves);
    let previous_owner = case.owner();
    let saw = control_facts(case.control(), case.line());
    let saw = match (by, new_owner) {
        (Claimant::Tap, Party::App(app)) => saw.with(Fact::MadeBy(app)),
        (Claimant::Ad | Claimant::Link | Claimant::Organic, Party::App(app)) => saw.with(Fact::Route(app)),
        _ => saw,
    };
    case.seeing(saw, |case| case.move_for(rule, Some(new_owner), lasts));
    match (announced, by, previous_owner) {
        (AnnounceImplicitMoves::None, ..)
        | (AnnounceImplicitMoves::Inbox | AnnounceImplicitMoves::All, Claimant::Tap, None)
        | (AnnounceImplicitMoves::Inbox, Claimant::Tap, Some(_)) => {}
        (
            AnnounceImplicitMoves::Inbox | AnnounceImplicitMoves::All,
            Claimant::Ad | Claimant::Link | Claimant::Organic | Claimant::Leader,
            None | Some(Party::Inbox),
        ) => {
            let (previous_owner, metadata) = (Some(Party::Inbox), Some(NEW_MESSAGE.into()));
            let event = Event::PassThreadControl { previous_owner, new_owner, metadata };
            case.tell(Audience::Party(new_owner), &event);
        }
        (AnnounceImplicitMoves::Inbox, ..) => {}
        (AnnounceImplicitMoves::All, _, Some(loser)) => {
            let event = Event::TakeThreadControl { previous_owner, new_owner, metadata: None };
            case.tell(Audience::Party(loser), &event);
        }
    }
}
