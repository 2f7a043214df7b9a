//! `AgreementService`.

use hongyan_proto::{
    letter::{Cadence, Disclosure, DisclosureSet, PayloadError, Terms, ValueError},
    pb::{
        exchange::v1 as exchange,
        office::v1::{
            self as pb, agreement_service_server::AgreementService,
            propose_agreement_request::Content,
        },
    },
};
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::{
    convert::{self, labels, words, written},
    request::{optional, request},
};
use crate::{
    book::Author,
    domain::agreement::{Status as AgreementStatus, text::parts},
    office::{
        Answer, Office, OfficeError,
        agreement::{self, AgreementView, Draft, Proposal},
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn classes(codes: &[i32], field: &str) -> Result<Option<DisclosureSet>, OfficeError> {
    if codes.is_empty() {
        return Ok(None);
    }
    let classes = codes
        .iter()
        .map(|code| Disclosure::try_from(*code).map_err(|error| OfficeError::field(field, error)))
        .collect::<Result<DisclosureSet, _>>()?;
    Ok(Some(classes))
}

fn draft(wire: Option<pb::AgreementDraft>) -> Result<Draft, OfficeError> {
    let wire =
        wire.ok_or_else(|| OfficeError::field("draft", "此项必填 this field is required"))?;
    let duties = wire
        .duties
        .iter()
        .map(|duty| {
            let author = match duty.party() {
                pb::Author::Own => Author::Own,
                pb::Author::Partner => Author::Partner,
                pb::Author::Unspecified | pb::Author::Both => {
                    return Err(OfficeError::field(
                        "draft.duties.party",
                        "此项必填 this field is required",
                    ));
                }
            };
            let wrong =
                |field: &'static str| move |error: ValueError| OfficeError::field(field, error);
            Ok((
                author,
                duty.clause.parse().map_err(wrong("draft.duties.clause"))?,
                duty.text.parse().map_err(wrong("draft.duties.text"))?,
            ))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let cadence = match wire.cadence {
        0 => None,
        code => Some(
            Cadence::try_from(code).map_err(|error| OfficeError::field("draft.cadence", error))?,
        ),
    };
    Ok(Draft {
        valid_from: optional(&wire.valid_from, "draft.valid_from")?,
        valid_until: optional(&wire.valid_until, "draft.valid_until")?,
        goals: optional(&wire.goals, "draft.goals")?,
        duties,
        cadence,
        retention_days: wire.retention_days,
        own_discloses: classes(&wire.own_discloses, "draft.own_discloses")?,
        partner_discloses: classes(&wire.partner_discloses, "draft.partner_discloses")?,
        own_signatory: optional(&wire.own_signatory, "draft.own_signatory")?,
        own_contact: optional(&wire.own_contact, "draft.own_contact")?,
        partner_signatory: optional(&wire.partner_signatory, "draft.partner_signatory")?,
        partner_contact: optional(&wire.partner_contact, "draft.partner_contact")?,
        partner: wire.partner,
        based_on: wire.based_on,
    })
}

/// The terms of a file. Bytes that are none are this side's own wrong file, not a partner's letter.
fn exact(bytes: &[u8]) -> Result<Terms, OfficeError> {
    Terms::parse(bytes).map_err(|error| match error {
        PayloadError::Field { .. } => OfficeError::from(error),
        PayloadError::Unreadable(_) | PayloadError::WrongKind { .. } | PayloadError::NotCanonical => {
            OfficeError::field(
                "terms",
                "文件不是协议条文, 请用 agreement draft --out 写出的文件 the file has no terms of an agreement: take the one that agreement draft --out wrote",
            )
        }
    })
}

fn status(status: AgreementStatus) -> pb::AgreementStatus {
    match status {
        AgreementStatus::Proposed { .. } => pb::AgreementStatus::Proposed,
        AgreementStatus::HalfSigned { .. } => pb::AgreementStatus::HalfSigned,
        AgreementStatus::NotYetValid { .. } => pb::AgreementStatus::Signed,
        AgreementStatus::Active => pb::AgreementStatus::InForce,
        AgreementStatus::CounterProposed { .. } | AgreementStatus::Superseded { .. } => {
            pb::AgreementStatus::Superseded
        }
        AgreementStatus::Ended { .. } => pb::AgreementStatus::Ended,
        AgreementStatus::Expired => pb::AgreementStatus::Expired,
    }
}

fn shown(view: &AgreementView) -> pb::Agreement {
    let terms = &view.agreement.terms;
    let (last_day, end_reason) = match &view.end {
        Some((day, reason)) => (day.to_string(), reason.clone()),
        None => (String::new(), String::new()),
    };
    let hex = |hash: Option<hongyan_proto::id::AgreementHash>| {
        hash.map(|hash| hash.to_string()).unwrap_or_default()
    };
    pb::Agreement {
        hash: view.agreement.hash.to_string(),
        partner: view.partner.code.to_string(),
        status: status(view.status).into(),
        proposed_by: convert::author(Some(view.proposed_by)),
        // What the checked type encodes, the generated one reads.
        terms: exchange::AgreementTerms::decode(terms.encode().as_slice()).ok(),
        signatures: view
            .signatures
            .iter()
            .map(|(author, signatory, time)| pb::AgreementSignature {
                author: convert::author(Some(*author)),
                signatory: signatory.clone(),
                time_ms: time.millis(),
            })
            .collect(),
        answers: hex(view.agreement.answers),
        supersedes: hex(terms.supersedes),
        must_act: convert::author(view.must_act),
        last_day,
        end_reason,
    }
}

fn words_of(terms: &Terms) -> pb::Words {
    // Each language with what both sides compare by eye; on paper they stand in one document.
    let [chinese, english, proof] = parts(terms);
    labels((
        &format!("{chinese}\n{proof}"),
        &format!("{english}\n{proof}"),
    ))
}

macro_rules! answer {
    ($office:expr, $result:expr, $response:ident) => {{
        let (hash, answer): (_, Answer) = $result;
        let view = agreement::show($office, hash)?;
        Ok(Response::new(pb::$response {
            written: written(&answer),
            agreement: Some(shown(&view)),
        }))
    }};
}

#[tonic::async_trait]
impl AgreementService for Office {
    async fn draft_agreement(
        &self,
        request_: Request<pb::DraftAgreementRequest>,
    ) -> Answered<pb::DraftAgreementResponse> {
        let draft = draft(request_.into_inner().draft)?;
        let mut nonce = [0; 16];
        // A draft is not stored, so no generator of the store is at hand; the nonce only keeps equal texts apart.
        rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, &mut nonce);
        let terms = agreement::draft(self, &draft, nonce)?;
        Ok(Response::new(pb::DraftAgreementResponse {
            hash: terms.hash().to_string(),
            text: Some(words_of(&terms)),
            terms: terms.encode().into(),
        }))
    }

    async fn propose_agreement(
        &self,
        request_: Request<pb::ProposeAgreementRequest>,
    ) -> Answered<pb::ProposeAgreementResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let proposal = match message.content {
            Some(Content::Terms(bytes)) => Proposal::Terms(Box::new(exact(&bytes)?)),
            Some(Content::Draft(wire)) => Proposal::Draft(Box::new(draft(Some(wire))?)),
            None => {
                return Err(
                    OfficeError::field("content", "此项必填 this field is required").into(),
                );
            }
        };
        answer!(
            self,
            agreement::propose(self, request, proposal).await?,
            ProposeAgreementResponse
        )
    }

    async fn counter_propose(
        &self,
        request_: Request<pb::CounterProposeRequest>,
    ) -> Answered<pb::CounterProposeResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let proposal = Proposal::Counter(message.agreement, Box::new(draft(message.draft)?));
        answer!(
            self,
            agreement::propose(self, request, proposal).await?,
            CounterProposeResponse
        )
    }

    async fn amend_agreement(
        &self,
        request_: Request<pb::AmendAgreementRequest>,
    ) -> Answered<pb::AmendAgreementResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let proposal = Proposal::Amend(message.agreement, Box::new(draft(message.draft)?));
        answer!(
            self,
            agreement::propose(self, request, proposal).await?,
            AmendAgreementResponse
        )
    }

    async fn sign_agreement(
        &self,
        request_: Request<pb::SignAgreementRequest>,
    ) -> Answered<pb::SignAgreementResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let signatory = optional(&message.signatory, "signatory")?;
        answer!(
            self,
            agreement::sign(self, request, message.agreement, signatory).await?,
            SignAgreementResponse
        )
    }

    async fn end_agreement(
        &self,
        request_: Request<pb::EndAgreementRequest>,
    ) -> Answered<pb::EndAgreementResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let last_day = optional(&message.last_day, "last_day")?;
        let reason = optional(&message.reason, "reason")?
            .ok_or_else(|| OfficeError::field("reason", "此项必填 this field is required"))?;
        answer!(
            self,
            agreement::end(self, request, message.agreement, last_day, reason).await?,
            EndAgreementResponse
        )
    }

    async fn list_agreements(
        &self,
        request_: Request<pb::ListAgreementsRequest>,
    ) -> Answered<pb::ListAgreementsResponse> {
        let message = request_.into_inner();
        let views = agreement::list(self, &message.partner)?;
        let wanted = views
            .iter()
            .filter(|view| message.status == 0 || message.status == status(view.status) as i32);
        Ok(Response::new(pb::ListAgreementsResponse {
            agreements: wanted.map(shown).collect(),
        }))
    }

    async fn get_agreement(
        &self,
        request_: Request<pb::GetAgreementRequest>,
    ) -> Answered<pb::GetAgreementResponse> {
        let view = agreement::named(self, &request_.into_inner().agreement)?;
        Ok(Response::new(pb::GetAgreementResponse {
            agreement: Some(shown(&view)),
            text: Some(words_of(&view.agreement.terms)),
            encoded_terms: view.agreement.terms.encode().into(),
            left_open: agreement::left_open(self, &view)?.map(words),
        }))
    }
}
