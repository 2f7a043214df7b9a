//! `form`: pages ready to print, and checking what somebody brings back on paper.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use hongyan_proto::{
    log::Kind,
    pb::office::v1::{
        FormEntry, FormSigner, FormStanding, ListFormsRequest, ListFormsResponse, PrintFormRequest,
        PrintFormResponse, PrintedActivity, PrintedAgreement, PrintedBook, PrintedCertificate,
        PrintedLedger, PrintedReceipt, PrintedStatement, VerifyFormRequest, VerifyFormResponse,
        print_form_request::Form,
    },
    time::Quarter,
};

use super::{
    Failure,
    lang::Lang,
    member::more,
    partial::Partial,
    session::{Ended, Session, client, fields, table},
    table::Fields,
    values::show_time,
    words,
};

/// Bytes of a page that is read to be checked: what the API takes.
const PAGE_BYTES: u64 = 16 * 1024 * 1024;

/// Files of one name that a folder may hold already.
const COPIES_MOST: u32 = 1000;

/// What to do with forms.
#[derive(Debug, Subcommand)]
pub(super) enum FormVerb {
    /// 生成可打印的表格 (A4 网页文件), 编号并记入日志 Make a form ready to print: numbered, and kept in the log
    #[command(subcommand)]
    Print(PrintVerb),
    /// 核验表格: 输入核验码、二维码文本或表格文件 Verify a form by its code, its QR text or its file
    #[command(
        after_help = "例 Example:\n  hongyan-node form verify 7K2M-Q4XA-9T0P\n  hongyan-node form verify HD-2026-0001-活动记录表.html\n  hongyan-node form verify - < scanned.txt"
    )]
    Verify {
        /// 核验码、二维码文本或文件; "-" 从标准输入读 The code, the QR text or a file; "-" reads standard input
        text: String,
    },
    /// 列出打印过的表格 List the forms that were printed
    #[command(
        after_help = "例 Example:\n  hongyan-node form list --kind activity --search 东街支部"
    )]
    List {
        /// 只列一种 Only one kind
        #[arg(long, value_parser = words::parser(words::FORM_KINDS))]
        kind: Option<i32>,
        /// 编号或事由的一部分 Part of a number or a subject
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
        /// 每页行数 Rows a page
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i32).range(1..=1000))]
        page_size: i32,
        /// 上一页给出的页码标记 The token that the page before gave
        #[arg(long, default_value = "", hide_default_value = true)]
        page: String,
    },
}

/// Where a page goes.
#[derive(Args, Debug)]
pub(super) struct Paper {
    /// 写入的文件; 缺省按编号命名, "-" 写到标准输出 File to write; default: named by number; "-" writes standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 覆盖已有文件 Overwrite a file that is there
    #[arg(long)]
    force: bool,
    /// 用途, 记入查阅记录 Why, kept in the record of access
    #[arg(long, default_value = "", hide_default_value = true)]
    purpose: String,
}

/// Which form.
#[derive(Debug, Subcommand)]
pub(super) enum PrintVerb {
    /// 活动记录表 (一式两份, 附签名页) The record form of an activity, with its signatures
    #[command(after_help = "例 Example:\n  hongyan-node form print activity 120")]
    Activity {
        /// 活动序号 (见 activity list) Number of the activity, as activity list shows it
        activity: u64,
        #[command(flatten)]
        paper: Paper,
    },
    /// 流动党员活动证 (含电子证二维码) A certificate, with its electronic form
    #[command(after_help = "例 Example:\n  hongyan-node form print certificate 340800100001")]
    Certificate {
        /// 编号 Number
        number: String,
        #[command(flatten)]
        paper: Paper,
    },
    /// 党员年度记实册 A member's record book of one year
    #[command(after_help = "例 Example:\n  hongyan-node form print book 张三 --year 2026")]
    Book {
        /// 党员 (姓名、证号或标识前 8 位) Whose: name, certificate or first digits of an id
        person: String,
        /// 年度, 缺省今年 Year; default: this one
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
        #[command(flatten)]
        paper: Paper,
    },
    /// 党费收据 The receipt of a payment of dues
    #[command(after_help = "例 Example:\n  hongyan-node form print receipt 12")]
    Receipt {
        /// 收据号或纸质收据号 Number of the receipt, or of the paper receipt
        number: String,
        #[command(flatten)]
        paper: Paper,
    },
    /// 双向共管协议, 供双方签字盖章 The agreement that both sides sign
    #[command(after_help = "例 Example:\n  hongyan-node form print agreement 5f3a90c1")]
    Agreement {
        /// 协议哈希前缀 Hash prefix of the agreement
        hash: String,
        #[command(flatten)]
        paper: Paper,
    },
    /// 季度通报与对账结果 A quarter's statements and their reconciliation
    #[command(
        after_help = "例 Example:\n  hongyan-node form print statement 320200-001 --quarter 2026-Q1"
    )]
    Statement {
        /// 对方党组织; 只有一个时可省略 The partner; may be left out when there is only one
        #[arg(default_value = "", hide_default_value = true)]
        partner: String,
        /// 季度, 缺省上一季度 Quarter; default: the last one that ended
        #[arg(long)]
        quarter: Option<Quarter>,
        #[command(flatten)]
        paper: Paper,
    },
    /// 支部年度活动管理台账 The activity ledger of a branch and year
    #[command(after_help = "例 Example:\n  hongyan-node form print ledger 东街支部 --year 2026")]
    Ledger {
        /// 支部 Branch
        unit: String,
        /// 年度, 缺省今年 Year; default: this one
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
        #[command(flatten)]
        paper: Paper,
    },
}

impl PrintVerb {
    fn asked(self) -> (Form, Paper) {
        match self {
            Self::Activity { activity, paper } => {
                (Form::Activity(PrintedActivity { activity }), paper)
            }
            Self::Certificate { number, paper } => {
                (Form::Certificate(PrintedCertificate { number }), paper)
            }
            Self::Book {
                person,
                year,
                paper,
            } => (Form::Book(PrintedBook { person, year }), paper),
            Self::Receipt { number, paper } => (Form::Receipt(PrintedReceipt { number }), paper),
            Self::Agreement { hash, paper } => (Form::Agreement(PrintedAgreement { hash }), paper),
            Self::Statement {
                partner,
                quarter,
                paper,
            } => {
                let quarter = quarter.map(|quarter| quarter.to_string());
                let statement = PrintedStatement {
                    partner,
                    quarter: quarter.unwrap_or_default(),
                };
                (Form::Statement(statement), paper)
            }
            Self::Ledger { unit, year, paper } => {
                (Form::Ledger(PrintedLedger { unit, year }), paper)
            }
        }
    }
}

pub(super) async fn run(verb: FormVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        FormVerb::Print(verb) => print(verb, session).await,
        FormVerb::Verify { text } => verify(text, session).await,
        FormVerb::List {
            kind,
            search,
            page_size,
            page,
        } => {
            let request = ListFormsRequest {
                kind: kind.unwrap_or_default(),
                search,
                page_size,
                page_token: page,
            };
            let answer = client!(session, form_service_client::FormServiceClient)
                .list_forms(request)
                .await?
                .into_inner();
            session.show(&answer, list)?;
            Ok(Ended::Well)
        }
    }
}

fn exists(path: &Path) -> Failure {
    Failure::new(
        "ALREADY_EXISTS",
        "FILE",
        format!("文件已存在: {0}  the file exists: {0}", path.display()),
        "换一个 --out, 或加 --force 覆盖 choose another --out, or overwrite it with --force",
    )
}

/// A name in this folder that is free: a number is given once, but two nodes may print into one folder.
fn named(form: &FormEntry) -> PathBuf {
    let kind = words::show(words::FORM_KINDS, form.kind, Lang::Zh);
    let name = format!("{}-{kind}", form.number);
    let plain = PathBuf::from(format!("{name}.html"));
    if !plain.exists() {
        return plain;
    }
    (2..=COPIES_MOST)
        .map(|at| PathBuf::from(format!("{name}-{at}.html")))
        .find(|path| !path.exists())
        .unwrap_or(plain)
}

async fn print(verb: PrintVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let (form, paper) = verb.asked();
    let to_stdout = paper.out.as_deref() == Some(Path::new("-"));
    // Asked before anything is printed: a form that was issued and went nowhere would be a number without a paper.
    if let Some(out) = paper.out.as_ref().filter(|_| !to_stdout && !paper.force)
        && out.exists()
    {
        return Err(exists(out));
    }
    let request = PrintFormRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        purpose: paper.purpose,
        form: Some(form),
    };
    let mut answer = client!(session, form_service_client::FormServiceClient)
        .print_form(request)
        .await?
        .into_inner();
    let page = std::mem::take(&mut answer.page);
    if to_stdout {
        session.io.bytes(&page)?;
        return Ok(Ended::Well);
    }
    let shown = answer.form.clone().unwrap_or_default();
    let path = paper.out.unwrap_or_else(|| named(&shown));
    let mut file = Partial::create(&path).await?;
    file.write(&page).await?;
    file.finish().await?;
    session.show(&answer, |answer, lang| printed(answer, &path, lang))?;
    Ok(Ended::Well)
}

fn printed(answer: &PrintFormResponse, path: &Path, lang: Lang) -> String {
    let form = answer.form.clone().unwrap_or_default();
    let text = about(&form, lang)
        .add("文件", "file", path.display())
        .render();
    let how = lang.say(
        "打印: 用浏览器打开该文件, 按 A4、不带页眉页脚打印",
        "to print: open the file in a browser, paper A4, headers and footers off",
    );
    let pdf = format!(
        "chromium --headless --no-pdf-header-footer --print-to-pdf={}.pdf '{}'",
        form.number,
        path.display()
    );
    format!("{text}\n{how}\n  {pdf}")
}

fn about(form: &FormEntry, lang: Lang) -> Fields {
    fields(lang)
        .add(
            "表格",
            "form",
            words::show(words::FORM_KINDS, form.kind, lang),
        )
        .add("编号", "number", &form.number)
        .add("核验码", "code", &form.code)
        .add("事由", "subject", &form.subject)
        .add("打印时间", "printed", show_time(form.issued_ms))
        .add(
            "出具",
            "issued by",
            format!("{} {}", form.organization_code, form.organization_name),
        )
        .add("经办人", "by", &form.actor)
}

fn list(answer: &ListFormsResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("编号", "number"),
            ("表格", "form"),
            ("事由", "subject"),
            ("打印时间", "printed"),
            ("经办人", "by"),
            ("核验码", "code"),
        ],
    );
    for form in &answer.forms {
        rows.row([
            form.number.clone(),
            words::show(words::FORM_KINDS, form.kind, lang),
            form.subject.clone(),
            show_time(form.issued_ms),
            form.actor.clone(),
            form.code.clone(),
        ]);
    }
    let count = more(
        lang,
        answer.forms.len(),
        answer.total,
        &answer.next_page_token,
    );
    format!("{}\n{count}", rows.render(lang))
}

/// What is to be checked: a file when there is one of that name, else the text itself.
fn given(text: String, session: &mut Session<'_>) -> Result<String, Failure> {
    let mut content = String::new();
    if text == "-" {
        session
            .io
            .input
            .by_ref()
            .take(PAGE_BYTES)
            .read_to_string(&mut content)?;
        return Ok(content);
    }
    let path = Path::new(&text);
    let is_file = path.is_file();
    if !is_file && path.extension().is_none() {
        return Ok(text);
    }
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(PAGE_BYTES)
        .read_to_string(&mut content)
        .map_err(failed)?;
    Ok(content)
}

async fn verify(text: String, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let text = given(text, session)?;
    let answer = client!(session, form_service_client::FormServiceClient)
        .verify_form(VerifyFormRequest { text })
        .await?
        .into_inner();
    session.show(&answer, verified)?;
    let known = matches!(answer.signer(), FormSigner::Own | FormSigner::Partner);
    let stands = matches!(
        answer.standing(),
        FormStanding::Unchanged | FormStanding::Unspecified
    );
    let whole = answer.page_matches || !answer.has_page;
    Ok(Ended::well_if(known && stands && whole))
}

fn verified(answer: &VerifyFormResponse, lang: Lang) -> String {
    let form = answer.form.clone().unwrap_or_default();
    let mut fields = fields(lang).add(
        "核验",
        "verified",
        words::show(words::FORM_SIGNERS, answer.signer, lang),
    );
    if answer.has_page {
        let page = if answer.page_matches {
            lang.say("✓ 与打印时完全一致", "✓ exactly what was printed")
        } else {
            lang.say(
                "✗ 文件内容与打印时不同, 可能被改动",
                "✗ not what was printed: it may have been altered",
            )
        };
        fields = fields.add("文件", "file", page);
    }
    let standing = words::show(words::FORM_STANDINGS, answer.standing, lang);
    fields = fields.add("现有记录", "recorded now", standing);
    for change in &answer.changes {
        let what = Kind::try_from(change.kind).map_or_else(
            |_| change.kind.to_string(),
            |kind| lang.say(kind.label().0, kind.label().1),
        );
        let place = format!("{} {}", change.log, change.sequence);
        let written = format!("{} {what} ({place})", change.day);
        fields = fields.add("打印后的变化", "written since", written);
    }
    fields = fields.add(
        "以后又打印为",
        "printed again as",
        answer.later_numbers.join(", "),
    );
    let mut text = format!("{}\n{}", fields.render(), about(&form, lang).render());
    if !answer.fingerprint.is_empty() {
        let more = self::fields(lang).add("密钥指纹", "fingerprint", &answer.fingerprint);
        text = format!("{}\n{}", text.trim_end(), more.render());
    }
    let compare = lang.say(
        "请将编号、事由与纸质表格逐项对照",
        "compare number and subject with the paper",
    );
    format!("{}\n{compare}", text.trim_end())
}
