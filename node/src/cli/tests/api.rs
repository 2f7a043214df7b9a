//! The client path: one API over a pipe in this process and over the running node's socket.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use hongyan_proto::pb::{
    exchange::v1::Disclosed,
    office::v1::{
        ExportMembersRequest, ExportMembersResponse, GetMemberRequest, GetMemberResponse,
        ImportMembersRequest, ImportMembersResponse, ImportOutcome, ImportProblem,
        ImportRosterRequest, ImportRosterResponse, ImportRow, ListMembersRequest,
        ListMembersResponse, Member, RemoveMemberRequest, RemoveMemberResponse,
        RestoreMemberRequest, RestoreMemberResponse, Words,
        import_roster_response::Event,
        member_service_server::{MemberService, MemberServiceServer},
    },
};
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::{Request, Response, Status, service::Routes, transport::Server};

use super::{run, wiring};
use crate::cli::{Failure, Wiring, connect::SOCKET, session::Ended};

/// A roster with one member, which remembers what it was asked to write.
#[derive(Clone, Default)]
struct Roster {
    imports: Arc<Mutex<Vec<ImportMembersRequest>>>,
}

#[tonic::async_trait]
impl MemberService for Roster {
    async fn import_members(
        &self,
        request: Request<ImportMembersRequest>,
    ) -> Result<Response<ImportMembersResponse>, Status> {
        self.imports.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ImportMembersResponse {
            added: 1,
            refused: 1,
            rows: vec![ImportRow {
                row: 3,
                name: "李四".to_owned(),
                outcome: ImportOutcome::Refused.into(),
                problems: vec![ImportProblem {
                    column: "公民身份号码".to_owned(),
                    problem: Some(Words {
                        zh: "校验位不对".to_owned(),
                        en: "wrong check digit".to_owned(),
                    }),
                }],
                ..Default::default()
            }],
            ..Default::default()
        }))
    }

    type ImportRosterStream = tokio_stream::Once<Result<ImportRosterResponse, Status>>;

    async fn import_roster(
        &self,
        request: Request<ImportRosterRequest>,
    ) -> Result<Response<Self::ImportRosterStream>, Status> {
        let import = request.into_inner().import.unwrap();
        let result = self
            .import_members(Request::new(import))
            .await?
            .into_inner();
        Ok(Response::new(tokio_stream::once(Ok(
            ImportRosterResponse {
                event: Some(Event::Result(result)),
            },
        ))))
    }

    type ExportMembersStream = tokio_stream::Once<Result<ExportMembersResponse, Status>>;

    async fn export_members(
        &self,
        _: Request<ExportMembersRequest>,
    ) -> Result<Response<Self::ExportMembersStream>, Status> {
        Err(Status::unimplemented("not in this story"))
    }

    async fn list_members(
        &self,
        request: Request<ListMembersRequest>,
    ) -> Result<Response<ListMembersResponse>, Status> {
        let request = request.into_inner();
        assert_eq!(
            (request.search.as_str(), request.away, request.page_size),
            ("王", true, 5)
        );
        Ok(Response::new(ListMembersResponse {
            members: vec![Member {
                id: "0123456789abcdef0123456789abcdef".to_owned(),
                details: Some(Disclosed {
                    name: "王小明".to_owned(),
                    sex: 1,
                    ..Default::default()
                }),
                unit: "东街支部".to_owned(),
                ..Default::default()
            }],
            next_page_token: "next".to_owned(),
            total: 2,
        }))
    }

    async fn get_member(
        &self,
        _: Request<GetMemberRequest>,
    ) -> Result<Response<GetMemberResponse>, Status> {
        Err(Status::not_found("找不到该党员 no such member"))
    }

    async fn restore_member(
        &self,
        _: Request<RestoreMemberRequest>,
    ) -> Result<Response<RestoreMemberResponse>, Status> {
        Err(Status::not_found("找不到该党员 no such member"))
    }

    async fn remove_member(
        &self,
        _: Request<RemoveMemberRequest>,
    ) -> Result<Response<RemoveMemberResponse>, Status> {
        Err(Status::not_found("找不到该党员 no such member"))
    }
}

fn routes(roster: &Roster) -> Routes {
    Routes::new(MemberServiceServer::new(roster.clone()))
}

const LIST: &[&str] = &[
    "member",
    "list",
    "--search",
    "王",
    "--away",
    "--page-size",
    "5",
];

#[tokio::test]
async fn reading_through_the_office_in_this_process() {
    let folder = tempfile::tempdir().unwrap();
    let wiring = wiring(&routes(&Roster::default()));
    let (text, ended) = run(LIST, &wiring, folder.path()).await;
    assert_eq!(ended, Ok(Ended::Well));
    for part in [
        "王小明",
        "男 male",
        "东街支部",
        "01234567",
        "1/2 条",
        "--page next",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let json: Vec<&str> = LIST.iter().copied().chain(["--json"]).collect();
    let (text, ended) = run(&json, &wiring, folder.path()).await;
    assert_eq!(ended, Ok(Ended::Well));
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["members"][0]["details"]["sex"], "SEX_MALE");
    assert_eq!(answer["nextPageToken"], "next");
}

#[tokio::test]
async fn a_write_carries_its_actor_and_a_request_id_and_bad_rows_end_badly() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("名册.csv");
    std::fs::write(&file, "姓名\n王小明\n").unwrap();
    let roster = Roster::default();
    let wiring = wiring(&routes(&roster));
    let path = file.to_str().unwrap();
    let first = run(
        &["member", "import", path, "--dry-run"],
        &wiring,
        folder.path(),
    )
    .await;
    assert_eq!(first.1, Ok(Ended::Badly));
    for part in [
        "公民身份号码",
        "校验位不对 wrong check digit",
        "✗ 拒绝 refused",
    ] {
        assert!(first.0.contains(part), "{part} in\n{}", first.0);
    }
    let id = "000102030405060708090a0b0c0d0e0f";
    let again = run(
        &["member", "import", path, "--request-id", id],
        &wiring,
        folder.path(),
    )
    .await;
    assert_eq!(again.1, Ok(Ended::Badly));
    let imports = roster.imports.lock().unwrap();
    assert_eq!(imports.len(), 2);
    assert!(
        imports
            .iter()
            .all(|import| import.actor == "李干事" && import.filename == "名册.csv")
    );
    assert!(imports[0].dry_run && !imports[1].dry_run);
    assert_eq!(imports[0].request_id.len(), 16);
    assert_ne!(imports[0].request_id, imports[1].request_id);
    assert_eq!(hex::encode(&imports[1].request_id), id);
    assert_eq!(&imports[1].content[..], "姓名\n王小明\n".as_bytes());
}

#[tokio::test]
async fn refusals_of_the_office_arrive_as_failures() {
    let folder = tempfile::tempdir().unwrap();
    let wiring = wiring(&routes(&Roster::default()));
    let (text, ended) = run(&["member", "show", "无名"], &wiring, folder.path()).await;
    let failure = ended.unwrap_err();
    assert_eq!(
        (failure.code, failure.message.as_str()),
        ("NOT_FOUND", "找不到该党员 no such member")
    );
    assert_eq!(text, "");
    // A node of an older version does not know a call.
    let (_, ended) = run(&["status"], &wiring, folder.path()).await;
    assert_eq!(ended.unwrap_err().code, "UNIMPLEMENTED");
}

/// Opening the data folder beside a running node would damage it: the socket always goes first.
#[tokio::test]
async fn a_running_node_is_spoken_to_through_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
    let server = tokio::spawn(
        Server::builder()
            .add_routes(routes(&Roster::default()))
            .serve_with_incoming(UnixListenerStream::new(listener)),
    );
    let opened = Arc::new(AtomicBool::new(false));
    let witness = Arc::clone(&opened);
    let wiring = Wiring {
        open_office: Box::new(move |_| {
            witness.store(true, Ordering::SeqCst);
            Box::pin(async { Err(Failure::new("INTERNAL", "OPENED", "", "")) })
        }),
        ..wiring(&Routes::default())
    };
    let (text, ended) = run(LIST, &wiring, folder.path()).await;
    assert_eq!(ended, Ok(Ended::Well));
    assert!(text.contains("王小明"), "{text}");
    assert!(!opened.load(Ordering::SeqCst));
    // A node that was killed leaves its socket behind: nobody answers, and the office is opened here.
    server.abort();
    assert!(server.await.is_err());
    let (_, ended) = run(LIST, &wiring, folder.path()).await;
    assert_eq!(ended.unwrap_err().reason, "OPENED");
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_not_done_unasked() {
    let folder = tempfile::tempdir().unwrap();
    // No service at all: a call that went out would come back as UNIMPLEMENTED.
    let wiring = wiring(&Routes::default());
    for line in [
        vec!["partner", "revoke", "340800-002", "--reason", "x"],
        vec!["partner", "reset-epoch", "340800-002", "--reason", "x"],
        vec!["agreement", "end", "5f3a90c1", "--reason", "x"],
        vec!["flow", "disown", "9c2f10aa", "--reason", "unknown-person"],
        vec!["flow", "withdraw", "9c2f10aa", "--reason", "deceased"],
        vec!["key", "rotate"],
    ] {
        let (_, ended) = run(&line, &wiring, folder.path()).await;
        assert_eq!(ended.unwrap_err().reason, "CONFIRMATION", "{line:?}");
        let sure: Vec<&str> = line.iter().copied().chain(["--yes"]).collect();
        let (_, ended) = run(&sure, &wiring, folder.path()).await;
        assert_eq!(ended.unwrap_err().code, "UNIMPLEMENTED", "{line:?}");
    }
}
