//! Co-management agreements: drafted, proposed, answered, signed, ended.

use hongyan_proto::{
    id::AgreementHash,
    letter::{
        AgreementEnded, AgreementProposed, AgreementSigned, Cadence, DisclosureSet, Duty, Party,
        Payload, Terms, Text, Within, agreement::signature_message,
    },
    time::{Day, Timestamp},
};

use super::{
    Answer, Office, OfficeError, Request,
    desk::{Cut, Desk, writable},
    error::At,
    find,
};
use crate::{
    book::{self, Author, Partner, Shelf},
    domain::agreement::{
        Agreement, Book, Status,
        check::{self, Refusal},
        status::status,
        terms::{self, Frame},
    },
    store::LogNo,
};

/// Terms as an officer states them. What is left out stays as in the agreement it is based on, or as the standard has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) partner: String,
    pub(super) valid_from: Option<Day>,
    pub(super) valid_until: Option<Day>,
    pub(super) goals: Option<Text<2000>>,
    /// Whose duty, clause, words.
    pub(super) duties: Vec<(Author, Text<60>, Text<500>)>,
    pub(super) cadence: Option<Cadence>,
    pub(super) retention_days: u32,
    pub(super) own_discloses: Option<DisclosureSet>,
    pub(super) partner_discloses: Option<DisclosureSet>,
    pub(super) own_signatory: Option<Text<60>>,
    pub(super) own_contact: Option<Text<200>>,
    pub(super) partner_signatory: Option<Text<60>>,
    pub(super) partner_contact: Option<Text<200>>,
    pub(super) based_on: String,
}

/// Longest agreement, in years.
const YEARS_MAX: i16 = 5;

/// Writes the terms out; stores nothing.
pub(super) fn draft(office: &Office, draft: &Draft, nonce: [u8; 16]) -> Result<Terms, OfficeError> {
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

fn compose(
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

fn signatory(
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

/// Why terms are sent.
#[derive(Clone, Debug)]
pub(super) enum Proposal {
    /// A first word, or exactly these terms.
    Terms(Box<Terms>),
    /// A first word from a draft.
    Draft(Box<Draft>),
    /// Other terms than the partner's proposal.
    Counter(String, Box<Draft>),
    /// Terms that supersede an agreement in force.
    Amend(String, Box<Draft>),
}

/// Sends terms to the partner. Returns their hash.
pub(super) async fn propose(
    office: &Office,
    request: Request,
    proposal: Proposal,
) -> Result<(AgreementHash, Answer), OfficeError> {
    let handle = office.clone();
    let answer = office
        .write(request, move |desk| {
            let mut nonce = [0; 16];
            rand::RngCore::fill_bytes(desk.draft.rng(), &mut nonce);
            let (partner, terms, answers) = write_out(&handle, desk, proposal, nonce)?;
            writable(&partner)?;
            let book = book::agreements(desk.draft, &partner)?;
            let own = partner.own.key_id();
            overlaps(&book, &terms)?;
            let proposed = AgreementProposed { terms, answers };
            check::check_propose(&book, own, partner.key_id, &proposed, desk.today)
                .map_err(refused)?;
            let hash = proposed.terms.hash();
            desk.send(&partner, proposed.into(), None, Cut::Refuse)?;
            Ok(Answer {
                extra: hash.to_field(),
                ..Answer::default()
            })
        })
        .await?;
    hash_of(&answer).map(|hash| (hash, answer))
}

fn hash_of(answer: &Answer) -> Result<AgreementHash, OfficeError> {
    AgreementHash::from_slice(&answer.extra).at("request_id")
}

type WrittenOut = (Partner, Terms, Option<AgreementHash>);

fn write_out(
    office: &Office,
    desk: &Desk<'_, '_>,
    proposal: Proposal,
    nonce: [u8; 16],
) -> Result<WrittenOut, OfficeError> {
    let named = |text: &str| -> Result<(Agreement, Partner), OfficeError> {
        let (hash, partner) = find::agreement(desk.draft, text)?;
        let book = book::agreements(desk.draft, &partner)?;
        let agreement = book.get(hash).cloned();
        Ok((
            agreement.ok_or_else(|| OfficeError::not_found(("协议", "agreement"), text))?,
            partner,
        ))
    };
    match proposal {
        Proposal::Terms(terms) => {
            let both = |partner: &Partner| {
                let parties = [partner.own.key_id(), partner.key_id];
                parties.iter().all(|key| terms.party(*key).is_some())
            };
            let mut partners = book::partners(desk.draft)?.into_iter();
            let other = partners.find(both).ok_or_else(|| {
                OfficeError::field("terms", "协议须有对方 the terms must name the partner")
            })?;
            Ok((other, *terms, None))
        }
        Proposal::Draft(draft) => {
            let partner = find::partner(desk.draft, &draft.partner)?;
            let terms = match draft.based_on.as_str() {
                "" => compose(office, &partner, &draft, None, None, nonce)?,
                text => compose(
                    office,
                    &partner,
                    &draft,
                    Some(&named(text)?.0.terms),
                    None,
                    nonce,
                )?,
            };
            Ok((partner, terms, None))
        }
        Proposal::Counter(text, draft) => {
            let (agreement, partner) = named(&text)?;
            let base = &agreement.terms;
            let terms = compose(office, &partner, &draft, Some(base), base.supersedes, nonce)?;
            Ok((partner, terms, Some(agreement.hash)))
        }
        Proposal::Amend(text, draft) => {
            let (agreement, partner) = named(&text)?;
            let in_force = book::in_force(desk.draft, &partner, desk.today)?;
            if in_force.is_none_or(|in_force| in_force.hash != agreement.hash) {
                return Err(OfficeError::NotInForce(partner.code.to_string()));
            }
            let terms = compose(
                office,
                &partner,
                &draft,
                Some(&agreement.terms),
                Some(agreement.hash),
                nonce,
            )?;
            Ok((partner, terms, None))
        }
    }
}

/// Two agreements must not hold on one day, or nobody could say which scope counts.
fn overlaps(book: &Book, terms: &Terms) -> Result<(), OfficeError> {
    let clash = book.agreements().iter().find(|other| {
        other.completed().is_some()
            && terms.supersedes != Some(other.hash)
            && other.hash != terms.hash()
            && other.terms.valid_from <= terms.valid_until
            && terms.valid_from <= other.last_day()
            && !book.agreements().iter().any(|later| {
                later.completed().is_some() && later.terms.supersedes == Some(other.hash)
            })
    });
    clash.map_or(Ok(()), |clash| Err(OfficeError::Overlap(clash.hash)))
}

fn refused(refusal: Refusal) -> OfficeError {
    match refusal {
        Refusal::Unknown(hash) => OfficeError::not_found(("协议", "agreement"), hash.to_string()),
        Refusal::SignedAlready(hash)
        | Refusal::NotNow {
            hash,
            status: Status::Active | Status::NotYetValid { .. },
            ..
        } => OfficeError::AlreadySigned(hash),
        Refusal::NotNow {
            hash,
            status: Status::Proposed { .. } | Status::HalfSigned { .. },
            ..
        } => OfficeError::NotInForce(hash.to_string()),
        Refusal::NotNow { hash, .. } => OfficeError::AlreadyEnded(hash),
        other => OfficeError::field("agreement", other),
    }
}

/// Signs the exact bytes of a proposal.
pub(super) async fn sign(
    office: &Office,
    request: Request,
    agreement: String,
    signatory: Option<Text<60>>,
) -> Result<(AgreementHash, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let (hash, partner) = find::agreement(desk.draft, &agreement)?;
            let own = partner.own.key_id();
            let book = book::agreements(desk.draft, &partner)?;
            check::check_sign(&book, own, hash, desk.today).map_err(refused)?;
            let terms = book.get(hash).map(|agreement| agreement.terms.clone());
            let terms =
                terms.ok_or_else(|| OfficeError::not_found(("协议", "agreement"), agreement))?;
            overlaps(&book, &terms)?;
            let party = terms
                .party(own)
                .ok_or_else(|| OfficeError::field("agreement", Refusal::OtherParties))?;
            let signed = AgreementSigned {
                agreement_hash: hash,
                signature: desk.key.sign(&signature_message(hash)),
                signatory: signatory.unwrap_or_else(|| party.signatory.clone()),
            };
            desk.send(&partner, signed.into(), None, Cut::Refuse)?;
            Ok(Answer {
                extra: hash.to_field(),
                ..Answer::default()
            })
        })
        .await?;
    hash_of(&answer).map(|hash| (hash, answer))
}

/// Ends an agreement before its time.
pub(super) async fn end(
    office: &Office,
    request: Request,
    agreement: String,
    last_day: Option<Day>,
    reason: Text<500>,
) -> Result<(AgreementHash, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let (hash, partner) = find::agreement(desk.draft, &agreement)?;
            let book = book::agreements(desk.draft, &partner)?;
            let ended = AgreementEnded {
                agreement_hash: hash,
                last_day: last_day.unwrap_or(desk.today),
                reason: Some(reason),
            };
            check::check_end(&book, &ended, desk.today).map_err(refused)?;
            desk.send(&partner, ended.into(), None, Cut::Refuse)?;
            Ok(Answer {
                extra: hash.to_field(),
                ..Answer::default()
            })
        })
        .await?;
    hash_of(&answer).map(|hash| (hash, answer))
}

/// One agreement ready to be shown.
#[derive(Clone, Debug)]
pub(super) struct AgreementView {
    pub(super) agreement: Agreement,
    pub(super) partner: Partner,
    pub(super) status: Status,
    pub(super) proposed_by: Author,
    pub(super) signatures: Vec<(Author, String, Timestamp)>,
    pub(super) must_act: Option<Author>,
    pub(super) end: Option<(Day, String)>,
}

/// One agreement by its hash.
pub(super) fn show(office: &Office, hash: AgreementHash) -> Result<AgreementView, OfficeError> {
    let (hash, partner) = find::agreement(&office.store, &hash.to_string())?;
    let book = book::agreements(&office.store, &partner)?;
    let agreement = book
        .get(hash)
        .ok_or_else(|| OfficeError::not_found(("协议", "agreement"), hash.to_string()))?;
    view(office, &office.store, &partner, &book, agreement)
}

/// One agreement by the first digits of its hash.
pub(super) fn named(office: &Office, text: &str) -> Result<AgreementView, OfficeError> {
    show(office, find::agreement(&office.store, text)?.0)
}

/// All agreements, the newest proposal first.
pub(super) fn list(office: &Office, partner: &str) -> Result<Vec<AgreementView>, OfficeError> {
    let store = &office.store;
    let mut views = Vec::new();
    for partner in find::partners(store, partner)? {
        let book = book::agreements(store, &partner)?;
        for agreement in book.agreements().iter().rev() {
            views.push(view(office, store, &partner, &book, agreement)?);
        }
    }
    Ok(views)
}

fn view(
    office: &Office,
    shelf: &impl Shelf,
    partner: &Partner,
    book: &Book,
    agreement: &Agreement,
) -> Result<AgreementView, OfficeError> {
    let own = partner.own.key_id();
    let today = office.today();
    let status = status(book, agreement, today);
    let author = |key| {
        if key == own {
            Author::Own
        } else {
            Author::Partner
        }
    };
    let other = |author| {
        if author == Author::Own {
            Author::Partner
        } else {
            Author::Own
        }
    };
    let mut signatures = Vec::new();
    let mut end = None;
    for record in book::agreement_records(shelf, partner)? {
        let author = if shelf.record(LogNo(record.log))?.own {
            Author::Own
        } else {
            Author::Partner
        };
        match record.content()? {
            Some(Payload::AgreementSigned(signed)) if signed.agreement_hash == agreement.hash => {
                signatures.push((
                    author,
                    signed.signatory.to_string(),
                    Timestamp::from_millis(record.time_ms),
                ));
            }
            Some(Payload::AgreementEnded(ended)) if ended.agreement_hash == agreement.hash => {
                let reason = ended
                    .reason
                    .map(|reason| reason.to_string())
                    .unwrap_or_default();
                end = Some((agreement.last_day(), reason));
            }
            _ => {}
        }
    }
    let proposed_by = author(agreement.proposed.author());
    let must_act = match status {
        Status::Proposed { by } | Status::HalfSigned { by } => Some(other(author(by))),
        _ => None,
    };
    Ok(AgreementView {
        agreement: agreement.clone(),
        partner: partner.clone(),
        status,
        proposed_by,
        signatures,
        must_act,
        end,
    })
}
