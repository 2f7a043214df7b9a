//! Cases as they are shown and listed.

use hongyan_proto::id::CaseId;

use crate::office::{
    Office, OfficeError, find,
    view::{CaseView, view},
};
use crate::{
    book::{self},
    domain::case::{Side, State, link::Links},
};

/// A case as it stands, by its id.
pub(in crate::office) fn show(office: &Office, id: CaseId) -> Result<CaseView, OfficeError> {
    let store = &office.store;
    let (file, partner) = find::case_by_id(store, id)?;
    let mut related = vec![(file.id, file.case.clone())];
    // The host knows no member of ours, but the certificate stays the same from case to case.
    let others = match (file.member, &partner, file.case.certificate()) {
        (Some(member), ..) => book::cases_of_member(store, member)?,
        (None, Some(partner), Some(certificate)) => {
            book::cases_of_certificate(store, partner, certificate)?
        }
        _ => Vec::new(),
    };
    for id in others {
        let (other, _) = find::case_by_id(store, id)?;
        related.push((id, other.case));
    }
    let links = Links::derive(related.iter().map(|(id, case)| (*id, case)));
    view(store, file, partner.as_ref(), &links, office.today())
}

/// Which cases a list shows.
#[derive(Clone, Debug, Default)]
pub(in crate::office) struct Filter {
    /// Empty: all partners.
    pub(in crate::office) partner: String,
    pub(in crate::office) side: Option<Side>,
    pub(in crate::office) overdue: bool,
    pub(in crate::office) search: String,
}

/// Every case that fits, newest event first, then by id.
pub(in crate::office) fn list(
    office: &Office,
    filter: &Filter,
    wanted: impl Fn(State) -> bool,
) -> Result<Vec<CaseView>, OfficeError> {
    let store = &office.store;
    let only = match filter.partner.as_str() {
        "" => None,
        text => Some(find::partner(store, text)?),
    };
    let partners = book::partners(store)?;
    let files = book::all_cases(store, only.as_ref())?;
    let links: Vec<_> = files
        .iter()
        .map(|file| (file.id, file.case.clone()))
        .collect();
    let links = Links::derive(links.iter().map(|(id, case)| (*id, case)));
    let mut views = Vec::new();
    for file in files {
        if !file.case.state().is_some_and(&wanted) {
            continue;
        }
        let partner = partners
            .iter()
            .find(|partner| Some(partner.key_id) == file.partner);
        let view = view(store, file, partner, &links, office.today())?;
        let fits = filter.side.is_none_or(|side| view.side == Some(side))
            && (!filter.overdue || view.overdue)
            && mentions(&view, &filter.search);
        if fits {
            views.push(view);
        }
    }
    views.sort_by_key(|view| (std::cmp::Reverse(view.updated), view.file.id));
    Ok(views)
}

fn mentions(view: &CaseView, search: &str) -> bool {
    search.is_empty()
        || view
            .person
            .name
            .as_ref()
            .is_some_and(|name| name.as_str().contains(search))
        || view
            .person
            .certificate
            .as_ref()
            .is_some_and(|number| number.as_str().contains(search))
}
