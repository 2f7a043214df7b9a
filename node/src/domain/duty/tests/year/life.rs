//! The twenty branches and how they live: everything in time, but for those who are named here.
//!
//! Branch 18 misses its February, branch 19 all of November; branch 17 holds June's meetings only in July. Branch 20 is closed on the last day
//! of September and its members go to branch 19. In branch 1 six members move to branch 2 on 1 July. The secretary of branch 3 is followed
//! by another on 1 June. Four members of each branch are away from 10 March; of branches 1 to 10 one each returns on 15 October. Two are
//! hosted in each branch from 20 May. One of each of branches 4 to 9 is exempt all year, one of each of branches 11 to 15 ends probation.

use hongyan_proto::letter::Presence;

use super::super::{Town, day};
use crate::domain::{
    case::{Closing, Side, State},
    policy::{Exempt, Field, Inspected, Measure, Meeting, Post},
};

pub(super) const BRANCHES: usize = 20;
/// Members of a branch.
const MEMBERS: usize = 30;
/// Of those, away.
const AWAY: usize = 4;
/// Hosted in a branch.
const HOSTED: usize = 2;

/// Which of the thirty somebody is: 0 leads the branch, 1 and 2 sit on its committee, 3 may lead it later, 4 may be exempt, 5 may be on
/// probation, 6 to 9 are away, 10 to 15 may move.
fn member(branch: usize, number: usize) -> String {
    format!("b{branch:02}m{number:02}")
}

fn hosted(branch: usize, number: usize) -> String {
    format!("b{branch:02}h{number}")
}

fn unit(branch: usize) -> String {
    format!("b{branch:02}")
}

/// What kind of unit or person a duty is about.
pub(super) fn class(who: &str) -> &'static str {
    match who {
        "党委" => "committee",
        who if who.starts_with("zz") => "general branch",
        who if who.contains("/g") => "group",
        "b20" => "closed branch",
        "b02" | "b04" | "b06" => "office branch",
        who if who.contains('h') => "hosted",
        who if who.contains('m') => "member",
        "lead1" | "lead2" | "lead3" => "member",
        _ => "branch",
    }
}

/// Always the same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A day of a month of 2026, not before `first`.
    fn day(&mut self, month: usize, first: u64) -> String {
        format!("2026-{month:02}-{:02}", first + self.below(29 - first))
    }
}

/// The committee with its whole year.
pub(super) fn settle(town: &mut Town, seed: u64) {
    let mut dice = Dice(seed);
    town.committee("党委");
    for name in ["zz1", "zz2"] {
        town.general_branch(name).under(name, "党委").meeting(
            name,
            Meeting::OrganizationalLife,
            "2026-12-05",
        );
    }
    for branch in 1..=BRANCHES {
        found(town, branch);
        people(town, branch);
    }
    leaders(town);
    for month in 1..=12 {
        for branch in 1..=BRANCHES {
            a_month(town, &mut dice, branch, month);
        }
    }
    town.screened("2026-04-15");
    town.meeting("党委", Meeting::DemocraticLife, "2026-01-20");
}

fn found(town: &mut Town, branch: usize) {
    let name = unit(branch);
    let above = match branch {
        1..=5 => "zz1",
        6..=10 => "zz2",
        _ => "党委",
    };
    let field = match branch {
        2 | 4 | 6 => Field::Office,
        _ => Field::Village,
    };
    town.branch(&name)
        .since(&name, "2026-01-01")
        .under(&name, above)
        .field(&name, field);
    for group in ["g1", "g2"] {
        let group = format!("{name}/{group}");
        town.group(&group, &name).since(&group, "2026-01-01");
        if branch == 20 {
            town.closed(&group, "2026-09-30");
        }
    }
    if branch == 20 {
        town.closed(&name, "2026-09-30");
    }
}

/// On the roster since the year began: of what was before, nothing is known.
fn people(town: &mut Town, branch: usize) {
    for number in 0..MEMBERS {
        let name = member(branch, number);
        town.member(&name, &unit(branch));
        town.from(&name, "2026-01-01");
        if branch == 1 && (10..16).contains(&number) {
            town.moved(&name, "b02", "2026-07-01");
        }
    }
    let (first, others) = (
        member(branch, 0),
        [1, 2].map(|number| member(branch, number)),
    );
    town.post(&first, Post::Secretary, None);
    town.post(&first, Post::CommitteeMember, None);
    for other in &others {
        town.post(other, Post::CommitteeMember, None);
    }
    match branch {
        3 => {
            let next = member(branch, 3);
            for post in [Post::Secretary, Post::CommitteeMember] {
                town.ended(&first, post, "2026-05-31");
                town.post(&next, post, Some("2026-06-01"));
            }
        }
        4..=9 => {
            for from in [Exempt::Attendance, Exempt::Records] {
                town.exempt(&member(branch, 4), from, "2026-01-01");
            }
        }
        11..=15 => {
            town.on_probation(&member(branch, 5), "2026-08-31", Some("2026-09-10"));
        }
        20 => {
            for name in [&first, &others[0], &others[1]] {
                town.ended(name, Post::Secretary, "2026-09-30");
                town.ended(name, Post::CommitteeMember, "2026-09-30");
            }
            for number in 0..MEMBERS {
                town.moved(&member(branch, number), "b19", "2026-10-01");
            }
        }
        _ => {}
    }
    for number in 0..AWAY {
        away(town, branch, number);
    }
    for number in 0..HOSTED {
        host(town, branch, number);
    }
}

fn returns(branch: usize, number: usize) -> bool {
    branch <= 10 && number == 0
}

fn away(town: &mut Town, branch: usize, number: usize) {
    let name = member(branch, 6 + number);
    let mut steps = vec![
        (State::Notified, "2026-02-20"),
        (State::Accepted, "2026-02-25"),
        (State::Active, "2026-03-10"),
    ];
    let returns = returns(branch, number);
    if returns {
        steps.push((State::Closed(Closing::Returned), "2026-10-15"));
    }
    town.case(&name, Side::Outflow, &steps).away(
        &name,
        "2026-03-10",
        returns.then_some("2026-10-15"),
    );
    if returns {
        town.looked(&name, "2026-10-16");
    }
    for on in ["2026-05-12", "2026-08-12"] {
        town.contact(&name, on);
    }
    if !returns {
        town.contact(&name, "2026-11-12");
    }
}

fn host(town: &mut Town, branch: usize, number: usize) {
    let name = hosted(branch, number);
    let steps = [
        (State::Notified, "2026-05-10"),
        (State::Accepted, "2026-05-15"),
        (State::Active, "2026-05-20"),
    ];
    town.hosted(&name, &unit(branch), "2026-05-20")
        .case(&name, Side::Inflow, &steps)
        .looked(&name, "2026-05-15");
    if branch == 20 {
        town.moved(&name, "b19", "2026-10-01");
    }
}

/// The committee's own officers, members of branch 11.
fn leaders(town: &mut Town) {
    for (number, name) in [(20, "lead1"), (21, "lead2"), (22, "lead3")] {
        town.renamed(&member(11, number), name);
        town.office(name, "党委", Post::Leader);
        town.office(name, "党委", Post::CommitteeMember);
    }
    town.office("lead1", "党委", Post::Secretary);
    town.talk(&["lead1", "lead2", "lead3"], "2026-05-15");
    for (name, unit) in [("lead1", "b01"), ("lead2", "b02"), ("lead3", "b03")] {
        for on in ["2026-03-20", "2026-09-20"] {
            town.lecture(name, unit, on);
        }
    }
}

/// Everyone of the branch who is here on the month's first day, by name.
fn present(branch: usize, month: usize) -> Vec<String> {
    let home = |branch: usize| {
        (0..MEMBERS)
            .filter(move |number| {
                let gone = (6..6 + AWAY).contains(number) && month > 3;
                let back = returns(branch, number.wrapping_sub(6)) && month > 10;
                !gone || back
            })
            .map(move |number| match (branch, number) {
                (11, 20) => "lead1".to_owned(),
                (11, 21) => "lead2".to_owned(),
                (11, 22) => "lead3".to_owned(),
                _ => member(branch, number),
            })
    };
    let moved = |name: &String| (10..16).any(|number| *name == member(1, number)) && month >= 7;
    let mut found: Vec<String> = home(branch).collect();
    match branch {
        1 => found.retain(|name| !moved(name)),
        2 => found.extend(home(1).filter(moved)),
        19 if month >= 10 => found.extend(home(20)),
        _ => {}
    }
    let guests = |branch: usize| (0..HOSTED).map(move |number| hosted(branch, number));
    if month >= 6 {
        found.extend(guests(branch));
        if branch == 19 && month >= 10 {
            found.extend(guests(20));
        }
    }
    found
}

/// The meetings that a branch holds in a month, whatever its policy asks for.
fn meetings(month: usize) -> &'static [Meeting] {
    const EVERY: [Meeting; 6] = [
        Meeting::BranchAssembly,
        Meeting::BranchCommittee,
        Meeting::PartyLecture,
        Meeting::OrganizationalLife,
        Meeting::Appraisal,
        Meeting::SpiritCheck,
    ];
    match month {
        12 => &EVERY,
        6 => &EVERY[..4],
        _ => &EVERY[..3],
    }
}

fn a_month(town: &mut Town, dice: &mut Dice, branch: usize, month: usize) {
    if branch == 20 && month >= 10 {
        return;
    }
    let here = present(branch, month);
    for name in &here {
        a_persons_month(town, dice, branch, month, name);
    }
    leads(town, branch, month);
    if matches!(month, 1 | 7) {
        // What everyone reported is the secretary's own; this is the branch's.
        town.report(&secretary(branch, month), &dice.day(month, 1));
    }
    let missed = matches!((branch, month), (18, 2) | (19, 11));
    if missed {
        return;
    }
    let name = unit(branch);
    // Before the activity day the secretary has talked with everyone.
    let on = dice.day(month, 4);
    let attendance = attendance(dice, &here);
    hold_day(town, &name, &on, &attendance);
    let late = (branch, month) == (17, 6);
    for meeting in meetings(month) {
        let some_day = dice.day(month, 1);
        let on = match meeting {
            _ if late => "2026-07-02",
            // As Xianning asks of these two; elsewhere any day is as good.
            Meeting::BranchAssembly | Meeting::OrganizationalLife => &on,
            _ => &some_day,
        };
        town.meeting(&name, *meeting, on);
    }
    for group in ["g1", "g2"] {
        let on = if late {
            "2026-07-02".to_owned()
        } else {
            dice.day(month, 1)
        };
        town.meeting(&format!("{name}/{group}"), Meeting::GroupMeeting, &on);
    }
    for (at, of) in [
        (3, Inspected::Life),
        (9, Inspected::Life),
        (10, Inspected::HealthCheck),
        (12, Inspected::Rating),
    ] {
        if at == month {
            town.inspected(&name, of, &dice.day(month, 1));
        }
    }
    if month == 7 {
        town.meeting(&name, Meeting::PartyLecture, "2026-07-01");
    }
    if month == 2 {
        town.plan(&name, 2026, "2026-02-20", 12);
    }
}

/// Members who are absent are criticized, reminded, warned, talked to and so on within the week.
fn attendance(dice: &mut Dice, here: &[String]) -> Vec<(String, Presence)> {
    here.iter()
        .map(|name| {
            let presence = match dice.below(40) {
                0 => Presence::Absent,
                1 | 2 => Presence::AbsentWithReason,
                3 => Presence::Remote,
                _ => Presence::Present,
            };
            (name.clone(), presence)
        })
        .collect()
}

fn hold_day(town: &mut Town, unit: &str, on: &str, attendance: &[(String, Presence)]) {
    let named: Vec<_> = attendance
        .iter()
        .map(|(name, presence)| (name.as_str(), *presence))
        .collect();
    let up = day(on).plus_days(2).to_string();
    town.attended(unit, on, &named, &up);
    for (name, presence) in named {
        if presence.was_there() {
            continue;
        }
        for measure in [
            Measure::Criticize,
            Measure::Remind,
            Measure::Warn,
            Measure::TalkAndTerm,
            Measure::Unqualified,
        ] {
            town.measure(name, measure, &up);
        }
    }
}

fn a_persons_month(town: &mut Town, dice: &mut Dice, branch: usize, month: usize, name: &str) {
    let on = dice.day(month, 1);
    town.paid(name, &[&format!("2026-{month:02}")], &on);
    if matches!(month, 1 | 4 | 7 | 10) {
        town.report(name, &on);
    }
    if matches!(month, 2 | 4 | 6 | 8 | 10 | 11 | 12) {
        town.training(name, &on, 8);
    }
    if month == 11 {
        town.role(name, &on);
    }
    if matches!(month, 3 | 9) {
        town.lecture(name, &unit(branch), &on);
    }
}

/// The secretary talks with each committee member, and a committee member with every member.
fn secretary(branch: usize, month: usize) -> String {
    match (branch, month) {
        (3, 6..) => member(branch, 3),
        _ => member(branch, 0),
    }
}

fn leads(town: &mut Town, branch: usize, month: usize) {
    let secretary = secretary(branch, month);
    let (one, other) = (member(branch, 1), member(branch, 2));
    if matches!(month, 6 | 12) {
        let on = format!("2026-{month:02}-01");
        town.talk(&[&secretary, &one, &other], &on);
    }
    if month == 5 {
        town.talk(&[&secretary, &one, &other], "2026-05-08");
        for name in present(branch, month) {
            town.talk(&[&one, &name], "2026-05-09");
        }
    }
}
