//! The two shapes a checked type has here: a record of checked fields, and a closed list of choices. Each is declared once,
//! with its class beside every field; reading, writing, scope and (in tests) generation follow from the declaration.

/// Declares a record with the same field names as the generated message.
///
/// `field: Type [Class]` belongs to a disclosure class, `field: Type []` is part of the skeleton every case has, and
/// `field: Type [*]` holds a record with classes of its own. `rules name` names a function that checks rules between
/// fields, `arranged name` one that makes a generated record keep them.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident $prefix:literal {
            $($(#[$field_doc:meta])* $field:ident: $type:ty [$($class:tt)?],)*
        }
        $(rules $rules:ident)?
        $(arranged $arranged:ident)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $crate::letter::wire::Wire<$crate::pb::exchange::v1::$name> for $name {
            fn read(
                wire: $crate::pb::exchange::v1::$name,
                at: &$crate::letter::error::At<'_>,
            ) -> Result<Self, $crate::letter::error::PayloadError> {
                let record = Self {
                    $($field: $crate::letter::wire::Wire::read(wire.$field, &at.field(stringify!($field)))?,)*
                };
                $($rules(&record, at)?;)?
                Ok(record)
            }

            fn write(&self) -> $crate::pb::exchange::v1::$name {
                $crate::pb::exchange::v1::$name {
                    $($field: $crate::letter::wire::Wire::write(&self.$field),)*
                }
            }
        }

        $crate::letter::record::required!($name);

        impl $crate::letter::class::Classed for $name {
            #[allow(unused_variables)]
            fn visit(
                &self,
                parent: &'static str,
                found: &mut dyn FnMut(&'static str, $crate::letter::class::Disclosure),
            ) {
                $($crate::letter::record::visit_field!(self $prefix $field found [$($class)?]);)*
            }

            #[allow(unused_variables)]
            fn narrow(&mut self, scope: $crate::letter::class::DisclosureSet) {
                $($crate::letter::record::narrow_field!(self $field scope [$($class)?]);)*
            }

            fn classes(
                _parent: &'static str,
            ) -> Vec<(&'static str, Option<$crate::letter::class::Disclosure>)> {
                [$($crate::letter::record::class_field!($prefix $field $type [$($class)?]),)*].concat()
            }
        }

        #[cfg(test)]
        impl proptest::arbitrary::Arbitrary for $name {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::strategy::Strategy as _;
                $crate::letter::record::any_of!($($type,)*)
                    .prop_map(|$crate::letter::record::found!($($field,)*)| {
                        let record = Self { $($field,)* };
                        $(let record = $arranged(record);)?
                        record
                    })
                    .prop_filter("rules between fields", |record| {
                        type Generated = $crate::pb::exchange::v1::$name;
                        let wire: Generated = $crate::letter::wire::Wire::write(record);
                        let at = $crate::letter::error::At::root($prefix);
                        <Self as $crate::letter::wire::Wire<Generated>>::read(wire, &at).is_ok()
                    })
                    .boxed()
            }
        }
    };
}

/// Any value of each type, in nested pairs: a tuple of strategies ends at twelve, a record does not.
#[cfg(test)]
macro_rules! any_of {
    () => { proptest::strategy::Just(()) };
    ($type:ty, $($rest:ty,)*) => {
        (proptest::arbitrary::any::<$type>(), $crate::letter::record::any_of!($($rest,)*))
    };
}

/// The same nesting as a pattern.
#[cfg(test)]
macro_rules! found {
    () => { () };
    ($field:ident, $($rest:ident,)*) => { ($field, $crate::letter::record::found!($($rest,)*)) };
}

/// A record as a required field of another message.
macro_rules! required {
    ($name:ident) => {
        impl $crate::letter::wire::Wire<Option<$crate::pb::exchange::v1::$name>> for $name {
            fn read(
                wire: Option<$crate::pb::exchange::v1::$name>,
                at: &$crate::letter::error::At<'_>,
            ) -> Result<Self, $crate::letter::error::PayloadError> {
                let wire =
                    wire.ok_or_else(|| at.refuse($crate::letter::error::ValueError::Missing))?;
                $crate::letter::wire::Wire::read(wire, at)
            }

            fn write(&self) -> Option<$crate::pb::exchange::v1::$name> {
                Some($crate::letter::wire::Wire::write(self))
            }
        }

        impl $crate::letter::wire::Slot for $name {}
    };
}

macro_rules! visit_field {
    ($self:ident $prefix:literal $field:ident $found:ident []) => {};
    ($self:ident $prefix:literal $field:ident $found:ident [*]) => {
        $crate::letter::class::Classed::visit(&$self.$field, $prefix, $found);
    };
    ($self:ident $prefix:literal $field:ident $found:ident [$class:ident]) => {
        if $crate::letter::wire::Slot::is_set(&$self.$field) {
            $found(
                concat!($prefix, ".", stringify!($field)),
                $crate::letter::class::Disclosure::$class,
            );
        }
    };
}

macro_rules! narrow_field {
    ($self:ident $field:ident $scope:ident []) => {};
    ($self:ident $field:ident $scope:ident [*]) => {
        $crate::letter::class::Classed::narrow(&mut $self.$field, $scope);
    };
    ($self:ident $field:ident $scope:ident [$class:ident]) => {
        if !$scope.contains($crate::letter::class::Disclosure::$class) {
            $crate::letter::wire::Slot::clear(&mut $self.$field);
        }
    };
}

macro_rules! class_field {
    ($prefix:literal $field:ident $type:ty []) => {
        vec![(concat!($prefix, ".", stringify!($field)), None)]
    };
    ($prefix:literal $field:ident $type:ty [*]) => {
        <$type as $crate::letter::class::Classed>::classes($prefix)
    };
    ($prefix:literal $field:ident $type:ty [$class:ident]) => {
        vec![(
            concat!($prefix, ".", stringify!($field)),
            Some($crate::letter::class::Disclosure::$class),
        )]
    };
}

/// Declares a closed list of choices with the same names as the generated enum, each with its Chinese and English words.
macro_rules! closed {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident $zh:literal $en:literal,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!($zh, ": ", $en, ".")] $variant,)+
        }

        impl $name {
            /// Every choice, in the protocol's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// What people read: Chinese, English.
            pub const fn label(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$variant => ($zh, $en),)+
                }
            }

            /// The number on the wire.
            pub const fn code(self) -> i32 {
                match self {
                    $(Self::$variant => $crate::pb::exchange::v1::$name::$variant as i32,)+
                }
            }

            fn not_among(found: &str) -> $crate::letter::error::ValueError {
                let labels = Self::ALL.iter().map(|choice| choice.label());
                let (zh, en): (Vec<_>, Vec<_>) = labels.unzip();
                $crate::letter::error::ValueError::Choice {
                    choices: zh.join(", "),
                    choices_en: en.join(", "),
                    found: found.chars().take(40).collect(),
                }
            }
        }

        impl TryFrom<i32> for $name {
            type Error = $crate::letter::error::ValueError;

            fn try_from(code: i32) -> Result<Self, Self::Error> {
                Self::ALL.iter().copied().find(|choice| choice.code() == code).ok_or_else(|| {
                    if code == 0 {
                        $crate::letter::error::ValueError::Missing
                    } else {
                        Self::not_among(&code.to_string())
                    }
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let (zh, en) = self.label();
                write!(f, "{zh} {en}")
            }
        }

        /// Reads the Chinese or the English words; the English ones may be joined by hyphens, as on a command line.
        impl std::str::FromStr for $name {
            type Err = $crate::letter::error::ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let words = text.replace('-', " ");
                Self::ALL
                    .iter()
                    .copied()
                    .find(|choice| {
                        let (zh, en) = choice.label();
                        text == zh || words.eq_ignore_ascii_case(&en.replace('-', " "))
                    })
                    .ok_or_else(|| Self::not_among(text))
            }
        }

        impl $crate::letter::wire::Wire<i32> for $name {
            fn read(
                wire: i32,
                at: &$crate::letter::error::At<'_>,
            ) -> Result<Self, $crate::letter::error::PayloadError> {
                Self::try_from(wire).map_err(|error| at.refuse(error))
            }

            fn write(&self) -> i32 {
                self.code()
            }
        }

        impl $crate::letter::wire::Slot for $name {}

        #[cfg(test)]
        impl proptest::arbitrary::Arbitrary for $name {
            type Parameters = ();
            type Strategy = proptest::sample::Select<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                proptest::sample::select(Self::ALL)
            }
        }
    };
}

#[cfg(test)]
pub(super) use {any_of, found};
pub(super) use {class_field, closed, narrow_field, record, required, visit_field};
