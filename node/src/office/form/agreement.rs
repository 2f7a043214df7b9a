//! The agreement with a partner.

use hongyan_proto::id::AgreementHash;

use super::{
    super::{Office, OfficeError, agreement as agreements},
    Drawn,
    words::date,
};
use crate::{
    book::Author,
    domain::agreement::text::parts,
    form::{AgreementForm, Form, SigningParty},
};

const TITLES: [(&str, &str); 2] = [("甲方", "Party A"), ("乙方", "Party B")];
/// Digits of the hash that tell agreements apart by eye.
const DIGITS: usize = 16;

pub(super) fn draw(office: &Office, hash: AgreementHash) -> Result<Drawn, OfficeError> {
    let view = agreements::show(office, hash)?;
    let terms = &view.agreement.terms;
    let [chinese, english, proof] = parts(terms);
    let mut chinese = AgreementForm::set(&chinese);
    let title = chinese.remove(0).1;
    let mut english = AgreementForm::set(&english);
    if let Some((class, _)) = english.first_mut() {
        "title".clone_into(class);
    }
    let own = view.partner.own.key_id();
    let parties = terms
        .parties
        .iter()
        .zip(TITLES)
        .map(|(party, (title, title_en))| {
            let author = if party.key_id() == own {
                Author::Own
            } else {
                Author::Partner
            };
            let signed = view.signatures.iter().find(|(by, ..)| *by == author);
            SigningParty {
                title: title.to_owned(),
                title_en: title_en.to_owned(),
                name: party.name.to_string(),
                signatory: party.signatory.to_string(),
                signed: signed.map_or_else(
                    || "尚未电子签署 not signed electronically yet".to_owned(),
                    |(_, name, at)| format!("已由 {name} 于 {} 电子签署", date(at.day())),
                ),
            }
        });
    let ended = view.end.as_ref().map_or_else(String::new, |(day, reason)| {
        format!("本协议已提前终止，最后一日 {}。{reason}", date(*day))
    });
    let form = AgreementForm {
        title,
        chinese,
        english,
        proof: AgreementForm::set(&proof),
        parties: parties.collect(),
        ended,
        hash: hash.to_string().chars().take(DIGITS).collect(),
    };
    Ok(Drawn {
        // Those who sign speak for their organizations; no member stands on it.
        persons: 0,
        entries: Vec::new(),
        void: false,
        form: Form::Agreement(form),
    })
}
