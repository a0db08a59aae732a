//! The pieces of a scenario as lines in their order.

use std::collections::BTreeMap;

use super::acts::Words;
use super::states::States;
use super::story::{Change, Ending, Piece, PieceKind};
use super::teller::Subject;
use super::times::duration;
use super::tree::{Line, Tree};

/// The pieces as lines, with the moves of the clock between them, and after each step who is in control and where the
/// conversation lies, if that has changed. Those that lead to the beginning come first, with the states that they leave.
pub(crate) fn lines(
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
        } else if piece.what == PieceKind::Follows && leads {
            // A bot that came late belongs to neither.
        } else {
            if std::mem::take(&mut leads) {
                given.extend(moved);
                given.extend(states.left(words, subject));
            } else {
                let begins = !matches!(piece.what, PieceKind::Follows) && !piece.lines.is_empty();
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
