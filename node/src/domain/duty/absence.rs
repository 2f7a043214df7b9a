//! What follows on absences without reason, and on months of neglect.
//!
//! An absence counts on the side that manages the member on that day (W 双向共管: 流入地管理为主): at home not while the host has placed the
//! member, at the host from the day of placement. Absence with leave never counts, and it ends a row.

use std::{collections::BTreeMap, sync::Arc};

use hongyan_proto::time::{Day, Month};

use super::{
    draft::Draft,
    facts::{Entry, Held, Kept, Person},
    term::{Scene, words},
};
use crate::domain::{
    calendar::last_day,
    policy::{
        Count, Exempt, Measure, Neglect, Policy, PolicyHistory, Rule, Ruled, Rung, Word as _, Words,
    },
};

pub(super) fn find(scene: &mut Scene<'_>) {
    let counting = counting(scene.policies);
    let laddered = counting.1 > 0;
    let lapses = counting.0.iter().any(|one| one.lapses);
    for person in &scene.facts.people {
        if scene.keeps(Kept::Activities) && scene.keeps(Kept::Measures) {
            if laddered {
                ladder(scene, person, &counting);
            }
            if lapses {
                lapse_of_life(scene, person);
            }
        }
        if scene.keeps(Kept::Dues) && scene.keeps(Kept::Measures) {
            lapse_of_dues(scene, person);
        }
        if scene.keeps(Kept::Measures) {
            lapse_of_work(scene, person);
        }
    }
}

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
    rungs: &'a [Rung],
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
                rungs,
                within_days,
            } => Some((*count, rungs.as_slice(), *within_days)),
            _ => None,
        });
        let ladders = absences.map(|(ruled, (count, rungs, within_days))| {
            let name = (policy.name.as_str(), ruled.id.as_str());
            let known = names.iter().position(|known| *known == name);
            let tally = known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            Ladder {
                ruled,
                count,
                rungs,
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
struct Tally {
    year: i16,
    number: u16,
    absences: Vec<Entry>,
}

fn ladder<'a>(
    scene: &mut Scene<'a>,
    person: &'a Person,
    (counting, tallies): &(Vec<Counting<'a>>, usize),
) {
    let Some(attended) = scene.index.absences.get(&person.who) else {
        return;
    };
    // Who was never absent is not counted.
    if attended.iter().all(|(_, absent)| !absent) {
        return;
    }
    let mut tallies = vec![Tally::default(); *tallies];
    for (activity, absent) in attended {
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
        let exempt = scene.index.is_exempt(person.who, Exempt::Attendance, day);
        if exempt || person.is_away(day) || person.stay(day).is_none() {
            continue;
        }
        if *absent && !scene.index.concerns(person, activity) {
            continue;
        }
        for ladder in &counting.ladders {
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
            tally.absences.push(activity.entry.clone());
            let rung = ladder.rungs.iter().find(|rung| rung.at == tally.number);
            if let Some(rung) = rung {
                let call = Call {
                    policy: counting.policy,
                    ruled: ladder.ruled,
                    measure: rung.measure,
                    about: rung.measure.name(),
                    from: day,
                    within_days: ladder.within_days,
                };
                let what = told(ladder.count, *rung);
                add(scene, person, &call, what, tally.absences.clone(), None);
            }
        }
    }
}

fn told(count: Count, rung: Rung) -> Words {
    let (count, measure) = (count.label(), rung.measure.label());
    words(
        format!("{}{} 次无故不参加: {}", count.0, rung.at, measure.0),
        format!(
            "absent without reason {} ({}): {}",
            rung.at, count.1, measure.1
        ),
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
    person: &'a Person,
    call: &Call<'a>,
    what: Words,
    evidence: Vec<Entry>,
    ended: Option<(Day, Entry)>,
) {
    let taken = scene
        .facts
        .measures
        .iter()
        .filter(|one| one.who == person.who && one.what == call.measure && one.day >= call.from)
        .map(|one| (one.day, one.entry.clone()))
        .chain(ended)
        .min_by_key(|(day, _)| *day);
    let until = call.from.plus_days(i32::from(call.within_days));
    // Nobody can be talked to who left before the term was over.
    if taken.is_none() && person.left_before(until) {
        return;
    }
    let unit = person.stay(call.from).map(|stay| &stay.unit);
    let branch = unit.map(|unit| scene.index.branch(unit).map_or(unit, |branch| &branch.name));
    let term = (call.from, until);
    let draft = Draft {
        about: format!("{:?}/{}", person.who, call.about),
        who: person.name.clone(),
        evidence,
        ..Draft::new((call.policy, call.ruled), term, what)
    };
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

fn call_lapse<'a>(
    scene: &mut Scene<'a>,
    person: &'a Person,
    (month, neglect): (Month, Neglect),
    evidence: Vec<Entry>,
    ended: Option<(Day, Entry)>,
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
    add(scene, person, &call, what, evidence, ended);
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
        length = match last {
            Some(before) if before.plus_months(1) == month => length + 1,
            _ => 1,
        };
        last = Some(month);
        if long(month) == Some(length) {
            lapse(month);
        }
    }
}

fn lapse_of_life<'a>(scene: &mut Scene<'a>, person: &'a Person) {
    let Some(attended) = scene.index.absences.get(&person.who) else {
        return;
    };
    if attended.iter().all(|(_, absent)| !absent) {
        return;
    }
    // A month without any record proves nothing and ends a run.
    let mut months: BTreeMap<Month, (bool, Vec<&Entry>)> = BTreeMap::new();
    for (activity, absent) in attended {
        let unexpected = *absent && !scene.index.concerns(person, activity);
        if unexpected || person.is_away(activity.day) {
            continue;
        }
        let month = months
            .entry(activity.day.month())
            .or_insert((true, Vec::new()));
        month.0 &= *absent;
        month.1.push(&activity.entry);
    }
    let neglected = months
        .iter()
        .filter(|(_, (absent, _))| *absent)
        .map(|(month, _)| *month);
    let mut found = Vec::new();
    runs(
        neglected,
        |month| lapse_on(scene, last_day(month), Neglect::Life).map(|(.., (months, _))| months),
        |month| found.push(month),
    );
    for month in found {
        let evidence = months
            .range(..=month)
            .rev()
            .take(12)
            .flat_map(|(_, (_, entries))| entries.iter().map(|entry| (*entry).clone()))
            .collect();
        call_lapse(scene, person, (month, Neglect::Life), evidence, None);
    }
}

fn lapse_of_dues<'a>(scene: &mut Scene<'a>, person: &'a Person) {
    let paid = scene.index.dues.get(&person.who);
    let first = person.joined.unwrap_or(scene.horizon.from);
    let mut month = first.max(scene.horizon.from.plus_days(-366)).month();
    let mut length = 0_u16;
    let mut called = false;
    while last_day(month) < scene.today {
        let end = last_day(month);
        // The month of admission is owed from that day.
        let day = person
            .joined
            .filter(|joined| joined.month() == month)
            .unwrap_or(month.first_day());
        let owed = person.stay(day).is_some() && !person.is_away(day);
        // Paid later than the month: it was owing when the month ended.
        let payment = paid.and_then(|months| months.get(&month));
        if owed && payment.is_none_or(|paid| paid.day > end) {
            length += 1;
        } else {
            (length, called) = (0, false);
        }
        let asked = lapse_on(scene, end, Neglect::Dues).map(|(.., (months, _))| months);
        if !called && asked.is_some_and(|asked| length >= asked && still_owing(paid, month, asked))
        {
            called = true;
            let ended = payment_after(paid, month);
            call_lapse(scene, person, (month, Neglect::Dues), Vec::new(), ended);
        }
        month = month.plus_months(1);
    }
}

type Paid<'a> = std::collections::HashMap<Month, &'a super::facts::DuesPaid>;

/// Were all the months still owing when the last of them ended?
fn still_owing(paid: Option<&Paid<'_>>, last: Month, months: u16) -> bool {
    let Some(paid) = paid else { return true };
    let end = last_day(last);
    let since = end.plus_days(-31 * (i32::from(months) - 1)).month();
    paid.iter()
        .filter(|(month, _)| **month >= since && **month <= last)
        .all(|(_, paid)| paid.day > end)
}

/// The first payment after the months were over ends the lapse.
fn payment_after(paid: Option<&Paid<'_>>, last: Month) -> Option<(Day, Entry)> {
    paid?
        .values()
        .filter(|paid| paid.day > last_day(last) && paid.month <= last)
        .map(|paid| (paid.day, paid.entry.clone()))
        .min_by_key(|(day, _)| *day)
}

fn lapse_of_work<'a>(scene: &mut Scene<'a>, person: &'a Person) {
    let refused: BTreeMap<Month, &Entry> = scene
        .facts
        .refusals
        .iter()
        .filter(|one| one.who == person.who && one.what == Neglect::Work)
        .map(|one| (one.day.month(), &one.entry))
        .collect();
    let mut found = Vec::new();
    runs(
        refused.keys().copied(),
        |month| lapse_on(scene, last_day(month), Neglect::Work).map(|(.., (months, _))| months),
        |month| found.push(month),
    );
    for month in found {
        let entries = refused.range(..=month).map(|(_, entry)| (*entry).clone());
        let evidence = entries.collect();
        call_lapse(scene, person, (month, Neglect::Work), evidence, None);
    }
}
