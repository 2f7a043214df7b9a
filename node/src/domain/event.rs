//! One entry of a log, as the rules read it.

use hongyan_proto::{id::KeyId, letter::Payload, log::Kind, time::Timestamp};

use super::order::{Position, Stamp};

/// One entry. Entries whose body the partner refused (its receipt names them) are not events: neither side
/// applies them. An entry whose body was erased still is one: its header proves that it happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Where it stands in the correspondence; who wrote it.
    pub position: Position,
    /// What [`Stamp`] numbers its log starts from: the `base` of the epoch reset that opened the log, else 0.
    pub base: u64,
    /// The author's clock. For people; order never depends on it.
    pub time: Timestamp,
    /// What it is.
    pub kind: Kind,
    /// Its content; `None` when the body was erased.
    pub payload: Option<Payload>,
    /// Written into the node's own local log; the partner does not know it.
    pub local: bool,
}

impl Event {
    /// An entry of a correspondence. `stamp` counts from the correspondence's start (see [`Stamp`]).
    pub fn exchanged(
        author: KeyId,
        stamp: Stamp,
        base: u64,
        time: Timestamp,
        payload: Payload,
    ) -> Self {
        Self {
            position: Position::new(author, stamp),
            base,
            time,
            kind: payload.kind(),
            payload: Some(payload),
            local: false,
        }
    }

    /// An entry of the node's own local log.
    pub fn local(author: KeyId, sequence: u64, time: Timestamp, payload: Payload) -> Self {
        Self {
            local: true,
            ..Self::exchanged(author, Stamp { sequence, seen: 0 }, 0, time, payload)
        }
    }

    /// The same entry after its body was erased.
    #[must_use]
    pub fn erased(mut self) -> Self {
        self.payload = None;
        self
    }
}
