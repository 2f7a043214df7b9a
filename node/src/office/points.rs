//! Points (先锋指数, 堡垒指数): computed from the records by a policy's table, never entered.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hongyan_proto::{
    letter::{ActivityKind, ExemptionFrom, Payload},
    time::Day,
};

use super::{
    Office, OfficeError, book::person, dues, exemption::exempted, facts as facts_of, lived, roster,
};
use crate::{
    book,
    domain::{
        life::{
            Exempted, Record, Who,
            book::{Confirmed, lines_about, tally},
            points::{Due, Facts, Score, Share, is_meeting, of_branch, of_person, scores},
        },
        policy::{
            Field, Meeting, Points, Policy, PolicyHistory, Post, Rule, Timing, Window, shipped,
        },
        unit::Unit,
    },
};

/// Tenths of an hour of study.
const TENTHS: u32 = 10;

/// The index of a member or a branch.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) id: String,
    /// Left out on approved application.
    pub(super) exempt: bool,
    pub(super) scores: Vec<Score>,
}

/// The policy named, or the one in force on the day.
fn policy(office: &Office, name: &str, day: Day) -> Result<Arc<Policy>, OfficeError> {
    if name.is_empty() {
        let adopted = book::policies(&office.store)?.adopted;
        return PolicyHistory::new(adopted, None)
            .at(day)
            .cloned()
            .ok_or_else(|| {
                OfficeError::field(
                    "policy",
                    "尚未采用政策: 先用 policy adopt 采用, 或用 --policy 写明 no policy was adopted: adopt one with policy adopt, or name one with --policy",
                )
            });
    }
    match shipped(name) {
        Some(Ok(policy)) => Ok(Arc::new(policy)),
        Some(Err(error)) => Err(OfficeError::field("policy", error)),
        None => Err(OfficeError::not_found(("政策", "policy"), name)),
    }
}

fn table(policy: &Policy, of_branches: bool) -> Result<Vec<Points>, OfficeError> {
    let mut tables = policy.pick(|rule| match rule {
        Rule::PointsTable { branch, items } if *branch == of_branches => Some(items.clone()),
        _ => None,
    });
    tables.next().map(|(_, items)| items).ok_or_else(|| {
        OfficeError::field(
            "policy",
            "该政策没有积分表; 用 --policy 写明另一政策, 或在本委的政策文件中写入 (docs/policy.md) this policy has no table of points: name another with --policy, or write one into your own policy file",
        )
    })
}

/// Hours of training a member owes a year, in tenths; 0: the policy demands none.
fn training(policy: &Policy) -> u32 {
    let mut hours = policy.pick(|rule| match rule {
        Rule::Training {
            of: Post::Member,
            hours,
        } => Some(u32::from(*hours)),
        _ => None,
    });
    hours.next().map_or(0, |(_, hours)| hours * TENTHS)
}

/// Which activity a meeting is, as records have it.
const fn kind_of(meeting: Meeting) -> ActivityKind {
    match meeting {
        Meeting::BranchAssembly => ActivityKind::BranchAssembly,
        Meeting::BranchCommittee => ActivityKind::BranchCommittee,
        Meeting::GroupMeeting => ActivityKind::GroupMeeting,
        Meeting::PartyLecture => ActivityKind::PartyLecture,
        Meeting::OrganizationalLife => ActivityKind::OrganizationalLife,
        Meeting::DemocraticLife => ActivityKind::DemocraticLife,
        Meeting::Appraisal => ActivityKind::Appraisal,
        Meeting::SpiritCheck => ActivityKind::PartySpiritCheck,
    }
}

/// The periods of a rule that are over by a day.
fn over(timing: &Timing, today: Day) -> Vec<Window> {
    let mut windows = timing.windows(today.date().year());
    windows.retain(|window| window.until <= today);
    windows
}

/// What a branch in a field of work owes by a day, and of whom. Where a policy tells fields apart and the branch's is not known, the least of
/// them counts; what is asked of all comes on top.
fn due(policy: &Policy, field: Option<Field>, today: Day, reporters: BTreeSet<Who>) -> Due {
    let mut times: BTreeMap<ActivityKind, u32> = BTreeMap::new();
    let mut least: BTreeMap<ActivityKind, u32> = BTreeMap::new();
    let rules = policy.pick(|rule| match rule {
        Rule::Meeting {
            meeting,
            fields,
            timing,
            ..
        } => Some((kind_of(*meeting), fields.as_slice(), timing)),
        Rule::Talk { timing, .. } => Some((ActivityKind::Talk, &[][..], timing)),
        _ => None,
    });
    for (_, (kind, fields, timing)) in rules {
        let windows = over(timing, today);
        let count: u32 = windows.iter().map(|window| u32::from(window.times)).sum();
        if fields.is_empty() || field.is_some_and(|field| fields.contains(&field)) {
            *times.entry(kind).or_default() += count;
        } else if field.is_none() {
            let known = least.entry(kind).or_insert(count);
            *known = count.min(*known);
        }
    }
    for (kind, count) in least {
        *times.entry(kind).or_default() += count;
    }
    let (meetings, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        times.into_iter().partition(|(kind, _)| is_meeting(*kind));
    let mut reports = policy.pick(|rule| match rule {
        Rule::StudyReport {
            by: Post::Member,
            timing,
        } => Some(over(timing, today)),
        _ => None,
    });
    Due {
        months: u32::try_from(today.date().month()).unwrap_or_default(),
        meetings: meetings.values().sum(),
        oversight: others,
        reporters,
        reports: reports
            .next()
            .map(|(_, windows)| windows)
            .unwrap_or_default(),
    }
}

/// The last day of the year that counts: today, or its end.
fn until(office: &Office, year: u16) -> Result<Day, OfficeError> {
    let year = i16::try_from(year).unwrap_or_default();
    let end = Day::new(year, 12, 31).map_err(|error| OfficeError::field("year", error))?;
    Ok(end.min(office.today()))
}

fn facts(records: &[Record], who: Who, hours: u32, exempted: &Exempted, dues: Share) -> Facts {
    let tally = tally(&lines_about(records, who, &Confirmed::new(), exempted));
    let trained: u32 = records
        .iter()
        .filter(|record| !record.void)
        .filter_map(|record| match (&record.payload, who) {
            (Payload::Training(training), Who::Member(id)) => training
                .member_ids
                .contains(&id)
                .then(|| training.tenths.get()),
            _ => None,
        })
        .sum();
    Facts {
        training: Share {
            done: trained,
            of: hours,
        },
        roles: Share {
            done: tally.roles,
            of: 1,
        },
        dues,
        ..of_person(records, who, exempted)
    }
}

/// A member's index for a year.
pub(super) fn member(
    office: &Office,
    name: &str,
    year: u16,
    policy_name: &str,
) -> Result<Index, OfficeError> {
    let day = until(office, year)?;
    let policy = policy(office, policy_name, day)?;
    let table = table(&policy, false)?;
    let person = person(&office.store, name)?;
    let records = lived::of_year(&office.store, year)?;
    let exempted = exempted(&office.store)?;
    let hours = training(&policy);
    let (paid, months) = dues::paid_months(office, person.who, day)?;
    let dues = Share {
        done: paid,
        of: months,
    };
    Ok(Index {
        name: person.names.first().cloned().unwrap_or_default(),
        id: person.who.id(),
        exempt: exempted.is(person.who, ExemptionFrom::Points, day),
        scores: scores(&table, &facts(&records, person.who, hours, &exempted, dues)),
    })
}

/// A branch's index for a year.
pub(super) fn branch(
    office: &Office,
    unit: &str,
    year: u16,
    policy_name: &str,
) -> Result<Index, OfficeError> {
    let day = until(office, year)?;
    let policy = policy(office, policy_name, day)?;
    let table = table(&policy, true)?;
    let unit = &*roster::named(&office.store, unit)?;
    let candidates = roster::candidates_on(&office.store, unit, day)?;
    roster::require(&candidates, unit)?;
    let units = book::units(&office.store)?;
    let place = units.unit_of(None, Some(unit)).map(Unit::place);
    let field = place.and_then(facts_of::field);
    let exempted = exempted(&office.store)?;
    let records = lived::of_year(&office.store, year)?;
    // Hosted members report at home, those away where they are.
    let reporters = candidates
        .iter()
        .filter(|one| one.belongs && one.expected)
        .map(|one| one.who)
        .filter(|who| matches!(who, Who::Member(_)))
        .filter(|who| !exempted.is(*who, ExemptionFrom::Points, day));
    let due = due(&policy, field, day, reporters.collect());
    let facts = of_branch(&records, unit, &due, &exempted);
    Ok(Index {
        name: unit.to_owned(),
        id: String::new(),
        exempt: false,
        scores: scores(&table, &facts),
    })
}
