//! A member's record book of one year.

use hongyan_proto::letter::{FormTarget, Payload, Within};

use super::{
    super::{
        Office, OfficeError,
        book::{self as books, Told},
    },
    Drawn,
    words::{count, row, yuan},
};
use crate::{
    domain::life::{
        Who,
        book::{Line, Section, tally},
    },
    form::{BookForm, BookLine, BookSection, Form},
};

const SECTIONS: [(Section, &str, &str); 4] = [
    (
        Section::OrganizationalLife,
        "一、参加组织生活",
        "organizational life",
    ),
    (Section::Dues, "二、交纳党费", "dues"),
    (Section::Awards, "三、奖惩情况", "awards and penalties"),
    (Section::Role, "四、发挥作用", "roles played"),
];

pub(super) fn draw(office: &Office, target: &FormTarget) -> Result<Drawn, OfficeError> {
    let who = match (target.member_id, target.case_id) {
        (_, Some(case)) => Who::Hosted(case),
        (Some(member), None) => Who::Member(member),
        (None, None) => return Err(OfficeError::Damaged("表格记录 form".to_owned())),
    };
    let year = target.year.map_or(0, Within::get);
    let (person, of_year, taken_back) = books::paper(office, &who.id(), year)?;
    let (lines, told) = (of_year.lines, of_year.told);
    let year = of_year.number;
    let tally = tally(&lines);
    let name = person.names.first().cloned().unwrap_or_default();
    let kind = match who {
        Who::Member(_) => "本单位党员",
        Who::Hosted(_) => "流入党员",
    };
    let mut sections = SECTIONS
        .map(|(section, title, title_en)| BookSection {
            title: title.to_owned(),
            title_en: title_en.to_owned(),
            lines: lines
                .iter()
                .filter(|line| line.section == section)
                .map(shown)
                .collect(),
        })
        .to_vec();
    // Only where there is something: most members are not away.
    if !told.is_empty() {
        sections.push(BookSection {
            title: "五、两地互通情况".to_owned(),
            title_en: "told between both organizations".to_owned(),
            lines: told.iter().map(heard).collect(),
        });
    }
    let form = BookForm {
        year,
        about: vec![
            row("姓名", "name", &name),
            row("所在支部", "unit", person.unit.clone().unwrap_or_default()),
            row("类别", "class", kind),
            row(
                "参加组织生活",
                "attended",
                format!("应参加 {} 次，实参加 {} 次", tally.expected, tally.attended),
            ),
            row(
                "奖惩",
                "awards, penalties",
                format!("奖励 {} 项，处分 {} 项", tally.awards, tally.penalties),
            ),
            row("发挥作用", "roles", format!("{} 项", tally.roles)),
        ],
        note: format!(
            "一人一证、一事一记。已由本人确认 {} 条，待确认 {} 条；更正另行记录，不改原记录。",
            tally.confirmed, tally.unconfirmed
        ),
        sections,
        name,
    };
    Ok(Drawn {
        persons: count(1),
        entries: {
            let lines = lines.iter().map(|line| line.version);
            lines.chain(taken_back).collect()
        },
        void: false,
        form: Form::Book(form),
    })
}

fn shown(line: &Line) -> BookLine {
    let (what, result) = said(&line.content, line.exempt);
    BookLine {
        day: line.day.to_string(),
        what,
        result,
        confirmed: line
            .confirmed
            .map_or_else(|| "待确认".to_owned(), |at| format!("{} 已确认", at.day())),
    }
}

fn heard(told: &Told) -> BookLine {
    let (what, result) = said(&told.content, false);
    BookLine {
        day: told.day.to_string(),
        what,
        result,
        confirmed: if told.own {
            format!("已通报 {}", told.partner)
        } else {
            format!("{} 通报", told.partner)
        },
    }
}

/// What it was, and how the person stands to it.
fn said(content: &Payload, exempt: bool) -> (String, String) {
    match content {
        Payload::Attendance(told) => (
            format!(
                "{} {}",
                told.activity.label().0,
                told.theme.as_ref().map_or("", |theme| theme.as_str())
            ),
            if exempt {
                "免予参加".to_owned()
            } else {
                told.presence.label().0.to_owned()
            },
        ),
        Payload::Dues(dues) => (
            format!(
                "{} 起 {} 个月，收据 {}",
                dues.month,
                dues.months.get(),
                dues.receipt
            ),
            format!("{} 元", yuan(dues.fen)),
        ),
        Payload::Award(award) => (
            award.title.to_string(),
            if award.penalty { "处分" } else { "奖励" }.to_owned(),
        ),
        Payload::Role(role) => (role.description.to_string(), String::new()),
        other => (other.kind().label().0.to_owned(), String::new()),
    }
}
