//! A page of a list is a part of the whole, and many who are gone through in shares owe what each owes alone.

use hongyan_proto::letter::Presence;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    super::{Known, Listed, SHARE, Wanted, list},
    Calendar, Duty, Horizon, Town, day, found, history,
};
use crate::domain::policy::{Exempt, Measure, Post};

const POLICIES: [(&str, &str); 2] = [("2025-01-01", "jiaxing"), ("2026-01-01", "xianning")];
const TODAY: &str = "2026-06-20";
const BRANCHES: usize = 40;
const PEOPLE: usize = 2 * SHARE + 11;

fn branch(number: usize) -> String {
    format!("{}支部", number % BRANCHES)
}

/// Enough people for more than one share, and something of everything about some of them.
fn crowd(seed: u64) -> Town {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut town = Town::new();
    for number in 0..BRANCHES {
        town.branch(&branch(number));
    }
    let on = |rng: &mut StdRng| {
        let (year, month) = (rng.gen_range(2024..2027), rng.gen_range(1..7));
        format!("{year}-{month:02}-{:02}", rng.gen_range(1..29))
    };
    let names: Vec<String> = (0..PEOPLE).map(|number| format!("党员{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let (unit, day) = (branch(number), on(&mut rng));
        town.member(name, &unit);
        match rng.gen_range(0..12) {
            0 => town.joined(name, &day),
            1 => town.moved(name, &branch(number + 1), &day),
            2 => town.away(name, &day, None),
            3 => town.post(name, Post::Secretary, None),
            4 => town.post(name, Post::CommitteeMember, Some(&day)),
            5 => town.exempt(name, Exempt::Attendance, &day),
            6 => town.on_probation(name, &day, None),
            7 => town.measure(name, Measure::Remind, &day),
            8 => town.refused_work(name, &day),
            _ => &mut town,
        };
        for _ in 0..6 {
            let day = on(&mut rng);
            match rng.gen_range(0..7) {
                0 => town.report(name, &day),
                1 => town.role(name, &day),
                2 => town.training(name, &day, 30),
                3 => town.lecture(name, &unit, &day),
                4 => town.paid(name, &[&day[..7], "2026-01"], &day),
                5 => town.talk(&[name, &names[number % BRANCHES]], &day),
                _ => town.absent(name, &unit, &[&day]),
            };
        }
    }
    for _ in 0..3 * BRANCHES {
        let (held, day) = (rng.gen_range(0..BRANCHES), on(&mut rng));
        let there = names.iter().skip(held).step_by(BRANCHES);
        let there: Vec<_> = there
            .map(|name| match rng.gen_range(0..4) {
                0 => (name.as_str(), Presence::Absent),
                1 => (name.as_str(), Presence::AbsentWithReason),
                _ => (name.as_str(), Presence::Present),
            })
            .collect();
        town.activity(&branch(held), &day, &there);
    }
    town
}

fn listed(town: &Town, wanted: Wanted<'_>) -> Listed {
    let known = Known {
        policies: &history(&POLICIES),
        facts: &town.facts,
        calendar: Calendar::shipped(),
        today: day(TODAY),
        horizon: Horizon {
            from: day("2025-01-01"),
            until: day("2026-12-31"),
        },
    };
    list(known, wanted)
}

#[test]
fn a_page_is_the_beginning_of_everything_that_is_asked_for() {
    let mut town = crowd(1);
    let open = |duty: &&Duty| duty.state.is_open();
    let all = found(&town, &POLICIES, TODAY);
    for duty in all.iter().filter(open).step_by(97) {
        town.excuse(duty.id().0, "防汛", "王书记");
    }
    let mut all = found(&town, &POLICIES, TODAY);
    assert!(all.len() > 8_000, "{}", all.len());
    all.sort_by_key(|duty| (duty.state.rank(), duty.due));
    let mut counts = [0; 7];
    for duty in &all {
        counts[usize::from(duty.state.rank())] += 1;
    }
    for who in ["", "党员7", "3支部", "无人"] {
        for open in [true, false] {
            let asked = all.iter().filter(|duty| duty.who.contains(who));
            let asked: Vec<_> = asked.filter(|duty| !open || duty.state.is_open()).collect();
            for most in [0, 1, 100, 1900, usize::MAX] {
                let wanted = Wanted {
                    takes: &|found| found.who.contains(who) && (!open || found.state.is_open()),
                    most,
                };
                let listed = listed(&town, wanted);
                assert_eq!(listed.counts, counts);
                assert_eq!(listed.total, asked.len());
                let first = asked.iter().copied().take(most);
                assert!(listed.first.iter().eq(first), "{who} {open} {most}");
            }
        }
    }
}

#[test]
fn many_owe_what_each_branch_owes_alone() {
    for seed in 0..3 {
        let town = crowd(seed);
        let whole = found(&town, &POLICIES, TODAY);
        for number in 0..BRANCHES {
            let unit = branch(number);
            // Whoever moved may have talked with officers of the branch before.
            let near = [BRANCHES - 1, 0, 1].map(|step| branch(number + step));
            let mut alone = Town::new();
            alone.facts = town.facts.clone();
            let people = &mut alone.facts.people;
            people.retain(|one| {
                one.stays
                    .iter()
                    .any(|stay| near.iter().any(|near| **near == *stay.unit))
            });
            assert!(people.len() < SHARE);
            let of_branch = |duty: &&Duty| duty.unit.as_deref() == Some(&*unit);
            let alone = found(&alone, &POLICIES, TODAY);
            let alone: Vec<_> = alone.iter().filter(of_branch).collect();
            let whole: Vec<_> = whole.iter().filter(of_branch).collect();
            assert!(whole.len() > 100, "{}", whole.len());
            assert_eq!(whole, alone, "seed {seed}, {unit}");
        }
    }
}
