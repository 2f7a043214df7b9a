//! A unit's year (活动管理台账, C §四.2): what was planned and held, and who was there.

use std::collections::BTreeMap;

use hongyan_proto::{
    letter::{Activity, ActivityPlan, FormHandedUp, Payload, PlanFiled, PlanItem, Presence, Text},
    time::Day,
};

use super::{exempt::Exempted, record::Record, roll::Who};

/// How a unit's year went so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// The activities that count, by day, then by sequence.
    pub lines: Vec<Line>,
    /// The newest plan, and its entry.
    pub plan: Option<(u64, ActivityPlan)>,
    /// Versions of the plan.
    pub plans: u32,
    /// What became of each item of the newest plan.
    pub items: Vec<(PlanItem, Option<u64>)>,
    /// Of the activities that fulfilled an item, those that a unit above held.
    pub joint: BTreeMap<u64, HeldAbove>,
    /// Filings, oldest first.
    pub filings: Vec<PlanFiled>,
    /// Everyone who was in a record at least once.
    pub people: BTreeMap<Who, Person>,
    /// The entries that took back what the year had said: an activity, a filing, a form of an activity that counts.
    pub taken_back: Vec<u64>,
}

/// An activity of a unit above that counts for this one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeldAbove {
    /// By which unit.
    pub by: Text<100>,
    /// When.
    pub day: Day,
    /// The entry that says so now.
    pub version: u64,
}

/// One activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The record.
    pub record: Record,
    /// Its content.
    pub activity: Activity,
    /// How many of each presence.
    pub counts: Counts,
    /// Its form, each time it was handed up, oldest first.
    pub forms: Vec<FormHandedUp>,
}

impl Line {
    /// Did anybody come? What nobody came to is on record and was not held.
    pub const fn came(&self) -> bool {
        self.counts.present + self.counts.remote > 0
    }
}

/// How many of each presence.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Everyone expected.
    pub expected: u32,
    /// In the room.
    pub present: u32,
    /// Remotely.
    pub remote: u32,
    /// Excused.
    pub absent_with_reason: u32,
    /// Not excused.
    pub absent: u32,
    /// Of all expected, hosted flow members.
    pub hosted: u32,
    /// Away and not expected: exempt. In a person's year only; an activity counts what its record says.
    pub exempt: u32,
}

/// One person's year in a unit.
pub type Person = Counts;

impl Counts {
    fn add(&mut self, who: Who, presence: Presence) {
        self.expected += 1;
        self.hosted += u32::from(matches!(who, Who::Hosted(_)));
        *(match presence {
            Presence::Present => &mut self.present,
            Presence::Remote => &mut self.remote,
            Presence::AbsentWithReason => &mut self.absent_with_reason,
            Presence::Absent => &mut self.absent,
        }) += 1;
    }
}

impl Ledger {
    /// Items of the newest plan that were held.
    pub fn planned_held(&self) -> usize {
        self.items.iter().filter(|(_, held)| held.is_some()).count()
    }

    /// Takes in what units above held for this one, as `counts` says. It fulfils the first item of its kind in its month that the unit did not
    /// hold itself: the day was not the unit's to choose. Each fulfils one item.
    #[must_use]
    pub fn with_joint(mut self, records: &[Record], counts: impl Fn(&Activity) -> bool) -> Self {
        let all = records.iter().filter_map(|one| Some((one, one.held()?)));
        let mut held: Vec<_> = all.filter(|(_, held)| held.present() > 0).collect();
        held.sort_by_key(|(record, held)| (held.day, record.sequence));
        for (item, fulfilled) in &mut self.items {
            if fulfilled.is_some() {
                continue;
            }
            let found = held.iter().find(|(record, held)| {
                held.kind == item.kind
                    && held.planned_day.unwrap_or(held.day).month() == item.day.month()
                    && !self.joint.contains_key(&record.sequence)
                    && counts(held)
            });
            if let Some((record, held)) = found {
                *fulfilled = Some(record.sequence);
                let above = HeldAbove {
                    by: held.unit.clone(),
                    day: held.day,
                    version: record.version,
                };
                self.joint.insert(record.sequence, above);
            }
        }
        self
    }

    /// When the newest version of the plan was filed.
    pub fn filed(&self) -> Option<Day> {
        let (sequence, _) = self.plan.as_ref()?;
        self.filings
            .iter()
            .find(|filing| filing.plan == *sequence)
            .map(|filing| filing.day)
    }
}

/// One activity with its counts and forms. None for a record that is none; a void one still shows what it said.
pub fn line(record: &Record, records: &[Record]) -> Option<Line> {
    let activity = record.activity()?;
    let mut counts = Counts::default();
    for attendee in &activity.attendees {
        if let Some(who) = Who::of(attendee) {
            counts.add(who, attendee.presence);
        }
    }
    let counting = records.iter().filter(|other| !other.void);
    let forms = counting.filter_map(|other| match &other.payload {
        Payload::FormHandedUp(form) if form.activity == record.sequence => Some(form.clone()),
        _ => None,
    });
    Some(Line {
        record: record.clone(),
        activity: activity.clone(),
        counts,
        forms: forms.collect(),
    })
}

/// A unit's year out of the year's records: its own plan, and the activities of exactly this unit.
pub fn ledger(records: &[Record], unit: &str, exempted: &Exempted) -> Ledger {
    let mut ledger = Ledger::default();
    for record in records.iter().filter(|record| !record.void) {
        match &record.payload {
            Payload::ActivityPlan(plan) if plan.unit.as_str() == unit => {
                ledger.plans += 1;
                ledger.plan = Some((record.sequence, plan.clone()));
            }
            Payload::PlanFiled(filed) if filed.unit.as_str() == unit => {
                ledger.filings.push(filed.clone());
            }
            Payload::Activity(activity) if activity.unit.as_str() == unit => {
                ledger.lines.extend(line(record, records));
            }
            _ => {}
        }
    }
    ledger
        .lines
        .sort_by_key(|line| (line.activity.day, line.record.sequence));
    for line in &ledger.lines {
        for attendee in &line.activity.attendees {
            if let Some(who) = Who::of(attendee) {
                let person = ledger.people.entry(who).or_default();
                if exempted.misses(who, line.activity.day, attendee.presence) {
                    person.exempt += 1;
                } else {
                    person.add(who, attendee.presence);
                }
            }
        }
    }
    ledger.items = items(ledger.plan.as_ref(), &ledger.lines);
    ledger.taken_back = taken_back(records, unit, &ledger.lines);
    ledger
}

fn taken_back(records: &[Record], unit: &str, lines: &[Line]) -> Vec<u64> {
    let counts = |activity: u64| lines.iter().any(|line| line.record.sequence == activity);
    let void = records.iter().filter(|record| record.void);
    let of_unit = void.filter(|record| match &record.payload {
        Payload::Activity(was) => was.unit.as_str() == unit,
        Payload::PlanFiled(was) => was.unit.as_str() == unit,
        Payload::FormHandedUp(was) => counts(was.activity),
        _ => false,
    });
    of_unit.map(|record| record.version).collect()
}

/// Each item is fulfilled by the first activity of its kind that was held on its day, or was moved from it, and to which somebody came.
fn items(plan: Option<&(u64, ActivityPlan)>, lines: &[Line]) -> Vec<(PlanItem, Option<u64>)> {
    let items = plan.map_or(&[][..], |(_, plan)| &plan.items);
    items
        .iter()
        .map(|item| {
            let held = lines.iter().find(|line| {
                let activity = &line.activity;
                activity.kind == item.kind
                    && line.came()
                    && activity.planned_day.unwrap_or(activity.day) == item.day
            });
            (item.clone(), held.map(|line| line.record.sequence))
        })
        .collect()
}
