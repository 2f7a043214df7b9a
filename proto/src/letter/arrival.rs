//! The member arrives (报到): accepted, declined, placed in a branch.

use super::{
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::{id::RegionCode, time::Day};

record! {
    /// Inflow: the member arrived.
    Accept "accept" {
        /// Whether and how the certificate was checked.
        certificate_check: Option<CertificateCheck> [Certificate],
        /// The day of arrival.
        arrived_on: Day [],
    }
}

closed! {
    /// Whether and how a certificate was checked.
    CertificateCheck {
        Seen "已查验原件" "seen",
        Copy "已查验复印件" "copy",
        NotShown "未出示" "not shown",
    }
}

record! {
    /// Inflow: the notice is not accepted. A holder of a valid certificate may not be refused (W §四).
    Decline "decline" {
        /// Why, from a closed list.
        reason: DeclineReason [],
        /// Set exactly with "other district": the region it should go to.
        suggested_region: Option<RegionCode> [],
        /// In words.
        note: Option<Text<500>> [],
    }
    rules suggestion
}

fn suggestion(decline: &Decline, at: &At<'_>) -> Result<(), PayloadError> {
    let wanted = decline.reason == DeclineReason::OtherDistrict;
    if decline.suggested_region.is_some() == wanted {
        return Ok(());
    }
    Err(at.field("suggested_region").rule(
        "退回原因为“属其他地区”时必填, 否则应为空",
        "must be set with the reason \"other district\" and empty otherwise",
    ))
}

closed! {
    /// Why a notice is not accepted.
    DeclineReason {
        NotArrived "未到本地" "not arrived",
        NotFound "查找不到" "not found",
        OtherDistrict "属其他地区" "other district",
        CertificateInvalid "活动证无效" "certificate invalid",
        Duplicate "重复" "duplicate",
    }
}

record! {
    /// Inflow: placed in a branch or group (W §二(二)2).
    Place "place" {
        /// Name of the unit.
        unit: Text<100> [],
        /// Since when.
        placed_on: Day [],
    }
}
