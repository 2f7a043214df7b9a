//! `FormService`.

use hongyan_proto::{
    id::CertificateNumber,
    letter::{FormCode, FormKind, FormSlipContent, Text},
    pb::office::v1::{
        self as pb, form_service_server::FormService, print_form_request::Form as Asked,
    },
};
use tonic::{Request, Response, Status};

use super::{
    convert::written,
    page::page,
    request::{note, optional, request},
};
use crate::{
    book::PrintedForm,
    office::{
        Office, OfficeError,
        error::At as _,
        form::{self, Signer, Standing, Verdict, Wanted},
        statement::quarter_or_last,
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn wanted(office: &Office, asked: Option<Asked>) -> Result<Wanted, OfficeError> {
    Ok(match asked {
        None => {
            return Err(OfficeError::field(
                "form",
                "此项必填 this field is required",
            ));
        }
        Some(Asked::Activity(asked)) => Wanted::Activity(asked.activity),
        Some(Asked::Certificate(asked)) => {
            Wanted::Certificate(CertificateNumber::parse(&asked.number).at("certificate.number")?)
        }
        Some(Asked::Book(asked)) => Wanted::Book {
            person: asked.person,
            year: asked.year,
        },
        Some(Asked::Receipt(asked)) => Wanted::Receipt(asked.number),
        Some(Asked::Agreement(asked)) => Wanted::Agreement(asked.hash),
        Some(Asked::Statement(asked)) => Wanted::Statement {
            quarter: quarter_or_last(office, &asked.quarter)?,
            partner: asked.partner,
        },
        Some(Asked::Ledger(asked)) => Wanted::Ledger {
            unit: Text::parse(&asked.unit).at("ledger.unit")?,
            year: asked.year,
        },
    })
}

fn entry(slip: &FormSlipContent, printed: Option<&PrintedForm>) -> pb::FormEntry {
    pb::FormEntry {
        kind: slip.kind.code(),
        number: slip.number.to_string(),
        code: FormCode::of(slip).to_string(),
        subject: slip.subject.to_string(),
        issued_ms: slip.issued_ms.millis(),
        organization_code: slip.organization_code.to_string(),
        organization_name: slip.organization_name.to_string(),
        actor: printed.map_or_else(String::new, |printed| printed.issued.actor.to_string()),
        sequence_plus_one: printed.map_or(0, |printed| printed.sequence + 1),
    }
}

fn verdict(verdict: Verdict) -> pb::VerifyFormResponse {
    let (signer, partner) = match verdict.signer {
        Signer::Own if verdict.printed.is_none() => (pb::FormSigner::Unrecorded, String::new()),
        Signer::Own => (pb::FormSigner::Own, String::new()),
        Signer::Partner(code) => (pb::FormSigner::Partner, code),
        Signer::Former(code) => (pb::FormSigner::Former, code),
        Signer::Unknown => (pb::FormSigner::Unknown, String::new()),
    };
    let (standing, changes) = match verdict.standing {
        None => (pb::FormStanding::Unspecified, Vec::new()),
        Some(Standing::Unchanged) => (pb::FormStanding::Unchanged, Vec::new()),
        Some(Standing::Changed(by)) => (pb::FormStanding::Changed, by),
        Some(Standing::Void) => (pb::FormStanding::Void, Vec::new()),
    };
    let local = changes.iter().filter(|change| change.log == "local");
    let changed_by = local.map(|change| change.sequence).collect();
    let changes = changes.iter().map(|change: &form::Change| pb::FormChange {
        log: change.log.clone(),
        sequence: change.sequence,
        day: change.day.to_string(),
        kind: change.kind.code(),
    });
    pb::VerifyFormResponse {
        signer: signer.into(),
        form: Some(entry(&verdict.slip, verdict.printed.as_ref())),
        standing: standing.into(),
        changed_by,
        page_matches: verdict.page == Some(true),
        has_page: verdict.page.is_some(),
        fingerprint: verdict.key.map(|key| key.to_string()).unwrap_or_default(),
        partner,
        later_numbers: verdict.later,
        changes: changes.collect(),
    }
}

#[tonic::async_trait]
impl FormService for Office {
    async fn print_form(
        &self,
        request_: Request<pb::PrintFormRequest>,
    ) -> Answered<pb::PrintFormResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let purpose = optional(&message.purpose, "purpose")?;
        let wanted = wanted(self, message.form)?;
        let printed = form::print(self, request, wanted, purpose).await?;
        let mut shown = entry(printed.slip.content(), None);
        shown.actor = message.actor;
        if let Some(written) = printed.answer.written.first() {
            shown.sequence_plus_one = written.sequence + 1;
        }
        Ok(Response::new(pb::PrintFormResponse {
            written: written(&printed.answer),
            form: Some(shown),
            page: printed.page.into(),
        }))
    }

    async fn verify_form(
        &self,
        request_: Request<pb::VerifyFormRequest>,
    ) -> Answered<pb::VerifyFormResponse> {
        let found = form::verify(self, &request_.into_inner().text)?;
        note(self, "核验表格 form verified", 1).await?;
        Ok(Response::new(verdict(found)))
    }

    async fn list_forms(
        &self,
        request_: Request<pb::ListFormsRequest>,
    ) -> Answered<pb::ListFormsResponse> {
        let message = request_.into_inner();
        let kind = match message.kind {
            0 => None,
            code => Some(FormKind::try_from(code).at("kind")?),
        };
        let all = form::list(self, kind, &message.search)?;
        let all: Vec<pb::FormEntry> = all
            .iter()
            .map(|printed| entry(&printed.issued.slip, Some(printed)))
            .collect();
        let unpaged = pb::ListFormsRequest {
            page_size: 0,
            page_token: String::new(),
            ..message.clone()
        };
        let page = page(all, &unpaged, message.page_size, &message.page_token)?;
        note(self, "查看打印的表格 forms listed", page.items.len()).await?;
        Ok(Response::new(pb::ListFormsResponse {
            forms: page.items,
            next_page_token: page.next,
            total: page.total,
        }))
    }
}
