//! The record book of one person (党员记实): organizational life out of the activities, awards and roles out of their own records, and
//! which lines the member has confirmed. Nothing is entered twice: a line is what a record says about the person.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::Hash,
    letter::{Attendance, Attendee, Award, BookRecord, Payload, Role},
    time::{Day, Timestamp},
};
use sha2::{Digest as _, Sha256};

use super::{disclose::dues, exempt::Exempted, record::Record, roll::Who};

/// The four kinds of record (W 记实 §二.1).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Section {
    /// 组织生活.
    OrganizationalLife,
    /// 交纳党费.
    Dues,
    /// 奖惩.
    Awards,
    /// 发挥作用.
    Role,
}

/// One line of a book.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The record it comes from.
    pub record: u64,
    /// The entry that says it now: what a code given later covers.
    pub version: u64,
    /// Which kind of record.
    pub section: Section,
    /// When it happened.
    pub day: Day,
    /// What it says, as the letter that would tell exactly this line.
    pub content: Payload,
    /// What a confirmation names.
    pub digest: Hash,
    /// When the member confirmed it; none: not yet, or it has said something else since.
    pub confirmed: Option<Timestamp>,
    /// An activity the person did not come to and was not expected at: exempt that day.
    pub exempt: bool,
}

/// What members confirmed: by record, the digests and when.
pub type Confirmed = BTreeMap<u64, Vec<(Hash, Timestamp)>>;

fn digest(content: &Payload) -> Hash {
    Hash::from_bytes(Sha256::digest(content.encode()).into())
}

fn about(record: &BookRecord) -> Option<Who> {
    match (record.member_id, record.case_id) {
        (Some(member), None) => Some(Who::Member(member)),
        (None, Some(case)) => Some(Who::Hosted(case)),
        _ => None,
    }
}

/// What a record says about a person, if anything.
fn content(payload: &Payload, who: Who) -> Option<(Section, Day, Payload)> {
    match payload {
        Payload::Activity(activity) => {
            let is = |line: &&Attendee| Who::of(line) == Some(who);
            let line = activity.attendees.iter().find(is)?;
            let told = Attendance {
                day: activity.day,
                activity: activity.kind,
                theme: Some(activity.theme.clone()),
                presence: line.presence,
            };
            Some((Section::OrganizationalLife, activity.day, told.into()))
        }
        Payload::BookRecord(record) if about(record) == Some(who) => {
            match (&record.award, &record.role) {
                (Some(award), None) => Some(awarded(award)),
                (None, Some(role)) => Some(played(role)),
                _ => None,
            }
        }
        Payload::DuesPayment(payment) => {
            let whose = match (payment.member_id, payment.case_id) {
                (Some(member), _) => Some(Who::Member(member)),
                (None, case) => case.map(Who::Hosted),
            };
            let dues = dues(payment).filter(|_| whose == Some(who))?;
            Some((Section::Dues, payment.paid_on, dues.into()))
        }
        _ => None,
    }
}

/// The kind of record, and the day, of a fact that belongs into a book.
pub const fn section_of(fact: &Payload) -> Option<(Section, Day)> {
    match fact {
        Payload::Attendance(one) => Some((Section::OrganizationalLife, one.day)),
        Payload::Dues(one) => Some((Section::Dues, one.paid_on)),
        Payload::Award(one) => Some((Section::Awards, one.day)),
        Payload::Role(one) => Some((Section::Role, one.day)),
        _ => None,
    }
}

fn awarded(award: &Award) -> (Section, Day, Payload) {
    (Section::Awards, award.day, award.clone().into())
}

fn played(role: &Role) -> (Section, Day, Payload) {
    (Section::Role, role.day, role.clone().into())
}

/// The entries that took back what was said about a person.
pub fn taken_back(records: &[Record], who: Who) -> impl Iterator<Item = u64> {
    let void = records.iter().filter(|record| record.void);
    let about = void.filter(move |record| content(&record.payload, who).is_some());
    about.map(|record| record.version)
}

/// One person's lines out of a year's records, by kind, then by day.
pub fn lines_about(
    records: &[Record],
    who: Who,
    confirmed: &Confirmed,
    exempted: &Exempted,
) -> Vec<Line> {
    let mut lines: Vec<Line> = records
        .iter()
        .filter(|record| !record.void)
        .filter_map(|record| {
            let (section, day, content) = content(&record.payload, who)?;
            let digest = digest(&content);
            let found = confirmed.get(&record.sequence).into_iter().flatten();
            let exempt = match &content {
                Payload::Attendance(line) => exempted.misses(who, day, line.presence),
                _ => false,
            };
            Some(Line {
                record: record.sequence,
                version: record.version,
                section,
                day,
                content,
                digest,
                confirmed: found
                    .filter(|(known, _)| *known == digest)
                    .map(|(_, time)| *time)
                    .next(),
                exempt,
            })
        })
        .collect();
    lines.sort_by_key(|line| (line.section, line.day, line.record));
    lines
}

/// How a person's year stands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Activities the person was expected at.
    pub expected: u32,
    /// Activities the person took part in.
    pub attended: u32,
    /// Payments of dues.
    pub dues: u32,
    /// Awards.
    pub awards: u32,
    /// Penalties.
    pub penalties: u32,
    /// Roles played: at least one a year (W 记实 §二.2).
    pub roles: u32,
    /// Lines the member confirmed.
    pub confirmed: u32,
    /// Lines that wait for the member.
    pub unconfirmed: u32,
    /// Activities the person missed and was not expected at: exempt.
    pub exempt: u32,
}

/// Counts a book.
pub fn tally(lines: &[Line]) -> Tally {
    let mut tally = Tally::default();
    for line in lines {
        match &line.content {
            Payload::Attendance(_) if line.exempt => tally.exempt += 1,
            Payload::Attendance(attendance) => {
                tally.expected += 1;
                tally.attended += u32::from(attendance.presence.was_there());
            }
            Payload::Dues(_) => tally.dues += 1,
            Payload::Award(award) if award.penalty => tally.penalties += 1,
            Payload::Award(_) => tally.awards += 1,
            Payload::Role(_) => tally.roles += 1,
            _ => {}
        }
        if line.confirmed.is_some() {
            tally.confirmed += 1;
        } else {
            tally.unconfirmed += 1;
        }
    }
    tally
}
