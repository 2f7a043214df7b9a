//! One accepted connection: the bytes, who is at the other end, and the watch over whether they still may be.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, sleep},
};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::{certificate::PeerIdentity, crowd::Place, pins::Pins};
use crate::time::{Clock, Timestamp};

/// How long a key that is not pinned may stay connected to redeem its invitation.
pub const INTRODUCTION_LIMIT: Duration = Duration::from_mins(1);
/// How often a connection's right to stay is looked at when nothing tells of a change: the clock may have been set.
const RECHECK: Duration = Duration::from_mins(1);

/// Who is calling: in every request's extensions as `ConnectInfo`.
#[derive(Clone, Debug)]
pub struct ConnectInfo {
    /// The caller, proven by TLS. Its key may have been unpinned since: ask `Pins` on every request.
    pub peer: PeerIdentity,
    /// Where the connection comes from.
    pub remote: SocketAddr,
}

/// An accepted TLS connection. Reads and writes fail once its key is no longer pinned or its certificate has expired.
pub struct Connection {
    stream: TlsStream<TcpStream>,
    info: ConnectInfo,
    unwelcome: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Connection {
    pub(super) fn new(
        stream: TlsStream<TcpStream>,
        info: ConnectInfo,
        (pins, clock): (Pins, Clock),
        stranger: Option<Place>,
    ) -> Self {
        let unwelcome = Box::pin(until_unwelcome(info.peer.clone(), pins, clock, stranger));
        Self {
            stream,
            info,
            unwelcome: Some(unwelcome),
        }
    }

    /// Who is at the other end.
    pub fn info(&self) -> &ConnectInfo {
        &self.info
    }

    /// An error once the peer may no longer be here. Also registers to be woken when that happens.
    fn check_welcome(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let cut = match &mut self.unwelcome {
            Some(unwelcome) => unwelcome.as_mut().poll(context).is_ready(),
            None => true,
        };
        if cut {
            self.unwelcome = None;
            let words = "密钥已不再登记或证书已过期 the peer's key is no longer pinned or its certificate has expired";
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, words));
        }
        Ok(())
    }
}

/// Ends when the peer may no longer be connected.
async fn until_unwelcome(
    peer: PeerIdentity,
    pins: Pins,
    clock: Clock,
    mut stranger: Option<Place>,
) {
    let mut changes = pins.changes();
    let mut grace = (!peer.introduced).then(|| Instant::now() + INTRODUCTION_LIMIT);
    loop {
        changes.borrow_and_update();
        let now = clock();
        let stay = match pins.until(&peer.key_id, now) {
            _ if now > peer.not_after => return,
            Some(until) => {
                // Once pinned, it stays by its pin alone, and is no stranger.
                grace = None;
                drop(stranger.take());
                between(now, until.min(peer.not_after))
            }
            None => match grace.map(|end| end.saturating_duration_since(Instant::now())) {
                Some(left) if !left.is_zero() => left,
                _ => return,
            },
        };
        tokio::select! {
            // The sender lives in `pins`, which this future holds, so this never fails.
            _ = changes.changed() => {}
            () = sleep(stay.min(RECHECK)) => {}
        }
    }
}

fn between(now: Timestamp, end: Timestamp) -> Duration {
    let millis = end.millis().saturating_sub(now.millis()).saturating_add(1);
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

impl Connected for Connection {
    type ConnectInfo = ConnectInfo;

    fn connect_info(&self) -> ConnectInfo {
        self.info.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_welcome(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_welcome(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_welcome(context)?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
