//! The national rule as data: 《关于中国共产党党费收缴、使用和管理的规定》, called 规定 in clauses. The whole income is taken at the rate of its
//! bracket, not each part of it at its own: 3,000.00 yuan owe 15.00, 3,000.01 yuan owe 30.00.

use hongyan_proto::{
    id::Fen,
    letter::{DuesBase, DuesClass},
};

/// Incomes up to a bound, the bound included, at one rate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bracket {
    /// The highest monthly income of the bracket; none: no bound.
    pub up_to: Option<Fen>,
    /// Dues in thousandths of the income.
    pub per_mille: u32,
}

/// What a class owes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Owes {
    /// A share of the income.
    Rate(&'static [Bracket]),
    /// An amount within bounds that the branch sets.
    Between(Fen, Fen),
    /// An amount.
    Fixed(Fen),
}

/// The rule of one class.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// Whom it is about.
    pub class: DuesClass,
    /// What they owe.
    pub owes: Owes,
    /// Where it stands.
    pub clause: &'static str,
}

const fn bracket(up_to_yuan: i64, per_mille: u32) -> Bracket {
    Bracket {
        up_to: Some(Fen(up_to_yuan * 100)),
        per_mille,
    }
}

const fn above(per_mille: u32) -> Bracket {
    Bracket {
        up_to: None,
        per_mille,
    }
}

const INCOME: &[Bracket] = &[
    bracket(3000, 5),
    bracket(5000, 10),
    bracket(10_000, 15),
    above(20),
];

const PENSION: &[Bracket] = &[bracket(5000, 5), above(10)];

const fn rule(class: DuesClass, owes: Owes, clause: &'static str) -> Rule {
    Rule {
        class,
        owes,
        clause,
    }
}

/// Every class, in the protocol's order.
pub const RULES: [Rule; 8] = [
    rule(DuesClass::Salaried, Owes::Rate(INCOME), "规定 1-3"),
    rule(DuesClass::SelfEmployed, Owes::Rate(INCOME), "规定 4"),
    rule(DuesClass::Retired, Owes::Rate(PENSION), "规定 5"),
    rule(
        DuesClass::Farmer,
        Owes::Between(Fen(20), Fen(100)),
        "规定 6",
    ),
    rule(DuesClass::Student, Owes::Fixed(Fen(20)), "规定 6"),
    rule(DuesClass::LaidOff, Owes::Fixed(Fen(20)), "规定 6"),
    rule(DuesClass::Subsidy, Owes::Fixed(Fen(20)), "规定 6"),
    rule(DuesClass::MinimumAllowance, Owes::Fixed(Fen(20)), "规定 6"),
];

/// The rule of a class.
pub fn rule_of(class: DuesClass) -> &'static Rule {
    RULES
        .iter()
        .find(|rule| rule.class == class)
        // A test sees to it that every class has its rule.
        .unwrap_or(&RULES[0])
}

/// The rate that an income falls under, in thousandths; none for a class without one.
pub fn per_mille(class: DuesClass, income: Fen) -> Option<u32> {
    let Owes::Rate(brackets) = rule_of(class).owes else {
        return None;
    };
    brackets
        .iter()
        .find(|bracket| bracket.up_to.is_none_or(|bound| income <= bound))
        .map(|bracket| bracket.per_mille)
}

/// An income's share, rounded half up to the fen: 规定 names no smaller coin, and a half goes where 四舍五入 sends it.
fn share(income: Fen, per_mille: u32) -> Fen {
    /// Thousandths in a whole.
    const WHOLE: i64 = 1000;
    Fen((income.0 * i64::from(per_mille) + WHOLE / 2) / WHOLE)
}

/// What a base owes a month.
pub fn monthly(base: &DuesBase) -> Fen {
    match rule_of(base.class).owes {
        Owes::Fixed(fen) => fen,
        Owes::Between(least, most) => base.amount.unwrap_or(least).clamp(least, most),
        Owes::Rate(_) => base
            .income
            .and_then(|income| Some(share(income, per_mille(base.class, income)?)))
            .unwrap_or(Fen(0)),
    }
}
