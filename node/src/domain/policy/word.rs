//! Closed lists of words a policy file may use, each with what people read.

/// A choice out of a closed list.
pub trait Word: Copy + 'static {
    /// Every choice.
    const ALL: &'static [Self];

    /// As the file writes it.
    fn name(self) -> &'static str;

    /// What people read: Chinese, English.
    fn label(self) -> (&'static str, &'static str);
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal $zh:literal $en:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name {
            $(#[doc = concat!($zh, ": ", $en, ".")] $variant,)+
        }

        impl $crate::domain::policy::word::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            fn label(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($zh, $en),)+ }
            }
        }
    };
}

pub(super) use words;
