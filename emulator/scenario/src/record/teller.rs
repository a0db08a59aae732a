//! From the entries of a journal to the lines of a scenario: what others did become steps, what real apps did become
//! expectations.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{Effect, Folder, Hidden, Holder, Message, Party, Psid, Sender};
use emulator_server::graph::{GraphError, declined};
use emulator_server::journal::{AttemptResult, Call, CallKind, Class, Entry, Kind, Record, entry_to_json};

use super::Detail;
use super::acts::{Words, body_of};
use super::calls::{Manner, Sent, Verb, refused};
use super::delivered::Delivered;
use super::gaps;
use super::journal::Heading;
use super::names::{Names, mids};
use super::page::{Grants, List};
use super::story::{Change, Ending, Index, Piece, What, in_order};
use super::times::{Times, duration};
use super::tree::{Line, Tree};

/// How far a move of the clock and the system's time may be apart for it to be time in which the emulator was off.
const SAME_TIME: i64 = 2_000;

/// What is to be known of a refusal that depends on how fast a bot was.
const LATE: &str = "a refused call of a bot came only after later steps than the one it answers to, which may be why it was \
                    refused; whether the bot is as slow next time is chance";

/// The lines of a scenario, and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) lines: Vec<Line>,
    /// The lines that lead to the beginning.
    pub(crate) given: Vec<Line>,
    pub(crate) warnings: Vec<String>,
    /// True when something happened at the end of which a run would complain, and that no expectation can name.
    pub(crate) unread: bool,
}

impl Told {
    /// How many steps there are.
    pub(crate) fn steps(&self) -> usize {
        self.given.iter().chain(&self.lines).filter(|line| matches!(line, Line::Step(_))).count()
    }
}

/// What is told.
pub(crate) struct Subject<'a> {
    pub(crate) heading: &'a Heading,
    /// The entries, with those before that set the stage in front.
    pub(crate) entries: &'a [Entry],
    /// The first entry that is told, where those before it lead there.
    pub(crate) begins: Option<u64>,
    /// Whose conversation; everybody's when none.
    pub(crate) person: Option<&'a str>,
    pub(crate) detail: Detail,
    pub(crate) secrets: &'a Hidden,
}

/// Tells it.
pub(crate) fn tell(subject: &Subject<'_>) -> Told {
    let index = Index::of(subject.entries);
    let captures = captures(subject, &index);
    let names = names(subject, &captures);
    let words = Words { names: &names, captures: &captures, heading: subject.heading };
    let mut teller = Teller {
        subject,
        index: &index,
        words: &words,
        grants: Grants::of(subject.heading),
        pieces: Vec::new(),
        part_of: BTreeMap::new(),
        list: None,
        told: Told::default(),
    };
    for entry in subject.entries {
        teller.entry(entry);
    }
    let Teller { pieces, mut told, .. } = teller;
    let begin = pieces.first().map_or(0, |piece| piece.at);
    let mut pieces = in_order(pieces);
    if let Some(piece) = pieces.iter_mut().find(|piece| piece.late && !piece.lines.is_empty()) {
        told.warnings.push(LATE.to_owned());
        piece.lines.insert(0, Line::Remark(LATE.to_owned()));
    }
    let moves = gaps::moves(&pieces, begin);
    (told.given, told.lines) = lines(pieces, &moves, &words, subject);
    told
}

struct Teller<'a> {
    subject: &'a Subject<'a>,
    index: &'a Index<'a>,
    words: &'a Words<'a>,
    grants: Grants,
    pieces: Vec<Piece>,
    /// The piece that an entry is a part of.
    part_of: BTreeMap<u64, usize>,
    /// The list that the newest step of an admin says.
    list: Option<List>,
    told: Told,
}

impl Teller<'_> {
    fn entry(&mut self, entry: &Entry) {
        if let (Some(only), Some(person)) = (self.subject.person, entry.person())
            && only != self.subject.heading.person(person)
        {
            return;
        }
        if matches!(entry.kind().class(), Class::Act | Class::Call) {
            self.list = self.list.take().filter(|_| entry.kind() == Kind::Page);
            self.begins(entry);
            return;
        }
        let again = matches!(&entry.record,
            Record::Attempt { number: 2.., result, .. } if result.is_acknowledged());
        let parent = entry.cause.and_then(|cause| self.part_of.get(&cause.seq).copied());
        let part = match parent {
            Some(part) if entry.kind() != Kind::Timer && !again => part,
            Some(_) | None => self.push(Piece::new(entry, What::Follows, Vec::new())),
        };
        self.part_of.insert(entry.seq, part);
        if let Some(piece) = self.pieces.get_mut(part) {
            piece.take(entry, self.index);
        }
        let lines = self.failed(entry).into_iter().chain(self.by_itself(entry)).collect::<Vec<_>>();
        if let Some(piece) = self.pieces.get_mut(part) {
            piece.lines.extend(lines);
        }
    }

    /// A message of an app that neither a call nor an agent has sent.
    fn by_itself(&self, entry: &Entry) -> Option<Line> {
        let Record::Effect(Effect::Message { from: Sender::Party(_), .. }) = &entry.record else {
            return None;
        };
        let sent = entry.cause.and_then(|cause| self.index.get(cause.seq));
        sent.is_none_or(|sent| !matches!(sent.kind(), Kind::Call | Kind::Inbox))
            .then(|| self.message(None, entry))
            .flatten()
    }

    /// A delivery that the bot did not take at first. Whoever goes on before it was tried might have the bot take it.
    fn failed(&self, entry: &Entry) -> Option<Line> {
        let Record::Attempt { app, delivery, number: 1, result, .. } = &entry.record else { return None };
        if matches!(result, AttemptResult::Acknowledged { .. } | AttemptResult::Dropped { .. }) {
            return None;
        }
        let delivered = Delivered::of(self.index.get(*delivery)?)?;
        let expected = Tree::map([
            Some(("webhook", self.words.app(*app))),
            self.words.of(entry.person()),
            Some(("field", Tree::word(delivered.field.name()))),
            Some(("acknowledged", Tree::Bool(false))),
            entry.person().and_then(|person| self.words.on_page_of(person)),
            // It hangs for as long as it may.
            (*result == AttemptResult::TimedOut).then(|| ("within", Tree::word("30s"))),
        ]);
        Some(Line::only("expect", expected))
    }

    fn push(&mut self, piece: Piece) -> usize {
        self.pieces.push(piece);
        self.pieces.len() - 1
    }

    /// An entry that begins a piece: an act, a move of the clock or a call.
    fn begins(&mut self, entry: &Entry) {
        let reason = self
            .index
            .below(entry.seq)
            .find_map(|below| if let Record::Declined(reason) = below.record { Some(reason) } else { None });
        let capture = self.capture_of(entry);
        let mut what = What::Acts;
        let line = match &entry.record {
            Record::Person { person, act } => match reason {
                None => self.words.person((*person, act), capture).map(Some),
                Some(reason) => Err(declined(reason)),
            },
            Record::Inbox { person, act } => self.words.inbox((*person, act), capture).map(Some),
            Record::Admin { page, change } => {
                let changed = self.grants.change((*page, change), reason.is_some(), self.words);
                let goes_on = self.list.is_some() && self.list == changed.list;
                self.list = changed.list;
                if goes_on && let Some(piece) = self.pieces.last_mut() {
                    piece.lines = vec![changed.line];
                    self.part_of.insert(entry.seq, self.pieces.len() - 1);
                    return;
                }
                Ok(Some(changed.line))
            }
            Record::Clock { to } => {
                let by = to.0 - entry.at.0;
                what = if self.was_off(entry, by) { What::Passes(by) } else { What::Moves(by) };
                let moved = || Line::only("clock", Tree::word(format!("+{}", duration(by))));
                Ok(matches!(what, What::Moves(_)).then(moved))
            }
            Record::Bot { app, order } => Ok(Some(Line::step([
                Some(("bot", self.words.app(*app))),
                Some((order.name(), Tree::Bool(true))),
            ]))),
            Record::Note { text } => Ok(Some(Line::only("note", self.words.names.text(text)))),
            Record::Call(call) if call.played => {
                self.words.played(call, self.refusal(entry), capture).map(Some)
            }
            Record::Call(call) => {
                what = What::Follows;
                self.called(entry, call)
            }
            Record::Declined(_)
            | Record::Refused { .. }
            | Record::Fired(_)
            | Record::Effect(_)
            | Record::Heard(_)
            | Record::Attempt { .. }
            | Record::Proxied { .. } => Ok(None),
        };
        let lines = match line {
            Ok(line) => line.into_iter().collect(),
            Err(why) => vec![self.untold(entry, &why)],
        };
        let part = self.push(Piece::new(entry, what, lines));
        self.part_of.insert(entry.seq, part);
    }

    /// How a call was refused, if it was.
    fn refusal(&self, call: &Entry) -> Option<&GraphError> {
        self.index.below(call.seq).find_map(|below| {
            if let Record::Refused { error, .. } = &below.record { Some(&**error) } else { None }
        })
    }

    /// True for a move of the clock that makes up for time in which the emulator was off: as much has really passed.
    fn was_off(&self, entry: &Entry, by: i64) -> bool {
        let before = self.subject.entries.iter().take_while(|other| other.seq < entry.seq).last();
        before.is_some_and(|before| (entry.wall.0 - before.wall.0 - by).abs() < SAME_TIME && by > SAME_TIME)
    }

    fn capture_of(&self, entry: &Entry) -> Option<&str> {
        let made = self.index.below(entry.seq).filter_map(made);
        made.filter_map(|mid| self.words.captures.get(&mid)).map(String::as_str).next()
    }

    /// What a real app called. What only reads, and what people do not see of it, is left out unless asked for.
    fn called(&mut self, entry: &Entry, call: &Call) -> Result<Option<Line>, String> {
        let refusal = self.refusal(entry);
        if matches!(call.kind, CallKind::Sends { .. }) && refusal.is_none() {
            let message = self.index.child(entry.seq, Kind::Message);
            return Ok(message.and_then(|message| self.message(Some(call), message)));
        }
        let minor =
            matches!(call.kind, CallKind::AsksOwner | CallKind::AsksReceivers | CallKind::Signals { .. });
        let reads = !minor && call.kind.reads_only();
        if refusal.is_none() && (reads || minor && self.subject.detail == Detail::Needed) {
            return Ok(None);
        }
        let called = match call.app {
            Some(app) => self.words.called(call, Manner::Awaited).map(|verb| (app, verb)),
            None => Err("its token is unknown".to_owned()),
        };
        let (app, verb) = match called {
            Ok(called) => called,
            Err(why) => {
                self.told.unread |= refusal.is_some();
                return Err(why);
            }
        };
        let [messaging_type, tag] = worth_mention(Some(call), self.words.names);
        let expected = Tree::map([
            Some(("app", self.words.app(app))),
            self.words.of(call.person),
            Some(verb),
            messaging_type,
            tag,
            self.words.on_page_of_call(call),
            refusal.map(|refusal| ("refused", refused(refusal))),
        ]);
        Ok(Some(Line::only("expect", expected)))
    }

    /// A message that reached a person and that no step has sent.
    fn message(&self, call: Option<&Call>, entry: &Entry) -> Option<Line> {
        let Record::Effect(Effect::Message { person, from: Sender::Party(party), mid, message, .. }) =
            &entry.record
        else {
            return None;
        };
        let Message { text, metadata, .. } = &**message;
        let body = body_of(message);
        let sent = Sent { text: text.as_deref(), metadata: metadata.as_deref(), body: body.as_ref() };
        let [messaging_type, tag] = worth_mention(call, self.words.names);
        let expected = Tree::map([
            Some(("app", self.words.party(*party))),
            self.words.of(Some(*person)),
            Some(("sends", self.words.message(&sent, Manner::Awaited))),
            messaging_type,
            tag,
            self.words.on_page_of(*person),
        ]);
        let capture = self.words.captures.get(&*mid.0);
        Some(Line::step([Some(("expect", expected)), capture.map(|name| ("as", Tree::name(name)))]))
    }

    fn untold(&mut self, entry: &Entry, why: &str) -> Line {
        let heading = self.subject.heading;
        let person = entry.person().map(|person| heading.person(person));
        let (who, what) = if let Record::Call(call) = &entry.record {
            (call.app.map(|app| heading.names.app(app)), call.kind.verb())
        } else if let Record::Inbox { act: emulator_core::InboxAct::Replies(_), .. } = &entry.record {
            (person, "replies")
        } else {
            (person, entry.kind().name())
        };
        let who = who.unwrap_or_else(|| "somebody".to_owned());
        let what = what.replace('_', " ");
        let text = format!("entry {}, which no step can say: {who} {what}: {why}", entry.seq);
        let text = self.words.names.hidden_in(&text);
        self.told.warnings.push(text.clone());
        Line::Remark(text)
    }
}

/// The type of a sent message, if it is worth mention, since bots answer; and its tag.
fn worth_mention(call: Option<&Call>, names: &Names) -> [Option<Verb>; 2] {
    let Some(CallKind::Sends { messaging_type, tag, .. }) = call.map(|call| &call.kind) else {
        return [None, None];
    };
    let kind = messaging_type.filter(|kind| *kind != "RESPONSE");
    [kind.map(|kind| ("messaging_type", names.word(kind))), tag.map(|tag| ("tag", names.word(tag.name())))]
}

/// The pieces as lines, with the moves of the clock between them, and after each step who is in control and where the
/// conversation lies, if that has changed. Those that lead to the beginning come first, with the states that they leave.
fn lines(
    pieces: Vec<Piece>,
    moves: &BTreeMap<usize, i64>,
    words: &Words<'_>,
    subject: &Subject<'_>,
) -> (Vec<Line>, Vec<Line>) {
    let (mut given, mut lines) = (Vec::new(), Vec::new());
    let mut states = States::default();
    let mut leads = subject.begins.is_some();
    for (index, piece) in pieces.into_iter().enumerate() {
        let by = moves.get(&index).copied().unwrap_or_default();
        let moved = (by > 0).then(|| Line::only("clock", Tree::word(format!("+{}", duration(by)))));
        let is_lead = subject.begins.is_some_and(|begins| piece.seq < begins);
        if is_lead {
            given.extend(moved);
            // What bots do is not judged, and so not awaited either.
            given.extend(piece.lines.into_iter().filter(|line| !line.awaits()));
        } else if piece.what == What::Follows && leads {
            // A bot that came late belongs to neither.
        } else {
            if std::mem::take(&mut leads) {
                given.extend(moved);
                given.extend(states.left(words, subject));
            } else {
                let begins = !matches!(piece.what, What::Follows) && !piece.lines.is_empty();
                if by > 0 || begins {
                    lines.extend(states.changed(words));
                }
                lines.extend(moved);
            }
            lines.extend(piece.lines);
        }
        for change in piece.changes {
            match change {
                Change::Owner { person, to } => drop(states.owners.now.insert(person, to)),
                Change::Folder { person, to } => drop(states.folders.now.insert(person, to)),
                Change::Ends { what: (person, Ending::Window), at } => {
                    states.windows.insert(person, at);
                }
                Change::Ends { .. } | Change::TakenAgain { .. } => {}
            }
        }
    }
    lines.extend(states.changed(words));
    (given, lines)
}

/// What is the case of each conversation, and what was said to be.
struct Kept<T> {
    now: BTreeMap<Psid, T>,
    said: BTreeMap<Psid, T>,
}

impl<T: Copy + PartialEq> Kept<T> {
    const fn new() -> Self {
        Self { now: BTreeMap::new(), said: BTreeMap::new() }
    }

    /// What is not as it was said to be, or as a conversation begins.
    fn changed(&mut self, new: T) -> Vec<(Psid, T)> {
        let said = |person: &Psid| self.said.get(person).copied().unwrap_or(new);
        let changed = self.now.iter().filter(|(person, now)| said(person) != **now);
        let changed = changed.map(|(person, now)| (*person, *now)).collect();
        self.said.clone_from(&self.now);
        changed
    }
}

/// Who is in control of each conversation, and where it lies.
pub(crate) struct States {
    owners: Kept<Holder>,
    folders: Kept<Folder>,
    /// Until when messaging windows are open.
    windows: BTreeMap<Psid, Option<i64>>,
}

impl Default for States {
    fn default() -> Self {
        Self { owners: Kept::new(), folders: Kept::new(), windows: BTreeMap::new() }
    }
}

impl States {
    /// The states in which what leads to the beginning leaves each conversation. They are said therewith.
    fn left(&mut self, words: &Words<'_>, subject: &Subject<'_>) -> Vec<Line> {
        let at = subject.begins.and_then(|begins| subject.entries.iter().find(|entry| entry.seq == begins));
        let at = at.map_or(i64::MAX, |entry| entry.at.0);
        let mut lines = Vec::new();
        for (person, until) in &self.windows {
            let mut state = |key: &str, value: &str| {
                let (of, on) = (words.of(Some(*person)), words.on_page_of(*person));
                lines.push(Line::only("expect", Tree::map([Some((key, Tree::name(value))), of, on])));
            };
            let owner = self.owners.now.get(person).copied().unwrap_or_default();
            state("owner", &words.heading.names.holder(owner));
            if let Some(folder) = self.folders.now.get(person).filter(|folder| **folder != Folder::Main) {
                state("folder", folder.name());
            }
            state("window", if until.is_none_or(|until| until > at) { "open" } else { "closed" });
        }
        self.owners.changed(Holder::Idle);
        self.folders.changed(Folder::Main);
        lines
    }

    fn changed(&mut self, words: &Words<'_>) -> Vec<Line> {
        let line = |key: &str, value: Tree, person: Psid| {
            let expected = Tree::map([Some((key, value)), words.of(Some(person)), words.on_page_of(person)]);
            Line::only("expect", expected)
        };
        let owners = self.owners.changed(Holder::Idle).into_iter();
        let owners = owners.map(|(person, owner)| {
            let owner = words.heading.names.holder(owner);
            line("owner", Tree::name(&owner), person)
        });
        let folders = self.folders.changed(Folder::Main).into_iter();
        let folders = folders.map(|(person, folder)| line("folder", Tree::name(folder.name()), person));
        owners.chain(folders).collect()
    }
}

/// The id of the message that an entry tells of.
fn made(entry: &Entry) -> Option<String> {
    if let Record::Effect(Effect::Message { mid, .. }) = &entry.record {
        return Some(mid.0.to_string());
    }
    Delivered::of(entry)?.tap.map(std::borrow::Cow::into_owned)
}

/// Names for the messages that later steps speak of: the sender's, and a number.
fn captures(subject: &Subject<'_>, index: &Index<'_>) -> BTreeMap<String, String> {
    let Heading { names, .. } = subject.heading;
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    // What a bot sent before the beginning is awaited nowhere, so that no step can call it by a name.
    let by_step = |entry: &Entry| {
        let acted = |cause: &Entry| {
            cause.kind().class() == Class::Act || cause.call().is_some_and(|call| call.played)
        };
        entry.cause.and_then(|cause| index.get(cause.seq)).is_some_and(acted)
    };
    let can_be_named =
        |entry: &Entry| subject.begins.is_none_or(|begins| entry.seq >= begins) || by_step(entry);
    for entry in subject.entries.iter().filter(|entry| can_be_named(entry)) {
        let Some(mid) = made(entry) else { continue };
        let from = if let Record::Effect(Effect::Message { from: Sender::Party(party), .. }) = &entry.record {
            names.party(*party)
        } else {
            entry.person().map(|person| subject.heading.person(person)).unwrap_or_default()
        };
        known.entry(mid).or_insert(from);
    }
    let mut spoken_of: BTreeSet<String> = BTreeSet::new();
    for entry in subject.entries {
        if matches!(entry.kind().class(), Class::Act | Class::Call) {
            let line = entry_to_json(entry, names);
            spoken_of.extend(mids(&line).filter(|mid| known.contains_key(*mid)).map(str::to_owned));
        }
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut captures = BTreeMap::new();
    for entry in subject.entries {
        let Some(mid) = made(entry).filter(|mid| spoken_of.contains(mid)) else { continue };
        let Some(from) = known.get(&mid) else { continue };
        if captures.contains_key(&mid) {
            continue;
        }
        let count = counts.entry(from).or_default();
        *count += 1;
        captures.insert(mid, format!("{from}_{count}"));
    }
    captures
}

/// What stands for the ids of this journal.
fn names(subject: &Subject<'_>, captures: &BTreeMap<String, String>) -> Names {
    let heading = subject.heading;
    let mut known = BTreeMap::new();
    known.insert(Party::Inbox.number().to_string(), "inbox.id".to_owned());
    for page in &heading.header.world.pages {
        let called = page.called.as_deref().unwrap_or("page");
        known.insert(page.id.clone(), format!("{called}.id"));
    }
    known.extend(heading.header.world.apps.iter().map(|(name, app)| (app.id.clone(), format!("{name}.id"))));
    known.extend(heading.names.people.iter().map(|(psid, person)| {
        let page = heading.page_of(*psid).filter(|page| heading.first_page() != Some(page));
        let page = page.filter(|_| person.elsewhere).map_or_else(String::new, |page| format!(".{page}"));
        (psid.to_string(), format!("{}{page}.id", person.name))
    }));
    known.extend(captures.iter().map(|(mid, name)| (mid.clone(), format!("{name}.message_id"))));
    let span = |of: fn(&Entry) -> i64| {
        let all = || subject.entries.iter().map(of);
        Some((all().min()?, all().max()?))
    };
    let spans = [span(|entry| entry.at.0), span(|entry| entry.wall.0)];
    Names::new(known, Times::around(spans.into_iter().flatten())).hiding(subject.secrets.clone())
}
