//! Types generated from the .proto files, whose comments are the specification.
//!
//! Only the shells (links, RPC faces, the command line) and the checked types' own conversions may name these.

/// Packages `hongyan.exchange.*`: node ↔ node.
pub mod exchange {
    /// Version 1.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
    pub mod v1 {
        tonic::include_proto!("hongyan.exchange.v1");
    }
}

/// Packages `hongyan.office.*`: a node's own API.
pub mod office {
    /// Version 1.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
    pub mod v1 {
        tonic::include_proto!("hongyan.office.v1");
    }
}

/// Packages `hongyan.report.*`: node → gateway → superior.
pub mod report {
    /// Version 1.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
    pub mod v1 {
        tonic::include_proto!("hongyan.report.v1");
    }
}

/// Packages `hongyan.statistics.*`: queries over reports.
pub mod statistics {
    /// Version 1.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
    pub mod v1 {
        tonic::include_proto!("hongyan.statistics.v1");
    }
}

/// The encoded `FileDescriptorSet` of everything above, for reflection and JSON.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hongyan.bin"));
