//! The views: what is derived from the logs and kept for fast reading, one key space each.
//!
//! A derived view can be thrown away at any time. Raising its version makes the next opening clear it and report it, and
//! whoever owns it fills it again from the logs. What cannot be derived is marked as kept and travels in backups.

use super::key;

/// A key space of its own. The number is on disk: it is never given to another view.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum View {
    /// Cases, by correspondence and case id.
    Case = 0,
    /// Which case a blinded certificate number belongs to.
    CaseOfCertificate = 1,
    /// The roster, by member id.
    Member = 2,
    /// Which member a blinded certificate number belongs to.
    MemberOfCertificate = 3,
    /// Correspondences: partner, its keys and its logs.
    Correspondence = 4,
    /// Agreements, by correspondence and hash.
    Agreement = 5,
    /// Statements and their reconciliation, by correspondence and quarter.
    Statement = 6,
    /// How far each view has been derived from each log.
    Progress = 7,
    /// What waits for a person: duties and refused letters.
    Task = 8,
    /// Invitations, by blinded secret.
    Invitation = 9,
    /// Where the facts of a case lie in the logs.
    Event = 10,
    /// Counts for reports.
    Count = 11,
    /// Gateways this node is enrolled at, by key.
    Gateway = 12,
    /// Accesses to personal data, by day.
    Access = 13,
    /// Two signed checkpoints that contradict each other. Kept: no log contains them.
    Evidence = 14,
    /// The operator's settings of this node. Kept.
    Setting = 15,
    /// Free for a room's own small index.
    Index = 16,
    /// Units and officers, by unit and place in the local log.
    Unit = 17,
    /// Certificates by blinded number, and the ranges of numbers.
    Certificate = 18,
    /// Organizational life: plans, activities and records, by year.
    Life = 20,
    /// Policies that were adopted, notices of holidays, excuses and screenings.
    Policy = 24,
    /// What a member's entry on the roster said before its unit or probation changed.
    Former = 28,
    /// What this node told of cases: attendance by letter and by event, every fact by its content, and what was corrected.
    Attended = 29,
    /// Dues by person.
    Dues = 30,
    /// Printed forms, by kind and year, and by code.
    Form = 40,
}

impl View {
    /// Every view.
    pub const ALL: [Self; 25] = [
        Self::Case,
        Self::CaseOfCertificate,
        Self::Member,
        Self::MemberOfCertificate,
        Self::Correspondence,
        Self::Agreement,
        Self::Statement,
        Self::Progress,
        Self::Task,
        Self::Invitation,
        Self::Event,
        Self::Count,
        Self::Gateway,
        Self::Access,
        Self::Evidence,
        Self::Setting,
        Self::Index,
        Self::Unit,
        Self::Certificate,
        Self::Life,
        Self::Policy,
        Self::Former,
        Self::Attended,
        Self::Dues,
        Self::Form,
    ];

    /// The version of what is stored in it. Raised when the meaning of its bytes changes.
    pub const fn version(self) -> u8 {
        match self {
            // Events were empty in version 1; of a correspondence each log says by itself since then where a new epoch cut it off.
            // The small index also says when contact was made; and since version 2 what changed about members away.
            // Gateways have a key each.
            // Of organizational life there is a brief beside each record.
            Self::Event | Self::Correspondence | Self::Gateway | Self::Life | Self::Index => 2,
            // The settled months of a year lie in one value a person since version 2, closings have their lists since version 3.
            // Beside attendance there is what any letter says since version 2, conduct by its quarter since version 3.
            Self::Dues | Self::Attended => 3,
            _ => 1,
        }
    }

    /// Can it be made again from the logs?
    pub const fn is_derived(self) -> bool {
        !matches!(self, Self::Evidence | Self::Setting)
    }

    pub(super) const fn space(self) -> u8 {
        key::VIEW + self as u8
    }

    /// Stands for the version of a view that was never filled: an opening empties and reports it.
    pub(super) const UNFILLED: u8 = 0;

    /// The name of its version record.
    pub(super) fn version_key(self) -> Vec<u8> {
        key::meta(&format!("view/{:02}", self as u8))
    }
}
