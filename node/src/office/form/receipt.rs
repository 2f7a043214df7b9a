//! The receipt of one payment of dues.

use super::{
    super::{Office, OfficeError, dues},
    Drawn,
    words::{count, date, row, yuan},
};
use crate::{
    book,
    domain::dues::receipt::Receipt,
    form::{Form, ReceiptForm},
};

/// One half for the payer, one for the unit.
const COPIES: [&str; 2] = ["交款人联", "存根联"];

pub(super) fn draw(office: &Office, sequence: u64) -> Result<Drawn, OfficeError> {
    let receipt = dues::receipt_of(office, sequence)?;
    let mut entries = vec![sequence];
    if let Some(who) = book::dues_person(&office.store, sequence)? {
        let account = book::dues_account(&office.store, who)?;
        let corrections = account.corrections.iter();
        let its = corrections.filter(|noted| noted.entry.corrects == sequence);
        entries.extend(its.map(|noted| noted.sequence));
    }
    Ok(Drawn {
        persons: count(1),
        entries,
        void: receipt.void,
        form: Form::Receipt(form(&receipt)),
    })
}

fn form(receipt: &Receipt) -> ReceiptForm {
    ReceiptForm {
        receipt: receipt.number.to_string(),
        name: receipt.name.clone(),
        months: format!("{}（{} 个月）", receipt.period(), receipt.months),
        yuan: yuan(receipt.fen),
        capital: format!("人民币{}", receipt.capitals()),
        paid_zh: date(receipt.paid_on),
        about: vec![
            row("收款单位", "unit", receipt.unit.clone().unwrap_or_default()),
            row("交纳方式", "way", receipt.way.label().0),
            row("收款人", "received by", &receipt.received_by),
            row(
                "纸质收据号",
                "paper receipt",
                receipt.paper.clone().unwrap_or_default(),
            ),
        ],
        copies: COPIES.map(str::to_owned).into(),
    }
}
