//! The stories.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{AgreementHash, CaseId},
    letter::{
        Accept, ActivityKind, Attendance, Claim, Contact, Decline, DeclineReason, DepartureReason,
        Disclosed, Disclosure, DisclosureSet, Dues, MemberClass, Payload, Place, Presence,
        Returned, Text, Within,
    },
    time::{Day, Quarter},
};

use super::{
    duties::of,
    pair::{Pair, Town, introduce, session},
};
use crate::{
    book::{self, Author},
    domain::case::{Closing, State},
    office::{
        Answer, OfficeError, Request,
        agreement::{self, Draft, Proposal},
        flow::{self, Subject, Trip},
        import::{self, Imported, Outcome, Source},
        letters::{self, Reached},
        log, member, partner, reconcile, statement, status,
    },
    store::{LogNo, LogState},
};

const ROSTER: &str = "姓名,性别,出生年月,公民身份号码,联系电话,入党时间,类别,活动证号,所在支部\n\
    张三,男,1990-05,11010519491231002X,13800001111,2015.7,农民工,AQ-0001,第一支部\n\
    李四,女,1992年3月,,13800002222,2018-07-01,,AQ-0002,第一支部\n\
    金丝雀,男,1988-08,,13899998888,2010-07-01,,AQ-0099,第二支部\n";

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) async fn import(town: &Town) {
    let (imported, _) = roster(town, town.request(), ROSTER).await.unwrap();
    assert_eq!(imported.count(Outcome::Added), 3, "{imported:?}");
}

async fn roster(
    town: &Town,
    request: Request,
    text: &str,
) -> Result<(Imported, Answer), OfficeError> {
    let source = Source {
        content: text.as_bytes().to_vec().into(),
        filename: "名册.csv".to_owned(),
        dry_run: false,
        strict: false,
        found_units: false,
    };
    let quiet = std::sync::Arc::new(|_, _, _| {});
    import::import(&town.office, request, source, quiet).await
}

/// Brings any roster in.
pub(super) async fn import_rows(town: &Town, rows: &str) {
    let request = town.request();
    let (imported, _) = roster(town, request, rows).await.unwrap();
    assert_eq!(imported.count(Outcome::Refused), 0, "{imported:?}");
}

/// An agreement proposed by home, countered by the host, signed by both.
pub(super) async fn agree(pair: &Pair, classes: &[Disclosure]) {
    let scope = classes.iter().copied().collect();
    agree_each(pair, [scope; 2]).await;
}

pub(super) async fn sign(town: &Town, terms: AgreementHash) {
    agreement::sign(&town.office, town.request(), terms.to_string(), None)
        .await
        .unwrap();
}

/// Proposes terms and signs them.
pub(super) async fn propose(town: &Town, proposal: Proposal) -> AgreementHash {
    let (terms, _) = agreement::propose(&town.office, town.request(), proposal)
        .await
        .unwrap();
    sign(town, terms).await;
    terms
}

/// The same with what home discloses, and what the host does.
pub(super) async fn agree_each(pair: &Pair, [by_home, by_host]: [DisclosureSet; 2]) {
    let (home, host) = (&pair.home, &pair.host);
    let draft = Draft {
        valid_from: Some(day("2026-04-01")),
        valid_until: Some(day("2027-12-31")),
        own_discloses: Some(by_home),
        partner_discloses: Some(by_host),
        ..Draft::default()
    };
    let (first, _) = agreement::propose(
        &home.office,
        home.request(),
        Proposal::Draft(Box::new(draft)),
    )
    .await
    .unwrap();
    pair.sync().await;
    let counter = Draft {
        retention_days: 365,
        ..Draft::default()
    };
    let second = propose(
        host,
        Proposal::Counter(first.to_string(), Box::new(counter)),
    )
    .await;
    pair.sync().await;
    sign(home, second).await;
    pair.sync().await;
    for town in [home, host] {
        let in_force =
            book::in_force(town.office.store(), &town.partner(), town.office.today()).unwrap();
        assert_eq!(in_force.map(|agreement| agreement.hash), Some(second));
    }
}

pub(in crate::office) async fn ready() -> Pair {
    let pair = Pair::met().await;
    import(&pair.home).await;
    agree(&pair, Disclosure::ALL).await;
    pair
}

fn trip() -> Trip {
    Trip {
        since: Some(day("2026-04-01")),
        reason: Some(DepartureReason::Work),
        ..Trip::default()
    }
}

pub(in crate::office) async fn notice(pair: &Pair, member: &str) -> CaseId {
    let home = &pair.home;
    let subject = Subject::Member(member.to_owned());
    let answer = flow::notice(&home.office, home.request(), String::new(), subject, trip())
        .await
        .unwrap();
    answer.case_id().unwrap()
}

pub(in crate::office) async fn write(
    town: &Town,
    case: CaseId,
    payload: impl Into<Payload>,
) -> Result<(), OfficeError> {
    flow::write(
        &town.office,
        town.request(),
        case.to_string(),
        payload.into(),
    )
    .await
    .map(drop)
}

pub(in crate::office) fn accept() -> Accept {
    Accept {
        certificate_check: Some(hongyan_proto::letter::CertificateCheck::Seen),
        arrived_on: day("2026-04-01"),
    }
}

pub(in crate::office) fn place() -> Place {
    Place {
        unit: Text::parse("社区第三支部").unwrap(),
        placed_on: day("2026-04-01"),
    }
}

/// A member of home's whom the host took and placed on a day, as both know.
pub(in crate::office) async fn hosted_from(pair: &Pair, member: &str, placed: &str) -> CaseId {
    let case = notice(pair, member).await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    let place = Place {
        placed_on: day(placed),
        ..place()
    };
    write(&pair.host, case, place).await.unwrap();
    pair.sync().await;
    case
}

pub(in crate::office) fn attendance(on: &str) -> Attendance {
    Attendance {
        day: day(on),
        activity: ActivityKind::ActivityDay,
        theme: None,
        presence: Presence::Present,
    }
}

pub(super) fn dues(receipt: &str) -> Dues {
    Dues {
        month: "2026-04".parse().unwrap(),
        months: Within::new(3).unwrap(),
        fen: hongyan_proto::id::Fen(1500),
        paid_on: day("2026-04-01"),
        receipt: Text::parse(receipt).unwrap(),
    }
}

/// Every shared case with what both must see alike; and each is the same when it is read alone.
pub(super) fn digests(town: &Town) -> BTreeMap<CaseId, String> {
    let (store, partner) = (town.office.store(), town.partner());
    book::cases_with_facts(store, &partner)
        .unwrap()
        .into_iter()
        .map(|file| {
            let alone = book::case_with_facts(store, Some(&partner), file.id).unwrap();
            assert_eq!(alone.unwrap().case.digest(), file.case.digest());
            (
                file.id,
                format!("{:?} {}", file.case.state(), file.case.digest()),
            )
        })
        .collect()
}

pub(super) fn state(town: &Town, case: CaseId) -> Option<State> {
    flow::show(&town.office, case).unwrap().state
}

#[tokio::test]
async fn a_quarter_from_the_notice_to_the_closing() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    assert_eq!(state(host, case), Some(State::Notified));
    let seen = flow::show(&host.office, case).unwrap().person;
    assert_eq!(seen.name.unwrap().as_str(), "张三");
    write(host, case, accept()).await.unwrap();
    write(host, case, place()).await.unwrap();
    write(host, case, attendance("2026-04-01")).await.unwrap();
    write(host, case, dues("R-1")).await.unwrap();
    assert!(matches!(
        write(host, case, dues("R-1")).await,
        Err(OfficeError::ReceiptUsed(_))
    ));
    pair.sync().await;
    let contact = Contact {
        day: day("2026-04-01"),
        means: Text::parse("电话").unwrap(),
        summary: None,
    };
    write(home, case, contact).await.unwrap();
    pair.sync().await;
    assert_eq!(digests(home), digests(host));
    assert_eq!(state(home, case), Some(State::Active));
    let (_, timeline) = letters::show(&home.office, &case.to_string()).unwrap();
    let notice = timeline
        .iter()
        .find(|letter| letter.kind.name() == "notice")
        .unwrap();
    assert_eq!(notice.reached, Reached::Answered);
    assert_eq!(notice.actor.as_deref(), Some("王书记"));
    pair.set_day("2026-07-02");
    let quarter: Quarter = "2026-Q2".parse().unwrap();
    for town in [home, host] {
        statement::issue(&town.office, town.request(), String::new(), quarter)
            .await
            .unwrap();
    }
    pair.sync().await;
    let results: Vec<_> = [home, host]
        .map(|town| reconcile::show(&town.office, "", quarter).unwrap())
        .into();
    let hash = results[0].hash().unwrap();
    assert_eq!(results[1].hash(), Some(hash));
    assert_eq!(
        results[0].view.settlement.as_ref().unwrap().counts.agreed,
        1
    );
    for town in [home, host] {
        reconcile::close(&town.office, town.request(), String::new(), quarter, hash)
            .await
            .unwrap();
    }
    pair.sync().await;
    for town in [home, host] {
        let listed = reconcile::list(&town.office, "").unwrap();
        assert!(
            matches!(listed[0].status, crate::domain::statement::Status::Closed),
            "{:?}",
            listed[0].status
        );
        let again = statement::issue(&town.office, town.request(), String::new(), quarter).await;
        assert!(matches!(again, Err(OfficeError::QuarterClosed(_))));
    }
    let returned = Returned {
        returned_on: day("2026-07-01"),
        certificate_check: Some(hongyan_proto::letter::CertificateCheck::Seen),
        member_account: Some(Text::parse("按时参加组织生活").unwrap()),
        host_account: Some(Text::parse("表现良好").unwrap()),
    };
    write(home, case, returned).await.unwrap();
    pair.sync().await;
    assert_eq!(state(host, case), Some(State::Closed(Closing::Returned)));
    for town in [home, host] {
        for view in log::list(&town.office).unwrap() {
            let verdict = log::verify(&town.office, view.record.no, &|_| {}).unwrap();
            assert!(matches!(verdict, log::Verdict::Good(_)), "{verdict:?}");
        }
    }
}

#[tokio::test]
async fn what_no_agreement_names_never_leaves() {
    let pair = Pair::met().await;
    import(&pair.home).await;
    let before = flow::notice(
        &pair.home.office,
        pair.home.request(),
        String::new(),
        Subject::Member("张三".into()),
        trip(),
    )
    .await;
    assert!(
        matches!(before, Err(OfficeError::NotInForce(_))),
        "{before:?}"
    );
    agree(&pair, &[Disclosure::Identity, Disclosure::Certificate]).await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let seen = flow::show(&pair.host.office, case).unwrap().person;
    assert!(seen.name.is_some() && seen.phone.is_none() && seen.joined.is_none());
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    let refused = write(&pair.host, case, attendance("2026-04-01")).await;
    assert!(
        matches!(refused, Err(OfficeError::OutOfScope(_))),
        "{refused:?}"
    );
    pair.sync().await;
    let frames = pair.home.sent.lock().unwrap();
    let told = |needle: &str| {
        frames.iter().any(|frame| {
            frame
                .windows(needle.len())
                .any(|part| part == needle.as_bytes())
        })
    };
    assert!(
        told("张三"),
        "the canary test must be able to see what is disclosed"
    );
    for secret in [
        "金丝雀",
        "13800001111",
        "13899998888",
        "AQ-0099",
        "李四",
        "第一支部",
        "王书记",
    ] {
        assert!(!told(secret), "{secret} left the node");
    }
}

#[tokio::test]
async fn a_field_out_of_scope_that_arrives_is_refused_and_named() {
    let pair = Pair::met().await;
    import(&pair.home).await;
    agree(&pair, &[Disclosure::Identity, Disclosure::Certificate]).await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    pair.sync().await;
    // A host whose program does not keep the agreement.
    let partner = pair.host.partner();
    let in_force = book::in_force(pair.host.office.store(), &partner, pair.host.office.today())
        .unwrap()
        .unwrap();
    let (now, seen) = (
        pair.host.office.now(),
        pair.host.size(partner.incoming.unwrap()),
    );
    let payload = Payload::from(attendance("2026-04-01"));
    pair.host
        .office
        .store()
        .commit(move |draft| {
            draft.append(
                partner.out,
                crate::store::NewEntry {
                    seen,
                    time: now,
                    kind: payload.kind(),
                    case_id: Some(case),
                    agreement: Some(in_force.hash),
                    payload: payload.encode(),
                },
            )
        })
        .await
        .unwrap();
    pair.sync().await;
    let (_, letters) = letters::show(&pair.host.office, &case.to_string()).unwrap();
    assert!(
        letters
            .iter()
            .all(|letter| letter.kind.name() != "attendance"),
        "a refused letter is no event"
    );
    let there = book::refusals(pair.host.office.store(), pair.host.partner().out).unwrap();
    let here = book::refusals(
        pair.home.office.store(),
        pair.home.partner().incoming.unwrap(),
    )
    .unwrap();
    assert_eq!(there, here);
    assert_eq!(there.len(), 1);
    assert!(there[0].field.starts_with("attendance."), "{there:?}");
    assert_eq!(digests(&pair.home), digests(&pair.host));
}

#[tokio::test]
async fn a_claim_first_and_a_claim_that_crosses_a_notice() {
    let pair = ready().await;
    let claim = |certificate: &str| Claim {
        disclosed: Disclosed {
            certificate: Some(certificate.parse().unwrap()),
            ..Disclosed::default()
        },
        shown_on: day("2026-04-01"),
    };
    let (home, host) = (&pair.home, &pair.host);
    let answer = flow::claim(
        &host.office,
        host.request(),
        String::new(),
        claim("AQ-0001"),
    )
    .await
    .unwrap();
    let first = answer.case_id().unwrap();
    pair.sync().await;
    flow::confirm(
        &home.office,
        home.request(),
        first.to_string(),
        String::new(),
    )
    .await
    .unwrap();
    pair.sync().await;
    assert_eq!(state(host, first), Some(State::Accepted));
    assert_eq!(
        flow::show(&host.office, first)
            .unwrap()
            .person
            .name
            .unwrap()
            .as_str(),
        "张三"
    );
    let seen = |town: &Town| flow::show(&town.office, first).unwrap();
    assert!(seen(home).file.member.is_some());
    // Neither the claim nor the confirmation says why the member left or where to.
    for town in [home, host] {
        let seen = seen(town);
        assert_eq!((seen.reason, seen.destination), (None, None));
        assert_eq!(seen.since, Some(day("2026-04-01")));
    }
    // Both at once for the other member.
    let noticed = notice(&pair, "李四").await;
    let claimed = flow::claim(
        &host.office,
        host.request(),
        String::new(),
        claim("AQ-0002"),
    )
    .await
    .unwrap();
    let claimed = claimed.case_id().unwrap();
    pair.sync().await;
    for town in [home, host] {
        assert_eq!(
            state(town, claimed),
            Some(State::Closed(Closing::Duplicate))
        );
        assert_eq!(state(town, noticed), Some(State::Notified));
        let mut asked = of(town, "confirm").into_iter();
        let closed = format!("{claimed}/");
        assert!(asked.all(|duty| !duty.about.starts_with(&closed)));
    }
    assert_eq!(digests(home), digests(host));
}

#[tokio::test]
async fn declined_corrected_and_noticed_again() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let decline = Decline {
        reason: DeclineReason::NotFound,
        suggested_region: None,
        note: None,
    };
    write(&pair.host, case, decline).await.unwrap();
    assert!(matches!(
        write(&pair.host, case, accept()).await,
        Err(OfficeError::Transition(_))
    ));
    pair.sync().await;
    let home = &pair.home;
    let again = async |partner: &str| {
        let trip = Trip {
            since: Some(day("2026-03-15")),
            ..Trip::default()
        };
        let (request, subject) = (home.request(), Subject::Case("张三".into()));
        flow::notice(&home.office, request, partner.to_owned(), subject, trip).await
    };
    // Whom it names is looked at: nobody, and the partner whose case it is.
    assert_eq!(again("999999-001").await.unwrap_err().reason(), "NOT_FOUND");
    again("320200-001").await.unwrap();
    pair.sync().await;
    assert_eq!(state(&pair.host, case), Some(State::Notified));
    assert_eq!(
        flow::show(&pair.host.office, case).unwrap().since,
        Some(day("2026-03-15"))
    );
    assert_eq!(digests(home), digests(&pair.host));
}

#[tokio::test]
async fn a_notice_by_which_nobody_is_known_is_remarked_on() {
    let remark = async |pair: &Pair, who: &str| {
        let view = flow::show(&pair.home.office, notice(pair, who).await).unwrap();
        flow::remark(&view).map(|(zh, _)| zh)
    };
    let pair = ready().await;
    let bare =
        ROSTER.lines().next().unwrap().to_owned() + "\n王五,男,1990-05,,,2015.7,,,第一支部\n";
    import_rows(&pair.home, &bare).await;
    let said = remark(&pair, "王五").await.unwrap();
    assert!(said.contains("名册上二者都没有"), "{said}");
    // A certificate is enough, and so is an ID number.
    assert_eq!(remark(&pair, "李四").await, None);
    let narrow = Pair::met().await;
    import(&narrow.home).await;
    agree(&narrow, &[Disclosure::Membership]).await;
    let said = remark(&narrow, "张三").await.unwrap();
    assert!(said.contains("协议不披露二者"), "{said}");
}

#[tokio::test]
async fn importing_again_changes_nothing_and_a_request_is_answered_once() {
    let pair = Pair::met().await;
    let home = &pair.home;
    import(home).await;
    let size = home.size(LogNo::LOCAL);
    let request = home.request();
    let (again, _) = roster(home, request.clone(), ROSTER).await.unwrap();
    assert_eq!(again.count(Outcome::Unchanged), 3);
    assert_eq!(home.size(LogNo::LOCAL), size);
    let longer = ROSTER.replace("13800001111", "13800007777");
    let request = home.request();
    let (changed, first) = roster(home, request.clone(), &longer).await.unwrap();
    assert_eq!(changed.count(Outcome::Changed), 1);
    let size = home.size(LogNo::LOCAL);
    let (same, second) = roster(home, request.clone(), &longer).await.unwrap();
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!(same.count(Outcome::Changed), 1);
    assert_eq!(same.rows[0].member, changed.rows[0].member);
    assert_eq!(home.size(LogNo::LOCAL), size);
    let other = Request {
        digest: [8; 32],
        ..request
    };
    let reused = roster(home, other, &longer).await;
    assert!(matches!(reused, Err(OfficeError::RequestReused)));
    let found = member::show(&home.office, "张三").unwrap().0;
    assert_eq!(found.details.member_class, Some(MemberClass::MigrantWorker));
}

#[tokio::test]
async fn an_invitation_works_once() {
    let pair = Pair::met().await;
    let (invitation, _) = partner::invite(&pair.home.office, pair.home.request(), "", 1)
        .await
        .unwrap();
    pair.set_day("2026-04-03");
    let late = introduce(&pair.host, &pair.home, &invitation.to_text()).await;
    // The host is a partner already with this epoch, but the secret is not one it redeemed.
    assert!(
        matches!(late, Err(OfficeError::InvitationExpired)),
        "{late:?}"
    );
    let request = pair.home.request();
    let (first, _) = partner::invite(&pair.home.office, request.clone(), "", 0)
        .await
        .unwrap();
    pair.set_day("2026-04-04");
    let (second, answer) = partner::invite(&pair.home.office, request, "", 0)
        .await
        .unwrap();
    assert_eq!(first.to_text(), second.to_text());
    assert!(answer.repeated);
}

#[tokio::test]
async fn views_made_again_say_the_same() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    write(&pair.host, case, dues("R-1")).await.unwrap();
    pair.sync().await;
    for town in [&pair.home, &pair.host] {
        let store = town.office.store();
        let before = (
            digests(town),
            town.partner(),
            book::members(store).unwrap(),
            agreement::list(&town.office, "").unwrap().len(),
        );
        book::rebuild(store, &|_, _| {}).unwrap();
        let after = (
            digests(town),
            town.partner(),
            book::members(store).unwrap(),
            agreement::list(&town.office, "").unwrap().len(),
        );
        assert_eq!(before, after);
    }
    assert!(matches!(
        write(&pair.host, case, dues("R-1")).await,
        Err(OfficeError::ReceiptUsed(_))
    ));
    pair.sync().await;
}

#[tokio::test]
async fn a_node_restored_from_an_old_backup_takes_its_entries_back() {
    let mut pair = ready().await;
    let saved = pair.home.backup();
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let before = digests(&pair.home);
    pair.home.restore(&saved);
    let home = &pair.home;
    let early = flow::notice(
        &home.office,
        home.request(),
        String::new(),
        Subject::Member("李四".into()),
        trip(),
    )
    .await;
    assert!(
        matches!(early, Err(OfficeError::LostEntries(_))),
        "{early:?}"
    );
    session(home, &pair.host).await.unwrap();
    pair.sync().await;
    assert_eq!(digests(home), before);
    assert_eq!(digests(&pair.host), before);
    let answer = flow::notice(
        &home.office,
        home.request(),
        String::new(),
        Subject::Member("李四".into()),
        trip(),
    )
    .await
    .unwrap();
    assert_ne!(answer.case_id(), Some(case));
    pair.sync().await;
    assert_eq!(digests(home), digests(&pair.host));
    let statement = statement::show(&home.office, "", "2026-Q1".parse().unwrap(), Author::Own, 0);
    assert!(matches!(
        statement,
        Err(OfficeError::StatementMissing { .. })
    ));
}

#[tokio::test]
async fn a_log_that_nobody_has_begins_anew_when_both_agree() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let (home, host) = (&pair.home, &pair.host);
    let reason: Text<500> = Text::parse("磁盘损坏").unwrap();
    let needless =
        partner::reset_epoch(&home.office, home.request(), String::new(), reason.clone()).await;
    assert!(
        matches!(needless, Err(OfficeError::EpochNotNeeded)),
        "{:?}",
        needless.map(|_| ())
    );
    let out = home.partner().out;
    home.office
        .store()
        .commit(move |draft| draft.must_recover(out, LogState::UNKNOWN))
        .await
        .unwrap();
    partner::reset_epoch(&home.office, home.request(), String::new(), reason)
        .await
        .unwrap();
    // What the link does when the hello shows another epoch.
    let origin = home.office.store().log(home.partner().out).unwrap().origin;
    let reset = book::beginning(home.office.store(), &home.partner())
        .unwrap()
        .unwrap();
    let key = host.partner().key_id;
    let early = partner::accept_epoch(&host.office, host.request(), String::new()).await;
    assert!(
        matches!(early, Err(OfficeError::EpochNotProposed)),
        "{:?}",
        early.map(|_| ())
    );
    let author = home.office.public();
    host.office
        .store()
        .commit(move |draft| book::propose_epoch(draft, key, (origin, author), &reset))
        .await
        .unwrap();
    let says = |town: &Town| {
        status::partners(&town.office)
            .unwrap()
            .remove(0)
            .notice
            .unwrap()
    };
    assert!(says(home).0.contains("待对方同意"), "{:?}", says(home));
    assert!(
        says(host).0.contains("partner accept-epoch 340800-001"),
        "{:?}",
        says(host)
    );
    let (_, accepted, _) = partner::accept_epoch(&host.office, host.request(), String::new())
        .await
        .unwrap();
    assert_eq!(accepted.base, home.partner().out_base);
    pair.sync().await;
    write(host, case, accept()).await.unwrap();
    let second = notice(&pair, "李四").await;
    pair.sync().await;
    assert_eq!(state(host, second), Some(State::Notified));
    assert_eq!(state(home, case), Some(State::Accepted));
    assert_eq!(digests(home), digests(host));
    for town in [home, host] {
        let before = (digests(town), town.partner());
        book::rebuild(town.office.store(), &|_, _| {}).unwrap();
        assert_eq!((digests(town), town.partner()), before);
    }
}
