//! Copies and backups of a node's folder, and what comes of putting them back.

use std::{fs, io, path::Path};

use super::{Node, TownError};

/// What guards the backups of the town.
const PASSPHRASE: &str = "a long enough passphrase\n";

/// Copies a folder and everything in it.
pub fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for item in fs::read_dir(from)? {
        let item = item?;
        let target = to.join(item.file_name());
        if item.file_type()?.is_dir() {
            copy_folder(&item.path(), &target)?;
        } else {
            fs::copy(item.path(), target)?;
        }
    }
    Ok(())
}

impl Node {
    /// Puts a copy of its folder, or of one inside it, in the place of what is there now. It must not run.
    pub fn put_back(&self, copy: &Path, inside: &str) -> io::Result<()> {
        let place = self.folder().join(inside);
        fs::remove_dir_all(&place)?;
        copy_folder(copy, &place)
    }

    /// Backs it up into a file.
    pub async fn backup(&self, file: &Path) -> Result<(), TownError> {
        let (file, secret) = (text(file), secret(file)?);
        let command = [
            "backup",
            "--out",
            &file,
            "--backup-passphrase-file",
            &secret,
        ];
        self.command(&command).await.map(drop)
    }

    /// Stops it, empties its folder, restores a backup there and starts it again.
    pub async fn restore(&mut self, file: &Path) -> Result<(), TownError> {
        self.stop().await?;
        fs::remove_dir_all(self.folder())?;
        let (file, secret) = (text(file), secret(file)?);
        let command = ["restore", &file, "--backup-passphrase-file", &secret];
        self.command(&command).await?;
        self.start().await
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The file with the passphrase, beside the backup.
fn secret(file: &Path) -> io::Result<String> {
    let secret = file.with_extension("secret");
    fs::write(&secret, PASSPHRASE)?;
    Ok(text(&secret))
}
