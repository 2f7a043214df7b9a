//! A log that cannot go on is replaced by a new epoch (日志重新起始); both sides sign.

use super::{
    error::{At, PayloadError},
    record::record,
    text::Text,
    wire::Wire,
};
use crate::{
    id::{Hash, LogId},
    pb::exchange::v1 as pb,
};

record! {
    /// The first entry of a log that replaces an older one of the same author and audience.
    EpochReset "epoch_reset" {
        /// The log that ends.
        old_log_id: LogId [],
        /// How much of the old log stays in force on both sides.
        base: u64 [],
        /// Root of the old log at `base`.
        base_root: Hash [],
        /// Why, in the operator's words.
        reason: Text<500> [],
    }
}

record! {
    /// The partner agrees to go on with the new epoch. Without this the new log is not mirrored.
    EpochAccepted "epoch_accepted" {
        /// The log that ended.
        old_log_id: LogId [],
        /// The log that replaces it.
        new_log_id: LogId [],
        /// Must equal the reset's base.
        base: u64 [],
        /// How many entries of the old log its reader held: positions in the new log count on from here. 0 means `base`.
        held: u64 [],
    }
    rules another_log
}

impl EpochReset {
    /// As it travels in a hello.
    pub(crate) fn to_wire(&self) -> pb::EpochReset {
        self.write()
    }

    /// Reads it out of a hello.
    pub(crate) fn from_wire(wire: pb::EpochReset) -> Result<Self, PayloadError> {
        Self::read(wire, &At::root("hello.reset"))
    }
}

fn another_log(accepted: &EpochAccepted, at: &At<'_>) -> Result<(), PayloadError> {
    if accepted.old_log_id == accepted.new_log_id {
        return Err(at.field("new_log_id").rule(
            "新日志须不同于旧日志",
            "the new log must differ from the old one",
        ));
    }
    Ok(())
}
