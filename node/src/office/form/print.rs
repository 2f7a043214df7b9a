//! Printing: the access and the form's entry are durable before the page leaves.

use hongyan_proto::{
    id::{AgreementHash, CertificateNumber},
    letter::{Access, FormIssued, FormKind, FormSlip, FormSlipContent, FormTarget, Text, Within},
    time::{Quarter, Timestamp},
};

use super::{
    super::{
        Answer, Office, OfficeError, Request, book as books, dues, find,
        happened::{calendar, this_year_or},
        roster,
    },
    Drawn, draw,
};
use crate::{
    book,
    domain::life::Who,
    form::{Form, Frame, Seal},
};

/// A form as somebody asks for it.
#[derive(Clone, Debug)]
pub(in crate::office) enum Wanted {
    Activity(u64),
    Certificate(CertificateNumber),
    Book { person: String, year: u32 },
    Receipt(String),
    Agreement(String),
    Statement { partner: String, quarter: Quarter },
    Ledger { unit: Text<100>, year: u32 },
}

/// A form that was printed.
#[derive(Clone, Debug)]
pub(in crate::office) struct Printed {
    pub(in crate::office) slip: FormSlip,
    pub(in crate::office) page: String,
    pub(in crate::office) answer: Answer,
}

/// What the words name.
fn resolve(office: &Office, wanted: Wanted) -> Result<(FormKind, FormTarget), OfficeError> {
    let none = FormTarget::NONE;
    Ok(match wanted {
        Wanted::Activity(record) => (
            FormKind::Activity,
            FormTarget {
                record: Some(record),
                ..none
            },
        ),
        Wanted::Receipt(number) => (
            FormKind::Receipt,
            FormTarget {
                record: Some(dues::receipt(office, &number)?.sequence),
                ..none
            },
        ),
        Wanted::Certificate(number) => (
            FormKind::Certificate,
            FormTarget {
                certificate: Some(number),
                ..none
            },
        ),
        Wanted::Book { person, year } => {
            let (member_id, case_id) = match books::person(&office.store, &person)?.who {
                Who::Member(id) => (Some(id), None),
                Who::Hosted(id) => (None, Some(id)),
            };
            (
                FormKind::Book,
                FormTarget {
                    member_id,
                    case_id,
                    year: Some(within(office, year)?),
                    ..none
                },
            )
        }
        Wanted::Agreement(text) => {
            let hash: AgreementHash = find::agreement(&office.store, &text)?.0;
            (
                FormKind::Agreement,
                FormTarget {
                    agreement: Some(hash),
                    ..none
                },
            )
        }
        Wanted::Statement { partner, quarter } => (
            FormKind::Statement,
            FormTarget {
                partner: Some(find::partner(&office.store, &partner)?.key_id),
                quarter: Some(quarter),
                ..none
            },
        ),
        Wanted::Ledger { unit, year } => (
            FormKind::Ledger,
            FormTarget {
                unit: Some(Text::parse(&roster::named(&office.store, unit.as_str())?)?),
                // A plan for the next year has a ledger, too.
                year: Some(match year {
                    0 => within(office, 0)?,
                    year => Within::new(u32::from(calendar(year)?))?,
                }),
                ..none
            },
        ),
    })
}

fn within(office: &Office, year: u32) -> Result<Within<1900, 2999>, OfficeError> {
    Ok(Within::new(u32::from(this_year_or(office.today(), year)?))?)
}

fn unrendered(error: &askama::Error) -> OfficeError {
    OfficeError::Damaged(format!("表格无法生成 the page cannot be made: {error}"))
}

fn frame(office: &Office, number: &str, at: Timestamp) -> Frame {
    let organization = office.organization();
    Frame::new(organization.name.as_str(), &organization.code, number, at)
}

/// Writes down that it is printed, then gives the page.
pub(in crate::office) async fn print(
    office: &Office,
    request: Request,
    wanted: Wanted,
    purpose: Option<Text<500>>,
) -> Result<Printed, OfficeError> {
    let (kind, target) = resolve(office, wanted)?;
    let Drawn {
        form,
        persons,
        void,
        ..
    } = draw(office, kind, &target)?;
    if void {
        return Err(OfficeError::field(
            "form",
            "所指的记录已作废或已失效, 不能打印 what it is about is void: nothing is printed",
        ));
    }
    let (printing, its) = (form.clone(), office.clone());
    let answer = office
        .write(request, move |desk| {
            let known = book::forms_in(desk.draft, kind, desk.now)?;
            let year = desk.today.date().year();
            let number = format!("{}-{year}-{:04}", kind.letters(), known + 1);
            let unsealed = printing
                .page(&frame(&its, &number, desk.now), &Seal::blank())
                .map_err(|error| unrendered(&error))?;
            let organization = its.organization();
            let content = FormSlipContent {
                kind,
                number: Text::parse(&number)?,
                subject: Text::parse(&printing.subject())?,
                issued_ms: desk.now,
                organization_code: organization.code.clone(),
                organization_name: Text::parse(organization.name.as_str())?,
                page: Seal::digest(&unsealed),
                key: *desk.key.public().as_bytes(),
            };
            let slip = FormSlip::sign(&desk.key, content.clone());
            let access = Access {
                actor: desk.actor.clone(),
                action: Text::parse(&format!("打印表格 form printed {number}"))?,
                persons,
                purpose,
            };
            desk.local(&access.into(), None)?;
            let issued = FormIssued {
                slip: content,
                facts: printing.facts(),
                target,
                actor: desk.actor.clone(),
            };
            desk.enter(&issued.into(), None)?;
            Ok(Answer {
                extra: slip.to_text().into_bytes().into(),
                ..Answer::default()
            })
        })
        .await?;
    finished(office, &form, answer)
}

/// The page out of the slip: a request that is repeated gets the same one, unless the record says something else by now.
fn finished(office: &Office, form: &Form, answer: Answer) -> Result<Printed, OfficeError> {
    let text = String::from_utf8_lossy(&answer.extra).into_owned();
    let slip = FormSlip::parse(&text)?;
    let content = slip.content();
    let frame = frame(office, content.number.as_str(), content.issued_ms);
    let page = |seal: &Seal| form.page(&frame, seal).map_err(|error| unrendered(&error));
    if Seal::digest(&page(&Seal::blank())?) != content.page {
        return Err(OfficeError::field(
            "request_id",
            "该请求打印之后记录已有变化, 请重新打印 the record has changed since this request was answered: print it again",
        ));
    }
    Ok(Printed {
        page: page(&Seal::of(&slip))?,
        slip,
        answer,
    })
}
