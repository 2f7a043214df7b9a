//! During the stay: the member moves on, is lost, is found.

use super::{departure::Destination, record::record, text::Text};
use crate::{id::OrganizationCode, time::Day};

record! {
    /// Inflow: the member moved on.
    Moved "moved" {
        /// When.
        moved_on: Day [],
        /// Where to, as far as it is known.
        destination: Option<Destination> [],
        /// Code of the new organization, if known.
        organization_code: Option<OrganizationCode> [],
    }
}

record! {
    /// Either side: contact is lost.
    LostContact "lost_contact" {
        /// Last day of contact.
        last_contact_on: Day [],
        /// In words.
        note: Option<Text<500>> [],
    }
}

record! {
    /// Either side: found again.
    Found "found" {
        /// When.
        found_on: Day [],
        /// In words.
        note: Option<Text<500>> [],
    }
}
