//! One quarter of a correspondence as it stands: statements, comparison, answers, closings, and whose turn it is.

use hongyan_proto::{
    id::KeyId,
    letter::{Cadence, Closing, Payload, Revision, Statement},
    time::{Day, Quarter},
};
use thiserror::Error;

use super::{
    answer::{Answered, Settlement, settle},
    parts::Parts,
    reconcile::{Reconciliation, Stated, reconcile},
};
use crate::domain::{event::Event, order::Position};

/// Days after a quarter's end by which both sides state it. No policy of the five names a term (W §三3 says 定期): ten days are
/// enough for the branch's last records to come in.
pub const STATEMENT_DAYS: i32 = 10;

/// How far a quarter is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// The quarter is not over, or the agreement's cadence asks for no statement now.
    NotDue,
    /// Neither side has stated; both must by this day.
    Due(Day),
    /// We have stated; the partner must by this day.
    IssuedByUs(Day),
    /// The partner has stated; we must by this day.
    IssuedByPartner(Day),
    /// Both have stated and this many differences wait for an answer by us and by the partner.
    Reconciled {
        /// By us.
        ours: usize,
        /// By the partner.
        theirs: usize,
    },
    /// We have signed the present result, the partner has not.
    ClosedByUs,
    /// The partner has signed the present result, we have not.
    ClosedByPartner,
    /// Both have signed the same result.
    Closed,
}

impl Status {
    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::NotDue => ("未到期", "not due"),
            Self::Due(_) => ("待通报", "due"),
            Self::IssuedByUs(_) => ("我方已通报, 等待对方", "issued by us, the partner's turn"),
            Self::IssuedByPartner(_) => {
                ("对方已通报, 待我方通报", "issued by the partner, our turn")
            }
            Self::Reconciled { ours: 0, theirs: 0 } => {
                ("已对账, 可结账", "reconciled, ready to close")
            }
            Self::Reconciled { .. } => ("已对账, 差异待答复", "reconciled, differences to answer"),
            Self::ClosedByUs => ("我方已结账, 等待对方", "closed by us, the partner's turn"),
            Self::ClosedByPartner => ("对方已结账, 待我方结账", "closed by the partner, our turn"),
            Self::Closed => ("已结账", "closed"),
        }
    }
}

/// A statement as issued.
#[derive(Clone, Debug, PartialEq)]
pub struct Issued {
    /// Its entry, or that of its last part.
    pub position: Position,
    /// The day in that entry's header.
    pub on: Day,
    /// What it says, as a whole.
    pub statement: Statement,
}

/// One quarter of a correspondence. Everything but the status is the same on both nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct QuarterView {
    /// Which.
    pub quarter: Quarter,
    /// Our latest statement.
    pub ours: Option<Issued>,
    /// The partner's latest statement.
    pub theirs: Option<Issued>,
    /// The comparison, when both have stated.
    pub reconciliation: Option<Reconciliation>,
    /// What the answers made of it.
    pub settlement: Option<Settlement>,
    /// Our latest closing.
    pub our_closing: Option<Closing>,
    /// The partner's latest closing.
    pub their_closing: Option<Closing>,
}

impl QuarterView {
    /// Derives a quarter from the correspondence's statements, answers and closings, given in any order; others are passed over.
    pub fn derive(quarter: Quarter, own: KeyId, events: &[Event]) -> Self {
        let mut sorted: Vec<&Event> = events.iter().filter(|event| !event.local).collect();
        sorted.sort_by_key(|event| event.position);
        let mut view = Self {
            quarter,
            ours: None,
            theirs: None,
            reconciliation: None,
            settlement: None,
            our_closing: None,
            their_closing: None,
        };
        let mut answers = Vec::new();
        let mut parts = [Parts::default(), Parts::default()];
        for event in sorted {
            let is_ours = event.position.author() == own;
            match &event.payload {
                Some(Payload::Statement(statement)) if statement.quarter == quarter => {
                    if let Some(whole) = parts[usize::from(is_ours)].add(statement.clone()) {
                        let issued = if is_ours {
                            &mut view.ours
                        } else {
                            &mut view.theirs
                        };
                        replace(issued, event, whole);
                    }
                }
                Some(Payload::Answer(answer)) if answer.quarter == quarter => {
                    answers.push(Answered {
                        position: event.position,
                        answer,
                    });
                }
                Some(Payload::Closing(closing)) if closing.quarter == quarter => {
                    let kept = if is_ours {
                        &mut view.our_closing
                    } else {
                        &mut view.their_closing
                    };
                    *kept = Some(closing.clone());
                }
                _ => {}
            }
        }
        if let (Some(ours), Some(theirs)) = (&view.ours, &view.theirs) {
            view.reconciliation = reconcile(stated(ours), stated(theirs));
        }
        view.settlement = view
            .reconciliation
            .as_ref()
            .map(|reconciliation| settle(reconciliation, &answers));
        view
    }

    /// How far the quarter is, on a day, for the organization it was derived for.
    pub fn status(&self, own: KeyId, partner: KeyId, cadence: Cadence, today: Day) -> Status {
        match (&self.our_closing, &self.their_closing) {
            (Some(ours), Some(theirs)) if ours.result_hash == theirs.result_hash => {
                return Status::Closed;
            }
            _ => {}
        }
        // Whoever signed a result that a new statement or an answer has changed since has not signed the present one.
        let present = self.settlement.as_ref().map(Settlement::hash);
        let signed = |closing: &Option<Closing>| {
            let result = closing.as_ref().map(|closing| closing.result_hash);
            result.is_some() && result == present
        };
        if signed(&self.our_closing) {
            return Status::ClosedByUs;
        }
        if signed(&self.their_closing) {
            return Status::ClosedByPartner;
        }
        let due = due_on(self.quarter, cadence);
        let by = due.unwrap_or_else(|| self.quarter.last_day().plus_days(STATEMENT_DAYS));
        match (&self.settlement, &self.ours, &self.theirs) {
            (Some(settlement), _, _) => Status::Reconciled {
                ours: settlement.open_for(own).count(),
                theirs: settlement.open_for(partner).count(),
            },
            (None, Some(_), _) => Status::IssuedByUs(by),
            (None, None, Some(_)) => Status::IssuedByPartner(by),
            (None, None, None) if due.is_none() || today <= self.quarter.last_day() => {
                Status::NotDue
            }
            (None, None, None) => Status::Due(by),
        }
    }

    /// Before a statement is issued: the quarter must be over, and not closed by both.
    pub fn check_issue(&self, today: Day) -> Result<(), IssueRefusal> {
        if today <= self.quarter.last_day() {
            return Err(IssueRefusal::NotOver(self.quarter, self.quarter.last_day()));
        }
        match (&self.our_closing, &self.their_closing) {
            (Some(ours), Some(theirs)) if ours.result_hash == theirs.result_hash => {
                Err(IssueRefusal::Closed(self.quarter))
            }
            _ => Ok(()),
        }
    }

    /// The revision the next statement of ours gets; `None` after four thousand million of them.
    pub fn next_revision(&self) -> Option<Revision> {
        let last = self
            .ours
            .as_ref()
            .map_or(0, |issued| issued.statement.revision.get());
        Revision::new(last.checked_add(1)?).ok()
    }
}

fn stated(issued: &Issued) -> Stated<'_> {
    Stated {
        author: issued.position.author(),
        on: issued.on,
        statement: &issued.statement,
    }
}

/// The higher revision counts; of equal revisions the later entry.
fn replace(kept: &mut Option<Issued>, event: &Event, statement: Statement) {
    if kept
        .as_ref()
        .is_none_or(|kept| kept.statement.revision <= statement.revision)
    {
        *kept = Some(Issued {
            position: event.position,
            on: event.time.day(),
            statement,
        });
    }
}

/// By when both sides state a quarter, or `None` when the cadence asks for none at this quarter's end. A monthly cadence tightens
/// contact, not the statement: statements are quarterly at most.
pub fn due_on(quarter: Quarter, cadence: Cadence) -> Option<Day> {
    let asked = match cadence {
        Cadence::Monthly | Cadence::Quarterly => true,
        // The year's last quarter.
        Cadence::Yearly => {
            quarter.first_day().date().year() != quarter.next().first_day().date().year()
        }
    };
    asked.then(|| quarter.last_day().plus_days(STATEMENT_DAYS))
}

/// A statement that may not be issued.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum IssueRefusal {
    /// The quarter still runs.
    #[error(
        "{0} 季度至 {1} 结束, 次日起方可通报 the quarter {0} runs until {1}: state it from the next day on"
    )]
    NotOver(Quarter, Day),
    /// Both have signed its result.
    #[error(
        "{0} 季度双方已结账, 不再重新通报; 更正请记入下一季度 the quarter {0} is closed by both: bring corrections into the next one"
    )]
    Closed(Quarter),
}
