//! What the notices say, and where activity days fall by them.

use hongyan_proto::time::{Day, Month};
use jiff::civil::Weekday;
use proptest::prelude::*;

use super::{ActivityDay, Avoid, Calendar, DayKind, DayRule, Shift};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn held(rule: &DayRule, shift: Shift, month: &str) -> String {
    let days = Calendar::shipped().activity_days(rule, shift, month.parse().unwrap());
    let shown: Vec<_> = days.iter().map(|day| day.held.to_string()).collect();
    shown.join(" ")
}

#[test]
fn the_shipped_table_is_read_and_has_every_year() {
    let text = include_str!("../../../calendar/holidays.csv");
    assert_eq!(&Calendar::parse(text).unwrap(), Calendar::shipped());
    let years: Vec<_> = Calendar::shipped().years().collect();
    assert_eq!(years, (2004..=2026).collect::<Vec<_>>());
}

#[test]
fn a_made_up_day_is_worked_and_a_joined_day_is_not() {
    let calendar = Calendar::shipped();
    for (text, kind) in [
        ("2026-02-14", DayKind::MadeUp("春节")),
        ("2026-02-16", DayKind::Holiday("春节")),
        ("2026-02-28", DayKind::MadeUp("春节")),
        ("2026-10-10", DayKind::MadeUp("国庆节")),
        ("2026-10-17", DayKind::Weekend),
        ("2026-11-23", DayKind::Working),
        // December days of another year's notice.
        ("2018-12-29", DayKind::MadeUp("元旦")),
        ("2018-12-31", DayKind::Holiday("元旦")),
        ("2020-01-31", DayKind::Holiday("春节")),
        ("2015-09-03", DayKind::Holiday("抗战胜利纪念日")),
    ] {
        assert_eq!(calendar.day(day(text)), kind, "{text}");
        let worked = matches!(kind, DayKind::Working | DayKind::MadeUp(_));
        assert_eq!(calendar.is_working_day(day(text)), worked, "{text}");
    }
}

#[test]
fn a_year_without_a_notice_is_provisional_until_one_is_entered() {
    let shipped = Calendar::shipped();
    assert!(shipped.is_provisional(day("2027-01-01")));
    assert!(!shipped.is_provisional(day("2026-12-31")));
    assert!(shipped.is_working_day(day("2027-01-01")));
    let notice = "year,from,to,kind,name\n2027,2027-01-01,2027-01-03,休,元旦\n";
    let amended = shipped.amended(&Calendar::parse(notice).unwrap());
    assert!(!amended.is_provisional(day("2027-06-01")));
    assert!(!amended.is_working_day(day("2027-01-01")));
    assert_eq!(amended.day(day("2026-10-10")), DayKind::MadeUp("国庆节"));
}

#[test]
fn a_corrected_notice_replaces_its_year_and_no_other() {
    // In 2020 the Spring Festival was lengthened by a second notice.
    let corrected = "year,from,to,kind,name\n2020,2020-01-24,2020-01-30,休,春节\n";
    let amended = Calendar::shipped().amended(&Calendar::parse(corrected).unwrap());
    assert!(amended.is_working_day(day("2020-01-31")));
    assert!(
        amended.is_working_day(day("2020-10-01")),
        "the whole year is replaced"
    );
    assert!(!amended.is_working_day(day("2021-10-01")));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of days")]
fn an_activity_day_falls_where_the_rule_and_the_calendar_say() {
    use Avoid::{Holidays, RestDays};
    let table = [
        // An ordinary Wednesday.
        (
            DayRule::Fixed(15),
            Shift::Later(RestDays),
            "2026-07",
            "2026-07-15",
        ),
        // A Saturday moves on to Monday, or back to Friday.
        (
            DayRule::Fixed(15),
            Shift::Later(RestDays),
            "2026-08",
            "2026-08-17",
        ),
        (
            DayRule::Fixed(15),
            Shift::Earlier(RestDays),
            "2026-08",
            "2026-08-14",
        ),
        (
            DayRule::Fixed(15),
            Shift::Nearest(RestDays),
            "2026-08",
            "2026-08-14",
        ),
        // Only statutory holidays count: the Saturday stays.
        (
            DayRule::Fixed(15),
            Shift::Later(Holidays),
            "2026-08",
            "2026-08-15",
        ),
        // 10 October 2026 is a Saturday that is worked: it stays even where weekends are avoided.
        (
            DayRule::Fixed(10),
            Shift::Later(RestDays),
            "2026-10",
            "2026-10-10",
        ),
        // From National Day to the first day after the holidays.
        (
            DayRule::Fixed(1),
            Shift::Later(RestDays),
            "2026-10",
            "2026-10-08",
        ),
        (
            DayRule::Fixed(1),
            Shift::Earlier(RestDays),
            "2026-10",
            "2026-10-08",
        ),
        // From the Spring Festival back to a made-up Saturday.
        (
            DayRule::Fixed(16),
            Shift::Earlier(RestDays),
            "2026-02",
            "2026-02-14",
        ),
        (
            DayRule::Fixed(16),
            Shift::Later(RestDays),
            "2026-02",
            "2026-02-24",
        ),
        // Later would leave the month: 31 May 2026 is a Sunday.
        (
            DayRule::Fixed(31),
            Shift::Later(RestDays),
            "2026-05",
            "2026-05-29",
        ),
        // Earlier would leave the month: 1 March 2026 is a Sunday.
        (
            DayRule::Fixed(1),
            Shift::Earlier(RestDays),
            "2026-03",
            "2026-03-02",
        ),
        // The 31st of a shorter month, and the 29th with and without a leap day.
        (DayRule::Fixed(31), Shift::Never, "2026-06", "2026-06-30"),
        (
            DayRule::Fixed(29),
            Shift::Later(RestDays),
            "2024-02",
            "2024-02-29",
        ),
        (DayRule::Fixed(29), Shift::Never, "2026-02", "2026-02-28"),
        // 28 February 2026 is a Saturday that is worked.
        (
            DayRule::Fixed(29),
            Shift::Later(RestDays),
            "2026-02",
            "2026-02-28",
        ),
        // One of two days; 5 October 2026 is a holiday.
        (
            DayRule::OneOf(vec![10, 5]),
            Shift::Later(Holidays),
            "2026-10",
            "2026-10-08 2026-10-10",
        ),
        (
            DayRule::OneOf(vec![5, 10]),
            Shift::Later(Holidays),
            "2026-09",
            "2026-09-05 2026-09-10",
        ),
        // The first Friday of October 2026 is a holiday and stays where nothing moves it.
        (
            DayRule::NthWeekday(1, Weekday::Friday),
            Shift::Never,
            "2026-10",
            "2026-10-02",
        ),
        (
            DayRule::NthWeekday(1, Weekday::Friday),
            Shift::Later(RestDays),
            "2026-10",
            "2026-10-08",
        ),
        // A fifth Friday, and a month without one.
        (
            DayRule::NthWeekday(5, Weekday::Friday),
            Shift::Never,
            "2026-07",
            "2026-07-31",
        ),
        (
            DayRule::NthWeekday(5, Weekday::Friday),
            Shift::Never,
            "2026-06",
            "2026-06-26",
        ),
        (DayRule::Monthly, Shift::Later(RestDays), "2026-06", ""),
    ];
    for (rule, shift, month, expected) in table {
        assert_eq!(
            held(&rule, shift, month),
            expected,
            "{rule:?} {shift:?} {month}"
        );
    }
}

#[test]
fn a_table_with_an_error_names_its_place() {
    let head = "# remark\nyear,from,to,kind,name\n";
    for (rows, line, column) in [
        ("2026,2026-02-30,2026-03-01,休,春节", 3, 6),
        ("2026,2026-02-20,2026-02-19,休,春节", 3, 17),
        ("2026,2026-02-20,2026-02-21,假,春节", 3, 28),
        ("2026,2026-02-20,2026-02-21,休,", 3, 30),
        ("\n2026,2025-11-20,2025-11-21,休,春节", 4, 6),
        (
            "2026,2026-02-20,2026-02-21,休,春节\n2026,2026-02-21,2026-02-22,班,春节",
            4,
            6,
        ),
        ("二〇二六,2026-02-20,2026-02-21,休,春节", 3, 1),
        ("2026,2026-02-20,休,春节", 3, 1),
    ] {
        let error = Calendar::parse(&format!("{head}{rows}")).unwrap_err();
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{rows}: {error}"
        );
    }
    assert_eq!(Calendar::parse("").unwrap_err().line, 1);
}

fn months() -> impl Strategy<Value = Month> {
    (0_u32..400).prop_map(|ahead| "2003-01".parse::<Month>().unwrap().plus_months(ahead))
}

fn rules() -> impl Strategy<Value = DayRule> {
    prop_oneof![
        (1_u8..=31).prop_map(DayRule::Fixed),
        proptest::collection::vec(1_u8..=31, 1..4).prop_map(DayRule::OneOf),
        (1_u8..=5, 1_i8..=7).prop_map(|(nth, weekday)| {
            DayRule::NthWeekday(nth, Weekday::from_monday_one_offset(weekday).unwrap())
        }),
    ]
}

fn shifts() -> impl Strategy<Value = Shift> {
    let avoid = prop_oneof![Just(Avoid::RestDays), Just(Avoid::Holidays)];
    (0..4, avoid).prop_map(|(which, avoid)| match which {
        0 => Shift::Never,
        1 => Shift::Later(avoid),
        2 => Shift::Earlier(avoid),
        _ => Shift::Nearest(avoid),
    })
}

proptest! {
    #[test]
    fn an_activity_day_never_leaves_its_month(rule in rules(), shift in shifts(), month in months()) {
        let days = Calendar::shipped().activity_days(&rule, shift, month);
        prop_assert!(!days.is_empty());
        for ActivityDay { named, held, .. } in days {
            prop_assert_eq!((named.month(), held.month()), (month, month));
            let worked = Calendar::shipped().is_working_day(held);
            // Every month has working days, so a day that avoids rest days finds one.
            if matches!(shift, Shift::Later(Avoid::RestDays) | Shift::Earlier(Avoid::RestDays) | Shift::Nearest(Avoid::RestDays)) {
                prop_assert!(worked, "{} {}", named, held);
            }
            if Calendar::shipped().is_working_day(named) {
                prop_assert_eq!(named, held);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = Calendar::parse(&text);
        let _ = Calendar::parse(&format!("year,from,to,kind,name\n{text}"));
    }
}
