//! The correction (更正): an earlier fact of the same author was wrong. The earlier entry stays.

use super::{
    attendance::Attendance,
    award::{Award, Role},
    class::{Classed, Disclosure, DisclosureSet},
    conduct::{Conduct, MajorEvent},
    contact::{Change, Contact, MatterNotified},
    dues::Dues,
    error::{At, PayloadError},
    probation::{ProbationDecision, ProbationOpinion},
    record::required,
    text::Text,
    wire::Wire,
};
use crate::{log::Kind, pb::exchange::v1 as pb};

/// Names the entry that was wrong, and says what is right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Correction {
    /// Sequence of the corrected entry in this same log: a fact of the same case.
    pub corrects: u64,
    /// Why. Belongs to the replacement's class; to conduct when the fact is void, since it may then speak of anything.
    pub reason: Option<Text<500>>,
    /// What is right. `None`: the earlier fact is void.
    pub replacement: Option<Replacement>,
}

macro_rules! replacements {
    ($($fact:ident $field:literal $class:ident,)+) => {
        /// The fact that takes the place of a wrong one.
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum Replacement {
            $(#[doc = concat!("See [`", stringify!($fact), "`].")] $fact($fact),)+
        }

        impl Replacement {
            /// The kind of fact; must be the kind of the corrected entry.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$fact(_) => Kind::$fact,)+
                }
            }

            const fn class(&self) -> (&'static str, Disclosure) {
                match self {
                    $(Self::$fact(_) => (concat!("correction.", $field), Disclosure::$class),)+
                }
            }
        }

        impl Wire<pb::correction::Replacement> for Replacement {
            fn read(wire: pb::correction::Replacement, at: &At<'_>) -> Result<Self, PayloadError> {
                match wire {
                    $(pb::correction::Replacement::$fact(fact) => {
                        $fact::read(fact, &at.field($field)).map(Self::$fact)
                    })+
                }
            }

            fn write(&self) -> pb::correction::Replacement {
                match self {
                    $(Self::$fact(fact) => pb::correction::Replacement::$fact(fact.write()),)+
                }
            }
        }

        const CLASSES: &[(&str, Option<Disclosure>)] = &[
            ("correction.corrects", None),
            ("correction.reason", Some(Disclosure::Conduct)),
            $((concat!("correction.", $field), Some(Disclosure::$class)),)+
        ];

        #[cfg(test)]
        impl proptest::arbitrary::Arbitrary for Replacement {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::prelude::*;
                proptest::strategy::Union::new([
                    $(any::<$fact>().prop_map(Self::$fact).boxed(),)+
                ])
                .boxed()
            }
        }
    };
}

replacements! {
    Attendance "attendance" Attendance,
    Dues "dues" Dues,
    Award "award" Awards,
    Role "role" Role,
    Conduct "conduct" Conduct,
    Change "change" Contact,
    MajorEvent "major_event" Conduct,
    Contact "contact" Contact,
    MatterNotified "matter_notified" Contact,
    ProbationOpinion "probation_opinion" Probation,
    ProbationDecision "probation_decision" Probation,
}

impl Correction {
    fn reason_class(&self) -> Disclosure {
        self.replacement
            .as_ref()
            .map_or(Disclosure::Conduct, |fact| fact.class().1)
    }
}

impl Wire<pb::Correction> for Correction {
    fn read(wire: pb::Correction, at: &At<'_>) -> Result<Self, PayloadError> {
        Ok(Self {
            corrects: wire.corrects,
            reason: Wire::read(wire.reason, &at.field("reason"))?,
            replacement: Wire::read(wire.replacement, at)?,
        })
    }

    fn write(&self) -> pb::Correction {
        pb::Correction {
            corrects: self.corrects,
            reason: self.reason.write(),
            replacement: self.replacement.write(),
        }
    }
}

required!(Correction);

impl Classed for Correction {
    fn visit(&self, _parent: &'static str, found: &mut dyn FnMut(&'static str, Disclosure)) {
        if self.reason.is_some() {
            found("correction.reason", self.reason_class());
        }
        if let Some(fact) = &self.replacement {
            let (path, class) = fact.class();
            found(path, class);
        }
    }

    fn narrow(&mut self, scope: DisclosureSet) {
        // The replacement stays: without it the correction would say that the fact is void.
        if !scope.contains(self.reason_class()) {
            self.reason = None;
        }
    }

    fn classes(_parent: &'static str) -> Vec<(&'static str, Option<Disclosure>)> {
        CLASSES.to_vec()
    }
}

#[cfg(test)]
impl proptest::arbitrary::Arbitrary for Correction {
    type Parameters = ();
    type Strategy = proptest::strategy::BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        use proptest::prelude::*;
        (
            any::<u64>(),
            any::<Option<Text<500>>>(),
            any::<Option<Replacement>>(),
        )
            .prop_map(|(corrects, reason, replacement)| Self {
                corrects,
                reason,
                replacement,
            })
            .boxed()
    }
}
