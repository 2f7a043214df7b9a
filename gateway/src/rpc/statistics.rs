//! `StatisticsService`: whoever was granted a role asks.

use hongyan_proto::pb::statistics::v1::{
    Completeness, ListOrganizationsRequest, ListOrganizationsResponse, MatrixRequest,
    MatrixResponse, Organization, QueryRequest, QueryResponse,
    statistics_service_server::StatisticsService,
};
use tonic::{Request, Response, Status};

use super::{
    Gateway,
    convert::{self, small},
    door::Door,
    refusal,
};
use crate::domain::listing::{self, Listed};

/// The face on either door.
pub(super) struct StatisticsApi {
    pub(super) gateway: Gateway,
    pub(super) door: Door,
}

#[tonic::async_trait]
impl StatisticsService for StatisticsApi {
    async fn query(
        &self,
        request: Request<QueryRequest>,
    ) -> Result<Response<QueryResponse>, Status> {
        let role = self.door.role(&self.gateway, request.extensions())?;
        let query = convert::query(request.get_ref())?;
        self.gateway
            .work(move |gateway| {
                let answer = query.answer(&gateway.store.register(), &role, gateway.threshold);
                Ok(Response::new(convert::answer(
                    answer.map_err(|error| refusal::query(&error))?,
                )))
            })
            .await
    }

    async fn matrix(
        &self,
        request: Request<MatrixRequest>,
    ) -> Result<Response<MatrixResponse>, Status> {
        let role = self.door.role(&self.gateway, request.extensions())?;
        let query = convert::matrix_query(request.get_ref())?;
        self.gateway
            .work(move |gateway| {
                let matrix = query.answer(&gateway.store.register(), &role, gateway.threshold);
                Ok(Response::new(convert::matrix(
                    matrix.map_err(|error| refusal::query(&error))?,
                )))
            })
            .await
    }

    async fn list_organizations(
        &self,
        request: Request<ListOrganizationsRequest>,
    ) -> Result<Response<ListOrganizationsResponse>, Status> {
        let role = self.door.role(&self.gateway, request.extensions())?;
        let (subtree, periods) = convert::organizations_asked(request.get_ref())?;
        self.gateway
            .work(move |gateway| {
                let register = gateway.store.register();
                let listing = listing::list(
                    &register,
                    &role,
                    subtree.as_ref(),
                    &periods,
                    gateway.threshold,
                )
                .map_err(|error| refusal::query(&error.into()))?;
                let completeness =
                    listing
                        .completeness
                        .into_iter()
                        .map(|(period, one)| Completeness {
                            period: period.to_string(),
                            reported: small(one.reported),
                            enrolled: small(one.enrolled),
                            missing: one.missing.iter().map(ToString::to_string).collect(),
                        });
                Ok(Response::new(ListOrganizationsResponse {
                    organizations: listing
                        .organizations
                        .into_iter()
                        .map(organization)
                        .collect(),
                    completeness: completeness.collect(),
                }))
            })
            .await
    }
}

fn organization(listed: Listed) -> Organization {
    use hongyan_proto::pb::statistics::v1::{KeptReport, OrganizationState};
    let reports = listed.reports.iter().map(|one| KeptReport {
        period: one.kept.report.period.to_string(),
        revision: one.kept.report.revision,
        compiled_ms: one.kept.report.compiled.millis(),
        received_ms: one.kept.received.millis(),
        cases_out: Some(convert::count(one.out)),
        cases_in: Some(convert::count(one.inn)),
        report_hash: one.kept.hash.to_field(),
    });
    let known = listed.enrolled.as_deref();
    Organization {
        code: listed.code.to_string(),
        name: known
            .map(|enrolled| enrolled.organization.name.to_string())
            .unwrap_or_default(),
        region: known
            .map(|enrolled| enrolled.organization.region.to_string())
            .unwrap_or_default(),
        superior: listed
            .superior
            .map(|code| code.to_string())
            .unwrap_or_default(),
        depth: listed.depth,
        state: match known {
            None => OrganizationState::Expected,
            Some(enrolled) if enrolled.revoked.is_some() => OrganizationState::Revoked,
            Some(_) => OrganizationState::Enrolled,
        }
        .into(),
        key_id: known
            .map(|enrolled| enrolled.key.key_id().to_field())
            .unwrap_or_default(),
        enrolled_ms: known
            .map(|enrolled| enrolled.enrolled.millis())
            .unwrap_or_default(),
        log_went_back: known.is_some_and(|enrolled| enrolled.log_went_back),
        equivocated: known.is_some_and(|enrolled| enrolled.equivocated),
        reports: reports.collect(),
        log_size: known
            .and_then(|enrolled| enrolled.log.as_ref())
            .map_or(0, |head| head.size),
    }
}
