//! From the entries of a journal to the lines of a scenario: what others did become steps, what real apps did become
//! expectations.

use std::collections::BTreeMap;

use emulator_core::Hidden;
use emulator_server::graph::{GraphError, declined};
use emulator_server::journal::{Class, Entry, Kind, Record};

use super::Detail;
use super::acts::Words;
use super::captures::{captures, made, names};
use super::gaps;
use super::journal::Heading;
use super::lines::lines;
use super::page::{Grants, List};
use super::story::{Index, Piece, PieceKind, in_order};
use super::times::duration;
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

pub(super) struct Teller<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) index: &'a Index<'a>,
    pub(super) words: &'a Words<'a>,
    grants: Grants,
    pieces: Vec<Piece>,
    /// The piece that an entry is a part of.
    part_of: BTreeMap<u64, usize>,
    /// The list that the newest step of an admin says.
    list: Option<List>,
    pub(super) told: Told,
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
            Some(_) | None => self.push(Piece::new(entry, PieceKind::Follows, Vec::new())),
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
        let mut what = PieceKind::Acts;
        let record = &entry.record;
        let line = if let Record::Person { person, act } = record {
            match reason {
                None => self.words.person((*person, act), capture).map(Some),
                Some(reason) => Err(declined(reason)),
            }
        } else if let Record::Inbox { person, act } = record {
            self.words.inbox((*person, act), capture).map(Some)
        } else if let Record::Admin { line, change } = record {
            let changed = self.grants.change((*line, change), reason.is_some(), self.words);
            let goes_on = self.list.is_some() && self.list == changed.list;
            self.list = changed.list;
            if goes_on && let Some(piece) = self.pieces.last_mut() {
                piece.lines = vec![changed.line];
                self.part_of.insert(entry.seq, self.pieces.len() - 1);
                return;
            }
            Ok(Some(changed.line))
        } else if let Record::Clock { to } = record {
            let by = to.0 - entry.at.0;
            what = if self.was_off(entry, by) { PieceKind::Passes(by) } else { PieceKind::Moves(by) };
            let moved = || Line::only("clock", Tree::word(format!("+{}", duration(by))));
            Ok(matches!(what, PieceKind::Moves(_)).then(moved))
        } else if let Record::Bot { app, order } = record {
            let who = Some(("bot", self.words.app(*app)));
            Ok(Some(Line::step([who, Some((order.name(), Tree::Bool(true)))])))
        } else if let Record::Note { text } = record {
            Ok(Some(Line::only("note", self.words.names.text(text))))
        } else if let Record::Call(call) = record {
            if call.played {
                self.words.played(call, self.refusal(entry), capture).map(Some)
            } else {
                what = PieceKind::Follows;
                self.called(entry, call)
            }
        } else {
            Err("recordings do not know that kind of step".to_owned())
        };
        let lines = match line {
            Ok(line) => line.into_iter().collect(),
            Err(why) => vec![self.untold(entry, &why)],
        };
        let part = self.push(Piece::new(entry, what, lines));
        self.part_of.insert(entry.seq, part);
    }

    /// How a call was refused, if it was.
    pub(super) fn refusal(&self, call: &Entry) -> Option<&GraphError> {
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

    fn untold(&mut self, entry: &Entry, why: &str) -> Line {
        let heading = self.subject.heading;
        let person = entry.person().map(|person| heading.person(person));
        let (who, what) = if let Record::Call(call) = &entry.record {
            (call.app.map(|app| heading.names.app(app)), call.verb())
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
