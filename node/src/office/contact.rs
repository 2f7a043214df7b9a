//! Contact with a member who is away (W §二(一)2): told to the partner where that may be, and else kept here. It was made either way.

use hongyan_proto::{
    letter::{Contact, MemberContacted, Payload},
    log::Kind,
};

use super::{Answer, Office, OfficeError, Request, assessment::again, desk::Desk, find, flow};
use crate::{
    book::{self, CaseFile, Partner},
    domain::case::{self, Side, State, dates::check_dates},
};

/// Either side made contact. The answer's extra byte says whether the partner was told.
pub(super) async fn record(
    office: &Office,
    request: Request,
    name: String,
    contact: Contact,
) -> Result<Answer, OfficeError> {
    let letter = Payload::from(contact.clone());
    letter.check()?;
    office
        .write(request, move |desk| {
            let (file, partner) = find::case(desk.draft, &name)?;
            let may_be_told = case::check(&file.case, Side::Outflow, Kind::Contact).is_ok();
            let told = if !is_away(&file) || (partner.is_some() && may_be_told) {
                match flow::put(desk, &file.id.to_string(), letter.clone()) {
                    Err(error) if error.hinders_letters() && is_away(&file) => None,
                    told => Some(told?),
                }
            } else {
                None
            };
            let extra = vec![u8::from(told.is_some())].into();
            if told.is_none() {
                keep(desk, (&file, partner.as_ref()), contact)?;
            }
            Ok(Answer {
                extra,
                ..told.unwrap_or_else(|| Answer::about(file.id))
            })
        })
        .await
}

/// Is it a member of ours who is away? Whether a claimed person is ours, home says first.
fn is_away(file: &CaseFile) -> bool {
    file.side() == Some(Side::Outflow) && file.case.state().is_some_and(State::is_away)
}

/// Contact that no letter tells stands in the local log, unless it is known already.
pub(super) fn keep(
    desk: &mut Desk<'_, '_>,
    (file, partner): (&CaseFile, Option<&Partner>),
    contact: Contact,
) -> Result<(), OfficeError> {
    let letter = Payload::from(contact.clone());
    check_dates(&file.case, &letter, desk.today)?;
    let one = MemberContacted {
        case_id: file.id,
        day: contact.day,
        means: contact.means,
        summary: contact.summary,
        actor: desk.actor.clone(),
    };
    let same = |known: &MemberContacted| {
        (known.day, &known.means, &known.summary) == (one.day, &one.means, &one.summary)
    };
    let kept = book::contacts_at_home(desk.draft, file.id)?;
    if let Some(known) = kept.iter().find(|known| same(&known.said)) {
        return Err(again(
            known.sequence,
            "内容相同, 不重复记录; 确有另一次请写明不同之处, 记错的用 record correct 更正 it is recorded already: say what is different, or correct that one",
        ));
    }
    let told = partner.map(|partner| book::said(desk.draft, partner.out, file.id, &letter));
    if let Some((_, sequence)) = told.transpose()?.unwrap_or_default().first() {
        return Err(again(
            *sequence,
            "已告知对方, 不重复记录 the partner was told of it already",
        ));
    }
    desk.enter(&one.into(), None).map(drop)
}
