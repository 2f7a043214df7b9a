//! A record of the local log, as its latest correction has it.

use hongyan_proto::{
    letter::{Activity, Payload, Told},
    time::Timestamp,
};

/// One record. The entries themselves are never edited: this is what they add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Sequence of its first entry: names it.
    pub sequence: u64,
    /// Sequence of the entry that says what it says now: the first, or the latest correction.
    pub version: u64,
    /// When it was first written, by this node's clock.
    pub time: Timestamp,
    /// What is right; of a void record, what it said last.
    pub payload: Payload,
    /// A correction said that it never was.
    pub void: bool,
    /// Sequences of its corrections, oldest first.
    pub corrections: Vec<u64>,
}

impl Record {
    /// The activity it is, void or not.
    pub const fn activity(&self) -> Option<&Activity> {
        match &self.payload {
            Payload::Activity(activity) => Some(activity),
            _ => None,
        }
    }

    /// The activity it is, when it counts.
    pub fn held(&self) -> Option<&Activity> {
        self.activity().filter(|_| !self.void)
    }

    /// The letters that tell of it, when it counts.
    pub fn letters(&self) -> impl Iterator<Item = &Told> {
        let (lines, told) = match &self.payload {
            _ if self.void => (&[][..], None),
            Payload::Activity(activity) => (activity.attendees.as_slice(), None),
            Payload::BookRecord(record) => (&[][..], record.told.as_ref()),
            _ => (&[][..], None),
        };
        let told = told.into_iter();
        told.chain(lines.iter().filter_map(|line| line.told.as_ref()))
    }
}
