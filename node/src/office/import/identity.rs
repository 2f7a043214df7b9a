//! Who a row is: by ID number, else by certificate, else by name and month of birth.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::MemberId,
    letter::{Disclosed, IdNumber},
};

use crate::{
    book::Member,
    office::roster_file::{Column, Problem},
};

/// What identifies a person, strongest first.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Mark {
    IdNumber(String),
    Certificate(String),
    Born(String, String),
    /// Nothing else is known.
    Name(String),
}

/// The marks of a person.
pub(super) fn marks(details: &Disclosed) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(number) = full(details) {
        marks.push(Mark::IdNumber(number.to_string()));
    }
    if let Some(certificate) = &details.certificate {
        marks.push(Mark::Certificate(certificate.to_string()));
    }
    if let (Some(name), Some(month)) = (&details.name, &details.birth_month) {
        marks.push(Mark::Born(name.to_string(), month.to_string()));
    }
    if marks.is_empty()
        && let Some(name) = &details.name
    {
        marks.push(Mark::Name(name.to_string()));
    }
    marks
}

pub(super) fn full(details: &Disclosed) -> Option<&IdNumber> {
    details
        .id_number
        .as_ref()
        .filter(|number| !number.is_masked())
}

/// Two people for certain: both numbers are known and differ.
pub(super) fn differ(one: &Disclosed, other: &Disclosed) -> bool {
    matches!((full(one), full(other)), (Some(one), Some(other)) if one != other)
}

/// Nothing is known that gives them two names.
pub(super) fn same_name(one: &Disclosed, other: &Disclosed) -> bool {
    one.name.is_none() || other.name.is_none() || one.name == other.name
}

/// The roster by its marks.
#[derive(Default)]
pub(super) struct Index {
    by_mark: BTreeMap<Mark, Vec<MemberId>>,
    /// Those of whom more than the name is known, by name.
    known: BTreeMap<String, MemberId>,
    pub(super) members: BTreeMap<MemberId, Member>,
}

impl Index {
    pub(super) fn of(members: Vec<Member>) -> Self {
        let mut index = Self::default();
        for member in members {
            let name = member.details.name.as_ref().filter(|_| !member.removed);
            if let Some(name) = name.filter(|_| only_name(&member.details).is_none()) {
                index.known.insert(name.to_string(), member.member_id);
            }
            for mark in marks(&member.details) {
                index
                    .by_mark
                    .entry(mark)
                    .or_default()
                    .push(member.member_id);
            }
            index.members.insert(member.member_id, member);
        }
        index
    }

    /// The member that a row is, none when it is a new one; or why that cannot be told.
    pub(super) fn find(&self, details: &Disclosed) -> Result<Option<&Member>, Problem> {
        let mut found: Option<&Member> = None;
        for mark in marks(details) {
            let all: Vec<&Member> = self
                .by_mark
                .get(&mark)
                .into_iter()
                .flatten()
                .filter_map(|id| self.members.get(id))
                .collect();
            let fits: Vec<&Member> = all
                .iter()
                .copied()
                .filter(|member| !differ(&member.details, details))
                .filter(|member| {
                    // A certificate alone does not turn one name into another.
                    !matches!(mark, Mark::Certificate(_)) || same_name(&member.details, details)
                })
                .collect();
            match (&mark, found, fits.as_slice()) {
                (Mark::Certificate(_), Some(known), _)
                    if all
                        .iter()
                        .any(|other| other.member_id != known.member_id && !other.removed) =>
                {
                    return Err(held());
                }
                (Mark::Certificate(_), None, []) if all.iter().any(|other| !other.removed) => {
                    return Err(held());
                }
                (_, None, [only]) => found = Some(*only),
                (_, None, [_, ..]) => return Err(several()),
                _ => {}
            }
        }
        match (found, &details.name) {
            (None, Some(name)) => self.by_name(name.as_str(), only_name(details).is_some()),
            _ => Ok(found),
        }
    }

    /// Who a row is that nothing but its name may tell. Somebody of whom the roster has the name alone is meant by that name; a row of the name
    /// alone may mean anybody of that name.
    fn by_name(&self, name: &str, nothing_else: bool) -> Result<Option<&Member>, Problem> {
        if nothing_else {
            let known = self.known.get(name).and_then(|id| self.members.get(id));
            return known.map_or(Ok(None), |known| Err(namesake(known)));
        }
        let alone = self.by_mark.get(&Mark::Name(name.to_owned()));
        let alone = alone.into_iter().flatten();
        let mut alone = alone.filter_map(|id| self.members.get(id));
        let mut alone = alone.by_ref().filter(|member| !member.removed);
        match (alone.next(), alone.next()) {
            (Some(_), Some(_)) => Err(several()),
            (only, _) => Ok(only),
        }
    }
}

/// The name, of somebody of whom nothing else is known that tells people apart.
pub(super) fn only_name(details: &Disclosed) -> Option<String> {
    match marks(details).pop() {
        Some(Mark::Name(name)) => Some(name),
        _ => None,
    }
}

fn namesake(known: &Member) -> Problem {
    let unit = known.unit.as_ref().map_or("-", |unit| unit.as_str());
    Problem {
        column: Column::Name.title().to_owned(),
        problem: format!(
            "名册已有同名党员 ({unit}), 请补充身份证号、活动证号或出生年月以区分 that name is on the roster: give the ID number, certificate or month of birth"
        ),
    }
}

fn held() -> Problem {
    Problem {
        column: Column::Certificate.title().to_owned(),
        problem:
            "名册中该活动证号属于另一名党员, 请核对 another member holds this certificate: check it"
                .to_owned(),
    }
}

fn several() -> Problem {
    Problem {
        column: Column::IdNumber.title().to_owned(),
        problem: "名册中有多人与此行相符, 请填写身份证号以区分 several members fit this row: give the ID number".to_owned(),
    }
}
