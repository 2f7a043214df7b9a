//! The messages of a sync session, checked. The same on a connection, in a sealed file and in a mailbox.

use bytes::Bytes;
use thiserror::Error;

use crate::{
    id::{AgreementHash, IdError, LogId},
    identity::{RotationError, Succession},
    letter::{EpochReset, PayloadError},
    log::{Frame, FrameError, limits::MAX_NOTE_BYTES},
    pb::exchange::v1 as pb,
    time::Timestamp,
};

/// The protocol versions this program speaks, oldest and newest.
pub const PROTOCOL: (u32, u32) = (1, 1);

/// Agreements a hello may name.
const MAX_AGREEMENTS: usize = 64;

/// Characters of a stop's detail.
const MAX_DETAIL_CHARS: usize = 500;

/// A message that breaks the protocol: a defect of the other side's program.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum MessageError {
    /// No message in it.
    #[error("消息为空或种类未知 the message is empty or of an unknown type")]
    Empty,
    /// A field that is not what it should be.
    #[error("消息字段 message field {0}: {1}")]
    Field(&'static str, IdError),
    /// A field over its limit.
    #[error("消息字段超限 message field {0} is over its limit")]
    Limit(&'static str),
    /// A frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The reset that a hello names.
    #[error(transparent)]
    Reset(#[from] PayloadError),
    /// The rotations of a hello.
    #[error(transparent)]
    Rotation(#[from] RotationError),
}

/// What each side says first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hello {
    /// Oldest and newest protocol version the sender speaks.
    pub protocol: (u32, u32),
    /// The sender's own log for the receiver: its signed checkpoint.
    pub own: Bytes,
    /// What the sender holds of the receiver's log: the receiver's signed checkpoint at that size.
    pub held: Option<Bytes>,
    /// The sender's clock.
    pub time: Timestamp,
    /// The agreements in force as the sender sees it.
    pub agreements: Vec<AgreementHash>,
    /// What the sender's own log begins with, when it replaces an older one and nothing shows yet that the receiver takes it.
    pub reset: Option<EpochReset>,
    /// How the sender's key was replaced.
    pub rotations: Succession,
    /// How the receiver's key was replaced, as the sender knows it.
    pub held_rotations: Succession,
}

/// Why a session ended badly, and so whose turn it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum StopReason {
    /// No protocol version in common.
    Version,
    /// A frame did not verify.
    BadFrame,
    /// Two histories.
    Fork,
    /// The epoch changed and nobody accepted it yet.
    Epoch,
    /// A message out of order or over its limits.
    Protocol,
    /// The store cannot take more.
    Store,
    /// The partner was revoked.
    Revoked,
    /// Silence.
    Timeout,
    /// One side no longer holds its own key, or uses one it gave up.
    Key,
}

const STOP_REASONS: [(StopReason, pb::StopReason, &str); 9] = [
    (
        StopReason::Version,
        pb::StopReason::Version,
        "协议版本不兼容, 较旧一方需升级 no common protocol version: the older side must upgrade",
    ),
    (
        StopReason::BadFrame,
        pb::StopReason::BadFrame,
        "数据帧校验失败, 发送方需检查其日志 a frame did not verify: the sender must check its log",
    ),
    (
        StopReason::Fork,
        pb::StopReason::Fork,
        "日志出现分叉, 须由双方人员核对处理 the log has two histories: people on both sides must decide",
    ),
    (
        StopReason::Epoch,
        pb::StopReason::Epoch,
        "对方更换了纪元, 须由本方操作员确认 the epoch changed: the receiving operator must accept it",
    ),
    (
        StopReason::Protocol,
        pb::StopReason::Protocol,
        "消息不合协议, 发送方程序有缺陷 a message broke the protocol: a defect of the sender's program",
    ),
    (
        StopReason::Store,
        pb::StopReason::Store,
        "存储无法写入, 报告方需处理磁盘 the store cannot take more: the reporting side must make room",
    ),
    (
        StopReason::Revoked,
        pb::StopReason::Revoked,
        "结对已撤销 the partner was revoked",
    ),
    (
        StopReason::Timeout,
        pb::StopReason::Timeout,
        "对方长时间无响应 the other side was silent too long",
    ),
    (
        StopReason::Key,
        pb::StopReason::Key,
        "一方的身份密钥已更换而其节点仍是旧钥 (恢复了换钥前的备份?); 该方须恢复较新的备份, 或双方以新邀请重新结对 one side's identity key was replaced and its node still has the old one (restored from an older backup?): it must restore a newer backup, or both begin anew with an invitation",
    ),
];

impl StopReason {
    /// The words for people.
    pub fn words(self) -> &'static str {
        STOP_REASONS
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.2)
    }

    fn to_wire(self) -> pb::StopReason {
        STOP_REASONS
            .iter()
            .find(|row| row.0 == self)
            .map_or(pb::StopReason::Unspecified, |row| row.1)
    }

    fn from_wire(code: i32) -> Self {
        // A reason of a newer protocol still means: stop, and the program is the place to look.
        STOP_REASONS
            .iter()
            .find(|row| row.1 as i32 == code)
            .map_or(Self::Protocol, |row| row.0)
    }
}

/// The session ends badly; the correspondence is intact.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{}: {detail}", reason.words())]
pub struct Stop {
    /// Why.
    pub reason: StopReason,
    /// What went wrong, where. Never personal data.
    pub detail: String,
    /// With [`StopReason::Fork`]: notes of one author that contradict each other. With [`StopReason::BadFrame`]: notes of one
    /// author that may be of two histories; a consistency proof between them decides.
    pub evidence: Vec<Bytes>,
}

impl Stop {
    /// A stop without evidence.
    // Taken by value so that a caller hands over an error or a text as it is.
    #[allow(clippy::needless_pass_by_value)]
    pub fn new(reason: StopReason, detail: impl ToString) -> Self {
        let detail = detail.to_string().chars().take(MAX_DETAIL_CHARS).collect();
        Self {
            reason,
            detail,
            evidence: Vec::new(),
        }
    }
}

/// One message of a session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// The first, in each direction.
    Hello(Hello),
    /// Entries.
    Frame(Frame),
    /// Stored durably up to here.
    Ack {
        /// Which log.
        log_id: LogId,
        /// How many entries.
        size: u64,
    },
    /// Nothing more to send for now: this is the size of the sender's log.
    Done {
        /// How many entries.
        size: u64,
    },
    /// The end.
    Stop(Stop),
}

impl Message {
    /// As it travels.
    pub fn into_wire(self) -> pb::SyncMessage {
        use pb::sync_message::Message as Wire;
        let message = match self {
            Self::Hello(hello) => Wire::Hello(hello.into_wire()),
            Self::Frame(frame) => Wire::Frame(frame.into_wire()),
            Self::Ack { log_id, size } => Wire::Ack(pb::Ack {
                log_id: log_id.to_field(),
                size,
            }),
            Self::Done { size } => Wire::Done(pb::Done { size }),
            Self::Stop(stop) => Wire::Stop(pb::Stop {
                reason: stop.reason.to_wire() as i32,
                detail: stop.detail,
                evidence: stop.evidence,
            }),
        };
        pb::SyncMessage {
            message: Some(message),
        }
    }

    /// Reads a message that travelled and checks its limits.
    pub fn from_wire(wire: pb::SyncMessage) -> Result<Self, MessageError> {
        use pb::sync_message::Message as Wire;
        Ok(match wire.message.ok_or(MessageError::Empty)? {
            Wire::Hello(hello) => Self::Hello(Hello::from_wire(hello)?),
            Wire::Frame(frame) => Self::Frame(Frame::from_wire(frame)?),
            Wire::Ack(ack) => Self::Ack {
                log_id: LogId::from_slice(&ack.log_id)
                    .map_err(|error| MessageError::Field("ack.log_id", error))?,
                size: ack.size,
            },
            Wire::Done(done) => Self::Done { size: done.size },
            Wire::Stop(stop) => {
                if stop.evidence.len() > 4
                    || stop.evidence.iter().any(|note| note.len() > MAX_NOTE_BYTES)
                {
                    return Err(MessageError::Limit("stop.evidence"));
                }
                let mut checked = Stop::new(StopReason::from_wire(stop.reason), stop.detail);
                checked.evidence = stop.evidence;
                Self::Stop(checked)
            }
        })
    }
}

impl Hello {
    /// As it travels.
    pub fn into_wire(self) -> pb::Hello {
        pb::Hello {
            protocol_min: self.protocol.0,
            protocol_max: self.protocol.1,
            own: self.own,
            held: self.held.unwrap_or_default(),
            time_ms: self.time.millis(),
            agreements: self
                .agreements
                .into_iter()
                .map(AgreementHash::to_field)
                .collect(),
            reset: self.reset.as_ref().map(EpochReset::to_wire),
            rotations: self.rotations.to_messages(),
            held_rotations: self.held_rotations.to_messages(),
        }
    }

    /// Reads a hello that travelled and checks its limits.
    pub fn from_wire(wire: pb::Hello) -> Result<Self, MessageError> {
        if wire.own.len() > MAX_NOTE_BYTES || wire.held.len() > MAX_NOTE_BYTES {
            return Err(MessageError::Limit("hello.own"));
        }
        if wire.agreements.len() > MAX_AGREEMENTS {
            return Err(MessageError::Limit("hello.agreements"));
        }
        let agreements = wire
            .agreements
            .iter()
            .map(|hash| AgreementHash::from_slice(hash))
            .collect::<Result<_, _>>();
        Ok(Self {
            protocol: (wire.protocol_min, wire.protocol_max),
            own: wire.own,
            held: Some(wire.held).filter(|held| !held.is_empty()),
            time: Timestamp::from_millis(wire.time_ms),
            agreements: agreements
                .map_err(|error| MessageError::Field("hello.agreements", error))?,
            reset: wire.reset.map(EpochReset::from_wire).transpose()?,
            rotations: Succession::read(&wire.rotations)?,
            held_rotations: Succession::read(&wire.held_rotations)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;

    fn message() -> impl Strategy<Value = Message> {
        let note = || proptest::collection::vec(any::<u8>(), 1..200).prop_map(Bytes::from);
        let hello = (
            any::<(u32, u32)>(),
            note(),
            proptest::option::of(note()),
            any::<i64>(),
            any::<[u8; 32]>(),
            any::<Option<EpochReset>>(),
        );
        prop_oneof![
            hello.prop_map(
                |(protocol, own, held, time, hash, reset)| Message::Hello(Hello {
                    protocol,
                    own,
                    held,
                    time: Timestamp::from_millis(time),
                    agreements: vec![AgreementHash::from_bytes(hash)],
                    reset,
                    rotations: Succession::NONE,
                    held_rotations: Succession::NONE,
                })
            ),
            (any::<[u8; 32]>(), any::<u64>()).prop_map(|(log_id, size)| Message::Ack {
                log_id: LogId::from_bytes(log_id),
                size
            }),
            any::<u64>().prop_map(|size| Message::Done { size }),
            (0..STOP_REASONS.len(), ".{0,100}")
                .prop_map(|(row, detail)| Message::Stop(Stop::new(STOP_REASONS[row].0, detail))),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(message in message()) {
            prop_assert_eq!(Message::from_wire(message.clone().into_wire()), Ok(message));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(wire) = pb::SyncMessage::decode(bytes.as_slice()) {
                let _: Result<Message, MessageError> = Message::from_wire(wire);
            }
        }
    }
}
