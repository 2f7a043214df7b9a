//! Wiring: a running node. Opens the store, listens for partners and for its own officers, dials by the scheduler, and ends cleanly.

use std::{
    cell::Cell,
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hongyan_proto::{
    channel::{self, HandshakeFailure, Listener, TlsIdentity, TlsIdentityError},
    time::{Clock, Timestamp},
};
use rand::{RngCore as _, rngs::OsRng};
use thiserror::Error;
use tokio::{
    net::{TcpListener, UnixListener},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_stream::wrappers::UnixListenerStream;

use crate::{
    book::BookError,
    carry,
    link::{self, Limits, Link},
    office::{self, Office, OfficeError},
    store::{self, Unlock},
};

/// The office's socket in the data folder: its permissions say who is the operator.
pub const OFFICE_SOCKET: &str = "office.sock";

/// The file in the data folder that says where a running node listens.
pub const ADDRESS_FILE: &str = "address";

/// Only the owner of the data folder speaks to the office.
const SOCKET_MODE: u32 = 0o600;

/// How often the node looks after what time brings: is the certificate about to end, is a replaced key's time over, may a host hear by now what was
/// kept. The clock may be set, so it is asked again and again instead of once.
const TEND_EVERY: Duration = Duration::from_mins(10);

/// How long sessions and calls may take to end after the node was told to stop.
const CLOSING_LIMIT: Duration = Duration::from_secs(10);

/// Between two failed handshakes that are named in the log.
const FAILURES_EVERY: Duration = Duration::from_secs(1);

/// How often the node's log names what is overdue.
const REMIND_EVERY: Duration = Duration::from_hours(6);

/// How a node is run.
#[derive(Clone)]
pub struct ServeOptions {
    /// Where to listen for partners. Port 0: the system chooses.
    pub listen: SocketAddr,
    /// Never dial; only take calls.
    pub passive: bool,
    /// Say in JSON that the node is ready.
    pub json: bool,
    /// A session's time limits.
    pub limits: Limits,
    /// The clock.
    pub clock: Clock,
}

/// Why a node does not run.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The office, and with it the store.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The book.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The TLS key.
    #[error(transparent)]
    Tls(#[from] TlsIdentityError),
    /// A port, socket or file.
    #[error("{0}: {1}; 换一个地址或检查权限 take another address, or check permissions")]
    Io(String, std::io::Error),
    /// The services.
    #[error("服务无法启动 the services cannot be set up: {0}")]
    Services(String),
}

/// Ends when the process is told to stop: SIGTERM or Ctrl-C.
pub async fn told_to_stop() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match terminate {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        // Without the signal's handler the default still ends the process; Ctrl-C is enough for a person.
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// A TLS key for this run of the program, bound to the node's identity.
pub(crate) fn tls(office: &Office, now: Timestamp) -> Result<TlsIdentity, ServeError> {
    Ok(link::issue_tls(office.store(), office.keys(), now)?)
}

/// Looks after the keys and after what was kept, until the node ends.
async fn tend(link: Link, office: Office) {
    let mut closing = link.closing();
    while !*closing.borrow_and_update() {
        match link.renew_tls_in_time() {
            Ok(true) => tracing::info!("the TLS key was replaced before its certificate ends"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the TLS key could not be replaced"),
        }
        if let Err(error) = office.forget_earlier_keys().await {
            tracing::error!(%error, "a replaced identity key could not be erased");
        }
        office.tell_what_was_kept().await;
        // The sender lives in the link, which this task holds.
        let _ = timeout(TEND_EVERY, closing.changed()).await;
    }
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    OsRng.fill_bytes(&mut seed);
    seed
}

/// What is open while the node runs.
struct Ports {
    tcp: TcpListener,
    address: SocketAddr,
    socket: UnixListener,
    files: Files,
}

/// The files that say a node runs here. They go when it ends.
struct Files(Vec<PathBuf>);

impl Drop for Files {
    fn drop(&mut self) {
        for path in &self.0 {
            // A file that is gone already is what is wanted.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Opens the office. An upgrade may make the views again, which takes minutes with a large log: a node that says nothing meanwhile looks stuck.
fn open(folder: &Path, unlock: &Unlock, clock: Clock) -> Result<Office, OfficeError> {
    /// Entries between two lines.
    const EVERY: u64 = 65_536;
    let told = Cell::new(0);
    let tell = |done, all| {
        if done == all || done >= told.get() + EVERY {
            told.set(done);
            tracing::info!(done, all, "making the views again from the logs");
        }
    };
    Office::open(folder, unlock, seed(), clock, &tell)
}

/// Runs a node until `shutdown`. Whoever holds the data folder's store is the one node on it, so a socket found there is stale.
pub async fn serve(
    folder: &Path,
    unlock: &Unlock,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    // Whatever the opening itself asks for comes in the same stretch.
    store::read_ahead(folder);
    let clock = options.clock.clone();
    let (at, how, time) = (folder.to_owned(), unlock.clone(), clock.clone());
    let opening = tokio::task::spawn_blocking(move || open(&at, &how, time));
    let office = opening
        .await
        .map_err(|error| ServeError::Services(error.to_string()))??;
    let tls = tls(&office, clock())?;
    let store = office.store().clone();
    let keys = office.keys().clone();
    let (link, wishes) = Link::new(store, keys, &tls, clock, options.limits)?;
    let ports = open_ports(folder, options.listen).await?;
    let office = office.with_carrier(carry::carrier(&link), Some(ports.address.to_string()));
    let Ports {
        tcp,
        address,
        socket,
        files,
    } = ports;
    let mut running = vec![
        exchange(&link, &office, tcp).await?,
        own_officers(&link, &office, socket),
        tokio::spawn(tend(link.clone(), office.clone())),
    ];
    if !options.passive {
        running.push(tokio::spawn(link::schedule(link.clone(), wishes, seed())));
    }
    running.push(tokio::spawn(remind(office.clone(), link.clone())));
    say_ready(folder, address, options.json);
    shutdown.await;
    link.close();
    for task in running {
        // What does not end in time is cut: everything acknowledged is durable.
        if timeout(CLOSING_LIMIT, task).await.is_err() {
            tracing::warn!("a part of the node did not end in time");
        }
    }
    drop(files);
    Ok(())
}

/// Says what is overdue: when the node starts, and every few hours until the link closes.
async fn remind(office: Office, link: Link) {
    let closed = closed(&link);
    tokio::pin!(closed);
    loop {
        let asked = office.clone();
        // Every case is looked at, which is work for a thread of its own.
        match tokio::task::spawn_blocking(move || asked.overdue_lines()).await {
            Ok(Ok(lines)) => {
                for line in lines {
                    tracing::warn!("逾期 overdue {line}");
                }
            }
            Ok(Err(error)) => tracing::error!(%error, "what is overdue could not be read"),
            Err(error) => tracing::error!(%error, "what is overdue could not be read"),
        }
        tokio::select! {
            () = &mut closed => return,
            () = sleep(REMIND_EVERY) => {}
        }
    }
}

async fn open_ports(folder: &Path, listen: SocketAddr) -> Result<Ports, ServeError> {
    let io = |what: String| move |error| ServeError::Io(what, error);
    let tcp = TcpListener::bind(listen)
        .await
        .map_err(io(listen.to_string()))?;
    let address = tcp.local_addr().map_err(io(listen.to_string()))?;
    let path = folder.join(OFFICE_SOCKET);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ServeError::Io(path.display().to_string(), error));
        }
        Ok(()) | Err(_) => {}
    }
    let socket = UnixListener::bind(&path).map_err(io(path.display().to_string()))?;
    let files = Files(vec![path.clone(), folder.join(ADDRESS_FILE)]);
    let mode = std::fs::Permissions::from_mode(SOCKET_MODE);
    std::fs::set_permissions(&path, mode).map_err(io(path.display().to_string()))?;
    let file = folder.join(ADDRESS_FILE);
    std::fs::write(&file, format!("{address}\n")).map_err(io(file.display().to_string()))?;
    Ok(Ports {
        tcp,
        address,
        socket,
        files,
    })
}

async fn exchange(
    link: &Link,
    office: &Office,
    tcp: TcpListener,
) -> Result<JoinHandle<()>, ServeError> {
    let routes = link::routes(link, carry::redeem(office.clone())).await;
    let routes = routes.map_err(|error| ServeError::Services(error.to_string()))?;
    let report = count_failures();
    let listener = Listener::start(
        tcp,
        link.tls(),
        link.pins().clone(),
        link.clock().clone(),
        report,
    );
    let stop = closed(link);
    Ok(tokio::spawn(async move {
        let server = channel::server().add_routes(routes);
        if let Err(error) = server.serve_with_incoming_shutdown(listener, stop).await {
            tracing::error!(%error, "the exchange port ended");
        }
    }))
}

/// Names handshakes that came to nothing, at most one in a while, and counts the others: whoever knocks for ever must not fill the log.
fn count_failures() -> channel::Report {
    let told: Mutex<(Option<Instant>, u64)> = Mutex::default();
    Arc::new(move |failure: &HandshakeFailure| {
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, unnamed) = &mut *told;
        if last.is_some_and(|last| last.elapsed() < FAILURES_EVERY) {
            *unnamed += 1;
            return;
        }
        tracing::info!(%failure, unnamed = *unnamed, "a handshake came to nothing");
        (*last, *unnamed) = (Some(Instant::now()), 0);
    })
}

fn own_officers(link: &Link, office: &Office, socket: UnixListener) -> JoinHandle<()> {
    let routes = office::rpc::routes(office.clone());
    let stop = closed(link);
    tokio::spawn(async move {
        let server = tonic::transport::Server::builder().add_routes(routes);
        let incoming = UnixListenerStream::new(socket);
        if let Err(error) = server.serve_with_incoming_shutdown(incoming, stop).await {
            tracing::error!(%error, "the office's socket ended");
        }
    })
}

/// Ends when the link closes.
fn closed(link: &Link) -> impl Future<Output = ()> + Send + 'static {
    let mut closing = link.closing();
    async move {
        // The sender lives in the link; when that is gone, everything ends.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

fn say_ready(folder: &Path, address: SocketAddr, json: bool) {
    let socket = folder.join(OFFICE_SOCKET);
    let line = if json {
        serde_json::json!({ "listening": address.to_string(), "office": socket }).to_string()
    } else {
        format!("节点已启动 the node runs: {address}, {}", socket.display())
    };
    // Nobody may be reading: a node without a terminal runs all the same.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
