//! When certificates were looked at, for the duties of who receives a member and of who gets one back.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{CaseId, CertificateNumber, MemberId},
    letter::{CertificateCheck, CertificateFinding, Payload},
    time::Day,
};

use super::entry;
use crate::{
    book::{self, BookError, CaseFile, Shelf},
    domain::{case::Side, certificate::Event, duty::facts::Entry, event},
};

/// What the own book says of certificates.
#[derive(Default)]
pub(super) struct Looks {
    of_number: BTreeMap<CertificateNumber, Vec<(Day, Entry)>>,
    of_case: BTreeMap<CaseId, Vec<(Day, Entry)>>,
    held: BTreeMap<MemberId, Vec<CertificateNumber>>,
}

impl Looks {
    pub(super) fn read(shelf: &impl Shelf) -> Result<Self, BookError> {
        let mut looks = Self::default();
        for (sequence, event) in book::certificate_events(shelf)? {
            match event {
                // Nothing was looked at.
                Event::Checked(checked) if checked.finding == CertificateFinding::NotShown => {}
                Event::Checked(checked) => {
                    let look = (checked.checked_on, entry(sequence));
                    match checked.case_id {
                        Some(case) => looks.of_case.entry(case).or_default().push(look),
                        None => looks
                            .of_number
                            .entry(checked.number)
                            .or_default()
                            .push(look),
                    }
                }
                Event::HandedIn(handed) => {
                    let look = (handed.handed_in_on, entry(sequence));
                    looks.of_number.entry(handed.number).or_default().push(look);
                }
                Event::Issued(issued) => looks.hold(issued.member_id, issued.number),
                Event::Replaced(replaced) => looks.hold(replaced.member_id, replaced.replacement),
                Event::Range(_) => {}
            }
        }
        Ok(looks)
    }

    fn hold(&mut self, member: MemberId, number: CertificateNumber) {
        self.held.entry(member).or_default().push(number);
    }

    /// The looks at the certificate of a case's member, ascending by day, and whether there is one. `told`: its number, as the case has it.
    pub(super) fn of(
        &self,
        file: &CaseFile,
        told: Option<&CertificateNumber>,
        letters: impl Fn(&event::Event) -> Entry,
    ) -> (Vec<(Day, Entry)>, bool) {
        let held = file.member.and_then(|member| self.held.get(&member));
        let numbers: Vec<_> = held.into_iter().flatten().chain(told).collect();
        let mut looks = self.of_case.get(&file.id).cloned().unwrap_or_default();
        if file.side() == Some(Side::Outflow) {
            let own = numbers
                .iter()
                .filter_map(|number| self.of_number.get(number));
            looks.extend(own.flatten().cloned());
        }
        let steps = file.case.history().iter().map(|step| &step.event);
        looks.extend(steps.filter_map(|event| {
            let seen =
                |check| matches!(check, Some(CertificateCheck::Seen | CertificateCheck::Copy));
            let day = match (file.side(), event.payload.as_ref()?) {
                (Some(Side::Inflow), Payload::Accept(accept)) => {
                    seen(accept.certificate_check).then_some(accept.arrived_on)
                }
                // Whoever claims somebody has seen the certificate that they showed.
                (Some(Side::Inflow), Payload::Claim(claim)) => Some(claim.shown_on),
                (Some(Side::Outflow), Payload::Returned(returned)) => {
                    seen(returned.certificate_check).then_some(returned.returned_on)
                }
                _ => None,
            };
            Some((day?, letters(event)))
        }));
        looks.sort();
        looks.dedup();
        (looks, !numbers.is_empty())
    }
}
