//! One commit's work: it reads what is there, its own writes included, and writes. All of it becomes durable, or none.

use bytes::Bytes;
use rand::rngs::StdRng;

use super::{
    error::StoreError,
    key,
    log::{LogNo, LogRecord, LogTable},
    overlay::{Overlay, Sight},
    vault::Vault,
    view::View,
};

/// A secret may be this long, in bytes.
const SECRET_MAX: usize = 64 * 1024;
/// A view's value may be this long, in bytes. Larger things belong into entries.
const VIEW_VALUE_MAX: usize = 1024 * 1024;

/// The writes of one commit. Exists only while the commit's closure runs.
pub struct Draft<'a> {
    pub(super) vault: &'a Vault,
    pub(super) group: &'a Overlay,
    pub(super) table: &'a LogTable,
    pub(super) rng: &'a mut StdRng,
    pub(super) own: Overlay,
}

impl Draft<'_> {
    /// What this commit sees.
    pub(super) fn sight(&self) -> Sight<'_> {
        Sight {
            vault: self.vault,
            layers: [Some(&self.own), Some(self.group)],
        }
    }

    /// The value of a view under a key.
    pub fn view(&self, view: View, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.sight().get(&key::view(view.space(), key))
    }

    /// Sets the value of a view under a key. The key lies open on disk: opaque ids and [`Self::blind`]ed names only.
    pub fn put_view(
        &mut self,
        view: View,
        key: &[u8],
        value: impl Into<Bytes>,
    ) -> Result<(), StoreError> {
        let value = value.into();
        limit("视图键 view key", key.len(), key::KEY_MAX - 1)?;
        limit("视图值 view value", value.len(), VIEW_VALUE_MAX)?;
        self.own.put(key::view(view.space(), key), value);
        Ok(())
    }

    /// Removes a key from a view; it need not be there.
    pub fn delete_view(&mut self, view: View, key: &[u8]) {
        self.own.delete(key::view(view.space(), key));
    }

    /// Keys and values of a view whose keys start with `prefix`, in order. The keys come whole, prefix included.
    pub fn scan_view(
        &self,
        view: View,
        prefix: &[u8],
    ) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
        scan_view(self.sight(), view, prefix, usize::MAX)
    }

    /// Like [`Self::scan_view`], from the key `from` on.
    pub fn scan_view_from(
        &self,
        view: View,
        prefix: &[u8],
        from: &[u8],
    ) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
        let end = key::after(&key::view(view.space(), prefix));
        let mut found = self
            .sight()
            .scan(key::view(view.space(), from), end, usize::MAX)?;
        for (key, _) in &mut found {
            // The space is the store's affair.
            key.remove(0);
        }
        Ok(found)
    }

    /// Removes everything from a view, to fill it again. Until [`Self::mark_filled`] every opening empties and reports it.
    pub fn clear_view(&mut self, view: View) -> Result<(), StoreError> {
        let start = vec![view.space()];
        let end = key::after(&start);
        for key in self.sight().keys(start, end)? {
            self.own.delete(key);
        }
        self.own
            .put(view.version_key(), vec![View::UNFILLED].into());
        Ok(())
    }

    /// Every view is filled again from the logs: the next opening need not report it. Belongs into the last commit that filled them.
    pub fn mark_filled(&mut self) {
        for view in View::ALL {
            self.own
                .put(view.version_key(), vec![view.version()].into());
        }
    }

    /// A secret by its name.
    pub fn secret(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.sight().get(&key::secret(name))
    }

    /// Keeps a secret under a name. The name lies open on disk.
    pub fn put_secret(&mut self, name: &str, secret: &[u8]) -> Result<(), StoreError> {
        limit("密钥名 secret's name", name.len(), key::KEY_MAX - 1)?;
        limit("密钥 secret", secret.len(), SECRET_MAX)?;
        self.own
            .put(key::secret(name), Bytes::copy_from_slice(secret));
        Ok(())
    }

    /// A short opaque name for something personal, to be used in keys. The same every time on this node.
    pub fn blind(&self, value: &[u8]) -> [u8; 16] {
        self.vault.blind(value)
    }

    /// The store's generator of random bytes, for ids and salts made inside a commit.
    pub fn rng(&mut self) -> &mut StdRng {
        self.rng
    }

    /// Every log, by its number.
    pub fn logs(&self) -> Vec<LogRecord> {
        let mut table = self.table.clone();
        table.extend(self.group.logs.clone());
        table.extend(self.own.logs.clone());
        table
            .into_values()
            .map(|record| (*record).clone())
            .collect()
    }

    /// A log's record, with this commit's own entries counted.
    pub fn log(&self, no: LogNo) -> Result<&LogRecord, StoreError> {
        self.own
            .logs
            .get(&no)
            .or_else(|| self.group.logs.get(&no))
            .or_else(|| self.table.get(&no))
            .map(|record| &**record)
            .ok_or(StoreError::UnknownLog(no))
    }
}

/// Reads a part of a view.
pub(super) fn scan_view(
    sight: Sight<'_>,
    view: View,
    prefix: &[u8],
    count: usize,
) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
    let start = key::view(view.space(), prefix);
    let end = key::after(&start);
    let mut found = sight.scan(start, end, count)?;
    for (key, _) in &mut found {
        // The space is the store's affair.
        key.remove(0);
    }
    Ok(found)
}

pub(super) fn limit(what: &'static str, bytes: usize, limit: usize) -> Result<(), StoreError> {
    if bytes > limit {
        return Err(StoreError::TooLarge { what, bytes, limit });
    }
    Ok(())
}
