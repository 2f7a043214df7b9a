//! The whole machine once more, written by hand from the table of the domain's description: every state, side and kind.
#![allow(clippy::unwrap_used)]

use hongyan_proto::{
    id::CaseId,
    letter::WithdrawReason,
    log::{Kind, KindGroup},
    time::Timestamp,
};

use super::{
    Case, Closing, Event, Side, State, allowed, check,
    crossing::{self, Crossing},
    derive::derive_crossed,
};
use crate::domain::testing::{Letters, claim, departed, notice, sample, withdraw};

use Side::{Inflow, Outflow};

/// The states, in the order of the columns below; `None` is "no such case yet".
const COLUMNS: [(&str, Option<State>); 17] = [
    ("none", None),
    ("dep", Some(State::Departed)),
    ("not", Some(State::Notified)),
    ("dec", Some(State::Declined)),
    ("cla", Some(State::Claimed)),
    ("acc", Some(State::Accepted)),
    ("act", Some(State::Active)),
    ("los", Some(State::LostContact)),
    ("mov", Some(State::Moved)),
    ("ret", Some(State::Closed(Closing::Returned))),
    ("tra", Some(State::Closed(Closing::Transferred))),
    ("err", Some(State::Closed(Closing::RegisteredInError))),
    ("rem", Some(State::Closed(Closing::RemovedFromMembership))),
    ("dea", Some(State::Closed(Closing::Deceased))),
    ("wit", Some(State::Closed(Closing::Withdrawn))),
    ("dis", Some(State::Closed(Closing::Disowned))),
    ("dup", Some(State::Closed(Closing::Duplicate))),
];

/// What becomes of a case in the column's state when the side (O outflow, I inflow) writes the row's kind: the next state, `=` a fact
/// that leaves the state, `-` refused. A side or kind without a row is refused in every state.
///
/// A withdrawal closes for the reason it names; the samples name a registration in error. The facts while contact is lost and the
/// corrections after the stay are decisions beyond the letter of the description, named at the head of the table.
const MATRIX: &str = "
                       none dep not dec cla acc act los mov ret tra err rem dea wit dis dup
O departed             dep  -   -   -   -   -   -   -   -   -   -   -   -   -   -   -   -
O notice               not  not -   not -   -   -   -   -   -   -   -   -   -   -   -   -
I claim                cla  -   -   -   -   -   -   -   -   -   -   -   -   -   -   -   -
O confirm              -    -   -   -   acc -   -   -   -   -   -   -   -   -   -   -   -
O disown               -    -   -   -   dis -   -   -   -   -   -   -   -   -   -   -   -
I accept               -    -   acc -   -   -   -   -   -   -   -   -   -   -   -   -   -
I decline              -    -   dec -   -   -   -   -   -   -   -   -   -   -   -   -   -
I place                -    -   -   -   -   act -   -   -   -   -   -   -   -   -   -   -
I moved                -    -   -   -   -   -   mov -   -   -   -   -   -   -   -   -   -
O lost_contact         -    -   -   -   -   -   los -   -   -   -   -   -   -   -   -   -
I lost_contact         -    -   -   -   -   -   los -   -   -   -   -   -   -   -   -   -
O found                -    -   -   -   -   -   -   act -   -   -   -   -   -   -   -   -
I found                -    -   -   -   -   -   -   act -   -   -   -   -   -   -   -   -
O returned             -    -   -   -   -   ret ret ret ret -   -   -   -   -   -   -   -
O transferred          -    -   -   -   -   -   tra -   -   -   -   -   -   -   -   -   -
O withdraw             -    err err err err err err err err -   -   -   -   -   -   -   -
I attendance           -    -   -   -   -   -   =   -   -   -   -   -   -   -   -   -   -
O dues                 -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
I dues                 -    -   -   -   -   -   =   -   -   -   -   -   -   -   -   -   -
O award                -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
I award                -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
I role                 -    -   -   -   -   -   =   -   -   -   -   -   -   -   -   -   -
I conduct              -    -   -   -   -   -   =   -   -   -   -   -   -   -   -   -   -
O change               -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
I change               -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
I major_event          -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
O contact              -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
I contact              -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
O matter_notified      -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
I probation_opinion    -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
O probation_decision   -    -   -   -   -   -   =   =   -   -   -   -   -   -   -   -   -
O correction           -    -   -   -   -   -   =   =   =   =   =   =   =   =   =   -   -
I correction           -    -   -   -   -   -   =   =   =   =   =   =   =   =   =   -   -
";

/// What the matrix expects of a cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cell {
    To(State),
    Same,
    Refused,
}

/// The cells of a row. Each row has a cell for each column, and no row comes twice.
fn cells(side: Side, kind: Kind) -> Vec<Cell> {
    let mut lines = MATRIX.trim().lines();
    let columns: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(columns, COLUMNS.map(|(name, _)| name));
    let letter = if side == Outflow { "O" } else { "I" };
    let mut rows = lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|row| row[..2] == [letter, kind.name()]);
    let Some(row) = rows.next() else {
        return vec![Cell::Refused; COLUMNS.len()];
    };
    assert_eq!(rows.next(), None);
    assert_eq!(row.len(), 2 + COLUMNS.len(), "{row:?}");
    let read = |word: &&str| match *word {
        "-" => Cell::Refused,
        "=" => Cell::Same,
        name => {
            let to = COLUMNS.iter().find(|(column, _)| *column == name);
            Cell::To(to.unwrap().1.unwrap())
        }
    };
    row[2..].iter().map(read).collect()
}

/// A case on its way: what both told, and what else makes it what it is.
#[derive(Clone)]
struct Road {
    letters: Letters,
    local: Vec<Event>,
    /// The body of the withdrawal that closed it was erased since, and with it why.
    reason_erased: bool,
    crossing: Option<Crossing>,
}

impl Road {
    /// The letters of a road that only letters make.
    fn of(told: &[(Side, Kind)]) -> Self {
        let mut letters = Letters::new();
        for (side, kind) in told {
            letters.tell(*side, sample(*kind));
        }
        Self {
            letters,
            local: vec![],
            reason_erased: false,
            crossing: None,
        }
    }

    /// Active, then withdrawn for this reason.
    fn withdrawn(reason: WithdrawReason) -> Self {
        let mut road = Self::to(Some(State::Active));
        road.letters.tell(Outflow, withdraw(reason));
        road
    }

    /// A claim that crossed a notice of the same certificate.
    fn duplicate() -> Self {
        let [noticed, claimed] = [1, 2].map(|id| CaseId::from_bytes([id; 16]));
        let mut both = Letters::new();
        let notice = both.write(Outflow, notice());
        let claim = both.write(Inflow, claim());
        let openings = [(noticed, notice), (claimed, claim)]
            .map(|(case, event)| crossing::opening(case, &event).unwrap());
        Self {
            crossing: crossing::find(&openings).remove(&claimed),
            ..Self::of(&[(Inflow, Kind::Claim)])
        }
    }

    /// The shortest road to a state.
    fn to(state: Option<State>) -> Self {
        use Kind as K;
        let told: &[(Side, Kind)] = match state {
            None => &[],
            Some(State::Departed) => {
                let mut road = Self::of(&[]);
                road.write(Outflow, K::Departed);
                return road;
            }
            Some(State::Notified) => &[(Outflow, K::Notice)],
            Some(State::Declined) => &[(Outflow, K::Notice), (Inflow, K::Decline)],
            Some(State::Claimed) => &[(Inflow, K::Claim)],
            Some(State::Accepted) => &[(Outflow, K::Notice), (Inflow, K::Accept)],
            Some(State::Closed(Closing::Disowned)) => &[(Inflow, K::Claim), (Outflow, K::Disown)],
            Some(State::Closed(Closing::Duplicate)) => return Self::duplicate(),
            Some(State::Closed(Closing::RegisteredInError)) => {
                return Self::withdrawn(WithdrawReason::RegisteredInError);
            }
            Some(State::Closed(Closing::RemovedFromMembership)) => {
                return Self::withdrawn(WithdrawReason::RemovedFromMembership);
            }
            Some(State::Closed(Closing::Deceased)) => {
                return Self::withdrawn(WithdrawReason::Deceased);
            }
            Some(State::Closed(Closing::Withdrawn)) => {
                let mut road = Self::withdrawn(WithdrawReason::Deceased);
                road.reason_erased = true;
                return road;
            }
            Some(stay) => {
                let mut road = Self::of(&[
                    (Outflow, K::Notice),
                    (Inflow, K::Accept),
                    (Inflow, K::Place),
                ]);
                let last = match stay {
                    State::LostContact => Some((Outflow, K::LostContact)),
                    State::Moved => Some((Inflow, K::Moved)),
                    State::Closed(Closing::Returned) => Some((Outflow, K::Returned)),
                    State::Closed(Closing::Transferred) => Some((Outflow, K::Transferred)),
                    _ => None,
                };
                if let Some((side, kind)) = last {
                    road.letters.tell(side, sample(kind));
                }
                return road;
            }
        };
        Self::of(told)
    }

    /// One more entry. Before anybody was told of it, a case is home's own.
    fn write(&mut self, side: Side, kind: Kind) {
        let unheard = !self.local.is_empty() && kind != Kind::Notice;
        if kind != Kind::Departed && !unheard {
            self.letters.tell(side, sample(kind));
            return;
        }
        let payload = if kind == Kind::Departed {
            departed().into()
        } else {
            sample(kind)
        };
        let (author, sequence) = (self.letters.key(Outflow), self.local.len() as u64);
        let event = Event::local(author, sequence, Timestamp::default(), payload);
        self.local.push(event);
    }

    fn case(&self) -> Case {
        let mut events = self.letters.all();
        if self.reason_erased {
            let closing = events.iter().position(|event| event.kind == Kind::Withdraw);
            let closing = &mut events[closing.unwrap()];
            *closing = closing.clone().erased();
        }
        events.extend(self.local.iter().cloned());
        derive_crossed(&events, self.crossing.as_ref())
    }
}

#[test]
fn every_cell_is_as_the_description_says() {
    let mut compared = 0;
    for (column, (name, state)) in COLUMNS.into_iter().enumerate() {
        let road = Road::to(state);
        let before = road.case();
        assert_eq!(before.state(), state, "the road to {name}");
        for side in Side::ALL {
            for kind in Kind::ALL {
                let expected = cells(side, *kind)[column];
                let place = format!("{name}: {side} writes {kind}, expected {expected:?}");
                let may = expected != Cell::Refused;
                assert_eq!(check(&before, side, *kind).is_ok(), may, "{place}");
                assert_eq!(allowed(state, side).contains(kind), may, "{place}");
                comes(&road, side, *kind, expected, &place);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, COLUMNS.len() * 2 * Kind::ALL.len());
}

/// What becomes of the case when the entry is written, or comes from a partner although it may not be written.
fn comes(road: &Road, side: Side, kind: Kind, expected: Cell, place: &str) {
    let of_a_case = matches!(kind.group(), KindGroup::Transition | KindGroup::Fact);
    let reaches = kind.travels() && (road.local.is_empty() || side == Outflow);
    let before = road.case();
    // Who opens a case has the side of what opens it: there is no claim by its outflow organization.
    let opens = before == Case::default() && matches!(kind, Kind::Notice | Kind::Claim);
    if expected == Cell::Refused && (!of_a_case || !reaches || opens) {
        return;
    }
    let mut road = road.clone();
    road.write(side, kind);
    let after = road.case();
    let gained = (
        after.facts().len() - before.facts().len(),
        after.superseded().len() - before.superseded().len(),
    );
    match expected {
        Cell::To(state) => assert_eq!((after.state(), gained), (Some(state), (0, 0)), "{place}"),
        Cell::Same => assert_eq!((after.state(), gained), (before.state(), (1, 0)), "{place}"),
        Cell::Refused if road.local.is_empty() => {
            assert_eq!((after.state(), gained), (before.state(), (0, 1)), "{place}");
        }
        // In home's own log it is passed over: no partner ever sees it.
        Cell::Refused => assert_eq!((after.state(), gained), (before.state(), (0, 0)), "{place}"),
    }
}

#[test]
fn every_row_of_the_matrix_is_a_kind_of_a_case() {
    let rows: Vec<&str> = MATRIX.trim().lines().skip(1).collect();
    assert_eq!(rows.len(), 33);
    for row in rows {
        let words: Vec<&str> = row.split_whitespace().collect();
        let known = |kind: &&Kind| kind.name() == words[1];
        assert_eq!(Kind::ALL.iter().filter(known).count(), 1, "{row}");
        assert!(["O", "I"].contains(&words[0]), "{row}");
    }
    let closed = State::ALL.into_iter().map(Some);
    assert_eq!(COLUMNS.len(), 1 + closed.clone().count());
    for state in closed {
        assert!(COLUMNS.iter().any(|(_, column)| *column == state));
    }
}
