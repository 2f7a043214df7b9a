//! A file that a command writes: whole under its own name, or not there.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::{fs, io::AsyncWriteExt as _};

use super::{Failure, session::Session};

/// A file under a temporary name until it is whole: a broken transfer never looks like a good file.
pub(super) struct Partial {
    file: fs::File,
    unfinished: PathBuf,
    path: PathBuf,
    whole: bool,
}

/// Removes what a killed command left.
async fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.whole {
            // A transfer that failed leaves nothing behind. A file that is gone already is what is wanted.
            let _ = std::fs::remove_file(&self.unfinished);
        }
    }
}

impl Partial {
    /// The same, when the person agrees to lose the file that is there.
    pub(super) async fn over(path: &Path, session: &mut Session<'_>) -> Result<Self, Failure> {
        if path.exists() {
            let path = path.display();
            session.confirm(
                &format!("文件 {path} 已存在, 覆盖吗?"),
                &format!("the file {path} is there: write over it?"),
            )?;
        }
        Self::create(path).await
    }

    pub(super) async fn create(path: &Path) -> Result<Self, Failure> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".part");
        let partial = PathBuf::from(partial);
        let mut options = fs::OpenOptions::new();
        // Only the owner may read what is inside: a file that is there already keeps its own mode.
        options.write(true).create_new(true).mode(0o600);
        let file = match remove(&partial).await {
            Ok(()) => options.open(&partial).await,
            Err(error) => Err(error),
        };
        let file = file.map_err(|error| Failure::file(&partial, &error))?;
        Ok(Self {
            file,
            unfinished: partial,
            path: path.to_owned(),
            whole: false,
        })
    }

    pub(super) async fn write(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.file
            .write_all(chunk)
            .await
            .map_err(|error| Failure::file(&self.unfinished, &error))
    }

    /// Durable under its own name.
    pub(super) async fn finish(mut self) -> Result<(), Failure> {
        let done = async {
            self.file.flush().await?;
            self.file.sync_all().await?;
            fs::rename(&self.unfinished, &self.path).await
        };
        let done = done.await;
        self.whole = done.is_ok();
        done.map_err(|error| Failure::file(&self.path, &error))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// The names in a folder.
    fn names(folder: &Path) -> Vec<String> {
        let items = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = items
            .map(|item| item.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_whole_file_stands_alone_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        // What a killed command left behind does not show through.
        std::fs::write(folder.path().join("a.part"), "something longer").unwrap();
        let mut file = Partial::create(&path).await.unwrap();
        file.write(b"one ").await.unwrap();
        file.write(b"two").await.unwrap();
        assert_eq!(names(folder.path()), ["a.part"]);
        file.finish().await.unwrap();
        assert_eq!(names(folder.path()), ["a"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"one two");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[tokio::test]
    async fn what_was_interrupted_leaves_the_older_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "older").unwrap();
        let mut file = Partial::create(&path).await.unwrap();
        file.write(b"newer").await.unwrap();
        drop(file);
        assert_eq!(names(folder.path()), ["a"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"older");
    }

    #[tokio::test]
    async fn what_cannot_take_its_name_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::create_dir(&path).unwrap();
        let file = Partial::create(&path).await.unwrap();
        assert!(file.finish().await.is_err());
        assert_eq!(names(folder.path()), ["a"]);
    }
}
