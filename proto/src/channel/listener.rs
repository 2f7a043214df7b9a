//! The accept loop: every handshake in a task of its own, so that a silent peer holds up nobody.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use tokio_stream::Stream;

use super::{
    connection::{ConnectInfo, Connection},
    crowd::Crowd,
    handshake::{HandshakeError, HandshakeFailure, Terms},
    live_tls::LiveTls,
    pins::Pins,
};
use crate::time::Clock;

/// Handshakes going on at the same time; further connections wait in the kernel's queue.
pub const HANDSHAKES_AT_ONCE: usize = 256;
/// Of these, from one address: silent callers on one machine leave room for everybody else.
pub const HANDSHAKES_OF_ONE: usize = 64;
/// Connections of keys that are not pinned, which came to be introduced.
pub const STRANGERS_AT_ONCE: usize = 64;
/// Of these, from one address.
pub const STRANGERS_OF_ONE: usize = 16;
/// Accepted connections waiting to be served.
const BACKLOG: usize = 64;
/// Pause after a failed accept (mostly no file descriptors left), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Hears of every handshake that failed.
pub type Report = Arc<dyn Fn(&HandshakeFailure) + Send + Sync>;

/// Yields accepted connections, for `tonic::transport::Server::serve_with_incoming`. Dropping it stops accepting.
pub struct Listener {
    accepted: mpsc::Receiver<Connection>,
    accepting: JoinHandle<()>,
}

impl Listener {
    /// Starts to accept on a bound listener. A [`LiveTls`] may be replaced meanwhile.
    pub fn start(
        tcp: TcpListener,
        tls: impl Into<LiveTls>,
        pins: Pins,
        clock: Clock,
        report: Report,
    ) -> Self {
        let (sender, accepted) = mpsc::channel(BACKLOG);
        let terms = Terms {
            tls: tls.into(),
            pins,
            clock,
        };
        let accepting = tokio::spawn(accept(tcp, Arc::new(terms), sender, report));
        Self {
            accepted,
            accepting,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The handshakes under way belong to the loop and end with it.
        self.accepting.abort();
    }
}

impl Stream for Listener {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.accepted
            .poll_recv(context)
            .map(|connection| connection.map(Ok))
    }
}

async fn accept(
    tcp: TcpListener,
    terms: Arc<Terms>,
    accepted: mpsc::Sender<Connection>,
    report: Report,
) {
    let slots = Arc::new(Semaphore::new(HANDSHAKES_AT_ONCE));
    let shaking = Crowd::new(HANDSHAKES_AT_ONCE, HANDSHAKES_OF_ONE);
    let strangers = Crowd::new(STRANGERS_AT_ONCE, STRANGERS_OF_ONE);
    let mut handshakes = JoinSet::new();
    // The semaphore is never closed: the loop ends only with its task.
    while let Ok(slot) = slots.clone().acquire_owned().await {
        while handshakes.try_join_next().is_some() {}
        let Ok((stream, remote)) = tcp.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let Some(place) = shaking.enter(remote.ip()) else {
            let reason = HandshakeError::Crowded;
            report(&HandshakeFailure { remote, reason });
            continue;
        };
        let (terms, accepted, report) = (terms.clone(), accepted.clone(), report.clone());
        let strangers = strangers.clone();
        handshakes.spawn(async move {
            let welcomed = welcome(stream, remote, &terms, &strangers).await;
            // Waiting to be served is no handshake any more.
            drop((slot, place));
            match welcomed {
                // Nobody serves any more: the connection closes with the listener.
                Ok(connection) => drop(accepted.send(connection).await),
                Err(reason) => report(&HandshakeFailure { remote, reason }),
            }
        });
    }
}

async fn welcome(
    tcp: TcpStream,
    remote: SocketAddr,
    terms: &Terms,
    strangers: &Crowd,
) -> Result<Connection, HandshakeError> {
    let (stream, peer) = terms.shake_hands(tcp).await?;
    let place = if peer.introduced {
        None
    } else {
        let place = strangers.enter(remote.ip());
        Some(place.ok_or(HandshakeError::Crowded)?)
    };
    let info = ConnectInfo { peer, remote };
    let (pins, clock) = (terms.pins.clone(), terms.clock.clone());
    Ok(Connection::new(stream, info, (pins, clock), place))
}
