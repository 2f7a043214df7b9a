//! The gateway's data folder: its key, its certificate, who it is, where it listens. The store has its own files below it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use hongyan_proto::{
    channel::{TlsIdentity, TlsIdentityError},
    id::{OrganizationCode, RegionCode},
    identity::{IdentityKey, OrganizationName},
    time::Timestamp,
};
use thiserror::Error;

use crate::domain::register::Department;

/// How long a TLS certificate is valid, in milliseconds: two years.
const CERTIFICATE_MS: i64 = 2 * 366 * 86_400_000;
/// A certificate is renewed when it ends within this many milliseconds: 60 days.
const RENEW_MS: i64 = 60 * 86_400_000;
/// A certificate is valid from this many milliseconds before it was made: clocks differ.
const BACKDATE_MS: i64 = 86_400_000;

/// A data folder that cannot be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// Never initialized.
    #[error(
        "{0} 尚未初始化; 先运行 `hongyan-gateway init`  is not initialized; run `hongyan-gateway init` first"
    )]
    NotInitialized(PathBuf),
    /// Initialized before.
    #[error("{0} 已初始化; 不会覆盖 is initialized already and will not be overwritten")]
    Exists(PathBuf),
    /// The operating system refused.
    #[error("无法读写 {0}: {1}  cannot read or write {0}: {1}")]
    Io(PathBuf, io::Error),
    /// A file that is not what it should be.
    #[error("{0} 内容无效 is not valid: {1}; 请从备份恢复 restore it from a backup")]
    Invalid(PathBuf, String),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsIdentityError),
}

/// An initialized data folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder, the key, the certificate.
    pub fn create(
        path: &Path,
        department: &Department,
        key: &IdentityKey,
        now: Timestamp,
    ) -> Result<Self, FolderError> {
        let folder = Self(path.to_owned());
        if folder.file("department.json").exists() {
            return Err(FolderError::Exists(path.to_owned()));
        }
        fs::create_dir_all(path).map_err(|error| FolderError::Io(path.to_owned(), error))?;
        folder.write("identity.key", hex::encode(*key.seed()).as_bytes())?;
        folder.issue(key, now)?;
        let words = serde_json::json!({
            "code": department.code.as_str(),
            "name": department.name.as_str(),
            "region": department.region.as_str(),
        });
        // Written last: it is what says that the folder is complete.
        folder.write("department.json", words.to_string().as_bytes())?;
        Ok(folder)
    }

    /// Finds an initialized folder.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let folder = Self(path.to_owned());
        if folder.file("department.json").exists() {
            Ok(folder)
        } else {
            Err(FolderError::NotInitialized(path.to_owned()))
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The Unix socket of a running gateway.
    pub fn socket(&self) -> PathBuf {
        self.file("gateway.sock")
    }

    /// Whose gateway.
    pub fn department(&self) -> Result<Department, FolderError> {
        let path = self.file("department.json");
        let invalid = |words: String| FolderError::Invalid(path.clone(), words);
        let value: serde_json::Value = serde_json::from_str(&self.read("department.json")?)
            .map_err(|error| invalid(error.to_string()))?;
        let text = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
        Ok(Department {
            code: OrganizationCode::parse(&text("code"))
                .map_err(|error| invalid(error.to_string()))?,
            name: OrganizationName::parse(&text("name"))
                .map_err(|error| invalid(error.to_string()))?,
            region: RegionCode::parse(&text("region"))
                .map_err(|error| invalid(error.to_string()))?,
        })
    }

    /// The identity key.
    pub fn key(&self) -> Result<IdentityKey, FolderError> {
        let invalid = || FolderError::Invalid(self.file("identity.key"), "64 hex digits".into());
        let seed = hex::decode(self.read("identity.key")?.trim()).map_err(|_| invalid())?;
        Ok(IdentityKey::from_seed(
            seed.try_into().map_err(|_| invalid())?,
        ))
    }

    /// The TLS certificate and key; made anew when they end soon.
    pub fn tls(&self, key: &IdentityKey, now: Timestamp) -> Result<TlsIdentity, FolderError> {
        let tls = TlsIdentity::from_pem(&self.read("tls.cert.pem")?, &self.read("tls.key.pem")?)?;
        if tls.not_after() > now.plus_millis(RENEW_MS) {
            Ok(tls)
        } else {
            self.issue(key, now)
        }
    }

    fn issue(&self, key: &IdentityKey, now: Timestamp) -> Result<TlsIdentity, FolderError> {
        let tls = TlsIdentity::issue(
            key,
            now.plus_millis(-BACKDATE_MS),
            now.plus_millis(CERTIFICATE_MS),
        )?;
        self.write("tls.cert.pem", tls.certificate_pem().as_bytes())?;
        self.write("tls.key.pem", tls.key_pem().as_bytes())?;
        Ok(tls)
    }

    /// Where the running gateway listens, or the last one did.
    pub fn address(&self) -> Option<String> {
        let text = self.read("address").ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Says where the gateway listens.
    pub fn set_address(&self, address: &str) -> Result<(), FolderError> {
        self.write("address", format!("{address}\n").as_bytes())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn read(&self, name: &str) -> Result<String, FolderError> {
        fs::read_to_string(self.file(name)).map_err(|error| FolderError::Io(self.file(name), error))
    }

    /// Whole or not at all, readable by its owner only.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let new = self.file(&format!("{name}.new"));
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, self.file(name))
        };
        write().map_err(|error| FolderError::Io(self.file(name), error))
    }
}
