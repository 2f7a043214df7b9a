//! Contact (联系): made with the member, matters passed on, job, telephone or certificate changed.

use super::{
    error::{At, PayloadError},
    record::record,
    text::Text,
};
use crate::{id::CertificateNumber, time::Day};

record! {
    /// Contact was made with the member: at least once a quarter by the outflow branch (W §二(一)2).
    Contact "contact" {
        /// When.
        day: Day [Contact],
        /// How: telephone, visit, message.
        means: Text<60> [Contact],
        /// Thoughts, work, life.
        summary: Option<Text<2000>> [Contact],
    }
}

record! {
    /// An important matter was passed on to the member.
    MatterNotified "matter_notified" {
        /// When.
        day: Day [Contact],
        /// What.
        matter: Text<500> [Contact],
    }
}

record! {
    /// Job, telephone or address changed, or the certificate is another one.
    Change "change" {
        /// Since when.
        day: Day [],
        /// New telephone.
        phone: Option<Text<40>> [Contact],
        /// New employer.
        employer: Option<Text<200>> [Contact],
        /// New address.
        address: Option<Text<200>> [Contact],
        /// The number that the certificate has now. Home's to say.
        certificate: Option<CertificateNumber> [Certificate],
    }
    rules something_changed
}

fn something_changed(change: &Change, at: &At<'_>) -> Result<(), PayloadError> {
    if change.phone.is_none()
        && change.employer.is_none()
        && change.address.is_none()
        && change.certificate.is_none()
    {
        return Err(at.rule(
            "电话、工作单位、住址、活动证编号至少填一项",
            "one of phone, employer, address and certificate must be set",
        ));
    }
    Ok(())
}
