//! The book: what the logs say, kept ready as views in the store.
//!
//! Every entry, own or mirrored, is applied here once, in the commit that stores it; what people see is derived on reading by
//! the rules of `domain`. A view can be cleared and made again from the logs with the same result. Of facts a view keeps only where
//! they lie: bulk catch-up must cost little, and a statement reads the log anyway. Who may write what is decided in `office`, never here.

mod agreement;
mod apply;
mod attended;
mod brief;
mod case;
mod certificate;
mod changed;
mod confirm;
mod contact;
mod contacted;
mod dues;
mod dues_closed;
mod epoch;
mod error;
mod event;
mod fact;
mod form;
mod ground;
mod key;
mod life;
mod member;
mod partner;
mod policy;
mod posting;
mod quarter;
mod question;
mod rebuild;
mod receipt;
mod receive;
mod record;
mod refusal;
mod said;
mod shelf;
mod unit;
mod whole;

pub use agreement::{agreement_records, agreements, in_force};
pub use apply::{Author, Place, apply};
pub use attended::attended;
pub use brief::life_in_brief;
pub use case::{CaseFile, all_cases, case, cases_of_certificate, cases_of_member, locate};
pub use certificate::{certificate_events, certificates};
pub use changed::changed;
pub use confirm::{Code, book_code, book_confirmed};
pub use contact::{
    Contact, Proposal, begin_anew, forget_sync_problem, invitation, invited_until, note_ack,
    note_held, note_hello, note_letter, note_problem, note_sync,
};
pub use contacted::contacted;
pub use dues::{
    Settled, dues_account, dues_accounts, dues_person, dues_settled, next_dues_number,
    payment_of_number, payment_of_paper, payment_told,
};
pub use dues_closed::{dues_closings, dues_lists};
pub use epoch::{accept_epoch, beginning, propose_epoch, proposed_here};
pub use error::BookError;
pub use event::event;
pub use fact::{actor, case_with_facts, cases_with_facts, receipt_is_used};
pub use form::{PrintedForm, form_of_code, forms, forms_in};
pub use ground::{Ground, Receipted, ground, receipts};
pub use key::KeyChange;
pub use life::{exemptions, life_of_year, life_record, life_years};
pub use member::{
    Former, Member, Named, as_of, formers, formers_of, known, last_elsewhere, member, members,
    members_of_certificate, same_unit,
};
pub use partner::{
    Hindrance, LogRef, Partner, PartnerState, met, partner, partner_of_log, partners, set_forked,
};
pub use policy::{Policies, is_recording, policies, policy_of};
pub use quarter::{Quarters, quarter, quarters};
pub use question::{ask, note_answer, note_question};
pub use rebuild::rebuild;
pub use receipt::acknowledge_receipt;
pub use receive::{Intake, OpenFrame, Received, take_back};
pub use record::EventRecord;
pub use refusal::{Refused, refusal, refusals};
pub use said::{Standing, said, standing};
pub use shelf::{Shelf, payload_of, put};
pub use unit::units;
