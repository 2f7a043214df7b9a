//! The page of a certificate.

use hongyan_proto::{id::CertificateNumber, letter::CertificateKind};

use super::{
    super::{
        Office, OfficeError,
        certificate::{Registry, card},
        unit::called_now,
    },
    Drawn,
    words::{count, date, row, text},
};
use crate::{
    book,
    domain::certificate::State,
    form::{CertificateForm, Form, picture},
};

pub(super) fn draw(office: &Office, number: &CertificateNumber) -> Result<Drawn, OfficeError> {
    let registry = Registry::open(&office.store)?;
    let found = registry.get(number)?;
    let holder = registry.holder(&found).cloned();
    let card = card(office, &found, holder.as_ref())?;
    let units = book::units(&office.store)?;
    let holder = holder.map(|member| called_now(&units, member));
    let details = holder.as_ref().map(|member| member.details.clone());
    let details = details.unwrap_or_default();
    let unit = text(holder.and_then(|member| member.unit));
    // What came with a roster file is the flow certificate: the roster has no other.
    let kind = found.kind.unwrap_or(CertificateKind::Flow);
    let (title, title_en) = kind.label();
    let checks = found.checks.iter().map(|check| {
        (
            check.checked_on.to_string(),
            check.finding.label().0.to_owned(),
            text(check.note.as_ref()),
        )
    });
    let form = CertificateForm {
        title: title.to_owned(),
        title_en: format!("certificate: {title_en}"),
        number: found.number.to_string(),
        name: text(details.name.as_ref()),
        about: vec![
            row("姓名", "name", text(details.name.as_ref())),
            row("性别", "sex", details.sex.map_or("", |sex| sex.label().0)),
            row("出生年月", "born", text(details.birth_month)),
            row("入党时间", "joined", text(details.joined)),
            row("所在支部", "unit", unit),
            row("证号", "number", found.number.to_string()),
            row("发证日期", "issued", text(found.issued_on)),
        ],
        issued_zh: found.issued_on.map(date).unwrap_or_default(),
        no_card: if card.is_none() {
            "发放于本册建立之前，无电子活动证 issued before this book was kept: no electronic form"
                .to_owned()
        } else {
            String::new()
        },
        card: card
            .map(|card| picture(&card.to_text()))
            .unwrap_or_default(),
        checks: checks.collect(),
    };
    Ok(Drawn {
        persons: count(1),
        // The book of certificates is read whole; its entries are not told apart by place.
        entries: Vec::new(),
        void: found.state != State::Held,
        form: Form::Certificate(form),
    })
}
