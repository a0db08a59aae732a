//! What every decision about a conversation reads and writes.
//!
//! Within an input, the verbs of [`Case`] are the only ways to refuse, to move control and to tell an app.

use crate::audience::{self, Audience};
use crate::catalogue::RuleId;
use crate::conversation::{CONTROL_LASTS, Control, Conversation};
use crate::derive::{Digest, IdKind, Ids};
use crate::effect::{Accepted, Answer, Decided, Effect, Refusal};
use crate::event::Event;
use crate::fact::{Fact, Saw};
use crate::filing;
use crate::ids::{AppId, Mid, PageId, Psid};
use crate::line::Line;
use crate::options::{Account, ControlEnds, Switch};
use crate::party::Party;
use crate::platform::{LineId, Platform};
use crate::protocol::Protocol;
use crate::protocols::{Fixed, Leader, Options};
use crate::refusal::RefusalKind;
use crate::time::{Span, Timestamp};
use crate::timers::{Subject, TimerKind};
use crate::world::World;

/// What a step may know besides the world.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The virtual time.
    pub now: Timestamp,
    /// Where ids come from.
    pub ids: &'a Ids,
}

/// One conversation while somebody does something in it.
pub(crate) struct Case<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) now: Timestamp,
    pub(crate) page: PageId,
    /// The platform of the person.
    pub(crate) platform: Platform,
    pub(crate) person: Psid,
    /// The words in force on the line.
    pub(crate) options: Options,
    /// The facts on which the next decision rests.
    pub(crate) saw: Saw,
    ids: &'a Ids,
    /// The timestamp of the event that is happening.
    at: Timestamp,
    effects: Vec<Decided>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(world: &'a mut World, page: PageId, person: Psid, context: &Context<'a>) -> Self {
        let line = world.line_of(person, page);
        let (platform, options) = (line.platform, world.settings.options(line));
        let (Context { now, ids }, saw) = (*context, Saw::default());
        Self { world, now, page, platform, person, options, saw, ids, at: now, effects: Vec::new() }
    }

    /// The case of a person who is there, on the Page that knows her.
    pub(crate) fn of(world: &'a mut World, person: Psid, context: &Context<'a>) -> Result<Self, Refusal> {
        let (rule, saw) = (RuleId::PersonOfPage, Saw::default());
        let unknown = Refusal { rule, saw, kind: RefusalKind::UnknownPerson };
        let page = world.people.get(&person).map(|person| person.page).ok_or(unknown)?;
        Ok(Self::new(world, page, person, context))
    }

    /// Checks that the person is one of the Page's: an id means something on its own Page only (M-108).
    pub(crate) fn known(&self) -> Result<(), Refusal> {
        match self.world.people.get(&self.person) {
            Some(person) if person.page == self.page => Ok(()),
            _ => Err(self.refuse(RuleId::PersonOfPage, RefusalKind::UnknownPerson)),
        }
    }

    /// The conversation, once something has happened in it.
    pub(crate) fn conversation(&self) -> Option<&Conversation> {
        self.world.conversations.get(&self.person)
    }

    /// The conversation, which begins with the first thing that happens in it.
    pub(crate) fn begun(&mut self) -> &mut Conversation {
        self.world.conversation(self.person, self.line_id())
    }

    pub(crate) fn control(&self) -> Control {
        self.world.control(self.person)
    }

    pub(crate) fn owner(&self) -> Option<Party> {
        self.control().owner()
    }

    /// The Page on the platform of the person, by name.
    pub(crate) const fn line_id(&self) -> LineId {
        self.page.on(self.platform)
    }

    /// The Page on the platform of the person.
    pub(crate) fn line(&self) -> Option<&Line> {
        self.world.settings.line(self.line_id())
    }

    /// What the Page's protocol decides that no Page overrides.
    pub(crate) fn fixed(&self) -> Fixed {
        self.line().map_or_else(|| Fixed::of(Protocol::default()), Line::fixed)
    }

    /// The Page's primary receiver, where its protocol has one.
    pub(crate) fn primary(&self) -> Option<AppId> {
        self.world.settings.primary(self.line_id())
    }

    /// The primary receiver or the default app, whichever the protocol has.
    pub(crate) fn leader(&self) -> Option<Party> {
        self.line().and_then(Line::leader)
    }

    /// True for a party that has a part in conversation control (C-05).
    pub(crate) fn takes_part(&self, party: Party) -> bool {
        self.line().is_some_and(|line| line.takes_part(party))
    }

    /// Who has a conversation of the Page that nobody was given.
    pub(crate) fn unowned(&self) -> Control {
        self.world.settings.unowned(self.line_id())
    }

    /// Whether an admin permits the app to take control (C-11).
    pub(crate) fn may_take(&self, app: AppId) -> bool {
        self.line().is_some_and(|line| !line.may_not_take.contains(&app))
    }

    /// How a message of an app that is not in control is refused there: on Instagram as it was seen, or as an older
    /// document of the protocol has it (C-85).
    pub(crate) fn not_owner_send(&self) -> RefusalKind {
        match (self.platform, self.options.instagram_send_error) {
            (Platform::Instagram, Account::Observed) => RefusalKind::NotThreadOwner,
            (Platform::Instagram, Account::Documented) | (Platform::Messenger, _) => {
                self.fixed().not_owner_send
            }
        }
    }

    /// Who an echo says wrote: nobody on Instagram, unless the Page says otherwise (M-286).
    pub(crate) const fn echoed(&self, by: Party) -> Option<Party> {
        let switch = match (self.platform, by) {
            (Platform::Instagram, _) => self.options.instagram_echo_app_id,
            (Platform::Messenger, Party::Inbox) => self.options.inbox_echo_app_id,
            (Platform::Messenger, _) => Switch::On,
        };
        match switch {
            Switch::On => Some(by),
            Switch::Off => None,
        }
    }

    /// Lets the next decision rest on who is in control, until when, and who is primary receiver or default app.
    pub(crate) fn reads_control(&mut self) {
        self.saw = control_facts(self.control(), self.line());
    }

    /// Lets the next decision rest on one more fact.
    pub(crate) fn reads(&mut self, fact: Fact) {
        self.saw = self.saw.with(fact);
    }

    /// Makes decisions that rest on other facts than those around them.
    pub(crate) fn seeing(&mut self, saw: Saw, decide: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.saw, saw);
        decide(self);
        self.saw = around;
    }

    /// The timestamp of an event that happens now: strictly later than the one before it.
    pub(crate) fn next_event(&mut self) -> Timestamp {
        let now = self.now;
        self.at = self.begun().next_event(now);
        self.at
    }

    /// A message id that follows from what it is named after and how often its author made one before.
    pub(crate) fn message_id(&mut self, named: Digest, author: Option<Party>) -> Mid {
        let count = self.begun().count(IdKind::Message, author);
        self.ids.message_on(self.platform, named, count)
    }

    /// A refusal, for which nothing may have happened yet.
    pub(crate) fn refuse(&self, rule: RuleId, kind: RefusalKind) -> Refusal {
        let rule = match self.platform {
            Platform::Messenger => rule,
            Platform::Instagram => rule_on_instagram(rule, kind),
        };
        Refusal { rule, saw: self.saw.clone(), kind }
    }

    pub(crate) fn happens(&mut self, rule: RuleId, effect: Effect) {
        self.effects.push(Decided { rule, saw: self.saw.clone(), effect });
    }

    /// What a rule of its own decided on facts of its own.
    pub(crate) fn follows(&mut self, decided: impl IntoIterator<Item = Decided>) {
        self.effects.extend(decided);
    }

    /// Moves control, and the expiry and the folder with it. To nobody is to who has what nobody was given.
    pub(crate) fn move_to(&mut self, rule: RuleId, to: Option<Party>) {
        self.move_for(rule, to, CONTROL_LASTS);
    }

    /// The same, with the time for which a message renews control.
    pub(crate) fn move_for(&mut self, rule: RuleId, to: Option<Party>, lasts: Span) {
        let (unowned, has_inbox) = (self.unowned(), self.takes_part(Party::Inbox));
        let Self { world: World { conversations, timers, .. }, person, .. } = self;
        let Some(conversation) = conversations.get_mut(person) else { return };
        let from = conversation.control.holder();
        let until = match self.options.control_ends {
            ControlEnds::AfterSilence => Some(self.now + lasts),
            ControlEnds::Never => None,
        };
        let control = match (to, unowned) {
            (_, Control::Inactive) => Control::Inactive,
            (Some(by), _) => Control::Owned { by, until, lasts },
            (None, unowned) => unowned,
        };
        let (to, until) = (control.holder(), control.until());
        let subject = Subject::Conversation(*person);
        timers.change(subject, TimerKind::ControlEnds, conversation.control.until(), until);
        conversation.control = control;
        let filed =
            filing::follow(conversation, *person, from.party(), (has_inbox, self.options.done_folder));
        self.happens(rule, Effect::ControlMoved { person: self.person, from, to, until });
        self.follows(filed);
    }

    /// Sets the time for which a message renews the owner's control (C-28).
    pub(crate) fn set_lasts(&mut self, span: Span) {
        let conversation = self.world.conversations.get_mut(&self.person);
        if let Some(Control::Owned { lasts, .. }) = conversation.map(|conversation| &mut conversation.control)
        {
            *lasts = span;
        }
    }

    /// Keeps the owner in control until then, if its control ends by itself. The messaging window is a clock of its own
    /// (C-30).
    pub(crate) fn prolong(&mut self, rule: RuleId, until: Timestamp) {
        let Self { world: World { conversations, timers, .. }, person, .. } = self;
        let Some(conversation) = conversations.get_mut(person) else { return };
        let Control::Owned { by: owner, until: Some(before), lasts } = conversation.control else { return };
        conversation.control = Control::Owned { by: owner, until: Some(until), lasts };
        timers.change(Subject::Conversation(*person), TimerKind::ControlEnds, Some(before), Some(until));
        if before != until {
            self.happens(rule, Effect::ControlProlonged { person: self.person, owner, until });
        }
    }

    /// Marks the conversation as done, or takes the mark away (C-108a).
    pub(crate) fn mark(&mut self, marked: bool) {
        let person = self.person;
        let marked =
            self.world.conversations.get_mut(&person).and_then(|it| filing::mark(it, person, marked));
        self.follows(marked);
    }

    /// Tells the apps of an event: who hears it follows from the audience, and on which channel from who is in
    /// control now.
    pub(crate) fn tell(&mut self, audience: Audience, event: &Event) {
        let told = audience::audience(self.world, self.line_id(), Some(self.person), audience, event);
        let at = self.at;
        self.effects
            .extend(told.into_iter().map(|listener| listener.told(self.page, Some(self.person), at, event)));
    }

    /// The same by a rule of its own.
    pub(crate) fn tell_by(&mut self, rule: RuleId, audience: Audience, event: &Event) {
        let before = self.effects.len();
        self.tell(audience, event);
        self.effects[before..].iter_mut().for_each(|told| told.rule = rule);
    }

    /// The input is accepted, with everything that happened.
    pub(crate) fn accepted(self, rule: RuleId, answer: Answer) -> Accepted {
        Accepted { rule, saw: self.saw, answer, effects: self.effects }
    }
}

/// The rule of a refusal that Instagram words in its own way.
const fn rule_on_instagram(rule: RuleId, kind: RefusalKind) -> RuleId {
    match kind {
        RefusalKind::NotThreadOwner
        | RefusalKind::CallerNotOwner
        | RefusalKind::OnlyOwnerReleases
        | RefusalKind::OnlyOwnerExtends
        | RefusalKind::TakeNotAllowed
        | RefusalKind::SignalNotAllowed => RuleId::NotOwnerOnInstagram,
        RefusalKind::RoutingNotEnabled => RuleId::TakeOnInstagram,
        RefusalKind::OutsideWindow => RuleId::WindowOnInstagram,
        RefusalKind::UnknownPerson => RuleId::PersonOfAccount,
        RefusalKind::NoRoleOnApp { .. } => RuleId::DevelopmentOnInstagram,
        RefusalKind::AppNotConnected
        | RefusalKind::PermissionMissing
        | RefusalKind::TokenExpired(_)
        | RefusalKind::SessionEnded
        | RefusalKind::TokenDeauthorized
        | RefusalKind::FieldPermission
        | RefusalKind::PersonUnavailable
        | RefusalKind::UnknownMessage
        | RefusalKind::ProfileField
        | RefusalKind::NothingToTap
        | RefusalKind::TagRetired
        | RefusalKind::NotANewsPage
        | RefusalKind::OwnerNotTold
        | RefusalKind::TakeByOwner
        | RefusalKind::OnlyReceivers
        | RefusalKind::ReceiversHidden
        | RefusalKind::InboxCannotBePrimary
        | RefusalKind::NotInProtocol
        | RefusalKind::UnknownApp
        | RefusalKind::NoSuchEdge(_)
        | RefusalKind::ApisDisabled
        | RefusalKind::NoThreadControl
        | RefusalKind::AnotherAppInControl
        | RefusalKind::HumanAgentNotApproved
        | RefusalKind::TargetRequired
        | RefusalKind::IncorrectAppId
        | RefusalKind::PassToItself
        | RefusalKind::DurationOutOfRange
        | RefusalKind::RequestByOwner
        | RefusalKind::RequestByPrimary => rule,
    }
}

/// What the rules of control read about a conversation.
pub(crate) fn control_facts(control: Control, line: Option<&Line>) -> Saw {
    let owner = Fact::Owner(control.owner());
    let leader = match line.map_or(Leader::PrimaryReceiver, |line| line.fixed().leader) {
        Leader::PrimaryReceiver => Some(Fact::PrimaryReceiver(line.and_then(Line::primary))),
        Leader::DefaultApp => Some(Fact::DefaultApp(line.and_then(Line::default_app))),
        Leader::Nobody => None,
    };
    match (control.until(), leader) {
        (Some(until), Some(leader)) => Saw::of([owner, Fact::Expires(until), leader]),
        (Some(until), None) => Saw::of([owner, Fact::Expires(until)]),
        (None, Some(leader)) => Saw::of([owner, leader]),
        (None, None) => Saw::of([owner]),
    }
}
