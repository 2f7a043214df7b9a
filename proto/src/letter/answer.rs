//! Answers to a reconciliation (对账答复), line by line.

use std::collections::BTreeSet;

use super::{
    class::{Classed, Disclosure, DisclosureSet},
    error::{At, PayloadError},
    line_field::LineField,
    record::{closed, record, required},
    text::Text,
    wire::{Slot, Wire},
};
use crate::{
    id::{CaseId, Hash},
    pb::exchange::v1 as pb,
    time::Quarter,
};

/// Most lines of one answer.
pub const MAX_ANSWER_LINES: usize = 1000;

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
    if answer.lines.len() > MAX_ANSWER_LINES {
        return Err(at.field("lines").rule(
            "一次至多答复 1000 行, 其余另行答复",
            "one answer has at most 1,000 lines; answer the others in another",
        ));
    }
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
