//! `DuesService`.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::Fen,
    letter::{DuesClass, DuesMonths, DuesWay, Payload, Text, ValueError},
    log::Kind,
    pb::{
        exchange::v1::payload::Content,
        office::v1::{self as pb, dues_service_server::DuesService},
    },
    time::{Day, Month},
};
use tonic::{Request, Response, Status};

use super::{
    activity::not_told,
    convert::written,
    payload::checked,
    request::{note, optional, request},
};
use crate::{
    domain::{
        dues::{Elsewhere, MonthLine, NO_ENTRY, Row, Told, Totals, rate},
        life::Who,
    },
    office::{
        Answer, Office, OfficeError,
        dues::{self, Basis, Outcome, Paying, Right, Waiver},
        error::At as _,
        tell::Telling,
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn a_month(text: &str, field: &str) -> Result<Month, OfficeError> {
    optional(text, field)?.ok_or_else(|| OfficeError::field(field, ValueError::Missing))
}

/// An amount that is something; the limits of a payload are asked when it is written.
fn positive(fen: Option<i64>, field: &str) -> Result<Option<Fen>, OfficeError> {
    match fen {
        Some(fen) if fen <= 0 => Err(OfficeError::field(
            field,
            "金额须大于零 must be more than nothing",
        )),
        fen => Ok(fen.map(Fen)),
    }
}

fn way(code: i32) -> Result<Option<DuesWay>, OfficeError> {
    match code {
        0 => Ok(None),
        code => DuesWay::try_from(code).at("way").map(Some),
    }
}

fn shown(text: Option<impl ToString>) -> String {
    text.map(|text| text.to_string()).unwrap_or_default()
}

const fn hosted(who: Who) -> bool {
    matches!(who, Who::Hosted(_))
}

fn sums(unit: String, totals: &Totals) -> pb::DuesSums {
    pb::DuesSums {
        unit,
        persons: totals.persons,
        unknown: totals.unknown,
        elsewhere: totals.elsewhere,
        double: totals.double,
        owed: totals.owed.0,
        paid: totals.paid.0,
        received: totals.received.0,
        arrears: totals.arrears.0,
        advance: totals.advance.0,
        duplicate: totals.duplicate.0,
    }
}

fn row(row: &Row) -> pb::DuesRow {
    pb::DuesRow {
        name: row.name.clone(),
        id: row.who.id(),
        hosted: hosted(row.who),
        unit: row.unit.clone().unwrap_or_default(),
        asked: row.asked.code(),
        owed: row.owed.map(|owed| owed.0),
        paid: row.paid.0,
        received: row.received.0,
        arrears: row.arrears.0,
        arrears_months: row.arrears_months,
        unknown_months: row.unknown_months,
        advance: row.advance.0,
        paid_until: shown(row.paid_until),
        elsewhere: row.elsewhere,
        double: row.double.iter().map(Month::to_string).collect(),
        duplicate: row.duplicate.0,
        relieved: row.relieved,
        corrected: row.corrected,
    }
}

fn line(month: Month, line: &MonthLine, elsewhere: &[Elsewhere]) -> pb::DuesMonth {
    let letters = line.elsewhere.iter().filter_map(|at| elsewhere.get(*at));
    let entered = line.payments.iter().filter(|one| **one != NO_ENTRY);
    pb::DuesMonth {
        month: month.to_string(),
        asked: line.asked.code(),
        due: line.due.map(|fen| fen.0),
        owed: line.owed().map(|fen| fen.0),
        paid: line.paid.0,
        arrears: line.arrears().0,
        extra: line.extra().0,
        payments: entered.copied().collect(),
        elsewhere: letters.map(|letter| letter.place.clone()).collect(),
        settled: line.is_settled(),
        double: line.is_double(),
        duplicate: line.duplicate.0,
        relieved: line.relieved,
    }
}

fn stays(outcome: &Outcome) -> (u32, Vec<pb::NotTold>) {
    let telling: Telling = outcome.telling.clone().unwrap_or_default();
    (telling.told, not_told(&telling.not_told))
}

fn payments(found: &dues::Shown, today: Day) -> Vec<pb::DuesPaymentLine> {
    let account = &found.loaded.account;
    let entered = account.payments.iter();
    let entered = entered.filter(|noted| noted.sequence != NO_ENTRY);
    let own = entered.map(|noted| {
        let right = account.payment(noted.sequence, today);
        let corrected = right.is_some_and(|(_, corrected)| corrected);
        let right = right.and_then(|(payment, _)| payment);
        let payment = right.unwrap_or(&noted.entry);
        pb::DuesPaymentLine {
            sequence: noted.sequence,
            receipt: payment.receipt(),
            month: payment.month.to_string(),
            months: payment.months.get(),
            fen: payment.fen.0,
            paid_on: payment.paid_on.to_string(),
            way: payment.way.code(),
            letter: payment.told.as_ref().map_or_else(String::new, |told| {
                format!("{}/{}", told.log_id, told.sequence)
            }),
            corrected,
            void: right.is_none(),
            own_letter: false,
        }
    });
    let letters = found.loaded.elsewhere.iter();
    let letters = letters.filter(|letter| letter.told != Told::Kept);
    let letters = letters.map(|letter| pb::DuesPaymentLine {
        sequence: 0,
        receipt: letter.receipt.clone(),
        month: letter.month.to_string(),
        months: letter.months,
        fen: letter.fen.0,
        paid_on: letter.paid_on.to_string(),
        way: 0,
        letter: letter.place.clone(),
        corrected: false,
        void: false,
        own_letter: letter.told == Told::Ours,
    });
    own.chain(letters).collect()
}

#[tonic::async_trait]
impl DuesService for Office {
    async fn set_dues_base(
        &self,
        request_: Request<pb::SetDuesBaseRequest>,
    ) -> Answered<pb::SetDuesBaseResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let basis = Basis {
            from: optional(&message.from, "from")?,
            class: DuesClass::try_from(message.class).at("class")?,
            income: positive(message.income, "income")?,
            amount: positive(message.amount, "amount")?,
            in_open_month: message.in_open_month,
        };
        let (outcome, answer) = dues::set_base(self, request, message.person, basis).await?;
        Ok(Response::new(pb::SetDuesBaseResponse {
            written: written(&answer),
            monthly: outcome.fen,
            from: outcome.month,
            counts_on: outcome.counts_on,
        }))
    }

    async fn waive_dues(
        &self,
        request_: Request<pb::WaiveDuesRequest>,
    ) -> Answered<pb::WaiveDuesResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let waiver = Waiver {
            from: a_month(&message.from, "from")?,
            until: a_month(&message.until, "until")?,
            fen: Fen(message.fen),
            reason: Text::parse(&message.reason).at("reason")?,
            approved_by: Text::parse(&message.approved_by).at("approved_by")?,
            approved_on: optional(&message.approved_on, "approved_on")?
                .ok_or_else(|| OfficeError::field("approved_on", ValueError::Missing))?,
            in_open_month: message.in_open_month,
        };
        let (outcome, answer) = dues::waive(self, request, message.person, waiver).await?;
        Ok(Response::new(pb::WaiveDuesResponse {
            written: written(&answer),
            counts_on: outcome.counts_on,
            replaces: outcome.replaces,
        }))
    }

    async fn pay_dues(
        &self,
        request_: Request<pb::PayDuesRequest>,
    ) -> Answered<pb::PayDuesResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let paying = Paying {
            month: optional(&message.month, "month")?,
            months: DuesMonths::new(message.months.max(1)).at("months")?,
            fen: positive(message.fen, "fen")?,
            paid_on: optional(&message.paid_on, "paid_on")?,
            way: way(message.way)?.unwrap_or(DuesWay::Cash),
            paper: optional(&message.paper, "paper")?,
            any_amount: message.any_amount,
            twice: message.twice,
        };
        let (outcome, answer) = dues::pay(self, request, message.person, paying).await?;
        let (told, not_told) = stays(&outcome);
        Ok(Response::new(pb::PayDuesResponse {
            written: written(&answer),
            number: outcome.number,
            month: outcome.month,
            months: outcome.months,
            fen: outcome.fen,
            part: outcome.part,
            told,
            not_told,
            not_asked: outcome.not_asked,
        }))
    }

    async fn correct_dues(
        &self,
        request_: Request<pb::CorrectDuesRequest>,
    ) -> Answered<pb::CorrectDuesResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let right = Right {
            month: optional(&message.month, "month")?,
            months: match message.months {
                0 => None,
                months => Some(DuesMonths::new(months).at("months")?),
            },
            fen: positive(message.fen, "fen")?,
            paid_on: optional(&message.paid_on, "paid_on")?,
            way: way(message.way)?,
            paper: optional(&message.paper, "paper")?,
        };
        let nothing = right == Right::default();
        if nothing && !message.void {
            return Err(OfficeError::field(
                "right",
                "请写明要更正的内容, 或作废 say what is right, or that it is void",
            )
            .into());
        }
        if message.void != nothing {
            return Err(OfficeError::field(
                "void",
                "作废与更正内容二者择一 either it is void, or something of it is right",
            )
            .into());
        }
        let right = Some(right).filter(|_| !message.void);
        let reason = Text::parse(&message.reason).at("reason")?;
        let (outcome, answer) = dues::correct(self, request, message.record, reason, right).await?;
        let (told, not_told) = stays(&outcome);
        Ok(Response::new(pb::CorrectDuesResponse {
            written: written(&answer),
            counts_on: outcome.counts_on,
            told,
            not_told,
        }))
    }

    async fn close_dues_month(
        &self,
        request_: Request<pb::CloseDuesMonthRequest>,
    ) -> Answered<pb::CloseDuesMonthResponse> {
        let mut message = request_.into_inner();
        // Who repeats a request because no answer came can no longer be shown what it would close.
        let shown = std::mem::take(&mut message.shown).to_vec();
        let request = request(&message, &message.actor, &message.request_id)?;
        let month = a_month(&message.month, "month")?;
        let (closed, digest, answer) = if message.dry_run {
            let closed = dues::would_close(self, &message.unit, month)?;
            let digest = closed.digest(&request.actor)?;
            (closed, digest, Answer::default())
        } else {
            let (closed, answer) = dues::close(self, request, message.unit, month, shown).await?;
            (closed, Vec::new(), answer)
        };
        let lists = &closed.lists;
        let months: BTreeSet<Month> = lists.iter().map(|one| one.month).collect();
        let of_month = lists.iter().filter(|one| one.month == month);
        Ok(Response::new(pb::CloseDuesMonthResponse {
            written: written(&answer),
            closed: of_month
                .map(|one| sums(one.unit.clone(), &one.totals()))
                .collect(),
            months: months.iter().map(Month::to_string).collect(),
            without_unit: closed.without_unit,
            digest: digest.into(),
        }))
    }

    async fn list_dues(
        &self,
        request_: Request<pb::ListDuesRequest>,
    ) -> Answered<pb::ListDuesResponse> {
        let message = request_.into_inner();
        let month = dues::month_of(self, optional(&message.month, "month")?)?;
        let list = dues::list(self, &message.unit, month)?;
        note(self, "查看党费名单 dues listed", list.rows.len()).await?;
        let by_unit = list.by_unit().into_iter();
        let mut all: Vec<_> = by_unit.map(|(unit, totals)| sums(unit, &totals)).collect();
        let whole = crate::domain::dues::totals(&list.rows);
        all.push(sums(String::new(), &whole));
        Ok(Response::new(pb::ListDuesResponse {
            unit: list.unit.clone(),
            month: month.to_string(),
            rows: list.rows.iter().map(row).collect(),
            sums: all,
            is_closed: list.is_closed(),
            is_kept: list.is_kept,
            open_units: list.open.iter().cloned().collect(),
            closed_by: list.closed_by.unwrap_or_default(),
        }))
    }

    async fn list_dues_arrears(
        &self,
        request_: Request<pb::ListDuesArrearsRequest>,
    ) -> Answered<pb::ListDuesArrearsResponse> {
        let message = request_.into_inner();
        let month = dues::month_of(self, optional(&message.month, "month")?)?;
        let found = dues::arrears(self, &message.unit, month)?;
        let people = &found.people;
        note(self, "查看欠交党费 arrears of dues listed", people.len()).await?;
        let total = people.iter().map(|(row, ..)| row.arrears.0).sum();
        let people = people
            .iter()
            .map(|(one, months, elsewhere)| pb::DuesArrears {
                row: Some(row(one)),
                months: months
                    .iter()
                    .map(|(month, of)| line(*month, of, elsewhere))
                    .collect(),
            });
        Ok(Response::new(pb::ListDuesArrearsResponse {
            month: month.to_string(),
            people: people.collect(),
            total,
            is_closed: found.is_closed,
            unit: found.unit.clone(),
        }))
    }

    async fn publish_dues(
        &self,
        request_: Request<pb::PublishDuesRequest>,
    ) -> Answered<pb::PublishDuesResponse> {
        let message = request_.into_inner();
        let from = dues::month_of(self, optional(&message.from, "from")?)?;
        let until = optional(&message.until, "until")?.unwrap_or(from);
        let published = dues::publish(self, &message.unit, (from, until))?;
        let people = published.people;
        note(self, "公示党费 dues published", people.len()).await?;
        let total = people.iter().map(|one| one.fen.0).sum();
        let people = people.into_iter().map(|one| pb::PublishedDues {
            name: one.name,
            unit: one.unit.unwrap_or_default(),
            fen: one.fen.0,
            months: one.months.iter().map(Month::to_string).collect(),
        });
        Ok(Response::new(pb::PublishDuesResponse {
            unit: published.unit,
            open_units: published.open.into_iter().collect(),
            from: from.to_string(),
            until: until.to_string(),
            people: people.collect(),
            total,
        }))
    }

    async fn get_dues_receipt(
        &self,
        request_: Request<pb::GetDuesReceiptRequest>,
    ) -> Answered<pb::GetDuesReceiptResponse> {
        let receipt = dues::receipt(self, &request_.into_inner().number)?;
        note(self, "查看党费收据 dues receipt shown", 1).await?;
        Ok(Response::new(pb::GetDuesReceiptResponse {
            number: receipt.number,
            paper: receipt.paper.clone().unwrap_or_default(),
            sequence: receipt.sequence,
            organization: receipt.organization.clone(),
            unit: receipt.unit.clone().unwrap_or_default(),
            name: receipt.name.clone(),
            id: receipt.id.clone(),
            hosted: receipt.hosted,
            month: receipt.month.to_string(),
            last_month: receipt.last_month().to_string(),
            months: receipt.months,
            fen: receipt.fen.0,
            capitals: receipt.capitals(),
            paid_on: receipt.paid_on.to_string(),
            way: receipt.way.code(),
            received_by: receipt.received_by.clone(),
            corrected: receipt.corrected,
            void: receipt.void,
        }))
    }

    async fn get_dues(
        &self,
        request_: Request<pb::GetDuesRequest>,
    ) -> Answered<pb::GetDuesResponse> {
        let message = request_.into_inner();
        let period = (
            optional(&message.from, "from")?,
            optional(&message.until, "until")?,
        );
        let found = dues::show(self, &message.person, period)?;
        note(self, "查看党费 dues shown", 1).await?;
        let person = &found.loaded.person;
        let months: Vec<_> = found
            .months
            .iter()
            .map(|(month, of)| line(*month, of, &found.loaded.elsewhere))
            .collect();
        let bases = found.bases.iter().map(|(noted, void)| {
            let base = &noted.entry;
            pb::DuesBaseLine {
                sequence: noted.sequence,
                from: base.from.to_string(),
                class: base.class.code(),
                income: base.income.map(|income| income.0),
                per_mille: base
                    .income
                    .and_then(|income| rate::per_mille(base.class, income))
                    .unwrap_or_default(),
                monthly: rate::monthly(base).0,
                clause: rate::rule_of(base.class).clause.to_owned(),
                void: *void,
            }
        });
        let reliefs = found.reliefs.iter().map(|(noted, void)| {
            let relief = &noted.entry;
            pb::DuesReliefLine {
                sequence: noted.sequence,
                from: relief.from.to_string(),
                until: relief.until.to_string(),
                fen: relief.fen.0,
                reason: relief.reason.to_string(),
                approved_by: relief.approved_by.to_string(),
                approved_on: relief.approved_on.to_string(),
                void: *void,
            }
        });
        Ok(Response::new(pb::GetDuesResponse {
            name: person.name.clone(),
            id: person.who.id(),
            hosted: hosted(person.who),
            bases: bases.collect(),
            reliefs: reliefs.collect(),
            payments: payments(&found, self.today()),
            arrears: months.iter().map(|month| month.arrears).sum(),
            months,
        }))
    }
}

/// Dues as a letter, checked.
pub(super) fn letter(
    dues: Option<hongyan_proto::pb::exchange::v1::Dues>,
) -> Result<hongyan_proto::letter::Dues, OfficeError> {
    match checked(Kind::Dues, dues.map(Content::Dues))? {
        Payload::Dues(dues) => Ok(dues),
        _ => Err(OfficeError::field("dues", ValueError::Missing)),
    }
}
