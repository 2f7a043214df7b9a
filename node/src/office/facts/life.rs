//! Organizational life as the rules of duty read it: activities, talks, reports, lectures, training, roles, plans, exemptions.

use std::collections::{BTreeMap, HashMap};

use hongyan_proto::{
    letter::{ActivityKind, ExemptionFrom, Payload},
    time::Day,
};

use super::{entry, units::Places};
use crate::{
    book,
    domain::{
        duty::{
            Horizon,
            facts::{
                Activity, Dated, Entry, Exemption, Facts, Held, Kept, Person, Plan, Talk, UnitName,
                Who,
            },
        },
        life::{self, Brief, Gathering, Gist, unit::belongs},
        policy::{Exempt, Meeting},
    },
    office::{Office, OfficeError},
};

/// What of it a node records.
const KEPT: [Kept; 6] = [
    Kept::Activities,
    Kept::Meetings,
    Kept::Plans,
    Kept::Reports,
    Kept::Training,
    Kept::Roles,
];

/// Adds what was recorded in the horizon and the year before it: rows of absences may begin there.
pub(super) fn add(
    office: &Office,
    horizon: Horizon,
    places: &Places<'_>,
    facts: &mut Facts,
) -> Result<(), OfficeError> {
    facts.kept.extend(KEPT);
    // A talk counts by the post of who had it: without officers nobody could close one.
    if facts.people.iter().any(|person| !person.posts.is_empty()) {
        facts.kept.insert(Kept::Talks);
    }
    let names = by_name(&facts.people);
    let years = horizon.from.date().year() - 1..=horizon.until.date().year();
    for year in years.filter_map(|year| u16::try_from(year).ok()) {
        let records = book::life_in_brief(&office.store, year)?;
        add_year(&records, (places, &names), facts);
    }
    for (_, exemption) in book::exemptions(&office.store)? {
        for from in &exemption.from {
            facts.exemptions.push(Exemption {
                who: Who::Member(exemption.member_id),
                from: match from {
                    ExemptionFrom::Records => Exempt::Records,
                    ExemptionFrom::Points => Exempt::Points,
                    ExemptionFrom::Attendance => Exempt::Attendance,
                },
                since: exemption.since,
                until: exemption.until,
            });
        }
    }
    Ok(())
}

fn add_year(records: &[Brief], (places, names): (&Places<'_>, &Names), facts: &mut Facts) {
    let mut forms: BTreeMap<u64, (Day, Entry)> = BTreeMap::new();
    for record in records {
        if let Some(Payload::FormHandedUp(form)) = record.what.record() {
            let up = (form.day, entry(record.sequence));
            let first = forms.entry(form.activity).or_insert_with(|| up.clone());
            *first = up.min(first.clone());
        }
    }
    for record in records {
        let place = entry(record.sequence);
        if let Gist::Activity(activity) = &record.what {
            let form_up = forms.remove(&record.sequence);
            let unit = places.named(activity.unit.as_str(), activity.day);
            activity_held(record.sequence, activity, (unit, form_up), names, facts);
        }
        match record.what.record() {
            Some(Payload::Training(training)) => {
                let tenths = u16::try_from(training.tenths.get()).unwrap_or(u16::MAX);
                for member in &training.member_ids {
                    facts.training.push(Dated {
                        who: Who::Member(*member),
                        day: training.day,
                        what: tenths,
                        entry: place.clone(),
                    });
                }
            }
            Some(Payload::BookRecord(book)) => {
                let who = whose(book.member_id, book.case_id);
                if let (Some(who), Some(role)) = (who, &book.role) {
                    facts.roles.push(Dated {
                        who,
                        day: role.day,
                        what: (),
                        entry: place,
                    });
                }
            }
            Some(Payload::Appraisal(appraisal)) => facts.activities.push(Activity {
                held: Held::Meeting(Meeting::Appraisal),
                unit: places.named(appraisal.unit.as_str(), appraisal.day),
                day: appraisal.day,
                attendance: Vec::new(),
                lecturers: Vec::new(),
                form_up: None,
                entry: place,
            }),
            Some(Payload::PlanFiled(filed)) => {
                // Records lie in the order of their sequences.
                let plan = records.binary_search_by_key(&filed.plan, |record| record.sequence);
                let plan = plan.ok().and_then(|at| records[at].what.record());
                if let Some(Payload::ActivityPlan(plan)) = plan {
                    facts.plans.push(Plan {
                        unit: places.named(filed.unit.as_str(), filed.day),
                        year: i16::try_from(filed.year.get()).unwrap_or_default(),
                        filed: filed.day,
                        activities: u16::try_from(plan.items.len()).unwrap_or(u16::MAX),
                        entry: place,
                    });
                }
            }
            _ => {}
        }
    }
}

const fn whose(
    member: Option<hongyan_proto::id::MemberId>,
    case: Option<hongyan_proto::id::CaseId>,
) -> Option<Who> {
    match (member, case) {
        (Some(member), _) => Some(Who::Member(member)),
        (None, Some(case)) => Some(Who::Hosted(case)),
        (None, None) => None,
    }
}

const fn one(who: life::Who) -> Who {
    match who {
        life::Who::Member(id) => Who::Member(id),
        life::Who::Hosted(id) => Who::Hosted(id),
    }
}

const fn held(kind: ActivityKind) -> Option<Held> {
    Some(match kind {
        ActivityKind::ActivityDay => Held::ActivityDay,
        ActivityKind::BranchAssembly => Held::Meeting(Meeting::BranchAssembly),
        ActivityKind::BranchCommittee => Held::Meeting(Meeting::BranchCommittee),
        ActivityKind::GroupMeeting => Held::Meeting(Meeting::GroupMeeting),
        ActivityKind::PartyLecture => Held::Meeting(Meeting::PartyLecture),
        ActivityKind::OrganizationalLife => Held::Meeting(Meeting::OrganizationalLife),
        ActivityKind::Appraisal => Held::Meeting(Meeting::Appraisal),
        ActivityKind::DemocraticLife => Held::Meeting(Meeting::DemocraticLife),
        ActivityKind::PartySpiritCheck => Held::Meeting(Meeting::SpiritCheck),
        ActivityKind::Talk | ActivityKind::StudyReport => return None,
    })
}

fn activity_held(
    sequence: u64,
    activity: &Gathering,
    (unit, form_up): (UnitName, Option<(Day, Entry)>),
    names: &Names,
    facts: &mut Facts,
) {
    let place = entry(sequence);
    let there = activity
        .attendance
        .iter()
        .filter(|(_, presence)| presence.was_there())
        .map(|(who, _)| one(*who));
    match activity.kind {
        ActivityKind::Talk => facts.talks.push(Talk {
            with: there.collect(),
            day: activity.day,
            entry: place,
        }),
        ActivityKind::StudyReport => {
            facts.reports.extend(there.map(|who| Dated {
                who,
                day: activity.day,
                what: (),
                entry: place.clone(),
            }));
        }
        kind => {
            let Some(held) = held(kind) else { return };
            let found = activity.lecturer.as_ref().and_then(|name| names.get(name));
            let lecturers = found.map(|found| lecturers(found, &unit, &facts.people));
            facts.activities.push(Activity {
                held,
                unit,
                day: activity.day,
                attendance: activity
                    .attendance
                    .iter()
                    .map(|(who, presence)| (one(*who), *presence))
                    .collect(),
                lecturers: lecturers.unwrap_or_default(),
                form_up,
                entry: place,
            });
        }
    }
}

/// Everyone by name: places in the list of people.
type Names = HashMap<String, Vec<usize>>;

fn by_name(people: &[Person]) -> Names {
    let mut names = Names::new();
    for (at, person) in people.iter().enumerate() {
        names.entry(person.name.clone()).or_default().push(at);
    }
    names
}

/// A lecturer is recorded by name: it is the unit's own of that name, else the only one of the committee.
fn lecturers(named: &[usize], unit: &UnitName, people: &[Person]) -> Vec<Who> {
    let all = || named.iter().filter_map(|at| people.get(*at));
    let own = |person: &&Person| person.stays.iter().any(|stay| belongs(&stay.unit, unit));
    let inside: Vec<_> = all().filter(own).collect();
    let found = if inside.is_empty() {
        all().collect()
    } else {
        inside
    };
    match found[..] {
        [one] => vec![one.who],
        _ => Vec::new(),
    }
}
