//! A committee on paper: what was recorded, in the fewest words.

use std::collections::HashMap;

use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::Presence,
    time::Month,
};
use sha2::{Digest as _, Sha256};

use super::{
    super::facts::{
        Activity, CaseFacts, CaseStep, Dated, DuesPaid, Entry, Excuse, Exemption, Facts, Held,
        Inspection, Kept, Person, Plan, PlannedDay, Probation, QuarterFacts, Stage, Stay, Talk,
        Unit, UnitKind, Who,
    },
    day,
};
use crate::domain::{
    case::{Side, State},
    policy::{Exempt, Field, Inspected, Measure, Meeting, Neglect, Post},
};

/// The committee.
pub(in super::super) struct Town {
    pub(super) facts: Facts,
    /// Stands before every name that is given.
    pub(super) scope: String,
    sequence: u64,
    /// Who is called so; members before hosted ones.
    known: HashMap<String, Who>,
}

impl Town {
    pub(super) fn new() -> Self {
        let kept = [
            Kept::Activities,
            Kept::Meetings,
            Kept::Plans,
            Kept::Measures,
            Kept::Talks,
            Kept::Reports,
            Kept::Training,
            Kept::Roles,
            Kept::Dues,
            Kept::Inspections,
            Kept::Screenings,
            Kept::Flow,
        ];
        let facts = Facts {
            kept: kept.into(),
            ..Facts::default()
        };
        Self {
            facts,
            scope: String::new(),
            sequence: 0,
            known: HashMap::new(),
        }
    }

    /// A name within the scope.
    pub(super) fn named(&self, name: &str) -> String {
        format!("{}{name}", self.scope)
    }

    fn entry(&mut self) -> Entry {
        self.sequence += 1;
        Entry {
            log: "local".into(),
            sequence: self.sequence,
        }
    }

    fn unit(&mut self, name: &str, kind: UnitKind, parent: Option<&str>) -> &mut Self {
        let (name, parent) = (self.named(name), parent.map(|parent| self.named(parent)));
        self.facts.units.push(Unit {
            id: None,
            name: name.into(),
            kind,
            stages: vec![Stage {
                parent: parent.map(Into::into),
                ..Stage::default()
            }],
            since: None,
            until: None,
        });
        self
    }

    pub(super) fn branch(&mut self, name: &str) -> &mut Self {
        self.unit(name, UnitKind::Branch, None)
    }

    pub(super) fn committee(&mut self, name: &str) -> &mut Self {
        self.unit(name, UnitKind::Committee, None)
    }

    pub(super) fn group(&mut self, name: &str, of: &str) -> &mut Self {
        self.unit(name, UnitKind::Group, Some(of))
    }

    pub(super) fn under(&mut self, name: &str, parent: &str) -> &mut Self {
        let parent = self.named(parent).into();
        self.unit_mut(name).stages[0].parent = Some(parent);
        self
    }

    fn unit_mut(&mut self, name: &str) -> &mut Unit {
        let name = self.named(name);
        self.facts
            .units
            .iter_mut()
            .find(|unit| *unit.name == *name)
            .unwrap()
    }

    pub(super) fn field(&mut self, name: &str, field: Field) -> &mut Self {
        self.unit_mut(name).stages[0].field = Some(field);
        self
    }

    pub(super) fn general_branch(&mut self, name: &str) -> &mut Self {
        self.unit(name, UnitKind::GeneralBranch, None)
    }

    /// From a day on it stands below another unit.
    pub(super) fn regrouped(&mut self, name: &str, parent: &str, on: &str) -> &mut Self {
        let parent = self.named(parent).into();
        let stages = &mut self.unit_mut(name).stages;
        let last = stages.last().unwrap().clone();
        stages.push(Stage {
            from: Some(day(on)),
            parent: Some(parent),
            ..last
        });
        self
    }

    /// From a day on its field of work is another.
    pub(super) fn refielded(&mut self, name: &str, field: Field, on: &str) -> &mut Self {
        let stages = &mut self.unit_mut(name).stages;
        let last = stages.last().unwrap().clone();
        stages.push(Stage {
            from: Some(day(on)),
            field: Some(field),
            ..last
        });
        self
    }

    /// Its last day.
    pub(super) fn closed(&mut self, name: &str, last: &str) -> &mut Self {
        self.unit_mut(name).until = Some(day(last));
        self
    }

    pub(super) fn since(&mut self, name: &str, since: &str) -> &mut Self {
        self.unit_mut(name).since = Some(day(since));
        self
    }

    /// People are known by name here; the id is made of the first name they have.
    pub(super) fn who(&self, name: &str) -> Who {
        let name = self.named(name);
        let known = self.known.get(&name).copied();
        known.unwrap_or_else(|| Who::Member(Self::id(&name)))
    }

    fn id(name: &str) -> MemberId {
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(name)[..16]);
        MemberId::from_bytes(id)
    }

    fn person(&mut self, who: Who, name: &str, unit: &str, from: Option<&str>) -> &mut Self {
        let (name, unit) = (self.named(name), self.named(unit));
        self.facts.people.push(Person {
            who,
            name,
            stays: vec![Stay {
                unit: unit.into(),
                from: from.map(day),
                until: None,
            }],
            posts: Vec::new(),
            joined: None,
            born: None,
            probation: Vec::new(),
            away: Vec::new(),
            left: false,
        });
        self
    }

    pub(super) fn member(&mut self, name: &str, unit: &str) -> &mut Self {
        let who = Who::Member(Self::id(&self.named(name)));
        self.known.insert(self.named(name), who);
        self.person(who, name, unit, None)
    }

    /// A member of others, placed here.
    pub(super) fn hosted(&mut self, name: &str, unit: &str, from: &str) -> &mut Self {
        let who = self.case_who(name);
        self.known.entry(self.named(name)).or_insert(who);
        self.person(who, name, unit, Some(from))
    }

    pub(super) fn case_who(&self, name: &str) -> Who {
        Who::Hosted(self.case_id(name))
    }

    fn case_id(&self, name: &str) -> CaseId {
        let id = Self::id(&self.named(name));
        CaseId::from_slice(id.as_bytes()).unwrap()
    }

    fn person_mut(&mut self, name: &str) -> &mut Person {
        let name = self.named(name);
        self.facts
            .people
            .iter_mut()
            .find(|person| person.name == name)
            .unwrap()
    }

    pub(super) fn joined(&mut self, name: &str, on: &str) -> &mut Self {
        let person = self.person_mut(name);
        person.joined = Some(day(on));
        person.stays[0].from = Some(day(on));
        self
    }

    pub(super) fn moved(&mut self, name: &str, to: &str, on: &str) -> &mut Self {
        let to = self.named(to).into();
        let person = self.person_mut(name);
        let last = person.stays.last_mut().unwrap();
        last.until = Some(day(on).plus_days(-1));
        person.stays.push(Stay {
            unit: to,
            from: Some(day(on)),
            until: None,
        });
        self
    }

    pub(super) fn left(&mut self, name: &str, on: &str) -> &mut Self {
        self.person_mut(name).stays.last_mut().unwrap().until = Some(day(on));
        self
    }

    pub(super) fn away(&mut self, name: &str, from: &str, until: Option<&str>) -> &mut Self {
        let days = (day(from), until.map(day));
        self.person_mut(name).away.push(days);
        self
    }

    pub(super) fn post(&mut self, name: &str, post: Post, from: Option<&str>) -> &mut Self {
        let person = self.person_mut(name);
        let unit = person.stays[0].unit.clone();
        let from = from.map(day);
        person.posts.push((
            post,
            Stay {
                unit,
                from,
                until: None,
            },
        ));
        self
    }

    /// A post in another unit than the person's own.
    pub(super) fn office(&mut self, name: &str, unit: &str, post: Post) -> &mut Self {
        let held = Stay {
            unit: self.named(unit).into(),
            from: None,
            until: None,
        };
        self.person_mut(name).posts.push((post, held));
        self
    }

    /// Belongs since a day, and not since ever.
    pub(super) fn from(&mut self, name: &str, from: &str) -> &mut Self {
        self.person_mut(name).stays[0].from = Some(day(from));
        self
    }

    /// Is called otherwise here.
    pub(super) fn renamed(&mut self, name: &str, now: &str) -> &mut Self {
        let who = self.who(name);
        self.known.insert(self.named(now), who);
        let now = self.named(now);
        self.person_mut(name).name = now;
        self
    }

    /// The last day of every term of a post.
    pub(super) fn ended(&mut self, name: &str, post: Post, last: &str) -> &mut Self {
        let posts = &mut self.person_mut(name).posts;
        for (_, stay) in posts.iter_mut().filter(|(held, _)| *held == post) {
            stay.until = Some(day(last));
        }
        self
    }

    /// An activity day whose form went up.
    pub(super) fn attended(
        &mut self,
        unit: &str,
        on: &str,
        attendance: &[(&str, Presence)],
        up: &str,
    ) -> &mut Self {
        self.activity(unit, on, attendance);
        let entry = self.entry();
        let held = self.facts.activities.last_mut().unwrap();
        held.form_up = Some((day(up), entry));
        self
    }

    /// The last day of the post held last.
    pub(super) fn until(&mut self, name: &str, last: &str) -> &mut Self {
        self.person_mut(name).posts.last_mut().unwrap().1.until = Some(day(last));
        self
    }

    /// On probation by the roster, and when it was decided.
    pub(super) fn on_probation(
        &mut self,
        name: &str,
        until: &str,
        decided: Option<&str>,
    ) -> &mut Self {
        let decided = decided.map(|on| (day(on), self.entry()));
        let until = day(until);
        let probation = &mut self.person_mut(name).probation;
        probation.push(Probation { until, decided });
        self
    }

    fn hold(
        &mut self,
        unit: &str,
        on: &str,
        held: Held,
        attendance: Vec<(Who, Presence)>,
    ) -> &mut Activity {
        let (entry, unit) = (self.entry(), self.named(unit));
        self.facts.activities.push(Activity {
            held,
            unit: unit.into(),
            day: day(on),
            attendance,
            lecturers: Vec::new(),
            form_up: None,
            entry,
        });
        self.facts.activities.last_mut().unwrap()
    }

    pub(super) fn activity(
        &mut self,
        unit: &str,
        on: &str,
        attendance: &[(&str, Presence)],
    ) -> &mut Self {
        let attendance = attendance
            .iter()
            .map(|(name, presence)| (self.who(name), *presence))
            .collect();
        self.hold(unit, on, Held::ActivityDay, attendance);
        self
    }

    /// Absent without reason on each of these days.
    pub(super) fn absent(&mut self, name: &str, unit: &str, days: &[&str]) -> &mut Self {
        let who = self.who(name);
        for on in days {
            let absent = vec![(who, Presence::Absent)];
            self.hold(unit, on, Held::ActivityDay, absent);
        }
        self
    }

    pub(super) fn hosted_absent(&mut self, name: &str, unit: &str, on: &str) -> &mut Self {
        let absent = vec![(self.case_who(name), Presence::Absent)];
        self.hold(unit, on, Held::ActivityDay, absent);
        self
    }

    pub(super) fn form_up(&mut self, unit: &str, held: &str, up: &str) -> &mut Self {
        let entry = self.entry();
        let held = self.hold(unit, held, Held::ActivityDay, Vec::new());
        held.form_up = Some((day(up), entry));
        self
    }

    pub(super) fn meeting(&mut self, unit: &str, meeting: Meeting, on: &str) -> &mut Self {
        self.hold(unit, on, Held::Meeting(meeting), Vec::new());
        self
    }

    pub(super) fn lecture(&mut self, name: &str, unit: &str, on: &str) -> &mut Self {
        let lecturers = vec![self.who(name)];
        self.hold(unit, on, Held::Meeting(Meeting::PartyLecture), Vec::new())
            .lecturers = lecturers;
        self
    }

    pub(super) fn plan(
        &mut self,
        unit: &str,
        year: i16,
        filed: &str,
        activities: u16,
    ) -> &mut Self {
        let (entry, unit) = (self.entry(), self.named(unit));
        self.facts.plans.push(Plan {
            unit: unit.into(),
            year,
            filed: day(filed),
            activities,
            entry,
        });
        self
    }

    fn dated<T>(&mut self, name: &str, on: &str, what: T) -> Dated<T> {
        Dated {
            who: self.who(name),
            day: day(on),
            what,
            entry: self.entry(),
        }
    }

    pub(super) fn measure(&mut self, name: &str, measure: Measure, on: &str) -> &mut Self {
        let one = self.dated(name, on, measure);
        self.facts.measures.push(one);
        self
    }

    pub(super) fn report(&mut self, name: &str, on: &str) -> &mut Self {
        let one = self.dated(name, on, ());
        self.facts.reports.push(one);
        self
    }

    pub(super) fn role(&mut self, name: &str, on: &str) -> &mut Self {
        let one = self.dated(name, on, ());
        self.facts.roles.push(one);
        self
    }

    pub(super) fn training(&mut self, name: &str, on: &str, hours: u16) -> &mut Self {
        let one = self.dated(name, on, hours * 10);
        self.facts.training.push(one);
        self
    }

    pub(super) fn refused_work(&mut self, name: &str, on: &str) -> &mut Self {
        let one = self.dated(name, on, Neglect::Work);
        self.facts.refusals.push(one);
        self
    }

    pub(super) fn talk(&mut self, with: &[&str], on: &str) -> &mut Self {
        let entry = self.entry();
        self.facts.talks.push(Talk {
            with: with.iter().map(|name| self.who(name)).collect(),
            day: day(on),
            entry,
        });
        self
    }

    /// Dues of months, each paid on the day.
    pub(super) fn paid(&mut self, name: &str, months: &[&str], on: &str) -> &mut Self {
        self.pay(self.who(name), months, on)
    }

    /// A base asks them for dues from a month on, or never did; and they never paid.
    pub(super) fn asked_from(&mut self, name: &str, month: Option<&str>) -> &mut Self {
        let who = self.who(name);
        let month = month.map(|month| month.parse().unwrap());
        self.facts.asked_from.insert(who, month);
        self.facts.kept.insert(Kept::Dues);
        self
    }

    pub(super) fn hosted_paid(&mut self, name: &str, months: &[&str], on: &str) -> &mut Self {
        self.pay(self.case_who(name), months, on)
    }

    fn pay(&mut self, who: Who, months: &[&str], on: &str) -> &mut Self {
        for month in months {
            let entry = self.entry();
            self.facts.dues.push(DuesPaid {
                who,
                month: month.parse::<Month>().unwrap(),
                day: day(on),
                entry,
            });
        }
        self
    }

    pub(super) fn exempt(&mut self, name: &str, from: Exempt, since: &str) -> &mut Self {
        self.facts.exemptions.push(Exemption {
            who: self.who(name),
            from,
            since: day(since),
            until: None,
        });
        self
    }

    pub(super) fn inspected(&mut self, unit: &str, of: Inspected, on: &str) -> &mut Self {
        let (entry, unit) = (self.entry(), self.named(unit));
        self.facts.inspections.push(Inspection {
            unit: unit.into(),
            of,
            day: day(on),
            entry,
        });
        self
    }

    pub(super) fn screened(&mut self, on: &str) -> &mut Self {
        let entry = self.entry();
        self.facts.screenings.push((day(on), entry));
        self
    }

    pub(super) fn excuse(&mut self, duty: [u8; 8], reason: &str, person: &str) -> &mut Self {
        let entry = self.entry();
        self.facts.excuses.push(Excuse {
            duty,
            reason: reason.into(),
            person: person.into(),
            entry,
        });
        self
    }

    /// A case and its steps.
    pub(super) fn case(&mut self, name: &str, side: Side, steps: &[(State, &str)]) -> &mut Self {
        let first = |is: fn(State) -> bool| {
            let mut steps = steps.iter();
            steps.find(|(to, _)| is(*to)).map(|(_, on)| day(on))
        };
        let ended = first(|to| to.is_closed() || to == State::Moved);
        let managed = first(|to| to == State::Active).map(|from| (from, ended));
        let since = first(|_| true);
        let steps = steps
            .iter()
            .map(|(to, on)| CaseStep {
                to: *to,
                day: day(on),
                on: day(on),
                entry: self.entry(),
            })
            .collect();
        let member = Self::id(&self.named(name.trim_end_matches('2')));
        let partner = self.named("320200-001");
        self.facts.cases.push(CaseFacts {
            id: self.case_id(name),
            name: self.named(name),
            side,
            partner: Some(partner.into()),
            agreed: true,
            member: (side == Side::Outflow).then_some(member),
            unit: None,
            steps,
            since,
            managed,
            contacts: Vec::new(),
            probation: Vec::new(),
            opinions: Vec::new(),
            decisions: Vec::new(),
            looks: Vec::new(),
            has_certificate: true,
            roles: Vec::new(),
            dues: Vec::new(),
        });
        self
    }

    /// The unit's plan names another activity day.
    pub(super) fn planned(&mut self, unit: &str, on: &str) -> &mut Self {
        let unit = self.named(unit).into();
        self.facts.planned.push(PlannedDay { unit, day: day(on) });
        self
    }

    /// Somebody looked at the certificate.
    pub(super) fn looked(&mut self, name: &str, on: &str) -> &mut Self {
        let look = (day(on), self.entry());
        self.case_mut(name).looks.push(look);
        self
    }

    /// Nobody knows of a certificate.
    pub(super) fn without_certificate(&mut self, name: &str) -> &mut Self {
        self.case_mut(name).has_certificate = false;
        self
    }

    fn case_mut(&mut self, name: &str) -> &mut CaseFacts {
        let name = self.named(name);
        self.facts
            .cases
            .iter_mut()
            .find(|case| case.name == name)
            .unwrap()
    }

    pub(super) fn contact(&mut self, name: &str, on: &str) -> &mut Self {
        let entry = self.entry();
        self.case_mut(name).contacts.push((day(on), entry));
        self
    }

    pub(super) fn probation(&mut self, name: &str, until: &str) -> &mut Self {
        let until = day(until);
        let decided = None;
        let time = Probation { until, decided };
        self.case_mut(name).probation.push(time);
        self
    }

    pub(super) fn opinion(&mut self, name: &str, on: &str) -> &mut Self {
        let entry = self.entry();
        self.case_mut(name).opinions.push((day(on), entry));
        self
    }

    pub(super) fn decision(&mut self, name: &str, on: &str) -> &mut Self {
        let entry = self.entry();
        self.case_mut(name).decisions.push((day(on), entry));
        self
    }

    pub(super) fn quarter(
        &mut self,
        quarter: &str,
        ours: Option<&str>,
        theirs: Option<&str>,
    ) -> &mut Self {
        let partner = self.named("320200-001").into();
        let ours = ours.map(|on| (day(on), self.entry()));
        let theirs = theirs.map(|on| (day(on), self.entry()));
        self.facts.quarters.push(QuarterFacts {
            partner,
            quarter: quarter.parse().unwrap(),
            stated: true,
            agreed: true,
            ours,
            theirs,
            closed_on: None,
            our_turn: true,
        });
        self
    }
}
