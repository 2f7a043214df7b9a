//! The roster (党员名册): reading it, and bringing it in step with a file.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::Disclosed,
};
use prost::Message;

use super::{
    Answer, Office, OfficeError, Request,
    desk::Desk,
    find,
    import::{Roster, Row},
};
use crate::book::{self, CaseFile, Member};

/// What became of a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub(super) enum Outcome {
    Added = 1,
    Changed = 2,
    Unchanged = 3,
    Refused = 4,
}

/// One row's result, as it is remembered with the request.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RowResult {
    #[prost(uint32, tag = "1")]
    pub(super) row: u32,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(int32, tag = "3")]
    pub(super) outcome: i32,
    #[prost(bytes = "bytes", tag = "4")]
    pub(super) member: Bytes,
    /// Column and problem, in turns.
    #[prost(string, repeated, tag = "5")]
    pub(super) problems: Vec<String>,
}

/// What an import did, or would do.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Imported {
    #[prost(message, repeated, tag = "1")]
    pub(super) rows: Vec<RowResult>,
    #[prost(string, repeated, tag = "2")]
    pub(super) ignored: Vec<String>,
}

impl Imported {
    /// How many rows ended so.
    pub(super) fn count(&self, outcome: Outcome) -> u32 {
        let rows = self
            .rows
            .iter()
            .filter(|row| row.outcome == outcome as i32)
            .count();
        u32::try_from(rows).unwrap_or(u32::MAX)
    }
}

/// Brings the roster in step with a file, in one commit; or says what would happen.
pub(super) async fn import(
    office: &Office,
    request: Request,
    content: &[u8],
    filename: &str,
    dry_run: bool,
) -> Result<(Imported, Answer), OfficeError> {
    let roster = super::import::read(content, filename)?;
    if dry_run {
        let members = book::members(&office.store)?;
        let (imported, _) = plan(&roster, members);
        return Ok((imported, Answer::default()));
    }
    let answer = office
        .write(request, move |desk| {
            let members = book::members(desk.draft)?;
            let (imported, changes) = plan(&roster, members);
            let imported = apply(desk, imported, changes)?;
            Ok(Answer {
                extra: imported.encode_to_vec().into(),
                ..Answer::default()
            })
        })
        .await?;
    let imported = Imported::decode(answer.extra.clone())
        .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))?;
    Ok((imported, answer))
}

struct Change {
    /// Index into the results.
    at: usize,
    member: Option<MemberId>,
    details: Disclosed,
    unit: Option<hongyan_proto::letter::Text<100>>,
}

/// What is to be written: row by row, against the roster as it is.
fn plan(roster: &Roster, members: Vec<Member>) -> (Imported, Vec<Change>) {
    let index = Index::of(&members);
    let by_id: BTreeMap<MemberId, Member> = members
        .into_iter()
        .map(|member| (member.member_id, member))
        .collect();
    let mut imported = Imported {
        rows: Vec::new(),
        ignored: roster.ignored.clone(),
    };
    let mut changes = Vec::new();
    let mut seen = Index::default();
    for row in &roster.rows {
        let mut result = RowResult {
            row: row.number,
            name: row.name.clone(),
            ..RowResult::default()
        };
        let known = index.find(&row.details);
        let repeated = seen.repeats(row);
        if !row.problems.is_empty() || repeated {
            result.outcome = Outcome::Refused as i32;
            for problem in &row.problems {
                result
                    .problems
                    .extend([problem.column.clone(), problem.problem.clone()]);
            }
            if repeated {
                result.problems.extend([
                    "姓名".to_owned(),
                    "与前面的行是同一人 the same person as a row above".to_owned(),
                ]);
            }
        } else if let Some(old) = known.and_then(|id| by_id.get(&id)) {
            // What the file is silent about stays.
            let details = row.details.clone().or(old.details.clone());
            let unit = row.unit.clone().or_else(|| old.unit.clone());
            result.member = old.member_id.to_field();
            if details == old.details && unit == old.unit && !old.removed {
                result.outcome = Outcome::Unchanged as i32;
            } else {
                result.outcome = Outcome::Changed as i32;
                changes.push(Change {
                    at: imported.rows.len(),
                    member: known,
                    details,
                    unit,
                });
            }
        } else {
            result.outcome = Outcome::Added as i32;
            changes.push(Change {
                at: imported.rows.len(),
                member: None,
                details: row.details.clone(),
                unit: row.unit.clone(),
            });
        }
        imported.rows.push(result);
    }
    (imported, changes)
}

fn apply(
    desk: &mut Desk<'_, '_>,
    mut imported: Imported,
    changes: Vec<Change>,
) -> Result<Imported, OfficeError> {
    for change in changes {
        let member_id = change
            .member
            .unwrap_or_else(|| MemberId::random(desk.draft.rng()));
        let member = Member {
            member_id,
            details: change.details,
            unit: change.unit,
            removed: false,
            actor: desk.actor.clone(),
        };
        desk.local(&member.into(), None)?;
        if let Some(row) = imported.rows.get_mut(change.at) {
            row.member = member_id.to_field();
        }
    }
    Ok(imported)
}

/// Who a row is: by ID number, else by certificate, else by name and month of birth.
#[derive(Default)]
struct Index {
    keys: BTreeMap<String, MemberId>,
    rows: BTreeSet<String>,
}

impl Index {
    fn of(members: &[Member]) -> Self {
        let mut index = Self::default();
        for member in members {
            for key in keys(&member.details) {
                index.keys.entry(key).or_insert(member.member_id);
            }
        }
        index
    }

    fn find(&self, details: &Disclosed) -> Option<MemberId> {
        keys(details)
            .iter()
            .find_map(|key| self.keys.get(key).copied())
    }

    fn repeats(&mut self, row: &Row) -> bool {
        let first = keys(&row.details).into_iter().next();
        first.is_some_and(|key| !self.rows.insert(key))
    }
}

fn keys(details: &Disclosed) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(number) = details
        .id_number
        .as_ref()
        .filter(|number| !number.is_masked())
    {
        keys.push(format!("i{}", number.as_str()));
    }
    if let Some(certificate) = &details.certificate {
        keys.push(format!("c{certificate}"));
    }
    if let (Some(name), Some(month)) = (&details.name, &details.birth_month) {
        keys.push(format!("n{name}/{month}"));
    }
    if keys.is_empty()
        && let Some(name) = &details.name
    {
        keys.push(format!("m{name}"));
    }
    keys
}

/// A member and the cases it has.
pub(super) fn show(office: &Office, text: &str) -> Result<(Member, Vec<CaseFile>), OfficeError> {
    let member = find::member(&office.store, text)?;
    let mut cases = Vec::new();
    for id in book::cases_of_member(&office.store, member.member_id)? {
        cases.push(find::case_by_id(&office.store, id)?.0);
    }
    cases.sort_by_key(|file| file.records.first().map(|record| record.time_ms));
    Ok((member, cases))
}

/// Members that fit, by name then id, each with its open case.
pub(super) fn list(
    office: &Office,
    search: &str,
    removed: bool,
    away: bool,
) -> Result<Vec<(Member, Option<CaseId>)>, OfficeError> {
    let open: BTreeMap<MemberId, CaseId> = book::all_cases(&office.store, None)?
        .into_iter()
        .filter(CaseFile::is_open)
        .filter_map(|file| Some((file.member?, file.id)))
        .collect();
    let mut found: Vec<_> = book::members(&office.store)?
        .into_iter()
        .filter(|member| removed || !member.removed)
        .map(|member| {
            let case = open.get(&member.member_id).copied();
            (member, case)
        })
        .filter(|(member, case)| (!away || case.is_some()) && mentions(member, search))
        .collect();
    found.sort_by(|(a, _), (b, _)| {
        let key = |member: &Member| {
            (
                member.details.name.as_ref().map(ToString::to_string),
                member.member_id,
            )
        };
        key(a).cmp(&key(b))
    });
    Ok(found)
}

fn mentions(member: &Member, search: &str) -> bool {
    let details = &member.details;
    search.is_empty()
        || details
            .name
            .as_ref()
            .is_some_and(|name| name.as_str().contains(search))
        || details
            .certificate
            .as_ref()
            .is_some_and(|number| number.as_str().contains(search))
        || member
            .unit
            .as_ref()
            .is_some_and(|unit| unit.as_str().contains(search))
}
