//! One incoming handshake: its time limit, its result, and why it failed in words.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use rustls::{AlertDescription, Error};
use thiserror::Error;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    certificate::{CertificateError, PeerIdentity},
    config::{ALPN, server_config},
    live_tls::LiveTls,
    pins::Pins,
    verifier::AdmittedClient,
};
use crate::time::Clock;

/// How long a peer may take for its handshake.
pub const HANDSHAKE_LIMIT: Duration = Duration::from_secs(5);
/// How long, and for how many bytes, a refused peer is listened to so that it can read why it was refused.
const PARTING_LIMIT: Duration = Duration::from_secs(1);
const PARTING_BYTES: usize = 64 * 1024;

/// Why an incoming handshake failed.
#[derive(Debug, Error)]
pub enum HandshakeError {
    /// The peer was silent or slow.
    #[error("握手超过 {} 秒 the handshake took longer than {}s", HANDSHAKE_LIMIT.as_secs(), HANDSHAKE_LIMIT.as_secs())]
    TimedOut,
    /// Too many connections of one address, or of strangers, at once.
    #[error(
        "同一地址或未登记的连接过多 too many connections from one address, or of keys that are not pinned"
    )]
    Crowded,
    /// The peer's certificate is refused.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The peer showed no certificate.
    #[error("对方未出示证书 the peer showed no certificate")]
    NoCertificate,
    /// The peer showed a certificate without holding its key.
    #[error(
        "对方没有证书的私钥, 有人冒用证书 the peer does not hold the certificate's key: someone uses it who should not"
    )]
    NoPossession,
    /// The peer speaks no TLS 1.3, or no cipher of ours.
    #[error("对方不支持 TLS 1.3  the peer does not speak TLS 1.3 as we do: {0}")]
    Incompatible(String),
    /// The peer's bytes are no TLS.
    #[error("对方未使用 TLS  the peer does not speak TLS")]
    NotTls,
    /// The peer did not agree on HTTP/2.
    #[error("对方未协商 HTTP/2  the peer did not agree on HTTP/2")]
    NotHttp2,
    /// The peer refused us.
    #[error("对方拒绝了本机的证书 the peer refused our certificate: {0}")]
    RefusedByPeer(String),
    /// The connection broke, or anything else.
    #[error("连接中断 the connection broke: {0}")]
    Broken(String),
}

/// A handshake that came to nothing: who, and why.
#[derive(Debug, Error)]
#[error("{remote}: {reason}")]
pub struct HandshakeFailure {
    /// Where it came from.
    pub remote: SocketAddr,
    /// Why it failed.
    pub reason: HandshakeError,
}

/// What every handshake of a listener needs.
pub(super) struct Terms {
    pub(super) tls: LiveTls,
    pub(super) pins: Pins,
    pub(super) clock: Clock,
}

impl Terms {
    pub(super) async fn shake_hands(
        &self,
        tcp: TcpStream,
    ) -> Result<(TlsStream<TcpStream>, PeerIdentity), HandshakeError> {
        // Small messages answer each other; a failure only makes them slower.
        let _ = tcp.set_nodelay(true);
        let verifier = AdmittedClient::new(self.pins.clone(), self.clock.clone());
        let config = server_config(&self.tls.current(), verifier.clone())
            .map_err(|error| HandshakeError::Broken(error.to_string()))?;
        let accept = TlsAcceptor::from(Arc::new(config)).accept(tcp);
        let accepted = timeout(HANDSHAKE_LIMIT, accept.into_fallible()).await;
        let stream = match accepted {
            Ok(Ok(stream)) => stream,
            Ok(Err((error, tcp))) => {
                let reason = match verifier.verdict() {
                    Some(Err(refused)) => refused.into(),
                    Some(Ok(_)) | None => classify(&error),
                };
                part(tcp).await;
                return Err(reason);
            }
            Err(_) => return Err(HandshakeError::TimedOut),
        };
        if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
            return Err(HandshakeError::NotHttp2);
        }
        match verifier.verdict() {
            Some(Ok(peer)) => Ok((stream, peer)),
            // Without the verifier's word nobody enters, whatever the TLS library says.
            Some(Err(refused)) => Err(refused.into()),
            None => Err(HandshakeError::NoCertificate),
        }
    }
}

/// Lets a refused peer read the alert: closing with its bytes unread would reset the connection and lose it.
async fn part(mut tcp: TcpStream) {
    let reading = async {
        tcp.shutdown().await?;
        let mut sink = [0; 4096];
        let mut taken = 0;
        while taken < PARTING_BYTES {
            match tcp.read(&mut sink).await? {
                0 => break,
                bytes => taken += bytes,
            }
        }
        io::Result::Ok(())
    };
    // It is being turned away; that it broke off itself changes nothing.
    let _ = timeout(PARTING_LIMIT, reading).await;
}

fn classify(error: &io::Error) -> HandshakeError {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match tls {
        Some(Error::NoCertificatesPresented) => HandshakeError::NoCertificate,
        Some(Error::InvalidCertificate(_)) => HandshakeError::NoPossession,
        Some(Error::InvalidMessage(_)) => HandshakeError::NotTls,
        Some(Error::PeerIncompatible(why)) => HandshakeError::Incompatible(format!("{why:?}")),
        Some(
            Error::NoApplicationProtocol
            | Error::AlertReceived(AlertDescription::NoApplicationProtocol),
        ) => HandshakeError::NotHttp2,
        Some(Error::AlertReceived(alert)) => HandshakeError::RefusedByPeer(format!("{alert:?}")),
        _ => HandshakeError::Broken(error.to_string()),
    }
}
