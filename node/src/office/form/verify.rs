//! Checking a paper: by its code, its slip, or the page as a file. Says what was printed, by whom, and whether the same is recorded now.

use hongyan_proto::{
    id::KeyId,
    letter::{FormCode, FormKind, FormSlipContent},
};

use super::{
    super::{Office, OfficeError, certificate},
    draw,
    since::{Change, since},
};
pub(in crate::office) use crate::office::certificate::Signer;
use crate::{
    book::{self, PrintedForm},
    form::Paper,
};

const FORM: (&str, &str) = ("表格", "form");

/// What is recorded now, compared with what was printed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::office) enum Standing {
    Unchanged,
    /// By these entries.
    Changed(Vec<Change>),
    Void,
}

/// What a paper is.
#[derive(Clone, Debug)]
pub(in crate::office) struct Verdict {
    pub(in crate::office) slip: FormSlipContent,
    pub(in crate::office) signer: Signer,
    /// Its entry here; none: printed by somebody else, or not in this node's log.
    pub(in crate::office) printed: Option<PrintedForm>,
    pub(in crate::office) standing: Option<Standing>,
    /// Is the page what was printed? None when no page was given.
    pub(in crate::office) page: Option<bool>,
    /// Who signed; none for a code alone.
    pub(in crate::office) key: Option<KeyId>,
    /// Numbers under which the same was printed later.
    pub(in crate::office) later: Vec<String>,
}

/// Reads a code, a slip or a page.
pub(in crate::office) fn verify(office: &Office, text: &str) -> Result<Verdict, OfficeError> {
    let (slip, page) = match Paper::read(text)? {
        Paper::Code(code) => return by_code(office, code),
        Paper::Slip(slip) => (slip, None),
        Paper::Page { slip, whole } => (slip, Some(whole)),
    };
    let printed = book::form_of_code(&office.store, slip.code())?
        .filter(|printed| printed.issued.slip == *slip.content());
    let key = slip.key_id();
    let code = &slip.content().organization_code;
    let signer = certificate::signer(office, key, code)?;
    let mut verdict = match printed {
        Some(printed) => known(office, printed)?,
        None => Verdict {
            slip: slip.content().clone(),
            signer,
            printed: None,
            standing: None,
            page: None,
            key: None,
            later: Vec::new(),
        },
    };
    verdict.page = page;
    verdict.key = Some(key);
    Ok(verdict)
}

fn by_code(office: &Office, code: FormCode) -> Result<Verdict, OfficeError> {
    let printed = book::form_of_code(&office.store, code)?
        .ok_or_else(|| OfficeError::not_found(FORM, code.to_string()))?;
    known(office, printed)
}

/// A form of this node: what is recorded now, against what was printed.
fn known(office: &Office, printed: PrintedForm) -> Result<Verdict, OfficeError> {
    let issued = &printed.issued;
    let standing = match draw(office, issued.slip.kind, &issued.target) {
        Ok(drawn) if drawn.void => Standing::Void,
        Ok(drawn) if drawn.form.facts() == issued.facts => Standing::Unchanged,
        Ok(drawn) => Standing::Changed(since(office, &printed, drawn.entries)?),
        Err(OfficeError::NotFound { .. } | OfficeError::Certificate(_)) => Standing::Void,
        Err(other) => return Err(other),
    };
    let later = book::forms(&office.store)?
        .into_iter()
        .filter(|other| {
            other.sequence > printed.sequence
                && other.issued.slip.kind == issued.slip.kind
                && other.issued.target == issued.target
        })
        .map(|other| other.issued.slip.number.to_string());
    Ok(Verdict {
        slip: issued.slip.clone(),
        signer: Signer::Own,
        standing: Some(standing),
        page: None,
        key: None,
        later: later.collect(),
        printed: Some(printed),
    })
}

/// Every form that fits, the newest first.
pub(in crate::office) fn list(
    office: &Office,
    kind: Option<FormKind>,
    search: &str,
) -> Result<Vec<PrintedForm>, OfficeError> {
    let mut found = book::forms(&office.store)?;
    found.retain(|printed| {
        let slip = &printed.issued.slip;
        kind.is_none_or(|kind| slip.kind == kind)
            && (slip.number.as_str().contains(search) || slip.subject.as_str().contains(search))
    });
    found.sort_by_key(|printed| std::cmp::Reverse(printed.sequence));
    Ok(found)
}
