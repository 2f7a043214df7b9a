//! The local correction (本地更正): an earlier record of the local log was wrong. The earlier entry stays. Never leaves the node.

use super::{
    activity::{Activity, FormHandedUp},
    appraisal::Appraisal,
    book_record::BookRecord,
    error::{At, PayloadError},
    exemption::Exemption,
    plan::PlanFiled,
    record::record,
    text::Text,
    training::Training,
    wire::Wire,
};
use crate::{log::Kind, pb::exchange::v1 as pb};

record! {
    /// Names the record that was wrong, and says what is right.
    LocalCorrection "local_correction" {
        /// Sequence of the record's first entry.
        corrects: u64 [],
        /// Why.
        reason: Text<500> [],
        /// What is right. `None`: the earlier record is void.
        replacement: Option<LocalReplacement> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

macro_rules! replacements {
    ($($record:ident $field:literal,)+) => {
        /// The record that takes the place of a wrong one.
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum LocalReplacement {
            $(#[doc = concat!("See [`", stringify!($record), "`].")] $record($record),)+
        }

        impl LocalReplacement {
            /// The kind of record; must be the kind of the corrected entry.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$record(_) => Kind::$record,)+
                }
            }
        }

        impl From<LocalReplacement> for super::Payload {
            fn from(replacement: LocalReplacement) -> Self {
                match replacement {
                    $(LocalReplacement::$record(record) => record.into(),)+
                }
            }
        }

        impl Wire<pb::local_correction::Replacement> for LocalReplacement {
            fn read(
                wire: pb::local_correction::Replacement,
                at: &At<'_>,
            ) -> Result<Self, PayloadError> {
                match wire {
                    $(pb::local_correction::Replacement::$record(record) => {
                        $record::read(record, &at.field($field)).map(Self::$record)
                    })+
                }
            }

            fn write(&self) -> pb::local_correction::Replacement {
                match self {
                    $(Self::$record(record) => pb::local_correction::Replacement::$record(record.write()),)+
                }
            }
        }

        #[cfg(test)]
        impl proptest::arbitrary::Arbitrary for LocalReplacement {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::prelude::*;
                proptest::strategy::Union::new([
                    $(any::<$record>().prop_map(Self::$record).boxed(),)+
                ])
                .boxed()
            }
        }
    };
}

replacements! {
    PlanFiled "plan_filed",
    Activity "activity",
    FormHandedUp "form_handed_up",
    BookRecord "book_record",
    Exemption "exemption",
    Appraisal "appraisal",
    Training "training",
}
