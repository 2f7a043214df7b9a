//! Answers to a reconciliation (对账答复), line by line, and the closing both sides sign (季度结账).

use std::{collections::BTreeSet, fmt};

use super::{
    class::{Classed, Disclosure, DisclosureSet},
    error::{At, PayloadError, ValueError},
    record::{closed, record, required},
    text::Text,
    wire::{Slot, Wire},
};
use crate::{
    id::{CaseId, Hash},
    pb::exchange::v1 as pb,
    time::Quarter,
};

record! {
    /// A side answers lines of a reconciliation.
    Answer "answer" {
        /// The quarter.
        quarter: Quarter [],
        /// Hash of the reconciliation that is answered.
        reconciliation_hash: Hash [],
        /// The answers; each field of a case at most once.
        lines: Vec<LineAnswer> [*],
    }
    rules once
    arranged few
}

/// One answered line. Its own value and note belong to the class of the field they speak of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineAnswer {
    /// The case.
    pub case_id: CaseId,
    /// What differs.
    pub field: LineField,
    /// The answer.
    pub answer: AnswerKind,
    /// With "disputed" only: one's own value.
    pub own_value: Option<Text<200>>,
    /// In words.
    pub note: Option<Text<500>>,
}

closed! {
    /// How a line is answered.
    AnswerKind {
        Accepted "认可" "accepted",
        Disputed "有异议" "disputed",
        Corrected "已更正" "corrected",
    }
}

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
    DuesFen "dues_fen" "党费金额" "dues in fen" Some(Disclosure::Dues),
    ConductGrade "conduct_grade" "现实表现等次" "grade of conduct" Some(Disclosure::Conduct),
    ConductRemark "conduct_remark" "现实表现评语" "remark on conduct" Some(Disclosure::Conduct),
    Awards "awards" "奖励次数" "awards" Some(Disclosure::Awards),
    Penalties "penalties" "惩处次数" "penalties" Some(Disclosure::Awards),
    ContactState "contact_state" "联系状态" "contact state" Some(Disclosure::Contact),
    ContactsMade "contacts_made" "联系次数" "contacts made" Some(Disclosure::Contact),
    MattersNotified "matters_notified" "告知事项数" "matters notified" Some(Disclosure::Contact),
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
            .ok_or_else(|| ValueError::Choice {
                choices: Self::ALL
                    .iter()
                    .map(|field| field.name())
                    .collect::<Vec<_>>()
                    .join(", "),
                found: text.chars().take(40).collect(),
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

impl Wire<pb::LineAnswer> for LineAnswer {
    fn read(wire: pb::LineAnswer, at: &At<'_>) -> Result<Self, PayloadError> {
        let line = Self {
            case_id: Wire::read(wire.case_id, &at.field("case_id"))?,
            field: Wire::read(wire.field, &at.field("field"))?,
            answer: Wire::read(wire.answer, &at.field("answer"))?,
            own_value: Wire::read(wire.own_value, &at.field("own_value"))?,
            note: Wire::read(wire.note, &at.field("note"))?,
        };
        if line.own_value.is_some() && line.answer != AnswerKind::Disputed {
            return Err(at.field("own_value").rule(
                "仅在答复为“有异议”时填写",
                "may be set with the answer \"disputed\" only",
            ));
        }
        Ok(line)
    }

    fn write(&self) -> pb::LineAnswer {
        pb::LineAnswer {
            case_id: self.case_id.write(),
            field: self.field.write(),
            answer: self.answer.write(),
            own_value: self.own_value.write(),
            note: self.note.write(),
        }
    }
}

required!(LineAnswer);

impl Classed for LineAnswer {
    fn visit(&self, _parent: &'static str, found: &mut dyn FnMut(&'static str, Disclosure)) {
        let Some(class) = self.field.class() else {
            return;
        };
        if self.own_value.is_some() {
            found("answer.lines.own_value", class);
        }
        if self.note.is_some() {
            found("answer.lines.note", class);
        }
    }

    fn narrow(&mut self, scope: DisclosureSet) {
        if self
            .field
            .class()
            .is_some_and(|class| !scope.contains(class))
        {
            self.own_value.clear();
            self.note.clear();
        }
    }

    /// The class of the last two is that of the field the line speaks of; the strictest reading is shown here.
    fn classes(_parent: &'static str) -> Vec<(&'static str, Option<Disclosure>)> {
        vec![
            ("answer.lines.case_id", None),
            ("answer.lines.field", None),
            ("answer.lines.answer", None),
            ("answer.lines.own_value", Some(Disclosure::Conduct)),
            ("answer.lines.note", Some(Disclosure::Conduct)),
        ]
    }
}

fn once(answer: &Answer, at: &At<'_>) -> Result<(), PayloadError> {
    let mut seen = BTreeSet::new();
    for (index, line) in answer.lines.iter().enumerate() {
        if !seen.insert((line.case_id, line.field)) {
            return Err(at.field("lines").line(index).rule(
                "同一案卷的同一项只能答复一次",
                "a field of a case may be answered only once",
            ));
        }
    }
    Ok(())
}

record! {
    /// Signs the quarter's result. The quarter is closed when both partners' closings carry the same hash.
    Closing "closing" {
        /// The quarter.
        quarter: Quarter [],
        /// Hash of the result's canonical bytes.
        result_hash: Hash [],
        /// Cases that agree.
        agreed: u32 [],
        /// Cases that differ in a field.
        differing: u32 [],
        /// Cases only the outflow side knows.
        only_outflow: u32 [],
        /// Cases only the inflow side knows.
        only_inflow: u32 [],
    }
}

#[cfg(test)]
impl proptest::arbitrary::Arbitrary for LineAnswer {
    type Parameters = ();
    type Strategy = proptest::strategy::BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        use proptest::prelude::*;
        (
            any::<CaseId>(),
            proptest::sample::select(LineField::ALL),
            any::<AnswerKind>(),
            any::<Option<Text<200>>>(),
            any::<Option<Text<500>>>(),
        )
            .prop_map(|(case_id, field, answer, own_value, note)| Self {
                case_id,
                field,
                answer,
                own_value: own_value.filter(|_| answer == AnswerKind::Disputed),
                note,
            })
            .boxed()
    }
}

#[cfg(test)]
fn few(mut answer: Answer) -> Answer {
    answer.lines.truncate(4);
    answer
}
