//! Training (集中培训) in hours of study (学时). Never leaves the node.

use super::{
    appraisal::each_once,
    error::{At, PayloadError},
    number::Within,
    record::record,
    text::Text,
};
use crate::{id::MemberId, time::Day};

/// Hours of study in tenths: up to 240 hours in one training.
pub type StudyTenths = Within<1, 2400>;

record! {
    /// Members were trained together.
    Training "training" {
        /// Who.
        member_ids: Vec<MemberId> [],
        /// The last day of it.
        day: Day [],
        /// Hours of study in tenths.
        tenths: StudyTenths [],
        /// What about.
        title: Text<200> [],
        /// Who held it.
        organizer: Option<Text<100>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules each_trained_once
    arranged arrange_training
}

fn each_trained_once(training: &Training, at: &At<'_>) -> Result<(), PayloadError> {
    let members = &training.member_ids;
    each_once(
        members.iter().copied(),
        members.len(),
        &at.field("member_ids"),
    )
}

#[cfg(test)]
fn arrange_training(training: Training) -> Training {
    let mut training = training;
    training.member_ids.truncate(3);
    training
}
