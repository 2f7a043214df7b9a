//! How cases are read: the list, one case, its timeline.

use clap::Args;
use hongyan_proto::{
    log::Kind,
    pb::office::v1::{
        Case, CaseClosing, CaseEvent, CaseState, GetCaseRequest, ListCasesRequest,
        ListCasesResponse, Side,
    },
};

use crate::cli::{
    Failure,
    lang::Lang,
    member,
    said::said,
    session::{Session, client, fields, table},
    table::{BAD, WARN, short},
    values::show_time,
    words,
};

/// Which cases.
#[derive(Args, Debug)]
pub(in crate::cli) struct List {
    /// 对方 Partner
    #[arg(long, default_value = "", hide_default_value = true)]
    partner: String,
    /// 状态, 可多个; 缺省所有在办 States; default: all that are open
    #[arg(long = "state", value_delimiter = ',', value_parser = words::parser(words::CASE_STATES))]
    states: Vec<i32>,
    /// 本方角色 Our role
    #[arg(long, value_parser = words::parser(&words::SIDES[..words::ONE_SIDE]))]
    side: Option<i32>,
    /// 只列逾期的 Only overdue ones
    #[arg(long)]
    overdue: bool,
    /// 姓名或活动证号的一部分 Part of a name or certificate number
    #[arg(long, default_value = "", hide_default_value = true)]
    search: String,
    /// 每页行数 Rows a page
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i32).range(1..=1000))]
    page_size: i32,
    /// 上一页给出的页码标记 The token that the page before gave
    #[arg(long, default_value = "", hide_default_value = true)]
    page: String,
}

impl List {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = ListCasesRequest {
            partner: self.partner,
            states: self.states,
            side: self.side.unwrap_or_default(),
            overdue: self.overdue,
            search: self.search,
            page_size: self.page_size,
            page_token: self.page,
        };
        let answer = client!(session, flow_service_client::FlowServiceClient)
            .list_cases(request)
            .await?
            .into_inner();
        session.show(&answer, list)
    }
}

pub(super) async fn run(case_ref: String, session: &mut Session<'_>) -> Result<(), Failure> {
    let answer = client!(session, flow_service_client::FlowServiceClient)
        .get_case(GetCaseRequest { case: case_ref })
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        format!(
            "{}\n{}",
            case(answer.case.as_ref(), lang),
            events(&answer.events, lang)
        )
    })
}

fn list(answer: &ListCasesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("案卷", "case"),
            ("姓名", "name"),
            ("活动证", "certificate"),
            ("对方", "partner"),
            ("本方", "we are"),
            ("状态", "state"),
            ("轮到", "turn"),
            ("应办", "due"),
        ],
    );
    for case in &answer.cases {
        let person = case.person.clone().unwrap_or_default();
        let late = if case.overdue {
            format!("{WARN} ")
        } else {
            String::new()
        };
        rows.row([
            short(&case.id),
            person.name,
            person.certificate,
            case.partner.clone(),
            words::show(words::SIDES, case.side, lang),
            state(case, lang),
            words::show(words::SIDES, case.must_act, lang),
            format!("{late}{}", case.due),
        ]);
    }
    let more = member::more(
        lang,
        answer.cases.len(),
        answer.total,
        &answer.next_page_token,
    );
    format!("{}\n{more}", rows.render(lang))
}

fn state(case: &Case, lang: Lang) -> String {
    let state = words::show(words::CASE_STATES, case.state, lang);
    let closing = words::show(words::CLOSINGS, case.closing, lang);
    let dispute = if case.disputed {
        format!("{BAD} {} ", lang.say("有争议", "disputed"))
    } else {
        String::new()
    };
    if closing.is_empty() {
        format!("{dispute}{state}")
    } else {
        format!("{dispute}{state} ({closing})")
    }
}

/// One case as it stands.
pub(super) fn case(case: Option<&Case>, lang: Lang) -> String {
    let Some(case) = case else {
        return String::new();
    };
    let destination = case.destination.clone().unwrap_or_default();
    let list = fields(lang)
        .add("案卷", "case", &case.id)
        .add("状态", "state", state(case, lang))
        .add("对方", "partner", &case.partner)
        .add("本方", "we are", words::show(words::SIDES, case.side, lang));
    let list = match &case.person {
        Some(person) => member::person(list, person, lang),
        None => list,
    };
    list.add("外出", "since", &case.since)
        .add(
            "原因",
            "reason",
            words::show(words::REASONS, case.reason, lang),
        )
        .add(
            "去往",
            "destination",
            format!("{} {}", destination.region, destination.description).trim(),
        )
        .add("所编支部", "placed in", &case.unit)
        .add("前一案卷", "previous case", &case.previous_case)
        .add("后一案卷", "next case", &case.next_case)
        .add("轮到", "turn", turn(case, lang))
        .add("应办", "due", &case.due)
        .add("更新", "updated", show_time(case.updated_ms))
        .add("名册", "roster", roster_too(case, lang))
        .render()
}

/// Whose turn it is. What home does after a move the host need not know: it may be another's case.
fn turn(case: &Case, lang: Lang) -> String {
    let who = words::show(words::SIDES, case.must_act, lang);
    if (case.state(), case.side()) != (CaseState::Moved, Side::Inflow) || who.is_empty() {
        return who;
    }
    let why = lang.say(
        "由流出地接续办理, 本方无须再办",
        "home's matter: nothing to do here",
    );
    format!("{who} ({why})")
}

/// A case that ends a membership here leaves the roster as it was.
fn roster_too(case: &Case, lang: Lang) -> String {
    let reason = match case.closing() {
        CaseClosing::Transferred => "transferred",
        CaseClosing::Deceased => "deceased",
        CaseClosing::RemovedFromMembership => "expelled",
        _ => return String::new(),
    };
    if case.side() != Side::Outflow {
        return String::new();
    }
    lang.say(
        &format!("如仍在名册, 用 member remove --reason {reason} 移出"),
        &format!("where the member is still on it: member remove --reason {reason}"),
    )
}

/// Entries as a timeline.
pub(in crate::cli) fn events(events: &[CaseEvent], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("时间", "time"),
            ("序号", "sequence"),
            ("方", "side"),
            ("事项", "entry"),
            ("内容", "what"),
            ("结果", "state then"),
            ("送达", "letter"),
            ("备注", "note"),
        ],
    );
    for event in events {
        rows.row([
            show_time(event.time_ms),
            event.sequence.to_string(),
            words::show(words::SIDES, event.side, lang),
            kind(event.kind, lang),
            event
                .payload
                .as_ref()
                .map_or_else(String::new, |payload| said(payload, lang)),
            words::show(words::CASE_STATES, event.state_after, lang),
            words::show(words::LETTERS, event.letter, lang),
            note(event, lang),
        ]);
    }
    rows.render(lang)
}

fn kind(number: i32, lang: Lang) -> String {
    Kind::try_from(number).map_or_else(
        |_| number.to_string(),
        |kind| {
            let (zh, en) = kind.label();
            lang.say(zh, en)
        },
    )
}

fn note(event: &CaseEvent, lang: Lang) -> String {
    let mut notes = Vec::new();
    if event.superseded {
        let why = lang.words(event.superseded_why.as_ref());
        let turn = words::show(words::SIDES, event.superseded_must_act, lang);
        let mark = lang.say("未采用", "superseded");
        let turn = Some(turn).filter(|turn| !turn.is_empty());
        let turn = turn.map_or_else(String::new, |turn| format!(" → {turn}"));
        notes.push(format!("{WARN} {mark}: {why}{turn}"));
    }
    if let Some(refusal) = &event.refusal {
        notes.push(format!("{BAD} {}", refusal.field));
    }
    if event.corrected_by_plus_one > 0 {
        let by = event.corrected_by_plus_one - 1;
        notes.push(lang.say(&format!("已由 #{by} 更正"), &format!("corrected by #{by}")));
    }
    if event.payload.is_none() {
        notes.push(lang.say("内容已删", "no body"));
    }
    notes.join("; ")
}

#[cfg(test)]
mod tests {
    use hongyan_proto::pb::office::v1::Words;

    use super::*;

    #[test]
    fn a_superseded_letter_names_whose_turn_it_is_when_it_is_somebodys() {
        let event = |side: Side| CaseEvent {
            superseded: true,
            superseded_why: Some(Words {
                zh: "案卷已返回".to_owned(),
                en: "returned".to_owned(),
            }),
            superseded_must_act: side.into(),
            ..CaseEvent::default()
        };
        let nobody = note(&event(Side::Unspecified), Lang::Zh);
        assert!(
            nobody.contains("案卷已返回") && !nobody.contains('→'),
            "{nobody}"
        );
        let home = note(&event(Side::Outflow), Lang::Zh);
        assert!(home.contains("案卷已返回 → "), "{home}");
    }
}
