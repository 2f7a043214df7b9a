//! What can differ in a reconciliation, each with its name on the wire, its words and its class.

use std::fmt;

use super::{
    class::Disclosure,
    error::{At, PayloadError, ValueError},
    wire::Wire,
};

macro_rules! line_fields {
    ($($field:ident $name:literal $zh:literal $en:literal $class:expr,)+) => {
        /// What can differ in a reconciliation. Named as in the statement's lines.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum LineField {
            $(#[doc = concat!($zh, ": ", $en, ".")] $field,)+
        }

        impl LineField {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$field,)+];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)+
                }
            }

            /// What people read: Chinese, English.
            pub const fn label(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$field => ($zh, $en),)+
                }
            }

            /// The class of what is stated there; none for the presence of a case.
            pub const fn class(self) -> Option<Disclosure> {
                match self {
                    $(Self::$field => $class,)+
                }
            }
        }
    };
}

line_fields! {
    Presence "presence" "仅一方有此案卷" "only one side knows the case" None,
    ActivitiesHeld "activities_held" "组织生活次数" "activities held" Some(Disclosure::Attendance),
    ActivitiesAttended "activities_attended" "参加次数" "activities attended" Some(Disclosure::Attendance),
    DuesMonths "dues_months" "党费月数" "months of dues" Some(Disclosure::Dues),
    DuesFen "dues_fen" "党费金额 (流入地收, 分)" "dues at the host, in fen" Some(Disclosure::Dues),
    ConductGrade "conduct_grade" "现实表现等次" "grade of conduct" Some(Disclosure::Conduct),
    ConductRemark "conduct_remark" "现实表现评语" "remark on conduct" Some(Disclosure::Conduct),
    Awards "awards" "奖励次数" "awards" Some(Disclosure::Awards),
    Penalties "penalties" "惩处次数" "penalties" Some(Disclosure::Awards),
    ContactState "contact_state" "联系状态" "contact state" Some(Disclosure::Contact),
    ContactsMade "contacts_made" "联系次数" "contacts made" Some(Disclosure::Contact),
    MattersNotified "matters_notified" "告知事项数" "matters notified" Some(Disclosure::Contact),
    HomeDuesFen "home_dues_fen" "党费金额 (流出地收, 分)" "dues at home, in fen" Some(Disclosure::Dues),
}

impl LineField {
    /// Is its value a whole number, money in fen?
    pub const fn is_number(self) -> bool {
        !matches!(
            self,
            Self::Presence | Self::ConductGrade | Self::ConductRemark | Self::ContactState
        )
    }
}

impl fmt::Display for LineField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for LineField {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::ALL
            .iter()
            .copied()
            .find(|field| field.name() == text)
            .ok_or_else(|| {
                let names = Self::ALL.iter().map(|field| field.name());
                let names = names.collect::<Vec<_>>().join(", ");
                ValueError::Choice {
                    choices: names.clone(),
                    choices_en: names,
                    found: text.chars().take(40).collect(),
                }
            })
    }
}

impl Wire<String> for LineField {
    fn read(wire: String, at: &At<'_>) -> Result<Self, PayloadError> {
        wire.parse().map_err(|error: ValueError| at.refuse(error))
    }

    fn write(&self) -> String {
        self.name().to_owned()
    }
}
