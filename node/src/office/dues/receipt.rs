//! The content of a receipt, for whoever shows or prints it.

use super::load;
use crate::{
    book,
    domain::{dues::receipt::Receipt, life::Who},
    office::{Office, OfficeError},
};

const RECEIPT: (&str, &str) = ("党费收据", "dues receipt");

/// The content of a receipt by its number, or by the number of the paper.
pub(in crate::office) fn receipt(office: &Office, number: &str) -> Result<Receipt, OfficeError> {
    let store = &office.store;
    let own = number.parse::<u32>().ok();
    let own = own.map(|number| book::payment_of_number(store, number));
    match (
        book::payment_of_paper(store, number)?,
        own.transpose()?.flatten(),
    ) {
        (Some(paper), Some(own)) if paper != own => Err(OfficeError::field(
            "number",
            format!(
                "{number} 既是收据号 (序号 {own}), 又是另一笔交纳的纸质收据号 (序号 {paper}); 收据号请写满 8 位, 其他请用记录序号 both a receipt here and the paper of another payment: write the receipt's number with 8 digits, else name the entry"
            ),
        )),
        (Some(sequence), _) | (None, Some(sequence)) => receipt_of(office, sequence),
        (None, None) => Err(OfficeError::not_found(RECEIPT, number)),
    }
}

/// The content of a receipt by the sequence of its payment.
pub(in crate::office) fn receipt_of(
    office: &Office,
    sequence: u64,
) -> Result<Receipt, OfficeError> {
    let store = &office.store;
    let missing = || OfficeError::not_found(RECEIPT, sequence.to_string());
    let who = book::dues_person(store, sequence)?.ok_or_else(missing)?;
    let loaded = load(store, store, who)?;
    let (right, corrected) = loaded
        .account
        .payment(sequence, office.today())
        .ok_or_else(missing)?;
    // A void receipt shows what it said last.
    let last = || {
        let corrections = loaded.account.corrections.iter();
        corrections
            .filter(|noted| noted.entry.corrects == sequence)
            .filter_map(|noted| Some((noted.sequence, noted.entry.payment.as_ref()?)))
            .max_by_key(|(at, _)| *at)
            .map(|(_, payment)| payment)
    };
    let first = || {
        let mut payments = loaded.account.payments.iter();
        payments
            .find(|noted| noted.sequence == sequence)
            .map(|noted| &noted.entry)
    };
    let payment = right.or_else(last).or_else(first).ok_or_else(missing)?;
    Ok(Receipt {
        number: payment.number.get(),
        paper: payment.paper.as_ref().map(ToString::to_string),
        sequence,
        organization: office.organization().name.to_string(),
        unit: payment.unit.as_ref().map(ToString::to_string),
        name: loaded.person.name.clone(),
        id: who.id(),
        hosted: matches!(who, Who::Hosted(_)),
        month: payment.month,
        months: payment.months.get(),
        fen: payment.fen,
        paid_on: payment.paid_on,
        way: payment.way,
        received_by: payment.actor.to_string(),
        corrected,
        void: right.is_none(),
    })
}
