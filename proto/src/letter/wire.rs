//! How one checked field is read from and written to the generated message. One rule per type, so that a day is a day
//! in every payload.

use bytes::Bytes;

use super::error::{At, PayloadError, ValueError};
use crate::{
    id::{
        AgreementHash, CaseId, CertificateNumber, Epoch, Fen, Hash, KeyId, LogId, MemberId,
        OrganizationCode, RegionCode, UnitId,
    },
    time::{Day, Month, Quarter, TimeOfDay, Timestamp},
};

/// Read from, and written to, the generated type `W`.
pub(super) trait Wire<W>: Sized {
    /// Reads it. From one spelling only: whatever [`Wire::write`] would not write is refused, because what was checked must be what was
    /// hashed. [`super::Payload::decode`] compares messages, not what is read from them, and counts on this.
    fn read(wire: W, at: &At<'_>) -> Result<Self, PayloadError>;
    fn write(&self) -> W;
}

/// A field that may be there or not. A required field is always there and cannot be cleared.
pub(super) trait Slot {
    fn is_set(&self) -> bool {
        true
    }

    fn clear(&mut self) {}
}

impl<T> Slot for Option<T> {
    fn is_set(&self) -> bool {
        self.is_some()
    }

    fn clear(&mut self) {
        *self = None;
    }
}

/// Most fen in one field: a billion yuan, so that no sum over a log can overflow.
const MAX_FEN: i64 = 100_000_000_000;

/// The last millisecond of the year 9999.
const MAX_MILLIS: i64 = 253_402_300_799_999;

macro_rules! plain {
    ($($type:ty),+) => {
        $(
            impl Wire<$type> for $type {
                fn read(wire: $type, _at: &At<'_>) -> Result<Self, PayloadError> {
                    Ok(wire)
                }

                fn write(&self) -> $type {
                    *self
                }
            }

            impl Slot for $type {}
        )+
    };
}

plain!(bool, u32, u64);

// A type that is read from one spelling only is its own proof; of the others what was read is written again.
macro_rules! written {
    ($is_own:expr; $($type:ty),+) => {
        $(
            impl Wire<String> for $type {
                fn read(wire: String, at: &At<'_>) -> Result<Self, PayloadError> {
                    if wire.is_empty() {
                        return Err(at.refuse(ValueError::Missing));
                    }
                    let value: Self =
                        wire.parse().map_err(|error| at.refuse(ValueError::from(error)))?;
                    let is_own: fn(&Self, &str) -> bool = $is_own;
                    if is_own(&value, &wire) {
                        Ok(value)
                    } else {
                        Err(PayloadError::NotCanonical)
                    }
                }

                fn write(&self) -> String {
                    self.to_string()
                }
            }

            impl Slot for $type {}
        )+
    };
}

// Their parsers count digits.
written!(|_, _| true; Day, Month, Quarter, TimeOfDay);
written!(|value, wire| value.to_string() == wire; OrganizationCode, RegionCode, CertificateNumber);

macro_rules! raw {
    ($($type:ty),+) => {
        $(
            impl Wire<Bytes> for $type {
                fn read(wire: Bytes, at: &At<'_>) -> Result<Self, PayloadError> {
                    if wire.is_empty() {
                        return Err(at.refuse(ValueError::Missing));
                    }
                    Self::from_slice(&wire).map_err(|error| at.refuse(error))
                }

                fn write(&self) -> Bytes {
                    self.to_field()
                }
            }

            impl Slot for $type {}
        )+
    };
}

raw!(
    AgreementHash,
    CaseId,
    Epoch,
    Hash,
    KeyId,
    LogId,
    MemberId,
    UnitId
);

impl<const N: usize> Wire<Bytes> for [u8; N] {
    fn read(wire: Bytes, at: &At<'_>) -> Result<Self, PayloadError> {
        wire.as_ref().try_into().map_err(|_| {
            at.refuse(ValueError::Length {
                expected: N,
                found: wire.len(),
            })
        })
    }

    fn write(&self) -> Bytes {
        Bytes::copy_from_slice(self)
    }
}

impl<const N: usize> Slot for [u8; N] {}

fn within(found: i64, max: i64, at: &At<'_>) -> Result<i64, PayloadError> {
    if (0..=max).contains(&found) {
        Ok(found)
    } else {
        Err(at.refuse(ValueError::Range { min: 0, max, found }))
    }
}

impl Wire<i64> for Fen {
    fn read(wire: i64, at: &At<'_>) -> Result<Self, PayloadError> {
        within(wire, MAX_FEN, at).map(Self)
    }

    fn write(&self) -> i64 {
        self.0
    }
}

impl Slot for Fen {}

impl Wire<i64> for Timestamp {
    fn read(wire: i64, at: &At<'_>) -> Result<Self, PayloadError> {
        within(wire, MAX_MILLIS, at).map(Self::from_millis)
    }

    fn write(&self) -> i64 {
        self.millis()
    }
}

impl Slot for Timestamp {}

// In proto3 an empty text, empty bytes and an enum's zero mean "not set".
macro_rules! optional {
    ($($wire:ty),+) => {
        $(
            impl<T: Wire<$wire>> Wire<$wire> for Option<T> {
                fn read(wire: $wire, at: &At<'_>) -> Result<Self, PayloadError> {
                    if wire == <$wire>::default() {
                        Ok(None)
                    } else {
                        T::read(wire, at).map(Some)
                    }
                }

                fn write(&self) -> $wire {
                    self.as_ref().map(T::write).unwrap_or_default()
                }
            }
        )+
    };
}

optional!(String, Bytes, i32);

impl<W, T: Wire<W>> Wire<Option<W>> for Option<T> {
    fn read(wire: Option<W>, at: &At<'_>) -> Result<Self, PayloadError> {
        wire.map(|wire| T::read(wire, at)).transpose()
    }

    fn write(&self) -> Option<W> {
        self.as_ref().map(T::write)
    }
}

impl<W, T: Wire<W>> Wire<Vec<W>> for Vec<T> {
    fn read(wire: Vec<W>, at: &At<'_>) -> Result<Self, PayloadError> {
        wire.into_iter()
            .enumerate()
            .map(|(index, wire)| T::read(wire, &at.line(index)))
            .collect()
    }

    fn write(&self) -> Vec<W> {
        self.iter().map(T::write).collect()
    }
}

impl<T> Slot for Vec<T> {
    fn is_set(&self) -> bool {
        !self.is_empty()
    }

    fn clear(&mut self) {
        Self::clear(self);
    }
}
