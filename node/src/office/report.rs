//! The report to the department: cases and the quarter's work counted, signed with the local log's checkpoint. Never a name.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::OrganizationCode,
    letter::{self, DeclineReason, Disclosed, Payload, Presence},
    log::Kind,
    report::{
        CaseState, CellKey, Content, Direction, Measure, MemberClass, Organization, Report,
        SignedReport, Standing,
    },
    time::{Day, Quarter},
};

use super::{
    Office, OfficeError, dues,
    view::{disclosed, person},
};
use crate::{
    book::{self, CaseFile, Partner},
    domain::{
        case::{Closing, Side, State, Step, link::Links},
        fact::{Effective, effective},
        statement::{Cause, quarter::due_on},
        unit::Units,
    },
    store::LogNo,
};

/// Within how many days an answer is "in time" until a locality's policy says otherwise.
const ANSWER_DAYS: u32 = 15;

type Cells = BTreeMap<CellKey, u64>;
type Measures = BTreeMap<Measure, u64>;

struct Count<'a> {
    office: &'a Office,
    quarter: Quarter,
    /// The last day that is counted: the period's, or today when it still runs.
    until: Day,
    units: Units,
    links: Links,
    cells: Cells,
    measures: Measures,
}

/// Compiles and signs the report of a quarter.
pub(super) fn compile(
    office: &Office,
    quarter: Quarter,
    revision: u32,
    superior: Option<&OrganizationCode>,
) -> Result<SignedReport, OfficeError> {
    let until = quarter.last_day().min(office.today());
    let all = book::all_cases(&office.store, None)?;
    let mut count = Count {
        office,
        quarter,
        until,
        units: book::units(&office.store)?,
        links: Links::derive(all.iter().map(|file| (file.id, &file.case))),
        cells: Cells::new(),
        measures: Measures::new(),
    };
    for partner in book::partners(&office.store)? {
        for file in book::cases_with_facts(&office.store, &partner)? {
            count.case(&file, Some(&partner))?;
        }
        count.quarter(&partner)?;
    }
    for file in all {
        if file.partner.is_none() {
            count.case(&file, None)?;
        }
    }
    let checkpoint = office.checkpoint(LogNo::LOCAL)?;
    let organization = office.organization();
    let content = Content {
        organization: Organization {
            code: organization.code.clone(),
            name: organization.name.clone(),
            region: organization.region.clone(),
            superior: superior.cloned(),
        },
        period: quarter,
        revision,
        compiled: office.now(),
        checkpoint: checkpoint.note().clone(),
        cells: count.cells,
        answer_days: ANSWER_DAYS,
        measures: count.measures,
    };
    let refused =
        |error: hongyan_proto::report::ReportError| OfficeError::Damaged(error.to_string());
    let key = office.key();
    let local = office.store.log(LogNo::LOCAL);
    let earlier: Vec<_> = local
        .iter()
        .flat_map(|local| local.signers.keys())
        .filter(|earlier| **earlier != key.public())
        .copied()
        .collect();
    SignedReport::sign(Report::new(content).map_err(refused)?, &key, &earlier).map_err(refused)
}

impl Count<'_> {
    fn add(&mut self, measure: Measure, when: bool) {
        if when {
            *self.measures.entry(measure).or_default() += 1;
        }
    }

    fn in_period(&self, day: Day) -> bool {
        self.quarter.contains(day)
    }

    fn case(&mut self, file: &CaseFile, partner: Option<&Partner>) -> Result<(), OfficeError> {
        let Some(side) = file.side() else {
            return Ok(());
        };
        let state = match partner {
            Some(_) => file.case.state_on(self.until),
            None => file
                .case
                .state()
                .filter(|_| file.case.since().is_some_and(|since| since <= self.until)),
        };
        // A crossing closes a claim without an entry of its own; it has no day but the case's last one.
        let state = match (state, file.case.state()) {
            (Some(_), Some(State::Closed(Closing::Duplicate))) => file.case.state(),
            _ => state,
        };
        let Some(state) = state else { return Ok(()) };
        if self.is_counted(file, state) {
            let key = self.cell(file, partner, side, state)?;
            *self.cells.entry(key).or_default() += 1;
        }
        self.letters(file, side);
        self.facts(file, side, state)?;
        if let (Some(partner), Side::Inflow, true) = (partner, side, state.is_placed()) {
            self.dues(file, partner)?;
        }
        Ok(())
    }

    /// Open cases as they stand; closed ones only in the period in which they closed.
    fn is_counted(&self, file: &CaseFile, state: State) -> bool {
        let closed_on = file.case.history().last().map(Step::day);
        !state.is_closed() || closed_on.is_some_and(|day| self.in_period(day))
    }

    fn cell(
        &self,
        file: &CaseFile,
        partner: Option<&Partner>,
        side: Side,
        state: State,
    ) -> Result<CellKey, OfficeError> {
        let store = &self.office.store;
        let told = match side {
            Side::Outflow => person(store, file)?,
            Side::Inflow => disclosed(file),
        };
        let destination =
            file.case
                .local()
                .iter()
                .rev()
                .find_map(|step| match &step.event.payload {
                    Some(Payload::Departed(departed)) => departed.destination.clone(),
                    _ => None,
                });
        let state = case_state(state);
        Ok(CellKey {
            direction: if side == Side::Outflow {
                Direction::Out
            } else {
                Direction::In
            },
            own_region: self.office.organization().region.clone(),
            counterpart_region: match partner {
                Some(partner) => Some(partner.region.clone()),
                None => destination.map(|destination| destination.region),
            },
            counterpart_organization: partner.map(|partner| partner.code.clone()),
            state,
            class: class(&told),
            // Whom a claim names is on nobody's roster here before home confirms: home knows no more than the claim says.
            standing: self.standing(&told, file.member.is_some()),
        })
    }

    fn standing(&self, told: &Disclosed, on_roster: bool) -> Standing {
        match told.probationary_until {
            Some(until) if until > self.until => Standing::Probationary,
            Some(_) => Standing::Full,
            // A host that was told when the member joined was told of probation as well.
            None if on_roster || told.joined.is_some() => Standing::Full,
            None => Standing::NotTold,
        }
    }

    /// Notices and their answers, declines, contact lost and found.
    fn letters(&mut self, file: &CaseFile, side: Side) {
        let steps = file.case.history();
        let (sent, answered, in_time) = match side {
            Side::Outflow => (
                Measure::NoticesSent,
                Measure::NoticesSentAnswered,
                Measure::NoticesSentAnsweredInTime,
            ),
            Side::Inflow => (
                Measure::NoticesReceived,
                Measure::NoticesReceivedAnswered,
                Measure::NoticesReceivedAnsweredInTime,
            ),
        };
        for (at, step) in steps.iter().enumerate() {
            let day = step.event.time.day();
            if !self.in_period(day) {
                continue;
            }
            match (&step.event.kind, &step.event.payload) {
                (Kind::Notice, _) => {
                    self.add(sent, true);
                    let answer = steps[at + 1..]
                        .iter()
                        .take_while(|later| later.event.kind != Kind::Notice)
                        .find(|later| later.side == Side::Inflow)
                        .map(|later| later.event.time.day());
                    self.add(answered, answer.is_some());
                    let last = day.plus_days(i32::try_from(ANSWER_DAYS).unwrap_or(i32::MAX));
                    self.add(in_time, answer.is_some_and(|answer| answer <= last));
                }
                (Kind::Decline, Some(Payload::Decline(decline))) if side == Side::Inflow => {
                    self.add(decline_measure(decline.reason), true);
                }
                (Kind::LostContact, _) => self.add(Measure::ContactLost, true),
                (Kind::Found, _) => self.add(Measure::ContactFound, true),
                _ => {}
            }
        }
    }

    /// Contact with the members that are away, wherever they are by now, and attendance of those that this side has placed. After a move
    /// the next case counts the member.
    fn facts(&mut self, file: &CaseFile, side: Side, state: State) -> Result<(), OfficeError> {
        let counts = match side {
            Side::Outflow => state.is_away() && self.links.following(file.id).is_none(),
            Side::Inflow => state.is_placed(),
        };
        if !counts {
            return Ok(());
        }
        let facts = effective(&file.case);
        match side {
            Side::Outflow => {
                self.add(Measure::ContactMembers, true);
                let told = self.has(&facts, Side::Outflow, |payload| match payload {
                    Payload::Contact(contact) => Some(contact.day),
                    _ => None,
                });
                let kept = book::contacts_at_home(&self.office.store, file.id)?;
                let mut kept = kept.iter().map(|contact| contact.said.day);
                let contacted = told || kept.any(|day| self.in_period(day));
                self.add(Measure::ContactMembersContacted, contacted);
            }
            Side::Inflow => {
                self.add(Measure::AttendanceMembers, true);
                let present = self.has(&facts, Side::Inflow, |payload| match payload {
                    Payload::Attendance(one)
                        if matches!(one.presence, Presence::Present | Presence::Remote) =>
                    {
                        Some(one.day)
                    }
                    _ => None,
                });
                self.add(Measure::AttendanceMembersPresent, present);
            }
        }
        Ok(())
    }

    /// Dues of a member that is here: of the period's months those that are this side's to collect.
    fn dues(&mut self, file: &CaseFile, partner: &Partner) -> Result<(), OfficeError> {
        let about = (file, partner);
        let months = self.quarter.months();
        let (settled, asked) = dues::hosted_months(self.office, &self.units, about, &months)?;
        self.add(Measure::DuesMembers, asked > 0);
        self.add(Measure::DuesMembersPaid, asked > 0 && settled == asked);
        Ok(())
    }

    fn has(&self, facts: &[Effective], side: Side, day: impl Fn(&Payload) -> Option<Day>) -> bool {
        facts
            .iter()
            .filter(|fact| fact.side == side)
            .filter_map(|fact| day(&fact.payload))
            .any(|day| self.in_period(day))
    }

    /// Statements due, issued, closed; differences by cause.
    fn quarter(&mut self, partner: &Partner) -> Result<(), OfficeError> {
        let store = &self.office.store;
        let (view, _) = book::quarter(store, partner, self.quarter)?;
        let agreements = book::agreements(store, partner)?;
        let asked = agreements
            .last_in_force(self.quarter.first_day(), self.quarter.last_day())
            .is_some_and(|agreement| due_on(self.quarter, agreement.terms.cadence).is_some());
        let issued = view.ours.is_some();
        let closed = view
            .our_closing
            .as_ref()
            .zip(view.their_closing.as_ref())
            .is_some_and(|(ours, theirs)| ours.result_hash == theirs.result_hash);
        self.add(Measure::StatementsDue, asked || issued);
        self.add(Measure::StatementsIssued, issued);
        self.add(Measure::StatementsClosed, issued && closed);
        for line in view
            .settlement
            .iter()
            .flat_map(|settlement| &settlement.lines)
        {
            let measure = match line.difference.cause {
                Cause::OnlyOutflowKnows => Measure::DifferencesOnlyOutflow,
                Cause::OnlyInflowKnows => Measure::DifferencesOnlyInflow,
                Cause::LostAtHost | Cause::LostAtHome => Measure::DifferencesContact,
                Cause::PaidTwice
                | Cause::PaidTwiceAtHost
                | Cause::HostDuesDiffer
                | Cause::HomeDuesDiffer => Measure::DifferencesDues,
            };
            self.add(measure, true);
        }
        Ok(())
    }
}

const fn decline_measure(reason: DeclineReason) -> Measure {
    match reason {
        DeclineReason::NotArrived => Measure::DeclinesNotArrived,
        DeclineReason::NotFound => Measure::DeclinesNotFound,
        DeclineReason::OtherDistrict => Measure::DeclinesOtherDistrict,
        DeclineReason::CertificateInvalid => Measure::DeclinesCertificateInvalid,
        DeclineReason::Duplicate => Measure::DeclinesDuplicate,
    }
}

fn class(told: &Disclosed) -> MemberClass {
    match told.member_class {
        None => MemberClass::NotTold,
        Some(letter::MemberClass::MigrantWorker) => MemberClass::MigrantWorker,
        Some(letter::MemberClass::Graduate) => MemberClass::Graduate,
        Some(letter::MemberClass::Retired) => MemberClass::Retired,
        Some(letter::MemberClass::Other) => MemberClass::Other,
    }
}

const fn case_state(state: State) -> CaseState {
    match state {
        State::Departed => CaseState::Departed,
        State::Notified => CaseState::Notified,
        State::Declined => CaseState::Declined,
        State::Claimed => CaseState::Claimed,
        State::Accepted => CaseState::Accepted,
        State::Active => CaseState::Active,
        State::LostContact => CaseState::LostContact,
        State::Moved => CaseState::Moved,
        State::Closed(closing) => match closing {
            Closing::Returned => CaseState::ClosedReturned,
            Closing::Transferred => CaseState::ClosedTransferred,
            Closing::RegisteredInError => CaseState::ClosedRegisteredInError,
            Closing::RemovedFromMembership => CaseState::ClosedRemovedFromMembership,
            Closing::Deceased => CaseState::ClosedDeceased,
            Closing::Withdrawn => CaseState::ClosedWithdrawn,
            Closing::Disowned => CaseState::ClosedDisowned,
            Closing::Duplicate => CaseState::ClosedDuplicate,
        },
    }
}
