//! Certificates (活动证): the numbers the county department gave, and what became of each. Never leaves the node.

use super::{
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{CaseId, CertificateNumber, MemberId},
    time::Day,
};

/// A range has at most this many numbers: a county's whole stock is smaller.
const RANGE_MAX: u64 = 100_000;
/// So many digits at the end count up; more would not fit the number type.
const SERIAL_DIGITS: usize = 18;

closed! {
    /// Which of the two certificates (W §记实 二.2).
    CertificateKind {
        Flow "流动党员活动证" "flow",
        Member "党员活动证" "member",
    }
}

closed! {
    /// What a look at a certificate found.
    CertificateFinding {
        Good "完好有效" "good",
        Damaged "破损" "damaged",
        AnotherPerson "与本人不符" "another person",
        NotShown "未出示" "not shown",
    }
}

closed! {
    /// Why another certificate takes the place of an earlier one.
    ReplacementReason {
        Lost "遗失" "lost",
        Damaged "破损" "damaged",
        Full "记满" "full",
        Wrong "登记有误" "wrong",
    }
}

record! {
    /// The department gave the committee these numbers.
    CertificateRange "certificate_range" {
        /// For which certificates.
        kind: CertificateKind [],
        /// The first number.
        first: CertificateNumber [],
        /// The last one; of the same length, and different in its last digits only.
        last: CertificateNumber [],
        /// The department and its paper.
        source: Option<Text<100>> [],
        /// When they came.
        received_on: Day [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules countable
    arranged arrange
}

/// A number taken apart: what stays the same within a range, and the digits that count up.
pub fn serial(number: &CertificateNumber) -> (&str, u64) {
    let text = number.as_str();
    let digits = text
        .bytes()
        .rev()
        .take(SERIAL_DIGITS)
        .take_while(u8::is_ascii_digit)
        .count();
    let (stem, serial) = text.split_at(text.len() - digits);
    (stem, serial.parse().unwrap_or_default())
}

fn countable(range: &CertificateRange, at: &At<'_>) -> Result<(), PayloadError> {
    let ((stem, first), (same, last)) = (serial(&range.first), serial(&range.last));
    let alike = stem == same && range.first.as_str().len() == range.last.as_str().len();
    if !alike || first > last || last - first >= RANGE_MAX {
        return Err(at.field("last").rule(
            "起止编号应等长、仅末尾数字不同、止号不小于起号, 且不超过 100000 个",
            "first and last must have the same length, differ in their last digits only, be in order, and span at most 100,000 numbers",
        ));
    }
    Ok(())
}

#[cfg(test)]
fn arrange(range: CertificateRange) -> CertificateRange {
    CertificateRange {
        last: range.first.clone(),
        ..range
    }
}

impl CertificateRange {
    /// How many numbers it has.
    pub fn count(&self) -> u64 {
        serial(&self.last).1 - serial(&self.first).1 + 1
    }

    /// Is the number one of them?
    pub fn contains(&self, number: &CertificateNumber) -> bool {
        let ((stem, first), (_, last)) = (serial(&self.first), serial(&self.last));
        let (same, at) = serial(number);
        stem == same
            && number.as_str().len() == self.first.as_str().len()
            && (first..=last).contains(&at)
    }

    /// Its numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = CertificateNumber> {
        let ((stem, first), (_, last)) = (serial(&self.first), serial(&self.last));
        let width = self.first.as_str().len() - stem.len();
        (first..=last)
            .filter_map(move |at| CertificateNumber::parse(&format!("{stem}{at:0width$}")).ok())
    }
}

record! {
    /// A certificate was handed to a member. A number is issued once, for ever.
    CertificateIssued "certificate_issued" {
        /// Its number.
        number: CertificateNumber [],
        /// Which certificate.
        kind: CertificateKind [],
        /// Whose.
        member_id: MemberId [],
        /// When.
        issued_on: Day [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

record! {
    /// A certificate was looked at.
    CertificateChecked "certificate_checked" {
        /// Its number.
        number: CertificateNumber [],
        /// When.
        checked_on: Day [],
        /// What was found.
        finding: CertificateFinding [],
        /// In words.
        note: Option<Text<500>> [],
        /// Who entered it.
        actor: Text<60> [],
        /// The case of the hosted member who showed it; none: it is one of this organization's.
        case_id: Option<CaseId> [],
    }
}

record! {
    /// A certificate takes the place of an earlier one of the same member, which is void from then on.
    CertificateReplaced "certificate_replaced" {
        /// The earlier one.
        number: CertificateNumber [],
        /// The new one.
        replacement: CertificateNumber [],
        /// Whose.
        member_id: MemberId [],
        /// Which certificate.
        kind: CertificateKind [],
        /// Why.
        reason: ReplacementReason [],
        /// When.
        replaced_on: Day [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules another
}

fn another(replaced: &CertificateReplaced, at: &At<'_>) -> Result<(), PayloadError> {
    if replaced.replacement == replaced.number {
        return Err(at.field("replacement").rule(
            "新编号应与原编号不同",
            "the new number must differ from the earlier one",
        ));
    }
    Ok(())
}

record! {
    /// A member gave the certificate back.
    CertificateHandedIn "certificate_handed_in" {
        /// Its number.
        number: CertificateNumber [],
        /// When.
        handed_in_on: Day [],
        /// In words.
        note: Option<Text<500>> [],
        /// Who entered it.
        actor: Text<60> [],
        /// Who held it; none: nobody on record.
        member_id: Option<MemberId> [],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn range(first: &str, last: &str) -> Result<(), PayloadError> {
        let range = CertificateRange {
            kind: CertificateKind::Flow,
            first: first.parse().unwrap(),
            last: last.parse().unwrap(),
            source: None,
            received_on: "2026-01-05".parse().unwrap(),
            actor: "王".parse().unwrap(),
        };
        countable(&range, &At::root("certificate_range"))
    }

    #[test]
    fn a_range_counts_up_at_its_end_only() {
        assert!(range("WX-0001", "WX-0500").is_ok());
        assert!(range("340800100001", "340800199999").is_ok());
        for (first, last) in [
            ("WX-0500", "WX-0001"),
            ("WX-0001", "WX-00500"),
            ("WX-0001", "CZ-0500"),
            ("000000", "100000"),
            ("WX", "WY"),
        ] {
            assert!(range(first, last).is_err(), "{first} {last}");
        }
    }

    #[test]
    fn its_numbers_keep_their_zeros() {
        let range = CertificateRange {
            kind: CertificateKind::Flow,
            first: "A-098".parse().unwrap(),
            last: "A-101".parse().unwrap(),
            source: None,
            received_on: "2026-01-05".parse().unwrap(),
            actor: "王".parse().unwrap(),
        };
        let numbers: Vec<String> = range.numbers().map(|number| number.to_string()).collect();
        assert_eq!(numbers, ["A-098", "A-099", "A-100", "A-101"]);
        assert_eq!(range.count(), 4);
        assert!(range.numbers().all(|number| range.contains(&number)));
        for other in ["A-097", "A-102", "A-99", "B-099", "A-0099"] {
            assert!(!range.contains(&other.parse().unwrap()), "{other}");
        }
    }
}
