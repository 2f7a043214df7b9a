//! Who was expected at an activity and how each took part: from the names people write to persons who belong to the unit.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::{Attendee, Presence, Text},
    time::Day,
};
use thiserror::Error;

/// Digits that are enough to name somebody by id.
const DIGITS: usize = 8;

/// A person of the roster or a hosted one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Who {
    /// A member of this node's roster.
    Member(MemberId),
    /// A flow member hosted here.
    Hosted(CaseId),
}

impl Who {
    /// Whom a line of a record is about.
    pub fn of(attendee: &Attendee) -> Option<Self> {
        match (attendee.member_id, attendee.case_id) {
            (Some(member), None) => Some(Self::Member(member)),
            (None, Some(case)) => Some(Self::Hosted(case)),
            _ => None,
        }
    }

    /// The id, 32 hex digits.
    pub fn id(self) -> String {
        match self {
            Self::Member(id) => id.to_string(),
            Self::Hosted(id) => id.to_string(),
        }
    }
}

/// Somebody who may be named.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub who: Who,
    /// Name, certificate number, ID number: whatever may name the person.
    pub names: Vec<String>,
    /// The unit, or none.
    pub unit: Option<String>,
    /// Belongs to the unit that the record is about.
    pub belongs: bool,
    /// Is expected without being named: not away and not exempt.
    pub expected: bool,
    /// Since when: admitted, or placed here. Before it the person was not expected.
    pub since: Option<Day>,
}

impl Candidate {
    fn is(&self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let by_id = lower.len() >= DIGITS
            && lower.bytes().all(|byte| byte.is_ascii_hexdigit())
            && self.who.id().starts_with(&lower);
        by_id || self.names.iter().any(|name| name == text)
    }
}

/// A person as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Named {
    /// Name, certificate number, ID number or the first digits of an id.
    pub person: String,
    /// How the person took part.
    pub presence: Presence,
    /// Why absent.
    pub reason: Option<Text<100>>,
}

/// A line that cannot be taken.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RollProblem {
    /// On the roster, but elsewhere.
    #[error(
        "{name} 属 {unit}, 不属本支部; 请核对姓名, 或先用名册调整所在支部 this person belongs to {unit} and not to this unit: check the name, or place the person on the roster first"
    )]
    Elsewhere {
        /// As it was written.
        name: String,
        /// Where the person is.
        unit: String,
    },
    /// Nobody is called so.
    #[error(
        "名册和流入党员中没有 {0}; 用 member list 查看 nobody on the roster and no hosted member is called so: see member list"
    )]
    Unknown(String),
    /// Several are called so.
    #[error(
        "{name} 可指多人, 请改用活动证号或编号 several are called so, use the certificate number or an id: {}", .candidates.join(", ")
    )]
    Ambiguous {
        /// As it was written.
        name: String,
        /// Their ids.
        candidates: Vec<String>,
    },
    /// Named before.
    #[error("{0} 重复列出, 请只保留一次 is named twice: keep one of them")]
    Twice(String),
    /// A line that nothing else says anything about.
    #[error("{0} 不在原记录的应到人员中 was not expected in the first place")]
    NotExpected(String),
    /// Nobody was expected.
    #[error(
        "没有应到人员; 用 present = all 或逐一列出 nobody was expected: say present = all, or name the persons"
    )]
    Nobody,
    /// Everybody cannot have the same excuse.
    #[error(
        "其余人员不能统一记为请假, 请逐人写明事由 not everyone can be absent with a reason: name each with their own"
    )]
    EveryoneExcused,
}

/// What is wrong, and at which of the names; none: with the list as a whole.
pub type Problems = Vec<(Option<usize>, RollProblem)>;

/// Whom a text names. Whoever belongs to the unit comes first.
pub fn find<'a>(candidates: &'a [Candidate], text: &str) -> Result<&'a Candidate, RollProblem> {
    let (inside, outside): (Vec<&Candidate>, Vec<_>) = candidates
        .iter()
        .filter(|candidate| candidate.is(text))
        .partition(|candidate| candidate.belongs);
    match (inside.as_slice(), outside.first()) {
        ([one], _) => Ok(one),
        ([], None) => Err(RollProblem::Unknown(text.to_owned())),
        ([], Some(other)) => Err(RollProblem::Elsewhere {
            name: text.to_owned(),
            unit: other.unit.clone().unwrap_or_else(|| "—".to_owned()),
        }),
        (several, _) => Err(RollProblem::Ambiguous {
            name: text.to_owned(),
            candidates: several.iter().map(|candidate| candidate.who.id()).collect(),
        }),
    }
}

fn attendee(who: Who, presence: Presence, reason: Option<Text<100>>) -> Attendee {
    let (member_id, case_id) = match who {
        Who::Member(id) => (Some(id), None),
        Who::Hosted(id) => (None, Some(id)),
    };
    Attendee {
        member_id,
        case_id,
        presence,
        reason,
        told: None,
    }
}

fn named(
    candidates: &[Candidate],
    people: &[Named],
    problems: &mut Problems,
) -> BTreeMap<Who, Attendee> {
    let mut found = BTreeMap::new();
    for (at, line) in people.iter().enumerate() {
        match find(candidates, &line.person) {
            Ok(candidate) => {
                let line_of = attendee(candidate.who, line.presence, line.reason.clone());
                if found.insert(candidate.who, line_of).is_some() {
                    problems.push((Some(at), RollProblem::Twice(line.person.clone())));
                }
            }
            Err(problem) => problems.push((Some(at), problem)),
        }
    }
    found
}

/// The attendees of a new record, in the order of the candidates: those named, and with `everyone` all others who were expected.
pub fn call(
    candidates: &[Candidate],
    everyone: Option<Presence>,
    people: &[Named],
) -> Result<Vec<Attendee>, Problems> {
    let mut problems = Problems::new();
    let mut found = named(candidates, people, &mut problems);
    if everyone == Some(Presence::AbsentWithReason) {
        problems.push((None, RollProblem::EveryoneExcused));
    }
    let attendees: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.belongs)
        .filter_map(|candidate| {
            let others = everyone.filter(|_| candidate.expected);
            found
                .remove(&candidate.who)
                .or_else(|| others.map(|presence| attendee(candidate.who, presence, None)))
        })
        .collect();
    if attendees.is_empty() && problems.is_empty() {
        problems.push((None, RollProblem::Nobody));
    }
    if problems.is_empty() {
        Ok(attendees)
    } else {
        Err(problems)
    }
}

/// The attendees of a corrected record: the lines it had, those of `people` changed or added, those of `not_expected` gone.
/// A line that stays keeps the letter that told of it.
pub fn amend(
    before: &[Attendee],
    candidates: &[Candidate],
    people: &[Named],
    not_expected: &[String],
) -> Result<Vec<Attendee>, Problems> {
    let mut problems = Problems::new();
    let mut found = named(candidates, people, &mut problems);
    let mut gone = Vec::new();
    for text in not_expected {
        match find(candidates, text) {
            Ok(candidate)
                if before
                    .iter()
                    .any(|line| Who::of(line) == Some(candidate.who)) =>
            {
                gone.push(candidate.who);
            }
            Ok(_) => problems.push((None, RollProblem::NotExpected(text.clone()))),
            Err(problem) => problems.push((None, problem)),
        }
    }
    let mut lines = Vec::new();
    for old in before {
        let Some(who) = Who::of(old) else { continue };
        match found.remove(&who) {
            Some(_) if gone.contains(&who) => {
                problems.push((None, RollProblem::Twice(who.id())));
            }
            Some(new) => lines.push(Attendee {
                told: old.told.clone(),
                ..new
            }),
            None if gone.contains(&who) => {}
            None => lines.push(old.clone()),
        }
    }
    lines.extend(found.into_values());
    if lines.is_empty() && problems.is_empty() {
        problems.push((None, RollProblem::Nobody));
    }
    if problems.is_empty() {
        Ok(lines)
    } else {
        Err(problems)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use Presence::{Absent, AbsentWithReason, Present, Remote};

    use super::*;

    fn member(number: u8, name: &str, unit: &str) -> Candidate {
        Candidate {
            who: Who::Member(MemberId::from_bytes([number; 16])),
            names: vec![name.to_owned(), format!("AQ-{number}")],
            unit: Some(unit.to_owned()),
            belongs: unit == "东街支部",
            expected: true,
            since: None,
        }
    }

    fn candidates() -> Vec<Candidate> {
        let away = Candidate {
            expected: false,
            ..member(3, "远行", "东街支部")
        };
        let hosted = Candidate {
            who: Who::Hosted(CaseId::from_bytes([9; 16])),
            ..member(9, "流入", "东街支部")
        };
        vec![
            member(1, "张三", "东街支部"),
            member(2, "李四", "东街支部"),
            away,
            hosted,
            member(4, "王五", "西街支部"),
            member(5, "同名", "东街支部"),
            member(6, "同名", "东街支部"),
        ]
    }

    fn line(person: &str, presence: Presence) -> Named {
        let excused = presence == AbsentWithReason;
        Named {
            person: person.to_owned(),
            presence,
            reason: excused.then(|| Text::parse("病假").unwrap()),
        }
    }

    fn presences(attendees: &[Attendee]) -> Vec<(u8, Presence)> {
        attendees
            .iter()
            .map(|attendee| {
                let id = Who::of(attendee).unwrap().id();
                (u8::from_str_radix(&id[..2], 16).unwrap(), attendee.presence)
            })
            .collect()
    }

    #[test]
    fn all_are_there_but_for_those_named_otherwise() {
        let people = [line("李四", AbsentWithReason), line("AQ-9", Remote)];
        let attendees = call(&candidates(), Some(Present), &people).unwrap();
        let expected = [
            (1, Present),
            (2, AbsentWithReason),
            (9, Remote),
            (5, Present),
            (6, Present),
        ];
        assert_eq!(presences(&attendees), expected);
        // A member away is expected only when named.
        let named = call(&candidates(), None, &[line("远行", Remote)]).unwrap();
        assert_eq!(presences(&named), [(3, Remote)]);
    }

    #[test]
    fn every_wrong_name_is_told_with_its_place() {
        let people = [
            line("张三", Present),
            line("王五", Present),
            line("无名", Present),
            line("同名", Present),
            line("01010101", Absent),
        ];
        let problems = call(&candidates(), None, &people).unwrap_err();
        let places: Vec<_> = problems.iter().map(|(at, _)| *at).collect();
        assert_eq!(places, [Some(1), Some(2), Some(3), Some(4)]);
        assert!(
            matches!(&problems[0].1, RollProblem::Elsewhere { unit, .. } if unit == "西街支部")
        );
        assert!(matches!(&problems[1].1, RollProblem::Unknown(name) if name == "无名"));
        assert!(
            matches!(&problems[2].1, RollProblem::Ambiguous { candidates, .. } if candidates.len() == 2)
        );
        assert!(matches!(&problems[3].1, RollProblem::Twice(_)));
        let nobody = call(&candidates(), None, &[]).unwrap_err();
        assert_eq!(nobody, [(None, RollProblem::Nobody)]);
        let all = call(&candidates(), Some(AbsentWithReason), &[]).unwrap_err();
        assert_eq!(all, [(None, RollProblem::EveryoneExcused)]);
    }

    #[test]
    fn a_corrected_line_keeps_the_letter_that_told_of_it() {
        let mut before = call(&candidates(), Some(Present), &[]).unwrap();
        let told = hongyan_proto::letter::Told {
            log_id: hongyan_proto::id::LogId::from_bytes([7; 32]),
            sequence: 41,
        };
        before[2].told = Some(told.clone());
        let people = [line("流入", Absent), line("远行", Remote)];
        let after = amend(&before, &candidates(), &people, &["李四".to_owned()]).unwrap();
        let expected = [
            (1, Present),
            (9, Absent),
            (5, Present),
            (6, Present),
            (3, Remote),
        ];
        assert_eq!(presences(&after), expected);
        assert_eq!(after[1].told, Some(told));
        let wrong = amend(&before, &candidates(), &[], &["远行".to_owned()]).unwrap_err();
        assert!(matches!(&wrong[..], [(None, RollProblem::NotExpected(_))]));
    }
}
