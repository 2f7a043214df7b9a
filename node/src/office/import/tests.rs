//! The plan as tables: who a row is, what it changes, what contradicts.

use hongyan_proto::{
    id::{MemberId, UnitId},
    letter::{UnitFounded, UnitKind, UnitPlace},
    time::Day,
};

use super::{
    plan::{Plan, plan},
    result::Outcome,
};
use crate::{
    book::Member,
    domain::unit::{Event, Units},
    office::roster_file,
};

fn today() -> Day {
    "2026-11-22".parse().unwrap()
}

fn founded(number: u8, name: &str, kind: UnitKind, parent: Option<u8>) -> Event {
    Event::Founded(UnitFounded {
        unit_id: UnitId::from_bytes([number; 16]),
        name: name.parse().unwrap(),
        kind,
        place: UnitPlace::Village,
        parent: parent.map(|parent| UnitId::from_bytes([parent; 16])),
        founded_on: "2020-01-01".parse().unwrap(),
        actor: "王".parse().unwrap(),
    })
}

fn planned(csv: &str, members: &[Member], units: &Units, found: bool) -> Plan {
    let roster = roster_file::read(csv.as_bytes(), "a.csv", today()).unwrap();
    let mut number = 100;
    let mut next = || {
        number += 1;
        UnitId::from_bytes([number; 16])
    };
    plan(
        roster,
        members.to_vec(),
        units.clone(),
        found.then_some(&mut next),
        today(),
    )
}

/// The roster after a plan.
fn after(plan: Plan, members: &[Member], units: &Units) -> (Vec<Member>, Units) {
    let mut members = members.to_vec();
    let mut units = units.clone();
    for founded in plan.founded {
        units.apply(Event::Founded(founded));
    }
    for change in plan.changes {
        let number = u8::try_from(members.len() + 1).unwrap();
        let id = change.member.unwrap_or(MemberId::from_bytes([number; 16]));
        members.retain(|member| member.member_id != id);
        members.push(Member {
            member_id: id,
            details: change.details,
            unit: change.unit,
            removed: false,
            actor: "王".parse().unwrap(),
            unit_id: change.unit_id,
            since: None,
            exit: None,
        });
    }
    (members, units)
}

fn outcomes(plan: &Plan) -> Vec<Outcome> {
    let of = |code: i32| {
        use Outcome::{Added, Changed, Refused, Unchanged};
        [Added, Changed, Unchanged, Refused]
            .into_iter()
            .find(|outcome| *outcome as i32 == code)
            .unwrap()
    };
    plan.imported
        .rows
        .iter()
        .map(|row| of(row.outcome))
        .collect()
}

use Outcome::{Added, Changed, Refused, Unchanged};

const HEADER: &str = "姓名,出生年月,身份证号,所在党支部,活动证号,手机\n";
const ONE: &str = "11010519491231002X";
const TWO: &str = "440524188001010014";

#[test]
fn what_was_imported_changes_nothing_when_it_comes_again() {
    let file = format!(
        "{HEADER}张三,1949-12,{ONE},第一支部,A1,13900000001\n李四,1980-05,,第二支部,,\n王五,,,,,\n"
    );
    let nothing = Units::default();
    let first = planned(&file, &[], &nothing, false);
    assert_eq!(outcomes(&first), [Added; 3]);
    assert_eq!(first.imported.unknown_units, ["第一支部", "第二支部"]);
    assert_eq!(first.imported.rows[0].changes.len(), 6);
    let (members, units) = after(first, &[], &nothing);
    let again = planned(&file, &members, &units, false);
    assert_eq!(outcomes(&again), [Unchanged; 3]);
    assert!(again.changes.is_empty());
    // Known by its number alone; what the file is silent about stays.
    let less = planned(
        &format!("姓名,身份证号\n张三,{ONE}\n"),
        &members,
        &units,
        false,
    );
    assert_eq!(outcomes(&less), [Unchanged]);
    let moved = planned(
        &format!("{HEADER}张三,,{ONE},第二支部,A1,13900000009\n"),
        &members,
        &units,
        false,
    );
    assert_eq!(outcomes(&moved), [Changed]);
    let changes: Vec<_> = moved.imported.rows[0]
        .changes
        .iter()
        .map(|change| {
            (
                change.column.as_str(),
                change.old.as_str(),
                change.new.as_str(),
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            ("所在党支部", "第一支部", "第二支部"),
            ("联系电话", "13900000001", "13900000009"),
        ]
    );
}

#[test]
fn rows_that_contradict_are_both_refused_and_repeated_ones_once() {
    let nothing = Units::default();
    for (rows, expected) in [
        // The same person twice.
        (
            format!("张三,,{ONE},第一支部,,\n张三,,{ONE},第一支部,,\n"),
            vec![Added, Refused],
        ),
        (
            format!("张三,,{ONE},第一支部,,\n张三,,{ONE},,,\n"),
            vec![Added, Refused],
        ),
        // In two branches.
        (
            format!("张三,,{ONE},第一支部,,\n李四,,,,,\n张三,,{ONE},第二支部,,\n"),
            vec![Refused, Added, Refused],
        ),
        // One certificate, two people.
        (
            format!("张三,,{ONE},,A1,\n李四,,{TWO},,A1,\n"),
            vec![Refused, Refused],
        ),
        // One name and month, two numbers: two people.
        (
            format!("张三,1980-05,{ONE},,,\n张三,1980-05,{TWO},,,\n"),
            vec![Added, Added],
        ),
        // One name and month, one number: the same.
        (
            format!("张三,1980-05,{ONE},,,\n张三,1980-05,,,,\n"),
            vec![Added, Refused],
        ),
        ("张三,,,,,\n张三,,,,,\n".to_owned(), vec![Added, Refused]),
    ] {
        let plan = planned(&format!("{HEADER}{rows}"), &[], &nothing, false);
        assert_eq!(outcomes(&plan), expected, "{rows}");
        for row in plan
            .imported
            .rows
            .iter()
            .filter(|row| row.outcome == Refused as i32)
        {
            assert!(row.problems[0].text.contains('第'), "{rows}");
        }
    }
}

#[test]
fn who_a_row_is_against_the_roster() {
    let nothing = Units::default();
    let file =
        format!("{HEADER}张三,1949-12,{ONE},,A1,\n李四,1980-05,{TWO},,A2,\n王五,1990-01,,,,\n");
    let (members, _) = after(planned(&file, &[], &nothing, false), &[], &nothing);
    for (row, expected) in [
        // By certificate; a number is learnt.
        ("王五,1990-01,,,A3,", Changed),
        // The certificate of another.
        ("王五,1990-01,,,A1,", Refused),
        // One's number, another's certificate.
        (&format!("张三,,{ONE},,A2,"), Refused),
        // Another number under a known name and month: another person.
        ("张三,1949-12,110105199001010010,,,", Added),
    ] {
        let plan = planned(&format!("{HEADER}{row}\n"), &members, &nothing, false);
        assert_eq!(outcomes(&plan), [expected], "{row}");
    }
    // A name alone may mean anybody of that name.
    for file in ["张三,,,,,\n", "赵六,1970-01,,,,\n赵六,,,,,\n"] {
        let plan = planned(&format!("{HEADER}{file}"), &members, &nothing, false);
        assert_eq!(outcomes(&plan).last(), Some(&Refused), "{file}");
    }
    // Of whom the roster has the name alone, more is learnt; but of one of two only.
    let (named, _) = after(
        planned(&format!("{HEADER}赵六,,,,,\n"), &[], &nothing, false),
        &[],
        &nothing,
    );
    for (file, expected) in [
        ("赵六,,,,,\n".to_owned(), vec![Unchanged]),
        (format!("赵六,1980-05,{TWO},,,\n"), vec![Changed]),
        (
            format!("赵六,1949-12,{ONE},,,\n赵六,1980-05,{TWO},,,\n"),
            vec![Refused, Refused],
        ),
        (
            format!("赵六,1949-12,{ONE},,,\n赵六,,,,,\n赵六,1980-05,{TWO},,,\n"),
            vec![Refused; 3],
        ),
    ] {
        let plan = planned(&format!("{HEADER}{file}"), &named, &nothing, false);
        assert_eq!(outcomes(&plan), expected, "{file}");
    }
    // Somebody known by the name alone beside a namesake who is known better: each row is who it was.
    let file = format!("{HEADER}赵六,1980-05,{TWO},,,\n");
    let (both, _) = after(planned(&file, &[], &nothing, false), &[], &nothing);
    let mut twin = named[0].clone();
    twin.member_id = MemberId::from_bytes([98; 16]);
    let both = [both, vec![twin]].concat();
    let plan = planned(&format!("{file}赵六,,,,,\n"), &both, &nothing, false);
    assert_eq!(outcomes(&plan), [Unchanged, Unchanged]);
    // Two of one name and month are not told apart.
    let mut twins = members.clone();
    let mut twin = members[2].clone();
    twin.member_id = MemberId::from_bytes([99; 16]);
    twins.push(twin);
    let plan = planned(
        &format!("{HEADER}王五,1990-01,,,,13900000001\n"),
        &twins,
        &nothing,
        false,
    );
    assert_eq!(outcomes(&plan), [Refused]);
    // One who left comes back.
    let mut left = members.clone();
    left[0].removed = true;
    let plan = planned(&format!("{HEADER}张三,,{ONE},,,\n"), &left, &nothing, false);
    assert_eq!(outcomes(&plan), [Changed]);
    assert_eq!(plan.imported.rows[0].changes[0].new, "在册");
}

#[test]
fn a_path_may_leave_out_what_stands_above() {
    let units = Units::of([
        founded(1, "街道总支", UnitKind::GeneralBranch, None),
        founded(2, "东街支部", UnitKind::Branch, Some(1)),
        founded(3, "第一党小组", UnitKind::Group, Some(2)),
        founded(4, "西街支部", UnitKind::Branch, Some(1)),
        founded(5, "第一党小组", UnitKind::Group, Some(4)),
    ]);
    let file = format!("{HEADER}张三,,,东街党支部/第一小组,,\n李四,,,西街支部/第一党小组,,\n");
    let plan = planned(&file, &[], &units, true);
    assert_eq!(outcomes(&plan), [Added; 2]);
    let ids: Vec<_> = plan.changes.iter().map(|change| change.unit_id).collect();
    let unit = |id| Some(UnitId::from_bytes([id; 16]));
    assert_eq!(ids, [unit(3), unit(5)]);
    assert!(plan.founded.is_empty() && plan.imported.unknown_units.is_empty());
    let (members, _) = after(plan, &[], &units);
    let again = planned(&file, &members, &units, false);
    assert_eq!(outcomes(&again), [Unchanged; 2]);
    // Alone the name fits both; with another branch before it, neither.
    let plan = planned(
        &format!("{HEADER}张三,,,第一党小组,,\n"),
        &[],
        &units,
        false,
    );
    assert_eq!(outcomes(&plan), [Refused]);
    let plan = planned(
        &format!("{HEADER}张三,,,街支部/第一党小组,,\n"),
        &[],
        &units,
        false,
    );
    assert_eq!(plan.imported.unknown_units, ["街支部/第一党小组"]);
    assert_eq!(outcomes(&plan), [Refused]);
}

#[test]
fn a_branch_that_the_tree_lacks_is_refused_with_what_to_do_and_like_names() {
    let units = Units::of([
        founded(1, "东街党支部", UnitKind::Branch, None),
        founded(2, "机关党支部", UnitKind::Branch, None),
    ]);
    let file = format!("{HEADER}张三,,,东接党支部,,\n李四,,,东街支部,,\n王五,,,,,\n");
    let plan = planned(&file, &[], &units, false);
    assert_eq!(outcomes(&plan), [Refused, Added, Added]);
    let said = &plan.imported.rows[0].problems[0];
    assert_eq!(said.column, "所在党支部");
    for part in ["相近的有 东街党支部", "--found-units", "not in the tree"] {
        assert!(said.text.contains(part), "{}", said.text);
    }
    assert_eq!(plan.imported.unknown_units, ["东接党支部"]);
}

#[test]
fn one_certificate_for_two_names_is_an_error_of_both_rows() {
    let file = format!("{HEADER}证三,1985-05,,第一支部,LD78,\n证四,1986-05,,第一支部,LD78,\n");
    let plan = planned(&file, &[], &Units::default(), false);
    assert_eq!(outcomes(&plan), [Refused; 2]);
    for (row, other) in plan.imported.rows.iter().zip(["第 3 行", "第 2 行"]) {
        let said = &row.problems[0];
        assert_eq!(said.column, "流动党员活动证编号");
        assert!(
            said.text.contains(other) && said.text.contains("不是同一人"),
            "{}",
            said.text
        );
    }
}

#[test]
fn units_are_found_by_their_names_and_founded_on_wish() {
    let units = Units::of([
        founded(1, "东街党总支", UnitKind::GeneralBranch, None),
        founded(2, "第一党支部", UnitKind::Branch, Some(1)),
        founded(3, "机关党支部", UnitKind::Branch, None),
        founded(4, "机关支部二", UnitKind::Branch, None),
    ]);
    let file = format!(
        "{HEADER}张三,,,第一支部,,\n李四,,,东街党总支/第一党支部,,\n王五,,,西街村党支部/第一党小组,,\n赵六,,,西街村党支部,,\n"
    );
    // Without a tree the names are taken as they are; with one, two of them are in it.
    let (early, _) = after(
        planned(&file, &[], &Units::default(), false),
        &[],
        &Units::default(),
    );
    let kept = planned(&file, &early, &units, false);
    assert_eq!(outcomes(&kept), [Changed, Changed, Unchanged, Unchanged]);
    let ids: Vec<_> = kept.changes.iter().map(|change| change.unit_id).collect();
    let first = Some(UnitId::from_bytes([2; 16]));
    assert_eq!(ids, [first, first]);
    assert_eq!(
        kept.imported.unknown_units,
        ["西街村党支部/第一党小组", "西街村党支部"]
    );
    assert!(kept.founded.is_empty());
    let (members, _) = after(kept, &early, &units);
    let plan = planned(&file, &members, &units, true);
    assert_eq!(outcomes(&plan), [Unchanged, Unchanged, Changed, Changed]);
    let new: Vec<_> = plan
        .founded
        .iter()
        .map(|unit| {
            (
                unit.name.as_str(),
                unit.kind,
                unit.place,
                unit.parent.is_some(),
            )
        })
        .collect();
    assert_eq!(
        new,
        [
            ("西街村党支部", UnitKind::Branch, UnitPlace::Village, false),
            ("第一党小组", UnitKind::Group, UnitPlace::Other, true),
        ]
    );
    let (members, units) = after(plan, &members, &units);
    let again = planned(&file, &members, &units, true);
    assert_eq!(outcomes(&again), [Unchanged; 4]);
    assert!(again.founded.is_empty() && again.imported.unknown_units.is_empty());
    // Two are called so.
    let twice = Units::of([
        founded(1, "东街党总支", UnitKind::GeneralBranch, None),
        founded(2, "第一党支部", UnitKind::Branch, Some(1)),
        founded(3, "第一党支部", UnitKind::Branch, None),
    ]);
    let plan = planned(&format!("{HEADER}张三,,,第一支部,,\n"), &[], &twice, true);
    assert_eq!(outcomes(&plan), [Refused]);
    // A group cannot stand below the committee.
    let plan = planned(
        &format!("{HEADER}张三,,,第一党小组,,\n"),
        &[],
        &Units::default(),
        true,
    );
    assert_eq!(outcomes(&plan), [Refused]);
}
