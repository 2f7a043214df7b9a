//! What stands below the help of a noun: the order in which somebody uses it for the first time.

pub(super) const UNIT: &str = "先设立党组织, 再编入党员, 然后任职 First found them, then place the members, then the officers:
  hongyan-node unit add 东街支部 --place community
  hongyan-node unit assign 东街支部 张三 李四
  hongyan-node unit officer add 张三 --unit 东街支部 --role secretary
  hongyan-node unit list";

pub(super) const CERTIFICATE: &str =
    "先登记县级发给的号段, 再逐人发证 First enter the numbers from the county, then issue them:
  hongyan-node certificate range add 340800100001 340800100500 --source 县委组织部2026年1号
  hongyan-node certificate issue 张三
  hongyan-node certificate list";

pub(super) const PLAN: &str = "次数和期限见 policy show; 改动写明原因, 报上级后登记备案 How many and by when: policy show; changed with a reason; entered when it was filed up:
  hongyan-node plan set --unit 东街支部 --year 2027 --file 计划.toml
  hongyan-node plan file --unit 东街支部 --year 2027 --to 县委组织部
  hongyan-node plan show --unit 东街支部 --year 2027";

pub(super) const ACTIVITY: &str = "活动当天记录, 按期报送记录表 (期限见 policy show), 有误则更正, 不改原记录 Record it on the day, hand its form up in time (policy show), correct what is wrong; nothing is edited:
  hongyan-node activity hold --unit 东街支部 --kind activity-day --place 会议室 --theme 学习党章 --present all --absent 张三=病假
  hongyan-node activity list
  hongyan-node activity hand-up 120 --to 街道党工委
  hongyan-node activity correct 120 --reason 记错考勤 --absent 李四
  hongyan-node activity ledger --unit 东街支部";

pub(super) const BOOK: &str = "组织生活由活动记录得出; 奖惩和发挥作用在此记, 党员用一次性码确认 Organizational life comes from the activities; awards and roles are entered here; the member confirms with a one-time code:
  hongyan-node book role 张三 --text 社区志愿服务
  hongyan-node book code 张三
  hongyan-node book confirm 张三 7K2M-Q4XA
  hongyan-node book show 张三
  hongyan-node book stats --unit 东街支部";

pub(super) const APPRAISAL: &str =
    "每年一次; 票数有误用 correct 更正 Once a year; a wrong count is corrected:
  hongyan-node appraisal record --unit 东街支部 --year 2026 --vote 张三=excellent:10/2/0
  hongyan-node appraisal show --unit 东街支部
  hongyan-node appraisal correct 140 --reason 计票有误 --vote 张三=excellent:9/3/0";

pub(super) const TRAINING: &str =
    "每次培训记一次, 每人学时由此相加 One record a training; each member's hours add up:
  hongyan-node training record --unit 东街支部 --hours 7.5 --title 党性教育专题班
  hongyan-node training list --unit 东街支部
  hongyan-node training correct 141 --reason 漏记一人 --member 王五";

pub(super) const EXEMPTION: &str = "本人申请、组织批准之后登记; 到期或病愈时写明截止日期 Entered when it was applied for and approved; given a last day when it ends:
  hongyan-node exemption grant 张三 --from attendance,points --reason 长期患病 --applied-on 2026-03-01 --approved-on 2026-03-10 --approved-by 支部党员大会
  hongyan-node exemption list
  hongyan-node exemption correct 142 --reason 病愈 --until 2026-09-30";

pub(super) const POINTS: &str = "由记录按政策的积分表算出, 不必录入 Computed from the records by a policy's table, never entered:
  hongyan-node points member 张三
  hongyan-node points branch 东街支部 --policy xianning";

pub(super) const POLICY: &str = "先看有哪些, 再采用一种; 本委可另写文件覆盖 Look at what there is, then adopt one; a file of your own may go on top:
  hongyan-node policy list
  hongyan-node policy show wuxi
  hongyan-node policy adopt wuxi --from 2026-01-01
  hongyan-node policy check 本委.toml";

#[cfg(test)]
pub(super) const ALL: [(&str, &str); 10] = [
    ("unit", UNIT),
    ("certificate", CERTIFICATE),
    ("plan", PLAN),
    ("activity", ACTIVITY),
    ("book", BOOK),
    ("appraisal", APPRAISAL),
    ("training", TRAINING),
    ("exemption", EXEMPTION),
    ("points", POINTS),
    ("policy", POLICY),
];
