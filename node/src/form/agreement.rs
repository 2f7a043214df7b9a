//! The agreement that both sides sign (双向共管协议), with a place for each stamp.

use serde::Serialize;

use super::page;

/// What the page says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AgreementForm {
    /// Its heading.
    pub title: String,
    /// The Chinese text, line by line: how the line is set, and what it says.
    pub chinese: Vec<(String, String)>,
    /// The English text.
    pub english: Vec<(String, String)>,
    /// What both can compare by eye.
    pub proof: Vec<(String, String)>,
    /// Both sides.
    pub parties: Vec<SigningParty>,
    /// That it was ended, when and why; or empty.
    pub ended: String,
    /// The first digits of its hash.
    pub hash: String,
}

/// One side.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SigningParty {
    /// 甲方 or 乙方.
    pub title: String,
    /// Party A or B.
    pub title_en: String,
    /// Its name.
    pub name: String,
    /// Who signs for it.
    pub signatory: String,
    /// That it signed electronically and when, or that it has not. A signature that comes later changes nothing of the text.
    #[serde(skip)]
    pub signed: String,
}

impl AgreementForm {
    /// Sets a text line by line: the first is the title, one without indent that opens an article is an article's.
    pub fn set(text: &str) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let class = if line.starts_with(' ') {
                ""
            } else if line.starts_with('第') || line.starts_with(|sign: char| sign.is_ascii_digit())
            {
                "article"
            } else {
                "plain"
            };
            lines.push((class.to_owned(), line.trim_end().to_owned()));
        }
        lines
    }

    pub(super) fn subject(&self) -> String {
        let names: Vec<_> = self
            .parties
            .iter()
            .map(|party| party.name.as_str())
            .collect();
        format!("{} {}", names.join(" / "), self.hash)
    }
}

page!(AgreementForm, "form/agreement.html");
