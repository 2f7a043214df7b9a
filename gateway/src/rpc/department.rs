//! `DepartmentService`: the operator lets organizations report and callers ask. Only on the Unix socket.

use hongyan_proto::{
    id::{KeyId, OrganizationCode as Code},
    identity::{Endpoint, Invitation, InvitationSecret, Purpose},
    pb::report::v1::{
        Caller, CallerRole, GrantCallerRequest, GrantCallerResponse, IssueInvitationRequest,
        IssueInvitationResponse, ListCallersRequest, ListCallersResponse, RevokeCallerRequest,
        RevokeCallerResponse, RevokeOrganizationRequest, RevokeOrganizationResponse,
        department_service_server::DepartmentService,
    },
    time::Timestamp,
};
use std::sync::PoisonError;
use tonic::{Code as GrpcCode, Request, Response, Status};

use super::{
    Gateway,
    refusal::{REPORT, malformed, refuse, store},
};
use crate::domain::{
    access::{AccessError, Grant, Role},
    admission::Issued,
};

/// Days an invitation is valid when nothing is said.
const DEFAULT_VALID_DAYS: u32 = 14;
/// Days it may be valid at most.
const MAX_VALID_DAYS: u32 = 90;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Characters of a note.
const MAX_NOTE_CHARS: usize = 200;
/// Characters of a reason.
const MAX_REASON_CHARS: usize = 500;

/// The face on the Unix socket.
pub(super) struct DepartmentApi(pub(super) Gateway);

fn code(field: &str, text: &str) -> Result<Option<Code>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    Code::parse(text)
        .map(Some)
        .map_err(|error| malformed(REPORT, field, error))
}

fn key_id(field: &str, bytes: &[u8]) -> Result<KeyId, Status> {
    KeyId::from_slice(bytes).map_err(|error| malformed(REPORT, field, error))
}

fn short(field: &str, text: &str, limit: usize) -> Result<(), Status> {
    if text.chars().count() > limit {
        return Err(malformed(
            REPORT,
            field,
            format!("最多 {limit} 字 at most {limit} characters"),
        ));
    }
    Ok(())
}

#[tonic::async_trait]
impl DepartmentService for DepartmentApi {
    async fn issue_invitation(
        &self,
        request: Request<IssueInvitationRequest>,
    ) -> Result<Response<IssueInvitationResponse>, Status> {
        let request = request.into_inner();
        let days = if request.valid_days == 0 {
            DEFAULT_VALID_DAYS
        } else {
            request.valid_days
        };
        if days > MAX_VALID_DAYS {
            let words = format!("最多 {MAX_VALID_DAYS} 天 at most {MAX_VALID_DAYS} days");
            return Err(malformed(REPORT, "valid_days", words));
        }
        let endpoint = if request.endpoint.is_empty() {
            &self.0.endpoint
        } else {
            &request.endpoint
        };
        let endpoint: Endpoint = endpoint
            .parse()
            .map_err(|error| malformed(REPORT, "endpoint", error))?;
        let issued = Issued {
            code: code("code", &request.code)?,
            superior: code("superior", &request.superior)?,
            expires: self.0.now().plus_millis(i64::from(days) * DAY_MS),
            used: None,
        };
        let secret = InvitationSecret::random(
            &mut *self.0.rng.lock().unwrap_or_else(PoisonError::into_inner),
        );
        self.0
            .work(move |gateway| {
                gateway
                    .store
                    .issue(secret.hash(), &issued)
                    .map_err(|error| store(&error))?;
                let department = gateway.store.register().department.clone();
                let invitation = Invitation {
                    endpoint,
                    code: department.code,
                    name: department.name,
                    region: department.region,
                    key: gateway.key,
                    secret,
                    expires: issued.expires,
                    purpose: Purpose::Report,
                };
                Ok(Response::new(IssueInvitationResponse {
                    text: invitation.to_text(),
                    expires_ms: issued.expires.millis(),
                }))
            })
            .await
    }

    async fn revoke_organization(
        &self,
        request: Request<RevokeOrganizationRequest>,
    ) -> Result<Response<RevokeOrganizationResponse>, Status> {
        let request = request.into_inner();
        short("reason", &request.reason, MAX_REASON_CHARS)?;
        let code = Code::parse(&request.code).map_err(|error| malformed(REPORT, "code", error))?;
        self.0
            .work(move |gateway| {
                let revoked = gateway.store.revoke(&code, gateway.now()).map_err(|error| store(&error))?;
                let Some(public) = revoked else {
                    let words = format!("找不到该组织 no such organization: {code}; 用 `organization list` 查看 see the list");
                    return Err(refuse(GrpcCode::NotFound, REPORT, "NO_SUCH_ORGANIZATION", words));
                };
                gateway.unpin_unless_known(&public.key_id());
                tracing::info!(%code, reason = %request.reason, "organization revoked");
                Ok(Response::new(RevokeOrganizationResponse {}))
            })
            .await
    }

    async fn grant_caller(
        &self,
        request: Request<GrantCallerRequest>,
    ) -> Result<Response<GrantCallerResponse>, Status> {
        let caller = request.into_inner().caller.unwrap_or_default();
        short("caller.note", &caller.note, MAX_NOTE_CHARS)?;
        let key = key_id("caller.key_id", &caller.key_id)?;
        let subtree = code("caller.subtree", &caller.subtree)?;
        let role = match (caller.role(), subtree) {
            (CallerRole::Department, None) => Role::Department,
            (CallerRole::Superior, None) => Role::Superior,
            (CallerRole::SubDepartment, Some(code)) => Role::SubDepartment(code),
            (CallerRole::Unspecified, _) => {
                return Err(malformed(REPORT, "caller.role", "缺失 missing"));
            }
            _ => {
                let words = "下级部门必填, 其他留空 set with SUB_DEPARTMENT, empty otherwise";
                return Err(malformed(REPORT, "caller.subtree", words));
            }
        };
        self.0
            .work(move |gateway| {
                if let Role::SubDepartment(code) = &role
                    && !gateway.store.register().tree().contains(code)
                {
                    let error = AccessError::NoSuchOrganization(code.clone());
                    return Err(malformed(REPORT, "caller.subtree", error));
                }
                let grant = Grant {
                    role,
                    note: caller.note,
                    granted: gateway.now(),
                };
                gateway
                    .store
                    .grant(key, &grant)
                    .map_err(|error| store(&error))?;
                tracing::info!(%key, role = ?grant.role, "caller granted");
                Ok(Response::new(GrantCallerResponse {}))
            })
            .await
    }

    async fn revoke_caller(
        &self,
        request: Request<RevokeCallerRequest>,
    ) -> Result<Response<RevokeCallerResponse>, Status> {
        let key = key_id("key_id", &request.into_inner().key_id)?;
        self.0
            .work(move |gateway| {
                if !gateway
                    .store
                    .withdraw(&key)
                    .map_err(|error| store(&error))?
                {
                    let words = format!(
                        "未授权过该密钥 no such caller: {key}; 用 `caller list` 查看 see the list"
                    );
                    return Err(refuse(GrpcCode::NotFound, REPORT, "NO_SUCH_CALLER", words));
                }
                gateway.unpin_unless_known(&key);
                tracing::info!(%key, "caller revoked");
                Ok(Response::new(RevokeCallerResponse {}))
            })
            .await
    }

    async fn list_callers(
        &self,
        _: Request<ListCallersRequest>,
    ) -> Result<Response<ListCallersResponse>, Status> {
        let register = self.0.store.register();
        let callers = register.callers.iter().map(|(key, grant)| {
            let (role, subtree) = match &grant.role {
                Role::Department => (CallerRole::Department, String::new()),
                Role::Superior => (CallerRole::Superior, String::new()),
                Role::SubDepartment(code) => (CallerRole::SubDepartment, code.to_string()),
            };
            Caller {
                key_id: key.to_field(),
                role: role.into(),
                subtree,
                note: grant.note.clone(),
                granted_ms: Timestamp::millis(grant.granted),
            }
        });
        Ok(Response::new(ListCallersResponse {
            callers: callers.collect(),
        }))
    }
}
