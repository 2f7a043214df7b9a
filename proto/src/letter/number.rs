//! Numbers with a range.

use super::{
    error::{At, PayloadError, ValueError},
    wire::{Slot, Wire},
};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Within<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Within<MIN, MAX> {
    /// The largest.
    pub const MAX: u32 = MAX;

    /// Checks the range.
    pub fn new(value: u32) -> Result<Self, ValueError> {
        if (MIN..=MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(ValueError::Range {
                min: MIN.into(),
                max: MAX.into(),
                found: value.into(),
            })
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> Wire<u32> for Within<MIN, MAX> {
    fn read(wire: u32, at: &At<'_>) -> Result<Self, PayloadError> {
        Self::new(wire).map_err(|error| at.refuse(error))
    }

    fn write(&self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> Slot for Within<MIN, MAX> {}
