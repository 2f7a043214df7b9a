//! What the command line is given by `lib.rs`: the ways to open an office and to do the three things that come before one.

use std::{future::Future, pin::Pin};

use hongyan_proto::time::Clock;
use tonic::service::Routes;

use super::{Failure, Init, Place, Restore, Serve};

/// A future whose type has no name.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// An office opened inside this process, because no node runs on the data folder.
pub struct Office {
    /// The services of `hongyan.office.v1`.
    pub routes: Routes,
    /// Awaited after the last call: closes the store.
    pub close: BoxFuture<()>,
}

/// Hears how much of how much is done.
pub type Told = Box<dyn Fn(u64, u64) + Send>;

type Step<A, T> = Box<dyn Fn(A) -> BoxFuture<Result<T, Failure>> + Send + Sync>;

/// The functions behind the face.
pub struct Wiring {
    /// Opens the office of a data folder, or says why not (no such folder, wrong passphrase, held by another process, damaged). After an upgrade
    /// that takes a while.
    pub open_office: Step<(Place, Told), Office>,
    /// Makes a node: key, data folder, first entries. Refuses a folder that already has one.
    pub init: Step<Init, ()>,
    /// Runs the node until it is told to stop.
    pub serve: Step<Serve, ()>,
    /// Writes a backup's content into an empty data folder.
    pub restore: Step<(Restore, Told), ()>,
    /// The clock.
    pub now: Clock,
}
