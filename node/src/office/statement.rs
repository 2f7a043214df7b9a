//! Quarter statements (季度通报): compiled from what was recorded, issued, shown.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::CaseId,
    letter::{MAX_STATEMENT_PARTS, Payload, Statement},
    log::Kind,
    time::{Day, Month, Quarter, Timestamp},
};

use super::{
    Answer, Office, OfficeError, Request,
    desk::{Cut, writable},
    find,
    view::person,
};
use crate::{
    book::{self, Author, Partner, Shelf},
    domain::{
        case::Side,
        fact::{dues::paid_twice, effective},
        statement::{Parts, compile, quarter::IssueRefusal},
    },
    store::{LogNo, Store},
};

/// Whose statement is missing: this side's, or the other's.
pub(super) const OUR: (&str, &str) = ("我方", "our");
pub(super) const PARTNERS: (&str, &str) = ("对方", "the partner's");

/// The last quarter that ended, where nobody names one.
pub(super) fn quarter_or_last(office: &Office, quarter: &str) -> Result<Quarter, OfficeError> {
    if quarter.is_empty() {
        return Ok(Quarter::of(office.today()).previous());
    }
    quarter
        .parse()
        .map_err(|error| OfficeError::field("quarter", error))
}

/// After so many tries in which something else was written meanwhile, people are asked to try again.
const TRIES: u32 = 32;

/// A statement that was compiled, and how far both logs went then.
struct Drawn {
    statement: Statement,
    heads: [u64; 2],
}

fn heads(shelf: &impl Shelf, partner: &Partner) -> Result<[u64; 2], OfficeError> {
    let own = shelf.record(partner.out)?.size();
    let theirs = match partner.incoming {
        Some(log) => shelf.record(log)?.size(),
        None => 0,
    };
    Ok([own, theirs])
}

/// Nothing is stated of a quarter in which no agreement between the two was in force yet.
fn since_agreed(store: &Store, partner: &Partner, quarter: Quarter) -> Result<(), OfficeError> {
    let book = book::agreements(store, partner)?;
    match book.first_day() {
        Some(first) if quarter.last_day() < first => Err(OfficeError::field(
            "quarter",
            format!(
                "与 {} 的共管协议自 {first} 起生效, {quarter} 季度无可通报, 最早可通报 {} 季度 the agreement is in force from {first} on: there is nothing to state of {quarter}, the first quarter is {}",
                partner.code,
                Quarter::of(first),
                Quarter::of(first),
            ),
        )),
        _ => Ok(()),
    }
}

/// Compiles the statement from what is durable.
fn draw(store: &Store, today: Day, (name, quarter): (&str, Quarter)) -> Result<Drawn, OfficeError> {
    let partner = find::partner(store, name)?;
    writable(&partner)?;
    let (heads, own) = (heads(store, &partner)?, partner.own.key_id());
    let (view, _) = book::quarter(store, &partner, quarter)?;
    view.check_issue(today).map_err(|refusal| match refusal {
        IssueRefusal::NotOver(quarter, _) => OfficeError::QuarterOpen(quarter),
        IssueRefusal::Closed(quarter) => OfficeError::QuarterClosed(quarter),
    })?;
    since_agreed(store, &partner, quarter)?;
    let in_force = book::in_force(store, &partner, today)?
        .ok_or_else(|| OfficeError::NotInForce(partner.code.to_string()))?;
    let cases = book::cases_with_facts(store, &partner)?;
    let revision = view
        .next_revision()
        .ok_or(OfficeError::QuarterClosed(quarter))?;
    let statement = compile(
        quarter,
        revision,
        own,
        cases.iter().map(|file| (file.id, &file.case)),
        in_force.scope(own),
    )
    .ok_or_else(|| OfficeError::OutOfScope("statement".to_owned()))?;
    Ok(Drawn { statement, heads })
}

/// Compiles and sends this node's statement; again for the same quarter: a new revision. It reads every case, which would keep all
/// other writers waiting: so it is compiled before the commit, and compiled again when something was written meanwhile.
pub(super) async fn issue(
    office: &Office,
    request: Request,
    partner: String,
    quarter: Quarter,
) -> Result<(Statement, Answer), OfficeError> {
    let today = office.today();
    let mut tries = 0;
    let answer = loop {
        let (reader, name) = (office.store.clone(), partner.clone());
        // From durable entries alone: of those in a commit under way the facts could not be read, and would be missing.
        let drawing = move || draw(&reader, today, (&name, quarter));
        let drawn = tokio::task::spawn_blocking(drawing).await;
        let drawn = drawn.map_err(|error| OfficeError::Damaged(error.to_string()))?;
        tries += 1;
        let name = partner.clone();
        let written = office.write(request.clone(), move |desk| {
            let Drawn {
                statement,
                heads: seen,
            } = drawn?;
            let partner = find::partner(desk.draft, &name)?;
            writable(&partner)?;
            if heads(desk.draft, &partner)? != seen {
                return Err(OfficeError::Moved);
            }
            let extra = Payload::Statement(statement.clone()).encode();
            let parts = statement.into_parts().ok_or_else(too_long)?;
            for part in parts {
                desk.send(&partner, Payload::Statement(part), None, Cut::Restrict)?;
            }
            Ok(Answer {
                extra: extra.into(),
                ..Answer::default()
            })
        });
        match written.await {
            Err(OfficeError::Moved) if tries < TRIES => {}
            written => break written?,
        }
    };
    match Payload::decode(Kind::Statement, &answer.extra) {
        Ok(Payload::Statement(statement)) => Ok((statement, answer)),
        _ => Err(OfficeError::Damaged("请求记录 request record".to_owned())),
    }
}

fn too_long() -> OfficeError {
    OfficeError::field(
        "quarter",
        format!(
            "通报过长 (超过 {MAX_STATEMENT_PARTS} 部分, 每部分 64 KiB), 没有发出; 请缩短现实表现评语 (record correct) 后重试 \
             the statement is longer than {MAX_STATEMENT_PARTS} parts of 64 KiB, and was not issued: shorten the remarks on conduct (record correct), and issue it again"
        ),
    )
}

/// The months of a quarter for which both sides took dues, by case, each with the side whose payment counts.
pub(super) type Repeated = BTreeMap<CaseId, BTreeMap<Month, Side>>;

/// Where dues were paid twice, as the letters of these cases say now.
pub(super) fn repeated(
    store: &Store,
    (partner, quarter): (&Partner, Quarter),
    ids: impl Iterator<Item = CaseId>,
) -> Result<Repeated, OfficeError> {
    let mut repeated = Repeated::new();
    for id in ids {
        let Some(file) = book::case_with_facts(store, Some(partner), id)? else {
            continue;
        };
        let mut months = paid_twice(&effective(&file.case));
        months.retain(|month, _| month.quarter() == quarter);
        repeated.insert(id, months);
    }
    Ok(repeated)
}

/// Months as people read them in a cell: 2026-04、2026-05.
pub(super) fn months<'a>(months: impl Iterator<Item = &'a Month>) -> String {
    let months: Vec<_> = months.map(ToString::to_string).collect();
    months.join("、")
}

/// A statement as it was issued.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) statement: Statement,
    pub(super) author: Author,
    pub(super) seen: u64,
    pub(super) time: Timestamp,
    pub(super) names: BTreeMap<CaseId, String>,
    /// Of the lines that state any.
    pub(super) repeated: BTreeMap<CaseId, Vec<Month>>,
}

/// One side's statement of a quarter; revision 0 is the latest.
pub(super) fn show(
    office: &Office,
    partner: &str,
    quarter: Quarter,
    author: Author,
    revision: u32,
) -> Result<Issued, OfficeError> {
    let store = &office.store;
    let partner = find::partner(store, partner)?;
    let (_, records) = book::quarter(store, &partner, quarter)?;
    let mut found: Option<(Statement, u64, Timestamp)> = None;
    let mut latest = None;
    let mut parts = Parts::default();
    for record in records {
        let by = if store.log(LogNo(record.log)).is_some_and(|log| log.own) {
            Author::Own
        } else {
            Author::Partner
        };
        let Some(Payload::Statement(statement)) = record.content()? else {
            continue;
        };
        if by != author || record.refused {
            continue;
        }
        let Some(statement) = parts.add(statement) else {
            continue;
        };
        latest = latest.max(Some(statement.revision.get()));
        let wanted = (revision == 0 || statement.revision.get() == revision)
            && found
                .as_ref()
                .is_none_or(|(known, ..)| known.revision <= statement.revision);
        if wanted {
            found = Some((
                statement,
                record.seen,
                Timestamp::from_millis(record.time_ms),
            ));
        }
    }
    let whose = if author == Author::Own { OUR } else { PARTNERS };
    let (statement, seen, time) = found.ok_or_else(|| match latest {
        Some(latest) => OfficeError::field(
            "revision",
            format!(
                "{}{quarter} 季度通报没有第 {revision} 次, 最新为第 {latest} 次  {} statement of the quarter has no such revision: the latest is {latest}",
                whose.0, whose.1
            ),
        ),
        None => OfficeError::statement_missing(whose, quarter),
    })?;
    let ids = statement
        .inflow_lines
        .iter()
        .map(|line| line.case_id)
        .chain(statement.outflow_lines.iter().map(|line| line.case_id));
    let names = names(office, &partner, ids)?;
    let repeated = given_back(store, (&partner, quarter), &statement)?;
    Ok(Issued {
        statement,
        author,
        seen,
        time,
        names,
        repeated,
    })
}

/// The months that the author of a statement gives back, of the lines that say there are any: those of which the other side's payment counts.
pub(super) fn given_back(
    store: &Store,
    of: (&Partner, Quarter),
    statement: &Statement,
) -> Result<BTreeMap<CaseId, Vec<Month>>, OfficeError> {
    let host = statement.inflow_lines.iter();
    let host = host.map(|line| (line.case_id, Side::Inflow, line.dues_duplicate_months));
    let home = statement.outflow_lines.iter();
    let home = home.map(|line| (line.case_id, Side::Outflow, line.dues_duplicate_months));
    let sides: BTreeMap<CaseId, Side> = host
        .chain(home)
        .filter(|(_, _, months)| months.is_some_and(|months| months > 0))
        .map(|(id, side, _)| (id, side))
        .collect();
    let found = repeated(store, of, sides.keys().copied())?.into_iter();
    let theirs = |(id, months): (CaseId, BTreeMap<Month, Side>)| {
        let own = sides.get(&id);
        let months = months.into_iter();
        let months = months.filter(|(_, counts)| Some(counts) != own);
        (id, months.map(|(month, _)| month).collect())
    };
    Ok(found.map(theirs).collect())
}

/// Who is behind case ids, where this node may see it.
pub(super) fn names(
    office: &Office,
    partner: &Partner,
    ids: impl Iterator<Item = CaseId>,
) -> Result<BTreeMap<CaseId, String>, OfficeError> {
    let mut names = BTreeMap::new();
    for id in ids {
        if let Some(file) = book::case(&office.store, Some(partner), id)?
            && let Some(name) = person(&office.store, &file)?.name
        {
            names.insert(id, name.to_string());
        }
    }
    Ok(names)
}
