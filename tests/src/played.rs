//! A clock that the story sets: a year that is played in a minute is written on its own days.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use hongyan_proto::time::{Clock, Timestamp};

/// By how many milliseconds the played time is behind the machine's: a number in a file, which every process of the story reads. It
/// goes on as fast as the machine's between two settings.
pub struct PlayedClock {
    file: PathBuf,
    machine: fn() -> Timestamp,
}

impl PlayedClock {
    /// A clock that shows the machine's time until it is set.
    pub fn new(file: PathBuf, machine: fn() -> Timestamp) -> Self {
        Self { file, machine }
    }

    /// Where processes read it.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Sets it forward. Never beyond the machine's time, and never back: what is written later has a later time.
    pub fn set(&self, at: Timestamp) -> io::Result<()> {
        let behind = (self.machine)().millis() - at.millis();
        let behind = behind.clamp(0, read(&self.file).unwrap_or(i64::MAX).max(0));
        // Another process may read at this moment: it finds the old number or the new one.
        let fresh = self.file.with_extension("new");
        fs::write(&fresh, behind.to_string())?;
        fs::rename(&fresh, &self.file)
    }

    /// The same clock in another process.
    pub fn reading(file: PathBuf, machine: fn() -> Timestamp) -> Clock {
        Arc::new(move || machine().plus_millis(-read(&file).unwrap_or(0)))
    }
}

fn read(file: &Path) -> Option<i64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn shown_after(settings: &[i64]) -> io::Result<i64> {
        let folder = tempfile::tempdir()?;
        let clock = PlayedClock::new(folder.path().join("clock"), || NOW);
        for at in settings {
            clock.set(Timestamp::from_millis(*at))?;
        }
        Ok(PlayedClock::reading(clock.file().to_owned(), || NOW)().millis())
    }

    #[test]
    fn it_goes_forward_only_and_never_beyond_the_machine() {
        for (settings, shown) in [
            (&[][..], 1_000_000),
            (&[400_000], 400_000),
            (&[400_000, 700_000], 700_000),
            (&[700_000, 400_000], 700_000),
            (&[400_000, 2_000_000], 1_000_000),
        ] {
            assert_eq!(shown_after(settings).ok(), Some(shown), "{settings:?}");
        }
    }
}
