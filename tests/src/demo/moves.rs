//! Members who moved on, and the cases that follow.

use std::collections::BTreeMap;

use hongyan_proto::pb::office::v1 as o;

use super::{alike::Books, check::Check};

/// How the moves of the year went on.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    /// Cases that ended in a move.
    pub(super) moved: usize,
    /// Followed by a case with the partner.
    pub(super) with_partner: usize,
    /// Followed by a case that home keeps until it knows a committee there.
    pub(super) at_home: usize,
    /// One that is followed, to look at.
    pub(super) example: String,
    problems: Vec<String>,
}

impl Moves {
    /// Follows every moved case as its home shows it.
    pub(super) fn of(books: &Books) -> Self {
        let mut moves = Self::default();
        for books in [&books.east, &books.west] {
            let cases: BTreeMap<&str, &o::Case> = books
                .iter()
                .filter_map(|book| book.case.as_ref())
                .map(|case| (case.id.as_str(), case))
                .collect();
            for case in cases.values() {
                if case.state() == o::CaseState::Moved && case.side() == o::Side::Outflow {
                    moves.follow(case, cases.get(case.next_case.as_str()).copied());
                }
            }
        }
        moves
    }

    fn follow(&mut self, case: &o::Case, next: Option<&o::Case>) {
        self.moved += 1;
        match next {
            Some(next) if next.previous_case == case.id => {
                if next.partner.is_empty() {
                    self.at_home += 1;
                } else {
                    self.with_partner += 1;
                    self.example.clone_from(&next.id);
                }
            }
            _ => self.problems.push(format!("nothing follows {}", case.id)),
        }
    }

    /// Is every moved case followed by one that names it?
    pub(super) fn check(&self) -> Check {
        let name = "每次转往他处都有后续案卷 every move is followed by a linked case";
        let Self {
            moved,
            with_partner,
            at_home,
            problems,
            ..
        } = self;
        let detail = format!(
            "{moved} moves: {with_partner} linked with the partner, {at_home} linked at home"
        );
        Check::of(name, problems, detail)
    }
}
