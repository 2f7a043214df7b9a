//! Use cases: one command or query per function, used alike by the command line, the pages and the RPC face.
//!
//! A write checks and writes in one commit, so that nothing can change in between. Rules come from `domain`, what is known from
//! `book`; no rule lives here, and nothing here knows a socket: what needs the network is handed in as a [`Carrier`].

mod absence;
mod activity;
mod agreement;
mod appraisal;
mod assessment;
mod backup;
mod book;
mod carrier;
mod certificate;
mod contact;
mod desk;
mod due;
mod dues;
mod duty;
mod earlier;
mod error;
mod exemption;
mod export;
mod facts;
mod find;
mod flow;
mod form;
mod gateway;
mod happened;
mod import;
mod init;
mod joint;
mod kept;
mod later;
mod letters;
mod lived;
mod log;
mod member;
mod officer;
mod opened;
mod overdue;
mod partner;
mod plan;
mod points;
mod policy;
mod probation;
mod reconcile;
mod record;
mod recording;
mod report;
mod request;
mod roster;
mod roster_file;
mod roster_sheet;
mod rotation;
pub mod rpc;
mod statement;
mod status;
mod tell;
#[cfg(test)]
mod tests;
mod training;
mod unit;
mod view;

pub use backup::restore;
pub use carrier::{
    BoxFuture, Carrier, CheckStep, CheckWord, Letter, Meeting, Signed, SyncOutcome, SyncPhase,
    SyncProgress, Taken, Wanted,
};
pub use error::{OfficeError, Violation};
pub use init::{NewNode, init};
pub use opened::{Clock, Office, Organization};
pub use partner::Introduction;
pub use policy::{holiday_notice, policy_file};
pub use request::{Answer, Request, Written};
pub use roster_file::roster_rows;
