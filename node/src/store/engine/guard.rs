//! sled's panics as errors.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::{Arc, Once},
};

use super::super::error::{StoreError, is_full};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs sled's code; a panic inside becomes an error, and is not printed, because the error says it better.
pub(super) fn guarded<T>(
    path: &Path,
    work: impl FnOnce() -> sled::Result<T>,
) -> Result<T, StoreError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                previous(info);
            }
        }));
    });
    QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    let damaged = |detail: String| StoreError::Damaged {
        path: path.to_owned(),
        detail: Arc::from(detail),
    };
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) if is_full(&error) => {
            Err(StoreError::DiskFull(path.to_owned()))
        }
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("panic");
            if text.contains("No space left on device") {
                return Err(StoreError::DiskFull(path.to_owned()));
            }
            Err(damaged(text.chars().take(300).collect()))
        }
    }
}
