//! `unit`: the committee's tree of general branches, branches and groups.

mod officer;

use clap::Subcommand;
use hongyan_proto::{
    pb::{
        exchange::v1::UnitKind,
        office::v1::{
            AssignMembersRequest, ChangeUnitRequest, CloseUnitRequest, FoundUnitRequest,
            GetUnitRequest, GetUnitResponse, ListUnitsRequest, ListUnitsResponse, Unit,
        },
    },
    time::Day,
};
use officer::OfficerVerb;

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::{Fields, WARN, short},
    words,
};

/// What to do with units.
#[derive(Debug, Subcommand)]
pub(super) enum UnitVerb {
    /// 设立党总支、党支部或党小组 Found a general branch, a branch or a group
    #[command(
        after_help = "例 Example:\n  hongyan-node unit add 东街党总支 --kind general-branch --place village\n  hongyan-node unit add 第一党支部 --under 东街党总支 --place village"
    )]
    Add {
        /// 名称 Name
        name: String,
        /// 类别 What it is
        #[arg(long, default_value = "branch", value_parser = words::parser(words::UNIT_KINDS))]
        kind: i32,
        /// 所在领域 Where it has its seat
        #[arg(long, value_parser = words::parser(words::UNIT_PLACES))]
        place: i32,
        /// 上级党组织; 缺省直属党委 The unit above; default: the committee
        #[arg(long, default_value = "", hide_default_value = true)]
        under: String,
        /// 设立日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
    },
    /// 更名或变更所在领域 Give it another name or seat
    #[command(
        after_help = "例 Example:\n  hongyan-node unit rename 第一党支部 东街第一党支部 --reason 规范名称\n  hongyan-node unit rename 第一党支部 --place community"
    )]
    Rename {
        /// 党组织 Unit
        unit: String,
        /// 新名称 New name
        #[arg(default_value = "", hide_default_value = true)]
        name: String,
        /// 新的所在领域 New seat
        #[arg(long, value_parser = words::parser(words::UNIT_PLACES))]
        place: Option<i32>,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 原因 Why
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// 划归另一上级 Move it below another unit
    #[command(
        after_help = "例 Example:\n  hongyan-node unit move 第一党支部 --under 西街党总支\n  hongyan-node unit move 第一党支部 --reason 改为直属党委"
    )]
    Move {
        /// 党组织 Unit
        unit: String,
        /// 新的上级; 缺省直属党委 The unit above; default: the committee
        #[arg(long, default_value = "", hide_default_value = true)]
        under: String,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 原因 Why
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// 撤销 (须已无党员和下级) Close one without members and units below
    #[command(after_help = "例 Example:\n  hongyan-node unit close 第三党支部 --reason 合并")]
    Close {
        /// 党组织 Unit
        unit: String,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 原因 Why
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// 列出组织架构 List the tree
    #[command(after_help = "例 Example:\n  hongyan-node unit list")]
    List {
        /// 也列已撤销的 Also those that are no more
        #[arg(long)]
        closed: bool,
    },
    /// 查看一个党组织及其沿革和任职 Show one, what it was, and its officers
    #[command(after_help = "例 Example:\n  hongyan-node unit show 东街党总支/第一党支部")]
    Show {
        /// 路径、名称或编号前缀 Path, name or id prefix
        unit: String,
    },
    /// 把党员编入党组织 Members belong to a unit from a day on
    #[command(
        after_help = "例 Example:\n  hongyan-node unit assign 第一党支部 王小明 李四\n  hongyan-node unit assign 第二党支部 王小明 --on 2026-05-10"
    )]
    Assign {
        /// 党组织 Unit
        unit: String,
        /// 党员 Members
        #[arg(required = true)]
        members: Vec<String>,
        /// 自哪一天起, 缺省今天; 此前仍计入原支部, 日期晚了可再次编入更早的一天 From which day; default: today. What was before counts where they were; an earlier day can be named again later
        #[arg(long)]
        on: Option<Day>,
    },
    /// 任职与免职 Officers and their terms
    #[command(subcommand)]
    Officer(OfficerVerb),
}

pub(super) async fn run(verb: UnitVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        UnitVerb::Add {
            name,
            kind,
            place,
            under,
            on,
        } => {
            let request = FoundUnitRequest {
                name,
                kind,
                place,
                parent: under,
                founded_on: session.day(on),
                ..FoundUnitRequest::default()
            };
            found(request, session).await?;
        }
        UnitVerb::Rename {
            unit,
            name,
            place,
            on,
            reason,
        } => {
            let request = ChangeUnitRequest {
                unit,
                name,
                place: place.unwrap_or_default(),
                changed_on: session.day(on),
                reason,
                ..ChangeUnitRequest::default()
            };
            change(request, session).await?;
        }
        UnitVerb::Move {
            unit,
            under,
            on,
            reason,
        } => {
            let request = ChangeUnitRequest {
                unit,
                parent: under,
                r#move: true,
                changed_on: session.day(on),
                reason,
                ..ChangeUnitRequest::default()
            };
            change(request, session).await?;
        }
        UnitVerb::Close { unit, on, reason } => {
            let request = CloseUnitRequest {
                unit,
                closed_on: session.day(on),
                reason,
                ..CloseUnitRequest::default()
            };
            close(request, session).await?;
        }
        UnitVerb::List { closed } => {
            let answer = client!(session, unit_service_client::UnitServiceClient)
                .list_units(ListUnitsRequest { closed })
                .await?
                .into_inner();
            session.show(&answer, list)?;
        }
        UnitVerb::Show { unit } => {
            let answer = client!(session, unit_service_client::UnitServiceClient)
                .get_unit(GetUnitRequest { unit })
                .await?
                .into_inner();
            session.show(&answer, one)?;
        }
        UnitVerb::Assign { unit, members, on } => assign(unit, members, on, session).await?,
        UnitVerb::Officer(verb) => officer::run(verb, session).await?,
    }
    Ok(Ended::Well)
}

async fn found(request: FoundUnitRequest, session: &mut Session<'_>) -> Result<(), Failure> {
    let request = FoundUnitRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        ..request
    };
    let answer = client!(session, unit_service_client::UnitServiceClient)
        .found_unit(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| shown(answer.unit.as_ref(), lang))
}

async fn close(request: CloseUnitRequest, session: &mut Session<'_>) -> Result<(), Failure> {
    let request = CloseUnitRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        ..request
    };
    let answer = client!(session, unit_service_client::UnitServiceClient)
        .close_unit(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| shown(answer.unit.as_ref(), lang))
}

async fn change(request: ChangeUnitRequest, session: &mut Session<'_>) -> Result<(), Failure> {
    let request = ChangeUnitRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        ..request
    };
    let answer = client!(session, unit_service_client::UnitServiceClient)
        .change_unit(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| shown(answer.unit.as_ref(), lang))
}

async fn assign(
    unit: String,
    members: Vec<String>,
    on: Option<Day>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let day = session.day(on);
    let request = AssignMembersRequest {
        on: day.clone(),
        actor: session.actor()?,
        request_id: session.request_id(),
        unit,
        members,
    };
    let answer = client!(session, unit_service_client::UnitServiceClient)
        .assign_members(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let unit = answer.unit.clone().unwrap_or_default();
        let unchanged = Some(answer.unchanged).filter(|unchanged| *unchanged > 0);
        let unchanged = unchanged.map(|unchanged| unchanged.to_string());
        let says = about(&unit, lang)
            .add("✓ 编入", "✓ assigned", answer.assigned)
            .add("自", "from", if answer.assigned > 0 { &*day } else { "" })
            .add(
                "原已在该单位, 未作变更",
                "there already, nothing changed",
                unchanged.unwrap_or_default(),
            )
            .render();
        let mut says = vec![says];
        if answer.assigned > 0 && unit.kind == UnitKind::GeneralBranch as i32 {
            let hint = lang.say(
                "党员一般编入党总支所属的党支部, 这里直接编入了党总支",
                "members usually belong to a branch below; these belong to the general branch itself",
            );
            says.push(format!("{WARN} {hint}"));
        }
        if !answer.offices_elsewhere.is_empty() {
            let hint = lang.say(
                "仍在其他党组织任职, 免职用 unit officer end:",
                "they still hold offices elsewhere, which unit officer end ends:",
            );
            says.push(format!("{WARN} {hint}"));
            says.push(officer::officers(&answer.offices_elsewhere, lang));
        }
        says.join("\n")
    })
}

fn about(unit: &Unit, lang: Lang) -> Fields {
    fields(lang)
        .add("编号", "id", &unit.id)
        .add("党组织", "unit", &unit.path)
        .add(
            "类别",
            "kind",
            words::show(words::UNIT_KINDS, unit.kind, lang),
        )
        .add(
            "领域",
            "place",
            words::show(words::UNIT_PLACES, unit.place, lang),
        )
        .add("设立", "founded", &unit.founded_on)
        .add("撤销", "closed", &unit.closed_on)
        .add("党员", "members", unit.members)
}

fn shown(unit: Option<&Unit>, lang: Lang) -> String {
    unit.map_or_else(String::new, |unit| about(unit, lang).render())
}

fn list(answer: &ListUnitsResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("党组织", "unit"),
            ("类别", "kind"),
            ("领域", "place"),
            ("党员", "members"),
            ("设立", "founded"),
            ("撤销", "closed"),
            ("编号", "id"),
        ],
    );
    for unit in &answer.units {
        // A closed one stands behind the tree: its place in it is told by its path.
        let name = if unit.closed_on.is_empty() {
            format!("{}{}", "  ".repeat(unit.depth as usize), unit.name)
        } else {
            unit.path.clone()
        };
        rows.row([
            name,
            words::show(words::UNIT_KINDS, unit.kind, lang),
            words::show(words::UNIT_PLACES, unit.place, lang),
            unit.members.to_string(),
            unit.founded_on.clone(),
            unit.closed_on.clone(),
            short(&unit.id),
        ]);
    }
    let without = if answer.without_unit == 0 {
        String::new()
    } else {
        let count = answer.without_unit;
        lang.say(
            &format!(
                "▲ {count} 名党员未编入任何党组织 (unit assign, 或 member import --found-units)"
            ),
            &format!(
                "{count} members belong to no unit (unit assign, or member import --found-units)"
            ),
        )
    };
    format!("{}\n{without}", rows.render(lang))
}

fn one(answer: &GetUnitResponse, lang: Lang) -> String {
    let unit = answer.unit.clone().unwrap_or_default();
    let mut stages = table(
        lang,
        &[
            ("自", "from"),
            ("名称", "name"),
            ("领域", "place"),
            ("上级", "above"),
        ],
    );
    for stage in &answer.stages {
        stages.row([
            stage.from.clone(),
            stage.name.clone(),
            words::show(words::UNIT_PLACES, stage.place, lang),
            stage.parent_path.clone(),
        ]);
    }
    format!(
        "{}\n{}\n{}",
        about(&unit, lang).render(),
        stages.render(lang),
        officer::officers(&answer.officers, lang)
    )
}
