//! What is entered a second time about a case, and corrections of what was corrected.

use hongyan_proto::{
    id::{CaseId, Fen},
    letter::{Award, Conduct, ConductGrade, Correction, Dues, Payload, Replacement, Text},
};

use super::{
    pair::{Pair, Town},
    stories::{accept, day, dues, notice, place, ready, write},
};
use crate::office::{Answer, OfficeError, Request, dues as money, record};

async fn active() -> (Pair, CaseId) {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    (pair, case)
}

pub(super) fn award(title: &str) -> Award {
    Award {
        day: day("2026-04-01"),
        title: Text::parse(title).unwrap(),
        penalty: false,
    }
}

pub(super) async fn correct(
    town: &Town,
    request: Request,
    case: CaseId,
    (corrects, replacement): (u64, Option<Replacement>),
) -> Result<Answer, OfficeError> {
    let correction = Correction {
        corrects,
        reason: None,
        replacement,
    };
    money::correct_letter(&town.office, request, case.to_string(), correction).await
}

pub(super) fn refused(result: Result<Answer, OfficeError>) -> String {
    result.unwrap_err().to_string()
}

/// The awards of a case that count, and the entry each stands in.
pub(super) fn awards(town: &Town, case: CaseId) -> Vec<(u64, String)> {
    let (_, letters) = record::list(&town.office, &case.to_string(), &[], false).unwrap();
    let title = |payload| match payload {
        Some(Payload::Award(award)) => Some(award.title.to_string()),
        Some(Payload::Correction(correction)) => match correction.replacement {
            Some(Replacement::Award(award)) => Some(award.title.to_string()),
            _ => None,
        },
        _ => None,
    };
    letters
        .into_iter()
        .filter_map(|letter| Some((letter.sequence, title(letter.payload)?)))
        .collect()
}

#[tokio::test]
async fn a_fact_that_the_case_has_already_is_refused_and_named() {
    let (pair, case) = active().await;
    let host = &pair.host;
    write(host, case, award("优秀共产党员")).await.unwrap();
    let first = awards(host, case)[0].0;
    let again = write(host, case, award("优秀共产党员")).await;
    let again = again.unwrap_err().to_string();
    assert!(again.contains(&format!("序号 {first}")), "{again}");
    write(host, case, award("优秀党务工作者")).await.unwrap();
    // Void, it may be entered again; corrected to the same words by another way in, it may not.
    correct(host, host.request(), case, (first, None))
        .await
        .unwrap();
    write(host, case, award("优秀共产党员")).await.unwrap();
    let second = awards(host, case).pop().unwrap().0;
    let right = |title| Some(Replacement::Award(award(title)));
    let answer = correct(host, host.request(), case, (second, right("先进个人"))).await;
    let standing = answer.unwrap().written[0].sequence;
    let again = write(host, case, award("先进个人")).await.unwrap_err();
    assert!(again.to_string().contains(&format!("序号 {standing}")));
    write(host, case, award("优秀共产党员")).await.unwrap();
    // Views made again know the same.
    crate::book::rebuild(host.office.store(), &|_, _| {}).unwrap();
    write(host, case, award("先进个人")).await.unwrap_err();
    write(host, case, award("优秀共产党员")).await.unwrap_err();
}

#[tokio::test]
async fn a_correction_is_of_what_stands_and_is_not_made_twice() {
    let (pair, case) = active().await;
    let host = &pair.host;
    let right = |title: &str| Some(Replacement::Award(award(title)));
    write(host, case, award("一")).await.unwrap();
    let wrong = awards(host, case)[0].0;
    let request = host.request();
    let (same, id) = (host.request(), request.id);
    let answer = correct(host, request, case, (wrong, right("二")))
        .await
        .unwrap();
    let second = answer.written[0].sequence;
    // The same request is answered as the first time.
    let repeated = correct(host, Request { id, ..same }, case, (wrong, right("二"))).await;
    let repeated = repeated.unwrap();
    assert!(repeated.repeated && repeated.written == answer.written);
    let branch = refused(correct(host, host.request(), case, (wrong, right("三"))).await);
    assert!(
        branch.contains(&format!("请更正第 {second} 条")),
        "{branch}"
    );
    let answer = correct(host, host.request(), case, (second, right("三"))).await;
    let third = answer.unwrap().written[0].sequence;
    let late = refused(correct(host, host.request(), case, (second, None)).await);
    assert!(late.contains(&format!("请更正第 {third} 条")), "{late}");
    pair.sync().await;
    for town in [&pair.home, host] {
        assert_eq!(awards(town, case), [(third, "三".to_owned())]);
    }
    let answer = correct(host, host.request(), case, (third, None)).await;
    let void = answer.unwrap().written[0].sequence;
    for named in [wrong, second, third, void] {
        let again = refused(correct(host, host.request(), case, (named, None)).await);
        assert!(again.contains(&format!("已由第 {void} 条作废")), "{again}");
    }
    pair.sync().await;
    assert_eq!(awards(&pair.home, case), []);
}

#[tokio::test]
async fn a_payment_told_is_corrected_once_by_each_name() {
    let (pair, case) = active().await;
    let host = &pair.host;
    let told = money::record(
        &host.office,
        host.request(),
        case.to_string(),
        dues("R-1"),
        false,
    );
    let letter = told.await.unwrap().written[0].sequence;
    let right = |fen| {
        Some(Replacement::Dues(Dues {
            fen: Fen(fen),
            ..dues("R-1")
        }))
    };
    let answer = correct(host, host.request(), case, (letter, right(700))).await;
    let second = answer.unwrap().written[0].sequence;
    let branch = refused(correct(host, host.request(), case, (letter, right(800))).await);
    assert!(
        branch.contains(&format!("请更正第 {second} 条")),
        "{branch}"
    );
    correct(host, host.request(), case, (second, right(800)))
        .await
        .unwrap();
    let again = refused(correct(host, host.request(), case, (second, None)).await);
    assert!(again.contains("请更正"), "{again}");
}

#[tokio::test]
async fn a_quarter_has_one_word_on_conduct() {
    let (pair, case) = active().await;
    let host = &pair.host;
    pair.set_day("2026-06-20");
    let conduct = |grade, remark: &str| Conduct {
        quarter: "2026-Q2".parse().unwrap(),
        grade,
        remark: Text::parse(remark).ok(),
    };
    let first = conduct(ConductGrade::Good, "表现良好");
    write(host, case, first).await.unwrap();
    let (_, letters) = record::list(&host.office, &case.to_string(), &[], false).unwrap();
    let first = letters.last().unwrap().sequence;
    let other = || conduct(ConductGrade::Fair, "有缺席");
    let second = write(host, case, other()).await.unwrap_err().to_string();
    assert!(
        second.contains(&format!("序号 {first}")) && second.contains("record correct"),
        "{second}"
    );
    let right = Some(Replacement::Conduct(other()));
    let answer = correct(host, host.request(), case, (first, right)).await;
    let stands = answer.unwrap().written[0].sequence;
    let third = write(host, case, conduct(ConductGrade::Good, "表现良好")).await;
    let third = third.unwrap_err().to_string();
    assert!(third.contains(&format!("序号 {stands}")), "{third}");
    // Void, the quarter has none; another quarter has its own.
    correct(host, host.request(), case, (stands, None))
        .await
        .unwrap();
    write(host, case, other()).await.unwrap();
    pair.set_day("2026-09-20");
    let next = Conduct {
        quarter: "2026-Q3".parse().unwrap(),
        ..other()
    };
    write(host, case, next).await.unwrap();
}
