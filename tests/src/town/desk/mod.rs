//! An officer's desk: the node's own API, in the words a story needs. One file per subject; a call that only one story makes
//! goes over [`Desk::channel`] there.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use hongyan_proto::pb::office::v1 as o;
use hyper_util::rt::TokioIo;
use o::{log_service_client::LogServiceClient, node_service_client::NodeServiceClient};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use tokio::{net::UnixStream, sync::Mutex};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use super::TownError;

/// Asks the node something: the desk, the service's client, the call and its request. Gives the answer or the node's refusal.
macro_rules! ask {
    ($desk:expr, $client:ident, $call:ident, $request:ident { $($fields:tt)* }) => {
        $client::new($desk.channel())
            .max_encoding_message_size($crate::town::desk::MAX_ANSWER_BYTES)
            .max_decoding_message_size($crate::town::desk::MAX_ANSWER_BYTES)
            .$call(o::$request { $($fields)* })
            .await
            .map(tonic::Response::into_inner)
    };
}

/// Has the node write something: as [`ask!`], with who does it and a new request id.
macro_rules! act {
    ($desk:expr, $client:ident, $call:ident, $request:ident { $($fields:tt)* }) => {
        ask!($desk, $client, $call, $request {
            actor: $desk.actor(),
            request_id: $desk.request_id().await,
            $($fields)*
        })
    };
}

mod agreement;
mod case;
mod fact;
mod flow;
mod partner;
mod statement;

/// Which side of a case a node plays.
pub type Role = o::Side;

/// A connection to one node's own API. Clones share it.
#[derive(Clone)]
pub struct Desk {
    channel: Channel,
    actor: String,
    rng: Arc<Mutex<StdRng>>,
}

/// Bytes of one answer: a whole year's list of cases.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

impl Desk {
    /// Connects to the socket of a running node.
    pub async fn open(socket: &Path, actor: &str) -> Result<Self, TownError> {
        let socket: PathBuf = socket.to_owned();
        let connect = service_fn(move |_| {
            let socket = socket.clone();
            async move { Ok::<_, io::Error>(TokioIo::new(UnixStream::connect(socket).await?)) }
        });
        let channel = Endpoint::from_static("http://office")
            .connect_with_connector(connect)
            .await?;
        Ok(Self {
            channel,
            actor: actor.to_owned(),
            rng: Arc::new(Mutex::new(StdRng::from_entropy())),
        })
    }

    /// The channel, for calls that have no word here.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Who acts.
    pub fn actor(&self) -> String {
        self.actor.clone()
    }

    /// A request's own id.
    pub async fn request_id(&self) -> bytes::Bytes {
        let mut id = vec![0; 16];
        self.rng.lock().await.fill_bytes(&mut id);
        id.into()
    }

    /// Who the node is and how it does.
    pub async fn status(&self) -> Result<o::GetStatusResponse, TownError> {
        Ok(ask!(
            self,
            NodeServiceClient,
            get_status,
            GetStatusRequest {}
        )?)
    }

    /// Verifies every log from disk; the problems found, in words. A node that runs may take in entries meanwhile: what is
    /// verified reaches at least as far as the log did before, and no further than it does after.
    pub async fn verify_logs(&self) -> Result<Vec<String>, TownError> {
        let before = self.logs().await?;
        let mut verified = Vec::with_capacity(before.len());
        for log in &before {
            verified.push(self.verify_log(log.log_id.clone()).await?);
        }
        let after = self.logs().await?;
        let mut problems = Vec::new();
        for (log, result) in before.iter().zip(verified) {
            let last = after.iter().find(|last| last.log_id == log.log_id);
            let sizes = log.size..=last.map_or(0, |last| last.size);
            if !result
                .as_ref()
                .is_some_and(|result| result.good && sizes.contains(&result.size))
            {
                problems.push(format!("{} of {sizes:?}: {result:?}", log.origin));
            }
        }
        Ok(problems)
    }

    async fn logs(&self) -> Result<Vec<o::LogSummary>, TownError> {
        Ok(ask!(self, LogServiceClient, list_logs, ListLogsRequest {})?.logs)
    }

    async fn verify_log(&self, log: String) -> Result<Option<o::VerifyResult>, TownError> {
        let mut events = ask!(self, LogServiceClient, verify_log, VerifyLogRequest { log })?;
        let mut result = None;
        while let Some(event) = events.message().await? {
            if let Some(o::verify_log_response::Event::Result(last)) = event.event {
                result = Some(last);
            }
        }
        Ok(result)
    }
}
