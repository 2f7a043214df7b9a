//! `MemberService`.

use hongyan_proto::pb::office::v1::{self as pb, member_service_server::MemberService};
use tonic::{Request, Response, Status};

use super::{
    page::page,
    payload,
    request::{note, request},
};
use crate::{
    book::{CaseFile, Member},
    office::{
        Office,
        member::{self, Outcome, RowResult},
        text,
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn shown(member: &Member, open_case: Option<String>) -> pb::Member {
    pb::Member {
        id: member.member_id.to_string(),
        details: payload::disclosed(&member.details),
        unit: member
            .unit
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        removed: member.removed,
        open_case: open_case.unwrap_or_default(),
    }
}

fn row(result: &RowResult) -> pb::ImportRow {
    let problems = result
        .problems
        .chunks(2)
        .filter_map(|pair| match pair {
            [column, problem] => Some(pb::ImportProblem {
                column: column.clone(),
                problem: Some(super::convert::words(text::split(problem))),
            }),
            _ => None,
        })
        .collect();
    pb::ImportRow {
        row: result.row,
        name: result.name.clone(),
        outcome: result.outcome,
        problems,
        member_id: hex::encode(&result.member),
    }
}

#[tonic::async_trait]
impl MemberService for Office {
    async fn import_members(
        &self,
        request_: Request<pb::ImportMembersRequest>,
    ) -> Answered<pb::ImportMembersResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (imported, _) = member::import(
            self,
            request,
            &message.content,
            &message.filename,
            message.dry_run,
        )
        .await?;
        let shown = imported
            .rows
            .iter()
            .filter(|row| row.outcome != Outcome::Unchanged as i32);
        Ok(Response::new(pb::ImportMembersResponse {
            added: imported.count(Outcome::Added),
            changed: imported.count(Outcome::Changed),
            unchanged: imported.count(Outcome::Unchanged),
            refused: imported.count(Outcome::Refused),
            rows: shown.map(row).collect(),
            ignored_columns: imported.ignored.clone(),
            dry_run: message.dry_run,
        }))
    }

    async fn list_members(
        &self,
        request_: Request<pb::ListMembersRequest>,
    ) -> Answered<pb::ListMembersResponse> {
        let message = request_.into_inner();
        let members = member::list(self, &message.search, message.removed, message.away)?;
        let unpaged = pb::ListMembersRequest {
            page_size: 0,
            page_token: String::new(),
            ..message.clone()
        };
        let page = page(members, &unpaged, message.page_size, &message.page_token)?;
        note(self, "查看名册 roster listed", page.items.len()).await?;
        Ok(Response::new(pb::ListMembersResponse {
            members: page
                .items
                .iter()
                .map(|(member, case)| shown(member, case.map(|id| id.to_string())))
                .collect(),
            next_page_token: page.next,
            total: page.total,
        }))
    }

    async fn get_member(
        &self,
        request_: Request<pb::GetMemberRequest>,
    ) -> Answered<pb::GetMemberResponse> {
        let (member, cases) = member::show(self, &request_.into_inner().member)?;
        note(self, "查看党员 member shown", 1).await?;
        let open = cases
            .iter()
            .find(|file| file.is_open())
            .map(|file: &CaseFile| file.id.to_string());
        Ok(Response::new(pb::GetMemberResponse {
            member: Some(shown(&member, open)),
            cases: cases.iter().map(|file| file.id.to_string()).collect(),
        }))
    }
}
