//! A record without its words: what rules count. A year of a large committee has thousands of records, and most of their bytes are what
//! people wrote down.

use hongyan_proto::{
    letter::{ActivityKind, Payload, Presence},
    time::{Day, TimeOfDay},
};

use super::Who;

/// One record that counts, as its latest correction has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Brief {
    /// Sequence of its first entry: names it.
    pub sequence: u64,
    /// What it says.
    pub what: Gist,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq)]
pub enum Gist {
    /// An activity, without what was said and done there.
    Activity(Gathering),
    /// Another record, as it is.
    Record(Box<Payload>),
}

impl Gist {
    /// The record, when it is no activity.
    pub fn record(&self) -> Option<&Payload> {
        match self {
            Self::Activity(_) => None,
            Self::Record(payload) => Some(payload),
        }
    }
}

/// An activity: who was there, when, of which unit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Gathering {
    /// Whose.
    pub unit: String,
    /// What kind.
    pub kind: ActivityKind,
    /// When.
    pub day: Day,
    /// From.
    pub begins: Option<TimeOfDay>,
    /// Who lectured.
    pub lecturer: Option<String>,
    /// Everyone who was expected.
    pub attendance: Vec<(Who, Presence)>,
}
