//! What the inflow side does, and what either side may: contact lost and found.

use clap::Args;
use hongyan_proto::{
    id::RegionCode,
    pb::{
        exchange::v1 as exchange,
        office::v1::{
            AcceptRequest, ClaimRequest, DeclineRequest, MarkFoundRequest, MarkLostRequest,
            MoveRequest, PlaceRequest,
        },
    },
    region,
    time::Day,
};

use super::{home::Going, transition};
use crate::cli::{Failure, session::Session, words};

/// The member arrived.
#[derive(Args, Debug)]
pub(in crate::cli) struct Accept {
    /// 案卷 Case
    case: String,
    /// 活动证查验; 本方披露含 certificate 时写明 Certificate: where the agreement names it for this side
    #[arg(long, value_parser = words::parser(words::CERTIFICATE_CHECKS))]
    check: Option<i32>,
    /// 到达日期, 缺省今天 Day; default: today
    #[arg(long)]
    on: Option<Day>,
}

impl Accept {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = AcceptRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            accept: Some(exchange::Accept {
                certificate_check: self.check.unwrap_or_default(),
                arrived_on: session.day(self.on),
            }),
        };
        transition!(session, accept, request)
    }
}

/// The notice is not accepted.
#[derive(Args, Debug)]
pub(in crate::cli) struct Decline {
    /// 案卷 Case
    case: String,
    /// 原因 Why
    #[arg(long, value_parser = words::parser(words::DECLINES))]
    reason: i32,
    /// 属其他辖区时: 应去的行政区划代码 With other-district: the region it should go to
    #[arg(long, value_name = "REGION", value_parser = region::somewhere)]
    suggest: Option<RegionCode>,
    /// 说明 Note
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
}

impl Decline {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = DeclineRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            decline: Some(exchange::Decline {
                reason: self.reason,
                suggested_region: self
                    .suggest
                    .map_or_else(String::new, |region| region.as_str().to_owned()),
                note: self.note,
            }),
        };
        transition!(session, decline, request)
    }
}

/// Placed in a branch or group.
#[derive(Args, Debug)]
pub(in crate::cli) struct Place {
    /// 案卷 Case
    case: String,
    /// 支部或小组 Branch or group
    #[arg(long)]
    unit: String,
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    on: Option<Day>,
}

impl Place {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = PlaceRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            place: Some(exchange::Place {
                unit: self.unit,
                placed_on: session.day(self.on),
            }),
        };
        transition!(session, place, request)
    }
}

/// Someone showed a certificate and no notice came.
#[derive(Args, Debug)]
pub(in crate::cli) struct Claim {
    /// 活动证号 Certificate number
    #[arg(long)]
    certificate: String,
    /// 对方; 只有一个对方时可省 Partner; not needed with one partner
    #[arg(long, default_value = "", hide_default_value = true)]
    partner: String,
    /// 出示日期, 缺省今天 Day it was shown; default: today
    #[arg(long)]
    on: Option<Day>,
    /// 姓名 (协议允许时) Name, where the agreement discloses it
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// 电话 (协议允许时) Telephone, where the agreement discloses it
    #[arg(long, default_value = "", hide_default_value = true)]
    phone: String,
}

impl Claim {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = ClaimRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            partner: self.partner,
            claim: Some(exchange::Claim {
                disclosed: Some(exchange::Disclosed {
                    name: self.name,
                    phone: self.phone,
                    certificate: self.certificate,
                    ..Default::default()
                }),
                shown_on: session.day(self.on),
            }),
        };
        transition!(session, claim, request)
    }
}

/// The member moved on.
#[derive(Args, Debug)]
pub(in crate::cli) struct Move {
    /// 案卷 Case
    case: String,
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    on: Option<Day>,
    #[command(flatten)]
    going: Going,
    /// 新的党组织代码 (如知道) Code of the new organization, if known
    #[arg(long, default_value = "", hide_default_value = true)]
    organization: String,
}

impl Move {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = MoveRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            moved: Some(exchange::Moved {
                moved_on: session.day(self.on),
                destination: self.going.destination(),
                organization_code: self.organization,
            }),
        };
        transition!(session, r#move, request)
    }
}

/// Contact is lost.
#[derive(Args, Debug)]
pub(in crate::cli) struct Lost {
    /// 案卷 Case
    case: String,
    /// 最后联系日期 Last day of contact
    #[arg(long)]
    last_contact: Day,
    /// 说明 Note
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
}

impl Lost {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = MarkLostRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            lost_contact: Some(exchange::LostContact {
                last_contact_on: self.last_contact.to_string(),
                note: self.note,
            }),
        };
        transition!(session, mark_lost, request)
    }
}

/// Found again.
#[derive(Args, Debug)]
pub(in crate::cli) struct Found {
    /// 案卷 Case
    case: String,
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    on: Option<Day>,
    /// 说明 Note
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
}

impl Found {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = MarkFoundRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            found: Some(exchange::Found {
                found_on: session.day(self.on),
                note: self.note,
            }),
        };
        transition!(session, mark_found, request)
    }
}
