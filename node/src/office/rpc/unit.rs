//! `UnitService`.

use hongyan_proto::{
    id::UnitId,
    letter::{OfficerRole, Text, UnitKind, UnitPlace},
    pb::office::v1::{self as pb, unit_service_server::UnitService},
    time::Day,
};
use tonic::{Request, Response, Status};

use super::{
    convert::written,
    policy::day_or,
    request::{note, optional, request},
};
use crate::{
    book,
    domain::unit::{Officer, Unit, Units},
    office::{
        Answer, Office, OfficeError,
        error::At as _,
        officer::{self, Post},
        unit::{self, Changing, Founding, Tree},
    },
};

type Answered<T> = Result<Response<T>, Status>;

/// Most members of one request.
const MEMBERS_MAX: usize = 1000;

pub(super) fn day(text: &str, field: &str) -> Result<Day, OfficeError> {
    text.parse::<Day>().at(field)
}

fn shown(tree: &Tree, unit: &Unit) -> pb::Unit {
    let path = tree.units.path(unit.id);
    pb::Unit {
        id: unit.id.to_string(),
        name: unit.name().to_owned(),
        depth: u32::try_from(path.matches('/').count()).unwrap_or_default(),
        path,
        kind: unit.kind.code(),
        place: unit.place().code(),
        parent: unit.parent().map(|id| id.to_string()).unwrap_or_default(),
        founded_on: unit.founded_on().to_string(),
        closed_on: unit
            .closed_on
            .map(|day| day.to_string())
            .unwrap_or_default(),
        members: tree.members_of(unit.id),
    }
}

fn one(office: &Office, answer: &Answer) -> Result<(pb::Unit, Option<pb::Written>), OfficeError> {
    let tree = unit::tree(office)?;
    let id = unit::of_answer(&tree.units, answer)?;
    let unit = tree.units.get(id).map(|unit| shown(&tree, unit));
    Ok((unit.unwrap_or_default(), written(answer)))
}

fn held(office: &Office, units: &Units, officer: &Officer) -> Result<pb::Officer, OfficeError> {
    let name = book::member(office.store(), officer.member)?.and_then(|member| member.details.name);
    let path = officer.unit.map(|id: UnitId| units.path(id));
    Ok(pb::Officer {
        unit_id: officer.unit.map(|id| id.to_string()).unwrap_or_default(),
        unit_path: path.unwrap_or_default(),
        member_id: officer.member.to_string(),
        name: name.map(|name| name.to_string()).unwrap_or_default(),
        role: officer.role.code(),
        from: officer.from.to_string(),
        until: officer.until.map(|day| day.to_string()).unwrap_or_default(),
        ended_on: officer
            .ended_on
            .map(|day| day.to_string())
            .unwrap_or_default(),
        overdue: officer.is_overdue(office.today()),
    })
}

fn place(code: i32) -> Result<Option<UnitPlace>, OfficeError> {
    if code == 0 {
        return Ok(None);
    }
    UnitPlace::try_from(code).map(Some).at("place")
}

fn post(unit: String, member: String, role: i32) -> Result<Post, OfficeError> {
    Ok(Post {
        unit,
        member,
        role: OfficerRole::try_from(role).at("role")?,
    })
}

fn last(office: &Office, post: &Post) -> Result<pb::Officer, OfficeError> {
    let units = book::units(office.store())?;
    let officer = officer::last(office, &units, post)?;
    held(office, &units, &officer)
}

/// Offices that members who were assigned still hold in other units.
fn elsewhere(office: &Office, assigned: &Answer) -> Result<Vec<pb::Officer>, OfficeError> {
    let (units, found) = officer::elsewhere(office, assigned)?;
    found.iter().map(|one| held(office, &units, one)).collect()
}

#[tonic::async_trait]
impl UnitService for Office {
    async fn found_unit(
        &self,
        request_: Request<pb::FoundUnitRequest>,
    ) -> Answered<pb::FoundUnitResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let founding = Founding {
            name: Text::parse(&message.name).at("name")?,
            kind: UnitKind::try_from(message.kind).at("kind")?,
            place: UnitPlace::try_from(message.place).at("place")?,
            above: message.parent,
            on: day(&message.founded_on, "founded_on")?,
        };
        let answer = unit::found(self, request, founding).await?;
        let (unit, written) = one(self, &answer)?;
        Ok(Response::new(pb::FoundUnitResponse {
            written,
            unit: Some(unit),
        }))
    }

    async fn change_unit(
        &self,
        request_: Request<pb::ChangeUnitRequest>,
    ) -> Answered<pb::ChangeUnitResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let changing = Changing {
            unit: message.unit,
            name: optional(&message.name, "name")?,
            place: place(message.place)?,
            above: message.r#move.then_some(message.parent),
            on: day(&message.changed_on, "changed_on")?,
            reason: optional(&message.reason, "reason")?,
        };
        let answer = unit::change(self, request, changing).await?;
        let (unit, written) = one(self, &answer)?;
        Ok(Response::new(pb::ChangeUnitResponse {
            written,
            unit: Some(unit),
        }))
    }

    async fn close_unit(
        &self,
        request_: Request<pb::CloseUnitRequest>,
    ) -> Answered<pb::CloseUnitResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let on = day(&message.closed_on, "closed_on")?;
        let reason = optional(&message.reason, "reason")?;
        let answer = unit::close(self, request, message.unit, on, reason).await?;
        let (unit, written) = one(self, &answer)?;
        Ok(Response::new(pb::CloseUnitResponse {
            written,
            unit: Some(unit),
        }))
    }

    async fn list_units(
        &self,
        request_: Request<pb::ListUnitsRequest>,
    ) -> Answered<pb::ListUnitsResponse> {
        let closed = request_.into_inner().closed;
        let tree = unit::tree(self)?;
        let open = tree.units.in_order().into_iter().map(|(_, unit)| unit);
        let ended = tree.units.all().filter(|unit| closed && !unit.is_open());
        Ok(Response::new(pb::ListUnitsResponse {
            units: open.chain(ended).map(|unit| shown(&tree, unit)).collect(),
            without_unit: tree.without_unit,
        }))
    }

    async fn get_unit(
        &self,
        request_: Request<pb::GetUnitRequest>,
    ) -> Answered<pb::GetUnitResponse> {
        let tree = unit::tree(self)?;
        let unit = unit::show(&tree.units, &request_.into_inner().unit)?;
        let stages = unit.stages().iter().map(|stage| pb::UnitStage {
            from: stage.from.to_string(),
            name: stage.name.to_string(),
            place: stage.place.code(),
            parent_path: stage
                .parent
                .map(|id| tree.units.path(id))
                .unwrap_or_default(),
        });
        let officers: Vec<pb::Officer> = tree
            .units
            .officers_of(Some(unit.id), self.today())
            .map(|officer| held(self, &tree.units, officer))
            .collect::<Result<_, _>>()?;
        note(self, "查看党组织 unit shown", officers.len()).await?;
        Ok(Response::new(pb::GetUnitResponse {
            unit: Some(shown(&tree, unit)),
            stages: stages.collect(),
            officers,
        }))
    }

    async fn assign_members(
        &self,
        request_: Request<pb::AssignMembersRequest>,
    ) -> Answered<pb::AssignMembersResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        if message.members.len() > MEMBERS_MAX {
            let problem = "一次至多 1000 名 at most 1,000 at once";
            return Err(OfficeError::field("members", problem).into());
        }
        let on = day_or(&message.on, "on", Some(self.today()))?;
        let asked = message.members.len();
        let answer = unit::assign(self, request, message.unit, message.members, on).await?;
        let (unit, written) = one(self, &answer)?;
        // It is written: what is only remarked about it must not make an error of that.
        let elsewhere = elsewhere(self, &answer).unwrap_or_default();
        let count = |members: usize| u32::try_from(members).unwrap_or(u32::MAX);
        Ok(Response::new(pb::AssignMembersResponse {
            written,
            unit: Some(unit),
            assigned: count(answer.written.len()),
            unchanged: count(asked.saturating_sub(answer.written.len())),
            offices_elsewhere: elsewhere,
        }))
    }

    async fn appoint_officer(
        &self,
        request_: Request<pb::AppointOfficerRequest>,
    ) -> Answered<pb::AppointOfficerResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let post = post(message.unit, message.member, message.role)?;
        let from = day(&message.from, "from")?;
        let until = match message.until.as_str() {
            "" => None,
            text => Some(day(text, "until")?),
        };
        let answer = officer::appoint(self, request, post.clone(), from, until).await?;
        Ok(Response::new(pb::AppointOfficerResponse {
            written: written(&answer),
            officer: Some(last(self, &post)?),
        }))
    }

    async fn end_officer(
        &self,
        request_: Request<pb::EndOfficerRequest>,
    ) -> Answered<pb::EndOfficerResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let post = post(message.unit, message.member, message.role)?;
        let on = day(&message.ended_on, "ended_on")?;
        let reason = optional(&message.reason, "reason")?;
        let answer = officer::end(self, request, post.clone(), on, reason).await?;
        Ok(Response::new(pb::EndOfficerResponse {
            written: written(&answer),
            officer: Some(last(self, &post)?),
        }))
    }

    async fn list_officers(
        &self,
        request_: Request<pb::ListOfficersRequest>,
    ) -> Answered<pb::ListOfficersResponse> {
        let message = request_.into_inner();
        let units = book::units(self.store()).map_err(OfficeError::from)?;
        let officers: Vec<pb::Officer> = officer::list(self, &units, &message.unit, message.ended)?
            .iter()
            .map(|officer| held(self, &units, officer))
            .collect::<Result<_, _>>()?;
        note(self, "查看任职 officers listed", officers.len()).await?;
        Ok(Response::new(pb::ListOfficersResponse { officers }))
    }
}
