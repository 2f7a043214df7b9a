//! A rogue that waits to be dialled: says its lines to whoever opens a session, and listens to the end.

use std::{net::SocketAddr, sync::Arc};

use hongyan_proto::{
    channel::{self, Listener, Pins},
    message::Message,
    pb::exchange::v1::{
        self as x,
        exchange_service_server::{ExchangeService, ExchangeServiceServer},
    },
    time::Clock,
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::{Rogue, TownError};

/// Messages of the other side that it leaves unread at most.
const OUTGOING_MESSAGES: usize = 64;

struct Lines(Vec<Message>);

#[tonic::async_trait]
impl ExchangeService for Lines {
    type SyncStream = ReceiverStream<Result<x::SyncResponse, Status>>;

    async fn introduce(
        &self,
        _: Request<x::IntroduceRequest>,
    ) -> Result<Response<x::IntroduceResponse>, Status> {
        Err(Status::unimplemented("a rogue introduces itself to nobody"))
    }

    async fn sync(
        &self,
        request: Request<Streaming<x::SyncRequest>>,
    ) -> Result<Response<Self::SyncStream>, Status> {
        let lines = self.0.clone();
        let (outgoing, answers) = mpsc::channel(OUTGOING_MESSAGES);
        tokio::spawn(async move {
            for line in lines {
                let message = Some(line.into_wire());
                if outgoing
                    .send(Ok(x::SyncResponse { message }))
                    .await
                    .is_err()
                {
                    return;
                }
            }
            let mut incoming = request.into_inner();
            while let Ok(Some(_)) = incoming.message().await {}
        });
        Ok(Response::new(ReceiverStream::new(answers)))
    }
}

impl Rogue {
    /// Answers on a port of its own, with the true key, until the test's runtime ends.
    pub async fn answer(&self, lines: Vec<Message>) -> Result<SocketAddr, TownError> {
        let tcp = TcpListener::bind("127.0.0.1:0").await?;
        let address = tcp.local_addr()?;
        let pins = Pins::new();
        pins.pin(self.partner, None);
        let now = self.now;
        let clock: Clock = Arc::new(move || now);
        let listener = Listener::start(tcp, &self.tls()?, pins, clock, Arc::new(|_| {}));
        let service = ExchangeServiceServer::new(Lines(lines));
        tokio::spawn(
            channel::server()
                .add_service(service)
                .serve_with_incoming(listener),
        );
        Ok(address)
    }
}
