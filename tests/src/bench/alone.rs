//! The parts of a catch-up by themselves: the store's writes alone, the mutual-TLS stream alone.

use std::{path::Path, sync::Arc, time::Instant};

use super::{BenchError, fill};
use hongyan_node::{
    store::{Draft, LogNo, Store, StoreError, Unlock},
    sync::cut,
};
use hongyan_proto::{
    channel::{Listener, Pins, TlsIdentity},
    id::{Epoch, LogOrigin},
    identity::IdentityKey,
    log::{
        Entry, Follow, Kind, NewHeader, SignedCheckpoint, Tree, VerifiedFrame, body,
        limits::MAX_MESSAGE_BYTES,
    },
    pb::exchange::v1 as x,
    time::{Clock, Timestamp},
};
use rand::{SeedableRng, rngs::StdRng};
use x::{
    exchange_service_client::ExchangeServiceClient,
    exchange_service_server::{ExchangeService, ExchangeServiceServer},
};

/// Frames in one durable group, as when a session's window is full.
const GROUP: usize = 4;

fn frames(
    entries: u64,
    payload: usize,
) -> Result<
    (
        LogOrigin,
        IdentityKey,
        Vec<VerifiedFrame>,
        Vec<x::SyncRequest>,
    ),
    BenchError,
> {
    let key = IdentityKey::from_seed([3; 32]);
    let me = key.public().key_id();
    let origin = LogOrigin {
        author: me,
        audience: me,
        epoch: Epoch::from_bytes([1; 16]),
    };
    let mut rng = StdRng::seed_from_u64(1);
    let (mut tree, mut held) = (Tree::new(), Tree::new());
    let (mut verified, mut encoded) = (Vec::new(), Vec::new());
    while tree.size() < entries {
        let first = tree.size();
        let batch = (first..entries).map(|sequence| {
            let body = body::seal([9; 16], &fill::contact(&mut rng, payload));
            let header = NewHeader {
                log_id: origin.log_id(),
                sequence,
                seen: 0,
                time: Timestamp::from_millis(1_790_000_000_000),
                kind: Kind::Contact,
                case_id: None,
                agreement: None,
                body_hash: body::body_hash(&body),
            };
            Entry::join(header.encode(), body).map_err(|error| BenchError::Tool(error.to_string()))
        });
        let frame = cut(origin.log_id(), &mut tree, batch, |end| {
            let note = SignedCheckpoint::sign(&key, &origin, end.size(), end.root());
            Ok((
                note.map_err(|error| BenchError::Tool(error.to_string()))?,
                Vec::new(),
            ))
        })?;
        let Some(frame) = frame else { break };
        let message = x::SyncMessage {
            message: Some(x::sync_message::Message::Frame(frame.clone().into_wire())),
        };
        encoded.push(x::SyncRequest {
            message: Some(message),
        });
        let follow = Follow {
            origin,
            signers: key.public().into(),
            tree: held,
            last_seen: 0,
            seen_limit: 0,
        };
        let frame = follow
            .verify(frame)
            .map_err(|error| BenchError::Tool(error.to_string()))?;
        held = frame.tree().clone();
        verified.push(frame);
    }
    Ok((origin, key, verified, encoded))
}

/// Mirrors verified frames into an empty store, in durable groups; entries per second. The second figure is the same frames over TLS.
pub async fn measure(
    folder: &Path,
    entries: u64,
    payload: usize,
) -> Result<(f64, f64), BenchError> {
    let (origin, key, verified, encoded) = frames(entries, payload)?;
    let store = Store::create(
        &folder.join("alone"),
        &Unlock::KeyFile(folder.join("alone.key")),
        [5; 32],
    )?;
    let author = key.public();
    let no: LogNo = store
        .commit(move |draft| draft.create_log(origin, author, false))
        .await?;
    let begin = Instant::now();
    let mut frames = verified.into_iter();
    loop {
        let group: Vec<VerifiedFrame> = frames.by_ref().take(GROUP).collect();
        if group.is_empty() {
            break;
        }
        let mirror = move |draft: &mut Draft<'_>| {
            group
                .iter()
                .try_for_each(|frame| draft.mirror(no, frame, &[]))
        };
        store.commit::<(), StoreError, _>(mirror).await?;
    }
    #[allow(clippy::cast_precision_loss)]
    let store_rate = entries as f64 / begin.elapsed().as_secs_f64();
    Ok((store_rate, stream(encoded, entries).await?))
}

/// The frames over one pinned mutual-TLS connection, decoded and dropped on the other side.
async fn stream(frames: Vec<x::SyncRequest>, entries: u64) -> Result<f64, BenchError> {
    let tool = |error: &dyn std::fmt::Display| BenchError::Tool(error.to_string());
    let now = Timestamp::from_millis(1_790_000_000_000);
    let clock: Clock = Arc::new(move || now);
    let (server, client) = (
        IdentityKey::from_seed([4; 32]),
        IdentityKey::from_seed([5; 32]),
    );
    let year = 365 * 86_400_000;
    let issue =
        |key: &IdentityKey| TlsIdentity::issue(key, now.plus_millis(-1000), now.plus_millis(year));
    let (server_tls, client_tls) = (
        issue(&server).map_err(|e| tool(&e))?,
        issue(&client).map_err(|e| tool(&e))?,
    );
    let pins = Pins::new();
    pins.pin(client.public(), None);
    let tcp = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = tcp.local_addr()?;
    let listener = Listener::start(tcp, &server_tls, pins, Arc::clone(&clock), Arc::new(|_| {}));
    let service = ExchangeServiceServer::new(Sink).max_decoding_message_size(MAX_MESSAGE_BYTES);
    let serving = tokio::spawn(
        hongyan_proto::channel::server()
            .add_service(service)
            .serve_with_incoming(listener),
    );
    let channel =
        hongyan_proto::channel::connect(&address.to_string(), server.public(), &client_tls, clock)
            .await
            .map_err(|error| tool(&error))?;
    let begin = Instant::now();
    let mut answers = ExchangeServiceClient::new(channel)
        .sync(tokio_stream::iter(frames))
        .await
        .map_err(|error| tool(&error))?
        .into_inner();
    answers.message().await.map_err(|error| tool(&error))?;
    let seconds = begin.elapsed().as_secs_f64();
    serving.abort();
    #[allow(clippy::cast_precision_loss)]
    Ok(entries as f64 / seconds)
}

/// Takes every message and answers when there are no more.
struct Sink;

#[tonic::async_trait]
impl ExchangeService for Sink {
    type SyncStream = tokio_stream::Once<Result<x::SyncResponse, tonic::Status>>;

    async fn introduce(
        &self,
        _: tonic::Request<x::IntroduceRequest>,
    ) -> Result<tonic::Response<x::IntroduceResponse>, tonic::Status> {
        Err(tonic::Status::unimplemented("a sink has no partners"))
    }

    async fn sync(
        &self,
        request: tonic::Request<tonic::Streaming<x::SyncRequest>>,
    ) -> Result<tonic::Response<Self::SyncStream>, tonic::Status> {
        let mut frames = request.into_inner();
        while frames.message().await?.is_some() {}
        Ok(tonic::Response::new(tokio_stream::once(Ok(
            x::SyncResponse { message: None },
        ))))
    }
}
