//! What a receipt says (党费收据), for whoever shows or prints it.

use hongyan_proto::{
    id::Fen,
    letter::DuesWay,
    time::{Day, Month},
};

/// The content of one receipt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    /// Given by the node, in order, never twice.
    pub number: u32,
    /// Number of a paper receipt.
    pub paper: Option<String>,
    /// Sequence of the payment in the local log.
    pub sequence: u64,
    /// The committee.
    pub organization: String,
    /// Unit that received it.
    pub unit: Option<String>,
    /// Whose dues.
    pub name: String,
    /// 32 hex digits: of the member, or of a hosted member's case.
    pub id: String,
    /// Is it a flow member hosted here?
    pub hosted: bool,
    /// First month paid for.
    pub month: Month,
    /// How many months.
    pub months: u32,
    /// How much.
    pub fen: Fen,
    /// When.
    pub paid_on: Day,
    /// How.
    pub way: DuesWay,
    /// Who received it.
    pub received_by: String,
    /// Corrected since it was first written.
    pub corrected: bool,
    /// Void: what follows is what it said last.
    pub void: bool,
}

impl Receipt {
    /// The last month paid for.
    pub fn last_month(&self) -> Month {
        self.month.plus_months(self.months - 1)
    }

    /// The months as a paper writes them.
    pub fn period(&self) -> String {
        if self.months == 1 {
            self.month.to_string()
        } else {
            format!("{} — {}", self.month, self.last_month())
        }
    }

    /// The amount in capitals (大写金额).
    pub fn capitals(&self) -> String {
        capitals(self.fen)
    }
}

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];

/// An amount as cheques and receipts write it: 1,005.20 is 壹仟零伍元贰角整.
pub fn capitals(fen: Fen) -> String {
    let (yuan, jiao, rest) = (
        fen.0.max(0) / 100,
        fen.0.max(0) / 10 % 10,
        fen.0.max(0) % 10,
    );
    let mut text = String::new();
    if yuan > 0 {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    if yuan == 0 && jiao == 0 && rest == 0 {
        return "零元整".to_owned();
    }
    if jiao > 0 {
        text.push_str(digit(jiao));
        text.push('角');
    } else if yuan > 0 && rest > 0 {
        text.push('零');
    }
    if rest > 0 {
        text.push_str(digit(rest));
        text.push('分');
    } else {
        text.push('整');
    }
    text
}

fn digit(number: i64) -> &'static str {
    usize::try_from(number)
        .ok()
        .and_then(|at| DIGITS.get(at).copied())
        .unwrap_or_default()
}

/// A whole number above zero, four digits at a time; zeros between are read once.
fn whole(number: i64) -> String {
    const GROUP: i64 = 10_000;
    const NAMES: [&str; 3] = ["亿", "万", ""];
    const PLACES: [(i64, &str); 4] = [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")];
    let groups = [
        number / GROUP / GROUP,
        number / GROUP % GROUP,
        number % GROUP,
    ];
    // Nobody's dues are that much: such a sum is written in digits.
    if groups[0] >= GROUP {
        return number.to_string();
    }
    let mut text = String::new();
    let mut zero = false;
    for (group, name) in groups.into_iter().zip(NAMES) {
        if group == 0 {
            zero |= !text.is_empty();
            continue;
        }
        for (place, unit) in PLACES {
            let at = group / place % 10;
            if at == 0 {
                zero |= !text.is_empty();
                continue;
            }
            if zero {
                text.push_str(DIGITS[0]);
                zero = false;
            }
            text.push_str(digit(at));
            text.push_str(unit);
        }
        zero = false;
        text.push_str(name);
    }
    text
}
