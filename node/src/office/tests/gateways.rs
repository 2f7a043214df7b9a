//! A node that reports to two departments: each has its own state, and one that cannot be reached holds up nobody.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use hongyan_proto::{
    id::OrganizationCode,
    identity::{IdentityKey, Invitation, InvitationSecret, OrganizationName, Purpose},
    time::Quarter,
};

use super::{pair::Town, stories::ready};
use crate::office::{
    Carrier, OfficeError, Organization, gateway,
    overdue::{OverdueKind, overdue},
};

/// What the departments heard: gateway, superior or report.
type Heard = Arc<Mutex<Vec<(String, String)>>>;

fn no_way<A, T: Send + 'static>()
-> Box<dyn Fn(A) -> crate::office::BoxFuture<Result<T, OfficeError>> + Send + Sync> {
    Box::new(|_| Box::pin(async { Err(OfficeError::NoCarrier) }))
}

/// A way to two departments, of which one may be away.
fn carrier(heard: &Heard, away: &Arc<AtomicBool>) -> Carrier {
    let (enrolled, submitted, away) = (heard.clone(), heard.clone(), away.clone());
    Carrier {
        meet: no_way(),
        check: Box::new(|_| Box::pin(async { Vec::new() })),
        sync: no_way(),
        export: no_way(),
        import: no_way(),
        enroll: Box::new(move |(invitation, _, superior)| {
            let superior = superior.map(|code| code.to_string()).unwrap_or_default();
            let code = invitation.code.to_string();
            enrolled.lock().unwrap().push((code, superior));
            let reply = Organization {
                code: invitation.code,
                name: invitation.name,
                region: invitation.region,
                endpoint: invitation.endpoint.to_string(),
            };
            Box::pin(async move { Ok(reply) })
        }),
        submit: Box::new(move |(gateway, _)| {
            let code = gateway.code.to_string();
            let refused = away.load(Ordering::SeqCst) && code == "CITY";
            submitted.lock().unwrap().push((code, "report".to_owned()));
            Box::pin(async move {
                if refused {
                    return Err(OfficeError::Unreachable("off line".to_owned()));
                }
                Ok((1, 1_790_000_000_000, false))
            })
        }),
        next_try: Box::new(|_| None),
        partners_changed: Box::new(|| {}),
        renew_tls: Box::new(|| Err(OfficeError::NoCarrier)),
        shown_tls: Box::new(|| {
            (
                hongyan_proto::time::Timestamp::default(),
                hongyan_proto::id::Hash::from_bytes([0; 32]),
            )
        }),
    }
}

fn invitation(code: &str, seed: u8) -> String {
    let invitation = Invitation {
        endpoint: "127.0.0.1:7500".parse().unwrap(),
        code: OrganizationCode::parse(code).unwrap(),
        name: OrganizationName::parse("某市委组织部").unwrap(),
        region: "320200".parse().unwrap(),
        key: IdentityKey::from_seed([seed; 32]).public(),
        secret: InvitationSecret::from_slice(&[seed; 16]).unwrap(),
        expires: hongyan_proto::time::Timestamp::from_millis(i64::MAX / 2),
        purpose: Purpose::Report,
    };
    invitation.to_text()
}

async fn enroll(town: &Town, code: &str, seed: u8, superior: &str) {
    gateway::enroll(
        &town.office,
        town.request(),
        &invitation(code, seed),
        superior,
    )
    .await
    .unwrap();
}

fn due(town: &Town) -> Vec<(String, Option<Quarter>)> {
    let gateways = gateway::enrolled(&town.office).unwrap();
    gateways
        .iter()
        .map(|known| {
            let due = gateway::due(&town.office, known).unwrap();
            (known.code.to_string(), due)
        })
        .collect()
}

#[tokio::test]
async fn each_gateway_has_its_own_report_superior_and_due_quarter() {
    let mut pair = ready().await;
    let (heard, away) = (Heard::default(), Arc::new(AtomicBool::new(true)));
    let office = pair.home.office.clone();
    pair.home
        .reopen_from(office.with_carrier(carrier(&heard, &away), None));
    let home = &pair.home;
    home.set_day("2026-08-15");
    let quarter: Quarter = "2026-Q2".parse().unwrap();
    let none = gateway::submit(&home.office, quarter, "").await;
    assert!(matches!(none, Err(OfficeError::NotEnrolled)), "{none:?}");
    enroll(home, "CITY", 8, "").await;
    enroll(home, "COUNTY", 9, "STREET").await;
    // Enrolled again: the same gateway, not a third.
    enroll(home, "COUNTY", 9, "STREET").await;
    let said: Vec<_> = heard.lock().unwrap().drain(..).collect();
    assert_eq!(said[0], ("CITY".to_owned(), String::new()));
    assert_eq!(said[1], ("COUNTY".to_owned(), "STREET".to_owned()));
    let both = |city, county| vec![("CITY".to_owned(), city), ("COUNTY".to_owned(), county)];
    assert_eq!(due(home), both(Some(quarter), Some(quarter)));
    let receipts = gateway::submit(&home.office, quarter, "").await.unwrap();
    let [(city, refused), (county, taken)] = receipts.as_slice() else {
        panic!("{receipts:?}")
    };
    assert_eq!((city.as_str(), county.as_str()), ("CITY", "COUNTY"));
    assert!(matches!(refused, Err(OfficeError::Unreachable(_))));
    let organization = &taken.as_ref().unwrap().report.report().organization;
    assert_eq!(
        organization.superior,
        Some(OrganizationCode::parse("STREET").unwrap())
    );
    assert_eq!(due(home), both(Some(quarter), None));
    let partners = crate::office::status::partners(&home.office).unwrap();
    let late = overdue(&home.office, &partners, &[]).unwrap();
    let late: Vec<_> = late
        .iter()
        .filter(|one| one.kind == OverdueKind::Report)
        .map(|one| one.partner.as_str())
        .collect();
    assert_eq!(late, ["CITY"]);
    away.store(false, Ordering::SeqCst);
    gateway::submit(&home.office, quarter, "CITY")
        .await
        .unwrap();
    assert_eq!(due(home), both(None, None));
    crate::book::rebuild(home.office.store(), &|_, _| {}).unwrap();
    assert_eq!(due(home), both(None, None));
    // A quarter that still runs goes up nowhere, and is asked for once it is over.
    let running = gateway::submit(&home.office, quarter.next(), "").await;
    assert!(matches!(running, Err(OfficeError::QuarterOpen(_))));
    assert!(gateway::preview(&home.office, quarter.next()).is_ok());
    home.set_day("2026-10-12");
    let next = Some(quarter.next());
    assert_eq!(due(home), both(next, next));
    let unknown = gateway::submit(&home.office, quarter, "NOBODY").await;
    assert!(matches!(unknown, Err(OfficeError::NotFound { .. })));
}
