//! Points (先锋指数, 堡垒指数): computed from the records by a policy's table, never entered.

use std::sync::Arc;

use hongyan_proto::{
    letter::{ExemptionFrom, Payload},
    time::Day,
};

use super::{
    Office, OfficeError, absence::missed_elsewhere, book::person, dues, exemption::exempted,
    facts as facts_of, lived, roster,
};
use crate::{
    book,
    domain::{
        duty::{self, Duty, Horizon, State, Subject},
        life::{
            Exempted, Record, Who,
            book::{Confirmed, lines_about, tally},
            points::{Facts, Score, Share, of_branch, of_person, scores},
            unit::belongs,
        },
        policy::{Adopted, Meeting, PointItem, Points, Policy, PolicyHistory, Post, Rule, shipped},
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
            "该政策没有积分表; 用 --policy 写明另一政策, 或在本委的政策文件中写入 (docs/policy.md)  this policy has no table of points: name another with --policy, or write one into your own policy file",
        )
    })
}

/// What a policy asks for in a year, as if it had applied all of it, as it stands on a day.
struct Asked {
    policy: Arc<Policy>,
    day: Day,
    duties: Vec<Duty>,
}

impl Asked {
    fn of(office: &Office, policy: Arc<Policy>, day: Day) -> Result<Self, OfficeError> {
        let policies = book::policies(&office.store)?;
        let year = day.date().year();
        let horizon = Horizon {
            from: Day::new(year, 1, 1).unwrap_or(day),
            until: Day::new(year, 12, 31).unwrap_or(day),
        };
        let facts = facts_of::facts(office, &policies, horizon)?;
        let adopted = Adopted {
            from: horizon.from,
            policy: policy.clone(),
        };
        let history = PolicyHistory::new([adopted], None);
        let duties = duty::duties(&history, &facts, &policies.calendar, day, horizon);
        Ok(Self {
            policy,
            day,
            duties,
        })
    }

    /// Of the duties that are due by now or done already, those of rules that are taken: how many are done. What was excused is asked of nobody.
    fn share(&self, takes: impl Fn(&Duty, &Rule) -> bool) -> Share {
        let mut share = Share::default();
        for duty in &self.duties {
            let ruled = self.policy.rule(&duty.rule);
            if !ruled.is_some_and(|ruled| takes(duty, &ruled.rule)) {
                continue;
            }
            match duty.state {
                State::Done(_) | State::DoneLate(_) => share.count(true),
                State::Overdue | State::Due if duty.due <= self.day => share.count(false),
                State::Overdue
                | State::Due
                | State::Upcoming
                | State::Excused { .. }
                | State::WaitingForPartner => {}
            }
        }
        share
    }

    /// Hours of training that a person owes in the year, in tenths; 0: none. Who owes none by a post all year, owes those of members.
    fn hours(&self, who: Who) -> u32 {
        let hours = |rule: &Rule, any: bool| match rule {
            Rule::Training { of, hours } if any || *of == Post::Member => Some(u32::from(*hours)),
            _ => None,
        };
        let mine = self.duties.iter();
        let mine = mine.filter(|duty| duty.subject == Subject::Person(who));
        let mut excused = false;
        let owed = mine.filter_map(|duty| {
            let hours = hours(&self.policy.rule(&duty.rule)?.rule, true)?;
            let is_excused = matches!(duty.state, State::Excused { .. });
            excused |= is_excused;
            Some(hours).filter(|_| !is_excused)
        });
        let owed = owed.max();
        if excused && owed.is_none() {
            return 0;
        }
        let asked = self.policy.pick(|rule| hours(rule, false));
        let hours = owed.or_else(|| asked.map(|(_, hours)| hours).next());
        hours.unwrap_or_default() * TENTHS
    }
}

/// Is it one of the three meetings or a lecture (三会一课)? The others are for watching over each other.
const fn is_meeting(meeting: Meeting) -> bool {
    matches!(
        meeting,
        Meeting::BranchAssembly
            | Meeting::BranchCommittee
            | Meeting::GroupMeeting
            | Meeting::PartyLecture
    )
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
    let mut records = book::life_of_year(&office.store, year)?;
    let elsewhere = missed_elsewhere(&office.store, &records, person.who)?;
    records.retain(|record| !elsewhere.contains(&record.sequence));
    let records = lived::named_now(&office.store, records)?;
    let exempted = exempted(&office.store)?;
    // The duties of the whole committee are not derived for a table that does not look at hours.
    let asks = table
        .iter()
        .any(|points| points.item == PointItem::Training);
    let hours = if !asks || exempted.is(person.who, ExemptionFrom::Attendance, day) {
        0
    } else {
        Asked::of(office, policy, day)?.hours(person.who)
    };
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
    let exempted = exempted(&office.store)?;
    let records = lived::of_year(&office.store, year)?;
    let asked = Asked::of(office, policy, day)?;
    // Groups hold their meetings for the branch.
    let here = |duty: &Duty| {
        let unit_of = duty.unit.as_deref();
        unit_of.is_some_and(|name| belongs(name, unit))
    };
    let counts = |duty: &Duty| match duty.subject {
        Subject::Person(who) => !exempted.is(who, ExemptionFrom::Points, day),
        Subject::Unit(_) | Subject::Committee => true,
    };
    let facts = Facts {
        meetings: asked.share(|duty, rule| match rule {
            Rule::Meeting { meeting, .. } => here(duty) && is_meeting(*meeting),
            _ => false,
        }),
        oversight: asked.share(|duty, rule| match rule {
            Rule::Meeting { meeting, .. } => here(duty) && !is_meeting(*meeting),
            Rule::Talk { .. } => here(duty) && counts(duty),
            _ => false,
        }),
        reports: asked.share(|duty, rule| {
            matches!(rule, Rule::StudyReport { .. }) && here(duty) && counts(duty)
        }),
        activity_days: asked
            .share(|duty, rule| matches!(rule, Rule::ActivityDay { .. }) && here(duty)),
        ..of_branch(&records, unit, &exempted)
    };
    Ok(Index {
        name: unit.to_owned(),
        id: String::new(),
        exempt: false,
        scores: scores(&table, &facts),
    })
}
