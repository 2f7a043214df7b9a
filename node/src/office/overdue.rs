//! What should have happened by now, by the agreement's cadence and the policies' terms, and whose turn it is.

use hongyan_proto::{
    id::CaseId,
    time::{Day, Quarter},
};

use super::{Office, OfficeError, agreement, due::due, gateway, reconcile, status::PartnerView};
use crate::{
    book::{self, Author, CaseFile, PartnerState},
    domain::{
        agreement::Agreement,
        case::{Side, State, link::Links, turn::turn},
        statement::Status as QuarterStatus,
    },
};

/// Days before an agreement's last day on which its renewal is due.
const RENEW_DAYS: i32 = 30;

/// Days after a quarter's end by which its counts are to be reported.
const REPORT_DAYS: i32 = 30;

/// What kind of thing is overdue. Numbered as the API numbers it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub(super) enum OverdueKind {
    Sync = 1,
    Answer = 2,
    Contact = 3,
    Statement = 4,
    Closing = 5,
    Agreement = 6,
    Report = 7,
}

/// Something due that has not happened.
#[derive(Clone, Debug)]
pub(super) struct Overdue {
    pub(super) partner: String,
    pub(super) kind: OverdueKind,
    pub(super) due: Day,
    pub(super) what: (String, String),
    /// None: both.
    pub(super) must_act: Option<Author>,
    pub(super) case: Option<CaseId>,
}

/// Everything that should have happened by now, the longest overdue first.
pub(super) fn overdue(
    office: &Office,
    partners: &[PartnerView],
    cases: &[CaseFile],
) -> Result<Vec<Overdue>, OfficeError> {
    let today = office.today();
    let mut found = Vec::new();
    for view in partners
        .iter()
        .filter(|view| view.partner.state != PartnerState::Revoked)
    {
        let code = view.partner.code.to_string();
        if let Some(due) = view.next_due.filter(|due| *due < today) {
            found.push(Overdue {
                partner: code,
                kind: OverdueKind::Sync,
                due,
                what: (
                    "超过协议周期未互通信息".to_owned(),
                    "no exchange within the agreement's cadence".to_owned(),
                ),
                must_act: Some(Author::Own),
                case: None,
            });
        }
        let (unsettled, late) = quarters(office, view)?;
        // Without an agreement no quarter can be settled: one line says so for all.
        if view.agreement.is_some() {
            found.extend(late);
        }
        let waiting = |file: &&CaseFile| {
            let theirs = file.partner == Some(view.partner.key_id);
            theirs && agreement::is_waiting(file)
        };
        let open = cases.iter().filter(waiting).count();
        found.extend(renewal(office, view, (open, unsettled))?);
    }
    let links = Links::derive(cases.iter().map(|file| (file.id, &file.case)));
    for file in cases {
        let followed = links.following(file.id).is_some();
        answers(partners, file, (followed, today), &mut found);
        if !followed {
            contacts(office, partners, file, &mut found)?;
        }
    }
    reports(office, &mut found)?;
    found.sort_by_key(|one| one.due);
    Ok(found)
}

/// An agreement that is to be renewed, or that is over and leaves something behind: a case can then only be ended, and a quarter not settled
/// before another is signed.
fn renewal(
    office: &Office,
    view: &PartnerView,
    (open, unsettled): (usize, usize),
) -> Result<Option<Overdue>, OfficeError> {
    let today = office.today();
    let (due, zh, en) = match &view.agreement {
        Some((_, last)) if last.plus_days(-RENEW_DAYS) < today => (
            *last,
            format!(
                "协议即将到期, 请商议续签: 末日之后在办案卷 {open} 份只能结案, 季度不能再通报、结账"
            ),
            format!(
                "the agreement expires soon: agree on its renewal; after its last day the {open} open cases can only be ended, and no quarter stated or closed"
            ),
        ),
        None if open > 0 || unsettled > 0 => {
            let Some(last) = over(office, view)? else {
                return Ok(None);
            };
            (
                last,
                format!(
                    "协议已于 {last} 终止, 尚有在办案卷 {open} 份、未结账季度 {unsettled} 个: 案卷由流出地结案 (flow return、transfer、withdraw), 其余须另签协议 (agreement propose); 不再往来的, partner revoke"
                ),
                format!(
                    "the agreement was over on {last}, with {open} open cases and {unsettled} quarters not closed: home ends the cases (flow return, transfer, withdraw); for anything else sign another (agreement propose), or revoke the partner if nothing more is to come"
                ),
            )
        }
        _ => return Ok(None),
    };
    Ok(Some(Overdue {
        partner: view.partner.code.to_string(),
        kind: OverdueKind::Agreement,
        due,
        what: (zh, en),
        must_act: Some(Author::Own),
        case: None,
    }))
}

/// The last day on which any agreement with a partner was in force.
fn over(office: &Office, view: &PartnerView) -> Result<Option<Day>, OfficeError> {
    let today = office.today();
    let agreements = book::agreements(&office.store, &view.partner)?;
    let signed = agreements.agreements().iter();
    let signed = signed.filter(|agreement| agreement.completed().is_some());
    let days = signed.map(Agreement::last_day);
    Ok(days.filter(|day| *day < today).max())
}

/// How many quarters are not closed yet, and what is late of them.
fn quarters(office: &Office, view: &PartnerView) -> Result<(usize, Vec<Overdue>), OfficeError> {
    let today = office.today();
    let (mut unsettled, mut found) = (0, Vec::new());
    for file in reconcile::list(office, view.partner.code.as_str())? {
        let closing = file
            .quarter
            .last_day()
            .plus_days(crate::domain::statement::quarter::STATEMENT_DAYS)
            .plus_days(crate::domain::statement::reconcile::ANSWER_DAYS);
        let (kind, due) = match file.status {
            QuarterStatus::Due(due)
            | QuarterStatus::IssuedByUs(due)
            | QuarterStatus::IssuedByPartner(due) => (OverdueKind::Statement, due),
            status if !agreement::is_unsettled(status) => continue,
            _ => (OverdueKind::Closing, closing),
        };
        unsettled += 1;
        if due < today {
            let (zh, en) = file.status.label();
            found.push(Overdue {
                partner: view.partner.code.to_string(),
                kind,
                due,
                what: (
                    format!("{}: {zh}", file.quarter),
                    format!("{}: {en}", file.quarter),
                ),
                must_act: file.must_act(),
                case: None,
            });
        }
    }
    Ok((unsettled, found))
}

fn answers(
    partners: &[PartnerView],
    file: &CaseFile,
    (followed, today): (bool, Day),
    found: &mut Vec<Overdue>,
) {
    let Some(state) = file.case.state().filter(|_| file.is_open()) else {
        return;
    };
    let waits = due(&file.case, followed, file.side());
    let Some(by) = waits.by.filter(|by| *by < today) else {
        return;
    };
    let partner = partners
        .iter()
        .find(|view| Some(view.partner.key_id) == file.partner);
    let (zh, en) = turn(state).map_or(("", ""), |turn| turn.what);
    let must_act = match waits.who {
        [who] if file.side() == Some(*who) => Some(Author::Own),
        [_] => Some(Author::Partner),
        _ => None,
    };
    let kind = if state == State::LostContact {
        OverdueKind::Contact
    } else {
        OverdueKind::Answer
    };
    found.push(Overdue {
        partner: partner
            .map(|view| view.partner.code.to_string())
            .unwrap_or_default(),
        kind,
        due: by,
        what: (zh.to_owned(), en.to_owned()),
        must_act,
        case: Some(file.id),
    });
}

/// Home makes contact with whoever is away at least once a quarter (W §二(一)2): a whole quarter without any is overdue since its last day. The
/// quarter in which the case was opened counts as one in which they met.
fn contacts(
    office: &Office,
    partners: &[PartnerView],
    file: &CaseFile,
    found: &mut Vec<Overdue>,
) -> Result<(), OfficeError> {
    let partner = partners
        .iter()
        .find(|view| Some(view.partner.key_id) == file.partner);
    let partner = partner.map(|view| &view.partner);
    let away = file.case.state().is_some_and(State::keeps_contact);
    if file.side() != Some(Side::Outflow) || !away {
        return Ok(());
    }
    let quarter = Quarter::of(office.today()).previous();
    let mut steps = file.case.local().iter().chain(file.case.history());
    let opened = steps.next().map(|step| step.event.time.day());
    let made = book::contacted(&office.store, partner, file.id)?;
    if opened
        .max(made)
        .is_some_and(|last| last < quarter.first_day())
    {
        found.push(Overdue {
            partner: partner.map_or_else(String::new, |partner| partner.code.to_string()),
            kind: OverdueKind::Contact,
            due: quarter.last_day(),
            what: (
                format!("{quarter} 季度未与流动党员联系 (每季度至少一次)"),
                format!("{quarter}: no contact with the member, which is due once a quarter"),
            ),
            must_act: Some(Author::Own),
            case: Some(file.id),
        });
    }
    Ok(())
}

/// A gateway that does not have the quarter that ended. Each has its own state: what one took says nothing of another.
fn reports(office: &Office, found: &mut Vec<Overdue>) -> Result<(), OfficeError> {
    for gateway in gateway::enrolled(office)? {
        let Some(quarter) = gateway::due(office, &gateway)? else {
            continue;
        };
        let due = quarter.last_day().plus_days(REPORT_DAYS);
        if due < office.today() {
            found.push(Overdue {
                partner: gateway.code.to_string(),
                kind: OverdueKind::Report,
                due,
                what: (
                    format!("{quarter} 季度数字未上报"),
                    format!("{quarter} is not reported"),
                ),
                must_act: Some(Author::Own),
                case: None,
            });
        }
    }
    Ok(())
}

impl Office {
    /// What is overdue, a line each, for the node's own log. No names: a log is read by more people than the roster.
    pub fn overdue_lines(&self) -> Result<Vec<String>, OfficeError> {
        let status = super::status::status(self)?;
        let line = |one: &Overdue| {
            let whose = match one.must_act {
                Some(Author::Own) => "我方 ours",
                Some(Author::Partner) => "对方 theirs",
                None => "双方 both",
            };
            let case = one.case.map(|id| format!(" {id}")).unwrap_or_default();
            format!(
                "{} {}{case}: {} {} ({whose})",
                one.due, one.partner, one.what.0, one.what.1
            )
        };
        Ok(status.overdue.iter().map(line).collect())
    }
}
