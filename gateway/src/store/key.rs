//! Where things are: one byte for the kind, then what tells them apart. Codes have no "/", so it ends them.

use hongyan_proto::{
    id::{Hash, KeyId, OrganizationCode as Code},
    time::Quarter,
};

/// Format version and number of commits.
pub(super) const META: &[u8] = b"m";
/// All organizations.
pub(super) const ORGANIZATIONS: &[u8] = b"o";
/// All reports.
pub(super) const REPORTS: &[u8] = b"r";
/// All callers.
pub(super) const CALLERS: &[u8] = b"c";

pub(super) fn organization(code: &Code) -> Vec<u8> {
    [ORGANIZATIONS, code.as_str().as_bytes()].concat()
}

pub(super) fn report(period: Quarter, code: &Code) -> Vec<u8> {
    [
        REPORTS,
        period.to_string().as_bytes(),
        b"/",
        code.as_str().as_bytes(),
    ]
    .concat()
}

pub(super) fn caller(key: &KeyId) -> Vec<u8> {
    [CALLERS, key.as_bytes()].concat()
}

pub(super) fn invitation(secret: Hash) -> Vec<u8> {
    [b"i".as_slice(), secret.as_bytes()].concat()
}

pub(super) fn evidence_of(code: &Code) -> Vec<u8> {
    [b"e", code.as_str().as_bytes(), b"/"].concat()
}

pub(super) fn evidence(code: &Code, report: Hash) -> Vec<u8> {
    [evidence_of(code).as_slice(), report.as_bytes()].concat()
}
