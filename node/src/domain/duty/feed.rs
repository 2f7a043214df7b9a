//! What is coming as an iCalendar feed (RFC 5545): one all-day event a duty that is open and not overdue. What is overdue stands in the list.

use hongyan_proto::time::{Day, Timestamp};

use super::Duty;

/// Most octets of a line before it is folded (RFC 5545 §3.1), its end not counted.
const LINE_OCTETS: usize = 75;

/// What of these is open and not overdue on a day.
pub fn coming(duties: &[Duty], today: Day) -> impl Iterator<Item = &Duty> {
    let comes = move |duty: &&Duty| duty.state.is_open() && today <= duty.due;
    duties.iter().filter(comes)
}

/// The feed. `node` is the organization's code, so that the same duty is the same event for ever; `now` stamps it.
pub fn feed(duties: &[Duty], node: &str, now: Timestamp) -> String {
    let mut text = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hongyan//hongyan-node//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ] {
        put(&mut text, line);
    }
    put(
        &mut text,
        &format!("X-WR-CALNAME:{}", escape(&format!("应办事项 {node}"))),
    );
    for duty in coming(duties, now.day()) {
        event(&mut text, duty, node, now);
    }
    put(&mut text, "END:VCALENDAR");
    text
}

fn event(text: &mut String, duty: &Duty, node: &str, now: Timestamp) {
    // An activity has a day of its own; everything else is shown on its last day.
    let day = if duty.planned { duty.from } else { duty.due };
    let who = if duty.who.is_empty() {
        String::new()
    } else {
        format!(" ({})", duty.who)
    };
    let summary = format!("{}{who}", duty.what.zh);
    let (zh, en) = duty.state.label();
    let description = format!(
        "{}\n{} {} {zh} {en}\n最后一日 due {}",
        duty.what.en, duty.clause, duty.policy, duty.due
    );
    let status = if duty.provisional {
        "TENTATIVE"
    } else {
        "CONFIRMED"
    };
    for line in [
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@{node}", duty.id()),
        format!("DTSTAMP:{}", stamp(now)),
        format!("DTSTART;VALUE=DATE:{}", compact(day)),
        format!("DTEND;VALUE=DATE:{}", compact(day.plus_days(1))),
        format!("SUMMARY:{}", escape(&summary)),
        format!("DESCRIPTION:{}", escape(&description)),
        format!("CATEGORIES:{}", escape(&duty.rule)),
        format!("STATUS:{status}"),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
    ] {
        put(text, &line);
    }
}

fn compact(day: Day) -> String {
    day.to_string().replace('-', "")
}

/// An instant in UTC: 20261122T030405Z.
fn stamp(now: Timestamp) -> String {
    let day = now.plus_millis(-8 * 3_600_000).day();
    let seconds = now.millis().div_euclid(1000).rem_euclid(86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}{minute:02}{second:02}Z", compact(day))
}

/// Text as a value (RFC 5545 §3.3.11). Other control characters have no place in it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' => escaped.push_str("\\n"),
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// One content line, folded between characters and ended as the standard says.
fn put(text: &mut String, line: &str) {
    let mut room = LINE_OCTETS;
    for character in line.chars() {
        let octets = character.len_utf8();
        if octets > room {
            text.push_str("\r\n ");
            // The space that marks a folded line counts too.
            room = LINE_OCTETS - 1;
        }
        room -= octets;
        text.push(character);
    }
    text.push_str("\r\n");
}
