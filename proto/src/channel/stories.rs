//! Both ends together over loopback: who gets in, who does not and why, and who is cut off.
#![allow(clippy::unwrap_used)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::{ClientConfig, pki_types::ServerName, version::TLS13};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_stream::StreamExt as _;
use tonic::{Request, Response, Status, transport::Channel};

use super::{
    client::Dialler,
    config::{ALPN, provider},
    tls_identity::tests::{
        END, NOW, OVERLAP, START, borrowed, crooked, forged, identity, issued, rotated,
    },
    verifier::ExpectedServer,
    *,
};
use crate::{
    id::KeyId,
    pb::exchange::v1::{
        IntroduceRequest, IntroduceResponse, SyncRequest, SyncResponse,
        exchange_service_client::ExchangeServiceClient,
        exchange_service_server::{ExchangeService, ExchangeServiceServer},
    },
    time::{Clock, Timestamp},
};

/// No story waits longer than this for what it expects.
const PATIENCE: Duration = Duration::from_secs(30);
const SERVER: u8 = 1;
const CLIENT: u8 = 2;
const LET_IN: Option<Timestamp> = Some(Timestamp::from_millis(i64::MAX));

fn at(now: Timestamp) -> Clock {
    Arc::new(move || now)
}

fn key_id(seed: u8) -> KeyId {
    identity(seed).public().key_id()
}

/// A listener with one pinned client.
struct House {
    address: SocketAddr,
    pins: Pins,
    listener: Listener,
    failures: mpsc::UnboundedReceiver<String>,
}

async fn house_with(tls: TlsIdentity, strangers: Option<Timestamp>, clock: Clock) -> House {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let pins = Pins::new();
    pins.pin(identity(CLIENT).public(), None);
    pins.let_in_strangers(strangers);
    let (sender, failures) = mpsc::unbounded_channel();
    let report: Report = Arc::new(move |failure: &HandshakeFailure| {
        let _ = sender.send(format!("{:?}", failure.reason));
    });
    let listener = Listener::start(tcp, &tls, pins.clone(), clock, report);
    House {
        address,
        pins,
        listener,
        failures,
    }
}

async fn house() -> House {
    house_with(issued(SERVER), None, at(NOW)).await
}

impl House {
    async fn failure(&mut self) -> String {
        timeout(PATIENCE, self.failures.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// Takes the next connection and greets it, as an HTTP/2 server does.
    async fn greet(&mut self) -> Connection {
        let next = timeout(PATIENCE, self.listener.next()).await;
        let mut connection = next.unwrap().unwrap().unwrap();
        connection.write_all(b"welcome").await.unwrap();
        connection.flush().await.unwrap();
        connection
    }

    fn dialler(&self, tls: &TlsIdentity) -> Dialler {
        Dialler {
            endpoint: self.address.to_string().parse().unwrap(),
            expect: identity(SERVER).public().into(),
            tls: tls.into(),
            clock: at(NOW),
        }
    }

    async fn dial(&self, tls: &TlsIdentity) -> Result<TlsStream<TcpStream>, ChannelError> {
        self.dialler(tls).dial().await
    }
}

#[tokio::test]
async fn partners_meet_and_talk() {
    let mut house = house().await;
    let caller = house.dialler(&issued(CLIENT));
    let (dialled, mut accepted) = tokio::join!(caller.dial(), house.greet());
    let mut dialled = dialled.unwrap();
    let mut heard = [0; 7];
    dialled.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"welcome");
    dialled.write_all(b"hello").await.unwrap();
    dialled.flush().await.unwrap();
    let mut heard = [0; 5];
    accepted.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"hello");
    let info = accepted.info();
    assert_eq!(info.peer.key_id, key_id(CLIENT));
    assert!(info.peer.introduced);
    assert_eq!(info.remote, dialled.get_ref().0.local_addr().unwrap());
}

#[tokio::test]
async fn a_stranger_is_refused_and_both_sides_know_why() {
    let mut house = house().await;
    let refused = house.dial(&issued(3)).await.unwrap_err();
    assert_eq!(refused, ChannelError::RefusedByPeer);
    assert!(house.failure().await.contains("NotPinned"));
}

#[tokio::test]
async fn a_stranger_may_come_to_be_introduced() {
    let mut house = house_with(issued(SERVER), LET_IN, at(NOW)).await;
    let caller = house.dialler(&issued(3));
    let (dialled, accepted) = tokio::join!(caller.dial(), house.greet());
    assert!(dialled.is_ok());
    assert!(!accepted.info().peer.introduced);
    assert_eq!(accepted.info().peer.key_id, key_id(3));
}

#[tokio::test]
async fn introduction_does_not_excuse_a_bad_certificate() {
    let mut house = house_with(issued(SERVER), LET_IN, at(NOW)).await;
    let tls = crooked(3, &server_name(&key_id(3)), true);
    assert!(house.dial(&tls).await.is_err());
    assert!(house.failure().await.contains("Binding"));
}

#[tokio::test]
async fn crooked_clients_are_refused() {
    let mut house = house().await;
    let own_name = server_name(&key_id(CLIENT));
    let expired = TlsIdentity::issue(&identity(CLIENT), START, NOW.plus_millis(-1000)).unwrap();
    let early = TlsIdentity::issue(&identity(CLIENT), NOW.plus_millis(60_000), END).unwrap();
    let refused_certificate = |error: &ChannelError| {
        assert!(
            matches!(error, ChannelError::OwnCertificateRefused(_)),
            "{error:?}"
        );
    };

    let error = house.dial(&expired).await.unwrap_err();
    assert_eq!(error, ChannelError::OwnCertificateExpired);
    assert!(house.failure().await.contains("Expired"));

    let error = house.dial(&early).await.unwrap_err();
    assert_eq!(error, ChannelError::OwnCertificateExpired);
    assert!(house.failure().await.contains("NotYetValid"));

    let wrong_name = crooked(CLIENT, &server_name(&key_id(SERVER)), false);
    refused_certificate(&house.dial(&wrong_name).await.unwrap_err());
    assert!(house.failure().await.contains("Name"));

    let stolen_signature = crooked(CLIENT, &own_name, true);
    refused_certificate(&house.dial(&stolen_signature).await.unwrap_err());
    assert!(house.failure().await.contains("Binding"));

    let certificate = issued(CLIENT).certificate_der().to_vec().into();
    let own_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let stolen_certificate = forged(certificate, &own_key.serialize_der());
    refused_certificate(&house.dial(&stolen_certificate).await.unwrap_err());
    assert!(house.failure().await.contains("NoPossession"));
}

#[tokio::test]
async fn a_stolen_certificate_does_not_make_a_server() {
    let certificate = issued(SERVER).certificate_der().to_vec().into();
    let own_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let thief = forged(certificate, &own_key.serialize_der());
    let mut house = house_with(thief, LET_IN, at(NOW)).await;
    let error = house.dial(&issued(CLIENT)).await.unwrap_err();
    assert!(matches!(error, ChannelError::Other(_)), "{error:?}");
    assert!(house.failure().await.contains("RefusedByPeer"));
}

#[tokio::test]
async fn no_certificate_no_entry() {
    let mut house = house().await;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(ExpectedServer::new(
            identity(SERVER).public().into(),
            at(NOW),
        ))
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
    let tcp = TcpStream::connect(house.address).await.unwrap();
    let name = ServerName::try_from(server_name(&key_id(SERVER))).unwrap();
    // In TLS 1.3 the client's part succeeds; the refusal comes as an answer.
    let mut tls = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await
        .unwrap();
    let refused = tls.read_u8().await.unwrap_err();
    let explained = explain(&refused);
    assert!(
        matches!(explained, ChannelError::OwnCertificateRefused(_)),
        "{explained:?}"
    );
    assert!(house.failure().await.contains("NoCertificate"));
}

/// A TLS 1.2 `ClientHello`: version 3.3, one ECDSA suite, no `supported_versions` extension.
fn tls12_hello() -> Vec<u8> {
    let extensions: &[u8] = &[
        0, 10, 0, 4, 0, 2, 0, 23, // supported_groups: P-256
        0, 13, 0, 4, 0, 2, 4, 3, // signature_algorithms: ECDSA P-256
        0, 11, 0, 2, 1, 0, // ec_point_formats: uncompressed
    ];
    let mut body = vec![3, 3];
    body.extend_from_slice(&[7; 32]);
    body.extend_from_slice(&[0, 0, 2, 0xc0, 0x2b, 1, 0]);
    body.extend_from_slice(&[0, u8::try_from(extensions.len()).unwrap()]);
    body.extend_from_slice(extensions);
    let length = u8::try_from(body.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend_from_slice(&body);
    record
}

#[tokio::test]
async fn tls12_and_no_tls_are_refused() {
    let mut house = house().await;
    let mut tcp = TcpStream::connect(house.address).await.unwrap();
    tcp.write_all(&tls12_hello()).await.unwrap();
    let mut answer = [0; 7];
    timeout(PATIENCE, tcp.read_exact(&mut answer))
        .await
        .unwrap()
        .unwrap();
    // A fatal alert: protocol_version.
    assert_eq!((answer[0], answer[5], answer[6]), (21, 2, 70));
    assert!(house.failure().await.contains("Incompatible"));

    let mut tcp = TcpStream::connect(house.address).await.unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(house.failure().await.contains("NotTls"));
}

#[tokio::test]
async fn the_wrong_server_is_named() {
    let mut house = house_with(issued(9), None, at(NOW)).await;
    let error = house.dial(&issued(CLIENT)).await.unwrap_err();
    let wrong = CertificateError::WrongKey {
        expected: key_id(SERVER),
        found: key_id(9),
    };
    assert_eq!(error, ChannelError::Certificate(wrong));
    let words = error.to_string();
    assert!(words.contains(&key_id(9).spoken()), "{words}");
    assert!(house.failure().await.contains("RefusedByPeer"));
}

#[tokio::test]
async fn a_server_whose_certificate_expired_is_refused() {
    let old = TlsIdentity::issue(&identity(SERVER), START, NOW.plus_millis(-1000)).unwrap();
    let house = house_with(old, None, at(NOW)).await;
    let error = house.dial(&issued(CLIENT)).await.unwrap_err();
    assert!(matches!(
        error,
        ChannelError::Certificate(CertificateError::Expired { .. })
    ));
}

#[tokio::test]
async fn a_removed_pin_cuts_the_live_connection() {
    let mut house = house().await;
    let caller = house.dialler(&issued(CLIENT));
    let (dialled, mut accepted) = tokio::join!(caller.dial(), house.greet());
    let mut dialled = dialled.unwrap();
    let reading = tokio::spawn(async move { accepted.read_u8().await.map_err(|e| e.kind()) });
    // A change that does not concern this peer leaves it alone.
    house.pins.pin(identity(8).public(), None);
    house.pins.unpin(&key_id(8));
    tokio::task::yield_now().await;
    assert!(!reading.is_finished());
    house.pins.unpin(&key_id(CLIENT));
    let read = timeout(PATIENCE, reading).await.unwrap().unwrap();
    assert_eq!(read, Err(std::io::ErrorKind::ConnectionAborted));
    let mut greeting = [0; 7];
    dialled.read_exact(&mut greeting).await.unwrap();
    assert!(timeout(PATIENCE, dialled.read_u8()).await.unwrap().is_err());
    assert_eq!(
        house.dial(&issued(CLIENT)).await.unwrap_err(),
        ChannelError::RefusedByPeer
    );
}

#[tokio::test]
async fn silent_peers_hold_up_nobody() {
    let mut house = house().await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(house.address).await.unwrap());
    }
    let caller = house.dialler(&issued(CLIENT));
    let (dialled, _accepted) = tokio::join!(caller.dial(), house.greet());
    assert!(dialled.is_ok());
    drop(silent);
    assert!(house.failure().await.contains("Broken"));
}

#[tokio::test]
async fn dead_ends_are_told_apart() {
    let dial = |endpoint: String| async move {
        connect(
            &endpoint,
            identity(SERVER).public(),
            &issued(CLIENT),
            at(NOW),
        )
        .await
        .unwrap_err()
    };
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = tcp.local_addr().unwrap();
    drop(tcp);
    let error = dial(free.to_string()).await;
    assert!(
        matches!(error, ChannelError::NothingListens(_)),
        "{error:?}"
    );

    let error = dial("no-such-host.invalid:1".to_owned()).await;
    assert!(matches!(error, ChannelError::Resolve(..)), "{error:?}");

    let error = dial("no port".to_owned()).await;
    assert!(matches!(error, ChannelError::Endpoint(_)), "{error:?}");

    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let answering = tokio::spawn(async move {
        let (mut tcp, _) = plain.accept().await.unwrap();
        tcp.write_all(b"220 mail.example.cn ESMTP\r\n")
            .await
            .unwrap();
        // Until the dialler leaves.
        let mut sink = Vec::new();
        let _ = tcp.read_to_end(&mut sink).await;
    });
    assert_eq!(dial(address.to_string()).await, ChannelError::NotTls);
    answering.await.unwrap();
}

/// Key 1 was pinned and became key 3 while nobody looked.
#[tokio::test]
async fn a_key_that_follows_from_a_pinned_one_enters_under_its_name() {
    let mut house = house().await;
    house.pins.unpin(&key_id(CLIENT));
    house.pins.pin(identity(1).public(), None);
    let caller = house.dialler(&rotated(3));
    let (dialled, accepted) = tokio::join!(caller.dial(), house.greet());
    assert!(dialled.is_ok());
    let peer = &accepted.info().peer;
    assert_eq!((peer.pinned_as, peer.key_id), (key_id(1), key_id(3)));
    assert!(peer.introduced);
    // The old key is still good for the overlap, and is the same organization.
    let caller = house.dialler(&issued(1));
    let (dialled, accepted) = tokio::join!(caller.dial(), house.greet());
    assert!(dialled.is_ok());
    assert_eq!(accepted.info().peer.pinned_as, key_id(1));
}

#[tokio::test]
async fn a_replaced_key_is_refused_after_its_time_and_told_why() {
    let mut house = house_with(issued(SERVER), LET_IN, at(OVERLAP)).await;
    house.pins.unpin(&key_id(CLIENT));
    house.pins.pin(identity(1).public(), None);
    let caller = house.dialler(&rotated(2));
    let (dialled, _accepted) = tokio::join!(caller.dial(), house.greet());
    assert!(dialled.is_ok());
    // Not even to be introduced: whoever comes with it has an old backup, or stole it.
    let refused = house.dial(&issued(1)).await.unwrap_err();
    assert_eq!(refused, ChannelError::RefusedByPeer);
    assert!(house.failure().await.contains("Retired"));
}

#[tokio::test]
async fn a_row_that_begins_nowhere_or_is_another_keys_helps_nobody() {
    let mut house = house().await;
    house.pins.unpin(&key_id(CLIENT));
    // Good in itself, but nobody here ever pinned its first key.
    let refused = house.dial(&rotated(3)).await.unwrap_err();
    assert_eq!(refused, ChannelError::RefusedByPeer);
    assert!(house.failure().await.contains("NotPinned"));
    // The statements of key 1 shown by someone else.
    house.pins.pin(identity(1).public(), None);
    let refused = house.dial(&borrowed(7, 3)).await.unwrap_err();
    assert!(
        matches!(refused, ChannelError::OwnCertificateRefused(_)),
        "{refused:?}"
    );
    assert!(house.failure().await.contains("Succession"));
}

#[tokio::test]
async fn a_server_that_replaced_its_key_is_followed_by_whoever_pinned_it() {
    let mut house = house_with(rotated(4), None, at(NOW)).await;
    let pins = Pins::new();
    pins.pin(identity(1).public(), None);
    let caller = Dialler {
        expect: Expect::pinned(key_id(1), &pins),
        ..house.dialler(&issued(CLIENT))
    };
    let (dialled, _accepted) = tokio::join!(caller.dial(), house.greet());
    assert!(dialled.is_ok());
    assert_eq!(pins.current(&key_id(1)), Some(identity(4).public()));
    // Whoever expects a key that is not in the row is told which one answered.
    let refused = house.dial(&issued(CLIENT)).await;
    assert!(refused.is_ok(), "key 1 is in the row");
    let stranger = Dialler {
        expect: identity(8).public().into(),
        ..house.dialler(&issued(CLIENT))
    };
    let wrong = CertificateError::WrongKey {
        expected: key_id(8),
        found: key_id(4),
    };
    assert_eq!(
        stranger.dial().await.unwrap_err(),
        ChannelError::Certificate(wrong)
    );
}

#[tokio::test]
async fn a_replaced_tls_identity_is_shown_at_the_next_handshake() {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let pins = Pins::new();
    pins.pin(identity(CLIENT).public(), None);
    let live = LiveTls::from(&issued(1));
    let quiet: Report = Arc::new(|_: &HandshakeFailure| {});
    let _listener = Listener::start(tcp, &live, pins, at(NOW), quiet);
    let met = Pins::new();
    met.pin(identity(1).public(), None);
    let dial = || Dialler {
        endpoint: address.to_string().parse().unwrap(),
        expect: Expect::pinned(key_id(1), &met),
        tls: (&issued(CLIENT)).into(),
        clock: at(NOW),
    };
    assert!(dial().dial().await.is_ok());
    assert_eq!(met.current(&key_id(1)), Some(identity(1).public()));
    live.replace(rotated(2));
    assert!(dial().dial().await.is_ok());
    assert_eq!(met.current(&key_id(1)), Some(identity(2).public()));
}

struct Echo;

#[tonic::async_trait]
impl ExchangeService for Echo {
    type SyncStream = tokio_stream::Empty<Result<SyncResponse, Status>>;

    async fn introduce(
        &self,
        request: Request<IntroduceRequest>,
    ) -> Result<Response<IntroduceResponse>, Status> {
        let info = request.extensions().get::<ConnectInfo>().unwrap();
        Ok(Response::new(IntroduceResponse {
            organization: None,
            epoch: info.peer.key_id.to_field(),
        }))
    }

    async fn sync(
        &self,
        _: Request<tonic::Streaming<SyncRequest>>,
    ) -> Result<Response<Self::SyncStream>, Status> {
        Ok(Response::new(tokio_stream::empty()))
    }
}

async fn ask(channel: &Channel) -> Result<bytes::Bytes, Status> {
    let mut client = ExchangeServiceClient::new(channel.clone());
    let call = client.introduce(IntroduceRequest::default());
    let answer = timeout(PATIENCE, call).await.unwrap()?;
    Ok(answer.into_inner().epoch)
}

#[tokio::test]
async fn grpc_knows_its_caller_until_the_pin_is_removed() {
    let House {
        address,
        pins,
        listener,
        ..
    } = house().await;
    let serving = tokio::spawn(
        server()
            .add_service(ExchangeServiceServer::new(Echo))
            .serve_with_incoming(listener),
    );
    let tls = issued(CLIENT);
    let dial = || connect_to(address, &tls);
    let channel = dial().await.unwrap();
    assert_eq!(ask(&channel).await.unwrap(), key_id(CLIENT).to_field());

    pins.unpin(&key_id(CLIENT));
    // The cut may be noticed during the first call or before it; the second finds the door closed.
    let first = explain(&ask(&channel).await.unwrap_err());
    assert!(
        matches!(first, ChannelError::Closed | ChannelError::RefusedByPeer),
        "{first:?}"
    );
    let second = explain(&ask(&channel).await.unwrap_err());
    assert_eq!(second, ChannelError::RefusedByPeer);
    assert_eq!(dial().await.unwrap_err(), ChannelError::RefusedByPeer);

    pins.pin(identity(CLIENT).public(), None);
    assert_eq!(ask(&channel).await.unwrap(), key_id(CLIENT).to_field());
    serving.abort();
}

async fn connect_to(address: SocketAddr, tls: &TlsIdentity) -> Result<Channel, ChannelError> {
    connect(
        &address.to_string(),
        identity(SERVER).public(),
        tls,
        at(NOW),
    )
    .await
}

#[tokio::test]
async fn silent_callers_of_one_address_leave_room_for_others() {
    let mut house = house().await;
    let mut silent = Vec::new();
    for _ in 0..HANDSHAKES_OF_ONE {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        silent.push(socket.connect(house.address).await.unwrap());
    }
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut one_more = socket.connect(house.address).await.unwrap();
    assert_eq!(house.failure().await, "Crowded");
    let closed = timeout(PATIENCE, one_more.read(&mut [0; 1])).await.unwrap();
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    // Somebody else comes in, while all of them are silent.
    let caller = house.dialler(&issued(CLIENT));
    let (dialled, _accepted) = tokio::join!(caller.dial(), house.greet());
    dialled.unwrap();
    assert_eq!(silent.len(), HANDSHAKES_OF_ONE);
}

#[tokio::test]
async fn strangers_of_one_address_are_counted_until_they_are_pinned() {
    let mut house = house_with(issued(SERVER), LET_IN, at(NOW)).await;
    let mut held = Vec::new();
    for _ in 0..STRANGERS_OF_ONE {
        let caller = house.dialler(&issued(3));
        let (dialled, accepted) = tokio::join!(caller.dial(), house.greet());
        held.push((dialled.unwrap(), accepted));
    }
    let one_more = house.dialler(&issued(3));
    let (_dialled, failure) = tokio::join!(one_more.dial(), house.failure());
    assert_eq!(failure, "Crowded");
    // A partner is no stranger.
    let partner = house.dialler(&issued(CLIENT));
    let (dialled, _accepted) = tokio::join!(partner.dial(), house.greet());
    dialled.unwrap();
    drop(held.pop());
    let again = house.dialler(&issued(3));
    assert!(tokio::join!(again.dial(), house.greet()).0.is_ok());
}
