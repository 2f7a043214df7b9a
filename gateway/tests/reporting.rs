//! Two organizations report over mutual TLS, and the department's numbers are the sums of theirs.
// A story is read from top to bottom; cutting it up would hide its order.
#![allow(clippy::unwrap_used, clippy::too_many_lines)]

use std::{collections::BTreeMap, path::Path, time::Duration};

use hongyan_gateway::{
    domain::register::Department,
    folder::Folder,
    running::{bind, local_api, machine_clock},
};
use hongyan_proto::{
    channel::{TlsIdentity, connect},
    id::{Epoch, Hash, LogOrigin, OrganizationCode, RegionCode},
    identity::{IdentityKey, Invitation, OrganizationName, PublicKey},
    log::SignedCheckpoint,
    pb::{
        report::v1::{
            Caller, CallerRole, EnrollRequest, GrantCallerRequest, IssueInvitationRequest,
            RevokeOrganizationRequest, SubmitRequest,
            department_service_client::DepartmentServiceClient,
            report_service_client::ReportServiceClient,
        },
        statistics::v1::{
            Dimension, ListOrganizationsRequest, MatrixRequest, QueryRequest,
            statistics_service_client::StatisticsServiceClient,
        },
    },
    report::{
        CaseState, CellKey, Content, Direction, MemberClass, Organization, Report, SignedReport,
        Standing,
    },
    time::Quarter,
};
use tokio::sync::oneshot;
use tonic::{Code, Status, transport::Channel};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};
use tonic_types::StatusExt as _;

const THRESHOLD: u64 = 5;
const PATIENCE: Duration = Duration::from_secs(30);

fn code(text: &str) -> OrganizationCode {
    OrganizationCode::parse(text).unwrap()
}

fn region(text: &str) -> RegionCode {
    RegionCode::parse(text).unwrap()
}

fn reason(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

struct House {
    folder: Folder,
    key: PublicKey,
    address: String,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<()>,
}

async fn house(path: &Path) -> House {
    let department = Department {
        code: code("CITY"),
        name: OrganizationName::parse("市委组织部").unwrap(),
        region: region("320200"),
    };
    let key = IdentityKey::from_seed([100; 32]);
    if Folder::open(path).is_err() {
        Folder::create(path, &department, &key, machine_clock()()).unwrap();
    }
    let folder = Folder::open(path).unwrap();
    let bound = bind(
        folder.clone(),
        "127.0.0.1:0",
        None,
        THRESHOLD,
        machine_clock(),
    )
    .await
    .unwrap();
    let address = bound.address.to_string();
    let (stop, stopped) = oneshot::channel();
    let served = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        bound.serve(stopped).await.unwrap();
    });
    House {
        folder,
        key: key.public(),
        address,
        stop,
        served,
    }
}

impl House {
    async fn local(&self) -> Channel {
        local_api(&self.folder, THRESHOLD, machine_clock())
            .await
            .unwrap()
    }

    async fn close(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.served)
            .await
            .unwrap()
            .unwrap();
    }

    async fn dial(&self, key: &IdentityKey) -> Channel {
        let now = machine_clock()();
        let tls =
            TlsIdentity::issue(key, now.plus_millis(-1000), now.plus_millis(3_600_000)).unwrap();
        connect(&self.address, self.key, &tls, machine_clock())
            .await
            .unwrap()
    }
}

struct Committee {
    key: IdentityKey,
    organization: Organization,
}

impl Committee {
    fn new(seed: u8, name: &str, at: &str) -> Self {
        let organization = Organization {
            code: code(name),
            name: OrganizationName::parse(&format!("{name} 党委")).unwrap(),
            region: region(at),
            superior: None,
        };
        Self {
            key: IdentityKey::from_seed([seed; 32]),
            organization,
        }
    }

    async fn enrol(&self, house: &House) -> Channel {
        let mut local = DepartmentServiceClient::new(house.local().await);
        let issued = local
            .issue_invitation(IssueInvitationRequest::default())
            .await
            .unwrap()
            .into_inner();
        let invitation = Invitation::parse(&issued.text).unwrap();
        assert_eq!(invitation.endpoint.to_string(), house.address);
        assert_eq!(invitation.key, house.key);
        let channel = house.dial(&self.key).await;
        let request = EnrollRequest {
            secret: invitation.secret.as_bytes().to_vec().into(),
            organization: Some(self.organization.to_wire()),
        };
        let answer = ReportServiceClient::new(channel.clone())
            .enroll(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.code, "CITY");
        channel
    }

    fn report(&self, revision: u32, log_size: u64, cells: BTreeMap<CellKey, u64>) -> SubmitRequest {
        let own = self.key.public().key_id();
        let origin = LogOrigin {
            author: own,
            audience: own,
            epoch: Epoch::from_bytes([1; 16]),
        };
        let root = Hash::from_bytes([u8::try_from(log_size).unwrap(); 32]);
        let now = machine_clock()();
        let report = Report::new(Content {
            organization: self.organization.clone(),
            period: Quarter::of(now.day()).previous(),
            revision,
            compiled: now,
            checkpoint: SignedCheckpoint::sign(&self.key, &origin, log_size, root)
                .unwrap()
                .note()
                .clone(),
            cells,
            answer_days: 10,
            measures: BTreeMap::new(),
        });
        let signed = SignedReport::sign(report.unwrap(), &self.key, &[]).unwrap();
        SubmitRequest {
            report: signed.bytes().clone(),
            signature: signed.signature().to_vec().into(),
        }
    }

    fn cell(&self, direction: Direction, other: &Self, state: CaseState) -> CellKey {
        CellKey {
            direction,
            own_region: self.organization.region.clone(),
            counterpart_region: Some(other.organization.region.clone()),
            counterpart_organization: Some(other.organization.code.clone()),
            state,
            class: MemberClass::MigrantWorker,
            standing: Standing::Full,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_organizations_report_and_the_sums_are_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(folder.path()).await;
    let (home, host) = (
        Committee::new(1, "HOME", "320282"),
        Committee::new(2, "HOST", "341702"),
    );
    let mut home_link = ReportServiceClient::new(home.enrol(&house).await);
    let mut host_link = ReportServiceClient::new(host.enrol(&house).await);
    let out = BTreeMap::from([
        (home.cell(Direction::Out, &host, CaseState::Active), 40),
        (home.cell(Direction::Out, &host, CaseState::Notified), 3),
        (
            home.cell(Direction::Out, &host, CaseState::ClosedReturned),
            7,
        ),
    ]);
    let inn = BTreeMap::from([(host.cell(Direction::In, &home, CaseState::Active), 41)]);
    let first = home.report(1, 10, out.clone());
    assert!(
        !home_link
            .submit(first.clone())
            .await
            .unwrap()
            .into_inner()
            .repeated
    );
    assert!(
        home_link
            .submit(first.clone())
            .await
            .unwrap()
            .into_inner()
            .repeated,
        "the same bytes again do no harm"
    );
    host_link.submit(host.report(1, 5, inn)).await.unwrap();

    let stolen = host_link.submit(first).await.unwrap_err();
    assert_eq!(
        (stolen.code(), reason(&stolen).as_str()),
        (Code::InvalidArgument, "BAD_SIGNATURE")
    );
    let other = home.report(1, 10, BTreeMap::new());
    assert_eq!(
        reason(&home_link.submit(other).await.unwrap_err()),
        "EQUIVOCATION"
    );
    let back = home.report(2, 9, BTreeMap::new());
    assert_eq!(
        reason(&home_link.submit(back).await.unwrap_err()),
        "LOG_WENT_BACK"
    );

    let mut ask = StatisticsServiceClient::new(house.local().await);
    let query = QueryRequest {
        group_by: vec![Dimension::State.into()],
        ..QueryRequest::default()
    };
    let answer = ask.query(query.clone()).await.unwrap().into_inner();
    let found: BTreeMap<String, u64> = answer
        .rows
        .into_iter()
        .map(|row| (row.keys[0].clone(), row.cases.unwrap().value))
        .collect();
    let expected = [
        ("CASE_STATE_ACTIVE", 81),
        ("CASE_STATE_NOTIFIED", 3),
        ("CASE_STATE_CLOSED_RETURNED", 7),
    ];
    assert_eq!(
        found,
        expected
            .map(|(state, count)| (state.to_owned(), count))
            .into()
    );
    assert_eq!(answer.totals[0].cases.unwrap().value, 91);
    let matrix = ask
        .matrix(MatrixRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(matrix.cells.len(), 1);
    assert_eq!(
        (
            matrix.cells[0].origin.as_str(),
            matrix.cells[0].destination.as_str()
        ),
        ("320200", "341700")
    );
    assert_eq!(
        (
            matrix.cells[0].outflow_said.unwrap().value,
            matrix.cells[0].inflow_said.unwrap().value
        ),
        (43, 41)
    );
    assert_eq!(matrix.cells[0].difference, 2);
    let listed = ask
        .list_organizations(ListOrganizationsRequest::default())
        .await
        .unwrap()
        .into_inner();
    let marks: Vec<_> = listed
        .organizations
        .iter()
        .map(|one| (one.code.as_str(), one.log_went_back, one.equivocated))
        .collect();
    assert_eq!(
        marks,
        [
            ("CITY", false, false),
            ("HOME", true, true),
            ("HOST", false, false)
        ]
    );
    assert_eq!(
        (
            listed.completeness[0].reported,
            listed.completeness[0].enrolled
        ),
        (2, 2)
    );

    drop((home_link, host_link));
    house.close().await;
    let reopened = self::house(folder.path()).await;
    let mut ask = StatisticsServiceClient::new(reopened.local().await);
    assert_eq!(
        ask.query(query).await.unwrap().into_inner().totals[0]
            .cases
            .unwrap()
            .value,
        91,
        "after a restart"
    );
    reopened.close().await;
}

/// The services that standard reflection names to whoever dials.
async fn services(channel: Channel) -> Result<Vec<String>, Status> {
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::once(request))
        .await?
        .into_inner();
    let answer = answers.message().await?.unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("not a list: {answer:?}");
    };
    Ok(list.service.into_iter().map(|one| one.name).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_is_refused_and_who_is_revoked_too() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(folder.path()).await;
    let home = Committee::new(1, "HOME", "320282");
    let stranger = IdentityKey::from_seed([9; 32]);
    let channel = house.dial(&stranger).await;
    let refused = StatisticsServiceClient::new(channel.clone())
        .query(QueryRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unauthenticated, "NOT_GRANTED")
    );
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let check = tonic_health::pb::HealthCheckRequest::default();
    assert_eq!(
        health.check(check.clone()).await.unwrap_err().code(),
        Code::Unauthenticated
    );
    let mut reports = ReportServiceClient::new(channel.clone());
    assert_eq!(
        reason(
            &reports
                .submit(home.report(1, 1, BTreeMap::new()))
                .await
                .unwrap_err()
        ),
        "NOT_ENROLLED"
    );
    assert_eq!(
        services(channel.clone()).await.unwrap_err().code(),
        Code::Unauthenticated
    );
    let guess = EnrollRequest {
        secret: vec![0; 16].into(),
        organization: Some(home.organization.to_wire()),
    };
    assert_eq!(
        reason(&reports.enroll(guess).await.unwrap_err()),
        "INVITATION_UNKNOWN"
    );
    let mut smuggled = DepartmentServiceClient::new(channel.clone());
    let refused = smuggled
        .issue_invitation(IssueInvitationRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        refused.code(),
        Code::Unimplemented,
        "the operator's calls are not on the network"
    );

    let mut department = DepartmentServiceClient::new(house.local().await);
    let nowhere = Caller {
        key_id: stranger.public().key_id().to_field(),
        role: CallerRole::SubDepartment.into(),
        subtree: "NOWHERE".into(),
        ..Caller::default()
    };
    let refused = department.grant_caller(GrantCallerRequest {
        caller: Some(nowhere),
    });
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("caller.subtree"), "{refused}");
    let caller = Caller {
        key_id: stranger.public().key_id().to_field(),
        role: CallerRole::Superior.into(),
        ..Caller::default()
    };
    department
        .grant_caller(GrantCallerRequest {
            caller: Some(caller),
        })
        .await
        .unwrap();
    assert!(
        StatisticsServiceClient::new(channel.clone())
            .query(QueryRequest::default())
            .await
            .is_ok()
    );
    assert!(health.check(check).await.is_ok());
    let listed = services(channel).await.unwrap();
    for service in ["report.v1.ReportService", "statistics.v1.StatisticsService"] {
        assert!(listed.contains(&format!("hongyan.{service}")), "{listed:?}");
    }

    let mut link = ReportServiceClient::new(home.enrol(&house).await);
    link.submit(home.report(1, 1, BTreeMap::new()))
        .await
        .unwrap();
    let asked = StatisticsServiceClient::new(house.dial(&home.key).await)
        .query(QueryRequest::default())
        .await;
    assert_eq!(
        reason(&asked.unwrap_err()),
        "NOT_GRANTED",
        "who reports may not ask for that"
    );
    let revoke = RevokeOrganizationRequest {
        code: "HOME".into(),
        reason: "test".into(),
    };
    department.revoke_organization(revoke).await.unwrap();
    assert!(
        link.submit(home.report(2, 2, BTreeMap::new()))
            .await
            .is_err()
    );
    house.close().await;
}
