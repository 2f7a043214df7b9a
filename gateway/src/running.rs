//! The wiring: clock, randomness, store, doors, and the end. The only place that knows what time it really is.

use std::{
    future::Future,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hongyan_proto::{
    channel::{HandshakeFailure, Listener, LiveTls, Pins, server},
    time::{Clock, Timestamp},
};
use hyper_util::rt::TokioIo;
use rand::{SeedableRng as _, rngs::StdRng};
use thiserror::Error;
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::{Channel, Endpoint, Server, Uri};

use crate::{
    folder::{Folder, FolderError},
    rpc::{Gateway, local_routes, network_routes},
    store::{Store, StoreError},
};

/// How often the certificate's end is looked at.
const TEND_EVERY: Duration = Duration::from_hours(24);

/// A gateway that cannot start or go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address or socket.
    #[error("无法监听或连接 cannot listen or connect at {0}: {1}")]
    Listen(String, std::io::Error),
    /// The servers.
    #[error("服务中断 the server stopped: {0}")]
    Serve(#[from] tonic::transport::Error),
    /// The descriptors.
    #[error("内部描述无效 the program's own descriptors are not valid: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// The machine's clock.
// The wiring is where the real clock comes from.
#[allow(clippy::disallowed_methods)]
pub fn machine_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// Opens the store of a data folder.
pub fn assemble(folder: &Folder, threshold: u64, clock: Clock) -> Result<Gateway, RunError> {
    let gateway = Gateway {
        store: Arc::new(Store::open(folder.path(), folder.department()?)?),
        pins: Pins::new(),
        key: folder.key()?.public(),
        endpoint: folder.address().unwrap_or_default(),
        threshold,
        clock,
        rng: Arc::new(Mutex::new(StdRng::from_entropy())),
    };
    gateway.pin_enrolled();
    Ok(gateway)
}

/// A gateway that listens and has not begun to serve.
pub struct Bound {
    gateway: Gateway,
    folder: Folder,
    tcp: TcpListener,
    socket: Socket,
    /// Where it listens for TLS.
    pub address: SocketAddr,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bound({})", self.address)
    }
}

/// The Unix socket; its file goes when this is dropped.
struct Socket(PathBuf, Option<UnixListener>);

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Opens the folder and listens. `advertise` is what invitations say, when it is not the address listened at.
pub async fn bind(
    folder: Folder,
    listen: &str,
    advertise: Option<String>,
    threshold: u64,
    clock: Clock,
) -> Result<Bound, RunError> {
    // The store's lock comes first: who holds it owns the socket's file, so a stale one may be removed.
    let mut gateway = assemble(&folder, threshold, clock)?;
    let failed = |at: &str| {
        let at = at.to_owned();
        move |error| RunError::Listen(at, error)
    };
    let tcp = TcpListener::bind(listen).await.map_err(failed(listen))?;
    let address = tcp.local_addr().map_err(failed(listen))?;
    gateway.endpoint = advertise.unwrap_or_else(|| address.to_string());
    let path = folder.socket();
    let _ = std::fs::remove_file(&path);
    let unix = UnixListener::bind(&path).map_err(failed(&path.to_string_lossy()))?;
    folder.set_address(&gateway.endpoint)?;
    Ok(Bound {
        gateway,
        folder,
        tcp,
        socket: Socket(path, Some(unix)),
        address,
    })
}

impl Bound {
    /// Serves both doors until `stop`; then finishes the calls under way.
    pub async fn serve(mut self, stop: impl Future<Output = ()>) -> Result<(), RunError> {
        let key = self.folder.key()?;
        let clock = self.gateway.clock.clone();
        let tls = LiveTls::from(&self.folder.tls(&key, clock())?);
        let (folder, showing, time) = (self.folder.clone(), tls.clone(), clock.clone());
        let failed = |failure: &HandshakeFailure| tracing::info!(remote = %failure.remote, reason = ?failure.reason, "refused");
        // Whom the department granted something is known by fingerprint only, and pinned when they come.
        let ever = Timestamp::from_millis(i64::MAX);
        self.gateway.pins.let_in_strangers(Some(ever));
        let incoming = Listener::start(
            self.tcp,
            &tls,
            self.gateway.pins.clone(),
            clock,
            Arc::new(failed),
        );
        let (stopping, stopped) = tokio::sync::watch::channel(false);
        let until = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let network = server()
            .add_routes(network_routes(&self.gateway).await?)
            .serve_with_incoming_shutdown(incoming, until(stopped.clone()));
        let unix = self.socket.1.take().map(UnixListenerStream::new);
        let local = async {
            match unix {
                Some(unix) => {
                    let server = Server::builder().add_routes(local_routes(&self.gateway));
                    server
                        .serve_with_incoming_shutdown(unix, until(stopped))
                        .await
                }
                None => Ok(()),
            }
        };
        let mut ending = stopping.subscribe();
        // A certificate that ends while the gateway runs is replaced long before; the clock may be set, so it is asked each day.
        let tending = async {
            while !*ending.borrow_and_update() {
                match folder.tls(&key, time()) {
                    Ok(tls) if tls.not_after() > showing.current().not_after() => {
                        showing.replace(tls);
                    }
                    Ok(_) => {}
                    Err(error) => tracing::error!(%error, "the TLS key could not be replaced"),
                }
                let _ = tokio::time::timeout(TEND_EVERY, ending.changed()).await;
            }
            Ok(())
        };
        let stop = async {
            stop.await;
            let _ = stopping.send(true);
            Ok(())
        };
        let ((), (), (), ()) = tokio::try_join!(network, local, tending, stop)?;
        Ok(())
    }
}

/// Does a gateway run in this data folder?
pub async fn is_serving(folder: &Folder) -> bool {
    UnixStream::connect(folder.socket()).await.is_ok()
}

/// The API of a data folder: of the gateway that runs there, else of one opened within this process for as long as the channel lives.
pub async fn local_api(folder: &Folder, threshold: u64, clock: Clock) -> Result<Channel, RunError> {
    let path = folder.socket();
    if is_serving(folder).await {
        let connector = tower::service_fn(move |_: Uri| {
            let path = path.clone();
            async move { UnixStream::connect(path).await.map(TokioIo::new) }
        });
        return Ok(Endpoint::from_static("http://gateway")
            .connect_with_connector(connector)
            .await?);
    }
    let gateway = assemble(folder, threshold, clock)?;
    let (near, far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(
        Server::builder()
            .add_routes(local_routes(&gateway))
            .serve_with_incoming(tokio_stream::once(Ok::<_, std::io::Error>(far))),
    );
    let mut near = Some(near);
    let connector = tower::service_fn(move |_: Uri| {
        let near = near.take().map(TokioIo::new);
        async move { near.ok_or_else(|| std::io::Error::other("the in-process gateway ended")) }
    });
    Ok(Endpoint::from_static("http://gateway")
        .connect_with_connector(connector)
        .await?)
}
