//! The first thing to look at: who this node is, and how every correspondence stands.

use hongyan_proto::{
    letter::Cadence,
    log::Kind,
    time::{Day, Timestamp},
};

use super::{
    Office, OfficeError,
    log::{self, LogView},
    overdue::{Overdue, overdue},
};
use crate::{
    book::{self, CaseFile, Partner, PartnerState},
    domain::case::Side,
    halves,
    store::Damage,
};

/// A partner and how the correspondence stands.
#[derive(Clone, Debug)]
pub(super) struct PartnerView {
    pub(super) partner: Partner,
    pub(super) agreement: Option<(String, Day)>,
    pub(super) own_size: u64,
    /// Letters the partner's receipts do not cover. Receipts are not counted: nobody answers them.
    pub(super) unapplied: u64,
    pub(super) held: u64,
    pub(super) next_due: Option<Day>,
    pub(super) overdue: bool,
    pub(super) open_cases: u32,
    pub(super) notice: Option<(String, String)>,
    /// Its key was replaced, and the one before is still accepted.
    pub(super) rotating: bool,
}

/// Everything about the node.
#[derive(Clone, Debug)]
pub(super) struct NodeStatus {
    pub(super) logs: Vec<LogView>,
    pub(super) partners: Vec<PartnerView>,
    pub(super) overdue: Vec<Overdue>,
    pub(super) damage: Vec<Damage>,
    pub(super) stopped: Option<String>,
    pub(super) bytes_on_disk: u64,
    pub(super) entries: u64,
    pub(super) members: u32,
    pub(super) open: [u32; 2],
    pub(super) now: Timestamp,
}

/// Looks at everything; reads only.
pub(super) fn status(office: &Office) -> Result<NodeStatus, OfficeError> {
    let store = &office.store;
    let cases = book::all_cases(store, None)?;
    let open_as = |side: Side| {
        let open = cases
            .iter()
            .filter(|file| file.is_open() && file.side() == Some(side))
            .count();
        u32::try_from(open).unwrap_or(u32::MAX)
    };
    let partners = partners_with(office, &cases)?;
    let members = book::members(store)?
        .iter()
        .filter(|member| !member.removed)
        .count();
    Ok(NodeStatus {
        logs: log::list(office)?,
        overdue: overdue(office, &partners, &cases)?,
        partners,
        damage: office.report.damage.clone(),
        stopped: store.stopped().map(|why| why.to_string()),
        bytes_on_disk: store.size_on_disk()?,
        entries: store.logs().iter().map(|log| log.size()).sum(),
        members: u32::try_from(members).unwrap_or(u32::MAX),
        open: [open_as(Side::Outflow), open_as(Side::Inflow)],
        now: office.now(),
    })
}

/// Every partner, by code.
pub(super) fn partners(office: &Office) -> Result<Vec<PartnerView>, OfficeError> {
    let cases = book::all_cases(&office.store, None)?;
    partners_with(office, &cases)
}

/// One partner.
pub(super) fn partner(office: &Office, partner: &Partner) -> Result<PartnerView, OfficeError> {
    let cases = book::all_cases(&office.store, Some(partner))?;
    let partner = book::partner(&office.store, partner.key_id)?;
    partner_view(office, &partner, (&cases, &book::partners(&office.store)?))
}

fn partners_with(office: &Office, cases: &[CaseFile]) -> Result<Vec<PartnerView>, OfficeError> {
    let all = book::partners(&office.store)?;
    all.iter()
        .map(|partner| partner_view(office, partner, (cases, &all)))
        .collect()
}

fn partner_view(
    office: &Office,
    partner: &Partner,
    (cases, all): (&[CaseFile], &[Partner]),
) -> Result<PartnerView, OfficeError> {
    let store = &office.store;
    let today = office.today();
    let agreement = book::in_force(store, partner, today)?;
    let size = |log| store.log(log).map_or(0, |record| record.size());
    let open = cases
        .iter()
        .filter(|file| file.partner == Some(partner.key_id) && file.is_open())
        .count();
    let next_due = agreement.as_ref().map(|agreement| {
        let last = partner
            .contact
            .last_sync
            .map_or(agreement.terms.valid_from, Timestamp::day);
        last.plus_days(match agreement.terms.cadence {
            Cadence::Monthly => 31,
            Cadence::Quarterly => 92,
            Cadence::Yearly => 366,
        })
    });
    let unapplied = unapplied(office, partner)?;
    Ok(PartnerView {
        unapplied,
        agreement: agreement.map(|agreement| (agreement.hash.to_string(), agreement.last_day())),
        own_size: size(partner.out),
        held: partner.incoming.map_or(0, size),
        overdue: next_due.is_some_and(|due| due < today),
        next_due,
        open_cases: u32::try_from(open).unwrap_or(u32::MAX),
        notice: match twin(partner, all) {
            None => notice(office, partner)?,
            both => both,
        },
        rotating: partner.rotating(office.now()).is_some(),
        partner: partner.clone(),
    })
}

/// Entries that are looked at to tell receipts apart; a longer backlog is counted as it is.
const LOOKED_AT: u64 = 10_000;

fn unapplied(office: &Office, partner: &Partner) -> Result<u64, OfficeError> {
    let size = office
        .store
        .log(partner.out)
        .map_or(0, |record| record.size());
    let waiting = size.saturating_sub(partner.applied);
    if waiting > LOOKED_AT {
        return Ok(waiting);
    }
    let mut letters = 0;
    for entry in office.store.entries(partner.out, partner.applied..size)? {
        letters += u64::from(entry?.header().kind != Kind::Receipt);
    }
    Ok(letters)
}

/// Another key has the same code: whoever lost its key began anew, and the old one is pinned still.
fn twin(partner: &Partner, all: &[Partner]) -> Option<(String, String)> {
    let stands = |one: &&Partner| one.state != PartnerState::Revoked && one.code == partner.code;
    let mut keys: Vec<&Partner> = all.iter().filter(stands).collect();
    if keys.len() < 2 || partner.state == PartnerState::Revoked {
        return None;
    }
    keys.sort_by_key(|one| one.correspondence);
    let keys: Vec<_> = keys
        .iter()
        .map(|one| one.signer.key_id().to_string()[..8].to_owned())
        .collect();
    let (old, all) = (&keys[0], keys.join(", "));
    Some((
        format!(
            "同一代码有多个密钥 (指纹 {all}); 对方若丢失密钥后新建了节点, 电话核实新指纹, 再用 partner revoke {old} 撤销最早的一个"
        ),
        format!(
            "several keys have this code (fingerprints {all}); if it lost its key and began anew, compare the new fingerprint by telephone, then partner revoke {old}, which was pinned first"
        ),
    ))
}

fn notice(office: &Office, partner: &Partner) -> Result<Option<(String, String)>, OfficeError> {
    let pending = match partner.state {
        PartnerState::Revoked => None,
        _ => book::pending_epoch(&office.store, partner)?,
    };
    Ok(match pending {
        Some(pending) => Some(pending.words(partner.code.as_str())),
        None => standing(partner, office.now()),
    })
}

fn standing(partner: &Partner, now: Timestamp) -> Option<(String, String)> {
    let words = |zh: &str, en: &str| Some((zh.to_owned(), en.to_owned()));
    match partner.state {
        PartnerState::Revoked => words("结对已撤销", "revoked"),
        PartnerState::Frozen | PartnerState::AwaitingEpoch => words(
            "日志出现分叉, 须由双方人员核对",
            "two histories of one log: people on both sides must decide",
        ),
        PartnerState::Active if partner.key_lost => words(
            "本节点的密钥已在此备份之后更换, 不能再书写; 请恢复较新的备份, 或新建节点并以新邀请结对",
            "this node's key was replaced after this backup was made, and it cannot write any more: restore a newer backup, or make a new node and begin with an invitation",
        ),
        PartnerState::Active if partner.may_write().is_err() => words(
            "本节点可能缺少自己写过的条目, 须先同步 (或 letter export --ask) 才能书写",
            "this node may lack entries it wrote: synchronize, or letter export --ask, before writing",
        ),
        PartnerState::Active => match (&partner.contact.problem, partner.rotating(now)) {
            (Some(problem), _) => Some(halves::split(problem)),
            (None, Some(change)) => Some((
                format!(
                    "对方于 {} 更换密钥, 声明由旧密钥签署; 旧密钥有效至 {}; 可用电话核对新指纹",
                    change.since.day(),
                    change.until.day()
                ),
                format!(
                    "key changed on {}, the statement is signed by the old key, which stays accepted until {}; compare the new fingerprint by telephone",
                    change.since.day(),
                    change.until.day()
                ),
            )),
            (None, None) => None,
        },
    }
}
