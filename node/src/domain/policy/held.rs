//! What a policy says of an activity day besides its headings (see `contents`): on which day, how long, what its record holds. A remark, not a
//! duty: what was held was held.

use hongyan_proto::{letter::Activity, time::Day};

use super::{FormField, Policy, Rule, Word as _, Words};

fn has(activity: &Activity, field: FormField) -> bool {
    match field {
        FormField::Content => activity.content.is_some() || !activity.headings.is_empty(),
        FormField::Form => activity.form.is_some(),
        FormField::Time => activity.begins.is_some(),
        FormField::Theme | FormField::Place => true,
        FormField::Attendance => !activity.attendees.is_empty(),
    }
}

fn fields(activity: &Activity, asked: &[FormField]) -> Option<(String, String)> {
    let missing = asked.iter().filter(|field| !has(activity, **field));
    let (zh, en): (Vec<_>, Vec<_>) = missing.map(|field| field.label()).unzip();
    (!zh.is_empty()).then(|| {
        (
            format!("记录应有的项目未写明: {}", zh.join("、")),
            format!("its record should have {}", en.join(", ")),
        )
    })
}

fn length(activity: &Activity, least: u16) -> Option<(String, String)> {
    let (begins, ends) = activity.begins.zip(activity.ends)?;
    let minutes = ends.minutes().saturating_sub(begins.minutes());
    (minutes < u32::from(least)).then(|| {
        (
            format!("时长 {minutes} 分钟, 规定不少于 {least} 分钟"),
            format!("{minutes} minutes, and {least} are asked for"),
        )
    })
}

fn on_the_day(activity: &Activity, days: &[Day]) -> Option<(String, String)> {
    if days.is_empty() {
        return None;
    }
    let named: Vec<_> = days.iter().map(ToString::to_string).collect();
    let named = named.join(", ");
    // A day of another month cannot be compared with the days of this one.
    let month = activity.day.month();
    let planned = activity.planned_day.filter(|day| day.month() == month);
    if let Some(planned) = planned.filter(|day| !days.contains(day)) {
        return Some((
            format!(
                "原定日期 {planned} 不是活动日 ({named}); 请核对, 用 activity correct --planned-day 更正"
            ),
            format!(
                "it is said to be planned for {planned}, no activity day ({named}): check it, activity correct --planned-day says the right one"
            ),
        ));
    }
    if activity.moved_because.is_some() || days.contains(&activity.day) {
        return None;
    }
    let days = named;
    Some((
        format!(
            "不是活动日 ({days}); 因故调整的, 用 activity correct 补记 --planned-day 和 --moved-because, 事先调整的用 plan amend"
        ),
        format!(
            "not the activity day ({days}): say why it was moved with activity correct, --planned-day and --moved-because; plan amend moves one beforehand"
        ),
    ))
}

impl Policy {
    /// What people should look at in the record of an activity day. `days`: those that the plan or the rule gives its month; empty: any.
    pub fn remarks_on_record(&self, activity: &Activity, days: &[Day]) -> Vec<Words> {
        let mut remarks = Vec::new();
        for ruled in &self.rules {
            let found = match &ruled.rule {
                Rule::ActivityDay { minutes, .. } => {
                    let short = minutes.and_then(|least| length(activity, least));
                    [on_the_day(activity, days), short]
                }
                Rule::RecordForm { fields: asked, .. } => [fields(activity, asked), None],
                _ => continue,
            };
            let clause = &ruled.clause;
            remarks.extend(found.into_iter().flatten().map(|(zh, en)| Words {
                zh: format!("{zh} ({clause})"),
                en: format!("{en} ({clause})"),
            }));
        }
        remarks
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hongyan_proto::{
        id::MemberId,
        letter::{ActivityKind, Attendee, Presence, Text},
    };

    use super::super::shipped;
    use super::*;

    fn activity() -> Activity {
        Activity {
            unit: "一支部".parse().unwrap(),
            kind: ActivityKind::ActivityDay,
            day: "2026-11-18".parse().unwrap(),
            begins: Some("09:00".parse().unwrap()),
            ends: Some("09:10".parse().unwrap()),
            place: "会议室".parse().unwrap(),
            theme: "学习".parse().unwrap(),
            headings: Vec::new(),
            content: None,
            form: None,
            lecturer: None,
            minutes: None,
            attendees: vec![Attendee {
                member_id: Some(MemberId::from_bytes([1; 16])),
                case_id: None,
                presence: Presence::Present,
                reason: None,
                told: None,
            }],
            guests: Vec::new(),
            planned_day: None,
            moved_because: None,
            attachments: Vec::new(),
            actor: "王".parse().unwrap(),
        }
    }

    fn said(policy: &str, activity: &Activity, days: &[&str]) -> Vec<String> {
        let days: Vec<Day> = days.iter().map(|day| day.parse().unwrap()).collect();
        let policy = shipped(policy).unwrap().unwrap();
        let remarks = policy.remarks_on_record(activity, &days).into_iter();
        remarks.map(|one| one.zh).collect()
    }

    #[test]
    fn day_length_and_record_are_looked_at_as_each_policy_says() {
        let activity = activity();
        let days = ["2026-11-05", "2026-11-10"];
        let chizhou = said("chizhou", &activity, &days);
        assert!(
            chizhou[0].contains("不是活动日 (2026-11-05, 2026-11-10)"),
            "{chizhou:?}"
        );
        // On one of the days, on the one the plan has, or with the reason why not, there is nothing to say of it.
        let moved = Activity {
            moved_because: Some(Text::parse("防汛").unwrap()),
            planned_day: Some("2026-11-10".parse().unwrap()),
            ..activity.clone()
        };
        for remarks in [
            said("chizhou", &activity, &["2026-11-18"]),
            said("chizhou", &moved, &days),
            said("chizhou", &activity, &[]),
        ] {
            assert!(
                !remarks.iter().any(|one| one.contains("活动日 (")),
                "{remarks:?}"
            );
        }
        let elsewhere = Activity {
            planned_day: Some("2026-11-11".parse().unwrap()),
            ..moved.clone()
        };
        let remarks = said("chizhou", &elsewhere, &days);
        assert!(
            remarks[0].contains("原定日期 2026-11-11 不是活动日"),
            "{remarks:?}"
        );
        let fields = said("wuxi", &activity, &[]);
        assert_eq!(fields.len(), 1);
        assert!(fields[0].contains("未写明: 内容、形式 (W"), "{fields:?}");
        let short = said("chuzhou", &activity, &[]);
        assert!(
            short[0].contains("时长 10 分钟, 规定不少于 120 分钟"),
            "{short:?}"
        );
    }
}
