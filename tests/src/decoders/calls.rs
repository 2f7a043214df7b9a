//! What strangers, partners and departments ask over the network, and what they answer: one message each.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use hongyan_gateway::{
    domain::{
        access::Role,
        listing,
        organization::Enrolled as Member,
        query::{Count, MAX_ROWS},
        register::{Department, Kept, Register},
    },
    rpc::{enrolment, matrix_query, organizations_asked, query},
};
use hongyan_node::link::{Caller, Enrolled, Identity, Introduced, Submitted};
use hongyan_proto::{
    id::{Epoch, Hash},
    identity::{OrganizationName, Succession},
    pb::{exchange::v1 as exchange, report::v1 as reporting, statistics::v1 as statistics},
    report::{Report, SignedReport},
    time::Timestamp,
};
use prost::Message;

use super::key;

/// Below this a count is withheld from whom it leaves the department for.
const THRESHOLD: u64 = 5;

/// The bytes of a call or an answer as the machinery of calls reads them.
fn wire<M: Message + Default>(bytes: &[u8]) -> Option<M> {
    M::decode(bytes).ok()
}

fn same(identity: &Identity, wire: Option<exchange::Organization>) {
    let wire = wire.unwrap_or_default();
    assert_eq!(identity.code.as_str(), wire.code);
    assert_eq!(identity.name.as_str(), wire.name);
    assert_eq!(identity.region.as_str(), wire.region);
    assert_eq!(identity.endpoint.is_none(), wire.endpoint.is_empty());
}

/// A stranger redeems an invitation: nothing that it says is taken for more or less than it is.
pub(super) fn introduce(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<exchange::IntroduceRequest>(bytes) else {
        return false;
    };
    let Ok(caller) = Caller::from_wire((key().public(), &Succession::NONE), &wire) else {
        return false;
    };
    assert_eq!(caller.secret.as_bytes()[..], wire.secret[..]);
    assert_eq!(caller.epoch.to_field(), wire.epoch);
    let held = caller.held.map(Epoch::to_field);
    assert_eq!(held.unwrap_or_default(), wire.held_epoch);
    same(&caller.identity, wire.organization);
    true
}

/// The answer of whoever gave the invitation.
pub(super) fn introduced(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<exchange::IntroduceResponse>(bytes) else {
        return false;
    };
    let Ok(introduced) = Introduced::from_wire(&wire) else {
        return false;
    };
    assert_eq!(introduced.epoch.to_field(), wire.epoch);
    same(&introduced.identity, wire.organization);
    true
}

/// A node enrols at a gateway.
pub(super) fn enroll(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<reporting::EnrollRequest>(bytes) else {
        return false;
    };
    let Ok((secret, organization)) = enrolment(&wire) else {
        return false;
    };
    assert_eq!(secret.as_bytes()[..], wire.secret[..]);
    assert_eq!(Some(organization.to_wire()), wire.organization);
    true
}

/// The gateway's answer.
pub(super) fn enrolled(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<reporting::EnrollResponse>(bytes) else {
        return false;
    };
    let Ok(endpoint) = "127.0.0.1:7430".parse() else {
        return false;
    };
    match Enrolled::from_wire(key().public(), endpoint, &wire) {
        Ok(enrolled) => {
            let words = (enrolled.code.as_str(), enrolled.name.as_str());
            assert_eq!(words, (wire.code.as_str(), wire.name.as_str()));
            assert_eq!(enrolled.region.as_str(), wire.region);
            true
        }
        Err(_) => false,
    }
}

/// A node hands in a report and its signature.
pub(super) fn submit(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<reporting::SubmitRequest>(bytes) else {
        return false;
    };
    let report = wire.report.clone();
    match SignedReport::verify(report, &wire.signature, &key().public(), &[]) {
        Ok(signed) => {
            assert_eq!(*signed.bytes(), wire.report, "kept exactly as it came");
            assert_eq!(signed.report().encode(), wire.report);
            true
        }
        Err(_) => false,
    }
}

/// The gateway's answer.
pub(super) fn submitted(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<reporting::SubmitResponse>(bytes) else {
        return false;
    };
    let hash = wire.report_hash.clone();
    match Submitted::from_wire(wire) {
        Ok(submitted) => {
            assert_eq!(submitted.report_hash.to_field(), hash);
            true
        }
        Err(_) => false,
    }
}

pub(super) fn report(bytes: &[u8]) -> bool {
    match Report::parse(bytes) {
        Ok(report) => {
            let again = Report::parse(&report.encode());
            assert_eq!(again, Ok(report), "what was read can be written and read");
            true
        }
        Err(_) => false,
    }
}

/// A gateway at which one organization has reported one quarter: what is asked is not only read, but answered.
static REGISTER: LazyLock<Option<Register>> = LazyLock::new(|| {
    let bytes = include_bytes!("../../fuzz/corpus/report/good-one");
    let report = Report::parse(bytes).ok()?;
    let mut register = Register::new(Department {
        code: "CITY".parse().ok()?,
        name: OrganizationName::parse("市委组织部").ok()?,
        region: "320200".parse().ok()?,
    });
    let time = Timestamp::from_millis(1_790_000_000_000);
    let organization = report.organization.clone();
    let code = organization.code.clone();
    let member = Member {
        organization,
        key: key().public(),
        rotations: Vec::new(),
        enrolled: time,
        revoked: None,
        log: None,
        log_went_back: false,
        equivocated: false,
    };
    register
        .organizations
        .insert(code.clone(), Arc::new(member));
    let kept = Kept {
        hash: Hash::from_bytes([0; 32]),
        received: time,
        replaced: BTreeMap::new(),
        report,
    };
    let reports = register.reports.entry(kept.report.period).or_default();
    reports.insert(code, Arc::new(kept));
    Some(register)
});

/// The department itself, the one above it and one below it ask in turn.
fn roles() -> impl Iterator<Item = Role> {
    let below = "WX-01".parse().ok().map(Role::SubDepartment);
    [Role::Department, Role::Superior].into_iter().chain(below)
}

/// A small count never leaves the department.
fn withheld<'a>(role: &Role, release: bool, mut counts: impl Iterator<Item = &'a Count>) -> bool {
    let leaves = release || *role == Role::Superior;
    let small = |count: &Count| matches!(count, Count::Exact(1..THRESHOLD));
    !(leaves && counts.any(small))
}

/// A question for counts.
pub(super) fn statistics(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<statistics::QueryRequest>(bytes) else {
        return false;
    };
    let (Ok(query), Some(register)) = (query(&wire), REGISTER.as_ref()) else {
        return false;
    };
    let mut answered = false;
    for role in roles() {
        let Ok(answer) = query.answer(register, &role, THRESHOLD) else {
            continue;
        };
        answered = true;
        assert!(answer.rows.len() <= MAX_ROWS, "bounded");
        let rows = answer.rows.iter().chain(&answer.totals);
        let cases = rows.map(|row| &row.cases);
        assert!(
            withheld(&role, query.release, cases),
            "a small count is told"
        );
    }
    answered
}

/// A question for the matrix of both sides' words.
pub(super) fn matrix(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<statistics::MatrixRequest>(bytes) else {
        return false;
    };
    let (Ok(query), Some(register)) = (matrix_query(&wire), REGISTER.as_ref()) else {
        return false;
    };
    let mut answered = false;
    for role in roles() {
        let Ok(matrix) = query.answer(register, &role, THRESHOLD) else {
            continue;
        };
        answered = true;
        let counts = matrix.cells.iter();
        let counts = counts.flat_map(|cell| [&cell.outflow_said, &cell.inflow_said]);
        assert!(
            withheld(&role, query.release, counts),
            "a small count is told"
        );
    }
    answered
}

/// A question for the organizations and what is missing of them.
pub(super) fn organizations(bytes: &[u8]) -> bool {
    let Some(wire) = wire::<statistics::ListOrganizationsRequest>(bytes) else {
        return false;
    };
    let (Ok((subtree, periods)), Some(register)) = (organizations_asked(&wire), REGISTER.as_ref())
    else {
        return false;
    };
    let listed = roles().filter(|role| {
        listing::list(register, role, subtree.as_ref(), &periods, THRESHOLD).is_ok()
    });
    listed.count() > 0
}
