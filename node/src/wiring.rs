//! Wiring: what the command line is given. Opens offices and nodes with the clock it is given, the machine's chance and terminal.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use age::secrecy::SecretString;
use hongyan_proto::{channel::TlsIdentity, identity::OrganizationName, time::Clock};
use rand::{RngCore as _, rngs::OsRng};
use tracing_subscriber::EnvFilter;

use crate::{
    carry,
    cli::{self, BoxFuture, Failure},
    link::{Limits, Link},
    office::{self, NewNode, Office, OfficeError, Organization},
    serve::{self, ServeError, ServeOptions},
    store::{StoreError, Unlock},
};

/// The key file inside the data folder, where no passphrase is wanted.
const KEY_FILE: &str = "unlock.key";

/// The functions behind the command line.
pub(crate) fn wiring(clock: Clock) -> cli::Wiring {
    let [opening, serving, restoring] = [clock.clone(), clock.clone(), clock.clone()];
    cli::Wiring {
        open_office: Box::new(move |(place, told)| {
            let clock = opening.clone();
            Box::pin(async move { open(place, clock, told).await })
        }),
        init: Box::new(|init| blocking(move || make(&init))),
        serve: Box::new(move |options| {
            let clock = serving.clone();
            Box::pin(async move { run(options, clock).await })
        }),
        restore: Box::new(move |(restore, told)| {
            let clock = restoring.clone();
            blocking(move || take_back(&restore, clock, &told))
        }),
        now: clock,
    }
}

/// What opens the store of a data folder.
fn unlock(place: &cli::Place) -> Result<Unlock, Failure> {
    let Some(path) = &place.passphrase_file else {
        return Ok(Unlock::KeyFile(place.data.join(KEY_FILE)));
    };
    let mut line = String::new();
    let read = File::open(path).and_then(|file| BufReader::new(file).read_line(&mut line));
    read.map_err(|error| file_failure(path, &error))?;
    let passphrase = line.trim_end_matches(['\r', '\n']);
    Ok(Unlock::Passphrase(SecretString::from(
        passphrase.to_owned(),
    )))
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    OsRng.fill_bytes(&mut seed);
    seed
}

fn make(init: &cli::Init) -> Result<(), Failure> {
    let name = OrganizationName::parse(&init.name);
    let name = name.map_err(|error| failure(&OfficeError::field("name", error)))?;
    let organization = Organization {
        code: init.code.clone(),
        name,
        region: init.region.clone(),
        endpoint: init.endpoint.clone(),
    };
    let unlock = unlock(&init.place)?;
    let node = NewNode {
        organization,
        unlock,
    };
    office::init(&init.place.data, &node, &mut OsRng).map_err(|error| failure(&error))
}

fn take_back(restore: &cli::Restore, clock: Clock, told: &cli::Told) -> Result<(), Failure> {
    let input = File::open(&restore.file).map_err(|error| file_failure(&restore.file, &error))?;
    let unlock = unlock(&restore.place)?;
    let (folder, passphrase) = (&restore.place.data, &restore.passphrase);
    office::restore(
        folder,
        BufReader::new(input),
        passphrase,
        &unlock,
        seed(),
        clock,
        told,
    )
    .map_err(|error| failure(&error))
}

/// The office of a folder on which no node runs. It dials and carries letters too, but nobody can dial it.
async fn open(place: cli::Place, clock: Clock, told: cli::Told) -> Result<cli::Office, Failure> {
    let unlock = unlock(&place)?;
    let data: PathBuf = place.data;
    let time = clock.clone();
    let opened = blocking(move || {
        Office::open(&data, &unlock, seed(), time, &told).map_err(|error| failure(&error))
    });
    let office = opened.await?;
    let tls = serve::tls(&office, clock()).map_err(|error| serve_failure(&error))?;
    let link = dialling(&office, &tls, clock)?;
    let office = office.with_carrier(carry::carrier(&link), None);
    let store = office.store().clone();
    Ok(cli::Office {
        routes: office::rpc::routes(office),
        close: Box::pin(async move {
            link.close();
            drop(link);
            // The last handle closes the store, and waits for its writer.
            let _ = tokio::task::spawn_blocking(move || drop(store)).await;
        }),
    })
}

fn dialling(office: &Office, tls: &TlsIdentity, clock: Clock) -> Result<Link, Failure> {
    let (store, keys) = (office.store().clone(), office.keys().clone());
    let link = Link::new(store, keys, tls, clock, Limits::default());
    let (link, _wishes) = link.map_err(|error| failure(&error.into()))?;
    Ok(link)
}

/// A running node says on standard error what happens to it. `RUST_LOG` chooses how much.
fn tell(json: bool) {
    let chosen = EnvFilter::try_from_default_env();
    let filter = chosen.unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Whoever set one up before us (a test, another node of this process) keeps it.
    let _ = if json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
}

async fn run(options: cli::Serve, clock: Clock) -> Result<(), Failure> {
    tell(options.json);
    let unlock = unlock(&options.place)?;
    let how = ServeOptions {
        listen: options.listen,
        passive: options.passive,
        json: options.json,
        limits: Limits::default(),
        clock,
    };
    let served = serve::serve(&options.place.data, &unlock, how, serve::told_to_stop());
    served.await.map_err(|error| serve_failure(&error))
}

fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> BoxFuture<Result<T, Failure>> {
    Box::pin(async move {
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|error| Err(Failure::new("INTERNAL", "PANIC", error.to_string(), "")))
    })
}

fn failure(error: &OfficeError) -> Failure {
    let code = match error {
        OfficeError::Invalid(_) => "INVALID_ARGUMENT",
        // The folder is another than was meant: nothing is broken.
        OfficeError::Store(
            StoreError::NotAStore(_)
            | StoreError::NotEmpty(_)
            | StoreError::Locked { .. }
            | StoreError::WrongKey(_)
            | StoreError::KeyFileMissing(_)
            | StoreError::NotEncrypted(_),
        ) => "FAILED_PRECONDITION",
        OfficeError::Store(_) | OfficeError::Damaged(_) => "INTERNAL",
        _ => "FAILED_PRECONDITION",
    };
    Failure::new(code, error.reason(), error.to_string(), error.remedy())
}

fn serve_failure(error: &ServeError) -> Failure {
    match error {
        ServeError::Office(error) => failure(error),
        other => Failure::new("FAILED_PRECONDITION", "SERVE", other.to_string(), ""),
    }
}

fn file_failure(path: &Path, error: &std::io::Error) -> Failure {
    let words = format!("文件无法读取 cannot read {}: {error}", path.display());
    Failure::new(
        "INVALID_ARGUMENT",
        "FILE",
        words,
        "检查路径和权限 check path and permissions",
    )
}
