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
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Who {
    /// A member of this node's roster.
    Member(MemberId),
    /// A flow member hosted here; known by the case.
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
        "{name} 当日属 {unit}, 不属本支部; 请核对姓名, 或先用 unit assign 支部 姓名 --on 日期 登记何时调入 this person belonged to {unit} that day and not to this unit: check the name, or say with unit assign --on from which day they do"
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
        "{name} 可指多人 ({0}), 请改用活动证号或编号 several are called so, use the certificate number or an id: {0}", .candidates.join(", ")
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
        (several, _) => Err(ambiguous(text, several)),
    }
}

fn ambiguous(text: &str, several: &[&Candidate]) -> RollProblem {
    RollProblem::Ambiguous {
        name: text.to_owned(),
        candidates: several.iter().map(|one| one.who.id()).collect(),
    }
}

/// The same among everyone who is or was here: who left with a name that somebody here has is meant by what else names them.
pub fn find_any<'a>(candidates: &'a [Candidate], text: &str) -> Result<&'a Candidate, RollProblem> {
    let found = find(candidates, text);
    if !matches!(found, Err(RollProblem::Elsewhere { .. })) {
        return found;
    }
    let left: Vec<&Candidate> = candidates.iter().filter(|one| one.is(text)).collect();
    match left.as_slice() {
        [one] => Ok(one),
        several => Err(ambiguous(text, several)),
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
