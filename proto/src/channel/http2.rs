//! HTTP/2 settings both ends use.

use std::time::Duration;

use tonic::transport::{Endpoint, Server};

/// Bytes a peer may send on one stream before it is acknowledged: a few frames of a sync stay in flight.
pub const STREAM_WINDOW: u32 = 2 * 1024 * 1024;
/// Bytes a peer may send on one connection before it is acknowledged.
pub const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
/// A silent connection is asked this often whether it still lives.
pub const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// A connection that does not answer for this long is dead.
pub const KEEP_ALIVE_LIMIT: Duration = Duration::from_secs(20);

/// A tonic server with these settings. Message sizes are each service's own.
pub fn server() -> Server {
    Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_LIMIT))
}

pub(super) fn tune(endpoint: Endpoint) -> Endpoint {
    endpoint
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_LIMIT)
        .keep_alive_while_idle(true)
}
