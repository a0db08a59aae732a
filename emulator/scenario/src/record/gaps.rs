//! Time that passed by itself becomes moves of the clock, but only where something ended meanwhile.
//!
//! The scenario's clock stands still where the recorded one ran, so what ends there ends earlier than it did: by the
//! time that was left out since. A move goes as far as what has ended needs. Where that would end something else too
//! soon, the time before it began is put back in full, and the plan is made anew.

use std::collections::{BTreeMap, BTreeSet};

use emulator_core::Psid;

use super::story::{Change, Ending, Piece, PieceKind};

/// How far the clock moves before each piece, by the piece's index.
pub(crate) fn moves(pieces: &[Piece], begin: i64) -> BTreeMap<usize, i64> {
    let mut in_full = BTreeSet::new();
    loop {
        match Plan::new(pieces, begin, &in_full).made() {
            Ok(moves) => return moves,
            // Time that was put back once is right, so this comes to an end.
            Err(Early(index)) => {
                if !in_full.insert(index) {
                    return BTreeMap::new();
                }
            }
        }
    }
}

/// Something would end too soon that began with this piece.
struct Early(usize);

/// Something that ends by itself.
struct Deadline {
    recorded: i64,
    played: i64,
    set_by: usize,
}

struct Plan<'a> {
    pieces: &'a [Piece],
    in_full: &'a BTreeSet<usize>,
    moves: BTreeMap<usize, i64>,
    deadlines: BTreeMap<(Psid, Ending), Deadline>,
    /// Where the recorded clock stands, and how much of it the scenario has left out so far.
    recorded: i64,
    left_out: i64,
}

impl<'a> Plan<'a> {
    fn new(pieces: &'a [Piece], begin: i64, in_full: &'a BTreeSet<usize>) -> Self {
        Self {
            pieces,
            in_full,
            moves: BTreeMap::new(),
            deadlines: BTreeMap::new(),
            recorded: begin,
            left_out: 0,
        }
    }

    const fn played(&self) -> i64 {
        self.recorded - self.left_out
    }

    fn moves(&mut self, index: usize, by: i64) {
        if by > 0 {
            *self.moves.entry(index).or_default() += by;
            self.left_out -= by;
        }
    }

    fn made(mut self) -> Result<BTreeMap<usize, i64>, Early> {
        for (index, piece) in self.pieces.iter().enumerate() {
            let passed = (piece.at - self.recorded).max(0);
            self.recorded += passed;
            self.left_out += passed;
            if self.in_full.contains(&index) {
                self.moves(index, self.left_out);
            }
            self.catch_up(index)?;
            self.changes(index, piece);
            match piece.what {
                PieceKind::Moves(by) => self.recorded += by,
                PieceKind::Passes(by) => {
                    self.recorded += by;
                    self.left_out += by;
                }
                PieceKind::Acts | PieceKind::Follows => {}
            }
        }
        Ok(self.moves)
    }

    /// Moves as far as what has ended by now needs.
    fn catch_up(&mut self, index: usize) -> Result<(), Early> {
        let ended = self.deadlines.values().filter(|deadline| deadline.recorded <= self.recorded);
        let furthest = ended.map(|deadline| deadline.played).max().unwrap_or(i64::MIN);
        let by = furthest.saturating_sub(self.played());
        self.moves(index, by);
        let played = self.played();
        let early = |deadline: &&Deadline| deadline.recorded > self.recorded && deadline.played <= played;
        self.deadlines.values().find(early).map_or(Ok(()), |deadline| Err(Early(deadline.set_by)))
    }

    fn changes(&mut self, index: usize, piece: &Piece) {
        for change in &piece.changes {
            match change {
                Change::Ends { what, at: Some(at) } => {
                    let deadline = Deadline { recorded: *at, played: *at - self.left_out, set_by: index };
                    self.deadlines.insert(*what, deadline);
                }
                Change::Ends { what, at: None } => drop(self.deadlines.remove(what)),
                Change::TakenAgain { after } => {
                    let by = (*after).min(self.left_out);
                    self.moves(index, by);
                }
                Change::Owner { .. } | Change::Folder { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use emulator_core::{Saw, Timestamp};
    use emulator_server::Wall;
    use emulator_server::journal::{Entry, Record};

    use super::*;

    const HOUR: i64 = 3_600_000;
    const ANA: Psid = Psid(1);
    const BO: Psid = Psid(2);

    /// A piece so many hours after the begin, with what it lets end and when.
    fn piece(hours: i64, what: PieceKind, ends: &[(Psid, i64)]) -> Piece {
        let record = Record::Note { text: "something".into() };
        let (at, saw) = (Timestamp(hours * HOUR), Saw::default());
        let entry = Entry { seq: 1, at, cause: None, rule: None, saw, record, wall: Wall(0) };
        let mut piece = Piece::new(&entry, what, Vec::new());
        let end = |(person, hours): &(Psid, i64)| Change::Ends {
            what: (*person, Ending::Control),
            at: Some(hours * HOUR),
        };
        piece.changes = ends.iter().map(end).collect();
        piece
    }

    fn hours(pieces: &[Piece]) -> Vec<(usize, i64)> {
        moves(pieces, 0).into_iter().map(|(index, by)| (index, by / HOUR)).collect()
    }

    #[test]
    fn time_in_which_nothing_ended_is_left_out() {
        let pieces = [piece(0, PieceKind::Acts, &[(ANA, 24)]), piece(20, PieceKind::Acts, &[(ANA, 44)])];
        assert_eq!(hours(&pieces), []);
    }

    #[test]
    fn the_clock_moves_as_far_as_what_ended_needs() {
        let pieces = [piece(0, PieceKind::Acts, &[(ANA, 24)]), piece(90, PieceKind::Acts, &[])];
        assert_eq!(hours(&pieces), [(1, 24)]);
        // Ten hours that were left out before are not missed.
        let pieces = [
            piece(0, PieceKind::Acts, &[(ANA, 24)]),
            piece(10, PieceKind::Acts, &[(ANA, 34)]),
            piece(34, PieceKind::Follows, &[]),
        ];
        assert_eq!(hours(&pieces), [(2, 24)]);
    }

    #[test]
    fn moves_that_were_made_count() {
        let pieces = [
            piece(0, PieceKind::Acts, &[(ANA, 24)]),
            piece(5, PieceKind::Moves(20 * HOUR), &[]),
            piece(25, PieceKind::Acts, &[]),
        ];
        assert_eq!(hours(&pieces), [(2, 4)]);
        let pieces = [
            piece(0, PieceKind::Acts, &[(ANA, 24)]),
            piece(0, PieceKind::Moves(24 * HOUR), &[]),
            piece(24, PieceKind::Follows, &[]),
        ];
        assert_eq!(hours(&pieces), []);
    }

    #[test]
    fn time_in_which_the_emulator_was_off_passed_like_any_other() {
        let pieces = [
            piece(0, PieceKind::Acts, &[(ANA, 24)]),
            piece(1, PieceKind::Passes(20 * HOUR), &[]),
            piece(22, PieceKind::Acts, &[]),
            piece(26, PieceKind::Acts, &[]),
        ];
        assert_eq!(hours(&pieces), [(3, 24)]);
    }

    #[test]
    fn what_goes_on_does_not_end_too_soon() {
        // Ana's control ends while Bo's, which began ten hours later, goes on.
        let pieces = [
            piece(0, PieceKind::Acts, &[(ANA, 24)]),
            piece(10, PieceKind::Acts, &[(BO, 34)]),
            piece(25, PieceKind::Acts, &[]),
        ];
        assert_eq!(hours(&pieces), [(1, 10), (2, 14)]);
    }
}
