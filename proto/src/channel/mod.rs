//! The TLS channel between two programs: mutual TLS 1.3, identity keys pinned, no authority above them.
//!
//! A certificate is made for a replaceable P-256 key and carries the organization's Ed25519 key with its signature over
//! that P-256 key; what is pinned is the Ed25519 key. This room ends at a byte stream that tonic can serve or call over:
//! messages, retries and who is whose partner do not belong here.

mod certificate;
mod client;
mod config;
mod connection;
mod crowd;
mod error;
mod expect;
mod extension;
mod handshake;
mod http2;
mod listener;
mod live_tls;
mod pins;
mod succession;
mod tls_identity;
mod verifier;

#[cfg(test)]
mod stories;

pub use certificate::{CertificateError, PeerIdentity, server_name};
pub use client::{CONNECT_LIMIT, connect};
pub use connection::{ConnectInfo, Connection, INTRODUCTION_LIMIT};
pub use error::{ChannelError, explain};
pub use expect::Expect;
pub use extension::{BINDING_DOMAIN, BINDING_OID};
pub use handshake::{HANDSHAKE_LIMIT, HandshakeError, HandshakeFailure};
pub use http2::{CONNECTION_WINDOW, KEEP_ALIVE, KEEP_ALIVE_LIMIT, STREAM_WINDOW, server};
pub use listener::{
    HANDSHAKES_AT_ONCE, HANDSHAKES_OF_ONE, Listener, Report, STRANGERS_AT_ONCE, STRANGERS_OF_ONE,
};
pub use live_tls::LiveTls;
pub use pins::Pins;
pub use succession::SUCCESSION_OID;
pub use tls_identity::{TlsIdentity, TlsIdentityError};
