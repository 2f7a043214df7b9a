//! Dialling: to one endpoint, expecting one key.

use std::{io, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{io::AsyncBufReadExt as _, net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Channel, Endpoint as HttpEndpoint, Uri};

use super::{
    certificate::server_name,
    config::{ALPN, client_config},
    error::{ChannelError, classify, explain},
    expect::Expect,
    http2::tune,
    live_tls::LiveTls,
    verifier::ExpectedServer,
};
use crate::{identity::Endpoint, time::Clock};

/// How long name look-up, TCP and TLS may take together.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long the server's first bytes are waited for, which show that it took our certificate. A server that speaks only
/// after the client has is met at the first call instead.
const WELCOME_LIMIT: Duration = Duration::from_secs(2);

/// Connects to `endpoint` (host:port), where `expect` must answer. The channel reconnects by itself, with the same demands; a caller
/// that no longer trusts the key drops the channel.
///
/// Errors: what went wrong, in words; also a refusal by the server, which in TLS 1.3 comes only after the handshake.
pub async fn connect(
    endpoint: &str,
    expect: impl Into<Expect>,
    tls: impl Into<LiveTls>,
    clock: Clock,
) -> Result<Channel, ChannelError> {
    let expect = expect.into();
    let name = expect.name;
    let dialler = Arc::new(Dialler {
        endpoint: endpoint.parse()?,
        expect,
        tls: tls.into(),
        clock,
    });
    // TLS is the connector's business, so the URI says http; its host is the name in the certificate.
    let uri = format!("http://{}", server_name(&name));
    let http = HttpEndpoint::from_shared(uri).map_err(|error| explain(&error))?;
    let connector = tower::service_fn(move |_: Uri| {
        let dialler = dialler.clone();
        async move { dialler.dial().await.map(TokioIo::new) }
    });
    let connected = tune(http).connect_with_connector(connector).await;
    connected.map_err(|error| explain(&error))
}

/// All that a dialled connection needs, kept for the next one.
pub(super) struct Dialler {
    pub(super) endpoint: Endpoint,
    pub(super) expect: Expect,
    pub(super) tls: LiveTls,
    pub(super) clock: Clock,
}

impl Dialler {
    pub(super) async fn dial(&self) -> Result<TlsStream<TcpStream>, ChannelError> {
        timeout(CONNECT_LIMIT, async {
            let tcp = self.reach().await?;
            self.shake_hands(tcp).await
        })
        .await
        .unwrap_or_else(|_| Err(ChannelError::TimedOut(self.endpoint.clone())))
    }

    async fn reach(&self) -> Result<TcpStream, ChannelError> {
        let endpoint = || self.endpoint.clone();
        let addresses = tokio::net::lookup_host((self.endpoint.host(), self.endpoint.port()))
            .await
            .map_err(|error| ChannelError::Resolve(endpoint(), error.to_string()))?;
        let mut last = ChannelError::Resolve(endpoint(), "no address".to_owned());
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(tcp) => {
                    // Small messages answer each other; a failure only makes them slower.
                    let _ = tcp.set_nodelay(true);
                    return Ok(tcp);
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    last = ChannelError::NothingListens(endpoint());
                }
                Err(error) => last = ChannelError::Unreachable(endpoint(), error.to_string()),
            }
        }
        Err(last)
    }

    async fn shake_hands(&self, tcp: TcpStream) -> Result<TlsStream<TcpStream>, ChannelError> {
        let verifier = ExpectedServer::new(self.expect.clone(), self.clock.clone());
        let other = |error: &dyn std::fmt::Display| ChannelError::Other(error.to_string());
        let config =
            client_config(&self.tls.current(), verifier.clone()).map_err(|error| other(&error))?;
        let name =
            ServerName::try_from(server_name(&self.expect.name)).map_err(|error| other(&error))?;
        let mut stream = TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await
            .map_err(|error| match verifier.refused() {
                Some(refused) => ChannelError::Certificate(refused),
                None => classify(&error),
            })?;
        if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
            return Err(ChannelError::NotHttp2);
        }
        match timeout(WELCOME_LIMIT, stream.fill_buf()).await {
            Ok(Ok([])) => Err(ChannelError::Closed),
            Ok(Ok(_)) | Err(_) => Ok(stream),
            Ok(Err(error)) => Err(classify(&error)),
        }
    }
}
