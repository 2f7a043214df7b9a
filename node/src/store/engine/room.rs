//! Room for long values: where their parts will lie, laid out before they come.

use super::{Engine, StoreError, Write, bytes_of, key, part_key};

/// Room is made for the parts of this many bundles ahead, once bundles come one after the other. Making it leaves index pages behind
/// that were replaced: of more at once a segment would be half dead, and sled would write its other half, full of values by then, again.
pub(super) const BUNDLES_AHEAD: usize = 8;
/// And again as soon as there is room for fewer than this many: the last page of the room splits when it is continued, and must be
/// without values then.
const BUNDLES_LEFT: usize = 2;

/// The key of a long value and the number of its parts.
pub(in crate::store) type Room = (Vec<u8>, u16);

impl Engine {
    /// Which of these new values, each a key and a length in bytes, need room for parts.
    pub(in crate::store) fn room<'a>(
        &self,
        new: impl Iterator<Item = (&'a Vec<u8>, usize)>,
    ) -> Vec<Room> {
        new.map(|(key, bytes)| (key, self.parts_of(bytes)))
            .filter(|(_, parts)| *parts > 0)
            .map(|(key, parts)| (key.clone(), parts))
            .collect()
    }

    /// The same of values that are sealed already.
    pub(super) fn room_of(&self, writes: &[Write]) -> Vec<Room> {
        let fresh = writes.iter().filter(|write| write.fresh);
        self.room(fresh.filter_map(|write| Some((&write.key, write.value.as_ref()?.len()))))
    }

    /// Makes room for the parts of new values: empty ones, in the order of their keys. sled writes a page anew whenever it splits, so
    /// parts that made their own page split would each be written three times. An empty part costs nothing to move, and the
    /// part that takes its place is written once. Nobody reads a part that no value counts, so what a crash leaves is harmless.
    ///
    /// When bundles come one after the other, room is made for the next ones too: otherwise each group's first part would split
    /// the page that is full of the last group's.
    pub(super) fn lay_out(&self, mut long: Vec<Room>) -> Result<(), StoreError> {
        let in_a_row = |pair: &&[Room]| key::next_bundle(&pair[0].0).as_ref() == Some(&pair[1].0);
        if let Some([_, (last, parts)]) = long.windows(2).rfind(in_a_row) {
            let parts = *parts;
            let ahead = std::iter::successors(key::next_bundle(last), |key| key::next_bundle(key));
            let ahead: Vec<_> = ahead.take(BUNDLES_AHEAD).map(|key| (key, parts)).collect();
            if let Some((least, _)) = ahead.get(BUNDLES_LEFT - 1)
                && !self.is_laid_out(least, 1)?
            {
                long.extend(ahead);
            }
        }
        let mut keys = Vec::new();
        for (key, parts) in long {
            if !self.is_laid_out(&key, parts)? {
                keys.extend((0..parts).map(|number| part_key(&key, number)));
            }
        }
        keys.sort_unstable();
        let bytes = keys.iter().map(|key| bytes_of(key.len(), 0)).sum();
        self.guarded(|| {
            keys.into_iter()
                .try_for_each(|key| self.db.insert(key, &[]).map(drop))
        })?;
        self.unsynced.add(bytes);
        Ok(())
    }

    /// Is there room for so many parts of a value? Room is made for the first ones first.
    fn is_laid_out(&self, key: &[u8], parts: u16) -> Result<bool, StoreError> {
        self.guarded(|| self.db.contains_key(part_key(key, parts - 1)))
    }

    /// The parts of a value of so many bytes that is too long for one; values over the limit are refused when they are put.
    fn parts_of(&self, bytes: usize) -> u16 {
        let parts = match bytes {
            whole if whole <= self.value_max => 0,
            long => long.div_ceil(self.value_max),
        };
        u16::try_from(parts).unwrap_or_default()
    }
}
