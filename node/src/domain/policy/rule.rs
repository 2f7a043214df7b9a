//! What a policy can ask for: one variant a kind of rule. A kind that is not here does not exist for the program, and a file that
//! names one is refused.

use super::{
    Words,
    timing::{Timing, YearDay},
    word::words,
};
use crate::domain::calendar::{DayRule, Shift};

words! {
    /// Kinds of meeting whose frequency a policy may set.
    Meeting {
        BranchAssembly "branch-assembly" "支部党员大会" "branch assembly",
        BranchCommittee "branch-committee" "支部委员会" "branch committee",
        GroupMeeting "group-meeting" "党小组会" "group meeting",
        PartyLecture "party-lecture" "党课" "party lecture",
        OrganizationalLife "organizational-life" "组织生活会" "organizational-life meeting",
        DemocraticLife "democratic-life" "民主生活会" "democratic-life meeting",
        Appraisal "appraisal" "民主评议党员" "appraisal of members",
        SpiritCheck "spirit-check" "党性体检" "party-spirit check",
    }
}

words! {
    /// Fields of work a branch belongs to: frequencies may differ between them.
    Field {
        Office "office" "机关" "office",
        Institution "institution" "事业单位" "public institution",
        Village "village" "农村" "village",
        Community "community" "社区" "community",
        Enterprise "enterprise" "企业" "enterprise",
        School "school" "学校" "school",
        Hospital "hospital" "医院" "hospital",
        Social "social" "社会组织" "social organization",
    }
}

words! {
    /// What a unit of the committee is.
    UnitKind {
        Committee "committee" "党委" "committee",
        GeneralBranch "general-branch" "党总支" "general branch",
        Branch "branch" "党支部" "branch",
        Group "group" "党小组" "group",
    }
}

words! {
    /// The office a person holds in a unit.
    Post {
        Secretary "secretary" "党组织书记" "secretary",
        CommitteeMember "committee-member" "班子成员" "committee member",
        Leader "leader" "党员领导干部" "leading cadre",
        Member "member" "党员" "member",
    }
}

words! {
    /// What is written on a record form.
    FormField {
        Theme "theme" "主题" "theme",
        Content "content" "内容" "content",
        Form "form" "形式" "form",
        Time "time" "时间" "time",
        Place "place" "地点" "place",
        Attendance "attendance" "出勤" "attendance",
    }
}

words! {
    /// How absences are counted.
    Count {
        PerYear "per-year" "一年内累计" "in one year",
        InARow "in-a-row" "连续" "in a row",
    }
}

words! {
    /// What a branch must do about absences.
    Measure {
        Criticize "criticize" "批评教育帮助" "criticize and help",
        Remind "remind" "提醒" "remind",
        Warn "warn" "告诫" "warn",
        TalkAndTerm "talk-and-term" "谈话提醒、限期整改" "talk, and set a term to correct",
        Unqualified "unqualified" "作为确定不合格党员的依据" "basis for \"unqualified\"",
        Removal "removal" "按自行脱党研究处理" "removal procedure",
    }
}

words! {
    /// What a member has left undone for months.
    Neglect {
        Life "life" "不参加组织生活" "no organizational life",
        Dues "dues" "不交纳党费" "no dues",
        Work "work" "不做党所分配的工作" "no assigned work",
    }
}

words! {
    /// Between whom a talk is due.
    Between {
        SecretaryAndCommittee "secretary-and-committee" "书记与班子成员" "secretary and committee members",
        CommitteeMembers "committee-members" "班子成员之间" "committee members",
        CommitteeAndMembers "committee-and-members" "班子成员与党员" "committee members and members",
        FlowMembers "flow-members" "与外出流动党员" "with members who are away",
    }
}

words! {
    /// Who inspects.
    Inspector {
        Committee "committee" "基层党委" "committee",
        County "county" "县级党委组织部门" "county department",
        City "city" "市委组织部" "city department",
    }
}

words! {
    /// What an inspection looks at.
    Inspected {
        Life "life" "组织生活督查" "inspection of organizational life",
        Visit "visit" "派员参加活动日" "attending an activity day",
        HealthCheck "health-check" "基层党组织“健康体检”" "health check of the organization",
        Rating "rating" "评星定级" "star rating",
    }
}

words! {
    /// Kinds of record in a member's record book.
    RecordKind {
        Life "life" "组织生活" "organizational life",
        Dues "dues" "交纳党费" "dues",
        Awards "awards" "奖惩" "awards and penalties",
        Role "role" "发挥作用" "role played",
    }
}

words! {
    /// What a member may be exempted from on approved application.
    Exempt {
        Records "records" "记实管理" "records",
        Points "points" "积分考核" "points",
        Attendance "attendance" "集中活动" "attendance",
    }
}

words! {
    /// What a count of points looks at.
    PointItem {
        ActivityDay "activity-day" "参加党员活动日" "activity days attended",
        Meetings "meetings" "参加三会一课" "meetings attended",
        Oversight "oversight" "民主监督" "democratic oversight",
        Training "training" "能力提升" "training hours",
        Role "role" "履职履责" "role played",
        Dues "dues" "按月交纳党费" "dues paid in time",
        HeldActivityDays "held-activity-days" "开展党员活动日" "activity days held",
        HeldMeetings "held-meetings" "开展三会一课" "meetings held",
        DailyOversight "daily-oversight" "日常监督" "daily oversight",
        Tasks "tasks" "落实重点任务" "tasks carried out",
        AttendanceRate "attendance-rate" "出勤率" "attendance rate",
    }
}

words! {
    /// How a member who is away takes part.
    Way {
        Host "host" "参加流入地党组织活动" "with the host",
        Remote "remote" "远程参加" "remotely",
        Message "message" "短信、群组" "by messages and groups",
        Telephone "telephone" "电话、视频" "by telephone or video",
        Delivered "delivered" "送学上门" "study brought home",
        FlowBranch "flow-branch" "流动党组织" "in a flow branch",
    }
}

words! {
    /// Steps of the two-sided case that have a term.
    FlowStep {
        Notice "notice" "通知流入地" "notify the host",
        Answer "answer" "接收或退回" "accept or decline",
        Check "check" "查验活动证" "check the certificate",
        Place "place" "编入支部" "place in a branch",
        Confirm "confirm" "确认持证党员" "confirm a claim",
        Correct "correct" "更正后再通知" "correct and notify again",
        Follow "follow" "跟进转往他处" "follow a move",
        Find "find" "查找失联党员" "find a lost member",
        Statement "statement" "季度通报" "quarter statement",
        Closing "closing" "季度对账结账" "closing of the quarter",
        Opinion "opinion" "转正意见" "probation opinion",
        Decision "decision" "转正决定" "probation decision",
        CheckBack "check-back" "返回后查验活动证" "check the certificate on return",
    }
}

/// A heading of what an activity contains.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Heading {
    /// As records name it.
    pub id: String,
    /// What people read.
    pub words: Words,
    /// Must every activity have it?
    pub required: bool,
    /// May an activity consist of nothing but it?
    pub alone: bool,
    /// Do branches write under it whatever they choose themselves?
    pub free: bool,
}

/// One rung of a ladder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rung {
    /// From how many absences.
    pub at: u16,
    /// What must be done.
    pub measure: Measure,
}

/// One item of a points table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Points {
    /// What is looked at.
    pub item: PointItem,
    /// The most it can bring.
    pub most: u16,
}

/// What a rule asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Rule {
    /// The monthly day.
    ActivityDay {
        /// Which day.
        day: DayRule,
        /// Where it moves off holidays.
        shift: Shift,
        /// How long it lasts at least, in minutes.
        minutes: Option<u16>,
        /// Which units above a branch may hold it for the branches under them.
        joint: Vec<UnitKind>,
    },
    /// What an activity contains.
    Contents(Vec<Heading>),
    /// The form an activity is recorded on.
    RecordForm {
        /// What it holds.
        fields: Vec<FormField>,
        /// How many copies.
        copies: u16,
        /// Within how many days one goes up; none: no term.
        within_days: Option<u16>,
        /// Do those present sign?
        signed: bool,
        /// Is it published?
        published: bool,
    },
    /// The yearly plan.
    Plan {
        /// Activities in it at least.
        at_least: u16,
        /// By when it is filed.
        by: YearDay,
    },
    /// A kind of meeting.
    Meeting {
        /// Which.
        meeting: Meeting,
        /// In which fields of work; empty: in all.
        fields: Vec<Field>,
        /// Which units hold it.
        held_by: Vec<UnitKind>,
        /// Which units above one may hold it for those under them.
        joint: Vec<UnitKind>,
        /// How often.
        timing: Timing,
        /// Is it held on the activity day?
        on_activity_day: bool,
    },
    /// A lecture that a person gives.
    Lecture {
        /// Who.
        by: Post,
        /// How often.
        timing: Timing,
    },
    /// What follows on absences.
    Absence {
        /// How they are counted.
        count: Count,
        /// Do absences with leave count as well?
        counts_leave: bool,
        /// What is due at which number, ascending.
        rungs: Vec<Rung>,
        /// Within how many days after the absence.
        within_days: u16,
    },
    /// What follows when a member neglects its duties for months.
    Lapse {
        /// How many months on end.
        months: u16,
        /// Which neglects.
        of: Vec<Neglect>,
        /// Within how many days the procedure begins.
        within_days: u16,
    },
    /// Talks.
    Talk {
        /// Between whom.
        between: Between,
        /// How often.
        timing: Timing,
        /// Before that month's activity day?
        before_activity_day: bool,
    },
    /// A report of study and work (述学述做).
    StudyReport {
        /// Who reports.
        by: Post,
        /// How often.
        timing: Timing,
    },
    /// Hours of training a year.
    Training {
        /// Who.
        of: Post,
        /// Hours at least.
        hours: u16,
    },
    /// Points of a member or, with `branch`, of a branch.
    PointsTable {
        /// Of branches?
        branch: bool,
        /// The table.
        items: Vec<Points>,
    },
    /// Who may be exempted on approved application.
    Exemption {
        /// From what.
        from: Vec<Exempt>,
        /// From which age.
        age: Option<u16>,
    },
    /// Inspections.
    Inspection {
        /// By whom.
        by: Inspector,
        /// Of what.
        of: Inspected,
        /// How often; none: unannounced.
        timing: Option<Timing>,
    },
    /// The record book.
    RecordBook {
        /// Which kinds of record.
        kinds: Vec<RecordKind>,
        /// How often the role played is recorded at least; none: not set.
        role: Option<Timing>,
        /// Does the member confirm?
        confirmed: bool,
    },
    /// Dues every month by the national rule.
    Dues,
    /// How members who are away take part.
    FlowLife(Vec<Way>),
    /// The yearly screening of who is where.
    Screening(Timing),
    /// Contact with members who are away.
    Contact(Timing),
    /// What the paper asks for and no node can derive: told, so that people have the whole paper before them.
    Told,
    /// By when a step of a case is due.
    FlowTerm {
        /// Which step.
        step: FlowStep,
        /// Days after what calls for it.
        days: u16,
    },
}

impl Rule {
    /// Its kind, as the file writes it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ActivityDay { .. } => "activity-day",
            Self::Contents(_) => "contents",
            Self::RecordForm { .. } => "record-form",
            Self::Plan { .. } => "plan",
            Self::Meeting { .. } => "meeting",
            Self::Lecture { .. } => "lecture",
            Self::Absence { .. } => "absence",
            Self::Lapse { .. } => "lapse",
            Self::Talk { .. } => "talk",
            Self::StudyReport { .. } => "study-report",
            Self::Training { .. } => "training",
            Self::PointsTable { .. } => "points",
            Self::Exemption { .. } => "exemption",
            Self::Inspection { .. } => "inspection",
            Self::RecordBook { .. } => "record-book",
            Self::Dues => "dues",
            Self::FlowLife(_) => "flow-life",
            Self::Told => "told",
            Self::Screening(_) => "screening",
            Self::Contact(_) => "contact",
            Self::FlowTerm { .. } => "flow-term",
        }
    }
}
