//! From the entries of a journal to the lines of a scenario: what others did become steps, what real apps did become
//! expectations.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::Hidden;
use emulator_server::journal::Kind;
use serde_json::Value;

use super::Detail;
use super::acts::{Manner, Words, refused};
use super::gaps;
use super::journal::{Entry, Header, name_of, page_of};
use super::names::{Names, mids};
use super::page::{Grants, List};
use super::story::{Change, Index, Piece, What, in_order, is_root};
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
    pub(crate) warnings: Vec<String>,
    /// True when something happened at the end of which a run would complain, and that no expectation can name.
    pub(crate) unread: bool,
}

impl Told {
    /// How many steps there are.
    pub(crate) fn steps(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Step(_))).count()
    }
}

/// What is told.
pub(crate) struct Subject<'a> {
    pub(crate) header: &'a Header,
    /// The entries, with those before that set the stage in front.
    pub(crate) entries: &'a [Entry],
    /// Whose conversation; everybody's when none.
    pub(crate) person: Option<&'a str>,
    pub(crate) detail: Detail,
    pub(crate) secrets: &'a Hidden,
}

/// Tells it.
pub(crate) fn tell(subject: &Subject<'_>) -> Told {
    let index = Index::of(subject.entries);
    let captures = captures(subject);
    let names = names(subject, &captures);
    let words = Words { names: &names, captures: &captures, header: subject.header };
    let mut teller = Teller {
        subject,
        index: &index,
        words: &words,
        grants: Grants::of(&subject.header.world),
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
    told.lines = lines(pieces, &moves, &words);
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
            && only != name_of(person)
        {
            return;
        }
        if is_root(entry) || entry.kind == Kind::Call {
            self.list = self.list.take().filter(|_| entry.kind == Kind::Page);
            self.begins(entry);
            return;
        }
        let again = entry.kind == Kind::Attempt
            && entry.data.get("number").and_then(Value::as_u64) > Some(1)
            && entry.text("result") == Some("acknowledged");
        let parent = entry.cause.and_then(|cause| self.part_of.get(&cause).copied());
        let part = match parent {
            Some(part) if entry.kind != Kind::Timer && !again => part,
            Some(_) | None => self.push(Piece::new(entry, What::Follows, Vec::new())),
        };
        self.part_of.insert(entry.seq, part);
        if let Some(piece) = self.pieces.get_mut(part) {
            piece.take(entry, self.index);
        }
        if let (Some(line), Some(piece)) = (self.failed(entry), self.pieces.get_mut(part)) {
            piece.lines.push(line);
        }
        let sent = entry.cause.and_then(|cause| self.index.get(cause));
        let by_itself = sent.is_none_or(|sent| !matches!(sent.kind, Kind::Call | Kind::Inbox));
        if entry.kind == Kind::Message && by_itself && entry.text("from") != entry.person() {
            let line = self.message(entry, entry);
            if let Some(piece) = self.pieces.get_mut(part) {
                piece.lines.push(line);
            }
        }
    }

    /// A delivery that the bot did not take at first. Whoever goes on before it was tried might have the bot take it.
    fn failed(&self, entry: &Entry) -> Option<Line> {
        let result = entry.text("result").filter(|_| entry.kind == Kind::Attempt)?;
        let first = entry.data.get("number").and_then(Value::as_u64) == Some(1);
        if !first || ["acknowledged", "dropped"].contains(&result) {
            return None;
        }
        let delivery = self.index.get(entry.data.get("delivery").and_then(Value::as_u64)?)?;
        let expected = Tree::map([
            Some(("webhook", Tree::name(entry.text("app")?))),
            self.words.of(entry.person()),
            delivery.text("field").map(|field| ("field", Tree::word(field))),
            Some(("acknowledged", Tree::Bool(false))),
            self.words.on(entry),
            // It hangs for as long as it may.
            (result == "timed_out").then(|| ("within", Tree::word("30s"))),
        ]);
        Some(Line::only("expect", expected))
    }

    fn push(&mut self, piece: Piece) -> usize {
        self.pieces.push(piece);
        self.pieces.len() - 1
    }

    /// An entry that begins a piece: an act, a move of the clock or a call.
    fn begins(&mut self, entry: &Entry) {
        let declined = self.index.child(entry.seq, Kind::Declined);
        let capture = self.capture_of(entry);
        let mut what = What::Acts;
        let line = match entry.kind {
            Kind::Inbox => self.words.inbox(entry, capture).map(Some),
            Kind::Page => match self.grants.change(entry, declined.is_some(), self.words.on(entry)) {
                Ok(changed) => {
                    let goes_on = self.list.is_some() && self.list == changed.list;
                    self.list = changed.list;
                    if goes_on && let Some(piece) = self.pieces.last_mut() {
                        piece.lines = vec![changed.line];
                        self.part_of.insert(entry.seq, self.pieces.len() - 1);
                        return;
                    }
                    Ok(Some(changed.line))
                }
                Err(why) => Err(why),
            },
            Kind::Clock => {
                let by = entry.time("to").unwrap_or(entry.at) - entry.at;
                what = if self.was_off(entry, by) { What::Passes(by) } else { What::Moves(by) };
                let moved = || Line::only("clock", Tree::word(format!("+{}", duration(by))));
                Ok(matches!(what, What::Moves(_)).then(moved))
            }
            Kind::Bot => Ok(Some(Line::step([
                Some(("bot", Tree::name(entry.text("app").unwrap_or_default()))),
                entry.text("verb").map(|verb| (verb, Tree::Bool(true))),
            ]))),
            Kind::Note => {
                let text = entry.text("text").unwrap_or_default();
                Ok(Some(Line::only("note", self.words.names.text(text))))
            }
            Kind::Call if entry.is_played() => {
                let refusal = self.index.child(entry.seq, Kind::Refused);
                self.words.played(entry, refusal, capture).map(Some)
            }
            Kind::Call => {
                what = What::Follows;
                self.called(entry)
            }
            Kind::Says
            | Kind::Taps
            | Kind::Reacts
            | Kind::Reads
            | Kind::Opens
            | Kind::Blocks
            | Kind::Unblocks => match declined {
                None => self.words.person(entry, capture).map(Some),
                Some(declined) => Err(declined.text("why").unwrap_or("it was not done").to_owned()),
            },
            Kind::Declined
            | Kind::Refused
            | Kind::Timer
            | Kind::Message
            | Kind::Window
            | Kind::Control
            | Kind::ControlProlonged
            | Kind::Folder
            | Kind::Delivery
            | Kind::MarkedDone
            | Kind::Unheard
            | Kind::WebhooksFailing
            | Kind::WebhooksDisabled
            | Kind::Attempt
            | Kind::Proxied => Ok(None),
        };
        let lines = match line {
            Ok(line) => line.into_iter().collect(),
            Err(why) => vec![self.untold(entry, &why)],
        };
        let part = self.push(Piece::new(entry, what, lines));
        self.part_of.insert(entry.seq, part);
    }

    /// True for a move of the clock that makes up for time in which the emulator was off: as much has really passed.
    fn was_off(&self, entry: &Entry, by: i64) -> bool {
        let before = self.subject.entries.iter().take_while(|other| other.seq < entry.seq).last();
        before.is_some_and(|before| (entry.wall - before.wall - by).abs() < SAME_TIME && by > SAME_TIME)
    }

    fn capture_of(&self, entry: &Entry) -> Option<&str> {
        let made = self.index.below(entry.seq).filter_map(made);
        made.filter_map(|mid| self.words.captures.get(mid)).map(String::as_str).next()
    }

    /// What a real app called. What only reads, and what people do not see of it, is left out unless asked for.
    fn called(&mut self, entry: &Entry) -> Result<Option<Line>, String> {
        let refusal = self.index.child(entry.seq, Kind::Refused);
        let verb = entry.text("verb").unwrap_or_default();
        if verb == "sends" && refusal.is_none() {
            let message = self.index.child(entry.seq, Kind::Message);
            return Ok(message.map(|message| self.message(entry, message)));
        }
        let minor = ["asks_owner", "asks_receivers", "signals"].contains(&verb);
        let reads = verb == "asks_profile" || verb == "calls" && entry.text("method") == Some("GET");
        if refusal.is_none() && (reads || minor && self.subject.detail == Detail::Needed) {
            return Ok(None);
        }
        let called = match entry.text("app") {
            Some(_) => self.words.called(entry, Manner::Awaited),
            None => Err("its token is unknown".to_owned()),
        };
        let (verb, value) = match called {
            Ok(called) => called,
            Err(why) => {
                self.told.unread |= refusal.is_some();
                return Err(why);
            }
        };
        let names = self.words.names;
        let expected = Tree::map([
            Some(("app", Tree::name(entry.text("app").unwrap_or_default()))),
            self.words.of(entry.person()),
            Some((verb, value)),
            messaging_type(entry, names),
            tag(entry, names),
            self.words.on(entry),
            refusal.map(|refusal| ("refused", refused(refusal))),
        ]);
        Ok(Some(Line::only("expect", expected)))
    }

    /// A message that reached a person and that no step has sent.
    fn message(&self, call: &Entry, message: &Entry) -> Line {
        let names = self.words.names;
        let text = |text: &str| names.awaited(text);
        let sent = super::acts::message(message, &text, &|body| names.awaited_value(body));
        let expected = Tree::map([
            Some(("app", Tree::name(message.text("from").unwrap_or_default()))),
            self.words.of(message.person()),
            Some(("sends", sent)),
            messaging_type(call, names),
            tag(call, names),
            self.words.on(message),
        ]);
        let capture = message.text("mid").and_then(|mid| self.words.captures.get(mid));
        Line::step([Some(("expect", expected)), capture.map(|name| ("as", Tree::name(name)))])
    }

    fn untold(&mut self, entry: &Entry, why: &str) -> Line {
        let who = match (entry.kind, entry.person()) {
            (Kind::Call, _) => entry.text("app").unwrap_or("somebody"),
            (Kind::Page, _) => "an admin",
            (_, Some(person)) => name_of(person),
            (_, None) => "somebody",
        };
        let what = entry.text("verb").unwrap_or(entry.kind.name()).replace('_', " ");
        let text = format!("entry {}, which no step can say: {who} {what}: {why}", entry.seq);
        let text = self.words.names.hidden_in(&text);
        self.told.warnings.push(text.clone());
        Line::Remark(text)
    }
}

/// The type of a sent message, if it is worth mention: bots answer.
fn messaging_type(call: &Entry, names: &Names) -> Option<(&'static str, Tree)> {
    let kind = call.text("messaging_type").filter(|kind| *kind != "RESPONSE")?;
    Some(("messaging_type", names.word(kind)))
}

/// The tag of a sent message.
fn tag(call: &Entry, names: &Names) -> Option<(&'static str, Tree)> {
    call.text("tag").map(|tag| ("tag", names.word(tag)))
}

/// The pieces as lines, with the moves of the clock between them, and after each step who is in control and where the
/// conversation lies, if that has changed.
fn lines(pieces: Vec<Piece>, moves: &BTreeMap<usize, i64>, words: &Words<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut states = States::default();
    for (index, piece) in pieces.into_iter().enumerate() {
        let by = moves.get(&index).copied().unwrap_or_default();
        let begins = !matches!(piece.what, What::Follows) && !piece.lines.is_empty();
        if by > 0 || begins {
            lines.extend(states.changed(words));
        }
        if by > 0 {
            lines.push(Line::only("clock", Tree::word(format!("+{}", duration(by)))));
        }
        lines.extend(piece.lines);
        for change in piece.changes {
            match change {
                Change::Owner { person, to } => drop(states.owner.now.insert(person, to)),
                Change::Folder { person, to } => drop(states.folder.now.insert(person, to)),
                Change::Ends { .. } | Change::TakenAgain { .. } => {}
            }
        }
    }
    lines.extend(states.changed(words));
    lines
}

/// What is the case, and what was said to be.
struct State {
    key: &'static str,
    /// How a conversation begins.
    new: &'static str,
    now: BTreeMap<String, String>,
    said: BTreeMap<String, String>,
}

struct States {
    owner: State,
    folder: State,
}

impl Default for States {
    fn default() -> Self {
        let state = |key, new| State { key, new, now: BTreeMap::new(), said: BTreeMap::new() };
        Self { owner: state("owner", "idle"), folder: state("folder", "main") }
    }
}

impl States {
    fn changed(&mut self, words: &Words<'_>) -> Vec<Line> {
        let mut lines = Vec::new();
        for state in [&mut self.owner, &mut self.folder] {
            for (person, now) in &state.now {
                let said = state.said.get(person).map_or(state.new, String::as_str);
                if said != now {
                    let on = words.on_page(page_of(person));
                    let expected =
                        Tree::map([Some((state.key, Tree::name(now))), words.of(Some(person)), on]);
                    lines.push(Line::only("expect", expected));
                }
            }
            state.said.clone_from(&state.now);
        }
        lines
    }
}

/// The id of the message that an entry tells of.
fn made(entry: &Entry) -> Option<&str> {
    if entry.kind == Kind::Message {
        return entry.text("mid");
    }
    entry.data.get("event").filter(|_| entry.kind == Kind::Delivery)?["postback"]["mid"].as_str()
}

/// Names for the messages that later steps speak of: the sender's, and a number.
fn captures(subject: &Subject<'_>) -> BTreeMap<String, String> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for entry in subject.entries {
        let Some(mid) = made(entry) else { continue };
        let from = entry.text("from").or_else(|| entry.person());
        known.entry(mid).or_insert_with(|| from.unwrap_or_default().to_owned());
    }
    let mut spoken_of: BTreeSet<&str> = BTreeSet::new();
    for entry in subject.entries {
        if !is_root(entry) && entry.kind != Kind::Call {
            continue;
        }
        texts(&entry.data, &mut |text| spoken_of.extend(mids(text).filter(|mid| known.contains_key(mid))));
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut captures = BTreeMap::new();
    for entry in subject.entries {
        let Some(mid) = made(entry).filter(|mid| spoken_of.contains(mid)) else { continue };
        let Some(from) = known.get(mid).map(|from| name_of(from)) else { continue };
        if captures.contains_key(mid) {
            continue;
        }
        let count = counts.entry(from).or_default();
        *count += 1;
        captures.insert(mid.to_owned(), format!("{from}_{count}"));
    }
    captures
}

/// Every text in these members, however deep.
fn texts<'a>(members: &'a serde_json::Map<String, Value>, seen: &mut dyn FnMut(&'a str)) {
    fn of<'a>(value: &'a Value, seen: &mut dyn FnMut(&'a str)) {
        match value {
            Value::String(text) => seen(text),
            Value::Array(items) => items.iter().for_each(|item| of(item, seen)),
            Value::Object(members) => members.values().for_each(|value| of(value, seen)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    members.values().for_each(|value| of(value, seen));
}

/// What stands for the ids of this journal.
fn names(subject: &Subject<'_>, captures: &BTreeMap<String, String>) -> Names {
    let header = subject.header;
    let Header { people, world, .. } = header;
    let mut known = BTreeMap::new();
    known.insert(emulator_core::Party::Inbox.number().to_string(), "inbox.id".to_owned());
    for page in world["pages"].as_array().into_iter().flatten() {
        let called = page["called"].as_str().unwrap_or("page");
        known.extend(page["id"].as_str().map(|id| (id.to_owned(), format!("{called}.id"))));
        for (name, app) in page["apps"].as_object().into_iter().flatten() {
            known.extend(app["id"].as_str().map(|id| (id.to_owned(), format!("{name}.id"))));
        }
    }
    known.extend(people.iter().map(|(person, id)| {
        let page = page_of(person).filter(|page| header.first_page() != Some(page));
        let page = page.map_or_else(String::new, |page| format!(".{page}"));
        (id.clone(), format!("{}{page}.id", name_of(person)))
    }));
    known.extend(captures.iter().map(|(mid, name)| (mid.clone(), format!("{name}.message_id"))));
    let span = |of: fn(&Entry) -> i64| {
        let all = || subject.entries.iter().map(of);
        Some((all().min()?, all().max()?))
    };
    let spans = [span(|entry| entry.at), span(|entry| entry.wall)];
    Names::new(known, Times::around(spans.into_iter().flatten())).hiding(subject.secrets.clone())
}
