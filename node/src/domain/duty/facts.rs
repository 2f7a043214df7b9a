//! What the rules of duty look at: plain facts that the book fills in from what is recorded. This is a contract: whoever records a new kind
//! of fact hands it in here, and no rule looks anywhere else.
//!
//! A list that is empty says that nothing of the kind was recorded. [`Facts::kept`] says which kinds of fact this node records at all: a rule
//! about a kind that is not kept makes no duty, because nothing could ever close it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use hongyan_proto::{
    id::{CaseId, MemberId, UnitId},
    letter::Presence,
    time::{Day, Month, Quarter},
};

use crate::domain::{
    case::{Side, State},
    policy::{Exempt, Field, Inspected, Measure, Meeting, Neglect, Post},
};

pub use crate::domain::{life::Who, policy::UnitKind};

/// Where a fact is written: its place in the local log, or in a partner's.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Entry {
    /// `local`, or `out:CODE` and `in:CODE` as commands name a partner's logs.
    pub log: Arc<str>,
    /// Its place there.
    pub sequence: u64,
}

/// The name of a unit now, unique in its committee: every fact names it so, whatever it was called when the fact was written.
pub type UnitName = Arc<str>;

/// A unit of the committee.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unit {
    /// Its id in the tree; none for one that only texts name. A duty keeps its id when the unit is renamed.
    pub id: Option<UnitId>,
    /// Its name.
    pub name: UnitName,
    /// What it is.
    pub kind: UnitKind,
    /// Where it stood, by day, ascending; never empty.
    pub stages: Vec<Stage>,
    /// Since when; none: since ever.
    pub since: Option<Day>,
    /// Its last day; none: it goes on.
    pub until: Option<Day>,
}

/// Where a unit stands from a day on.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Stage {
    /// First day; none: since ever.
    pub from: Option<Day>,
    /// The unit above.
    pub parent: Option<UnitName>,
    /// Its field of work; none: not said, so that rules about one field leave it alone.
    pub field: Option<Field>,
}

impl Unit {
    /// Its field of work on a day.
    pub fn field(&self, day: Day) -> Option<Field> {
        let begun = |stage: &&Stage| stage.from.is_none_or(|from| from <= day);
        let stage = self.stages.iter().rev().find(begun);
        stage.or_else(|| self.stages.first())?.field
    }

    /// What tells it from others, whatever it is called.
    pub fn key(&self) -> String {
        self.id
            .map_or_else(|| self.name.to_string(), |id| id.to_string())
    }

    /// The unit above it now.
    pub fn parent(&self) -> Option<&UnitName> {
        self.stages.last()?.parent.as_ref()
    }
}

/// A stay in a unit, or the holding of a post.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stay {
    /// The unit.
    pub unit: UnitName,
    /// First day; none: since ever.
    pub from: Option<Day>,
    /// Last day; none: it goes on.
    pub until: Option<Day>,
}

impl Stay {
    /// Does it cover the day?
    pub fn covers(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// A time of probation that ends, or ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Probation {
    /// Its last day.
    pub until: Day,
    /// When it was decided, and where that is written.
    pub decided: Option<(Day, Entry)>,
}

/// Days before the end of probation from which what is said is about that end.
pub const PROBATION_EARLY_DAYS: i32 = 60;

impl Probation {
    /// Another day long before the end is a correction of the roster, and no decision.
    pub fn is_corrected(&self) -> bool {
        let early = self.until.plus_days(-PROBATION_EARLY_DAYS);
        self.decided.as_ref().is_some_and(|(day, _)| *day < early)
    }
}

/// A person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// Who.
    pub who: Who,
    /// For people to read.
    pub name: String,
    /// Where and when they belonged, in order; a move begins a new stay.
    pub stays: Vec<Stay>,
    /// Posts held.
    pub posts: Vec<(Post, Stay)>,
    /// Day of admission: a probationary member's first.
    pub joined: Option<Day>,
    /// Date of birth's month, for exemptions by age.
    pub born: Option<Month>,
    /// Probation as this node's roster has it.
    pub probation: Vec<Probation>,
    /// Days from which and until which the member was away in an open case that the host has placed: the host's to manage.
    pub away: Vec<(Day, Option<Day>)>,
    /// Left the roster: nothing is due after the last stay.
    pub left: bool,
}

impl Person {
    /// Did the person leave the roster before that day?
    pub fn left_before(&self, day: Day) -> bool {
        let last = self.stays.last().and_then(|stay| stay.until);
        self.left && last.is_none_or(|last| last < day)
    }

    /// The stay on a day.
    pub fn stay(&self, day: Day) -> Option<&Stay> {
        self.stays.iter().find(|stay| stay.covers(day))
    }

    /// Is the member the host's to manage on that day?
    pub fn is_away(&self, day: Day) -> bool {
        self.away
            .iter()
            .any(|(from, until)| *from <= day && until.is_none_or(|until| day <= until))
    }

    /// Where the person holds the post on that day.
    pub fn holds(&self, post: Post, day: Day) -> impl Iterator<Item = &UnitName> {
        let held = move |(held, stay): &&(Post, Stay)| *held == post && stay.covers(day);
        self.posts.iter().filter(held).map(|(_, stay)| &stay.unit)
    }
}

/// What was held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Held {
    /// A monthly activity day.
    ActivityDay,
    /// A meeting.
    Meeting(Meeting),
}

/// An activity or a meeting that was held.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Activity {
    /// What.
    pub held: Held,
    /// Whose; the units under it took part.
    pub unit: UnitName,
    /// When.
    pub day: Day,
    /// Who was there and who was not.
    pub attendance: Vec<(Who, Presence)>,
    /// Who gave the lecture.
    pub lecturers: Vec<Who>,
    /// When its record form went up, and where that is written.
    pub form_up: Option<(Day, Entry)>,
    /// Where it is written.
    pub entry: Entry,
}

impl Activity {
    /// Did anybody come, of those it names? One to which nobody came was not held; the absences count.
    pub fn took_place(&self) -> bool {
        let mut lines = self.attendance.iter();
        self.attendance.is_empty() || lines.any(|(_, presence)| presence.was_there())
    }
}

/// A yearly plan that was filed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// Whose.
    pub unit: UnitName,
    /// Of which year.
    pub year: i16,
    /// When it was filed.
    pub filed: Day,
    /// Activities in it.
    pub activities: u16,
    /// Where it is written.
    pub entry: Entry,
}

/// An activity day that a unit's newest plan names: it goes before the day of the rule (W 活动日 三, C 二1: 可视情调整).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlannedDay {
    /// Whose.
    pub unit: UnitName,
    /// When.
    pub day: Day,
}

/// Something a person did or received on a day.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dated<T> {
    /// Who.
    pub who: Who,
    /// When.
    pub day: Day,
    /// What.
    pub what: T,
    /// Where it is written.
    pub entry: Entry,
}

/// A talk.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Talk {
    /// Everyone who took part.
    pub with: Vec<Who>,
    /// When.
    pub day: Day,
    /// Where it is written.
    pub entry: Entry,
}

/// Dues of a month.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DuesPaid {
    /// Whose.
    pub who: Who,
    /// Which month.
    pub month: Month,
    /// When they were paid or waived.
    pub day: Day,
    /// Where it is written.
    pub entry: Entry,
}

/// An exemption that was applied for and approved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exemption {
    /// Whose.
    pub who: Who,
    /// From what.
    pub from: Exempt,
    /// Its first day.
    pub since: Day,
    /// Its last day; none: it goes on.
    pub until: Option<Day>,
}

/// An inspection that was made of a unit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inspection {
    /// Whom.
    pub unit: UnitName,
    /// Of what.
    pub of: Inspected,
    /// When.
    pub day: Day,
    /// Where it is written.
    pub entry: Entry,
}

/// A step of a case, in the order the table applied them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CaseStep {
    /// The state it led to.
    pub to: State,
    /// When it was written: what a term counts from.
    pub day: Day,
    /// When it took effect: what a state on a day goes by.
    pub on: Day,
    /// Where it is written.
    pub entry: Entry,
}

/// A case, as the duties of both sides need it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CaseFacts {
    /// Its id.
    pub id: CaseId,
    /// For people to read.
    pub name: String,
    /// The side this node plays.
    pub side: Side,
    /// The partner's code; none before there is one.
    pub partner: Option<Arc<str>>,
    /// Is an agreement with it in force today? Without one the case can only be ended.
    pub agreed: bool,
    /// The member on this node's roster; outflow only.
    pub member: Option<MemberId>,
    /// The unit of this node it belongs to.
    pub unit: Option<UnitName>,
    /// Every step.
    pub steps: Vec<CaseStep>,
    /// Since when the member is away.
    pub since: Option<Day>,
    /// While the host manages the member.
    pub managed: Option<(Day, Option<Day>)>,
    /// Contacts home made, ascending by day.
    pub contacts: Vec<(Day, Entry)>,
    /// Times of probation, as this side knows them: a decision that extends one begins the next.
    pub probation: Vec<Probation>,
    /// The host's opinions.
    pub opinions: Vec<(Day, Entry)>,
    /// Home's decisions.
    pub decisions: Vec<(Day, Entry)>,
    /// When the certificate was looked at or handed in, as letters of this side and the own book have it, ascending by day.
    pub looks: Vec<(Day, Entry)>,
    /// Does this side know of a certificate?
    pub has_certificate: bool,
    /// Months of dues that letters of either side say were paid, and when.
    pub dues: Vec<(Month, Day, Entry)>,
    /// Roles that the host's letters tell of.
    pub roles: Vec<(Day, Entry)>,
}

/// A quarter of a correspondence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QuarterFacts {
    /// The partner's code.
    pub partner: Arc<str>,
    /// Which.
    pub quarter: Quarter,
    /// Does the agreement's cadence ask for a statement?
    pub stated: bool,
    /// Is an agreement in force today? Without one nothing is stated and nothing closed.
    pub agreed: bool,
    /// Our first statement.
    pub ours: Option<(Day, Entry)>,
    /// The partner's first statement.
    pub theirs: Option<(Day, Entry)>,
    /// When this side signed the present result.
    pub closed_on: Option<(Day, Entry)>,
    /// Is it our turn, once both have stated?
    pub our_turn: bool,
}

/// An excuse for a duty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Excuse {
    /// The duty.
    pub duty: [u8; 8],
    /// Why.
    pub reason: String,
    /// Who excuses.
    pub person: String,
    /// Where it is written.
    pub entry: Entry,
}

/// Kinds of fact that this node records.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kept {
    /// Activities and their attendance.
    Activities,
    /// Meetings.
    Meetings,
    /// Yearly plans.
    Plans,
    /// Measures on absences.
    Measures,
    /// Talks.
    Talks,
    /// Reports of study and work.
    Reports,
    /// Training hours.
    Training,
    /// Roles played.
    Roles,
    /// Dues.
    Dues,
    /// Inspections.
    Inspections,
    /// Screenings.
    Screenings,
    /// Cases and quarters.
    Flow,
}

/// Everything that is known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// Which kinds of fact are recorded here at all.
    pub kept: BTreeSet<Kept>,
    /// Units; the committee itself need not be among them.
    pub units: Vec<Unit>,
    /// Members of the roster and hosted ones.
    pub people: Vec<Person>,
    /// What was held.
    pub activities: Vec<Activity>,
    /// Plans.
    pub plans: Vec<Plan>,
    /// Activity days of the newest plans.
    pub planned: Vec<PlannedDay>,
    /// Measures that were taken on absences.
    pub measures: Vec<Dated<Measure>>,
    /// Talks.
    pub talks: Vec<Talk>,
    /// Reports of study and work.
    pub reports: Vec<Dated<()>>,
    /// Training, in tenths of an hour.
    pub training: Vec<Dated<u16>>,
    /// Roles played.
    pub roles: Vec<Dated<()>>,
    /// Refusals of assigned work, a month each.
    pub refusals: Vec<Dated<Neglect>>,
    /// Dues paid or waived.
    pub dues: Vec<DuesPaid>,
    /// Of whom no payment is known: from which month on a base asks them for dues; none: nobody ever entered one.
    pub asked_from: HashMap<Who, Option<Month>>,
    /// Exemptions.
    pub exemptions: Vec<Exemption>,
    /// Inspections.
    pub inspections: Vec<Inspection>,
    /// Screenings of the whole committee.
    pub screenings: Vec<(Day, Entry)>,
    /// Cases.
    pub cases: Vec<CaseFacts>,
    /// Quarters of correspondences.
    pub quarters: Vec<QuarterFacts>,
    /// Excuses in force.
    pub excuses: Vec<Excuse>,
}
