//! The receipt of a payment of dues (党费收据): two halves of one sheet, for the payer and for the unit.

use serde::Serialize;

use super::{Row, page};

/// What the receipt says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ReceiptForm {
    /// The receipt's number in the dues book.
    pub receipt: String,
    /// Who paid.
    pub name: String,
    /// For which months, in words.
    pub months: String,
    /// The amount in yuan, two digits.
    pub yuan: String,
    /// The same in capitals.
    pub capital: String,
    /// The day of payment as Chinese forms have it.
    pub paid_zh: String,
    /// Unit, way, paper receipt and so on.
    pub about: Vec<Row>,
    /// Whose each half is.
    pub copies: Vec<String>,
}

impl ReceiptForm {
    pub(super) fn subject(&self) -> String {
        format!(
            "{} {} {} {}元",
            self.receipt, self.name, self.months, self.yuan
        )
    }
}

page!(ReceiptForm, "form/receipt.html");
