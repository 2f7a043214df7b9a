//! One API, two ways to it: the running node's Unix socket, or an office opened in this process and served over a pipe in memory.

use std::{io, path::Path, sync::Mutex};

use hyper_util::rt::TokioIo;
use tokio::{io::DuplexStream, net::UnixStream, sync::oneshot, task::JoinHandle};
use tokio_stream::StreamExt as _;
use tonic::transport::{Channel, Endpoint, Server, Uri};
use tower::service_fn;

use super::{BoxFuture, Failure, Office, Wiring, args::Global, io::Io, progress};

/// Name of the socket inside the data folder.
pub(super) const SOCKET: &str = "office.sock";

/// Bytes that may be under way in one direction before the writer waits.
const PIPE_BYTES: usize = 1 << 20;

/// A way to the office.
pub(super) struct Link {
    channel: Channel,
    inside: Option<Inside>,
}

/// The in-process office behind a link.
struct Inside {
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    close: BoxFuture<()>,
}

impl Link {
    pub(super) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Ends the calls, then closes the in-process office, so that its store is released before the process ends.
    pub(super) async fn close(self) {
        drop(self.channel);
        if let Some(inside) = self.inside {
            // The server may have ended by itself; then nobody listens and that is as well.
            let _ = inside.stop.send(());
            let _ = inside.server.await;
            inside.close.await;
        }
    }
}

/// Reaches the office of a data folder.
pub(super) async fn connect(global: &Global, wiring: &Wiring, io: &Io) -> Result<Link, Failure> {
    let place = global.place();
    if let Some(channel) = running(&place.data.join(SOCKET)).await? {
        return Ok(Link {
            channel,
            inside: None,
        });
    }
    let what = global
        .lang
        .say("由日志重建视图", "Making the views again from the logs");
    let opening = (wiring.open_office)((place, progress::told(io, what)));
    inside(opening.await?).await
}

/// The running node's socket; `None` when none answers there.
async fn running(socket: &Path) -> Result<Option<Channel>, Failure> {
    match UnixStream::connect(socket).await {
        Ok(probe) => drop(probe),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(Failure::file(socket, &error)),
    }
    let path = socket.to_owned();
    let connector = service_fn(move |_: Uri| {
        let path = path.clone();
        async move { UnixStream::connect(path).await.map(TokioIo::new) }
    });
    let channel = endpoint()
        .connect_with_connector(connector)
        .await
        .map_err(|error| {
            Failure::new(
                "UNAVAILABLE",
                "CLOSING",
                format!("节点没有回答 the node does not answer: {error}"),
                "稍后再试, 或检查节点进程 try again, or look at the node's process",
            )
        })?;
    Ok(Some(channel))
}

/// Serves an office to this process only.
async fn inside(office: Office) -> Result<Link, Failure> {
    let (client, server) = tokio::io::duplex(PIPE_BYTES);
    let (stop, stopped) = oneshot::channel::<()>();
    let incoming =
        tokio_stream::once(Ok::<DuplexStream, io::Error>(server)).chain(tokio_stream::pending());
    let serving = Server::builder()
        .add_routes(office.routes)
        .serve_with_incoming_shutdown(incoming, async {
            let _ = stopped.await;
        });
    let server = tokio::spawn(async {
        // An end with an error is seen by the caller as a failed call, with more words than here.
        let _ = serving.await;
    });
    let client = Mutex::new(Some(client));
    let connector = service_fn(move |_: Uri| {
        let client = client.lock().ok().and_then(|mut client| client.take());
        async move {
            client
                .map(TokioIo::new)
                .ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))
        }
    });
    let channel = endpoint()
        .connect_with_connector(connector)
        .await
        .map_err(|error| Failure::new("INTERNAL", "PIPE", error.to_string(), ""))?;
    Ok(Link {
        channel,
        inside: Some(Inside {
            stop,
            server,
            close: office.close,
        }),
    })
}

fn endpoint() -> Endpoint {
    // The name is never resolved: the connector above decides where the bytes go.
    Endpoint::from_static("http://office.invalid")
}
