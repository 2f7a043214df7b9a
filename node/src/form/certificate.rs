//! A certificate (流动党员活动证) as a page to fold and stamp, with its electronic form as a picture.

use serde::Serialize;

use super::{Row, page};

/// What the page says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct CertificateForm {
    /// Which certificate.
    pub title: String,
    /// In English.
    pub title_en: String,
    /// Its number.
    pub number: String,
    /// The holder's name.
    pub name: String,
    /// The holder: name, sex, and so on.
    pub about: Vec<Row>,
    /// The day of issue as Chinese forms have it.
    pub issued_zh: String,
    /// Why there is no electronic form, where there is none.
    pub no_card: String,
    /// The electronic form, SVG. It follows from the rest and the key, so it is no fact of its own.
    #[serde(skip)]
    pub card: String,
    /// Each look at it: day, finding, note.
    pub checks: Vec<(String, String, String)>,
}

impl CertificateForm {
    pub(super) fn subject(&self) -> String {
        format!("{} {}", self.number, self.name)
    }
}

page!(CertificateForm, "form/certificate.html");
