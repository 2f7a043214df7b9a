//! The record form of one activity.

use hongyan_proto::{
    letter::{Activity, ActivityKind, Attendee, Presence},
    region::Region,
};

use super::{
    super::{Office, OfficeError, activity as activities, policy},
    Drawn,
    words::{count, date, text},
};
use crate::{
    book,
    domain::{life::Line, policy::Rule},
    form::{ActivityForm, Form, Signer},
};

/// Copies where no policy says how many: one stays, one goes up (C annex).
const COPIES: u16 = 2;

pub(super) fn draw(office: &Office, sequence: u64) -> Result<Drawn, OfficeError> {
    let (line, names) = activities::show(office, sequence)?;
    let activity = &line.activity;
    let (note, copies) = copies(office, activity)?;
    let (title, title_en) = title(office, activity.kind);
    let form = ActivityForm {
        title,
        title_en,
        unit: activity.unit.to_string(),
        day: activity.day.to_string(),
        date_zh: date(activity.day),
        theme: activity.theme.to_string(),
        time: time(activity),
        moved: moved(activity),
        place: activity.place.to_string(),
        expected: line.counts.expected,
        present: line.counts.present + line.counts.remote,
        counts: counts(&line),
        content: content(activity, &names),
        people: people(activity, &names),
        note,
        copies,
    };
    Ok(Drawn {
        persons: count(activity.attendees.len()),
        entries: vec![line.record.version],
        void: line.record.void,
        form: Form::Activity(form),
    })
}

/// The annex names its city; an activity that is no activity day is called what it was.
fn title(office: &Office, kind: ActivityKind) -> (String, String) {
    let region = Region::lookup(&office.organization().region);
    let city = region.and_then(Region::city).map_or("", Region::name);
    let (zh, en) = kind.label();
    match kind {
        ActivityKind::ActivityDay => (
            format!("{city}党日活动记录表"),
            "record form of an activity day".to_owned(),
        ),
        _ => (format!("{city}{zh}记录表"), format!("record form: {en}")),
    }
}

fn time(activity: &Activity) -> String {
    let day = date(activity.day);
    match (activity.begins, activity.ends) {
        (Some(begins), Some(ends)) => format!("{day} {begins}–{ends}"),
        (Some(begins), None) => format!("{day} {begins}"),
        _ => day,
    }
}

fn moved(activity: &Activity) -> String {
    let planned = activity.planned_day.zip(activity.moved_because.as_ref());
    planned.map_or_else(String::new, |(day, because)| {
        format!("原定 {}，因{because}改期", date(day))
    })
}

fn counts(line: &Line) -> String {
    let counts = line.counts;
    let mut parts = vec![format!("到场 {} 人", counts.present)];
    for (name, count) in [
        ("线上参加", counts.remote),
        ("请假", counts.absent_with_reason),
        ("缺席", counts.absent),
    ] {
        if count > 0 {
            parts.push(format!("{name} {count} 人"));
        }
    }
    let hosted = match counts.hosted {
        0 => String::new(),
        hosted => format!("；应参加人数中有流入党员 {hosted} 人"),
    };
    format!("其中{}{hosted}。", parts.join("，"))
}

fn named(
    activity: &Activity,
    names: &[String],
    presence: Presence,
    say: impl Fn(&str, &Attendee) -> String,
) -> String {
    let everyone = activity.attendees.iter().zip(names);
    let found = everyone.filter(|(attendee, _)| attendee.presence == presence);
    let said: Vec<_> = found.map(|(attendee, name)| say(name, attendee)).collect();
    said.join("、")
}

fn content(activity: &Activity, names: &[String]) -> Vec<(String, String)> {
    let list = |texts: Vec<String>| texts.join("、");
    let headings = activity.headings.iter().map(ToString::to_string).collect();
    let guests = activity.guests.iter().map(ToString::to_string).collect();
    let files = activity.attachments.iter().map(|file| {
        let digest: String = file.sha256.to_string().chars().take(8).collect();
        format!("{}（{digest}…）", file.name)
    });
    let excused = named(
        activity,
        names,
        Presence::AbsentWithReason,
        |name, attendee| format!("{name}（{}）", text(attendee.reason.as_ref())),
    );
    let absent = named(activity, names, Presence::Absent, |name, _| name.to_owned());
    [
        ("内容类别", list(headings)),
        ("活动形式", text(activity.form.as_ref())),
        ("主讲人", text(activity.lecturer.as_ref())),
        ("", text(activity.content.as_ref())),
        ("会议记录", text(activity.minutes.as_ref())),
        ("列席人员", list(guests)),
        ("请假", excused),
        ("缺席", absent),
        ("附件", list(files.collect())),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(name, text)| (name.to_owned(), text))
    .collect()
}

fn people(activity: &Activity, names: &[String]) -> Vec<Signer> {
    let everyone = activity.attendees.iter().zip(names);
    (1..)
        .zip(everyone)
        .map(|(number, (attendee, name))| Signer {
            number,
            name: if attendee.case_id.is_some() {
                format!("{name}（流入）")
            } else {
                name.clone()
            },
            how: attendee.presence.label().0.to_owned(),
        })
        .collect()
}

/// What the policy of that day says about the form, and whose each copy is.
fn copies(office: &Office, activity: &Activity) -> Result<(String, Vec<String>), OfficeError> {
    let history = policy::history(&book::policies(&office.store)?);
    let mut asked = (COPIES, None);
    if let Some(policy) = history.at(activity.day) {
        let rules = policy.pick(|rule| match rule {
            Rule::RecordForm {
                copies,
                within_days,
                ..
            } => Some((*copies, *within_days)),
            _ => None,
        });
        asked = rules.map(|(_, asked)| asked).last().unwrap_or(asked);
    }
    let (copies, within) = asked;
    let term = within.map_or_else(String::new, |days| {
        format!("，于每次活动日后{days}日内报送")
    });
    let (how_many, whose) = match copies {
        0 | 1 => ("一式一份", vec!["党支部留存".to_owned()]),
        2 => (
            "一式两份",
            vec!["党支部留存".to_owned(), "报上级党组织".to_owned()],
        ),
        more => (
            "一式多份",
            std::iter::once("党支部留存".to_owned())
                .chain((2..=more).map(|at| format!("第 {at} 份，报上级党组织")))
                .collect(),
        ),
    };
    let up = if copies > 1 {
        "，党支部留存一份，报上级党组织一份"
    } else {
        "，由党支部留存"
    };
    Ok((format!("说明：此表{how_many}{up}{term}。"), whose))
}
