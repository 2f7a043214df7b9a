//! Officers of units: appointing them, ending their terms, and who they are.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::UnitId,
    letter::{OfficerAppointed, OfficerEnded, OfficerRole, Payload, Text},
    time::Day,
};

use super::{Answer, Office, OfficeError, Request, find, unit};
use crate::{
    book,
    domain::{
        life::unit::belongs,
        unit::{Officer, Units},
    },
    store::LogNo,
};

/// Who is to be what, where.
#[derive(Clone, Debug)]
pub(super) struct Post {
    /// As a person names it; empty: the committee.
    pub(super) unit: String,
    pub(super) member: String,
    pub(super) role: OfficerRole,
}

/// A member takes up an office.
pub(super) async fn appoint(
    office: &Office,
    request: Request,
    post: Post,
    from: Day,
    until: Option<Day>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let units = book::units(desk.draft)?;
            let unit_id = find::above(&units, &post.unit)?;
            let member = find::member(desk.draft, &post.member)?;
            if member.removed {
                return Err(OfficeError::field("member", "已离开名册 left the roster"));
            }
            if let Some(until) = member.details.probationary_until {
                return Err(on_probation(&post.member, until, desk.today));
            }
            units.may_appoint(unit_id, member.member_id, post.role, from, desk.today)?;
            let entry = OfficerAppointed {
                unit_id,
                member_id: member.member_id,
                role: post.role,
                from,
                until,
                actor: desk.actor.clone(),
            };
            desk.enter(&entry.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// 党章 第七条: 预备党员没有表决权、选举权和被选举权. Who is on the roster with a last day of probation is so until the conversion is decided.
fn on_probation(member: &str, until: Day, today: Day) -> OfficeError {
    let problem = if today <= until {
        format!(
            "{member} 预备期至 {until}, 预备党员没有被选举权 (党章第七条), 请在转正后任职 on probation until then, and cannot be elected (Constitution art. 7): appoint them when they are full members"
        )
    } else {
        format!(
            "{member} 预备期至 {until} 已满, 尚未登记转正; 预备党员没有被选举权 (党章第七条), 请先用 record decision 登记转正 probation ended then and nothing was decided, and who is on probation cannot be elected (Constitution art. 7): record the decision first"
        )
    };
    OfficeError::field("member", problem)
}

/// A member holds an office no more.
pub(super) async fn end(
    office: &Office,
    request: Request,
    post: Post,
    on: Day,
    reason: Option<Text<500>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let units = book::units(desk.draft)?;
            let unit_id = find::above(&units, &post.unit)?;
            let member = find::member(desk.draft, &post.member)?;
            units.may_end(unit_id, member.member_id, post.role, on, desk.today)?;
            let entry = OfficerEnded {
                unit_id,
                member_id: member.member_id,
                role: post.role,
                ended_on: on,
                reason,
                actor: desk.actor.clone(),
            };
            desk.enter(&entry.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// The officers of one unit, or of the committee and all units in the order of the tree.
pub(super) fn list(
    office: &Office,
    units: &Units,
    unit: &str,
    ended: bool,
) -> Result<Vec<Officer>, OfficeError> {
    let today = office.today();
    let places: Vec<Option<UnitId>> = if unit.is_empty() {
        let below = units.in_order().into_iter().map(|(_, unit)| Some(unit.id));
        let closed = units.all().filter(|unit| !unit.is_open());
        let closed = closed.map(|unit| Some(unit.id)).filter(|_| ended);
        std::iter::once(None).chain(below).chain(closed).collect()
    } else {
        vec![Some(find::unit(units, unit)?.id)]
    };
    let mut found = Vec::new();
    for place in places {
        let mut here: Vec<Officer> = units
            .officers()
            .iter()
            .filter(|officer| officer.unit == place && (ended || officer.is_in_office(today)))
            .copied()
            .collect();
        here.sort_by_key(|officer| (officer.role, officer.from));
        found.append(&mut here);
    }
    Ok(found)
}

/// Which offices the members who were just assigned still hold in units that neither are above the new one nor it itself.
pub(super) fn elsewhere(
    office: &Office,
    assigned: &Answer,
) -> Result<(Units, Vec<Officer>), OfficeError> {
    let units = book::units(&office.store)?;
    let to = units.path(unit::of_answer(&units, assigned)?);
    let mut moved = BTreeSet::new();
    for written in &assigned.written {
        let entry = office.store.entry(LogNo::LOCAL, written.sequence)?;
        if let Some(Payload::Member(member)) = book::payload_of(&entry) {
            moved.insert(member.member_id);
        }
    }
    let today = office.today();
    let is_elsewhere = |officer: &&Officer| {
        let place = officer.unit.map(|unit| units.path(unit));
        moved.contains(&officer.member)
            && officer.is_in_office(today)
            && place.is_some_and(|place| !belongs(&to, &place))
    };
    let found = units.officers().iter().filter(is_elsewhere).copied();
    let found = found.collect();
    Ok((units, found))
}

/// The last term of a post: what a write was about.
pub(super) fn last(office: &Office, units: &Units, post: &Post) -> Result<Officer, OfficeError> {
    let unit = find::above(units, &post.unit)?;
    let member = find::member(&office.store, &post.member)?.member_id;
    units
        .officers()
        .iter()
        .rev()
        .find(|officer| (officer.unit, officer.member, officer.role) == (unit, member, post.role))
        .copied()
        .ok_or_else(|| OfficeError::not_found(("任职", "term of office"), post.member.clone()))
}
