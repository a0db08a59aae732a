//! Plays a row: brings a world into the state of `given`, lets `when` happen, and tells what came of
//! it in the words of the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use emulator_core::{
    Accepted, Answer, App, AppAct, AppId, Connection, Context, Control, ControlAct, Decided, Delivery,
    Effect, Event, FieldSet, Ids, Input, Message, Missing, Outcome, PAGE_INBOX, Page, PageId, Person,
    PersonAct, Protocol, Psid, Refusal, RuleId, Settings, Span, Tag, Timestamp, World, step,
};

use crate::table::{
    self, FolderName, Given, Heard, HumanAgentTag, Kind, Length, Owner, OwnerAnswer, Primary, Row, Said,
    Step, Table, Verb, Window, Wrote,
};

/// The moment at which every row begins: 2026-07-01T00:00:00Z.
const BEGIN: Timestamp = Timestamp(1_782_864_000_000);
const ORCHID: PageId = PageId(1_001);
/// Another Page with the same apps. Its person is `bo`.
const ROASTERY: PageId = PageId(1_002);
/// The person of nearly every row.
const ANA: &str = "ana";
const PEOPLE: [(&str, Psid, PageId); 2] = [(ANA, Psid(2_001), ORCHID), ("bo", Psid(2_002), ROASTERY)];
/// An app that exists but is not on the Page.
const STRANGER: (&str, AppId) = ("stranger", AppId(3_999));
const DAY: Span = Span(24 * 3_600_000);

/// A sentence about a row that makes no sense, in place of a result.
pub(crate) type Nonsense = String;

/// How an input was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted(RuleId),
    Refused(Kind, RuleId),
    /// The clock moved and nothing fell due.
    NothingDue,
}

/// What is true of the conversation at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) owner: Owner,
    pub(crate) until: Option<Timestamp>,
    pub(crate) folder: FolderName,
    pub(crate) window_until: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

impl State {
    pub(crate) fn expires(&self) -> Option<Length> {
        self.until.map(|until| Length(until - self.now))
    }

    pub(crate) fn window(&self) -> Window {
        match self.window_until {
            Some(until) if until > self.now => Window::Open(Length(until - self.now)),
            Some(_) | None => Window::Closed,
        }
    }
}

/// What came of a row.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) before: State,
    pub(crate) after: State,
    pub(crate) verdict: Verdict,
    pub(crate) answer: Option<OwnerAnswer>,
    pub(crate) heard: Vec<Heard>,
    pub(crate) unheard: BTreeMap<String, String>,
}

/// Plays the row of the table.
pub(crate) fn play(table: &Table, row: &Row) -> Result<Played, Nonsense> {
    let mut apps = table.apps.clone();
    for (name, app) in &row.given.apps {
        if apps.insert(name.clone(), app.clone()).is_none() {
            return Err(format!("`{name}` is no app of this table"));
        }
    }
    let names = Names::new(&apps);
    let mut stage = Stage::given(&row.given, &apps, names)?;
    let (last, earlier) = row.when.0.split_last().ok_or("`when` is empty")?;
    for earlier in earlier {
        if let Verdict::Refused(kind, rule) = stage.happens(earlier)?.verdict {
            return Err(format!("only the last step may be refused, not {earlier:?}: {kind:?} by {rule}"));
        }
    }
    let before = stage.state();
    let world = stage.world.clone();
    let happened = stage.happens(last)?;
    if matches!(happened.verdict, Verdict::Refused(..)) && stage.world != world {
        return Err(format!("the refusal changed the world from\n{world:#?}\nto\n{:#?}", stage.world));
    }
    let unheard = happened
        .effects
        .iter()
        .filter_map(|decided| match &decided.effect {
            Effect::Unheard { app, missing, .. } => Some((stage.names.app(*app), lacks(*missing).to_owned())),
            Effect::Deliver(_)
            | Effect::Message { .. }
            | Effect::WindowOpened { .. }
            | Effect::ControlMoved { .. }
            | Effect::ControlProlonged { .. }
            | Effect::FolderMoved { .. }
            | Effect::MarkedDone { .. }
            | Effect::WebhooksFailing { .. }
            | Effect::WebhooksDisabled { .. } => None,
        })
        .collect();
    let heard = happened
        .effects
        .into_iter()
        .filter_map(|decided| match decided.effect {
            Effect::Deliver(delivery) => Some(stage.names.heard(delivery)),
            Effect::Message { .. }
            | Effect::WindowOpened { .. }
            | Effect::ControlMoved { .. }
            | Effect::ControlProlonged { .. }
            | Effect::FolderMoved { .. }
            | Effect::MarkedDone { .. }
            | Effect::WebhooksFailing { .. }
            | Effect::WebhooksDisabled { .. }
            | Effect::Unheard { .. } => None,
        })
        .collect();
    let after = stage.state();
    let answer = match happened.answer {
        Some(Answer::Owner(None)) => Some(OwnerAnswer { owner: Owner::Idle, expires: None }),
        Some(Answer::Owner(Some((app, until)))) => Some(OwnerAnswer {
            owner: Owner::By(stage.names.app(app)),
            expires: Some(Length(until - after.now)),
        }),
        Some(
            Answer::Done
            | Answer::Message { .. }
            | Answer::Tapped { .. }
            | Answer::Receivers(_)
            | Answer::Profile(_),
        )
        | None => None,
    };
    Ok(Played { before, after, verdict: happened.verdict, answer, heard, unheard })
}

/// Apps by name and by id.
struct Names(BTreeMap<String, AppId>);

impl Names {
    fn new(apps: &BTreeMap<String, table::App>) -> Self {
        let mut names: BTreeMap<_, _> =
            apps.keys().cloned().zip(3_001..).map(|(name, id)| (name, AppId(id))).collect();
        names.insert("inbox".to_owned(), PAGE_INBOX);
        names.insert(STRANGER.0.to_owned(), STRANGER.1);
        Self(names)
    }

    fn id(&self, name: &str) -> Result<AppId, Nonsense> {
        self.0.get(name).copied().ok_or_else(|| format!("there is no app `{name}`"))
    }

    fn app(&self, id: AppId) -> String {
        let name = self.0.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone());
        name.unwrap_or_else(|| format!("app {id}"))
    }

    fn heard(&self, delivery: Delivery) -> Heard {
        let text =
            |message: &Message| message.text.as_deref().unwrap_or("<a message without text>").to_owned();
        let owned = |text: Option<Arc<str>>| text.map(|text| text.to_string());
        let moved = |previous: Option<AppId>, new, metadata| table::MoveEvent {
            previous_owner_app_id: previous.map(|previous| self.app(previous)),
            new_owner_app_id: self.app(new),
            metadata: owned(metadata),
        };
        let event = match delivery.event {
            Event::Message { message, .. } => table::Event::Message(table::MessageEvent {
                text: text(&message),
                is_echo: false,
                app_id: None,
                metadata: owned(message.metadata.clone()),
            }),
            Event::Echo { app, message, .. } => table::Event::Message(table::MessageEvent {
                text: text(&message),
                is_echo: true,
                app_id: app.map(|app| self.app(app)),
                metadata: owned(message.metadata.clone()),
            }),
            Event::PassThreadControl { previous_owner, new_owner, metadata } => {
                table::Event::PassThreadControl(moved(previous_owner, new_owner, metadata))
            }
            Event::TakeThreadControl { previous_owner, new_owner, metadata } => {
                table::Event::TakeThreadControl(moved(previous_owner, new_owner, metadata))
            }
            Event::RequestThreadControl { requested_owner, metadata } => {
                table::Event::RequestThreadControl(table::RequestEvent {
                    requested_owner_app_id: self.app(requested_owner),
                    metadata: owned(metadata),
                })
            }
            Event::Postback { .. }
            | Event::Reaction { .. }
            | Event::Referral(_)
            | Event::Delivered { .. }
            | Event::Read { .. }
            | Event::PassThreadMetadata { .. }
            | Event::AppRoles { .. } => table::Event::Other(format!("{:?}", delivery.event)),
        };
        Heard { app: self.app(delivery.app), channel: delivery.channel.into(), event }
    }
}

/// What one step came to.
struct Happened {
    verdict: Verdict,
    answer: Option<Answer>,
    effects: Vec<Decided>,
}

impl Happened {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Ok(Accepted { rule, answer, effects, .. }) => {
                Self { verdict: Verdict::Accepted(rule), answer: Some(answer), effects }
            }
            Err(Refusal { rule, kind, .. }) => {
                Self { verdict: Verdict::Refused(kind.into(), rule), answer: None, effects: Vec::new() }
            }
        }
    }
}

/// A world in play.
struct Stage {
    world: World,
    now: Timestamp,
    ids: Ids,
    names: Names,
}

impl Stage {
    /// A world that came into the given state by the rules themselves: nothing is set from outside
    /// save settings and folder.
    fn given(given: &Given, apps: &BTreeMap<String, table::App>, names: Names) -> Result<Self, Nonsense> {
        let primary = match &given.primary {
            Primary::None => None,
            Primary::App(name) => Some(names.id(name)?),
        };
        let mut world = World::new(Arc::new(settings(apps, &names, None)?));
        world.people.extend(PEOPLE.map(|(name, id, page)| (id, Person::named(name, page))));
        let mut stage = Self { world, now: BEGIN, ids: Ids::new(1, "rules"), names };

        let until = given.until.map_or(DAY, |Length(span)| span);
        let owner = match &given.owner {
            Owner::Idle if given.until.is_some() => return Err("nobody owns it, so nothing ends".to_owned()),
            Owner::Idle => None,
            Owner::By(name) => Some(stage.names.id(name)?),
        };
        let wrote = match given.wrote {
            Wrote::Never => None,
            Wrote::Ago(ago) => Some(Timestamp(BEGIN.0 - ago.0)),
        };
        let got = owner.map(|_| Timestamp(BEGIN.0 - (DAY.0 - until.0).max(0)));
        if got.is_none() || wrote <= got {
            stage.wrote(wrote)?;
            stage.owned(owner, got, until)?;
        } else {
            stage.owned(owner, got, until)?;
            stage.wrote(wrote)?;
        }
        stage.advance(BEGIN)?;

        let reached = stage.state();
        if reached.owner != given.owner || owner.is_some() && reached.expires() != Some(Length(until)) {
            let expires = reached.expires().map_or_else(String::new, |left| format!(" for {left}"));
            return Err(format!(
                "no conversation can be in the given state: it would be {}{expires}",
                reached.owner
            ));
        }
        if let (Some(folder), Some(conversation)) =
            (given.folder, stage.world.conversations.get_mut(&PEOPLE[0].1))
        {
            conversation.folder = folder.into();
        }
        stage.world.settings = Arc::new(settings(apps, &stage.names, primary)?);
        Ok(stage)
    }

    fn wrote(&mut self, at: Option<Timestamp>) -> Result<(), Nonsense> {
        let Some(at) = at else { return Ok(()) };
        self.advance(at)?;
        let says = Step::Says { user: ANA.to_owned(), text: "earlier".to_owned() };
        self.arrange(&says)
    }

    /// An app takes the idle conversation; the inbox gets it passed.
    fn owned(&mut self, owner: Option<AppId>, at: Option<Timestamp>, until: Span) -> Result<(), Nonsense> {
        let (Some(owner), Some(at)) = (owner, at) else { return Ok(()) };
        self.advance(at)?;
        let helper = self.world.settings.pages[&ORCHID].apps.keys().next().copied();
        let taker = if owner == PAGE_INBOX { helper.ok_or("a Page without apps")? } else { owner };
        self.arrange_act(taker, ControlAct::Take { metadata: None })?;
        if taker != owner {
            self.arrange_act(taker, ControlAct::Pass { to: Some(owner), metadata: None })?;
        }
        if until > DAY {
            self.arrange_act(owner, ControlAct::Extend { by: Some(until) })?;
        }
        Ok(())
    }

    fn arrange(&mut self, step: &Step) -> Result<(), Nonsense> {
        match self.happens(step)?.verdict {
            Verdict::Refused(kind, _) => Err(format!("the given state cannot be reached: {kind:?}")),
            Verdict::Accepted(_) | Verdict::NothingDue => Ok(()),
        }
    }

    fn arrange_act(&mut self, app: AppId, act: ControlAct) -> Result<(), Nonsense> {
        let act = AppAct::Controls { person: PEOPLE[0].1, act };
        let input = Input::App { page: ORCHID, app, act };
        let outcome = self.step(input);
        outcome
            .map(|_| ())
            .map_err(|refusal| format!("the given state cannot be reached: {:?}", refusal.kind))
    }

    fn step(&mut self, input: Input) -> Outcome {
        step(&mut self.world, input, &Context { now: self.now, ids: &self.ids })
    }

    /// Moves the clock; what falls due at the target has happened.
    fn advance(&mut self, to: Timestamp) -> Result<Happened, Nonsense> {
        let mut happened = Happened { verdict: Verdict::NothingDue, answer: None, effects: Vec::new() };
        while let Some(timer) = self.world.timers.next().filter(|timer| timer.at <= to) {
            self.now = timer.at;
            let mut fired = Happened::of(self.step(Input::TimerFired(timer)));
            happened.effects.append(&mut fired.effects);
            happened.verdict = fired.verdict;
            if self.world.timers.next() == Some(timer) {
                return Err(format!("a deadline fired and is still there: {timer:?}"));
            }
        }
        self.now = to;
        Ok(happened)
    }

    fn happens(&mut self, step: &Step) -> Result<Happened, Nonsense> {
        let page = ORCHID;
        let input = match step {
            Step::Clock(span) => return self.advance(self.now + *span),
            Step::Says { user, text } => {
                let act = PersonAct::Says(Arc::new(Message::text(text.as_str())));
                Input::Person { person: person(user)?, act }
            }
            Step::App { app, to, verb } => {
                let app = self.names.id(app)?;
                let person = person(to.as_deref().unwrap_or(ANA))?;
                let acts = |act| Input::App { page, app, act };
                let control = |act| acts(AppAct::Controls { person, act });
                let text = |text: &Option<String>| text.as_deref().map(Arc::from);
                match verb {
                    Verb::Sends { said: Said { text: said, metadata }, tag } => acts(AppAct::Sends {
                        person,
                        message: Arc::new(Message {
                            metadata: text(metadata),
                            ..Message::text(said.as_str())
                        }),
                        tag: tag.map(|HumanAgentTag::HumanAgent| Tag::HumanAgent),
                    }),
                    Verb::Passes { to, metadata } => {
                        let to = to.as_deref().map(|to| self.names.id(to)).transpose()?;
                        control(ControlAct::Pass { to, metadata: text(metadata) })
                    }
                    Verb::Takes(with) => control(ControlAct::Take { metadata: text(&with.metadata) }),
                    Verb::Requests(with) => control(ControlAct::Request { metadata: text(&with.metadata) }),
                    Verb::Releases => control(ControlAct::Release),
                    Verb::Extends(by) => control(ControlAct::Extend { by: *by }),
                    Verb::AsksOwner => acts(AppAct::AsksOwner { person }),
                    Verb::Types | Verb::MarksSeen => acts(AppAct::Signals { person }),
                }
            }
        };
        Ok(Happened::of(self.step(input)))
    }

    fn state(&self) -> State {
        let conversation = self.world.conversations.get(&PEOPLE[0].1);
        let control = conversation.map_or(Control::Idle, |conversation| conversation.control);
        State {
            owner: control.owner().map_or(Owner::Idle, |owner| Owner::By(self.names.app(owner))),
            until: control.until(),
            folder: match conversation.map(|conversation| conversation.folder) {
                None | Some(emulator_core::Folder::Main) => FolderName::Main,
                Some(emulator_core::Folder::Done) => FolderName::Done,
                Some(emulator_core::Folder::Spam) => FolderName::Spam,
            },
            window_until: conversation.and_then(|conversation| conversation.window_until),
            now: self.now,
        }
    }
}

const fn lacks(missing: Missing) -> &'static str {
    match missing {
        Missing::Subscription(field) => field.name(),
        Missing::Webhooks => "webhooks",
        Missing::Role => "role",
    }
}

fn person(name: &str) -> Result<Psid, Nonsense> {
    let found = PEOPLE.iter().find(|(known, ..)| *known == name);
    found.map(|(_, id, _)| *id).ok_or_else(|| format!("there is no person `{name}`"))
}

fn settings(
    apps: &BTreeMap<String, table::App>,
    names: &Names,
    primary_receiver: Option<AppId>,
) -> Result<Settings, Nonsense> {
    let mut connections = BTreeMap::new();
    let mut known = BTreeMap::new();
    for (name, app) in apps {
        let id = names.id(name)?;
        let features = app.features.iter().copied().map(Into::into).collect();
        let fields: FieldSet = app.fields.0;
        connections.insert(id, Connection { fields, features, ..Connection::default() });
        known.insert(id, App::named(name.as_str()));
    }
    let page = |name: &str, primary_receiver| Page {
        primary_receiver,
        apps: connections.clone(),
        ..Page::named(name)
    };
    let pages =
        [(ORCHID, page("Orchid Coffee", primary_receiver)), (ROASTERY, page("Roastery", primary_receiver))];
    Ok(Settings { protocol: Protocol::Handover, pages: pages.into(), apps: known })
}
