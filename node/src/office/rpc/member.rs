//! `MemberService`.

use std::sync::Arc;

use bytes::Bytes;
use hongyan_proto::{
    letter::{MemberExit, Text},
    pb::office::v1::{
        self as pb, import_roster_response::Event, member_service_server::MemberService,
    },
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{
    convert::{labels, written},
    log::Answers,
    page::page,
    payload,
    policy::day_or,
    progress,
    request::{actor, note, optional, request},
};
use crate::{
    book::{CaseFile, Member},
    halves,
    office::{
        self, Office, OfficeError,
        import::{ColumnChange, Imported, Outcome, Progress, RowResult, Said, Source},
        member, roster_sheet,
    },
};

/// One part of a workbook, in bytes.
const PART_BYTES: usize = 1 << 20;

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
        since: member.since.map(|day| day.to_string()).unwrap_or_default(),
        exit: member.exit.map_or(0, MemberExit::code),
    }
}

fn problem(said: Said) -> pb::ImportProblem {
    pb::ImportProblem {
        problem: Some(labels(halves::split(&said.text))),
        column: said.column,
    }
}

fn change(change: ColumnChange) -> pb::ImportChange {
    pb::ImportChange {
        column: change.column,
        old: change.old,
        new: change.new,
    }
}

fn row(result: RowResult) -> pb::ImportRow {
    pb::ImportRow {
        row: result.row,
        name: result.name,
        outcome: result.outcome,
        problems: result.problems.into_iter().map(problem).collect(),
        member_id: hex::encode(&result.member),
        changes: result.changes.into_iter().map(change).collect(),
        remarks: result.remarks.into_iter().map(problem).collect(),
    }
}

/// Rows are taken over and not copied: there may be fifty thousand.
fn response(imported: Imported) -> pb::ImportMembersResponse {
    let counts = [
        Outcome::Added,
        Outcome::Changed,
        Outcome::Unchanged,
        Outcome::Refused,
    ];
    let [added, changed, unchanged, refused] = counts.map(|outcome| imported.count(outcome));
    let rows_left_out = imported.left_out();
    let shown = imported
        .rows
        .into_iter()
        .filter(|row| row.outcome != Outcome::Unchanged as i32 || !row.remarks.is_empty());
    pb::ImportMembersResponse {
        added,
        changed,
        unchanged,
        refused,
        rows: shown.map(row).collect(),
        ignored_columns: imported.ignored,
        dry_run: imported.undone,
        rows_left_out,
        unknown_units: imported.unknown_units,
    }
}

async fn import(
    office: &Office,
    message: pb::ImportMembersRequest,
    progress: Progress,
) -> Result<pb::ImportMembersResponse, OfficeError> {
    let request = request(&message, &message.actor, &message.request_id)?;
    let source = Source {
        content: message.content,
        filename: message.filename,
        dry_run: message.dry_run,
        strict: message.strict,
        found_units: message.found_units,
    };
    let (imported, _) = office::import::import(office, request, source, progress).await?;
    Ok(response(imported))
}

#[tonic::async_trait]
impl MemberService for Office {
    async fn import_members(
        &self,
        request_: Request<pb::ImportMembersRequest>,
    ) -> Answered<pb::ImportMembersResponse> {
        let quiet: Progress = Arc::new(|_, _, _| {});
        let answer = import(self, request_.into_inner(), quiet).await?;
        Ok(Response::new(answer))
    }

    type ImportRosterStream = Answers<pb::ImportRosterResponse>;

    async fn import_roster(
        &self,
        request_: Request<pb::ImportRosterRequest>,
    ) -> Answered<Self::ImportRosterStream> {
        let message = request_
            .into_inner()
            .import
            .ok_or_else(|| OfficeError::field("import", "此项必填 this field is required"))?;
        let (answers, stream) = mpsc::channel(16);
        let office = self.clone();
        tokio::spawn(async move {
            let progress = progress::told(answers.clone());
            let last = import(&office, message, progress)
                .await
                .map(|result| pb::ImportRosterResponse {
                    event: Some(Event::Result(result)),
                })
                .map_err(Status::from);
            // Whoever asked may have gone; what was written stays.
            let _ = answers.send(last).await;
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    type ExportMembersStream = Answers<pb::ExportMembersResponse>;

    async fn export_members(
        &self,
        request_: Request<pb::ExportMembersRequest>,
    ) -> Answered<Self::ExportMembersStream> {
        let message = request_.into_inner();
        let actor = actor(&message.actor)?;
        let purpose =
            Text::parse(&message.purpose).map_err(|error| OfficeError::field("purpose", error))?;
        let (content, members) =
            roster_sheet::export(self, actor, purpose, message.removed).await?;
        let parts: Vec<Result<_, Status>> = content
            .chunks(PART_BYTES)
            .enumerate()
            .map(|(at, part)| {
                Ok(pb::ExportMembersResponse {
                    content: Bytes::copy_from_slice(part),
                    members: if at == 0 { members } else { 0 },
                })
            })
            .collect();
        Ok(Response::new(Box::pin(tokio_stream::iter(parts))))
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

    async fn remove_member(
        &self,
        request_: Request<pb::RemoveMemberRequest>,
    ) -> Answered<pb::RemoveMemberResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let exit = MemberExit::try_from(message.exit)
            .map_err(|error| OfficeError::field("exit", error))?;
        let on = day_or(&message.on, "on", Some(self.today()))?;
        let (member, answer) = member::remove(self, request, message.member, (exit, on)).await?;
        Ok(Response::new(pb::RemoveMemberResponse {
            written: written(&answer),
            member: Some(shown(&member, None)),
        }))
    }

    async fn restore_member(
        &self,
        request_: Request<pb::RestoreMemberRequest>,
    ) -> Answered<pb::RestoreMemberResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let on = optional(&message.on, "on")?;
        let (member, answer) = member::restore(self, request, message.member, on).await?;
        Ok(Response::new(pb::RestoreMemberResponse {
            written: written(&answer),
            member: Some(shown(&member, None)),
        }))
    }
}
