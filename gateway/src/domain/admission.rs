//! Which enrolments and reports are accepted. Decisions only; the store writes what was decided.

use hongyan_proto::{
    id::{Hash, KeyId, OrganizationCode as Code},
    report::{Organization, SignedReport},
    time::{Quarter, Timestamp},
};
use thiserror::Error;

use super::{
    organization::{Enrolled, LogHead},
    register::{Kept, Register},
};

/// An invitation as the gateway remembers it: never its secret, only the secret's hash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issued {
    /// Only this organization may use it.
    pub code: Option<Code>,
    /// The organization must name this superior.
    pub superior: Option<Code>,
    /// Not redeemed from this instant on.
    pub expires: Timestamp,
    /// Who used it.
    pub used: Option<(KeyId, Code)>,
}

/// An enrolment that is refused.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum EnrolRefusal {
    /// No invitation has this secret.
    #[error(
        "邀请无效; 请向组织部索取新的邀请 unknown invitation; ask the department for a new one"
    )]
    Unknown,
    /// Too late.
    #[error("邀请已过期 ({0}); 请索取新的邀请 the invitation expired at {0}; ask for a new one")]
    Expired(Timestamp),
    /// Somebody else was first.
    #[error("邀请已被使用; 请索取新的邀请 the invitation was used already; ask for a new one")]
    Used,
    /// It names another organization or superior.
    #[error(
        "邀请是给别的组织的 ({field} 应为 {expected}) the invitation is for another organization: {field} must be {expected}"
    )]
    ForOther {
        /// Which field.
        field: &'static str,
        /// What the invitation says.
        expected: Code,
    },
    /// The code is enrolled under another key.
    #[error(
        "组织代码 {0} 已用另一密钥登记; 请联系组织部 the code {0} is enrolled under another key; ask the department to revoke it and invite you by code"
    )]
    OrganizationTaken(Code),
    /// The key is enrolled under another code.
    #[error(
        "该密钥已登记为 {0}; 重新登记须由部门先 organization revoke {0}, 再为其发出邀请 (invite --code {0})  this key is enrolled as {0} already: to enrol again the department revokes it first (organization revoke), then invites it by its code"
    )]
    KeyTaken(Code),
    /// The organization would be its own superior.
    #[error("上级 {0} 本身在该组织之下 the superior {0} is itself below this organization")]
    SuperiorCycle(Code),
}

/// Decides on an enrolment. `Ok(true)`: the same key said the same before, nothing changes.
pub fn enrol(
    register: &Register,
    invitation: Option<&Issued>,
    organization: &Organization,
    key: KeyId,
    now: Timestamp,
) -> Result<bool, EnrolRefusal> {
    let invitation = invitation.ok_or(EnrolRefusal::Unknown)?;
    if let Some(used) = &invitation.used {
        let same = register
            .reporter(&key)
            .is_some_and(|known| known.organization == *organization);
        return if *used == (key, organization.code.clone()) && same {
            Ok(true)
        } else {
            Err(EnrolRefusal::Used)
        };
    }
    if now >= invitation.expires {
        return Err(EnrolRefusal::Expired(invitation.expires));
    }
    let for_other = |field, expected: &Code| EnrolRefusal::ForOther {
        field,
        expected: expected.clone(),
    };
    if let Some(code) = invitation
        .code
        .as_ref()
        .filter(|code| **code != organization.code)
    {
        return Err(for_other("code", code));
    }
    if let Some(superior) = invitation
        .superior
        .as_ref()
        .filter(|code| organization.superior.as_ref() != Some(*code))
    {
        return Err(for_other("superior", superior));
    }
    if let Some(known) = register.reporter(&key) {
        return Err(EnrolRefusal::KeyTaken(known.organization.code.clone()));
    }
    if let Some(known) = register.organizations.get(&organization.code) {
        // Whoever holds just any invitation must not become an organization that was revoked: its invitation names it.
        if known.revoked.is_none() || invitation.code.is_none() {
            return Err(EnrolRefusal::OrganizationTaken(organization.code.clone()));
        }
    }
    let superior = organization
        .superior
        .as_ref()
        .unwrap_or(&register.department.code);
    if register.tree().would_cycle(&organization.code, superior) {
        return Err(EnrolRefusal::SuperiorCycle(superior.clone()));
    }
    Ok(false)
}

/// A report that is refused, or that is kept as evidence only.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ReportRefusal {
    /// Signed by an enrolled key, about another organization.
    #[error(
        "报表的 {field} 与登记不符 ({expected}); 变更请联系组织部 the report's {field} is not what was enrolled ({expected}); ask the department to change it"
    )]
    OtherOrganization {
        /// Which field.
        field: &'static str,
        /// What was enrolled.
        expected: String,
    },
    /// A quarter that still runs, or has not begun: its counts would be taken for the final ones.
    #[error(
        "{0} 尚未结束, 自 {first} 起上报; 若当地已到该日, 请核对双方时钟  {0} has not ended: report it from {first} on; if it is that day where you are, compare the clocks",
        first = .0.next().first_day()
    )]
    PeriodOpen(Quarter),
    /// A higher revision is kept.
    #[error(
        "已收到更高的修订 {kept}, 不再接受 {sent}  revision {kept} is kept, {sent} is older; it stays as it is"
    )]
    RevisionOld {
        /// The revision that counts.
        kept: u32,
        /// The one that came.
        sent: u32,
    },
    /// The same revision with other bytes.
    #[error("修订 {revision} 曾以不同内容报送, 两份均已留存; 请用修订 {} 重报 revision {revision} came before with other content, both are kept; send revision {}", revision + 1, revision + 1)]
    Equivocation {
        /// Which revision.
        revision: u32,
    },
    /// Compiled before one that was received.
    #[error(
        "报表编制于已收到的一份之前; 请重新编制后报送 compiled before a report that was received already; compile it again"
    )]
    Stale,
    /// The log is smaller than it was, or another.
    #[error(
        "本地日志倒退: 曾为 {before} 条, 现为 {now} 条{how}; 可能恢复了旧备份, 证据已留存, 报表不计入; 请组织部撤销登记后重新邀请 the local log went back: it had {before} entries, now {now}{how_en}; an old backup may have been restored; the evidence is kept, the report does not count; have the department revoke the enrolment and invite again"
    )]
    LogWentBack {
        /// Entries before.
        before: u64,
        /// Entries now.
        now: u64,
        /// More, in Chinese.
        how: &'static str,
        /// More, in English.
        how_en: &'static str,
    },
}

impl ReportRefusal {
    /// Is what came kept as evidence, and the organization marked?
    pub const fn is_evidence(&self) -> bool {
        matches!(self, Self::Equivocation { .. } | Self::LogWentBack { .. })
    }
}

/// A report that is not refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Admitted {
    /// It counts from now on.
    New,
    /// Exactly these bytes count already.
    Repeated,
}

/// Decides on a report whose signature and checkpoint verified under `from`'s key.
pub fn admit(
    from: &Enrolled,
    kept: Option<&Kept>,
    signed: &SignedReport,
    now: Timestamp,
) -> Result<Admitted, ReportRefusal> {
    let report = signed.report();
    same_organization(&from.organization, &report.organization)?;
    // On the quarter's last day here the sender's clock may show the next one.
    if report.period.last_day() > now.day() {
        return Err(ReportRefusal::PeriodOpen(report.period));
    }
    let hash = signed.hash();
    // The department invited it anew: what it reported before, perhaps from a machine that is lost, binds it no more.
    let kept = kept.filter(|kept| kept.hash == hash || kept.is_of(from));
    let seen = kept.and_then(|kept| seen(kept, report.revision));
    match (kept, seen) {
        (Some(kept), Some(seen)) if seen == hash => {
            return if kept.hash == hash {
                Ok(Admitted::Repeated)
            } else {
                Err(ReportRefusal::RevisionOld {
                    kept: kept.report.revision,
                    sent: report.revision,
                })
            };
        }
        (_, Some(_)) => {
            return Err(ReportRefusal::Equivocation {
                revision: report.revision,
            });
        }
        _ => {}
    }
    if let Some(head) = &from.log {
        log_goes_on(head, &LogHead::new(signed.checkpoint(), report.compiled))?;
    }
    match kept {
        Some(kept) if kept.report.revision > report.revision => Err(ReportRefusal::RevisionOld {
            kept: kept.report.revision,
            sent: report.revision,
        }),
        _ => Ok(Admitted::New),
    }
}

fn seen(kept: &Kept, revision: u32) -> Option<Hash> {
    if kept.report.revision == revision {
        Some(kept.hash)
    } else {
        kept.replaced.get(&revision).copied()
    }
}

fn same_organization(
    enrolled: &Organization,
    reported: &Organization,
) -> Result<(), ReportRefusal> {
    let other = |field, expected: String| Err(ReportRefusal::OtherOrganization { field, expected });
    if enrolled.code != reported.code {
        other("code", enrolled.code.to_string())
    } else if enrolled.superior != reported.superior {
        other(
            "superior",
            enrolled
                .superior
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
    } else {
        Ok(())
    }
}

fn log_goes_on(before: &LogHead, now: &LogHead) -> Result<(), ReportRefusal> {
    let back = |how, how_en| {
        Err(ReportRefusal::LogWentBack {
            before: before.size,
            now: now.size,
            how,
            how_en,
        })
    };
    if now.log_id != before.log_id {
        return back(", 且为另一日志", " and is another log");
    }
    if now.size == before.size && now.root != before.root {
        return back(", 内容不同", " with other content");
    }
    if now.size >= before.size {
        return Ok(());
    }
    // A report that was under way for long is no rollback. One that only pretends to be old does not count either.
    if now.compiled < before.compiled {
        Err(ReportRefusal::Stale)
    } else {
        back("", "")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "admission_tests.rs"]
mod tests;
