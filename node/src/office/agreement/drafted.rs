//! The terms of an agreement as they are drafted: two parties, their scopes and days.

use hongyan_proto::{
    id::AgreementHash,
    letter::{Cadence, DisclosureSet, Duty, Party, Terms, Text, Within},
    time::Day,
};

use crate::office::{Office, OfficeError, error::At, find};
use crate::{
    book::{self, Author, Partner},
    domain::agreement::terms::{self, Frame},
};

/// Terms as an officer states them. What is left out stays as in the agreement it is based on, or as the standard has it.
#[derive(Clone, Debug, Default)]
pub(in crate::office) struct Draft {
    pub(in crate::office) partner: String,
    pub(in crate::office) valid_from: Option<Day>,
    pub(in crate::office) valid_until: Option<Day>,
    pub(in crate::office) goals: Option<Text<2000>>,
    /// Whose duty, clause, words.
    pub(in crate::office) duties: Vec<(Author, Text<60>, Text<500>)>,
    pub(in crate::office) cadence: Option<Cadence>,
    pub(in crate::office) retention_days: u32,
    pub(in crate::office) own_discloses: Option<DisclosureSet>,
    pub(in crate::office) partner_discloses: Option<DisclosureSet>,
    pub(in crate::office) own_signatory: Option<Text<60>>,
    pub(in crate::office) own_contact: Option<Text<200>>,
    pub(in crate::office) partner_signatory: Option<Text<60>>,
    pub(in crate::office) partner_contact: Option<Text<200>>,
    pub(in crate::office) based_on: String,
}

/// Longest agreement, in years.
const YEARS_MAX: i16 = 5;

/// Writes the terms out; stores nothing.
pub(in crate::office) fn draft(
    office: &Office,
    draft: &Draft,
    nonce: [u8; 16],
) -> Result<Terms, OfficeError> {
    let store = &office.store;
    let partner = find::partner(store, &draft.partner)?;
    let base = match draft.based_on.as_str() {
        "" => None,
        text => {
            let (hash, at) = find::agreement(store, text)?;
            book::agreements(store, &at)?
                .get(hash)
                .map(|agreement| agreement.terms.clone())
        }
    };
    compose(office, &partner, draft, base.as_ref(), None, nonce)
}

pub(super) fn compose(
    office: &Office,
    partner: &Partner,
    draft: &Draft,
    base: Option<&Terms>,
    supersedes: Option<AgreementHash>,
    nonce: [u8; 16],
) -> Result<Terms, OfficeError> {
    let own_id = partner.own.key_id();
    let missing = |field: &str| OfficeError::field(field, "此项必填 this field is required");
    let valid_from = draft
        .valid_from
        .or(base.map(|base| base.valid_from))
        .ok_or_else(|| missing("valid_from"))?;
    let valid_until = draft
        .valid_until
        .or(base.map(|base| base.valid_until))
        .ok_or_else(|| missing("valid_until"))?;
    if valid_until.date().year() - valid_from.date().year() > YEARS_MAX {
        return Err(OfficeError::field(
            "valid_until",
            "期限至多五年 at most five years",
        ));
    }
    let parties = [
        own_party(office, partner, draft, base)?,
        partner_party(partner, draft, base)?,
    ];
    let frame = Frame {
        valid_from,
        valid_until,
        cadence: draft
            .cadence
            .or(base.map(|base| base.cadence))
            .unwrap_or(Cadence::Quarterly),
        retention_days: match draft.retention_days {
            0 => base.map_or(0, |base| base.retention_days.get()),
            days => days,
        },
        supersedes,
        nonce,
    };
    let mut composed = terms::draft(parties, &frame)?;
    if let Some(goals) = draft
        .goals
        .clone()
        .or_else(|| base.and_then(|base| base.goals.clone()))
    {
        composed.goals = Some(goals);
    }
    if !draft.duties.is_empty() {
        let own_first = composed.parties[0].key_id() == own_id;
        composed.duties = draft
            .duties
            .iter()
            .map(|(author, clause, text)| {
                let index = u32::from((*author == Author::Own) != own_first);
                Ok(Duty {
                    party: Within::new(index).at("duties")?,
                    clause: clause.clone(),
                    text: text.clone(),
                })
            })
            .collect::<Result<_, OfficeError>>()?;
    } else if let Some(base) = base {
        composed.duties.clone_from(&base.duties);
    }
    Ok(composed.arrange()?)
}

/// Both parties by the names they have in the correspondence, so that both sides write the same ones whatever their keys are now.
fn own_party(
    office: &Office,
    partner: &Partner,
    draft: &Draft,
    base: Option<&Terms>,
) -> Result<Party, OfficeError> {
    let organization = office.organization();
    let before = base.and_then(|base| base.party(partner.own.key_id()));
    let name = organization.name.as_str();
    let endpoint = if organization.endpoint.is_empty() {
        name
    } else {
        &organization.endpoint
    };
    Ok(Party {
        key: *partner.own.as_bytes(),
        code: organization.code.clone(),
        name: Text::parse(name).at("name")?,
        region: organization.region.clone(),
        discloses: draft
            .own_discloses
            .or(before.map(|party| party.discloses))
            .unwrap_or_default(),
        signatory: signatory(draft.own_signatory.as_ref(), before, name)?,
        contact: contact(draft.own_contact.as_ref(), before, endpoint)?,
    })
}

fn partner_party(
    partner: &Partner,
    draft: &Draft,
    base: Option<&Terms>,
) -> Result<Party, OfficeError> {
    let before = base.and_then(|base| base.party(partner.key_id));
    let endpoint = if partner.endpoint.is_empty() {
        &partner.name
    } else {
        &partner.endpoint
    };
    Ok(Party {
        key: *partner.key.as_bytes(),
        code: partner.code.clone(),
        name: Text::parse(&partner.name).at("partner")?,
        region: partner.region.clone(),
        discloses: draft
            .partner_discloses
            .or(before.map(|party| party.discloses))
            .unwrap_or_default(),
        signatory: signatory(draft.partner_signatory.as_ref(), before, &partner.name)?,
        contact: contact(draft.partner_contact.as_ref(), before, endpoint)?,
    })
}

pub(super) fn signatory(
    given: Option<&Text<60>>,
    before: Option<&Party>,
    name: &str,
) -> Result<Text<60>, OfficeError> {
    match given
        .cloned()
        .or_else(|| before.map(|party| party.signatory.clone()))
    {
        Some(text) => Ok(text),
        None => Text::parse(&name.chars().take(60).collect::<String>()).at("signatory"),
    }
}

fn contact(
    given: Option<&Text<200>>,
    before: Option<&Party>,
    text: &str,
) -> Result<Text<200>, OfficeError> {
    match given
        .cloned()
        .or_else(|| before.map(|party| party.contact.clone()))
    {
        Some(text) => Ok(text),
        None => Text::parse(&text.chars().take(200).collect::<String>()).at("contact"),
    }
}
