//! A file system that a fault has for itself. Needs the right to mount.

#![allow(clippy::print_stderr)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use tokio::process::Command;

use crate::town::TownError;

/// Where it is mounted. Unmounted when dropped, also after a failure.
pub(crate) struct Mount(PathBuf);

impl Mount {
    /// Mounts the file system within this image.
    pub(crate) async fn image(image: &Path, at: PathBuf) -> Result<Self, TownError> {
        fs::create_dir_all(&at)?;
        run("mount", &["-o", "loop", &text(image), &text(&at)]).await?;
        Ok(Self(at))
    }

    /// Mounts one of so many MiB that lives in memory.
    pub(crate) async fn memory(mib: usize, at: PathBuf) -> Result<Self, TownError> {
        fs::create_dir_all(&at)?;
        let size = format!("size={mib}m");
        run("mount", &["-t", "tmpfs", "-o", &size, "none", &text(&at)]).await?;
        Ok(Self(at))
    }

    /// Something within it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A node that still runs keeps the file system until it ends.
        let unmount = std::process::Command::new("umount")
            .arg("--lazy")
            .arg(&self.0)
            .status();
        if let Err(error) = unmount {
            eprintln!("umount {}: {error}", self.0.display());
        }
    }
}

pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Runs a tool of the system and returns what it printed.
pub(crate) async fn run(tool: &str, arguments: &[&str]) -> Result<String, TownError> {
    let output = Command::new(tool).args(arguments).output().await?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(TownError::Process(format!(
        "{tool} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    )))
}
