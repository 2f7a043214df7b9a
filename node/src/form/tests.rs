//! Every page out of fixed data: what stands on it, that nothing of it runs, and that its digest is of what was recorded.

use hongyan_proto::{
    identity::IdentityKey,
    letter::{FormKind, FormSlip, FormSlipContent, Text},
    time::Timestamp,
};
use proptest::prelude::*;

use super::*;

/// 2026-07-11 09:05 in China.
const PRINTED: Timestamp = Timestamp::from_millis(1_783_731_900_000);

fn frame() -> Frame {
    let code = "341700-001".parse().unwrap();
    Frame::new("中共池州市某镇委员会", &code, "HD-2026-0001", PRINTED)
}

fn row(zh: &str, value: &str) -> Row {
    (zh.to_owned(), "x".to_owned(), value.to_owned())
}

fn activity(text: &str) -> Form {
    let signer = |number| Signer {
        number,
        name: format!("{text}{number}"),
        how: "到场".to_owned(),
    };
    Form::Activity(ActivityForm {
        title: "池州市党日活动记录表".to_owned(),
        title_en: "record form of an activity day".to_owned(),
        unit: text.to_owned(),
        day: "2026-07-10".to_owned(),
        date_zh: "2026年7月10日".to_owned(),
        theme: text.to_owned(),
        time: "2026年7月10日 14:30–16:30".to_owned(),
        moved: text.to_owned(),
        place: text.to_owned(),
        expected: 3,
        present: 2,
        counts: "其中到场 2 人, 缺席 1 人。".to_owned(),
        content: vec![
            ("内容类别".to_owned(), text.to_owned()),
            (String::new(), text.to_owned()),
        ],
        people: (1..=3).map(signer).collect(),
        note: "说明: 此表一式两份。".to_owned(),
        copies: vec!["党支部留存".to_owned(), "报上级党组织".to_owned()],
    })
}

fn certificate(text: &str) -> Form {
    Form::Certificate(CertificateForm {
        title: "流动党员活动证".to_owned(),
        title_en: "certificate: flow".to_owned(),
        number: "340800100001".to_owned(),
        name: text.to_owned(),
        about: vec![row("姓名", text)],
        issued_zh: "2026年3月1日".to_owned(),
        no_card: String::new(),
        card: picture("hongyan-card1:x"),
        checks: vec![(
            "2026-03-02".to_owned(),
            "完好有效".to_owned(),
            text.to_owned(),
        )],
    })
}

fn book(text: &str) -> Form {
    Form::Book(BookForm {
        year: 2026,
        name: text.to_owned(),
        about: vec![row("姓名", text), row("所在支部", text)],
        sections: vec![BookSection {
            title: "一、参加组织生活".to_owned(),
            title_en: "organizational life".to_owned(),
            lines: vec![BookLine {
                day: "2026-07-10".to_owned(),
                what: text.to_owned(),
                result: "到场".to_owned(),
                confirmed: "待确认".to_owned(),
            }],
        }],
        note: "待确认 1 条".to_owned(),
    })
}

fn receipt(text: &str) -> Form {
    Form::Receipt(ReceiptForm {
        receipt: "00000012".to_owned(),
        name: text.to_owned(),
        months: "2026年4月至6月".to_owned(),
        yuan: "15.00".to_owned(),
        capital: "人民币壹拾伍元整".to_owned(),
        paid_zh: "2026年4月10日".to_owned(),
        about: vec![row("收款单位", text)],
        copies: vec!["交款人联".to_owned(), "存根联".to_owned()],
    })
}

fn agreement(text: &str) -> Form {
    let party = |title: &str| SigningParty {
        title: title.to_owned(),
        title_en: "Party".to_owned(),
        name: text.to_owned(),
        signatory: text.to_owned(),
        signed: "尚未电子签署".to_owned(),
    };
    Form::Agreement(AgreementForm {
        title: "流动党员双向共管协议".to_owned(),
        chinese: AgreementForm::set(&format!("第一条 有效期\n  {text}\n")),
        english: AgreementForm::set("1. Validity\n  From 2026-01-01\n"),
        proof: AgreementForm::set("核对\n  x\n"),
        parties: vec![party("甲方"), party("乙方")],
        ended: text.to_owned(),
        hash: "5f3a90c1".to_owned(),
    })
}

fn statement(text: &str) -> Form {
    Form::Statement(StatementForm {
        quarter: "2026-Q1".to_owned(),
        quarter_zh: "2026年第一季度".to_owned(),
        partner: text.to_owned(),
        about: vec![row("我方", text)],
        directions: vec![StatementDirection {
            title: text.to_owned(),
            title_en: "away".to_owned(),
            lines: vec![StatementLine {
                name: text.to_owned(),
                conduct: text.to_owned(),
                ..StatementLine::default()
            }],
        }],
        differences: vec![StatementDifference {
            name: text.to_owned(),
            field: "党费月数".to_owned(),
            home: "1".to_owned(),
            host: "3".to_owned(),
            cause: "重复".to_owned(),
            answers: text.to_owned(),
            outcome: "有争议".to_owned(),
        }],
        no_differences: String::new(),
        sides: vec![StatementSide {
            name: text.to_owned(),
            closed: "尚未签署".to_owned(),
        }],
        counts: (1, 2),
    })
}

fn ledger(text: &str) -> Form {
    Form::Ledger(LedgerForm {
        unit: text.to_owned(),
        year: 2026,
        summary: "全年开展活动 1 次。".to_owned(),
        lines: vec![LedgerLine {
            day: "2026-07-10".to_owned(),
            kind: "党员活动日".to_owned(),
            theme: text.to_owned(),
            headings: text.to_owned(),
            place: text.to_owned(),
            expected: 3,
            present: 2,
            remote: 0,
            excused: 0,
            absent: 1,
            hosted: 0,
            handed_up: "2026-07-12".to_owned(),
        }],
        filed: "第 1 版计划, 尚未报上级备案。".to_owned(),
        items: vec![LedgerItem {
            day: "2026-07-10".to_owned(),
            kind: "党员活动日".to_owned(),
            theme: text.to_owned(),
            held: "已开展".to_owned(),
        }],
        people: vec![LedgerPerson {
            name: text.to_owned(),
            class: "本单位".to_owned(),
            expected: 1,
            present: 1,
            remote: 0,
            excused: 0,
            absent: 0,
            exempt: 0,
        }],
    })
}

fn all(text: &str) -> Vec<Form> {
    [
        activity,
        certificate,
        book,
        receipt,
        agreement,
        statement,
        ledger,
    ]
    .map(|form| form(text))
    .into()
}

fn sealed(form: &Form) -> (String, FormSlip) {
    let frame = frame();
    let unsealed = form.page(&frame, &Seal::blank()).unwrap();
    let content = FormSlipContent {
        kind: form.kind(),
        number: Text::parse(&frame.number).unwrap(),
        subject: Text::parse(&form.subject()).unwrap(),
        issued_ms: PRINTED,
        organization_code: "341700-001".parse().unwrap(),
        organization_name: Text::parse(&frame.organization).unwrap(),
        page: Seal::digest(&unsealed),
        key: [0; 32],
    };
    let slip = FormSlip::sign(&IdentityKey::from_seed([7; 32]), content);
    (form.page(&frame, &Seal::of(&slip)).unwrap(), slip)
}

#[test]
fn every_page_says_whose_it_is_and_what_it_is_checked_by() {
    for form in all("张三") {
        let (page, slip) = sealed(&form);
        let code = slip.code().to_string();
        for text in [
            "中共池州市某镇委员会",
            "341700-001",
            "HD-2026-0001",
            "2026-07-11 09:05",
            "张三",
            &code,
            &slip.to_text(),
            "size: A4 ",
            "display: table-header-group",
        ] {
            assert!(page.contains(text), "{:?}: {text}", form.kind());
        }
        assert_eq!(
            page.matches("<svg ").count(),
            match form.kind() {
                // One a copy; one of the card.
                FormKind::Activity | FormKind::Certificate | FormKind::Receipt => 2,
                _ => 1,
            }
        );
        for outside in [
            "<script", "http:", "https:", "url(", "<link", "<img", "@import",
        ] {
            assert!(!page.contains(outside), "{:?}: {outside}", form.kind());
        }
        assert!(page.contains("default-src 'none'"));
    }
}

/// The two copies of the annex, word for word, and the list that is signed.
#[test]
fn the_record_form_is_the_annexs() {
    let (page, _) = sealed(&activity("东街支部"));
    for text in [
        "池州市党日活动记录表",
        "党组织（盖章）",
        "活动主题",
        "活动时间",
        "活动地点",
        "应参加党员 <b>3</b> 人，实际参加党员 <b>2</b> 人（附签名）",
        "活<br>动<br>内<br>容",
        "参加党员签名",
    ] {
        assert_eq!(page.matches(text).count(), 2, "{text}");
    }
    for text in ["本份：党支部留存", "本份：报上级党组织"] {
        assert_eq!(page.matches(text).count(), 1, "{text}");
    }
}

#[test]
fn a_page_is_itself_without_its_seal_and_any_change_is_noticed() {
    for form in all("张三") {
        let (page, slip) = sealed(&form);
        assert_eq!(Seal::line_of(&page), Some(slip.to_text().as_str()));
        let digest = |page: &str| Seal::digest(&Seal::of(&slip).taken_off(page));
        assert_eq!(digest(&page), slip.content().page);
        let altered = page.replacen("张三", "李四", 1);
        assert_ne!(digest(&altered), slip.content().page);
        // A part of the seal where none was.
        let code = slip.code().to_string();
        let added = page.replacen("张三", &format!("张三{code}"), 1);
        assert_ne!(digest(&added), slip.content().page);
    }
    assert_eq!(Seal::line_of("<html></html>"), None);
}

/// What was recorded decides, and not who signed or confirmed since. Kept in the log: these digests never change.
#[test]
fn golden_digests_of_what_was_recorded() {
    let digests: Vec<String> = all("张三")
        .iter()
        .map(|form| form.facts().to_string()[..16].to_owned())
        .collect();
    assert_eq!(digests, GOLDEN);
    let Form::Book(mut confirmed) = book("张三") else {
        unreachable!()
    };
    "已确认 2026-08-01".clone_into(&mut confirmed.sections[0].lines[0].confirmed);
    assert_eq!(Form::Book(confirmed).facts(), book("张三").facts());
}

const GOLDEN: [&str; 7] = [
    "fae71f5ae73ac83e",
    "cdbace6cb8cb1094",
    "82e3decff1aa25e4",
    "882202130099ee18",
    "65aac1d113cbc80f",
    "d063eaee3e88fdc9",
    "b4862b62b37c82c0",
];

#[test]
fn a_subject_is_short_and_of_one_line() {
    let long = activity(&"很长的名称\n".repeat(40)).subject();
    assert_eq!(long.chars().count(), 60);
    assert!(long.ends_with('…') && !long.contains('\n'));
}

proptest! {
    /// Whatever stands in the records: a page has the elements of its template and no other.
    #[test]
    fn any_text_is_escaped(text in "\\PC{0,40}", sting in prop::sample::select(vec![
        "<script>alert(1)</script>", "\"><svg onload=x>", "'\"<!--", "</style><b>", "&lt;", "{{ form }}",
    ])) {
        let hostile = format!("{text}{sting}");
        for (plain, form) in all("x").iter().zip(all(&hostile)) {
            let count = |form: &Form| {
                let page = form.page(&frame(), &Seal::blank()).unwrap();
                (page.matches('<').count(), page.matches('>').count(), page.matches('"').count())
            };
            prop_assert_eq!(count(plain), count(&form), "{:?}", form.kind());
        }
    }

    #[test]
    fn any_text_that_fits_becomes_a_picture_of_nothing_but_squares(text in ".{0,200}") {
        let picture = picture(&text);
        prop_assert!(picture.starts_with("<svg viewBox=\"0 0 ") && picture.ends_with("z\"/></svg>"));
        prop_assert_eq!(picture.matches('<').count(), 3);
    }
}
