//! `agreement`: drafting, proposing, signing and ending co-management agreements.

use std::path::PathBuf;

use bytes::Bytes;
use clap::{Args, Subcommand};
use hongyan_proto::{
    pb::office::v1::{
        Agreement, AgreementDraft, AmendAgreementRequest, Author, CounterProposeRequest,
        DraftAgreementRequest, DraftDuty, EndAgreementRequest, GetAgreementRequest,
        ListAgreementsRequest, ProposeAgreementRequest, SignAgreementRequest, Words,
        propose_agreement_request::Content,
    },
    time::Day,
};

use super::{
    Failure,
    lang::Lang,
    partial::Partial,
    session::{Ended, Session, client, fields, table},
    table::short,
    values::show_time,
    words,
};

/// What to do with agreements.
#[derive(Debug, Subcommand)]
pub(super) enum AgreementVerb {
    /// 起草: 写出条文, 不发送 Draft: write the terms out, send nothing
    #[command(
        after_help = "例 Example:\n  hongyan-node agreement draft --until 2027-12-31 --own-discloses identity,certificate,dues --partner-discloses certificate,attendance,dues,conduct --out 协议.terms"
    )]
    Draft {
        #[command(flatten)]
        terms: Terms,
        /// 把条文的准确字节写入文件, 供 propose --terms 使用 File for the exact terms, for propose --terms
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 向对方提出 Propose to the partner
    #[command(after_help = "例 Example:\n  hongyan-node agreement propose --terms 协议.terms")]
    Propose {
        #[command(flatten)]
        fields: Terms,
        /// draft --out 写出的文件, 条文以它为准, 不与其他选项同用 The file that draft --out wrote: it says everything, with no other option
        #[arg(long, value_name = "FILE", conflicts_with = "Terms")]
        terms: Option<PathBuf>,
    },
    /// 反提: 改对方的提案 Counter-propose: change the partner's proposal
    #[command(
        after_help = "例 Example:\n  hongyan-node agreement counter 5f3a90c1 --own-discloses certificate,dues"
    )]
    Counter {
        /// 对方提案的哈希前缀 Hash prefix of the partner's proposal
        agreement: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// 修订生效中的协议 (新版本双方再签) Amend one in force: a new version that both sign
    #[command(
        after_help = "例 Example:\n  hongyan-node agreement amend 5f3a90c1 --until 2028-12-31"
    )]
    Amend {
        /// 协议哈希前缀 Hash prefix
        agreement: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// 签署 Sign
    #[command(
        after_help = "例 Example:\n  hongyan-node agreement sign 5f3a90c1 --signatory 王书记"
    )]
    Sign {
        /// 协议哈希前缀 Hash prefix
        agreement: String,
        /// 签署人; 缺省如条文所写 Who signs; default: as the terms say
        #[arg(long, default_value = "", hide_default_value = true)]
        signatory: String,
    },
    /// 提前终止 (不可恢复) End before its time (irreversible)
    #[command(
        after_help = "例 Example:\n  hongyan-node agreement end 5f3a90c1 --last-day 2026-12-31 --reason 机构合并"
    )]
    End {
        /// 协议哈希前缀 Hash prefix
        agreement: String,
        /// 最后有效日, 缺省今天 Last day in force; default: today
        #[arg(long)]
        last_day: Option<Day>,
        /// 原因 Why
        #[arg(long)]
        reason: String,
    },
    /// 列出协议 List agreements
    #[command(after_help = "例 Example:\n  hongyan-node agreement list --status in-force")]
    List {
        /// 对方代码或指纹前缀 Partner
        #[arg(long, default_value = "", hide_default_value = true)]
        partner: String,
        /// 状态 Status
        #[arg(long, default_value = None, value_parser = words::parser(words::AGREEMENT_STATES))]
        status: Option<i32>,
    },
    /// 查看协议全文 Show an agreement's text
    #[command(after_help = "例 Example:\n  hongyan-node agreement show 5f3a90c1")]
    Show {
        /// 协议哈希前缀 Hash prefix
        agreement: String,
    },
}

/// What an agreement says. What is left out is as in the agreement it is based on, or as is usual.
#[derive(Args, Debug)]
pub(super) struct Terms {
    /// 对方代码或指纹前缀; 只有一个对方时可省 Partner; not needed with one partner
    #[arg(long, default_value = "", hide_default_value = true)]
    partner: String,
    /// 生效首日 First day in force
    #[arg(long)]
    from: Option<Day>,
    /// 生效末日 Last day in force
    #[arg(long)]
    until: Option<Day>,
    /// 目标 Goals
    #[arg(long, default_value = "", hide_default_value = true)]
    goals: String,
    /// 职责, 写作 own:条款:内容 或 partner:条款:内容; 缺省为 W §二 的标准职责 A duty, own:CLAUSE:TEXT or partner:CLAUSE:TEXT; default: the standard ones
    #[arg(long = "duty", value_name = "WHO:CLAUSE:TEXT", value_parser = duty)]
    duties: Vec<DraftDuty>,
    /// 通报对账周期 Cadence
    #[arg(long, value_parser = words::parser(words::CADENCES))]
    cadence: Option<i32>,
    /// 结案后保存天数; 0 按档案规定 Days kept after a case is closed; 0: by the archive's rules
    #[arg(long, default_value_t = 0)]
    retention_days: u32,
    /// 我方向对方披露的类别 What we disclose
    #[arg(long, value_delimiter = ',', value_parser = words::parser(words::DISCLOSURES))]
    own_discloses: Vec<i32>,
    /// 对方向我方披露的类别 What the partner discloses
    #[arg(long, value_delimiter = ',', value_parser = words::parser(words::DISCLOSURES))]
    partner_discloses: Vec<i32>,
    /// 我方签署人 Who signs for us
    #[arg(long, default_value = "", hide_default_value = true)]
    own_signatory: String,
    /// 我方联系人 Whom to call at ours
    #[arg(long, default_value = "", hide_default_value = true)]
    own_contact: String,
    /// 对方签署人 Who signs for the partner
    #[arg(long, default_value = "", hide_default_value = true)]
    partner_signatory: String,
    /// 对方联系人 Whom to call at the partner
    #[arg(long, default_value = "", hide_default_value = true)]
    partner_contact: String,
    /// 以哪份协议为底稿 The agreement that fills what is left out
    #[arg(long, default_value = "", hide_default_value = true)]
    based_on: String,
}

fn duty(text: &str) -> Result<DraftDuty, String> {
    let mut parts = text.splitn(3, ':');
    let who = match parts.next() {
        Some("own") => Author::Own,
        Some("partner") => Author::Partner,
        _ => return Err("应以 own: 或 partner: 开头 must begin with own: or partner:".to_owned()),
    };
    let (Some(clause), Some(text)) = (parts.next(), parts.next()) else {
        return Err("应写作 own:条款:内容 must be own:CLAUSE:TEXT".to_owned());
    };
    Ok(DraftDuty {
        party: who.into(),
        clause: clause.to_owned(),
        text: text.to_owned(),
    })
}

impl Terms {
    fn draft(self) -> AgreementDraft {
        let day = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
        AgreementDraft {
            partner: self.partner,
            valid_from: day(self.from),
            valid_until: day(self.until),
            goals: self.goals,
            duties: self.duties,
            cadence: self.cadence.unwrap_or_default(),
            retention_days: self.retention_days,
            own_discloses: self.own_discloses,
            partner_discloses: self.partner_discloses,
            own_signatory: self.own_signatory,
            own_contact: self.own_contact,
            partner_signatory: self.partner_signatory,
            partner_contact: self.partner_contact,
            based_on: self.based_on,
        }
    }

    /// A new agreement runs from today when no first day and nothing to base it on is given.
    fn new_draft(self, session: &Session<'_>) -> AgreementDraft {
        let mut draft = self.draft();
        if draft.valid_from.is_empty() && draft.based_on.is_empty() {
            draft.valid_from = session.today().to_string();
        }
        draft
    }
}

pub(super) async fn run(verb: AgreementVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        AgreementVerb::Draft { terms, out } => draft(terms, out, session).await?,
        AgreementVerb::Propose { fields, terms } => propose(fields, terms, session).await?,
        AgreementVerb::Counter { agreement, terms } => counter(agreement, terms, session).await?,
        AgreementVerb::Amend { agreement, terms } => amend(agreement, terms, session).await?,
        AgreementVerb::Sign {
            agreement,
            signatory,
        } => sign(agreement, signatory, session).await?,
        AgreementVerb::End {
            agreement,
            last_day,
            reason,
        } => end(agreement, last_day, reason, session).await?,
        AgreementVerb::List { partner, status } => {
            let request = ListAgreementsRequest {
                partner,
                status: status.unwrap_or_default(),
            };
            let answer = client!(session, agreement_service_client::AgreementServiceClient)
                .list_agreements(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| list(&answer.agreements, lang))?;
        }
        AgreementVerb::Show { agreement } => {
            let answer = client!(session, agreement_service_client::AgreementServiceClient)
                .get_agreement(GetAgreementRequest { agreement })
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                let agreement = answer.agreement.clone().unwrap_or_default();
                format!(
                    "{}\n\n{}",
                    one(&agreement, lang),
                    lang.text(answer.text.as_ref())
                )
            })?;
        }
    }
    Ok(Ended::Well)
}

async fn draft(
    terms: Terms,
    out: Option<PathBuf>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let request = DraftAgreementRequest {
        draft: Some(terms.new_draft(session)),
    };
    let answer = client!(session, agreement_service_client::AgreementServiceClient)
        .draft_agreement(request)
        .await?
        .into_inner();
    if let Some(out) = out {
        let mut file = Partial::over(&out, session).await?;
        file.write(&answer.terms).await?;
        file.finish().await?;
    }
    session.show(&answer, |answer, lang| {
        format!("{}\n\n{}", lang.text(answer.text.as_ref()), answer.hash)
    })
}

async fn propose(
    fields: Terms,
    terms: Option<PathBuf>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let content = match terms {
        Some(file) => Content::Terms(Bytes::from(
            tokio::fs::read(&file)
                .await
                .map_err(|error| Failure::file(&file, &error))?,
        )),
        None => Content::Draft(fields.new_draft(session)),
    };
    let request = ProposeAgreementRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        content: Some(content),
    };
    let answer = client!(session, agreement_service_client::AgreementServiceClient)
        .propose_agreement(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        written(answer.agreement.as_ref(), lang)
    })
}

async fn counter(
    agreement: String,
    terms: Terms,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let request = CounterProposeRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        agreement,
        draft: Some(terms.draft()),
    };
    let answer = client!(session, agreement_service_client::AgreementServiceClient)
        .counter_propose(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        written(answer.agreement.as_ref(), lang)
    })
}

async fn amend(agreement: String, terms: Terms, session: &mut Session<'_>) -> Result<(), Failure> {
    let request = AmendAgreementRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        agreement,
        draft: Some(terms.draft()),
    };
    let answer = client!(session, agreement_service_client::AgreementServiceClient)
        .amend_agreement(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        written(answer.agreement.as_ref(), lang)
    })
}

async fn sign(
    agreement: String,
    signatory: String,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let request = SignAgreementRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        agreement,
        signatory,
    };
    let answer = client!(session, agreement_service_client::AgreementServiceClient)
        .sign_agreement(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        written(answer.agreement.as_ref(), lang)
    })
}

/// What would be left open. What cannot be read does not keep anybody from being asked: the call itself says why.
async fn left_open(agreement: &str, session: &Session<'_>) -> Words {
    let request = GetAgreementRequest {
        agreement: agreement.to_owned(),
    };
    client!(session, agreement_service_client::AgreementServiceClient)
        .get_agreement(request)
        .await
        .ok()
        .and_then(|answer| answer.into_inner().left_open)
        .unwrap_or_default()
}

async fn end(
    agreement: String,
    last_day: Option<Day>,
    reason: String,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let Words { zh, en } = left_open(&agreement, session).await;
    session.confirm(
        &format!("{zh}终止协议 {agreement}? 到期后不再披露任何内容, 不可恢复。"),
        &format!("{en} End agreement {agreement}? Nothing is disclosed after its last day; this cannot be undone."),
    )?;
    let request = EndAgreementRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        agreement,
        last_day: session.day(last_day),
        reason,
    };
    let answer = client!(session, agreement_service_client::AgreementServiceClient)
        .end_agreement(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        written(answer.agreement.as_ref(), lang)
    })
}

fn written(agreement: Option<&Agreement>, lang: Lang) -> String {
    agreement.map_or_else(String::new, |agreement| one(agreement, lang))
}

/// The last day as it is now: an agreement that was ended before its time is not in force until the day that its text names.
fn last_day(agreement: &Agreement) -> String {
    if agreement.last_day.is_empty() {
        let terms = agreement.terms.as_ref();
        return terms.map_or_else(String::new, |terms| terms.valid_until.clone());
    }
    agreement.last_day.clone()
}

fn one(agreement: &Agreement, lang: Lang) -> String {
    let terms = agreement.terms.clone().unwrap_or_default();
    let signatures: Vec<String> = agreement
        .signatures
        .iter()
        .map(|signature| {
            format!(
                "{} {} {}",
                words::show(words::AUTHORS, signature.author, lang),
                signature.signatory,
                show_time(signature.time_ms)
            )
        })
        .collect();
    let scopes: Vec<String> = terms
        .parties
        .iter()
        .map(|party| {
            let classes: Vec<String> = party
                .discloses
                .iter()
                .map(|class| words::show(words::DISCLOSURES, *class, lang))
                .collect();
            format!("{} → {}", party.name, classes.join(", "))
        })
        .collect();
    fields(lang)
        .add("协议", "agreement", &agreement.hash)
        .add("对方", "partner", &agreement.partner)
        .add(
            "状态",
            "status",
            words::show(words::AGREEMENT_STATES, agreement.status, lang),
        )
        .add(
            "提出方",
            "proposed by",
            words::show(words::AUTHORS, agreement.proposed_by, lang),
        )
        .add(
            "有效期",
            "in force",
            format!("{} – {}", terms.valid_from, last_day(agreement)),
        )
        .add(
            "周期",
            "cadence",
            words::show(words::CADENCES, terms.cadence, lang),
        )
        .add("披露", "discloses", scopes.join("\n"))
        .add("签署", "signed", signatures.join("\n"))
        .add("答复", "answers", &agreement.answers)
        .add("取代", "supersedes", &agreement.supersedes)
        .add(
            "轮到",
            "turn",
            words::show(words::AUTHORS, agreement.must_act, lang),
        )
        .add("最后有效日", "last day", &agreement.last_day)
        .add("终止原因", "ended because", &agreement.end_reason)
        .render()
}

fn list(agreements: &[Agreement], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("协议", "agreement"),
            ("对方", "partner"),
            ("状态", "status"),
            ("首日", "from"),
            ("末日", "until"),
            ("轮到", "turn"),
        ],
    );
    for agreement in agreements {
        let terms = agreement.terms.clone().unwrap_or_default();
        rows.row([
            short(&agreement.hash),
            agreement.partner.clone(),
            words::show(words::AGREEMENT_STATES, agreement.status, lang),
            terms.valid_from,
            if agreement.last_day.is_empty() {
                terms.valid_until
            } else {
                let ended = lang.say("提前终止", "ended early");
                format!("{} {ended}", agreement.last_day)
            },
            words::show(words::AUTHORS, agreement.must_act, lang),
        ]);
    }
    rows.render(lang)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::Parser as _;
    use hongyan_proto::pb::{exchange::v1::AgreementTerms, office::v1::AgreementStatus};

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn an_agreement_that_was_ended_shows_the_day_it_ends() {
        let terms = AgreementTerms {
            valid_from: "2026-01-01".to_owned(),
            valid_until: "2028-12-31".to_owned(),
            ..AgreementTerms::default()
        };
        let mut agreement = Agreement {
            status: AgreementStatus::InForce.into(),
            terms: Some(terms),
            ..Agreement::default()
        };
        let both = |agreement: &Agreement| {
            let listed = list(std::slice::from_ref(agreement), Lang::Both);
            [one(agreement, Lang::Both), listed]
        };
        assert!(
            both(&agreement)
                .iter()
                .all(|text| text.contains("2028-12-31"))
        );
        agreement.last_day = "2026-11-23".to_owned();
        for text in both(&agreement) {
            assert!(
                text.contains("2026-11-23") && !text.contains("2028"),
                "{text}"
            );
        }
    }

    #[test]
    fn terms_of_a_file_are_proposed_with_no_other_option() {
        let propose = |rest: &[&str]| {
            let begin = ["hongyan-node", "agreement", "propose", "--terms", "a.terms"];
            Cli::try_parse_from(begin.iter().chain(rest))
        };
        assert!(propose(&[]).is_ok() && propose(&["--json"]).is_ok());
        for option in [
            "--until=2027-12-31",
            "--partner=341700-001",
            "--retention-days=9",
        ] {
            let error = propose(&[option]).unwrap_err();
            assert_eq!(
                error.kind(),
                clap::error::ErrorKind::ArgumentConflict,
                "{option}"
            );
        }
    }
}
