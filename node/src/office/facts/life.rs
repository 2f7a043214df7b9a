//! Organizational life as the rules of duty read it: activities, talks, reports, lectures, training, roles, plans, exemptions.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::RangeInclusive,
    sync::{Mutex, PoisonError},
};

use hongyan_proto::{
    letter::{ActivityKind, ExemptionFrom, Payload},
    time::Day,
};

use super::{super::plan, entry, units::Places};
use crate::{
    book::{self, BookError},
    domain::{
        case::Side,
        duty::{
            Horizon,
            facts::{
                Activity, Dated, Entry, Exemption, Facts, Held, Kept, Person, Plan, PlannedDay,
                Talk, UnitName, Who,
            },
        },
        life::{Brief, Gathering, Gist, unit::belongs},
        policy::{Exempt, Meeting},
    },
    store::Store,
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

/// The years of the horizon and the one before it: rows of absences may begin there. Whoever has time reads the next of them.
pub(super) struct Years(Mutex<RangeInclusive<i16>>);

impl Years {
    pub(super) fn of(horizon: Horizon) -> Self {
        let years = horizon.from.date().year() - 1..=horizon.until.date().year();
        Self(Mutex::new(years))
    }

    fn next(&self) -> Option<i16> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    /// The records of the years that nobody has read yet.
    pub(super) fn read(&self, store: &Store) -> Result<BTreeMap<i16, Vec<Brief>>, BookError> {
        let mut read = BTreeMap::new();
        while let Some(year) = self.next() {
            if let Ok(of) = u16::try_from(year) {
                read.insert(year, book::life_in_brief(store, of)?);
            }
        }
        Ok(read)
    }
}

/// Adds what was recorded in those years.
pub(super) fn add(
    store: &Store,
    years: BTreeMap<i16, Vec<Brief>>,
    places: &Places<'_>,
    facts: &mut Facts,
) -> Result<(), BookError> {
    facts.kept.extend(KEPT);
    // A talk counts by the post of who had it: without officers nobody could close one.
    if facts.people.iter().any(|person| !person.posts.is_empty()) {
        facts.kept.insert(Kept::Talks);
    }
    let names = by_name(&facts.people);
    for records in years.into_values() {
        add_year(records, (places, &names), facts);
    }
    told_roles(facts);
    for (_, exemption) in book::exemptions(store)? {
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

/// What the host told of a role with a letter alone is recorded as well: no record of its book says anything of that day.
fn told_roles(facts: &mut Facts) {
    let known: HashSet<(Who, Day)> = facts
        .roles
        .iter()
        .map(|role| (role.who, role.day))
        .collect();
    let hosted = facts.cases.iter().filter(|case| case.side == Side::Inflow);
    for case in hosted {
        let who = Who::Hosted(case.id);
        let told = case.roles.iter();
        let alone = told.filter(|(day, _)| !known.contains(&(who, *day)));
        facts.roles.extend(alone.map(|(day, entry)| Dated {
            who,
            day: *day,
            what: (),
            entry: entry.clone(),
        }));
    }
}

/// What of a year's records is read with another of them.
#[derive(Default)]
struct Beside {
    /// When the form of an activity went up first.
    forms: BTreeMap<u64, (Day, Entry)>,
    /// How many activity days a plan has.
    plans: BTreeMap<u64, u16>,
}

impl Beside {
    fn of(records: &[Brief]) -> Self {
        let mut beside = Self::default();
        for record in records {
            match record.what.record() {
                Some(Payload::FormHandedUp(form)) => {
                    let up = (form.day, entry(record.sequence));
                    let forms = &mut beside.forms;
                    let first = forms.entry(form.activity).or_insert_with(|| up.clone());
                    *first = up.min(first.clone());
                }
                Some(Payload::ActivityPlan(plan)) => {
                    // The paper's plan is one of activity days (C 四1): meetings in it are nobody's activity day.
                    let items = plan::activity_days(plan).count();
                    let items = u16::try_from(items).unwrap_or(u16::MAX);
                    beside.plans.insert(record.sequence, items);
                }
                _ => {}
            }
        }
        beside
    }
}

fn add_year(records: Vec<Brief>, (places, names): (&Places<'_>, &Names), facts: &mut Facts) {
    let mut beside = Beside::of(&records);
    let plans = plan::newest(&records, |plan, first| {
        places.named(plan.unit.as_str(), first)
    });
    for (unit, plan) in plans {
        let planned = plan::activity_days(plan).map(|day| PlannedDay {
            unit: unit.clone(),
            day,
        });
        facts.planned.extend(planned);
    }
    for Brief { sequence, what } in records {
        let place = entry(sequence);
        let record = match what {
            Gist::Activity(activity) => {
                let form_up = beside.forms.remove(&sequence);
                let unit = places.named(&activity.unit, activity.day);
                activity_held(sequence, activity, (unit, form_up), names, facts);
                continue;
            }
            Gist::Record(record) => record,
        };
        match *record {
            Payload::Training(training) => {
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
            Payload::BookRecord(book) => {
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
            Payload::Appraisal(appraisal) => facts.activities.push(Activity {
                held: Held::Meeting(Meeting::Appraisal),
                unit: places.named(appraisal.unit.as_str(), appraisal.day),
                day: appraisal.day,
                attendance: Vec::new(),
                lecturers: Vec::new(),
                form_up: None,
                entry: place,
            }),
            Payload::PlanFiled(filed) => {
                if let Some(activities) = beside.plans.get(&filed.plan) {
                    facts.plans.push(Plan {
                        unit: places.named(filed.unit.as_str(), filed.day),
                        year: i16::try_from(filed.year.get()).unwrap_or_default(),
                        filed: filed.day,
                        activities: *activities,
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

/// As what rules know a kind of activity; none: not as a meeting.
pub(in crate::office) const fn held(kind: ActivityKind) -> Option<Held> {
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
    activity: Gathering,
    (unit, form_up): (UnitName, Option<(Day, Entry)>),
    names: &Names,
    facts: &mut Facts,
) {
    let place = entry(sequence);
    let there = activity
        .attendance
        .iter()
        .filter(|(_, presence)| presence.was_there())
        .map(|(who, _)| *who);
    match activity.kind {
        ActivityKind::Talk => facts.talks.push(Talk {
            with: there.collect(),
            day: activity.day,
            entry: place,
        }),
        ActivityKind::StudyReport => {
            // Where it says who reported, the others listened; of whom nothing is known, nothing is credited to anybody.
            let spoke = activity.lecturer.as_ref().map(|name| {
                let found = names.get(name);
                found.map_or_else(Vec::new, |found| lecturers(found, &unit, &facts.people))
            });
            let there = there.filter(|who| spoke.as_ref().is_none_or(|spoke| spoke.contains(who)));
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
                attendance: activity.attendance,
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
