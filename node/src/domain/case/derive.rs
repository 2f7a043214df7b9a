//! From entries to a case: sort, fold through the table, keep what did not fit.

use hongyan_proto::{
    id::{CaseId, CertificateNumber, Hash, KeyId},
    letter::{Disclosed, Payload, WithdrawReason},
    log::{Kind, KindGroup},
    time::Day,
};
use sha2::{Digest, Sha256};

use super::{
    super::{event::Event, order::concurrent},
    crossing::Crossing,
    dates::happened_on,
    side::Side,
    state::{Closing, State},
    table::{self, Next},
};

/// A transition that was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The entry.
    pub event: Event,
    /// Who wrote it.
    pub side: Side,
    /// The state before; `None` when it opened the case.
    pub from: Option<State>,
    /// The state after.
    pub to: State,
}

impl Step {
    /// The day it took effect: the day the letter names or, when it names none, the day it was written. What is written late, from
    /// a sealed file or after a weekend, belongs to the quarter in which it happened.
    pub fn day(&self) -> Day {
        let named = self.event.payload.as_ref().and_then(happened_on);
        named.unwrap_or_else(|| self.event.time.day())
    }
}

/// A fact that was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The entry.
    pub event: Event,
    /// Who witnessed it.
    pub side: Side,
}

/// Why an entry in the log was not applied.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Reason {
    /// No notice and no claim came before it.
    NotOpened,
    /// The table does not give this entry to that side at all.
    WrongSide,
    /// The case was already where the entry wanted it.
    SameEffect,
    /// The case was closed.
    Closed,
    /// The case was in a state in which the entry is not allowed.
    NotInState,
}

impl Reason {
    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::NotOpened => ("此前没有通知或告知", "no notice or claim came before it"),
            Self::WrongSide => (
                "该方无权书写此类记录",
                "this side may not write such an entry",
            ),
            Self::SameEffect => (
                "对方已先作同样处理",
                "the partner had already done the same",
            ),
            Self::Closed => ("案卷已先结案", "the case had already been closed"),
            Self::NotInState => (
                "案卷状态已先改变",
                "the state of the case had already changed",
            ),
        }
    }
}

/// An entry that stays in the log and is not applied. Both sides see the same mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Superseded {
    /// The entry.
    pub event: Event,
    /// Who wrote it; `None` before the case was opened.
    pub side: Option<Side>,
    /// The state it met.
    pub state: Option<State>,
    /// Why it was not applied.
    pub reason: Reason,
    /// Who must look at the case and act again; `None`: nobody.
    pub act: Option<Side>,
}

/// A case as derived from its entries. The empty one is "no such case yet".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    state: Option<State>,
    outflow: Option<KeyId>,
    inflow: Option<KeyId>,
    history: Vec<Step>,
    facts: Vec<Fact>,
    superseded: Vec<Superseded>,
    local: Vec<Step>,
    crossing: Option<Crossing>,
}

/// Derives a case from all its entries, in whatever order they are given.
pub fn derive(events: &[Event]) -> Case {
    derive_crossed(events, None)
}

/// Derives a case whose claim crossed a notice of the same certificate (see [`super::crossing`]).
pub fn derive_crossed(events: &[Event], crossing: Option<&Crossing>) -> Case {
    let mut exchanged: Vec<&Event> = events.iter().filter(|event| !event.local).collect();
    exchanged.sort_by_key(|event| event.position);
    exchanged.dedup_by_key(|event| event.position);
    let mut case = Case::default();
    case.name_the_sides(&exchanged);
    let mut crossing = crossing;
    for event in exchanged {
        if crossing.is_some_and(|crossing| event.position > crossing.at) {
            case.close_as_duplicate(crossing.take());
        }
        case.apply(event);
    }
    case.close_as_duplicate(crossing);
    case.apply_local(events);
    case
}

impl Case {
    /// The state, or `None`: nothing has opened the case.
    pub const fn state(&self) -> Option<State> {
        self.state
    }

    /// The outflow side's key, once the case is opened by an entry of the correspondence and that side is known.
    pub const fn outflow(&self) -> Option<KeyId> {
        self.outflow
    }

    /// The inflow side's key, when it has written or opened.
    pub const fn inflow(&self) -> Option<KeyId> {
        self.inflow
    }

    /// Applied transitions, in order.
    pub fn history(&self) -> &[Step] {
        &self.history
    }

    /// Applied facts and corrections, in order. What they add up to: `domain::fact::effective`.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Entries that were not applied, in order.
    pub fn superseded(&self) -> &[Superseded] {
        &self.superseded
    }

    /// What the local log says about it (the departure), oldest first. Not shared with the partner.
    pub fn local(&self) -> &[Step] {
        &self.local
    }

    /// The notice's case that goes on, when this one closed as a duplicate.
    pub const fn crossing(&self) -> Option<&Crossing> {
        self.crossing.as_ref()
    }

    /// Which side a key plays in this case; `None` before the case is opened.
    pub fn side_of(&self, author: KeyId) -> Option<Side> {
        if self.outflow == Some(author) {
            return Some(Side::Outflow);
        }
        if self.inflow == Some(author) {
            return Some(Side::Inflow);
        }
        // One side is fixed by the opening; whoever else writes into the correspondence is the other.
        match (self.outflow, self.inflow) {
            (Some(_), None) => Some(Side::Inflow),
            (None, Some(_)) => Some(Side::Outflow),
            _ => None,
        }
    }

    /// The applied transitions' contents of one kind, oldest first.
    pub fn steps_of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Step> {
        self.history
            .iter()
            .chain(&self.local)
            .filter(move |step| step.event.kind == kind)
    }

    /// The case this one continues after a move.
    pub fn previous_case(&self) -> Option<CaseId> {
        self.history
            .iter()
            .chain(&self.local)
            .find_map(|step| match &step.event.payload {
                Some(Payload::Notice(notice)) => notice.previous_case,
                Some(Payload::Departed(departed)) => departed.previous_case,
                _ => None,
            })
    }

    /// The certificate the case is about: as the last notice, confirmation or claim names it, or the departure.
    pub fn certificate(&self) -> Option<&CertificateNumber> {
        self.history
            .iter()
            .rev()
            .find_map(|step| {
                step.event
                    .payload
                    .as_ref()?
                    .disclosed()?
                    .certificate
                    .as_ref()
            })
            .or_else(|| {
                self.local
                    .iter()
                    .rev()
                    .find_map(|step| match &step.event.payload {
                        Some(Payload::Departed(departed)) => departed.certificate.as_ref(),
                        _ => None,
                    })
            })
    }

    /// What the partners have told each other about the person: for each field the latest notice, claim or confirmation counts.
    pub fn disclosed(&self) -> Disclosed {
        self.history
            .iter()
            .filter_map(|step| step.event.payload.as_ref()?.disclosed())
            .fold(Disclosed::default(), |earlier, later| {
                later.clone().or(earlier)
            })
    }

    /// Since when the member is away, as the last notice says, or the claim's day, or the departure's.
    pub fn since(&self) -> Option<Day> {
        self.local
            .iter()
            .chain(&self.history)
            .rev()
            .find_map(|step| match &step.event.payload {
                Some(Payload::Notice(notice)) => Some(notice.since),
                Some(Payload::Claim(claim)) => Some(claim.shown_on),
                Some(Payload::Departed(departed)) => Some(departed.since),
                _ => None,
            })
    }

    /// A hash over everything both sides must see alike: state, sides, what was applied and what was not, and why.
    /// Two nodes agree about a case exactly when these are equal. What only the local log says is left out.
    pub fn digest(&self) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(b"hongyan/case/v1\n");
        let shared = if self.history.is_empty() {
            None
        } else {
            self.state
        };
        hasher.update(format!("{shared:?} {:?} {:?}\n", self.outflow, self.inflow));
        for step in &self.history {
            hasher.update(format!(
                "step {:?} {} {:?}\n",
                step.event.position,
                step.event.kind.name(),
                step.to
            ));
        }
        for fact in &self.facts {
            hasher.update(format!(
                "fact {:?} {}\n",
                fact.event.position,
                fact.event.kind.name()
            ));
        }
        for late in &self.superseded {
            hasher.update(format!(
                "superseded {:?} {:?} {:?}\n",
                late.event.position, late.reason, late.act
            ));
        }
        Hash::from_bytes(hasher.finalize().into())
    }

    fn name_the_sides(&mut self, exchanged: &[&Event]) {
        let Some(opening) = exchanged
            .iter()
            .find(|event| matches!(event.kind, Kind::Notice | Kind::Claim))
        else {
            return;
        };
        let author = opening.position.author();
        let other = exchanged
            .iter()
            .map(|event| event.position.author())
            .find(|key| *key != author);
        if opening.kind == Kind::Notice {
            (self.outflow, self.inflow) = (Some(author), other);
        } else {
            (self.inflow, self.outflow) = (Some(author), other);
        }
    }

    fn apply(&mut self, event: &Event) {
        let side = self.side_of(event.position.author());
        let row =
            side.and_then(|side| table::find(self.state, side, event.kind).map(|row| (side, row)));
        match row {
            Some((side, row)) => match Self::next(row.to, event) {
                Some(to) => {
                    let from = self.state.replace(to);
                    self.history.push(Step {
                        event: event.clone(),
                        side,
                        from,
                        to,
                    });
                }
                None => self.facts.push(Fact {
                    event: event.clone(),
                    side,
                }),
            },
            None => match side.filter(|side| self.was_allowed_when_written(*side, event)) {
                Some(side) => self.facts.push(Fact {
                    event: event.clone(),
                    side,
                }),
                None => self.supersede(event, side),
            },
        }
    }

    fn next(next: Next, event: &Event) -> Option<State> {
        match next {
            Next::To(state) => Some(state),
            Next::Same => None,
            Next::ClosedByReason => Some(State::Closed(closing_of(event))),
        }
    }

    /// A fact that was witnessed before its author could know of the transition that ended the stay remains a fact:
    /// nothing that was recorded in good faith is lost because the partner wrote at the same time.
    fn was_allowed_when_written(&self, side: Side, event: &Event) -> bool {
        if event.kind.group() != KindGroup::Fact {
            return false;
        }
        self.history
            .iter()
            .rev()
            .take_while(|step| concurrent(&step.event.position, &event.position))
            .any(|step| table::find(step.from, side, event.kind).is_some())
    }

    fn supersede(&mut self, event: &Event, side: Option<Side>) {
        let reason = self.reason(event, side);
        let act = match reason {
            Reason::SameEffect | Reason::Closed => None,
            Reason::NotOpened | Reason::WrongSide | Reason::NotInState => side,
        };
        self.superseded.push(Superseded {
            event: event.clone(),
            side,
            state: self.state,
            reason,
            act,
        });
    }

    fn reason(&self, event: &Event, side: Option<Side>) -> Reason {
        let (Some(state), Some(side)) = (self.state, side) else {
            return Reason::NotOpened;
        };
        let rows = || {
            table::TRANSITIONS
                .iter()
                .filter(|row| row.kind == event.kind)
        };
        if !rows().any(|row| row.by.contains(&side)) {
            Reason::WrongSide
        } else if rows().any(|row| row.to == Next::To(state)) {
            Reason::SameEffect
        } else if state.is_closed() {
            Reason::Closed
        } else {
            Reason::NotInState
        }
    }

    fn close_as_duplicate(&mut self, crossing: Option<&Crossing>) {
        if let Some(crossing) = crossing
            && self.state == Some(State::Claimed)
        {
            self.state = Some(State::Closed(Closing::Duplicate));
            self.crossing = Some(crossing.clone());
        }
    }

    /// The local log only speaks while the partner knows nothing: what both derive never depends on it.
    fn apply_local(&mut self, events: &[Event]) {
        let mut local: Vec<&Event> = events.iter().filter(|event| event.local).collect();
        local.sort_by_key(|event| event.position.sequence());
        let mut state = None;
        for event in local {
            let Some(row) = table::find(state, Side::Outflow, event.kind) else {
                continue;
            };
            let Some(to) = Self::next(row.to, event) else {
                continue;
            };
            self.local.push(Step {
                event: event.clone(),
                side: Side::Outflow,
                from: state,
                to,
            });
            state = Some(to);
        }
        if self.history.is_empty() && self.superseded.is_empty() {
            self.state = state;
            self.outflow = self.local.first().map(|step| step.event.position.author());
        }
    }
}

fn closing_of(event: &Event) -> Closing {
    match &event.payload {
        Some(Payload::Withdraw(withdraw)) => match withdraw.reason {
            WithdrawReason::RegisteredInError => Closing::RegisteredInError,
            WithdrawReason::RemovedFromMembership => Closing::RemovedFromMembership,
            WithdrawReason::Deceased => Closing::Deceased,
        },
        _ => Closing::Withdrawn,
    }
}
