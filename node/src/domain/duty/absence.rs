//! What follows on absences, and on months of neglect.
//!
//! An absence counts on the side that manages the member on that day (W 双向共管: 流入地管理为主): at home not while the host has placed the
//! member, at the host from the day of placement. Absence with leave ends a row, and counts only where the policy says so: C 四2 speaks of whoever
//! does not take part, J and W of those who have no reason.

use std::{collections::BTreeMap, sync::Arc};

use hongyan_proto::{
    letter::Presence,
    time::{Day, Month},
};

use super::{
    draft::Draft,
    facts::{Activity, DuesPaid, Entry, Held, Kept},
    folk::{Folk, Records},
    term::{Scene, words},
};
use crate::domain::{
    calendar::last_day,
    policy::{
        Count, Exempt, Measure, Neglect, Policy, PolicyHistory, Rule, Ruled, Rung, Word as _, Words,
    },
};

pub(super) fn find(scene: &mut Scene<'_>) {
    if !scene.keeps(Kept::Measures) {
        return;
    }
    let counting = counting(scene.policies);
    let laddered = counting.1 > 0;
    let lapses = counting.0.iter().any(|one| one.lapses);
    let months = months(scene);
    for folk in scene.people {
        let records = scene.index.people.records(folk);
        if scene.keeps(Kept::Activities) && !records.attended.is_empty() {
            if laddered {
                ladder(scene, (folk, records), &counting);
            }
            if lapses {
                lapse_of_life(scene, (folk, records));
            }
        }
        if scene.keeps(Kept::Dues) {
            lapse_of_dues(scene, (folk, records), &months);
        }
        lapse_of_work(scene, (folk, records));
    }
}

/// A person and what is recorded of them.
type Known<'a> = (&'a Folk<'a>, &'a Records<'a>);

/// What a policy counts as absence.
struct Counting<'a> {
    policy: &'a Arc<Policy>,
    /// A policy that names an activity day counts those, another counts all organizational life.
    days_only: bool,
    ladders: Vec<Ladder<'a>>,
    /// Does it follow months without any organizational life?
    lapses: bool,
}

struct Ladder<'a> {
    ruled: &'a Ruled,
    count: Count,
    counts_leave: bool,
    rungs: Vec<(Rung, Arc<Words>)>,
    within_days: u16,
    /// Where its tally is: a count begins with its policy, and one that is adopted again goes on.
    tally: usize,
}

/// What every policy counts, gone through once for everybody; and how many tallies there are.
fn counting(policies: &PolicyHistory) -> (Vec<Counting<'_>>, usize) {
    let mut names: Vec<(&str, &str)> = Vec::new();
    let mut all = Vec::new();
    for (_, policy) in policies.all() {
        let absences = policy.pick(|rule| match rule {
            Rule::Absence {
                count,
                counts_leave,
                rungs,
                within_days,
            } => Some(((*count, *counts_leave), rungs.as_slice(), *within_days)),
            _ => None,
        });
        let ladders = absences.map(|(ruled, ((count, counts_leave), rungs, within_days))| {
            let name = (policy.name.as_str(), ruled.id.as_str());
            let known = names.iter().position(|known| *known == name);
            let tally = known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            let rungs = rungs
                .iter()
                .map(|rung| (*rung, told((count, counts_leave), *rung)));
            Ladder {
                ruled,
                count,
                counts_leave,
                rungs: rungs.collect(),
                within_days,
                tally,
            }
        });
        let ladders = ladders.collect();
        let has = |wanted: fn(&Rule) -> bool| policy.rules.iter().any(|ruled| wanted(&ruled.rule));
        all.push(Counting {
            policy,
            days_only: has(|rule| matches!(rule, Rule::ActivityDay { .. })),
            lapses: has(
                |rule| matches!(rule, Rule::Lapse { of, .. } if of.contains(&Neglect::Life)),
            ),
            ladders,
        });
    }
    (all, names.len())
}

/// What was counted so far under one rule.
#[derive(Clone, Default)]
struct Tally<'a> {
    year: i16,
    number: u16,
    absences: Vec<&'a Entry>,
}

fn ladder<'a>(
    scene: &mut Scene<'a>,
    (folk, records): Known<'a>,
    (counting, tallies): &(Vec<Counting<'a>>, usize),
) {
    let person = folk.person;
    let mut tallies = vec![Tally::default(); *tallies];
    for (activity, presence) in &records.attended {
        let day = activity.day;
        let policy = scene.policies.at(day);
        let counting = counting
            .iter()
            .find(|one| policy.is_some_and(|policy| Arc::ptr_eq(one.policy, policy)));
        let Some(counting) = counting.filter(|one| !one.ladders.is_empty()) else {
            continue;
        };
        if counting.days_only && activity.held != Held::ActivityDay {
            continue;
        }
        let exempt = records.is_exempt(Exempt::Attendance, day);
        if exempt || person.is_away(day) || person.stay(day).is_none() {
            continue;
        }
        if !presence.was_there() && !scene.index.concerns(person, activity) {
            continue;
        }
        for ladder in &counting.ladders {
            let absent = match presence {
                Presence::Absent => true,
                Presence::AbsentWithReason => ladder.counts_leave,
                Presence::Present | Presence::Remote => false,
            };
            let tally = &mut tallies[ladder.tally];
            let year = day.date().year();
            let again = match ladder.count {
                Count::PerYear => tally.year != year,
                Count::InARow => !absent,
            };
            if again {
                tally.number = 0;
                tally.absences.clear();
            }
            tally.year = year;
            if !absent {
                continue;
            }
            tally.number += 1;
            tally.absences.push(&activity.entry);
            let mut rungs = ladder.rungs.iter();
            if let Some((rung, what)) = rungs.find(|(rung, _)| rung.at == tally.number) {
                let call = Call {
                    policy: counting.policy,
                    ruled: ladder.ruled,
                    measure: rung.measure,
                    about: rung.measure.name(),
                    from: day,
                    within_days: ladder.within_days,
                };
                let evidence = tally.absences.clone();
                add(scene, (folk, records), &call, what.clone(), evidence, None);
            }
        }
    }
}

fn told((count, counts_leave): (Count, bool), rung: Rung) -> Arc<Words> {
    let (count, measure) = (count.label(), rung.measure.label());
    let (zh, en) = if counts_leave {
        ("不参加", "absent")
    } else {
        ("无故不参加", "absent without reason")
    };
    words(
        format!("{}{} 次{zh}: {}", count.0, rung.at, measure.0),
        format!("{en} {} ({}): {}", rung.at, count.1, measure.1),
    )
}

/// A measure that is called for.
struct Call<'a> {
    policy: &'a Policy,
    ruled: &'a Ruled,
    measure: Measure,
    about: &'static str,
    from: Day,
    within_days: u16,
}

/// The branch takes the measure; or what called for it ended by itself on `ended`.
fn add<'a>(
    scene: &mut Scene<'a>,
    (folk, records): Known<'a>,
    call: &Call<'a>,
    what: Arc<Words>,
    evidence: Vec<&'a Entry>,
    ended: Option<(Day, &'a Entry)>,
) {
    let person = folk.person;
    let taken = records
        .measures
        .iter()
        .filter(|one| one.what == call.measure && one.day >= call.from)
        .map(|one| (one.day, &one.entry))
        .chain(ended)
        .min_by_key(|(day, _)| *day);
    let until = call.from.plus_days(i32::from(call.within_days));
    // Nobody can be talked to who left before the term was over.
    if taken.is_none() && person.left_before(until) {
        return;
    }
    let term = (call.from, until);
    let draft = Draft {
        about: format!("{:?}/{}", person.who, call.about),
        who: &person.name,
        evidence,
        ..Draft::new((call.policy, call.ruled), term, what)
    };
    let branch = folk.branch_on(call.from);
    scene.add(draft.by_branch(branch).closed(taken));
}

/// The lapse rule of the policy on a day, when it speaks of this neglect.
fn lapse_on<'a>(
    scene: &Scene<'a>,
    day: Day,
    neglect: Neglect,
) -> Option<(&'a Policy, &'a Ruled, (u16, u16))> {
    scene.rule_on(day, |rule| match rule {
        Rule::Lapse {
            months,
            of,
            within_days,
        } if of.contains(&neglect) => Some((*months, *within_days)),
        _ => None,
    })
}

/// After how many months in a row the policy of a month's first day sees a lapse.
fn lapse_after(scene: &Scene<'_>, month: Month, neglect: Neglect) -> Option<u16> {
    lapse_on(scene, month.first_day(), neglect).map(|(.., (months, _))| months)
}

fn call_lapse<'a>(
    scene: &mut Scene<'a>,
    known: Known<'a>,
    (month, neglect): (Month, Neglect),
    evidence: Vec<&'a Entry>,
    ended: Option<(Day, &'a Entry)>,
) {
    // The months are over on the day after the last of them.
    let from = last_day(month).plus_days(1);
    let Some((policy, ruled, (months, within_days))) = lapse_on(scene, last_day(month), neglect)
    else {
        return;
    };
    let (zh, en) = neglect.label();
    let what = words(
        format!("连续 {months} 个月{zh}: {}", Measure::Removal.label().0),
        format!(
            "{months} months on end, {en}: {}",
            Measure::Removal.label().1
        ),
    );
    let call = Call {
        policy,
        ruled,
        measure: Measure::Removal,
        about: neglect.name(),
        from,
        within_days,
    };
    add(scene, known, &call, what, evidence, ended);
}

/// Months in a row: calls `lapse` once a run when it becomes long enough.
fn runs(
    months: impl IntoIterator<Item = Month>,
    long: impl Fn(Month) -> Option<u16>,
    mut lapse: impl FnMut(Month),
) {
    let mut last: Option<Month> = None;
    let mut length = 0_u16;
    for month in months {
        // A run begins with the policy that follows it: what was not asked for before is not held against anybody.
        let Some(asked) = long(month) else {
            last = None;
            continue;
        };
        length = match last {
            Some(before) if before.plus_months(1) == month => length + 1,
            _ => 1,
        };
        last = Some(month);
        if asked == length {
            lapse(month);
        }
    }
}

fn lapse_of_life<'a>(scene: &mut Scene<'a>, (folk, records): Known<'a>) {
    // A month without any record proves nothing and ends a run. Where the host managed the member nothing counts.
    let (person, index) = (folk.person, scene.index);
    let here = |(activity, presence): &&(&'a Activity, Presence)| {
        let expected = presence.was_there() || index.concerns(person, activity);
        expected && !person.is_away(activity.day)
    };
    let attended = &records.attended;
    let months = attended.chunk_by(|(one, _), (next, _)| one.day.month() == next.day.month());
    let neglected = months.filter_map(|month| {
        let mut held = month.iter().filter(here).peekable();
        let (first, _) = held.peek()?;
        let month = first.day.month();
        held.all(|(_, presence)| *presence == Presence::Absent)
            .then_some(month)
    });
    let mut found = Vec::new();
    runs(
        neglected,
        |month| lapse_after(scene, month, Neglect::Life),
        |month| found.push(month),
    );
    for month in found {
        let mut months: BTreeMap<Month, Vec<&Entry>> = BTreeMap::new();
        for (activity, _) in attended.iter().filter(here) {
            let entries = months.entry(activity.day.month()).or_default();
            entries.push(&activity.entry);
        }
        let last = months.range(..=month).rev().take(12);
        let evidence = last.flat_map(|(_, entries)| entries.iter().copied());
        let evidence = evidence.collect();
        call_lapse(
            scene,
            (folk, records),
            (month, Neglect::Life),
            evidence,
            None,
        );
    }
}

/// A month for which dues are owed, once it is over.
struct DuesMonth {
    month: Month,
    first: Day,
    last: Day,
    /// After how many months in a row its policy sees a lapse.
    asked: Option<u16>,
}

/// Every month that is over, from the year before the horizon on.
fn months(scene: &Scene<'_>) -> Vec<DuesMonth> {
    let first = scene.horizon.from.plus_days(-YEAR).month();
    let months = first.through(scene.today.month()).map(|month| {
        let last = last_day(month);
        DuesMonth {
            month,
            first: month.first_day(),
            last,
            asked: lapse_after(scene, month, Neglect::Dues),
        }
    });
    months
        .take_while(|month| month.last < scene.today)
        .collect()
}

/// Days in a year and one.
const YEAR: i32 = 366;

fn lapse_of_dues<'a>(scene: &mut Scene<'a>, (folk, records): Known<'a>, months: &[DuesMonth]) {
    let person = folk.person;
    // While nobody told them what to pay it was the committee's omission and not theirs.
    let asked_from = match scene.facts.asked_from.get(&person.who) {
        Some(None) => return,
        Some(Some(month)) => Some(*month),
        None => None,
    };
    let begins = person.joined.unwrap_or(scene.horizon.from).month();
    let begins = asked_from.map_or(begins, |from| from.max(begins));
    let mut length = 0_u16;
    let mut called = false;
    for one in months.iter().filter(|one| one.month >= begins) {
        // The month of admission is owed from that day.
        let day = person
            .joined
            .filter(|joined| joined.month() == one.month)
            .unwrap_or(one.first);
        // As in `runs`.
        let owed = one.asked.is_some() && folk.here_on(day).is_some();
        // Paid later than the month: it was owing when the month ended.
        let payment = records.paid(one.month);
        if owed && payment.is_none_or(|paid| paid.day > one.last) {
            length += 1;
        } else {
            (length, called) = (0, false);
        }
        let long = |asked| length >= asked && still_owing(&records.dues, one, asked);
        if !called && one.asked.is_some_and(long) {
            called = true;
            let ended = payment_after(&records.dues, one);
            let lapse = (one.month, Neglect::Dues);
            call_lapse(scene, (folk, records), lapse, Vec::new(), ended);
        }
    }
}

/// Were all the months still owing when the last of them ended?
fn still_owing(paid: &[(Month, &DuesPaid)], last: &DuesMonth, months: u16) -> bool {
    let since = last.last.plus_days(-31 * (i32::from(months) - 1)).month();
    paid.iter()
        .filter(|(month, _)| *month >= since && *month <= last.month)
        .all(|(_, paid)| paid.day > last.last)
}

/// The first payment after the months were over ends the lapse.
fn payment_after<'a>(paid: &[(Month, &'a DuesPaid)], last: &DuesMonth) -> Option<(Day, &'a Entry)> {
    paid.iter()
        .filter(|(month, paid)| paid.day > last.last && *month <= last.month)
        .map(|(_, paid)| (paid.day, &paid.entry))
        .min_by_key(|(day, _)| *day)
}

fn lapse_of_work<'a>(scene: &mut Scene<'a>, (folk, records): Known<'a>) {
    let refused: BTreeMap<Month, &Entry> = records
        .refusals
        .iter()
        .filter(|one| one.what == Neglect::Work)
        .map(|one| (one.day.month(), &one.entry))
        .collect();
    let mut found = Vec::new();
    runs(
        refused.keys().copied(),
        |month| lapse_after(scene, month, Neglect::Work),
        |month| found.push(month),
    );
    for month in found {
        let evidence = refused.range(..=month).map(|(_, entry)| *entry).collect();
        call_lapse(
            scene,
            (folk, records),
            (month, Neglect::Work),
            evidence,
            None,
        );
    }
}
