//! Every decoder of bytes from outside, as a function that may refuse anything but never panics, hangs or takes what it does not write
//! back alike. The fuzzer (`tests/fuzz`) looks for bytes that break this; the stories run every stored input.
//!
//! | bytes from outside | checked by |
//! |---|---|
//! | `ExchangeService.Introduce`, question and answer | `introduce`, `introduced` |
//! | `ExchangeService.Sync`, both directions | `message`, `frame`, `header`, `body`, `payload`, `checkpoint` |
//! | `ReportService.Enroll`, question and answer | `enroll`, `enrolled` |
//! | `ReportService.Submit`, question and answer | `submit` and in it `report`, `submitted` |
//! | `StatisticsService.Query`, `.Matrix`, `.ListOrganizations` | `statistics`, `matrix`, `organizations` |
//! | the certificate of a TLS connection | `certificate` |
//! | an address that an invitation, a partner or an officer names | `endpoint` |
//! | a partner's or a department's invitation, pasted | `invitation`, `invitation_message` |
//! | a fingerprint, typed at the gateway | `fingerprint` |
//! | a sealed letter, `letter import` | `sealed`, `letter` |
//! | a roster, `member import` | `roster_csv`, `roster_xlsx` |
//! | an agreement's terms, `agreement propose --terms` | `terms` |
//! | a policy, `policy check` and `policy adopt --file` | `policy` |
//! | a notice of holidays, `policy calendar` | `calendar` |
//! | a plan or an activity's record, `--file` | `plan`, `activity` |
//! | a backup, `restore` | `backup`, `backup_records` |
//! | a certificate shown as a QR code, `certificate verify` | `card`, `card_content` |
//! | a form's code, QR text or page, `form verify` | `paper`, `slip_content` |
//!
//! Not here, because nothing is decoded: attachments are hashed as they are, the first line of a passphrase file and the one-time code of a
//! record book are compared as they are. The Unix sockets (`office.v1`, `DepartmentService`) serve their folder's owner alone, and the
//! folder's own files are this program's: the stories of damage alter those. Health, reflection, TLS and the frames of gRPC are
//! read by the libraries that bring them.

mod backup;
mod calls;
mod files;
mod identity;
mod letters;
mod paper;

use hongyan_proto::{
    id::{Epoch, LogOrigin},
    identity::IdentityKey,
};

/// A decoder by its name. It returns whether the bytes were taken.
pub type Decoder = (&'static str, fn(&[u8]) -> bool);

/// One for every kind of bytes that comes from outside.
pub const DECODERS: &[Decoder] = &[
    ("header", letters::header),
    ("body", letters::body),
    ("frame", letters::frame),
    ("message", letters::message),
    ("payload", letters::payload),
    ("sealed", letters::sealed_file),
    ("letter", letters::letter),
    ("checkpoint", letters::checkpoint),
    ("invitation", identity::invitation),
    ("invitation_message", identity::invitation_message),
    ("certificate", identity::certificate),
    ("endpoint", identity::endpoint),
    ("fingerprint", identity::fingerprint),
    ("introduce", calls::introduce),
    ("introduced", calls::introduced),
    ("enroll", calls::enroll),
    ("enrolled", calls::enrolled),
    ("submit", calls::submit),
    ("submitted", calls::submitted),
    ("report", calls::report),
    ("statistics", calls::statistics),
    ("matrix", calls::matrix),
    ("organizations", calls::organizations),
    ("roster_csv", files::roster_csv),
    ("roster_xlsx", files::roster_xlsx),
    ("terms", files::terms),
    ("policy", files::policy),
    ("calendar", files::calendar),
    ("plan", files::plan),
    ("activity", files::activity),
    ("backup", backup::backup),
    ("backup_records", backup::backup_records),
    ("card", paper::card),
    ("card_content", paper::card_content),
    ("paper", paper::paper),
    ("slip_content", paper::slip_content),
];

/// Decodes with the decoder of this name.
///
/// # Panics
/// When there is none of this name, or when it breaks its promise.
pub fn decode(name: &str, bytes: &[u8]) -> bool {
    let found = DECODERS.iter().find(|(known, _)| *known == name);
    #[allow(clippy::expect_used)]
    let (_, decoder) = found.expect("a decoder of this name");
    decoder(bytes)
}

/// The key that reads and writes what the inputs hold.
pub fn key() -> IdentityKey {
    IdentityKey::from_seed([1; 32])
}

/// The log that the inputs are of: written by [`key`] to itself.
pub fn origin() -> LogOrigin {
    LogOrigin {
        author: key().public().key_id(),
        audience: key().public().key_id(),
        epoch: Epoch::from_bytes([2; 16]),
    }
}
