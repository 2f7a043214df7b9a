//! Showing certificates: the list, one with its card, and what a card says.

use std::io::Read as _;

use clap::Args;
use hongyan_proto::pb::{
    exchange::v1::CertificateKind,
    office::v1::{
        CardSigner, CertificateEntry, CertificateState, GetCertificateRequest,
        GetCertificateResponse, ListCertificatesRequest, ListFreeNumbersRequest,
        VerifyCertificateRequest, VerifyCertificateResponse,
    },
};
use qrcode::{QrCode, render::unicode::Dense1x2};

use crate::cli::{
    Failure,
    lang::Lang,
    member::more,
    session::{Ended, Session, client, fields, table},
    table::Fields,
    words,
};

/// A card is shorter than this; what is longer is none.
const CARD_BYTES: u64 = 8192;

/// What to list.
#[derive(Args, Debug)]
pub(in crate::cli) struct List {
    /// 编号或姓名的一部分 Part of a number or a name
    #[arg(long, default_value = "", hide_default_value = true)]
    search: String,
    /// 也列已补换和已交回的 Also replaced ones and those handed in
    #[arg(long)]
    ended: bool,
    /// 列出空号 List the free numbers
    #[arg(long, conflicts_with_all = ["search", "ended", "page"])]
    free: bool,
    /// 空号的种类 Which, with --free
    #[arg(long, default_value = "flow", value_parser = words::parser(words::CERTIFICATE_KINDS))]
    kind: i32,
    /// 每页行数 Rows a page
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i32).range(1..=1000))]
    page_size: i32,
    /// 上一页给出的页码标记 The token that the page before gave
    #[arg(long, default_value = "", hide_default_value = true)]
    page: String,
}

impl List {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let mut client = client!(
            session,
            certificate_service_client::CertificateServiceClient
        );
        if self.free {
            let request = ListFreeNumbersRequest {
                kind: self.kind,
                most: self.page_size,
            };
            let answer = client.list_free_numbers(request).await?.into_inner();
            return session.show(&answer, |answer, lang| {
                let count = more(lang, answer.numbers.len(), answer.total, "");
                format!("{}\n{count}", answer.numbers.join("\n"))
            });
        }
        let request = ListCertificatesRequest {
            search: self.search,
            ended: self.ended,
            page_size: self.page_size,
            page_token: self.page,
        };
        let answer = client.list_certificates(request).await?.into_inner();
        session.show(&answer, |answer, lang| {
            let rows = list(&answer.certificates, lang);
            let token = &answer.next_page_token;
            let count = more(lang, answer.certificates.len(), answer.total, token);
            format!("{rows}\n{count}")
        })
    }
}

fn list(certificates: &[CertificateEntry], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("编号", "number"),
            ("种类", "kind"),
            ("状态", "state"),
            ("姓名", "name"),
            ("支部", "unit"),
            ("发证", "issued"),
            ("查验", "checked"),
            ("现编号", "replaced by"),
        ],
    );
    for entry in certificates {
        rows.row([
            entry.number.clone(),
            words::show(words::CERTIFICATE_KINDS, entry.kind, lang),
            words::show(words::CERTIFICATE_STATES, entry.state, lang),
            entry.name.clone(),
            entry.unit.clone(),
            entry.issued_on.clone(),
            entry.checked_on.clone(),
            entry.replaced_by.clone(),
        ]);
    }
    rows.render(lang)
}

/// One certificate as labelled values.
pub(super) fn about(entry: &CertificateEntry, lang: Lang) -> Fields {
    fields(lang)
        .add("编号", "number", &entry.number)
        .add(
            "种类",
            "kind",
            words::show(words::CERTIFICATE_KINDS, entry.kind, lang),
        )
        .add(
            "状态",
            "state",
            words::show(words::CERTIFICATE_STATES, entry.state, lang),
        )
        .add("姓名", "name", &entry.name)
        .add("支部", "unit", &entry.unit)
        .add("发证", "issued", &entry.issued_on)
        .add("原编号", "replaces", &entry.replaces)
        .add("现编号", "replaced by", &entry.replaced_by)
        .add(
            "原因",
            "reason",
            words::show(words::REPLACEMENTS, entry.reason, lang),
        )
        .add("终止", "ended", &entry.ended_on)
        .add("最近查验", "last checked", &entry.checked_on)
        .add(
            "查验结果",
            "finding",
            words::show(words::CERTIFICATE_FINDINGS, entry.finding, lang),
        )
}

pub(super) async fn show(number: String, session: &mut Session<'_>) -> Result<(), Failure> {
    let answer = client!(
        session,
        certificate_service_client::CertificateServiceClient
    )
    .get_certificate(GetCertificateRequest { number })
    .await?
    .into_inner();
    session.show(&answer, one)
}

fn one(answer: &GetCertificateResponse, lang: Lang) -> String {
    let entry = answer.certificate.clone().unwrap_or_default();
    let organization = format!("{} {}", answer.organization_code, answer.organization_name);
    let text = about(&entry, lang)
        .add("性别", "sex", &answer.sex)
        .add("出生年月", "born", &answer.birth_month)
        .add("入党时间", "joined", &answer.joined)
        .add("发证党组织", "issuer", organization)
        .render();
    if answer.card.is_empty() {
        return text;
    }
    let code = QrCode::new(answer.card.as_bytes()).map_or_else(
        // Too long for a QR code: the text alone is enough.
        |_| String::new(),
        |code| {
            code.render::<Dense1x2>()
                .dark_color(Dense1x2::Light)
                .light_color(Dense1x2::Dark)
                .build()
        },
    );
    format!("{text}\n\n{code}\n{}", answer.card)
}

pub(super) async fn verify(text: String, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut text = text;
    if text == "-" {
        text.clear();
        session
            .io
            .input
            .by_ref()
            .take(CARD_BYTES)
            .read_to_string(&mut text)?;
    }
    let answer = client!(
        session,
        certificate_service_client::CertificateServiceClient
    )
    .verify_certificate(VerifyCertificateRequest { text })
    .await?
    .into_inner();
    session.show(&answer, verified)?;
    let known = matches!(answer.signer(), CardSigner::Own | CardSigner::Partner);
    // A certificate of one's own that was replaced or given back is a good signature on a void paper.
    let void = matches!(
        answer.state(),
        CertificateState::Replaced | CertificateState::HandedIn
    );
    Ok(Ended::well_if(known && !void))
}

fn verified(answer: &VerifyCertificateResponse, lang: Lang) -> String {
    let organization = format!("{} {}", answer.organization_code, answer.organization_name);
    let mut fields = fields(lang)
        .add(
            "核验",
            "verified",
            words::show(words::SIGNERS, answer.signer, lang),
        )
        .add("编号", "number", &answer.number)
        .add(
            "种类",
            "kind",
            words::show(words::CERTIFICATE_KINDS, answer.kind, lang),
        )
        .add("姓名", "name", &answer.name)
        .add("发证党组织", "issuer", organization)
        .add("发证", "issued", &answer.issued_on)
        .add(
            "状态",
            "state",
            words::show(words::CERTIFICATE_STATES, answer.state, lang),
        )
        .add("密钥指纹", "fingerprint", &answer.fingerprint);
    if answer.signer() != CardSigner::Own {
        fields = fields.add(
            "注意",
            "note",
            lang.say(
                "签名只证明发过此证; 是否仍有效请与对方核对, 并核对本人",
                "the signature proves that it was issued; ask the partner whether it still stands, and look at the person",
            ),
        );
    }
    if answer.kind() == CertificateKind::Member {
        fields = fields.add(
            "注意",
            "note",
            lang.say(
                "党员活动证不是外出凭证",
                "this is no certificate of a flow member",
            ),
        );
    }
    fields.render()
}
