//! `CertificateService`.

use hongyan_proto::{
    id::CertificateNumber,
    letter::{CertificateFinding, CertificateKind, CertificateRange, ReplacementReason, Text},
    pb::office::v1::{self as pb, certificate_service_server::CertificateService},
};
use tonic::{Request, Response, Status};

use super::{
    activity::not_told,
    convert::written,
    page::page,
    request::{note, optional, request},
    unit::day,
};
use crate::{
    book,
    domain::{
        certificate::{Certificate, State},
        unit::Units,
    },
    office::{
        Answer, Office, OfficeError,
        certificate::{self, Look, Registry, Signer},
        error::At as _,
    },
};

type Answered<T> = Result<Response<T>, Status>;

/// Free numbers in one answer, when nothing is said; and at most.
const FREE_SHOWN: usize = 100;
const FREE_MAX: usize = 1000;

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn number(text: &str, field: &str) -> Result<CertificateNumber, OfficeError> {
    CertificateNumber::parse(text).at(field)
}

fn asked(text: &str, field: &str) -> Result<Option<CertificateNumber>, OfficeError> {
    if text.is_empty() {
        return Ok(None);
    }
    number(text, field).map(Some)
}

fn state(state: &State) -> pb::CertificateState {
    match state {
        State::Held => pb::CertificateState::Held,
        State::Replaced { .. } => pb::CertificateState::Replaced,
        State::HandedIn { .. } => pb::CertificateState::HandedIn,
    }
}

fn shown(registry: &Registry, units: &Units, certificate: &Certificate) -> pb::CertificateEntry {
    let holder = registry.holder(certificate);
    let unit = holder.map(|member| match member.unit_id {
        Some(id) => units.path(id),
        None => text(member.unit.as_ref()),
    });
    let mut entry = pb::CertificateEntry {
        number: certificate.number.to_string(),
        kind: certificate.kind.map_or(0, CertificateKind::code),
        state: state(&certificate.state).into(),
        member_id: text(certificate.member),
        name: text(holder.and_then(|member| member.details.name.as_ref())),
        unit: unit.unwrap_or_default(),
        issued_on: text(certificate.issued_on),
        replaces: text(certificate.replaces.as_ref()),
        ..pb::CertificateEntry::default()
    };
    match &certificate.state {
        State::Held => {}
        State::Replaced { by, on, reason } => {
            entry.replaced_by = by.to_string();
            entry.ended_on = on.to_string();
            entry.reason = reason.code();
        }
        State::HandedIn { on } => entry.ended_on = on.to_string(),
    }
    if let Some(check) = certificate.checks.last() {
        entry.checked_on = check.checked_on.to_string();
        entry.finding = check.finding.code();
    }
    entry
}

fn one(office: &Office, answer: &Answer) -> Result<pb::CertificateEntry, OfficeError> {
    let registry = Registry::open(office.store())?;
    let units = book::units(office.store())?;
    let certificate = registry.look_up(&certificate::of_answer(answer)?)?;
    Ok(shown(&registry, &units, &certificate))
}

#[tonic::async_trait]
impl CertificateService for Office {
    async fn add_certificate_range(
        &self,
        request_: Request<pb::AddCertificateRangeRequest>,
    ) -> Answered<pb::AddCertificateRangeResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let range = CertificateRange {
            kind: CertificateKind::try_from(message.kind).at("kind")?,
            first: number(&message.first, "first")?,
            last: number(&message.last, "last")?,
            source: optional(&message.source, "source")?,
            received_on: day(&message.received_on, "received_on")?,
            actor: request.actor.clone(),
        };
        // The rule between first and last is the entry's own: asked before anything is counted.
        hongyan_proto::letter::Payload::from(range.clone())
            .check()
            .map_err(OfficeError::from)?;
        let numbers = u32::try_from(range.count()).unwrap_or(u32::MAX);
        let answer = certificate::add_range(self, request, range).await?;
        Ok(Response::new(pb::AddCertificateRangeResponse {
            written: written(&answer),
            numbers,
        }))
    }

    async fn list_certificate_ranges(
        &self,
        _: Request<pb::ListCertificateRangesRequest>,
    ) -> Answered<pb::ListCertificateRangesResponse> {
        let registry = Registry::open(self.store()).map_err(Status::from)?;
        let taken = registry.in_roster();
        let ranges = registry.book.ranges().iter().map(|range| {
            let free = registry
                .book
                .free(range.kind, &taken)
                .filter(|number| range.contains(number))
                .count();
            pb::CertificateRangeInfo {
                kind: range.kind.code(),
                first: range.first.to_string(),
                last: range.last.to_string(),
                source: text(range.source.as_ref()),
                received_on: range.received_on.to_string(),
                numbers: u32::try_from(range.count()).unwrap_or(u32::MAX),
                free: u32::try_from(free).unwrap_or(u32::MAX),
            }
        });
        Ok(Response::new(pb::ListCertificateRangesResponse {
            ranges: ranges.collect(),
        }))
    }

    async fn list_free_numbers(
        &self,
        request_: Request<pb::ListFreeNumbersRequest>,
    ) -> Answered<pb::ListFreeNumbersResponse> {
        let message = request_.into_inner();
        let kind = CertificateKind::try_from(message.kind).at("kind")?;
        let most = match message.most {
            0 => FREE_SHOWN,
            most => usize::try_from(most)
                .ok()
                .filter(|most| *most <= FREE_MAX)
                .ok_or_else(|| OfficeError::field("most", "应为 0–1000 must be 0 to 1000"))?,
        };
        let registry = Registry::open(self.store()).map_err(Status::from)?;
        let taken = registry.in_roster();
        let free: Vec<String> = registry
            .book
            .free(kind, &taken)
            .map(|number| number.to_string())
            .collect();
        Ok(Response::new(pb::ListFreeNumbersResponse {
            total: u32::try_from(free.len()).unwrap_or(u32::MAX),
            numbers: free.into_iter().take(most).collect(),
        }))
    }

    async fn issue_certificate(
        &self,
        request_: Request<pb::IssueCertificateRequest>,
    ) -> Answered<pb::IssueCertificateResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let kind = CertificateKind::try_from(message.kind).at("kind")?;
        let number = asked(&message.number, "number")?;
        let on = day(&message.issued_on, "issued_on")?;
        let answer = certificate::issue(self, request, message.member, kind, number, on).await?;
        let telling = certificate::telling(&answer)?;
        Ok(Response::new(pb::IssueCertificateResponse {
            written: written(&answer),
            certificate: Some(one(self, &answer)?),
            told: telling.told,
            not_told: not_told(&telling.not_told),
        }))
    }

    async fn check_certificate(
        &self,
        request_: Request<pb::CheckCertificateRequest>,
    ) -> Answered<pb::CheckCertificateResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let number = number(&message.number, "number")?;
        let finding = CertificateFinding::try_from(message.finding).at("finding")?;
        let on = day(&message.checked_on, "checked_on")?;
        let note = optional(&message.note, "note")?;
        let look = Look {
            number,
            case: message.case,
            finding,
            on,
            note,
        };
        let answer = certificate::check(self, request, look).await?;
        Ok(Response::new(pb::CheckCertificateResponse {
            written: written(&answer),
            certificate: Some(one(self, &answer)?),
        }))
    }

    async fn replace_certificate(
        &self,
        request_: Request<pb::ReplaceCertificateRequest>,
    ) -> Answered<pb::ReplaceCertificateResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let number = number(&message.number, "number")?;
        let reason = ReplacementReason::try_from(message.reason).at("reason")?;
        let new = asked(&message.replacement, "replacement")?;
        let on = day(&message.replaced_on, "replaced_on")?;
        let answer = certificate::replace(self, request, number, reason, new, on).await?;
        let telling = certificate::telling(&answer)?;
        Ok(Response::new(pb::ReplaceCertificateResponse {
            written: written(&answer),
            certificate: Some(one(self, &answer)?),
            told: telling.told,
            not_told: not_told(&telling.not_told),
        }))
    }

    async fn hand_in_certificate(
        &self,
        request_: Request<pb::HandInCertificateRequest>,
    ) -> Answered<pb::HandInCertificateResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let number = number(&message.number, "number")?;
        let on = day(&message.handed_in_on, "handed_in_on")?;
        let note = optional(&message.note, "note")?;
        let answer = certificate::hand_in(self, request, number, on, note).await?;
        Ok(Response::new(pb::HandInCertificateResponse {
            written: written(&answer),
            certificate: Some(one(self, &answer)?),
        }))
    }

    async fn void_certificate_step(
        &self,
        request_: Request<pb::VoidCertificateStepRequest>,
    ) -> Answered<pb::VoidCertificateStepResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let number = number(&message.number, "number")?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let answer = certificate::void(self, request, number, reason).await?;
        let certificate = match one(self, &answer) {
            // One of another organization, at which nobody looked after all.
            Err(OfficeError::Certificate(_)) => None,
            found => Some(found?),
        };
        Ok(Response::new(pb::VoidCertificateStepResponse {
            written: written(&answer),
            certificate,
        }))
    }

    async fn list_certificates(
        &self,
        request_: Request<pb::ListCertificatesRequest>,
    ) -> Answered<pb::ListCertificatesResponse> {
        let message = request_.into_inner();
        let registry = Registry::open(self.store()).map_err(Status::from)?;
        let units = book::units(self.store()).map_err(OfficeError::from)?;
        let all: Vec<pb::CertificateEntry> = registry
            .all()
            .iter()
            .filter(|certificate| message.ended || certificate.state == State::Held)
            .map(|certificate| shown(&registry, &units, certificate))
            .filter(|entry| {
                entry.number.contains(&message.search) || entry.name.contains(&message.search)
            })
            .collect();
        let unpaged = pb::ListCertificatesRequest {
            page_size: 0,
            page_token: String::new(),
            ..message.clone()
        };
        let page = page(all, &unpaged, message.page_size, &message.page_token)?;
        note(self, "查看活动证 certificates listed", page.items.len()).await?;
        Ok(Response::new(pb::ListCertificatesResponse {
            certificates: page.items,
            next_page_token: page.next,
            total: page.total,
        }))
    }

    async fn get_certificate(
        &self,
        request_: Request<pb::GetCertificateRequest>,
    ) -> Answered<pb::GetCertificateResponse> {
        let number = number(&request_.into_inner().number, "number")?;
        let registry = Registry::open(self.store()).map_err(Status::from)?;
        let units = book::units(self.store()).map_err(OfficeError::from)?;
        let found = registry.look_up(&number)?;
        let holder = registry.holder(&found);
        let card = certificate::card(self, &found, holder)?;
        note(self, "查看活动证 certificate shown", 1).await?;
        let details = holder
            .map(|member| member.details.clone())
            .unwrap_or_default();
        let checks = found.checks.iter().map(|check| pb::CertificateCheck {
            checked_on: check.checked_on.to_string(),
            finding: check.finding.code(),
            note: text(check.note.as_ref()),
        });
        Ok(Response::new(pb::GetCertificateResponse {
            certificate: Some(shown(&registry, &units, &found)),
            organization_code: self.organization().code.to_string(),
            organization_name: self.organization().name.to_string(),
            sex: details.sex.map_or("", |sex| sex.label().0).to_owned(),
            birth_month: text(details.birth_month),
            joined: text(details.joined),
            card: card.map(|card| card.to_text()).unwrap_or_default(),
            checks: checks.collect(),
        }))
    }

    async fn verify_certificate(
        &self,
        request_: Request<pb::VerifyCertificateRequest>,
    ) -> Answered<pb::VerifyCertificateResponse> {
        let (card, signer) = certificate::verify(self, &request_.into_inner().text)?;
        let content = card.content();
        let own = signer == Signer::Own;
        let stands = if own {
            Registry::open(self.store())?
                .get(&content.number)
                .ok()
                .map(|certificate| state(&certificate.state))
        } else {
            None
        };
        let (signer, partner) = match signer {
            Signer::Own => (pb::CardSigner::Own, String::new()),
            Signer::Partner(code) => (pb::CardSigner::Partner, code),
            Signer::Former(code) => (pb::CardSigner::Former, code),
            Signer::Unknown => (pb::CardSigner::Unknown, String::new()),
        };
        note(self, "核验电子活动证 card verified", 1).await?;
        Ok(Response::new(pb::VerifyCertificateResponse {
            signer: signer.into(),
            number: content.number.to_string(),
            kind: content.kind.code(),
            name: content.name.to_string(),
            organization_code: content.organization_code.to_string(),
            organization_name: content.organization_name.to_string(),
            issued_on: content.issued_on.to_string(),
            fingerprint: card.key_id().to_string(),
            partner,
            state: stands.unwrap_or_default().into(),
        }))
    }
}
