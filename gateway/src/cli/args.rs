//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hongyan_proto::{
    id::{KeyId, OrganizationCode, RegionCode},
    identity::OrganizationName,
    report::{CaseState, Direction, Measure, MemberClass, Standing},
    time::Quarter,
};

use crate::domain::suppress::DEFAULT_THRESHOLD;

/// 鸿雁网关: 组织部门汇总各单位报送的数字, 只见数字, 不见姓名. The department's gateway: counts, never names.
#[derive(Debug, Parser)]
#[command(name = "hongyan-gateway", version)]
pub(super) struct Cli {
    /// 数据目录 data folder
    #[arg(
        long,
        global = true,
        env = "HONGYAN_GATEWAY_DATA",
        default_value = "hongyan-gateway-data"
    )]
    pub(super) data: PathBuf,
    /// 输出 JSON print JSON for machines
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// 小于此数的单元格视为过小 a count of 1 to one less than this is small
    #[arg(long, global = true, env = "HONGYAN_GATEWAY_SMALL_BELOW", default_value_t = DEFAULT_THRESHOLD)]
    pub(super) small_below: u64,
    /// Was it typed, and not set for every command by the environment?
    #[arg(skip)]
    pub(super) small_below_typed: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 初始化 make the data folder, the key and the certificate
    Init(Init),
    /// 运行 serve until Ctrl-C or SIGTERM
    Serve(Serve),
    /// 邀请组织报送 invite an organization to report; prints one line to hand over
    Invite(Invite),
    /// 组织 organizations
    #[command(subcommand)]
    Organization(OrganizationCommand),
    /// 查询授权 who may ask
    #[command(subcommand)]
    Caller(CallerCommand),
    /// 统计 statistics
    #[command(subcommand)]
    Statistics(StatisticsCommand),
    /// 命令补全 shell completion
    Completion {
        /// 命令解释器 which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Debug)]
pub(super) struct Init {
    /// 组织代码 the department's code
    #[arg(long)]
    pub(super) code: OrganizationCode,
    /// 名称 its name
    #[arg(long, value_parser = OrganizationName::parse)]
    pub(super) name: OrganizationName,
    /// 行政区划代码 its region (GB/T 2260)
    #[arg(long)]
    pub(super) region: RegionCode,
}

#[derive(Args, Debug)]
pub(super) struct Serve {
    /// 监听地址 where to listen; port 0 takes a free one
    #[arg(long, default_value = "0.0.0.0:7543")]
    pub(super) listen: String,
    /// 邀请中写明的地址 what invitations say, when it is not the address listened at
    #[arg(long)]
    pub(super) advertise: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Invite {
    /// 仅限此组织 only this organization may use it
    #[arg(long)]
    pub(super) code: Option<OrganizationCode>,
    /// 其上级须为此组织 the superior it must name
    #[arg(long)]
    pub(super) superior: Option<OrganizationCode>,
    /// 有效天数 (1 至 90) valid for so many days, 1 to 90
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=90))]
    pub(super) days: u32,
    /// 地址 host:port to dial
    #[arg(long)]
    pub(super) endpoint: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum OrganizationCommand {
    /// 组织树与报送情况 the tree, and who reported what when
    List {
        /// 子树 an organization and all below it
        #[arg(long)]
        subtree: Option<OrganizationCode>,
        /// 季度 quarter, such as 2026-Q3
        #[arg(long)]
        period: Vec<Quarter>,
    },
    /// 撤销登记 take an organization's key away; what it reported stays
    Revoke {
        /// 组织代码 its code
        code: OrganizationCode,
        /// 原因 why
        #[arg(long, default_value = "")]
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RoleWord {
    /// 本部门 the department itself
    Department,
    /// 上级 the department above
    Superior,
    /// 下级部门 a department below
    SubDepartment,
}

#[derive(Debug, Subcommand)]
pub(super) enum CallerCommand {
    /// 授权 let a key ask
    Grant {
        /// 密钥指纹 the key's fingerprint
        key: KeyId,
        /// 角色 as what
        #[arg(long)]
        role: RoleWord,
        /// 子树, 下级部门必填 its subtree, for a sub-department
        #[arg(long)]
        subtree: Option<OrganizationCode>,
        /// 备注 note
        #[arg(long, default_value = "")]
        note: String,
    },
    /// 撤回 let it ask no more
    Revoke {
        /// 密钥指纹 the key's fingerprint
        key: KeyId,
    },
    /// 列表 list
    List,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum By {
    Period,
    Organization,
    Branch,
    Direction,
    OwnRegion,
    CounterpartRegion,
    CounterpartOrganization,
    State,
    Class,
    Standing,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Level {
    Province,
    City,
    County,
}

#[derive(Debug, Subcommand)]
pub(super) enum StatisticsCommand {
    /// 筛选、分组、求和 filter, group, add
    Query(Box<QueryArgs>),
    /// 流向矩阵, 双方对照 from where to where, by what both sides say
    Matrix(MatrixArgs),
}

#[derive(Args, Debug)]
pub(super) struct QueryArgs {
    /// 季度 quarter
    #[arg(long)]
    pub(super) period: Vec<Quarter>,
    /// 子树 an organization and all below it
    #[arg(long)]
    pub(super) subtree: Option<OrganizationCode>,
    /// 方向 direction
    #[arg(long)]
    pub(super) direction: Vec<Direction>,
    /// 状态 state
    #[arg(long)]
    pub(super) state: Vec<CaseState>,
    /// 类别 member class
    #[arg(long)]
    pub(super) class: Vec<MemberClass>,
    /// 身份 standing
    #[arg(long)]
    pub(super) standing: Vec<Standing>,
    /// 本方地区 own region, with all that lies in it
    #[arg(long)]
    pub(super) own_region: Vec<RegionCode>,
    /// 对方地区 the other side's region, with all that lies in it
    #[arg(long)]
    pub(super) counterpart_region: Vec<RegionCode>,
    /// 对方组织 the other organization
    #[arg(long)]
    pub(super) counterpart: Vec<OrganizationCode>,
    /// 分组 group by
    #[arg(long, value_delimiter = ',')]
    pub(super) by: Vec<By>,
    /// 地区级别 to which level regions are rolled up
    #[arg(long, default_value = "county")]
    pub(super) level: Level,
    /// 指标 measures
    #[arg(long, value_delimiter = ',')]
    pub(super) measure: Vec<Measure>,
    /// 对外提供, 隐去过小数字 suppress small cells, for handing on
    #[arg(long)]
    pub(super) release: bool,
}

#[derive(Args, Debug)]
pub(super) struct MatrixArgs {
    /// 季度 quarter
    #[arg(long)]
    pub(super) period: Option<Quarter>,
    /// 子树 an organization and all below it
    #[arg(long)]
    pub(super) subtree: Option<OrganizationCode>,
    /// 地区级别 region level
    #[arg(long, default_value = "city")]
    pub(super) level: Level,
    /// 按组织 pairs of organizations
    #[arg(long)]
    pub(super) by_organization: bool,
    /// 状态 state
    #[arg(long)]
    pub(super) state: Vec<CaseState>,
    /// 对外提供, 隐去过小数字 suppress small cells, for handing on
    #[arg(long)]
    pub(super) release: bool,
}
