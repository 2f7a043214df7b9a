//! A certificate's life: numbers from the county, to a member, lost, replaced, given back; and its card at the partner's.

use hongyan_proto::letter::{
    Accept, CertificateFinding, CertificateKind, CertificateRange, Change, Disclosure, Payload,
    Place, Replacement, ReplacementReason, Returned, Text,
};

use super::{
    again,
    duties::{adopt, of},
    pair::{Pair, Town},
    stories::{accept, agree, day, import as import_roster, notice, place, ready as agreed, write},
};
use crate::{
    book,
    domain::{certificate as certificates, duty::State},
    office::{
        OfficeError,
        certificate::{self, Look, Registry, Signer},
        find, flow,
        import::{Source, import},
    },
};

const ROSTER: &str = "姓名,出生年月,活动证号\n张三,1980-05,\n李四,1981-06,F002\n王五,1982-07,\n";

async fn ready() -> Pair {
    let pair = Pair::met().await;
    let town = &pair.home;
    let source = Source {
        content: ROSTER.as_bytes().to_vec().into(),
        filename: "a.csv".to_owned(),
        dry_run: false,
        strict: true,
        found_units: false,
    };
    let quiet = std::sync::Arc::new(|_, _, _| {});
    import(&town.office, town.request(), source, quiet)
        .await
        .unwrap();
    let range = CertificateRange {
        kind: CertificateKind::Flow,
        first: "F001".parse().unwrap(),
        last: "F004".parse().unwrap(),
        source: None,
        received_on: town.office.today(),
        actor: "王书记".parse().unwrap(),
    };
    certificate::add_range(&town.office, town.request(), range.clone())
        .await
        .unwrap();
    let again = certificate::add_range(&town.office, town.request(), range).await;
    assert_eq!(again.unwrap_err().reason(), "CERTIFICATE");
    pair
}

async fn issue(town: &Town, member: &str, number: Option<&str>) -> Result<String, OfficeError> {
    let number = number.map(|number| number.parse().unwrap());
    let kind = CertificateKind::Flow;
    let today = town.office.today();
    let request = town.request();
    let answer = certificate::issue(
        &town.office,
        request,
        member.to_owned(),
        kind,
        number,
        today,
    )
    .await?;
    certificate::of_answer(&answer).map(|number| number.to_string())
}

fn on_roster(town: &Town, member: &str) -> Option<String> {
    let member = find::member(town.office.store(), member).unwrap();
    member.details.certificate.map(|number| number.to_string())
}

#[tokio::test]
async fn a_number_goes_out_once_and_the_roster_follows() {
    let pair = ready().await;
    let town = &pair.home;
    assert_eq!(issue(town, "张三", None).await.unwrap(), "F001");
    assert_eq!(on_roster(town, "张三").as_deref(), Some("F001"));
    // One the member holds, one used, one of no range, one that the roster brought.
    for (member, number) in [
        ("张三", None),
        ("李四", None),
        ("王五", Some("F001")),
        ("王五", Some("X001")),
        ("王五", Some("F002")),
    ] {
        let refused = issue(town, member, number).await.unwrap_err();
        assert_eq!(refused.reason(), "CERTIFICATE", "{member} {number:?}");
    }
    assert_eq!(issue(town, "王五", None).await.unwrap(), "F003");
    let today = town.office.today();
    let lost = ReplacementReason::Lost;
    let number = "F002".parse().unwrap();
    let answer = certificate::replace(&town.office, town.request(), number, lost, None, today)
        .await
        .unwrap();
    assert_eq!(certificate::of_answer(&answer).unwrap().as_str(), "F004");
    assert_eq!(on_roster(town, "李四").as_deref(), Some("F004"));
    let check = |number: &str| {
        let look = Look {
            number: number.parse().unwrap(),
            case: String::new(),
            finding: CertificateFinding::Good,
            on: today,
            note: None,
        };
        certificate::check(&town.office, town.request(), look)
    };
    check("F004").await.unwrap();
    assert_eq!(check("F002").await.unwrap_err().reason(), "CERTIFICATE");
    assert_eq!(check("F999").await.unwrap_err().reason(), "CERTIFICATE");
    let hand_in = |number: &str| {
        let number = number.parse().unwrap();
        certificate::hand_in(&town.office, town.request(), number, today, None)
    };
    hand_in("F001").await.unwrap();
    assert_eq!(hand_in("F001").await.unwrap_err().reason(), "CERTIFICATE");
    assert_eq!(on_roster(town, "张三"), None);
    assert_eq!(
        issue(town, "张三", None).await.unwrap_err().reason(),
        "CERTIFICATE"
    );
    let store = town.office.store();
    let before = book::certificates(store).unwrap();
    book::rebuild(store, &|_, _| {}).unwrap();
    assert_eq!(book::certificates(store).unwrap(), before);
    assert_eq!(before.all().count(), 4);
}

#[tokio::test]
async fn a_step_that_was_entered_by_mistake_is_void_and_the_roster_has_the_certificate_again() {
    let pair = ready().await;
    let town = &pair.home;
    let today = town.office.today();
    issue(town, "张三", None).await.unwrap();
    let hand_in = |number: &str| {
        let number = number.parse().unwrap();
        certificate::hand_in(&town.office, town.request(), number, today, None)
    };
    let void = |number: &str| {
        let (number, reason) = (number.parse().unwrap(), Text::parse("错登").unwrap());
        certificate::void(&town.office, town.request(), number, reason)
    };
    let state = |number: &str| {
        let registry = Registry::open(town.office.store()).unwrap();
        registry.get(&number.parse().unwrap()).unwrap().state
    };
    let handed = certificates::State::HandedIn { on: today };
    // One issued here, and one that the roster file brought.
    for (member, number) in [("张三", "F001"), ("李四", "F002")] {
        hand_in(number).await.unwrap();
        assert_eq!(
            (state(number), on_roster(town, member)),
            (handed.clone(), None)
        );
        void(number).await.unwrap();
        assert_eq!(state(number), certificates::State::Held);
        assert_eq!(on_roster(town, member).as_deref(), Some(number));
    }
    // A look at it too, but not that it was issued.
    certificate::check(
        &town.office,
        town.request(),
        seen("F001", "", &today.to_string()),
    )
    .await
    .unwrap();
    void("F001").await.unwrap();
    let issued = void("F001").await.unwrap_err().to_string();
    assert!(issued.contains("certificate hand-in"), "{issued}");
    assert_eq!(void("F999").await.unwrap_err().reason(), "CERTIFICATE");
    // Its holder was given another meanwhile: that one goes first.
    hand_in("F001").await.unwrap();
    assert_eq!(issue(town, "张三", None).await.unwrap(), "F003");
    let other = void("F001").await.unwrap_err().to_string();
    assert!(other.contains("F003"), "{other}");
    assert_eq!(state("F001"), handed);
    let store = town.office.store();
    let before = book::certificates(store).unwrap();
    book::rebuild(store, &|_, _| {}).unwrap();
    assert_eq!(book::certificates(store).unwrap(), before);
}

#[tokio::test]
async fn a_partner_verifies_a_card_offline_and_knows_whose_key_it_was() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let number = issue(home, "张三", None).await.unwrap().parse().unwrap();
    let registry = Registry::open(home.office.store()).unwrap();
    let found = registry.get(&number).unwrap();
    let card = certificate::card(&home.office, &found, registry.holder(&found));
    let text = card.unwrap().unwrap().to_text();
    let (read, signer) = certificate::verify(&host.office, &text).unwrap();
    assert_eq!(signer, Signer::Partner("340800-001".to_owned()));
    assert_eq!(read.content().name.as_str(), "张三");
    assert_eq!(
        certificate::verify(&home.office, &text).unwrap().1,
        Signer::Own
    );
    // Another node of the same name and code, with another key.
    let stranger = hongyan_proto::identity::IdentityKey::from_seed([9; 32]);
    let forged = hongyan_proto::letter::Card::sign(&stranger, read.content().clone()).to_text();
    assert_eq!(
        certificate::verify(&host.office, &forged).unwrap().1,
        Signer::Unknown
    );
    // A partner's key that speaks for somebody else.
    let mut content = read.content().clone();
    content.organization_code = "110000-001".parse().unwrap();
    let borrowed = hongyan_proto::letter::Card::sign(&home.office.key(), content).to_text();
    assert_eq!(
        certificate::verify(&host.office, &borrowed).unwrap().1,
        Signer::Unknown
    );
    let mut altered = text.clone();
    let place = text.len() - 30;
    let other = if &text[place..=place] == "A" {
        "B"
    } else {
        "A"
    };
    altered.replace_range(place..=place, other);
    assert_eq!(
        certificate::verify(&host.office, &altered)
            .unwrap_err()
            .reason(),
        "CARD"
    );
    // A certificate that only the roster knows has no card.
    let old = registry.get(&"F002".parse().unwrap()).unwrap();
    assert!(
        certificate::card(&home.office, &old, registry.holder(&old))
            .unwrap()
            .is_none()
    );
}

/// The duties of looking at certificates, each with its state.
fn looks(town: &Town, rule: &str) -> Vec<(String, State)> {
    let found = of(town, rule).into_iter();
    found.map(|duty| (duty.who, duty.state)).collect()
}

fn seen(number: &str, case: &str, on: &str) -> Look {
    Look {
        number: number.parse().unwrap(),
        case: case.to_owned(),
        finding: CertificateFinding::Good,
        on: day(on),
        note: None,
    }
}

#[tokio::test]
async fn the_host_looks_at_a_certificate_whose_number_nobody_told_and_home_at_its_own_on_the_way_back()
 {
    // The agreement names no certificates: no letter can say that they were looked at.
    let named = [
        Disclosure::Identity,
        Disclosure::Membership,
        Disclosure::Attendance,
    ];
    let pair = Pair::met().await;
    import_roster(&pair.home).await;
    agree(&pair, &named).await;
    let (home, host) = (&pair.home, &pair.host);
    for town in [home, host] {
        adopt(town, "wuxi", "2026-04-01").await.unwrap();
    }
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let accept = Accept {
        certificate_check: None,
        ..accept()
    };
    write(host, case, accept).await.unwrap();
    assert_eq!(looks(host, "check"), [("张三".to_owned(), State::Due)]);
    let (id, today) = (case.to_string(), host.office.today().to_string());
    let none = Look {
        finding: CertificateFinding::NotShown,
        ..seen("AQ-0001", &id, &today)
    };
    certificate::check(&host.office, host.request(), none)
        .await
        .unwrap();
    assert_eq!(looks(host, "check"), [("张三".to_owned(), State::Due)]);
    let look = seen("AQ-0001", &id, &today);
    let answer = certificate::check(&host.office, host.request(), look).await;
    assert!(matches!(looks(host, "check")[..], [(_, State::Done(_))]));
    // It is none of the host's own, and cannot be handed in here.
    let number = certificate::of_answer(&answer.unwrap()).unwrap();
    let registry = Registry::open(host.office.store()).unwrap();
    assert!(registry.look_up(&number).is_ok() && registry.all().is_empty());
    let on = host.office.today();
    let handed = certificate::hand_in(&host.office, host.request(), number, on, None).await;
    assert_eq!(handed.unwrap_err().reason(), "CERTIFICATE");
    // Home's own members are named by number alone.
    let wrong =
        certificate::check(&home.office, home.request(), seen("AQ-0001", &id, &today)).await;
    assert!(wrong.unwrap_err().to_string().contains("流入"));
    let place = Place {
        placed_on: on,
        ..place()
    };
    write(host, case, place).await.unwrap();
    pair.sync().await;
    let back = Returned {
        returned_on: on,
        certificate_check: None,
        member_account: None,
        host_account: None,
    };
    write(home, case, back).await.unwrap();
    assert_eq!(looks(home, "check-back"), [("张三".to_owned(), State::Due)]);
    let look = seen("AQ-0001", "", &today);
    certificate::check(&home.office, home.request(), look)
        .await
        .unwrap();
    assert!(matches!(
        looks(home, "check-back")[..],
        [(_, State::Done(_))]
    ));
}

/// Replaces a lost flow certificate with a number of the range. Which one it is now, and what the partner was not told.
async fn replaced(town: &Town, number: &str) -> (String, Vec<String>) {
    let (office, today) = (&town.office, town.office.today());
    let number = number.parse().unwrap();
    let lost = ReplacementReason::Lost;
    let answer = certificate::replace(office, town.request(), number, lost, None, today)
        .await
        .unwrap();
    let why = certificate::telling(&answer).unwrap().not_told.into_iter();
    let now = certificate::of_answer(&answer).unwrap().to_string();
    (now, why.map(|one| one.why).collect())
}

async fn range(town: &Town) {
    let range = CertificateRange {
        kind: CertificateKind::Flow,
        first: "F001".parse().unwrap(),
        last: "F009".parse().unwrap(),
        source: None,
        received_on: town.office.today(),
        actor: "王书记".parse().unwrap(),
    };
    certificate::add_range(&town.office, town.request(), range)
        .await
        .unwrap();
}

fn shows(town: &Town, case: hongyan_proto::id::CaseId) -> Option<String> {
    let person = flow::show(&town.office, case).unwrap().person;
    person.certificate.map(|number| number.to_string())
}

#[tokio::test]
async fn the_host_hears_of_another_certificate_and_looks_at_that_one() {
    let pair = agreed().await;
    let (home, host) = (&pair.home, &pair.host);
    range(home).await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    // Not placed yet: it is told when it may be.
    let (first, stays) = replaced(home, "AQ-0001").await;
    assert!(
        stays[0].contains("record change --certificate"),
        "{stays:?}"
    );
    write(host, case, accept()).await.unwrap();
    write(host, case, place()).await.unwrap();
    pair.sync().await;
    let (id, today) = (case.to_string(), host.office.today().to_string());
    let look = |number: &str, case: &str| {
        certificate::check(&host.office, host.request(), seen(number, case, &today))
    };
    let other = look(&first, &id).await.unwrap_err().to_string();
    assert!(other.contains("AQ-0001"), "{other}");
    let told = |number: &str| Change {
        day: home.office.today(),
        phone: None,
        employer: None,
        address: None,
        certificate: Some(number.parse().unwrap()),
    };
    // Only home tells it, and only what its roster has.
    for (town, number) in [(home, "F009"), (host, &*first)] {
        let wrong = write(town, case, told(number)).await.unwrap_err();
        assert!(wrong.to_string().contains("certificate replace"), "{wrong}");
    }
    write(home, case, told(&first)).await.unwrap();
    pair.sync().await;
    assert_eq!(shows(host, case).as_deref(), Some(&*first));
    look(&first, &id).await.unwrap();
    // Placed, it is told in the same commit.
    let (second, stays) = replaced(home, &first).await;
    assert_eq!((second.as_str(), stays.len()), ("F002", 0));
    pair.sync().await;
    for town in [home, host] {
        assert_eq!(shows(town, case).as_deref(), Some("F002"));
    }
    look("F002", "").await.unwrap();
    look("F002", &id).await.unwrap();
    let other = look(&first, &id).await.unwrap_err().to_string();
    assert!(other.contains("F002"), "{other}");
    for town in [home, host] {
        book::rebuild(town.office.store(), &|_, _| {}).unwrap();
        assert_eq!(shows(town, case).as_deref(), Some("F002"));
    }
}

#[tokio::test]
async fn another_certificate_is_not_told_where_the_agreement_does_not_name_certificates() {
    let pair = Pair::met().await;
    import_roster(&pair.home).await;
    agree(&pair, &[Disclosure::Identity, Disclosure::Contact]).await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let accept = Accept {
        certificate_check: None,
        ..accept()
    };
    write(&pair.host, case, accept).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    pair.sync().await;
    range(&pair.home).await;
    let (_, stays) = replaced(&pair.home, "AQ-0001").await;
    assert!(stays[0].contains("协议未列"), "{stays:?}");
    pair.sync().await;
    assert_eq!(shows(&pair.host, case), None);
}

#[tokio::test]
async fn what_changed_is_in_the_cases_header_and_on_homes_roster() {
    let pair = agreed().await;
    let (home, host) = (&pair.home, &pair.host);
    let case = super::life::hosted(&pair).await;
    pair.sync().await;
    let change = |phone: Option<&str>, address: Option<&str>| Change {
        day: day("2026-04-01"),
        phone: phone.map(|text| Text::parse(text).unwrap()),
        employer: None,
        address: address.map(|text| Text::parse(text).unwrap()),
        certificate: None,
    };
    let header = |town: &Town| {
        let person = flow::show(&town.office, case).unwrap().person;
        let text = |value: Option<String>| value.unwrap_or_default();
        [
            text(person.phone.map(|phone| phone.to_string())),
            text(person.address.map(|address| address.to_string())),
        ]
    };
    write(home, case, change(Some("13900000000"), None))
        .await
        .unwrap();
    let member = find::member(home.office.store(), "张三").unwrap();
    assert_eq!(member.details.phone.unwrap().as_str(), "13900000000");
    write(host, case, change(None, Some("梁溪区南禅寺街道")))
        .await
        .unwrap();
    pair.sync().await;
    assert_eq!(header(host), ["13900000000", "梁溪区南禅寺街道"]);
    assert_eq!(header(home)[0], "13900000000");
    // Corrected, and then void: what was disclosed with the notice stands again.
    let letters = crate::office::record::list(&home.office, &case.to_string(), &[], false);
    let letters = letters.unwrap().1;
    let own = |payload: &Option<Payload>| matches!(payload, Some(Payload::Change(one)) if one.phone.is_some());
    let letter = letters.iter().find(|letter| own(&letter.payload)).unwrap();
    let right = Replacement::Change(change(Some("13911111111"), None));
    let answer = again::correct(home, home.request(), case, (letter.sequence, Some(right))).await;
    pair.sync().await;
    assert_eq!(header(home)[0], "13911111111");
    assert_eq!(header(host)[0], "13911111111");
    let by = answer.unwrap().written[0].sequence;
    again::correct(home, home.request(), case, (by, None))
        .await
        .unwrap();
    pair.sync().await;
    assert_eq!(header(host), ["13800001111", "梁溪区南禅寺街道"]);
}
