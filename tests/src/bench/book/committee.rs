//! A large committee made up: branches with groups and officers, members, and what a year of organizational life leaves behind.

use hongyan_proto::{
    id::{MemberId, UnitId},
    letter::{
        Activity, ActivityKind, Appraisal, AppraisalGrade, AppraisalLine, Attendee, Disclosed,
        IdNumber, Member, Payload, Presence, Sex, UnitFounded, UnitKind, UnitPlace,
    },
    time::Day,
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::entry::{
    Event, access, actor, book_record, confirmation, day, exemption, form, officers, payment, plan,
    screened, text, time, training, year_number,
};
use crate::roster::Person;

/// Branches of the committee.
const BRANCHES: usize = 60;
/// Groups of a branch.
const GROUPS: usize = 2;
/// Years of a branch committee's term.
pub(super) const TERM: i16 = 3;

/// A branch with the people in it.
struct Branch {
    id: UnitId,
    name: String,
    groups: Vec<(UnitId, String)>,
    members: Vec<MemberId>,
}

/// The committee that is made up.
pub(super) struct Committee {
    rng: StdRng,
    branches: Vec<Branch>,
    people: Vec<(MemberId, Person)>,
    /// Receipts of dues that were given.
    receipts: u32,
}

impl Committee {
    pub(super) fn of(members: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let people: Vec<(MemberId, Person)> =
            Person::invent(&mut rng, "422200", "421200-001", members)
                .into_iter()
                .map(|person| (MemberId::from_bytes(rng.r#gen()), person))
                .collect();
        let branches = (0..BRANCHES)
            .map(|number| {
                let name = format!("第{}党支部", number + 1);
                let groups = (0..GROUPS).map(|group| {
                    let path = format!("{name}/第{}党小组", group + 1);
                    (UnitId::from_bytes(rng.r#gen()), path)
                });
                Branch {
                    groups: groups.collect(),
                    id: UnitId::from_bytes(rng.r#gen()),
                    members: people
                        .iter()
                        .skip(number)
                        .step_by(BRANCHES)
                        .map(|(id, _)| *id)
                        .collect(),
                    name,
                }
            })
            .collect();
        Self {
            rng,
            branches,
            people,
            receipts: 0,
        }
    }

    /// Everybody.
    pub(super) fn members(&self) -> Vec<MemberId> {
        self.people.iter().map(|(id, _)| *id).collect()
    }

    /// Units and members, as they were when the book was begun.
    pub(super) fn founding(&mut self, on: Day) -> Vec<Event> {
        let mut payloads: Vec<Payload> = Vec::new();
        let founded = |unit_id, name: &str, kind, parent| UnitFounded {
            unit_id,
            name: text(name),
            kind,
            place: UnitPlace::Community,
            parent,
            founded_on: on,
            actor: actor(),
        };
        for branch in &self.branches {
            payloads.push(founded(branch.id, &branch.name, UnitKind::Branch, None).into());
            for (id, path) in &branch.groups {
                let name = path.rsplit('/').next().unwrap_or(path);
                payloads.push(founded(*id, name, UnitKind::Group, Some(branch.id)).into());
            }
        }
        payloads.extend((0..self.people.len()).map(|at| self.member(at)));
        payloads
            .into_iter()
            .map(|payload| Event::on(on, payload))
            .collect()
    }

    /// A member's entry; the telephone is another each time.
    fn member(&mut self, at: usize) -> Payload {
        let (member_id, person) = &self.people[at];
        let branch = &self.branches[at % BRANCHES];
        let (unit, path) = &branch.groups[at / BRANCHES % GROUPS];
        let phone = format!("138{:08}", self.rng.gen_range(0..100_000_000));
        let birth = &person.id_number[6..14];
        let details = Disclosed {
            name: Some(text(&person.name)),
            sex: Some(if person.sex == "男" {
                Sex::Male
            } else {
                Sex::Female
            }),
            birth_month: format!("{}-{}", &birth[..4], &birth[4..6]).parse().ok(),
            id_number: IdNumber::parse(&person.id_number).ok(),
            joined: person.joined.parse().ok(),
            phone: Some(text(&phone)),
            ..Disclosed::default()
        };
        Member {
            member_id: *member_id,
            details,
            unit: Some(text(path)),
            removed: false,
            actor: actor(),
            unit_id: Some(*unit),
            since: None,
            exit: None,
        }
        .into()
    }

    /// One year of the whole committee, by day.
    pub(super) fn year(&mut self, year: i16) -> Vec<Event> {
        let mut events = Vec::new();
        for at in 0..self.branches.len() {
            self.branch_year(at, year, &mut events);
        }
        self.committee_year(year, &mut events);
        // What names another is behind it, whatever the order of their days.
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|at| events[*at].day);
        let mut place = vec![0; events.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let mut sorted: Vec<Option<Event>> = events.into_iter().map(Some).collect();
        order
            .into_iter()
            .filter_map(|old| sorted[old].take())
            .map(|event| Event {
                names: event.names.map(|old| place[old]),
                ..event
            })
            .collect()
    }

    fn attendees(&mut self, members: &[MemberId]) -> Vec<Attendee> {
        let mut attendees = Vec::with_capacity(members.len());
        for member in members {
            let presence = match self.rng.gen_range(0..100) {
                0 | 1 => Presence::Absent,
                2..=6 => Presence::AbsentWithReason,
                7..=12 => Presence::Remote,
                _ => Presence::Present,
            };
            attendees.push(Attendee {
                member_id: Some(*member),
                case_id: None,
                presence,
                reason: (presence == Presence::AbsentWithReason).then(|| text("因公出差")),
                told: None,
            });
        }
        attendees
    }

    fn activity(
        &mut self,
        (unit, kind): (&str, ActivityKind),
        day: Day,
        members: &[MemberId],
        lecturer: Option<&str>,
    ) -> Event {
        let activity = Activity {
            unit: text(unit),
            kind,
            day,
            begins: time(14),
            ends: time(16),
            place: text("党员活动室"),
            theme: text("学习党章党规, 讨论本季度重点工作"),
            headings: vec![text("学习教育")],
            content: Some(text(
                "集体学习有关文件, 围绕本支部重点工作逐人发言, 对下一步打算作出安排, 并就群众反映的问题形成办理意见",
            )),
            form: Some(text("集中学习")),
            lecturer: lecturer.map(text),
            minutes: None,
            attendees: self.attendees(members),
            guests: Vec::new(),
            planned_day: None,
            moved_because: None,
            attachments: Vec::new(),
            actor: actor(),
        };
        Event::on(day, activity)
    }

    fn branch_year(&mut self, at: usize, year: i16, events: &mut Vec<Event>) {
        let branch = &self.branches[at];
        let (name, id) = (branch.name.clone(), branch.id);
        let groups: Vec<String> = branch.groups.iter().map(|(_, path)| path.clone()).collect();
        let members = branch.members.clone();
        plan(&name, year, events);
        if (year % TERM).unsigned_abs() as usize == at % TERM.unsigned_abs() as usize {
            events.extend(officers(id, &members, year));
        }
        for month in 1..=12_i8 {
            self.branch_month((&name, &groups), &members, (year, month), events);
        }
        for month in [6, 12] {
            let held = (&*name, ActivityKind::OrganizationalLife);
            events.push(self.activity(held, day(year, month, 12), &members, None));
            for other in members.iter().skip(1).take(2) {
                let pair = [members[0], *other];
                let talk = (&*name, ActivityKind::Talk);
                events.push(self.activity(talk, day(year, month, 3), &pair, None));
            }
        }
        events.push(self.appraisal(&name, year, &members));
        for month in [4, 10] {
            events.push(training(&members, day(year, month, 20)));
        }
    }

    fn branch_month(
        &mut self,
        (name, groups): (&str, &[String]),
        members: &[MemberId],
        (year, month): (i16, i8),
        events: &mut Vec<Event>,
    ) {
        let fifth = day(year, month, 5);
        events.push(self.activity((name, ActivityKind::ActivityDay), fifth, members, None));
        events.push(form(fifth.plus_days(2)).naming(events.len() - 1));
        let eighth = day(year, month, 8);
        let committee = &members[..members.len().min(3)];
        let held = (name, ActivityKind::BranchCommittee);
        events.push(self.activity(held, eighth, committee, None));
        for (group, path) in groups.iter().enumerate() {
            let own: Vec<MemberId> = members
                .iter()
                .skip(group)
                .step_by(groups.len())
                .copied()
                .collect();
            let held = (&**path, ActivityKind::GroupMeeting);
            events.push(self.activity(held, day(year, month, 15), &own, None));
        }
        let lecturer = self.people[self.rng.gen_range(0..self.people.len())]
            .1
            .name
            .clone();
        let held = (name, ActivityKind::PartyLecture);
        events.push(self.activity(held, day(year, month, 22), members, Some(&lecturer)));
        if month % 3 == 0 {
            let held = (name, ActivityKind::BranchAssembly);
            events.push(self.activity(held, day(year, month, 25), members, None));
            let held = (name, ActivityKind::StudyReport);
            events.push(self.activity(held, day(year, month, 26), members, None));
        }
    }

    fn appraisal(&mut self, name: &str, year: i16, members: &[MemberId]) -> Event {
        let lines = members.iter().map(|member| AppraisalLine {
            member_id: *member,
            grade: match self.rng.gen_range(0..10) {
                0..3 => AppraisalGrade::Excellent,
                _ => AppraisalGrade::Qualified,
            },
            excellent: self.rng.gen_range(0..20),
            qualified: 30,
            unqualified: 0,
            note: None,
        });
        let appraisal = Appraisal {
            unit: text(name),
            year: year_number(year),
            day: day(year, 12, 20),
            lines: lines.collect(),
            actor: actor(),
        };
        Event::on(day(year, 12, 20), appraisal)
    }

    /// What is written about single members, and what the committee does.
    fn committee_year(&mut self, year: i16, events: &mut Vec<Event>) {
        for at in 0..self.people.len() {
            let member = self.people[at].0;
            let on = day(year, self.rng.gen_range(1..13), self.rng.gen_range(1..29));
            match self.rng.gen_range(0..10) {
                0 => events.push(Event::on(on, self.member(at))),
                1..=4 => events.push(book_record(member, on, None)),
                5 => events.push(book_record(member, on, Some("优秀共产党员"))),
                6..=8 => confirmation(&mut self.rng, member, on, events),
                _ => {}
            }
            // One in twenty owes a year.
            if self.rng.gen_range(0..20) > 0 {
                self.receipts += 1;
                let on = day(year, self.rng.gen_range(1..7), self.rng.gen_range(1..29));
                events.push(payment(
                    member,
                    (day(year, 1, 1).month(), 12, 12 * 2_000),
                    (on, self.receipts),
                ));
            }
        }
        for at in (0..self.people.len()).step_by(100) {
            events.push(exemption(self.people[at].0, year));
        }
        for _ in 0..self.people.len() / 3 {
            let on = day(year, self.rng.gen_range(1..13), self.rng.gen_range(1..29));
            events.push(access(on));
        }
        events.push(screened(day(year, 3, 10), self.people.len()));
    }
}
