//! Answers as tables for people. Colours only on a terminal.

use std::io::IsTerminal as _;

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use hongyan_proto::{
    id::KeyId,
    pb::{
        report::v1::{CallerRole, ListCallersResponse},
        statistics::v1::{
            Count, Dimension, ListOrganizationsResponse, MatrixCell, MatrixResponse,
            OrganizationState, QueryResponse, Row,
        },
    },
    report::{CaseState, Direction, Measure, MemberClass, Standing},
    time::Timestamp,
};

fn table(headings: Vec<String>) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_header(headings);
    table
}

/// Colours a line when people look at it. Layout comes first, so that escape codes never count as width.
fn paint(text: String, colour: AnsiColor) -> String {
    if !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some() {
        return text;
    }
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}

fn count(count: Option<&Count>) -> String {
    match count {
        Some(count) if count.suppressed => "*".into(),
        Some(count) => count.value.to_string(),
        None => String::new(),
    }
}

fn suppressed(below: u32) -> String {
    if below == 0 {
        return String::new();
    }
    paint(
        format!(
            "\n* 小于 {below} 的数字及可由其推算者不显示 counts below {below}, and what they follow from, are not told"
        ),
        AnsiColor::Yellow,
    )
}

fn heading(dimension: i32) -> &'static str {
    match Dimension::try_from(dimension).unwrap_or_default() {
        Dimension::Unspecified => "",
        Dimension::Period => "季度 period",
        Dimension::Organization => "组织 organization",
        Dimension::Direction => "方向 direction",
        Dimension::OwnRegion => "本方地区 own region",
        Dimension::CounterpartRegion => "对方地区 counterpart region",
        Dimension::CounterpartOrganization => "对方组织 counterpart",
        Dimension::State => "状态 state",
        Dimension::MemberClass => "类别 class",
        Dimension::Standing => "身份 standing",
        Dimension::BranchOfTree => "下级 branch",
    }
}

/// An enum value's name as people read it; anything else as it is.
fn key(dimension: i32, key: &str) -> String {
    macro_rules! label {
        ($list:ty) => {
            <$list>::ALL
                .iter()
                .find(|value| value.wire_name() == key)
                .map(ToString::to_string)
        };
    }
    let label = match Dimension::try_from(dimension).unwrap_or_default() {
        Dimension::Direction => label!(Direction),
        Dimension::State => label!(CaseState),
        Dimension::MemberClass => label!(MemberClass),
        Dimension::Standing => label!(Standing),
        _ => None,
    };
    label.unwrap_or_else(|| {
        if key.is_empty() {
            "—".into()
        } else {
            key.to_owned()
        }
    })
}

pub(super) fn query(answer: &QueryResponse, group_by: &[i32], measures: &[Measure]) -> String {
    let keys = group_by
        .iter()
        .map(|dimension| heading(*dimension).to_owned());
    let mut headings: Vec<String> = if group_by.is_empty() {
        vec![String::new()]
    } else {
        keys.collect()
    };
    headings.push("人数 cases".into());
    headings.extend(measures.iter().map(ToString::to_string));
    let width = group_by.len().max(1);
    let mut table = table(headings);
    let counts = |row: &Row| {
        let measures = row.measures.iter().map(|measure| count(Some(measure)));
        std::iter::once(count(row.cases.as_ref()))
            .chain(measures)
            .collect::<Vec<_>>()
    };
    for row in answer.rows.iter().filter(|_| !group_by.is_empty()) {
        let mut cells: Vec<String> = row
            .keys
            .iter()
            .zip(group_by)
            .map(|(text, dimension)| key(*dimension, text))
            .collect();
        cells.extend(counts(row));
        table.add_row(cells);
    }
    for total in &answer.totals {
        let mut cells = vec![String::new(); width];
        cells[0] = format!(
            "合计 total {}",
            total.keys.first().map_or("", String::as_str)
        );
        cells.extend(counts(total));
        table.add_row(cells);
    }
    let reports = format!(
        "\n已报 reports {} / 应报 expected {}",
        answer.reports, answer.expected
    );
    let colour = if answer.reports < answer.expected {
        AnsiColor::Yellow
    } else {
        AnsiColor::Green
    };
    format!(
        "{table}{}{}",
        paint(reports, colour),
        suppressed(answer.suppressed_below)
    )
}

pub(super) fn matrix(matrix: &MatrixResponse) -> String {
    let headings = [
        "流出地 from",
        "流入地 to",
        "流出地说 outflow said",
        "流入地说 inflow said",
        "差 difference",
        "缺报 missing",
    ];
    let mut table = table(headings.map(str::to_owned).to_vec());
    let row = |origin: String, destination: String, cell: &MatrixCell| {
        let difference = if cell.difference_suppressed {
            "*".into()
        } else {
            format!("{:+}", cell.difference)
        };
        let missing = cell.outflow_missing + cell.inflow_missing;
        let (outflow, inflow) = (
            count(cell.outflow_said.as_ref()),
            count(cell.inflow_said.as_ref()),
        );
        [
            origin,
            destination,
            outflow,
            inflow,
            difference,
            missing.to_string(),
        ]
    };
    let all = || "全部 all".to_owned();
    for cell in &matrix.cells {
        table.add_row(row(cell.origin.clone(), cell.destination.clone(), cell));
    }
    for cell in &matrix.origin_totals {
        table.add_row(row(cell.origin.clone(), all(), cell));
    }
    for cell in &matrix.destination_totals {
        table.add_row(row(all(), cell.destination.clone(), cell));
    }
    if let Some(total) = &matrix.total {
        table.add_row(row(all(), all(), total));
    }
    format!(
        "{}\n{table}{}",
        matrix.period,
        suppressed(matrix.suppressed_below)
    )
}

pub(super) fn organizations(answer: &ListOrganizationsResponse) -> String {
    let headings = [
        "组织 organization",
        "名称 name",
        "地区 region",
        "登记 state",
        "报送 reports",
        "警示 marks",
    ];
    let mut table = table(headings.map(str::to_owned).to_vec());
    for organization in &answer.organizations {
        let state = match organization.state() {
            OrganizationState::Enrolled => "已登记 enrolled",
            OrganizationState::Revoked => "已撤销 revoked",
            OrganizationState::Expected | OrganizationState::Unspecified => "未登记 expected",
        };
        let reports = organization.reports.iter().map(|report| {
            format!(
                "{} r{} ({})",
                report.period,
                report.revision,
                Timestamp::from_millis(report.received_ms).day()
            )
        });
        let mut marks = Vec::new();
        if organization.log_went_back {
            marks.push("日志倒退 log went back");
        }
        if organization.equivocated {
            marks.push("一号两报 equivocated");
        }
        let indent = "  ".repeat(organization.depth as usize);
        table.add_row([
            format!("{indent}{}", organization.code),
            organization.name.clone(),
            organization.region.clone(),
            state.to_owned(),
            reports.collect::<Vec<_>>().join(", "),
            marks.join(", "),
        ]);
    }
    let completeness = answer.completeness.iter().map(|one| {
        let line = format!(
            "\n{}: {} / {} {}",
            one.period,
            one.reported,
            one.enrolled,
            one.missing.join(", ")
        );
        paint(
            line,
            if one.missing.is_empty() {
                AnsiColor::Green
            } else {
                AnsiColor::Yellow
            },
        )
    });
    format!("{table}{}", completeness.collect::<String>())
}

pub(super) fn callers(answer: &ListCallersResponse) -> String {
    let headings = [
        "密钥指纹 fingerprint",
        "角色 role",
        "子树 subtree",
        "备注 note",
    ];
    let mut table = table(headings.map(str::to_owned).to_vec());
    for caller in &answer.callers {
        let role = match caller.role() {
            CallerRole::Department => "本部门 department",
            CallerRole::Superior => "上级 superior",
            CallerRole::SubDepartment => "下级部门 sub-department",
            CallerRole::Unspecified => "",
        };
        let key = KeyId::from_slice(&caller.key_id)
            .map(|key| key.to_string())
            .unwrap_or_default();
        table.add_row([
            key,
            role.to_owned(),
            caller.subtree.clone(),
            caller.note.clone(),
        ]);
    }
    table.to_string()
}
