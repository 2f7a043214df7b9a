//! The town: real nodes as real processes on one machine, each behind a wire that can be cut.
//!
//! ```no_run
//! # async fn story() -> Result<(), hongyan_tests::town::TownError> {
//! use hongyan_tests::town::Town;
//!
//! let mut town = Town::new(7, "target/debug/hongyan-demo")?;
//! let home = town.node("320200-001", "320200").await?;
//! let host = town.node("341700-001", "341700").await?;
//! town.pair(home, host).await?;
//! town.cut(home, host);
//! let case = town.desk(home).notice("341700-001", "32020000100001", "2025-10-08", "341700").await?;
//! town.heal(home, host);
//! town.settle(home, host).await?;
//! town.desk(host).accept(&case, "2025-10-12").await?;
//! # Ok(()) }
//! ```

mod answer;
mod desk;
mod kept;
mod node;
mod process;
mod rogue;
mod wire;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use hongyan_proto::pb::exchange::v1 as x;
use rand::{SeedableRng, rngs::StdRng};
use thiserror::Error;

pub use self::{
    desk::{Desk, Role},
    kept::copy_folder,
    node::Node,
    process::Process,
    rogue::{Call, Forged, Rogue},
    wire::Wire,
};
use crate::roster::Person;

/// What kept the town from going on.
#[derive(Debug, Error)]
pub enum TownError {
    /// A file or a process.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A node refused.
    #[error("{0}")]
    Refused(Box<tonic::Status>),
    /// A connection to a node's own API.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    /// A process ended, or said something else than it should.
    #[error("{0}")]
    Process(String),
    /// Something that should have come true did not.
    #[error("{0}")]
    Unsettled(String),
}

impl From<tonic::Status> for TownError {
    fn from(status: tonic::Status) -> Self {
        Self::Refused(Box::new(status))
    }
}

/// Which node of a town.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Id(usize);

/// Sessions that must be enough for both sides to hold, apply and acknowledge everything.
const SETTLING_SESSIONS: usize = 8;

/// Nodes, wires and the seed that names its people.
pub struct Town {
    folder: tempfile::TempDir,
    program: PathBuf,
    nodes: Vec<Node>,
    rng: StdRng,
}

impl Town {
    /// An empty town. `program` is the binary that runs as `PROGRAM node …`.
    pub fn new(seed: u64, program: impl Into<PathBuf>) -> Result<Self, TownError> {
        Ok(Self {
            folder: tempfile::Builder::new().prefix("hongyan-town-").tempdir()?,
            program: program.into(),
            nodes: Vec::new(),
            rng: StdRng::seed_from_u64(seed),
        })
    }

    /// Makes a node and runs it.
    pub async fn node(&mut self, code: &str, region: &str) -> Result<Id, TownError> {
        let mut node =
            Node::make(&self.program, &self.folder.path().join(code), code, region).await?;
        node.start().await?;
        self.nodes.push(node);
        Ok(Id(self.nodes.len() - 1))
    }

    /// Makes a node that runs by the clock in a file, and runs it.
    pub async fn node_on(
        &mut self,
        clock: &Path,
        code: &str,
        region: &str,
    ) -> Result<Id, TownError> {
        let folder = self.folder.path().join(code);
        let mut node = Node::make_on(clock, &self.program, &folder, code, region).await?;
        node.start().await?;
        self.nodes.push(node);
        Ok(Id(self.nodes.len() - 1))
    }

    /// Makes a node without a wire, and runs it: nothing copies what it sends and receives, and it cannot be cut off.
    pub async fn bare_node(&mut self, code: &str, region: &str) -> Result<Id, TownError> {
        let folder = self.folder.path().join(code);
        let mut node = Node::make_bare(&self.program, &folder, code, region).await?;
        node.start().await?;
        self.nodes.push(node);
        Ok(Id(self.nodes.len() - 1))
    }

    /// Makes a node that says it can be dialled at `endpoint`, and runs it.
    pub async fn node_at(
        &mut self,
        code: &str,
        region: &str,
        endpoint: &str,
    ) -> Result<Id, TownError> {
        let folder = self.folder.path().join(code);
        let mut node = Node::make_at(&self.program, &folder, code, region, Some(endpoint)).await?;
        node.start().await?;
        self.nodes.push(node);
        Ok(Id(self.nodes.len() - 1))
    }

    /// Makes a node that stays beside the town and does not run.
    pub async fn spare(&self, code: &str, region: &str) -> Result<Node, TownError> {
        let folder = tempfile::Builder::new()
            .prefix("spare-")
            .tempdir_in(self.folder.path())?;
        Node::make(&self.program, &folder.keep(), code, region).await
    }

    /// The node itself: to stop, kill or start it.
    pub fn at(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id.0]
    }

    /// The node's own API.
    pub fn desk(&self, id: Id) -> Desk {
        self.nodes[id.0].desk()
    }

    /// The node's data folder.
    pub fn folder_of(&self, id: Id) -> &Path {
        self.nodes[id.0].folder()
    }

    /// Where others dial the node.
    pub fn endpoint_of(&self, id: Id) -> SocketAddr {
        self.nodes[id.0].wire().address()
    }

    /// The node's organization code.
    pub fn code(&self, id: Id) -> String {
        self.nodes[id.0].code().to_owned()
    }

    /// Writes `count` invented members into a node's roster.
    pub async fn members(&mut self, id: Id, count: usize) -> Result<Vec<Person>, TownError> {
        let node = &self.nodes[id.0];
        let people = Person::invent(&mut self.rng, node.region(), node.code(), count);
        self.desk(id).import(&people).await?;
        Ok(people)
    }

    /// Introduces two nodes by invitation and puts an agreement in force that names everything.
    pub async fn pair(&mut self, home: Id, host: Id) -> Result<(), TownError> {
        self.pair_under(home, host, &Desk::everything()).await
    }

    /// Introduces two nodes and puts an agreement in force that names these classes in both directions.
    pub async fn pair_under(
        &mut self,
        home: Id,
        host: Id,
        classes: &[x::Disclosure],
    ) -> Result<(), TownError> {
        self.introduce(home, host).await?;
        let (home_code, host_code) = (self.code(home), self.code(host));
        let hash = self.desk(home).propose(&host_code, classes).await?;
        self.settle(home, host).await?;
        self.desk(home).sign(&hash).await?;
        self.settle(home, host).await?;
        self.desk(host).sign(&hash).await?;
        self.settle(home, host).await?;
        self.desk(host).require_agreement(&home_code).await?;
        self.desk(home).require_agreement(&host_code).await
    }

    /// Introduces two nodes by invitation: `home` invites, `host` accepts.
    pub async fn introduce(&mut self, home: Id, host: Id) -> Result<(), TownError> {
        let invitation = self.desk(home).invite().await?;
        self.desk(host).accept_invitation(&invitation).await
    }

    /// Cuts both wires: neither can reach the other. (And nobody else can reach the two.)
    pub fn cut(&mut self, one: Id, other: Id) {
        self.nodes[one.0].wire().cut();
        self.nodes[other.0].wire().cut();
    }

    /// Mends both wires.
    pub fn heal(&mut self, one: Id, other: Id) {
        self.nodes[one.0].wire().heal();
        self.nodes[other.0].wire().heal();
    }

    /// Syncs until both sides have acknowledged and applied everything.
    pub async fn settle(&self, one: Id, other: Id) -> Result<(), TownError> {
        let (one_code, other_code) = (self.code(one), self.code(other));
        for _ in 0..SETTLING_SESSIONS {
            self.desk(one).sync(&other_code).await?;
            if self.desk(one).nothing_open(&other_code).await?
                && self.desk(other).nothing_open(&one_code).await?
            {
                return Ok(());
            }
        }
        Err(TownError::Unsettled(format!(
            "{one_code} and {other_code} did not settle in {SETTLING_SESSIONS} sessions"
        )))
    }
}
