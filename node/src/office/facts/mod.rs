//! What the rules of duty look at, as it is recorded here. Every kind of fact that a node records is handed in here and nowhere else; no rule
//! lives here.

mod certificates;
mod dues;
mod life;
mod posts;
mod units;

pub(super) use life::held;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::resume_unwind,
    sync::{Arc, LazyLock},
};

use hongyan_proto::{
    letter::{AbsenceMeasure, InspectionKind, Payload, Statement},
    log::Kind,
    time::{Day, Timestamp},
};

use self::{certificates::Looks, units::Places};
use super::{Office, OfficeError, reconcile, view::disclosed};
use crate::{
    book::{self, CaseFile, EventRecord, Member, Partner, Policies},
    domain::{
        case::{Closing, Side, State, Step},
        duty::{
            Horizon,
            facts::{
                CaseFacts, CaseStep, Dated, Entry, Excuse, Facts, Inspection, Kept, Person,
                Probation, QuarterFacts, Stay, UnitName, Who,
            },
        },
        event::Event,
        fact::effective,
        order::Position,
        policy::{Inspected, Measure},
        statement::Parts,
        statement::Status,
    },
};

/// Everything that is known here.
pub(super) fn facts(
    office: &Office,
    policies: &Policies,
    horizon: Horizon,
) -> Result<Facts, OfficeError> {
    let store = &office.store;
    // Once for everything: a unit that is renamed meanwhile must not have one name in its plan and another in its activities.
    let tree = book::units(store)?;
    let places = Places::of(&tree);
    // Records are most of what is read: two threads share their years.
    let years = life::Years::of(horizon);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| years.read(store));
        let mut facts = beside_life(office, policies, (&places, horizon))?;
        let mut records = years.read(store)?;
        let others = reading.join();
        records.extend(others.unwrap_or_else(|panic| resume_unwind(panic))?);
        life::add(store, records, &places, &mut facts)?;
        Ok(facts)
    })
}

/// Everything but organizational life.
fn beside_life(
    office: &Office,
    policies: &Policies,
    (places, horizon): (&Places<'_>, Horizon),
) -> Result<Facts, OfficeError> {
    let cases = cases(office, horizon, places)?;
    let mut people = people(office, &cases, (places, horizon))?;
    places.appoint(&mut people);
    let mut facts = Facts {
        kept: [
            Kept::Screenings,
            Kept::Flow,
            Kept::Measures,
            Kept::Inspections,
        ]
        .into(),
        measures: policies
            .measures
            .iter()
            .filter_map(|(taken, sequence)| {
                let member = taken.member_id.map(Who::Member);
                Some(Dated {
                    who: member.or(taken.case_id.map(Who::Hosted))?,
                    day: taken.day,
                    what: measure(taken.measure),
                    entry: entry(*sequence),
                })
            })
            .collect(),
        inspections: policies
            .inspections
            .iter()
            .map(|(made, sequence)| Inspection {
                unit: places.named(made.unit.as_str(), made.day),
                of: inspected(made.kind),
                day: made.day,
                entry: entry(*sequence),
            })
            .collect(),
        units: places.units(&people),
        screenings: policies
            .screened
            .iter()
            .map(|(screened, sequence)| (screened.day, entry(*sequence)))
            .collect(),
        excuses: policies
            .excused
            .values()
            .filter_map(|(excused, sequence)| {
                Some(Excuse {
                    duty: excused.duty,
                    reason: excused.reason.as_ref()?.to_string(),
                    person: excused.actor.to_string(),
                    entry: entry(*sequence),
                })
            })
            .collect(),
        quarters: quarters(office)?,
        people,
        cases,
        ..Facts::default()
    };
    dues::add(office, horizon, &mut facts)?;
    Ok(facts)
}

/// A place in the local log.
pub(super) fn entry(sequence: u64) -> Entry {
    static LOCAL: LazyLock<Arc<str>> = LazyLock::new(|| "local".into());
    Entry {
        log: LOCAL.clone(),
        sequence,
    }
}

/// What a measure is called in policies.
pub(super) const fn measure(taken: AbsenceMeasure) -> Measure {
    match taken {
        AbsenceMeasure::Criticize => Measure::Criticize,
        AbsenceMeasure::Remind => Measure::Remind,
        AbsenceMeasure::Warn => Measure::Warn,
        AbsenceMeasure::TalkAndTerm => Measure::TalkAndTerm,
        AbsenceMeasure::Unqualified => Measure::Unqualified,
        AbsenceMeasure::Removal => Measure::Removal,
    }
}

const fn inspected(kind: InspectionKind) -> Inspected {
    match kind {
        InspectionKind::Life => Inspected::Life,
        InspectionKind::Visit => Inspected::Visit,
        InspectionKind::HealthCheck => Inspected::HealthCheck,
        InspectionKind::Rating => Inspected::Rating,
    }
}

fn people(
    office: &Office,
    cases: &[CaseFacts],
    (places, horizon): (&Places<'_>, Horizon),
) -> Result<Vec<Person>, OfficeError> {
    let mut away: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for case in cases {
        if let (Some(member), Some(days)) = (case.member, case.managed) {
            away.entry(member).or_default().push(days);
        }
    }
    let mut letters: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.side == Side::Outflow) {
        if let Some(member) = case.member {
            let of = letters.entry(member).or_default();
            of.extend(case.decisions.iter().cloned());
        }
    }
    let today = office.today();
    let formers = book::formers(&office.store)?;
    let decisions = book::decisions_at_home(&office.store)?;
    let members = book::members(&office.store)?;
    // Who left keeps what was due until then; who left before all that is looked at is nobody's concern here.
    let known = |person: &Person| {
        let last = person.stays.last().and_then(|stay| stay.until);
        !person.left || last.is_some_and(|last| last >= horizon.from)
    };
    let own = members
        .into_iter()
        .map(|member| {
            let formers = formers
                .get(&member.member_id)
                .map_or(&[][..], Vec::as_slice);
            let stays = places.stays(&member, formers, today);
            let decisions = decisions.get(&member.member_id);
            let decisions = decisions.map_or(&[][..], Vec::as_slice);
            let letters = letters
                .get(&member.member_id)
                .map_or(&[][..], Vec::as_slice);
            let probation = posts::probation(&member, formers, (decisions, letters));
            let left = member.removed;
            let details = member.details;
            Person {
                who: Who::Member(member.member_id),
                name: text(details.name),
                stays,
                posts: Vec::new(),
                joined: details.joined,
                born: details.birth_month,
                probation,
                away: away.remove(&member.member_id).unwrap_or_default(),
                left,
            }
        })
        .filter(known);
    let hosted = cases
        .iter()
        .filter(|case| case.side == Side::Inflow)
        .filter_map(|case| {
            let (from, until) = case.managed?;
            let stay = |unit: &UnitName| Stay {
                unit: unit.clone(),
                from: Some(from),
                until,
            };
            Some(Person {
                who: Who::Hosted(case.id),
                name: case.name.clone(),
                stays: case.unit.iter().map(stay).collect(),
                posts: Vec::new(),
                joined: None,
                born: None,
                probation: case.probation.clone(),
                away: Vec::new(),
                left: false,
            })
        });
    Ok(own.chain(hosted).collect())
}

/// Times of probation: at home as the roster had them, at the host what it was told.
fn probation(
    office: &Office,
    member: Option<&Member>,
    told: Option<Day>,
) -> Result<Vec<Probation>, OfficeError> {
    if let Some(member) = member {
        let formers = book::formers_of(&office.store, member.member_id)?;
        let decisions = book::decisions_at_home_of(&office.store, member.member_id)?;
        // What was told in the case itself goes before the roster.
        return Ok(posts::probation(member, &formers, (&decisions, &[])));
    }
    let told = told.map(|until| Probation {
        until,
        decided: None,
    });
    Ok(told.into_iter().collect())
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Open cases, and those that ended within the horizon. Facts are read of those only: old cases are many and owe nothing.
fn cases(
    office: &Office,
    horizon: Horizon,
    places: &Places<'_>,
) -> Result<Vec<CaseFacts>, OfficeError> {
    let store = &office.store;
    let partners = book::partners(store)?;
    let mut agreed = BTreeSet::new();
    for partner in &partners {
        if book::in_force(store, partner, office.today())?.is_some() {
            agreed.insert(partner.key_id);
        }
    }
    let looks = Looks::read(store)?;
    let mut found = Vec::new();
    for file in book::all_cases(store, None)? {
        let last = file.case.history().last().map(|step| step.event.time.day());
        // A claim that crossed a notice asks nothing of anybody: the notice's case does.
        let crossed = file.case.state() == Some(State::Closed(Closing::Duplicate));
        if crossed || !file.is_open() && last.is_none_or(|last| last < horizon.from) {
            continue;
        }
        let partner = partners
            .iter()
            .find(|partner| Some(partner.key_id) == file.partner);
        let file = match partner {
            Some(_) => book::case_with_facts(store, partner, file.id)?.unwrap_or(file),
            None => file,
        };
        let one = case(office, (&file, partner), places, &looks)?;
        found.extend(one.map(|one| CaseFacts {
            agreed: partner.is_none_or(|partner| agreed.contains(&partner.key_id)),
            ..one
        }));
    }
    Ok(found)
}

/// Names the logs of a case for people.
struct Logs<'a> {
    file: &'a CaseFile,
    partner: Option<&'a Partner>,
}

impl Logs<'_> {
    fn entry(&self, position: Position, base: u64, local: bool) -> Entry {
        let own = self
            .partner
            .is_some_and(|partner| position.author() == partner.own.key_id())
            || position.author() == self.file.own;
        let log = match self.partner {
            Some(partner) if !local && own => format!("out:{}", partner.code),
            Some(partner) if !local => format!("in:{}", partner.code),
            _ => "local".to_owned(),
        };
        Entry {
            log: log.into(),
            sequence: position.in_log(base),
        }
    }

    fn of(&self, event: &Event) -> Entry {
        self.entry(event.position, event.base, event.local)
    }
}

fn case(
    office: &Office,
    (file, partner): (&CaseFile, Option<&Partner>),
    places: &Places<'_>,
    looks: &Looks,
) -> Result<Option<CaseFacts>, OfficeError> {
    let Some(side) = file.side() else {
        return Ok(None);
    };
    let member = file.member.map(|id| book::member(&office.store, id));
    let member = member.transpose()?.flatten();
    let details = match &member {
        Some(member) => member.details.clone(),
        None => disclosed(file),
    };
    let logs = Logs { file, partner };
    let steps: Vec<&Step> = file
        .case
        .local()
        .iter()
        .chain(file.case.history())
        .collect();
    let unit = match (side, &member) {
        (Side::Inflow, _) => steps.iter().rev().find_map(|step| {
            let Some(Payload::Place(place)) = &step.event.payload else {
                return None;
            };
            Some(places.named(place.unit.as_str(), place.placed_on))
        }),
        (Side::Outflow, Some(member)) => places.of_member(member, office.today()),
        (Side::Outflow, None) => None,
    };
    let told = details.certificate.as_ref();
    let (looks, has_certificate) = looks.of(file, told, |event| logs.of(event));
    let mut facts = CaseFacts {
        id: file.id,
        name: text(details.name),
        side,
        partner: partner.map(|partner| partner.code.as_str().into()),
        agreed: true,
        member: file.member,
        unit,
        steps: steps
            .iter()
            .map(|step| CaseStep {
                to: step.to,
                day: step.event.time.day(),
                on: step.day(),
                entry: logs.of(&step.event),
            })
            .collect(),
        since: file.case.since(),
        managed: file.case.managed(),
        contacts: Vec::new(),
        probation: probation(office, member.as_ref(), details.probationary_until)?,
        opinions: Vec::new(),
        decisions: Vec::new(),
        looks,
        has_certificate,
        dues: Vec::new(),
        roles: Vec::new(),
    };
    for fact in effective(&file.case) {
        let entry = logs.entry(fact.position, base(file, fact.position), false);
        match fact.payload {
            Payload::Contact(contact) if fact.side == Side::Outflow => {
                facts.contacts.push((contact.day, entry));
            }
            Payload::Dues(dues) => {
                let months = (0..dues.months.get()).map(|more| dues.month.plus_months(more));
                let paid = months.map(|month| (month, dues.paid_on, entry.clone()));
                facts.dues.extend(paid);
            }
            Payload::Role(role) => facts.roles.push((role.day, entry)),
            Payload::ProbationOpinion(opinion) => facts.opinions.push((opinion.day, entry)),
            Payload::ProbationDecision(decision) => {
                // At home the roster says to when, but for decisions from before it followed them.
                if let Some(until) = decision.extended_until
                    && facts.probation.iter().all(|time| time.until != until)
                {
                    if let Some(before) = facts.probation.last_mut() {
                        before.decided.get_or_insert((decision.day, entry.clone()));
                    }
                    let decided = None;
                    facts.probation.push(Probation { until, decided });
                }
                facts.decisions.push((decision.day, entry));
            }
            _ => {}
        }
    }
    if side == Side::Outflow {
        let kept = book::contacts_at_home(&office.store, file.id)?.into_iter();
        let kept = kept.map(|contact| (contact.said.day, entry(contact.sequence)));
        facts.contacts.extend(kept);
    }
    for list in [
        &mut facts.contacts,
        &mut facts.opinions,
        &mut facts.decisions,
    ] {
        list.sort();
    }
    Ok(Some(facts))
}

/// What a fact's log counts its positions from.
fn base(file: &CaseFile, position: Position) -> u64 {
    let mut facts = file.case.facts().iter();
    facts
        .find(|fact| fact.event.position == position)
        .map_or(0, |fact| fact.event.base)
}

fn quarters(office: &Office) -> Result<Vec<QuarterFacts>, OfficeError> {
    let mut found = Vec::new();
    for file in reconcile::list(office, "")? {
        let (_, records) = book::quarter(&office.store, &file.partner, file.quarter)?;
        let (code, logs) = (&file.partner.code, &file.partner.out_logs);
        let of = |own: bool, kind: Kind| {
            let ours =
                move |record: &&EventRecord| own == logs.iter().any(|log| log.no.0 == record.log);
            let of_kind = records.iter().filter(ours);
            of_kind.filter(move |record| record.kind == kind.code() && !record.refused)
        };
        let told = |own: bool, record: &EventRecord| {
            let side = if own { "out" } else { "in" };
            let entry = Entry {
                log: format!("{side}:{code}").into(),
                sequence: record.sequence,
            };
            (Timestamp::from_millis(record.time_ms).day(), entry)
        };
        // A later revision does not make the first one late; a part without the others was no statement.
        let stated = |own: bool| {
            let mut parts = Parts::default();
            let mut entries = of(own, Kind::Statement);
            let whole = entries.find(|record| {
                let statement = statement(record);
                statement.and_then(|part| parts.add(part)).is_some()
            });
            whole.map(|record| told(own, record))
        };
        let closed = matches!(file.status, Status::ClosedByUs | Status::Closed);
        found.push(QuarterFacts {
            partner: file.partner.code.as_str().into(),
            quarter: file.quarter,
            stated: file.status != Status::NotDue && file.due.is_some(),
            agreed: file.in_force,
            ours: stated(true),
            theirs: stated(false),
            closed_on: of(true, Kind::Closing)
                .map(|record| told(true, record))
                .max()
                .filter(|_| closed),
            our_turn: file.must_act() == Some(book::Author::Own),
        });
    }
    Ok(found)
}

fn statement(record: &EventRecord) -> Option<Statement> {
    match Payload::decode(Kind::Statement, record.payload.as_ref()?) {
        Ok(Payload::Statement(statement)) => Some(statement),
        _ => None,
    }
}
