//! Conversion of a probationary member: home asks the host before it decides.
//!
//! W §二(一)2: 主动征求流入地党支部意见, 按规定做好预备党员转正工作. W §二(二)2: the host gives its opinion in writing at the end of
//! probation. The decision stays home's, and it is due whether or not the host writes, so a decision without an opinion is
//! not refused: whoever takes it is told what the policy asks for.

use hongyan_proto::log::Kind;
use thiserror::Error;

use super::{derive::Case, side::Side};
use crate::domain::fact::effective;

/// The host has not given its opinion.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "流入地尚未书面反馈转正意见 (W §二(一)2 要求先征求意见); 确需先行决定的可继续 the host has not given its written opinion, which W §二(一)2 asks for first; go on if the decision cannot wait"
)]
pub struct NotAsked;

/// A warning before a probation decision is written. An opinion that was corrected away does not count.
pub fn opinion_before_decision(case: &Case) -> Result<(), NotAsked> {
    let given = effective(case)
        .iter()
        .any(|fact| fact.side == Side::Inflow && fact.payload.kind() == Kind::ProbationOpinion);
    if given { Ok(()) } else { Err(NotAsked) }
}
