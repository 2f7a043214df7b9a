//! What `appraisal`, `training` and `exemption` have in common: a written record's number, and how a wrong one is voided.

use hongyan_proto::pb::{
    exchange::v1::Kind,
    office::v1::{VoidAssessmentRequest, Written},
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields},
};

pub(super) fn done(written: Option<&Written>, lang: Lang) -> String {
    fields(lang)
        .add(
            "✓ 已记, 序号",
            "✓ recorded, no.",
            written.map_or(0, |written| written.sequence),
        )
        .render()
}

pub(super) async fn void(
    kind: Kind,
    (record, reason): (u64, String),
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let request = VoidAssessmentRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        record,
        reason,
        kind: kind.into(),
    };
    let answer = client!(session, assessment_service_client::AssessmentServiceClient)
        .void_assessment(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
    Ok(Ended::Well)
}
