//! What should have happened by now, by the agreement's cadence and the policies' terms, and whose turn it is.

use hongyan_proto::{
    id::CaseId,
    time::{Day, Quarter},
};

use super::{Office, OfficeError, due::due, gateway, reconcile, status::PartnerView};
use crate::{
    book::{self, Author, CaseFile, PartnerState},
    domain::{
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
                partner: code.clone(),
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
        if let Some((_, last_day)) = view
            .agreement
            .as_ref()
            .filter(|(_, last)| last.plus_days(-RENEW_DAYS) < today)
        {
            found.push(Overdue {
                partner: code,
                kind: OverdueKind::Agreement,
                due: *last_day,
                what: (
                    "协议即将到期, 请商议续签".to_owned(),
                    "the agreement expires soon: agree on its renewal".to_owned(),
                ),
                must_act: Some(Author::Own),
                case: None,
            });
        }
        quarters(office, view, &mut found)?;
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

fn quarters(
    office: &Office,
    view: &PartnerView,
    found: &mut Vec<Overdue>,
) -> Result<(), OfficeError> {
    let today = office.today();
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
            QuarterStatus::NotDue | QuarterStatus::Closed => continue,
            _ => (OverdueKind::Closing, closing),
        };
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
    Ok(())
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
