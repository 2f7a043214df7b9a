//! Reconciliation (对账): both statements of a quarter compared, case by case. A pure function of the two statements and the days they
//! were written, so both nodes get the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use hongyan_proto::{
    id::{CaseId, Fen, Hash, KeyId},
    letter::{ContactState, InflowLine, LineField, OutflowLine, Payload, Statement},
    time::{Day, Quarter},
};
use sha2::{Digest, Sha256};

use super::canonical::{self, Lines};
use crate::domain::case::Side;

/// Days after the later statement by which a difference is to be answered. No policy of the five names a term (W §三3 only says
/// 定期互通信息); half a month leaves time to ask the branch and still closes within the first month of the next quarter.
pub const ANSWER_DAYS: i32 = 15;

/// A quarter has three months; more months of dues than that were paid twice.
const MONTHS_OF_A_QUARTER: u32 = 3;

/// A statement as its log has it.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a> {
    /// Whose.
    pub author: KeyId,
    /// The day in its entry's header.
    pub on: Day,
    /// What it says.
    pub statement: &'a Statement,
}

/// Where a difference comes from. It also says who must act.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// The home side expects a case the host does not state.
    OnlyOutflowKnows,
    /// The host states a case the home side does not.
    OnlyInflowKnows,
    /// The host has lost the member, home is in contact.
    LostAtHost,
    /// Home has lost the member, the host is in contact.
    LostAtHome,
    /// Dues of one month were taken on both sides, and those that the host took count.
    PaidTwice,
    /// The same, and those that home took count.
    PaidTwiceAtHost,
    /// The host states other dues than its letters had told home.
    HostDuesDiffer,
    /// Home states other dues than its letters had told the host.
    HomeDuesDiffer,
}

impl Cause {
    /// Who must act.
    pub const fn act(self) -> Side {
        match self {
            // The host accepts or declines what it was told; whoever is in contact tells the other how.
            // Whose money counts second gives it back; who took the money has the receipt.
            Self::OnlyOutflowKnows
            | Self::LostAtHome
            | Self::PaidTwiceAtHost
            | Self::HostDuesDiffer => Side::Inflow,
            // Home confirms or disowns; a holder pays at the host (W §二(三)), so home corrects what it took as well.
            Self::OnlyInflowKnows | Self::LostAtHost | Self::PaidTwice | Self::HomeDuesDiffer => {
                Side::Outflow
            }
        }
    }

    /// Is it about months that both sides took dues for?
    pub const fn is_paid_twice(self) -> bool {
        matches!(self, Self::PaidTwice | Self::PaidTwiceAtHost)
    }

    /// The word in signed bytes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnlyOutflowKnows => "only_outflow_knows",
            Self::OnlyInflowKnows => "only_inflow_knows",
            Self::LostAtHost => "lost_at_host",
            Self::LostAtHome => "lost_at_home",
            Self::PaidTwice => "paid_twice",
            Self::PaidTwiceAtHost => "paid_twice_at_host",
            Self::HostDuesDiffer => "host_dues_differ",
            Self::HomeDuesDiffer => "home_dues_differ",
        }
    }

    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::OnlyOutflowKnows => (
                "仅流出地有此案卷, 流入地应核实并接收或退回",
                "only home knows the case: the host checks, then accepts or declines",
            ),
            Self::OnlyInflowKnows => (
                "仅流入地有此案卷, 流出地应核实并确认或不予确认",
                "only the host knows the case: home checks, then confirms or disowns",
            ),
            Self::LostAtHost => (
                "流入地失去联系而流出地仍有联系, 流出地应告知联系方式",
                "the host lost contact, home has it: home says how to reach the member",
            ),
            Self::LostAtHome => (
                "流出地失去联系而流入地仍有联系, 流入地应告知联系方式",
                "home lost contact, the host has it: the host says how to reach the member",
            ),
            Self::PaidTwice => (
                "同一月份党费两地重复交纳, 以流入地所收为准, 流出地应退还并更正",
                "dues of one month were paid on both sides, the host's count: home gives them back and corrects",
            ),
            Self::PaidTwiceAtHost => (
                "同一月份党费两地重复交纳, 以流出地所收为准, 流入地应退还并更正",
                "dues of one month were paid on both sides, home's count: the host gives them back and corrects",
            ),
            Self::HostDuesDiffer => (
                "流入地通报所收党费与流出地通报时收到的来信不符, 流入地应对照收据核实",
                "the host states other dues than its letters had told home: the host checks its receipts",
            ),
            Self::HomeDuesDiffer => (
                "流出地通报所收党费与流入地通报时收到的来信不符, 流出地应对照收据核实",
                "home states other dues than its letters had told the host: home checks its receipts",
            ),
        }
    }
}

/// One difference.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The case.
    pub case: CaseId,
    /// What differs.
    pub field: LineField,
    /// What home says; `None`: nothing.
    pub outflow_value: Option<String>,
    /// What the host says; `None`: nothing.
    pub inflow_value: Option<String>,
    /// Where it comes from.
    pub cause: Cause,
    /// Who must act.
    pub act: Side,
    /// By when.
    pub due: Day,
}

/// One direction of a correspondence: who is home and who is host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Direction {
    /// Home.
    pub outflow: KeyId,
    /// Host.
    pub inflow: KeyId,
    /// Cases both state without a difference, ascending.
    pub agreed: Vec<CaseId>,
    /// Differences, ascending by case and field.
    pub differences: Vec<Difference>,
}

/// The comparison of both statements of a quarter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reconciliation {
    /// Which quarter.
    pub quarter: Quarter,
    /// What was compared: author, revision and hash of each statement, ascending by author.
    pub statements: [(KeyId, u32, Hash); 2],
    /// Both directions, ascending by the outflow side's key.
    pub directions: [Direction; 2],
}

/// How many cases came out how.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Counts {
    /// Both know them and no field differs.
    pub agreed: u32,
    /// Both know them and at least one field differs.
    pub differing: u32,
    /// Only home knows them.
    pub only_outflow: u32,
    /// Only the host knows them.
    pub only_inflow: u32,
}

/// Compares two statements of one quarter. It does not matter which is given first.
///
/// `None` when they are of different quarters or of one author: there is nothing to compare.
pub fn reconcile(one: Stated<'_>, other: Stated<'_>) -> Option<Reconciliation> {
    if one.statement.quarter != other.statement.quarter || one.author == other.author {
        return None;
    }
    let (first, second) = if one.author < other.author {
        (one, other)
    } else {
        (other, one)
    };
    let due = first.on.max(second.on).plus_days(ANSWER_DAYS);
    let compared = |stated: Stated<'_>| {
        (
            stated.author,
            stated.statement.revision.get(),
            statement_hash(stated.statement),
        )
    };
    Some(Reconciliation {
        quarter: first.statement.quarter,
        statements: [compared(first), compared(second)],
        directions: [direction(first, second, due), direction(second, first, due)],
    })
}

fn statement_hash(statement: &Statement) -> Hash {
    let bytes = Payload::Statement(statement.clone()).encode();
    Hash::from_bytes(Sha256::digest(bytes).into())
}

fn direction(outflow: Stated<'_>, inflow: Stated<'_>, due: Day) -> Direction {
    // A line that a statement names twice counts once: the first. The checked type already refuses repeats.
    let mut home: BTreeMap<CaseId, &OutflowLine> = BTreeMap::new();
    for line in &outflow.statement.outflow_lines {
        home.entry(line.case_id).or_insert(line);
    }
    let mut host: BTreeMap<CaseId, &InflowLine> = BTreeMap::new();
    for line in &inflow.statement.inflow_lines {
        host.entry(line.case_id).or_insert(line);
    }
    let cases: BTreeSet<CaseId> = home.keys().chain(host.keys()).copied().collect();
    let (mut agreed, mut differences) = (Vec::new(), Vec::new());
    for case in cases {
        let found = compare(home.get(&case).copied(), host.get(&case).copied());
        if found.is_empty() {
            agreed.push(case);
        }
        differences.extend(found.into_iter().map(|found| Difference {
            case,
            field: found.field,
            outflow_value: found.outflow,
            inflow_value: found.inflow,
            cause: found.cause,
            act: found.cause.act(),
            due,
        }));
    }
    Direction {
        outflow: outflow.author,
        inflow: inflow.author,
        agreed,
        differences,
    }
}

struct Found {
    field: LineField,
    outflow: Option<String>,
    inflow: Option<String>,
    cause: Cause,
}

fn compare(home: Option<&OutflowLine>, host: Option<&InflowLine>) -> Vec<Found> {
    let (home, host) = match (home, host) {
        (Some(home), Some(host)) => (home, host),
        (known, _) => {
            let outflow_knows = known.is_some();
            return vec![Found {
                field: LineField::Presence,
                outflow: outflow_knows.then(|| "known".to_owned()),
                inflow: (!outflow_knows).then(|| "known".to_owned()),
                cause: if outflow_knows {
                    Cause::OnlyOutflowKnows
                } else {
                    Cause::OnlyInflowKnows
                },
            }];
        }
    };
    let mut found = Vec::new();
    // What a side may not or does not say is not compared.
    if let (Some(at_home), Some(at_host)) = (home.contact_state, host.contact_state)
        && at_home != at_host
    {
        found.push(Found {
            field: LineField::ContactState,
            outflow: Some(contact_word(at_home).to_owned()),
            inflow: Some(contact_word(at_host).to_owned()),
            cause: if at_host == ContactState::Lost {
                Cause::LostAtHost
            } else {
                Cause::LostAtHome
            },
        });
    }
    found.extend(dues(home, host));
    found
}

/// What differs about dues.
fn dues(home: &OutflowLine, host: &InflowLine) -> Vec<Found> {
    let mut found = Vec::new();
    let months = (home.dues_months, host.dues_months);
    if let ((Some(at_home), Some(at_host)), Some(cause)) = (months, twice(home, host)) {
        found.push(Found {
            field: LineField::DuesMonths,
            outflow: Some(at_home.to_string()),
            inflow: Some(at_host.to_string()),
            cause,
        });
    }
    let mut differ = |field, (at_home, at_host): (Option<Fen>, Option<Fen>), cause| {
        if let (Some(at_home), Some(at_host)) = (at_home, at_host)
            && at_home != at_host
        {
            found.push(Found {
                field,
                outflow: Some(at_home.0.to_string()),
                inflow: Some(at_host.0.to_string()),
                cause,
            });
        }
    };
    // Nothing heard is left out as nothing said, and is nothing received: who states its own dues may say both. A line without dues is
    // one that the agreement lets say nothing of them, and is not compared.
    let heard = |said: Option<Fen>, own: Option<Fen>| said.or(own.map(|_| Fen(0)));
    let by_home = heard(home.host_dues_fen, home.dues_fen);
    let by_host = heard(host.home_dues_fen, host.dues_fen);
    let host_took = (by_home, host.dues_fen);
    differ(LineField::DuesFen, host_took, Cause::HostDuesDiffer);
    let home_took = (home.dues_fen, by_host);
    differ(LineField::HomeDuesFen, home_took, Cause::HomeDuesDiffer);
    found
}

/// Were months paid for on both sides, and who gives them back? Where each side does for some months, home begins.
fn twice(home: &OutflowLine, host: &InflowLine) -> Option<Cause> {
    let any = |months: Option<u32>| months.is_some_and(|months| months > 0);
    if any(home.dues_duplicate_months) {
        return Some(Cause::PaidTwice);
    }
    if any(host.dues_duplicate_months) {
        return Some(Cause::PaidTwiceAtHost);
    }
    // Neither had heard of the other's payments when it wrote, or it says nothing of duplicates.
    let (at_home, at_host) = home.dues_months.zip(host.dues_months)?;
    let many = at_home.saturating_add(at_host) > MONTHS_OF_A_QUARTER;
    (many && at_home > 0 && at_host > 0).then_some(Cause::PaidTwice)
}

const fn contact_word(state: ContactState) -> &'static str {
    match state {
        ContactState::InContact => "in_contact",
        ContactState::Lost => "lost",
    }
}

impl Reconciliation {
    /// Every difference with its direction, in canonical order.
    pub fn differences(&self) -> impl Iterator<Item = (&Direction, &Difference)> {
        self.directions.iter().flat_map(|direction| {
            direction
                .differences
                .iter()
                .map(move |difference| (direction, difference))
        })
    }

    /// How many cases came out how, both directions together.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for direction in &self.directions {
            counts.agreed = counts
                .agreed
                .saturating_add(u32::try_from(direction.agreed.len()).unwrap_or(u32::MAX));
            count(&direction.differences, &mut counts);
        }
        counts
    }

    /// The bytes that are hashed and answered.
    pub fn canonical(&self) -> Vec<u8> {
        let mut lines = Lines::default();
        lines.words(&[&"reconciliation", &self.quarter]);
        for (author, revision, hash) in &self.statements {
            lines.words(&[&"statement", author, revision, hash]);
        }
        for direction in &self.directions {
            lines.words(&[&"direction", &direction.outflow, &direction.inflow]);
            for case in &direction.agreed {
                lines.words(&[&"agreed", case]);
            }
            for difference in &direction.differences {
                lines.words(&[
                    &"differs",
                    &difference.case,
                    &difference.field.name(),
                    &difference.outflow_value.as_deref().unwrap_or("-"),
                    &difference.inflow_value.as_deref().unwrap_or("-"),
                    &difference.cause.name(),
                    &side_word(difference.act),
                    &difference.due,
                ]);
            }
        }
        lines.into_bytes()
    }

    /// What answers name.
    pub fn hash(&self) -> Hash {
        canonical::hash(&self.canonical())
    }
}

/// Adds the differing cases of one direction: a case with two differing fields counts once.
pub(super) fn count<'a>(
    differences: impl IntoIterator<Item = &'a Difference>,
    counts: &mut Counts,
) {
    let mut cases: BTreeMap<CaseId, Cause> = BTreeMap::new();
    for difference in differences {
        cases.entry(difference.case).or_insert(difference.cause);
    }
    for cause in cases.into_values() {
        let counted = match cause {
            Cause::OnlyOutflowKnows => &mut counts.only_outflow,
            Cause::OnlyInflowKnows => &mut counts.only_inflow,
            Cause::LostAtHost
            | Cause::LostAtHome
            | Cause::PaidTwice
            | Cause::PaidTwiceAtHost
            | Cause::HostDuesDiffer
            | Cause::HomeDuesDiffer => &mut counts.differing,
        };
        *counted = counted.saturating_add(1);
    }
}

pub(super) const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Outflow => "outflow",
        Side::Inflow => "inflow",
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, field_en) = self.field.label();
        let (cause, cause_en) = self.cause.label();
        write!(
            f,
            "{} {field} {field_en}: {cause} {cause_en}; {} ≤ {}",
            self.case, self.act, self.due
        )
    }
}
