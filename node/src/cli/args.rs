//! The command line as a whole: what every command takes, and the list of nouns.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    activity::ActivityVerb, agreement::AgreementVerb, appraisal::AppraisalVerb, backup::Backup,
    book::BookVerb, certificate::CertificateVerb, dues::DuesVerb, duties::Duties,
    exemption::ExemptionVerb, export::Export, flow::FlowVerb, form::FormVerb, gateway::GatewayVerb,
    init::Init, key::KeyVerb, lang::Lang, letter::LetterVerb, log::LogVerb, member::MemberVerb,
    partner::PartnerVerb, plan::PlanVerb, points::PointsVerb, policy::PolicyVerb,
    reconcile::ReconcileVerb, record::RecordVerb, restore::Restore, serve::Serve,
    statement::StatementVerb, sync::Sync, tour, training::TrainingVerb, unit::UnitVerb,
};

const EXIT_CODES: &str = "\
例 Example:
  hongyan-node init --code 320200-001 --name 无锡市某街道党委 --region 320200 --endpoint node.example:7420
  hongyan-node member import 名册.xlsx
  hongyan-node status

退出码: 0 完成, 1 被拒绝、失败或结果不合格, 2 命令有误 Exit codes: 0 done, 1 refused, failed or in bad order, 2 usage
对象的写法: 党组织用代码或密钥指纹前缀, 案卷用编号前缀 (至少 8 位) 或党员姓名、活动证号 Naming things: partners by code or fingerprint prefix, cases by id prefix (8 digits or more) or by their member";

/// 鸿雁节点: 与对方党组织共管流动党员 One organization's node: co-manage flow members with partner organizations
#[derive(Debug, Parser)]
#[command(name = "hongyan-node", bin_name = "hongyan-node", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "通用 Every command")]
pub(super) struct Global {
    /// 数据目录 Data folder
    #[arg(
        long,
        global = true,
        env = "HONGYAN_DATA",
        default_value = "./hongyan-data",
        value_name = "DIR"
    )]
    pub(super) data: PathBuf,
    /// 解开数据的口令文件 File with the passphrase that unseals the data
    #[arg(
        long,
        global = true,
        env = "HONGYAN_PASSPHRASE_FILE",
        value_name = "FILE"
    )]
    pub(super) passphrase_file: Option<PathBuf>,
    /// 供程序读取: 输出 JSON For programs: print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// 经办人, 记入本地日志; 缺省为登录名 Who does it, kept in the local log; default: the login name
    #[arg(long, global = true, env = "HONGYAN_ACTOR", value_name = "NAME")]
    pub(super) actor: Option<String>,
    /// 不再询问, 直接确认 Do not ask, go ahead
    #[arg(long, short = 'y', global = true)]
    pub(super) yes: bool,
    /// 显示语言 Language of what is shown
    #[arg(
        long,
        global = true,
        env = "HONGYAN_LANG",
        value_enum,
        default_value = "both"
    )]
    pub(super) lang: Lang,
    /// 重复一次没有收到回答的写入: 上次的请求号 (32 位十六进制) Repeat a write whose answer was lost: its request id, 32 hex digits
    #[arg(long, global = true, value_name = "HEX", value_parser = super::values::request_id)]
    pub(super) request_id: Option<[u8; 16]>,
}

/// Where a node's data is and what opens it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// The data folder.
    pub data: PathBuf,
    /// A file whose first line is the passphrase that unseals the data key; `None`: the key file inside the data folder.
    pub passphrase_file: Option<PathBuf>,
}

impl Global {
    pub(super) fn place(&self) -> Place {
        Place {
            data: self.data.clone(),
            passphrase_file: self.passphrase_file.clone(),
        }
    }
}

/// The nouns, in the order of a day's work.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 建立节点: 生成密钥和数据目录 Make a node: its key and its data folder
    Init(Init),
    /// 运行节点: 接收对方来信, 按期互通 Run the node: take letters, sync when due
    Serve(Serve),
    /// 本节点情况: 指纹、日志、逾期、存储 This node: fingerprint, logs, what is overdue, store
    #[command(after_help = "例 Example:\n  hongyan-node status")]
    Status,
    /// 身份密钥 Identity key
    #[command(subcommand)]
    Key(KeyVerb),
    /// 党员名册 The roster
    #[command(subcommand)]
    Member(MemberVerb),
    /// 组织架构: 党总支、党支部、党小组及任职 Units, their officers and members
    #[command(subcommand, after_help = tour::UNIT)]
    Unit(UnitVerb),
    /// 活动证: 号段、发放、查验、补换、交回 Certificates: ranges, issuing, checking, replacing, handing in
    #[command(subcommand, after_help = tour::CERTIFICATE)]
    Certificate(CertificateVerb),
    /// 年度活动计划 Yearly plans of activities
    #[command(subcommand, after_help = tour::PLAN)]
    Plan(PlanVerb),
    /// 组织生活: 党员活动日和各类会议 Organizational life: activity days and meetings
    #[command(subcommand, after_help = tour::ACTIVITY)]
    Activity(ActivityVerb),
    /// 党员记实册: 奖惩、发挥作用、本人确认、年度册 Record books: awards, roles, confirmation, the yearly book
    #[command(subcommand, after_help = tour::BOOK)]
    Book(BookVerb),
    /// 党费: 基数、减免、收取、月结、公示 Dues: bases, relief, payments, closing, publication
    #[command(subcommand)]
    Dues(DuesVerb),
    /// 民主评议结果 Results of appraisals
    #[command(subcommand, after_help = tour::APPRAISAL)]
    Appraisal(AppraisalVerb),
    /// 集中培训学时 Training hours
    #[command(subcommand, after_help = tour::TRAINING)]
    Training(TrainingVerb),
    /// 经批准免予考核 Exemptions on approved application
    #[command(subcommand, after_help = tour::EXEMPTION)]
    Exemption(ExemptionVerb),
    /// 先锋指数、堡垒指数 (由记录算出) Points of members and branches, computed from the records
    #[command(subcommand, after_help = tour::POINTS)]
    Points(PointsVerb),
    /// 对方党组织 Partners
    #[command(subcommand)]
    Partner(PartnerVerb),
    /// 共管协议 Co-management agreements
    #[command(subcommand)]
    Agreement(AgreementVerb),
    /// 流动案卷: 外出、通报、接收到返回 Cases: from departure to return
    #[command(subcommand)]
    Flow(FlowVerb),
    /// 党员记实: 一人一证、一事一记 Records: one fact, one entry
    #[command(subcommand)]
    Record(RecordVerb),
    /// 季度通报 Quarter statements
    #[command(subcommand)]
    Statement(StatementVerb),
    /// 对账 Reconciliation
    #[command(subcommand)]
    Reconcile(ReconcileVerb),
    /// 表格: 打印、核验 Forms: print them, verify them
    #[command(subcommand)]
    Form(FormVerb),
    /// 政策: 本地采用哪些规定, 出自哪一条 Policies: which rules apply here, from which clause
    #[command(subcommand, after_help = tour::POLICY)]
    Policy(PolicyVerb),
    /// 应办事项: 谁、何时、依据哪一条 Duties: whose, by when, by which clause
    Duties(Duties),
    /// 与对方互通信息 Sync with a partner
    Sync(Sync),
    /// 密封信件: 不联网时用文件传递 Sealed letters: files carried by hand
    #[command(subcommand)]
    Letter(LetterVerb),
    /// 签名日志: 核验与证明 Signed logs: verify and prove
    #[command(subcommand)]
    Log(LogVerb),
    /// 上级网关: 只报数字 The department's gateway: counts only
    #[command(subcommand)]
    Gateway(GatewayVerb),
    /// 加密备份 Encrypted backup
    Backup(Backup),
    /// 从备份恢复 Restore from a backup
    Restore(Restore),
    /// 导出全部日志, 一行一条 Export as JSON Lines
    Export(Export),
    /// 命令补全脚本 Shell completion script
    #[command(
        after_help = "例 Example:\n  hongyan-node completion bash > /etc/bash_completion.d/hongyan-node"
    )]
    Completion {
        /// 命令解释器 Shell
        shell: clap_complete::Shell,
    },
}
