//! Printed forms from the record to the paper and back: numbered, accounted for, verified here and at the partner's.

use std::fmt::Write as _;

use hongyan_proto::{
    id::AgreementHash,
    letter::{
        ActivityKind, CertificateKind, CertificateRange, FormCode, Presence, SlipError, Text,
    },
    log::Kind,
    time::Quarter,
};

use super::{
    dues,
    life::{activity, all, hold, hosted, line},
    pair::{Pair, Town},
    stories::{day, import_rows, ready},
};
use crate::{
    book,
    form::Seal,
    office::{
        Answer, OfficeError,
        activity::{self, Change, Roll},
        agreement, certificate,
        form::{self, Printed, Signer, Standing, Verdict, Wanted},
        statement,
    },
    store::LogNo,
};

const UNIT: &str = "社区第三支部";

async fn print(town: &Town, wanted: Wanted) -> Result<Printed, OfficeError> {
    let purpose = Some(Text::parse("归档").unwrap());
    form::print(&town.office, town.request(), wanted, purpose).await
}

fn verify(town: &Town, text: &str) -> Verdict {
    form::verify(&town.office, text).unwrap()
}

fn code(printed: &Printed) -> String {
    FormCode::of(printed.slip.content()).to_string()
}

/// The entries by which a paper says something else: log, place, day.
fn changes(verdict: &Verdict) -> Vec<(String, u64, String)> {
    let Some(Standing::Changed(changes)) = &verdict.standing else {
        panic!("{verdict:?}");
    };
    let changes = changes.iter();
    changes
        .map(|change| (change.log.clone(), change.sequence, change.day.to_string()))
        .collect()
}

async fn change(town: &Town, sequence: u64, void: bool) -> Answer {
    let seen = activity::one(town.office.store(), sequence).unwrap();
    let change = Change {
        right: seen.activity().cloned().filter(|_| !void),
        seen,
        reason: Text::parse("记错").unwrap(),
        people: vec![line("本地乙", Presence::Absent)],
        not_expected: vec![],
    };
    let changed = activity::correct(&town.office, town.request(), change);
    changed.await.unwrap().1
}

async fn held(pair: &Pair) -> u64 {
    hosted(pair).await;
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    hold(&pair.host, held, all(&[])).await.unwrap().0
}

#[tokio::test]
async fn a_paper_is_verified_until_its_record_is_corrected() {
    let pair = ready().await;
    let host = &pair.host;
    let sequence = held(&pair).await;
    let printed = print(host, Wanted::Activity(sequence)).await.unwrap();
    let slip = printed.slip.content();
    assert_eq!(slip.number.as_str(), "HD-2026-0001");
    assert_eq!(
        slip.subject.as_str(),
        "社区第三支部 2026-04-01 学习党章 3/3"
    );
    assert!(printed.page.contains("无锡市党日活动记录表"));
    // The code, as typed; the QR text; the file.
    let typed = code(&printed).to_lowercase().replace('-', " ");
    for text in [typed.as_str(), &printed.slip.to_text(), &printed.page] {
        let verdict = verify(host, text);
        assert_eq!(verdict.standing, Some(Standing::Unchanged));
        assert_eq!(verdict.signer, Signer::Own);
        assert_eq!(verdict.slip, *slip);
        assert_eq!(verdict.page, (text == printed.page).then_some(true));
    }
    // Printed again: another number, and the first one says so.
    let again = print(host, Wanted::Activity(sequence)).await.unwrap();
    assert_eq!(again.slip.content().number.as_str(), "HD-2026-0002");
    assert_eq!(verify(host, &code(&printed)).later, ["HD-2026-0002"]);
    assert_eq!(verify(host, &code(&again)).later, Vec::<String>::new());
    // Corrected: by which entry. A file that was not altered is still what was printed.
    let corrected = change(host, sequence, false).await.written[0].sequence;
    let verdict = verify(host, &printed.page);
    assert_eq!(
        changes(&verdict),
        [("local".to_owned(), corrected, "2026-04-01".to_owned())]
    );
    assert_eq!(verdict.page, Some(true));
    let third = print(host, Wanted::Activity(sequence)).await.unwrap();
    assert_eq!(
        verify(host, &code(&third)).standing,
        Some(Standing::Unchanged)
    );
    assert_eq!(
        third.slip.content().subject.as_str().split(' ').next_back(),
        Some("2/3")
    );
    // A book and a ledger say by which entry the activity was taken off them.
    let book = Wanted::Book {
        person: "本地甲".to_owned(),
        year: 0,
    };
    let ledger = Wanted::Ledger {
        unit: Text::parse(UNIT).unwrap(),
        year: 2026,
    };
    let (book, ledger) = (
        print(host, book).await.unwrap(),
        print(host, ledger).await.unwrap(),
    );
    let void = change(host, sequence, true).await.written[0].sequence;
    assert_eq!(verify(host, &code(&third)).standing, Some(Standing::Void));
    for paper in [&book, &ledger] {
        let verdict = verify(host, &code(paper));
        let entries: Vec<u64> = changes(&verdict).into_iter().map(|one| one.1).collect();
        assert_eq!(entries, [void]);
    }
    let refused = print(host, Wanted::Activity(sequence)).await.unwrap_err();
    assert_eq!(refused.reason(), "INVALID");
    // The view is derived: made again from the log it says the same.
    let before = book::forms(host.office.store()).unwrap();
    book::rebuild(host.office.store(), &|_, _| {}).unwrap();
    assert_eq!(book::forms(host.office.store()).unwrap(), before);
    assert_eq!(before.len(), 5);
    assert_eq!(form::list(&host.office, None, "0002").unwrap().len(), 1);
}

#[tokio::test]
async fn a_book_names_what_took_a_person_off_an_activity_and_what_the_host_told() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let sequence = held(&pair).await;
    pair.sync().await;
    let book = |person: &str| Wanted::Book {
        person: person.to_owned(),
        year: 0,
    };
    let here = print(host, book("本地甲")).await.unwrap();
    let away = print(home, book("张三")).await.unwrap();
    assert!(away.page.contains("320200-001 通报"), "{}", away.page);
    assert!(!here.page.contains("通报"));
    let seen = activity::one(host.office.store(), sequence).unwrap();
    let change = Change {
        right: seen.activity().cloned(),
        seen,
        reason: Text::parse("记错").unwrap(),
        people: vec![line("张三", Presence::Remote)],
        not_expected: vec!["本地甲".to_owned()],
    };
    let (_, answer) = activity::correct(&host.office, host.request(), change)
        .await
        .unwrap();
    let [corrected, letter] = [0, 1].map(|at| answer.written[at].sequence);
    let day = || "2026-04-01".to_owned();
    let expected = [("local".to_owned(), corrected, day())];
    assert_eq!(changes(&verify(host, &code(&here))), expected);
    let standing = |town, paper| verify(town, &code(paper)).standing;
    assert_eq!(standing(home, &away), Some(Standing::Unchanged));
    pair.sync().await;
    let expected = [("in:320200-001".to_owned(), letter, day())];
    assert_eq!(changes(&verify(home, &code(&away))), expected);
}

#[tokio::test]
async fn what_was_altered_or_mistyped_is_noticed() {
    let pair = ready().await;
    let host = &pair.host;
    let sequence = held(&pair).await;
    let printed = print(host, Wanted::Activity(sequence)).await.unwrap();
    let altered = printed
        .page
        .replace("实际参加党员 <b>3</b>", "实际参加党员 <b>30</b>");
    assert_ne!(altered, printed.page);
    assert_eq!(verify(host, &altered).page, Some(false));
    let other_code = printed.page.replacen(&code(&printed), "THPX-KASF-EWDC", 1);
    assert_eq!(verify(host, &other_code).page, Some(false));
    let no_picture = printed.page.replace(&Seal::of(&printed.slip).picture, "");
    assert_eq!(verify(host, &no_picture).page, Some(false));
    let mut mistyped = code(&printed).into_bytes();
    mistyped.swap(0, 13);
    let mistyped = String::from_utf8(mistyped).unwrap();
    for (text, reason) in [
        (mistyped.as_str(), "FORM"),
        ("THPX-KASF-EWDC", "NOT_FOUND"),
        ("<html></html>", "FORM"),
        ("", "FORM"),
        ("hongyan-form1:CqoB", "FORM"),
    ] {
        // Two equal characters that change places are the same code.
        if text == code(&printed) {
            continue;
        }
        let refused = form::verify(&host.office, text).unwrap_err();
        assert_eq!(refused.reason(), reason, "{text}");
    }
}

#[tokio::test]
async fn a_partner_verifies_a_paper_offline_and_a_forged_one_not() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let sequence = held(&pair).await;
    let printed = print(host, Wanted::Activity(sequence)).await.unwrap();
    let text = printed.slip.to_text();
    let verdict = verify(home, &text);
    assert_eq!(verdict.signer, Signer::Partner("320200-001".to_owned()));
    assert_eq!((verdict.standing, verdict.printed), (None, None));
    assert_eq!(verify(home, &printed.page).page, Some(true));
    // A code alone says nothing to somebody else's node.
    let unknown = form::verify(&home.office, &code(&printed)).unwrap_err();
    assert_eq!(unknown.reason(), "NOT_FOUND");
    let stranger = hongyan_proto::identity::IdentityKey::from_seed([9; 32]);
    let content = printed.slip.content().clone();
    let forged = hongyan_proto::letter::FormSlip::sign(&stranger, content.clone());
    assert_eq!(verify(home, &forged.to_text()).signer, Signer::Unknown);
    // This node's own key on a slip that is not in its log.
    let mut content = content;
    content.number = Text::parse("HD-2026-0099").unwrap();
    let unrecorded = hongyan_proto::letter::FormSlip::sign(&host.office.key(), content);
    let verdict = verify(host, &unrecorded.to_text());
    assert_eq!((verdict.signer, verdict.printed), (Signer::Own, None));
    let mut cut = text;
    cut.truncate(cut.len() - 4);
    let refused = form::verify(&home.office, &cut).unwrap_err();
    assert!(matches!(
        refused,
        OfficeError::Form(SlipError::Mistyped | SlipError::Forged)
    ));
}

#[tokio::test]
async fn printing_is_accounted_for_before_the_page_leaves_and_a_repeated_request_gets_the_same() {
    let pair = ready().await;
    let host = &pair.host;
    let sequence = held(&pair).await;
    let request = host.request();
    let before = host.size(LogNo::LOCAL);
    let wanted = || Wanted::Activity(sequence);
    let first = form::print(&host.office, request.clone(), wanted(), None)
        .await
        .unwrap();
    let kinds: Vec<Kind> = (before..host.size(LogNo::LOCAL))
        .map(|at| {
            host.office
                .store()
                .entry(LogNo::LOCAL, at)
                .unwrap()
                .header()
                .kind
        })
        .collect();
    assert_eq!(kinds, [Kind::Access, Kind::FormIssued]);
    let entry = host.office.store().entry(LogNo::LOCAL, before).unwrap();
    let access = hongyan_proto::letter::Payload::decode(Kind::Access, &entry.payload().unwrap());
    let hongyan_proto::letter::Payload::Access(access) = access.unwrap() else {
        unreachable!()
    };
    assert_eq!(access.persons, 3);
    assert_eq!(access.action.as_str(), "打印表格 form printed HD-2026-0001");
    let again = form::print(&host.office, request.clone(), wanted(), None)
        .await
        .unwrap();
    assert_eq!(again.page, first.page);
    assert!(again.answer.repeated);
    assert_eq!(book::forms(host.office.store()).unwrap().len(), 1);
    change(host, sequence, false).await;
    let moved = form::print(&host.office, request, wanted(), None)
        .await
        .unwrap_err();
    assert_eq!(moved.reason(), "INVALID");
}

#[tokio::test]
async fn hostile_names_and_a_crowd_become_nothing_but_text() {
    let pair = ready().await;
    let host = &pair.host;
    let mut rows = "姓名,活动证号,所在支部\n".to_owned();
    for (number, sign) in ('一'..).take(500).enumerate() {
        let _ = writeln!(rows, "<script>{sign}</script>,X{number:04},大支部");
    }
    import_rows(host, &rows).await;
    let mut held = activity("大支部", ActivityKind::ActivityDay, "2026-04-01");
    held.theme = Text::parse("\"><img src=x onerror=alert(1)>").unwrap();
    held.minutes = Some(Text::parse(&"很长的没有空格的词".repeat(800)).unwrap());
    let (sequence, _) = hold(host, held, all(&[])).await.unwrap();
    let printed = print(host, Wanted::Activity(sequence)).await.unwrap();
    assert!(!printed.page.contains("<script") && !printed.page.contains("<img"));
    assert_eq!(
        printed
            .page
            .matches("&#60;script&#62;一&#60;/script&#62;")
            .count(),
        2
    );
    assert_eq!(verify(host, &printed.page).page, Some(true));
    assert!(
        printed
            .slip
            .content()
            .subject
            .as_str()
            .ends_with(" 500/500")
    );
}

/// A quarter with everything that forms are printed of: a certificate, an agreement, statements of both sides.
async fn a_quarter(pair: &Pair) -> (Quarter, AgreementHash) {
    let (home, host) = (&pair.home, &pair.host);
    held(pair).await;
    pair.sync().await;
    let range = CertificateRange {
        kind: CertificateKind::Flow,
        first: "F001".parse().unwrap(),
        last: "F004".parse().unwrap(),
        source: None,
        received_on: host.office.today(),
        actor: Text::parse("王书记").unwrap(),
    };
    certificate::add_range(&host.office, host.request(), range)
        .await
        .unwrap();
    import_rows(host, "姓名,所在支部\n无证人,社区第三支部\n").await;
    let on = host.office.today();
    let name = "无证人".to_owned();
    certificate::issue(
        &host.office,
        host.request(),
        name,
        CertificateKind::Flow,
        None,
        on,
    )
    .await
    .unwrap();
    pair.set_day("2026-07-02");
    let quarter: Quarter = "2026-Q2".parse().unwrap();
    for town in [home, host] {
        statement::issue(&town.office, town.request(), String::new(), quarter)
            .await
            .unwrap();
        pair.sync().await;
    }
    let hash = book::agreements(host.office.store(), &host.partner())
        .unwrap()
        .agreements()[1]
        .hash;
    (quarter, hash)
}

#[tokio::test]
async fn every_other_form_is_printed_and_verified() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let (quarter, hash) = a_quarter(&pair).await;
    for (wanted, number, says) in [
        (
            Wanted::Certificate("F001".parse().unwrap()),
            "HZ-2026-0001",
            "无证人",
        ),
        (
            Wanted::Book {
                person: "张三".to_owned(),
                year: 0,
            },
            "JS-2026-0001",
            "学习党章",
        ),
        (
            Wanted::Agreement(hash.to_string()),
            "XY-2026-0001",
            "流动党员双向共管协议",
        ),
        (
            Wanted::Statement {
                partner: String::new(),
                quarter,
            },
            "TB-2026-0001",
            "2026年第二季度",
        ),
        (
            Wanted::Ledger {
                unit: Text::parse(UNIT).unwrap(),
                year: 2026,
            },
            "TZ-2026-0001",
            "全年开展活动 1 次",
        ),
    ] {
        let printed = print(host, wanted).await.unwrap();
        assert_eq!(printed.slip.content().number.as_str(), number);
        assert!(printed.page.contains(says), "{number}");
        let verdict = verify(host, &printed.page);
        assert_eq!(
            (verdict.standing, verdict.page),
            (Some(Standing::Unchanged), Some(true)),
            "{number}"
        );
        assert_eq!(
            verify(home, &printed.page).signer,
            Signer::Partner("320200-001".to_owned())
        );
    }
    void_and_continued(host).await;
}

#[tokio::test]
async fn a_paper_that_changed_names_the_entry_its_log_and_its_day() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let (quarter, hash) = a_quarter(&pair).await;
    let mut papers = Vec::new();
    for wanted in [
        Wanted::Certificate("F001".parse().unwrap()),
        Wanted::Agreement(hash.to_string()),
        Wanted::Statement {
            partner: String::new(),
            quarter,
        },
    ] {
        papers.push(print(host, wanted).await.unwrap().page);
    }
    pair.set_day("2026-07-05");
    // The holder moves to another unit; home states the quarter anew; home ends the agreement.
    let moved = host.size(LogNo::LOCAL);
    import_rows(host, "姓名,活动证号,所在支部\n无证人,F001,社区第四支部\n").await;
    let stated = home.size(home.partner().out);
    statement::issue(&home.office, home.request(), String::new(), quarter)
        .await
        .unwrap();
    let ended = home.size(home.partner().out);
    let (last, why) = (Some(day("2026-12-31")), Text::parse("机构调整").unwrap());
    agreement::end(&home.office, home.request(), hash.to_string(), last, why)
        .await
        .unwrap();
    pair.sync().await;
    let on = "2026-07-05".to_owned();
    for (paper, log, sequence) in [
        (&papers[0], "local", moved),
        (&papers[1], "in:340800-001", ended),
        (&papers[2], "in:340800-001", stated),
    ] {
        let found = changes(&verify(host, paper));
        assert_eq!(found, [(log.to_owned(), sequence, on.clone())]);
    }
}

async fn void_and_continued(host: &Town) {
    // A certificate that was given back is no paper any more.
    let certificate = form::list(&host.office, None, "HZ-").unwrap().remove(0);
    let number = "F001".parse().unwrap();
    certificate::hand_in(
        &host.office,
        host.request(),
        number,
        day("2026-07-02"),
        None,
    )
    .await
    .unwrap();
    let code = FormCode::of(&certificate.issued.slip).to_string();
    assert_eq!(verify(host, &code).standing, Some(Standing::Void));
    // A ledger goes on with the year.
    let next = activity(UNIT, ActivityKind::BranchAssembly, "2026-07-01");
    let nobody = Roll::default();
    let refused = hold(host, next.clone(), nobody).await;
    assert!(refused.is_err());
    let (sequence, _) = hold(host, next, all(&[])).await.unwrap();
    let ledger = form::list(&host.office, None, "TZ-").unwrap().remove(0);
    let code = FormCode::of(&ledger.issued.slip).to_string();
    assert_eq!(
        changes(&verify(host, &code)),
        [("local".to_owned(), sequence, "2026-07-02".to_owned())]
    );
}

#[tokio::test]
async fn a_receipt_says_the_amount_in_capitals_and_is_void_with_its_payment() {
    let pair = ready().await;
    let home = &pair.home;
    dues::base(home, "张三", 4200, "2026-04").await.unwrap();
    let (taken, answer) = dues::pay(home, "张三", dues::paying("2026-04", 3))
        .await
        .unwrap();
    let wanted = || Wanted::Receipt(taken.number.to_string());
    let printed = print(home, wanted()).await.unwrap();
    assert_eq!(printed.slip.content().number.as_str(), "DF-2026-0001");
    for text in [
        "张三",
        "人民币壹佰贰拾陆元整",
        "¥126.00",
        "交款人联",
        "存根联",
    ] {
        assert!(printed.page.contains(text), "{text}");
    }
    assert_eq!(
        verify(home, &printed.page).standing,
        Some(Standing::Unchanged)
    );
    let payment = answer.written[0].sequence;
    dues::correct(home, payment, None).await.unwrap();
    assert_eq!(verify(home, &printed.page).standing, Some(Standing::Void));
    assert_eq!(print(home, wanted()).await.unwrap_err().reason(), "INVALID");
    let unknown = print(home, Wanted::Receipt("99".to_owned())).await;
    assert_eq!(unknown.unwrap_err().reason(), "NOT_FOUND");
}
