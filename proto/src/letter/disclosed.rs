//! The fields about a person that an agreement may disclose.

use super::{
    class::{Classed, Disclosure, DisclosureSet},
    error::{At, PayloadError},
    id_number::IdNumber,
    record::closed,
    text::Text,
    wire::{Slot, Wire},
};
use crate::{
    id::CertificateNumber,
    pb::exchange::v1 as pb,
    time::{Day, Month},
};

closed! {
    /// Sex, as the identity card has it.
    Sex {
        Male "男" "male",
        Female "女" "female",
    }
}

closed! {
    /// The groups that departments count apart (W §二(四)).
    MemberClass {
        MigrantWorker "农民工" "migrant worker",
        Graduate "大中专毕业生" "graduate",
        Retired "离退休" "retired",
        Other "其他" "other",
    }
}

macro_rules! disclosed {
    ($($(#[$doc:meta])* $field:ident: $type:ty [$class:ident],)+) => {
        /// What is told about a person. What the agreement does not disclose is absent, so every field is optional.
        #[derive(Clone, Debug, Default, Eq, PartialEq)]
        pub struct Disclosed {
            $($(#[$doc])* pub $field: Option<$type>,)+
        }

        impl Disclosed {
            /// Is nothing told at all?
            pub fn is_empty(&self) -> bool {
                true $(&& self.$field.is_none())+
            }

            /// The same without what is outside the scope.
            #[must_use]
            pub fn within(mut self, scope: DisclosureSet) -> Self {
                Classed::narrow(&mut self, scope);
                self
            }

            /// What `self` says, and where it is silent, what `earlier` said: a confirmation completes a claim.
            #[must_use]
            pub fn or(self, earlier: Self) -> Self {
                Self { $($field: self.$field.or(earlier.$field),)+ }
            }
        }

        impl Wire<pb::Disclosed> for Disclosed {
            fn read(wire: pb::Disclosed, at: &At<'_>) -> Result<Self, PayloadError> {
                let disclosed = Self {
                    $($field: Wire::read(wire.$field, &at.field(stringify!($field)))?,)+
                };
                disclosed.rules(at)?;
                Ok(disclosed)
            }

            fn write(&self) -> pb::Disclosed {
                pb::Disclosed { $($field: self.$field.write(),)+ }
            }
        }

        impl Classed for Disclosed {
            fn visit(&self, parent: &'static str, found: &mut dyn FnMut(&'static str, Disclosure)) {
                $(if self.$field.is_some() {
                    found(path(parent, paths(stringify!($field))), Disclosure::$class);
                })+
            }

            fn narrow(&mut self, scope: DisclosureSet) {
                $(if !scope.contains(Disclosure::$class) {
                    self.$field.clear();
                })+
            }

            fn classes(parent: &'static str) -> Vec<(&'static str, Option<Disclosure>)> {
                vec![$((path(parent, paths(stringify!($field))), Some(Disclosure::$class)),)+]
            }
        }

        /// The field's path in a notice, a claim and a confirmation.
        fn paths(field: &str) -> [&'static str; 3] {
            match field {
                $(stringify!($field) => [
                    concat!("notice.disclosed.", stringify!($field)),
                    concat!("claim.disclosed.", stringify!($field)),
                    concat!("confirm.disclosed.", stringify!($field)),
                ],)+
                _ => ["notice.disclosed", "claim.disclosed", "confirm.disclosed"],
            }
        }

        #[cfg(test)]
        impl proptest::arbitrary::Arbitrary for Disclosed {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::strategy::Strategy as _;
                ($(proptest::arbitrary::any::<Option<$type>>(),)+)
                    .prop_map(|($($field,)+)| Self { $($field,)+ })
                    .prop_filter("rules between fields", |disclosed| {
                        disclosed.rules(&At::root("disclosed")).is_ok()
                    })
                    .boxed()
            }
        }
    };
}

disclosed! {
    /// Name.
    name: Text<60> [Identity],
    /// Sex.
    sex: Sex [Identity],
    /// Month of birth.
    birth_month: Month [Identity],
    /// Citizen identity number, full or masked.
    id_number: IdNumber [Identity],
    /// Telephone.
    phone: Text<40> [Contact],
    /// Address.
    address: Text<200> [Contact],
    /// Day of joining the Party.
    joined: Day [Membership],
    /// Last day of probation; absent for a full member.
    probationary_until: Day [Membership],
    /// Group that departments count apart.
    member_class: MemberClass [Membership],
    /// Number of the certificate (流动党员活动证).
    certificate: CertificateNumber [Certificate],
}

fn path(parent: &'static str, paths: [&'static str; 3]) -> &'static str {
    match parent {
        "claim" => paths[1],
        "confirm" => paths[2],
        _ => paths[0],
    }
}

impl Disclosed {
    fn rules(&self, at: &At<'_>) -> Result<(), PayloadError> {
        match (self.joined, self.probationary_until) {
            (Some(joined), Some(until)) if until < joined => {
                Err(at.field("probationary_until").rule(
                    "预备期届满日不得早于入党日期",
                    "the last day of probation must not be before the day of joining",
                ))
            }
            _ => Ok(()),
        }
    }
}

// A message that says nothing is left out, so that there is one encoding only.
impl Wire<Option<pb::Disclosed>> for Disclosed {
    fn read(wire: Option<pb::Disclosed>, at: &At<'_>) -> Result<Self, PayloadError> {
        let Some(wire) = wire else {
            return Ok(Self::default());
        };
        let disclosed: Self = Wire::read(wire, at)?;
        if disclosed.is_empty() {
            Err(PayloadError::NotCanonical)
        } else {
            Ok(disclosed)
        }
    }

    fn write(&self) -> Option<pb::Disclosed> {
        (!self.is_empty()).then(|| self.write())
    }
}

impl Slot for Disclosed {}
