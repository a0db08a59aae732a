//! The entries of a journal as a story: who acted, what followed, and what each changed.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::{AppId, Effect, Folder, Holder, Party, Psid};
use emulator_server::journal::{BotOrder, Entry, Kind, Record};

use super::delivered::Delivered;
use super::tree::Line;

/// One thing that happened, with everything that it led to at once.
#[derive(Debug)]
pub(crate) struct Piece {
    /// The number of its first entry.
    pub(crate) seq: u64,
    /// Virtual time, in milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) what: PieceKind,
    /// What of it stands in the file.
    pub(crate) lines: Vec<Line>,
    pub(crate) changes: Vec<Change>,
    /// The person it is about.
    person: Option<Psid>,
    /// The app that did it, or whose process it is about.
    app: Option<AppId>,
    /// Whether that process runs from here on, where a step says so.
    runs: Option<bool>,
    /// The first timestamp of an event that it made, which tells what came first in a conversation.
    event: Option<i64>,
    /// Real time, in milliseconds since 1970.
    wall: i64,
    /// Who was in control, as its refusal saw it; none for what was not refused.
    refusal: Option<Option<Option<Party>>>,
    /// True for a remark, which leads to nothing.
    is_note: bool,
    /// True for a refused call that only came after a step behind the one that it answers to.
    pub(crate) late: bool,
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A person, an agent, an admin or a played app acted.
    Acts,
    /// The clock was moved by so many milliseconds.
    Moves(i64),
    /// Time passed that nobody moved, by so many milliseconds, while the emulator was off.
    Passes(i64),
    /// A real app did it, or the platform by itself.
    Follows,
}

/// What a piece changes in a conversation, and until when that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Who is in control, if anybody is.
    Owner { person: Psid, to: Holder },
    /// Where the conversation lies.
    Folder { person: Psid, to: Folder },
    /// Something ends by itself; never, where no moment is given.
    Ends { what: (Psid, Ending), at: Option<i64> },
    /// A delivery was tried again and taken, so long after the first try.
    TakenAgain { after: i64 },
}

/// What ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// Control.
    Control,
    /// The messaging window.
    Window,
    /// The window for people, six days later.
    HumanWindow,
}

/// The time by which people may write for longer than bots.
const SIX_DAYS: i64 = 6 * 86_400_000;

/// Entries by their numbers, and what each led to.
pub(crate) struct Index<'a> {
    entries: &'a [Entry],
    below: BTreeMap<u64, Vec<usize>>,
}

impl<'a> Index<'a> {
    pub(crate) fn of(entries: &'a [Entry]) -> Self {
        let mut below: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            below.entry(entry.cause.map(|cause| cause.seq).unwrap_or_default()).or_default().push(index);
        }
        Self { entries, below }
    }

    pub(crate) fn get(&self, seq: u64) -> Option<&'a Entry> {
        let index = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get(index)
    }

    /// What an entry led to.
    pub(crate) fn below(&self, seq: u64) -> impl Iterator<Item = &'a Entry> {
        let indices = self.below.get(&seq).into_iter().flatten();
        indices.filter_map(|index| self.entries.get(*index))
    }

    /// The first entry of a kind that an entry led to.
    pub(crate) fn child(&self, seq: u64, kind: Kind) -> Option<&'a Entry> {
        self.below(seq).find(|entry| entry.kind() == kind)
    }
}

/// The app that did something, or whom it is about.
fn app_of(entry: &Entry) -> Option<AppId> {
    if let Record::Call(call) = &entry.record {
        call.app
    } else if let Record::Refused { app, .. } = &entry.record {
        *app
    } else if let Record::Attempt { app, .. } | Record::Bot { app, .. } = &entry.record {
        Some(*app)
    } else {
        entry.delivered_to()
    }
}

impl Piece {
    /// A piece that begins with this entry.
    pub(crate) fn new(entry: &Entry, what: PieceKind, lines: Vec<Line>) -> Self {
        let runs = if let Record::Bot { order, .. } = &entry.record {
            Some(*order != BotOrder::Stops)
        } else {
            None
        };
        Self {
            seq: entry.seq,
            at: entry.at.0,
            what,
            lines,
            changes: Vec::new(),
            person: entry.person(),
            app: app_of(entry),
            runs,
            event: None,
            wall: entry.wall.0,
            refusal: None,
            is_note: entry.kind() == Kind::Note,
            late: false,
        }
    }

    /// Takes in something that it led to.
    pub(crate) fn take(&mut self, entry: &Entry, index: &Index<'_>) {
        if let Some(effect) = entry.effect() {
            self.takes_effect(effect);
        } else if let Some(delivered) = Delivered::of(entry) {
            self.happened(delivered.at);
        } else if let Record::Refused { .. } = &entry.record {
            self.refusal = Some(entry.saw_owner());
        } else if let Record::Attempt { delivery, result, .. } = &entry.record
            && result.is_acknowledged()
        {
            let first =
                index.below(*delivery).find(|tried| tried.kind() == Kind::Attempt && tried.seq < entry.seq);
            self.changes.extend(first.map(|first| Change::TakenAgain { after: entry.at.0 - first.at.0 }));
        }
    }

    fn takes_effect(&mut self, effect: &Effect) {
        let ends = |person: Psid, ending, at| Change::Ends { what: (person, ending), at };
        match effect {
            Effect::ControlMoved { person, to, until, .. } => {
                self.changes.push(Change::Owner { person: *person, to: *to });
                self.changes.push(ends(*person, Ending::Control, until.map(|until| until.0)));
            }
            Effect::ControlProlonged { person, until, .. } => {
                self.changes.push(ends(*person, Ending::Control, Some(until.0)));
            }
            Effect::WindowOpened { person, until } => {
                self.changes.push(ends(*person, Ending::Window, Some(until.0)));
                let human = Some(until.0.saturating_add(SIX_DAYS));
                self.changes.push(ends(*person, Ending::HumanWindow, human));
            }
            Effect::FolderMoved { person, to, .. } => {
                self.changes.push(Change::Folder { person: *person, to: *to });
            }
            Effect::Message { at, .. } => self.happened(Some(at.0)),
            Effect::Deliver(delivery) => self.happened(Some(delivery.at.0)),
            Effect::MarkedDone { .. }
            | Effect::Unheard { .. }
            | Effect::WebhooksFailing { .. }
            | Effect::WebhooksDisabled { .. } => {}
        }
    }

    /// True for a step that came before this refused call, though the journal has it behind. A refusal has no timestamp
    /// of its own: real time tells, and within a millisecond who was in control.
    fn was_refused_after(&self, other: &Self) -> bool {
        let Some(saw) = self.refusal.as_ref().filter(|_| other.what == PieceKind::Acts) else { return false };
        let about = !other.is_note && (other.person.is_none() || other.person == self.person);
        let led_to_it = || {
            let of = |change: &Change| match change {
                Change::Owner { person, to } => Some(*person) == self.person && Some(to.party()) == *saw,
                Change::Folder { .. } | Change::Ends { .. } | Change::TakenAgain { .. } => false,
            };
            other.changes.iter().any(of)
        };
        about && (other.wall < self.wall || other.wall == self.wall && led_to_it())
    }

    fn happened(&mut self, at: Option<i64>) {
        self.event = match (self.event, at) {
            (Some(first), Some(at)) => Some(first.min(at)),
            (first, at) => first.or(at),
        };
    }
}

/// The pieces in the order in which they happened. A journal of `run` has what a bot did under what it answers to,
/// even where a later step had come before it; timestamps of one conversation tell, since they always rise.
pub(crate) fn in_order(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut behind: Vec<usize> = (0..pieces.len()).collect();
    let mut late = vec![false; pieces.len()];
    // What an app did stays in its order, also where it has no timestamp.
    let mut newest: BTreeMap<(Option<Psid>, Option<AppId>), usize> = BTreeMap::new();
    let mut stopped: BTreeSet<Option<AppId>> = BTreeSet::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece.runs {
            Some(true) => drop(stopped.remove(&piece.app)),
            Some(false) => drop(stopped.insert(piece.app)),
            None => {}
        }
        if piece.what != PieceKind::Follows {
            continue;
        }
        // A process that is stopped does nothing until it is started again.
        let is_stopped = stopped.contains(&piece.app);
        let earlier = |other: &Piece| {
            let begun = other.event.zip(piece.event).is_some_and(|(begun, event)| begun < event);
            let spoke_first = other.what == PieceKind::Acts && other.person == piece.person && begun;
            // A webhook that is tried again belongs to what let the time come.
            let started = is_stopped && other.runs == Some(true) && other.app == piece.app;
            other.what != PieceKind::Follows
                && (other.at < piece.at || started || spoke_first && piece.person.is_some())
        };
        let behind_it = || pieces.iter().skip(index + 1);
        let known = behind_it().rposition(earlier);
        let refused = behind_it().rposition(|other| piece.was_refused_after(other));
        late[index] = refused > known;
        let last = known.max(refused).map(|last| index + 1 + last);
        let newest = newest.entry((piece.person, piece.app)).or_default();
        *newest = last.unwrap_or(index).max(*newest);
        behind[index] = *newest;
    }
    pieces.iter_mut().zip(late).for_each(|(piece, late)| piece.late = late);
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|index| (behind[*index], behind[*index] != *index, *index));
    let mut slots: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| slots.get_mut(index)?.take()).collect()
}
