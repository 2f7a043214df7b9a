//! The tree as tables: what may be entered, and what is then true.

use hongyan_proto::{
    id::{MemberId, UnitId},
    letter::{
        OfficerAppointed, OfficerEnded, OfficerRole, UnitChanged, UnitClosed, UnitFounded,
        UnitKind, UnitPlace,
    },
    time::Day,
};
use proptest::prelude::*;

use super::*;

fn id(number: u8) -> UnitId {
    UnitId::from_bytes([number; 16])
}

fn member(number: u8) -> MemberId {
    MemberId::from_bytes([number; 16])
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn founded(number: u8, name: &str, kind: UnitKind, parent: Option<u8>) -> Event {
    Event::Founded(UnitFounded {
        unit_id: id(number),
        name: name.parse().unwrap(),
        kind,
        place: UnitPlace::Village,
        parent: parent.map(id),
        founded_on: day("2020-01-01"),
        actor: "王".parse().unwrap(),
    })
}

fn changed(number: u8, name: &str, parent: Option<u8>, on: &str) -> Event {
    Event::Changed(UnitChanged {
        unit_id: id(number),
        name: name.parse().unwrap(),
        place: UnitPlace::Community,
        parent: parent.map(id),
        changed_on: day(on),
        reason: None,
        actor: "王".parse().unwrap(),
    })
}

fn closed(number: u8, on: &str) -> Event {
    Event::Closed(UnitClosed {
        unit_id: id(number),
        closed_on: day(on),
        reason: None,
        actor: "王".parse().unwrap(),
    })
}

/// One general branch with two branches, one of them with two groups; one branch directly below the committee.
fn tree() -> Vec<Event> {
    vec![
        founded(1, "东街党总支", UnitKind::GeneralBranch, None),
        founded(2, "第一党支部", UnitKind::Branch, Some(1)),
        founded(3, "第二党支部", UnitKind::Branch, Some(1)),
        founded(4, "第一党小组", UnitKind::Group, Some(2)),
        founded(5, "第二党小组", UnitKind::Group, Some(2)),
        founded(6, "机关党支部", UnitKind::Branch, None),
    ]
}

const TODAY: &str = "2026-11-22";

#[test]
fn the_tree_in_its_order() {
    let units = Units::of(tree());
    let order: Vec<(usize, String)> = units
        .in_order()
        .into_iter()
        .map(|(depth, unit)| (depth, unit.name().to_owned()))
        .collect();
    let expected = [
        (0, "东街党总支"),
        (1, "第一党支部"),
        (2, "第一党小组"),
        (2, "第二党小组"),
        (1, "第二党支部"),
        (0, "机关党支部"),
    ];
    assert_eq!(
        order,
        expected.map(|(depth, name)| (depth, name.to_owned()))
    );
    assert_eq!(units.path(id(5)), "东街党总支/第一党支部/第二党小组");
    assert_eq!(units.within(id(1)).len(), 5);
    assert_eq!(units.branch_of(id(4)).unwrap().id, id(2));
    assert!(units.branch_of(id(1)).is_none());
}

#[test]
fn a_name_as_officers_spell_it() {
    let units = Units::of(tree());
    for (text, found) in [
        ("机关党支部", Some(6)),
        ("机关支部", Some(6)),
        ("中共机关支部委员会", Some(6)),
        ("机 关 党支部", Some(6)),
        ("东街党总支/第一党支部", Some(2)),
        ("东街总支/第一支部", Some(2)),
        ("第二党支部", Some(3)),
        ("第三党支部", None),
        ("西街党总支/第一党支部", None),
    ] {
        let unit = units.unit_of(None, Some(text)).map(|unit| unit.id);
        assert_eq!(unit, found.map(id), "{text}");
    }
    // Two are called so: neither is guessed.
    let mut events = tree();
    events.push(founded(7, "第一支部", UnitKind::Branch, None));
    let units = Units::of(events);
    assert_eq!(units.named("第一党支部").len(), 2);
    assert!(units.unit_of(None, Some("第一党支部")).is_none());
    assert_eq!(
        units.unit_of(Some(id(2)), Some("旧名称")).unwrap().id,
        id(2)
    );
}

#[test]
fn what_may_be_founded() {
    let units = Units::of(tree());
    let found = |name: &str, kind, parent: Option<u8>, on: &str| {
        let found = Found {
            name,
            kind,
            parent: parent.map(id),
            on: day(on),
        };
        units.may_found(found, day(TODAY))
    };
    assert_eq!(
        found("第三党支部", UnitKind::Branch, Some(1), TODAY),
        Ok(())
    );
    assert_eq!(found("第一党支部", UnitKind::Branch, None, TODAY), Ok(()));
    assert_eq!(
        found("第一支部", UnitKind::Branch, Some(1), TODAY),
        Err(UnitRefusal::Taken("第一支部".to_owned()))
    );
    assert_eq!(
        found("新", UnitKind::Branch, None, "2026-11-23"),
        Err(UnitRefusal::Future(day("2026-11-23")))
    );
    assert_eq!(
        found("新", UnitKind::Branch, Some(9), TODAY),
        Err(UnitRefusal::Unknown)
    );
    assert_eq!(
        found("a/b", UnitKind::Branch, None, TODAY),
        Err(UnitRefusal::Slash)
    );
    for (kind, parent) in [
        (UnitKind::GeneralBranch, Some(1)),
        (UnitKind::GeneralBranch, Some(2)),
        (UnitKind::Branch, Some(2)),
        (UnitKind::Branch, Some(4)),
        (UnitKind::Group, None),
        (UnitKind::Group, Some(1)),
        (UnitKind::Group, Some(4)),
    ] {
        let refused = found("新", kind, parent, TODAY);
        assert!(
            matches!(refused, Err(UnitRefusal::Order { .. })),
            "{kind} {parent:?} {refused:?}"
        );
    }
}

#[test]
fn moving_renaming_and_closing() {
    let units = Units::of(tree());
    let moved = |number: u8, parent: Option<u8>| {
        let change = Change {
            name: None,
            place: None,
            above: parent.map(id).into(),
            on: day(TODAY),
        };
        units.may_change(id(number), change, day(TODAY)).map(drop)
    };
    assert_eq!(moved(2, None), Ok(()));
    assert_eq!(moved(4, Some(3)), Ok(()));
    assert_eq!(moved(2, Some(1)), Err(UnitRefusal::Same));
    assert_eq!(moved(2, Some(4)), Err(UnitRefusal::Loop));
    assert_eq!(moved(1, Some(1)), Err(UnitRefusal::Loop));
    assert!(matches!(moved(4, None), Err(UnitRefusal::Order { .. })));
    let close = |number, members| units.may_close(id(number), day(TODAY), members, day(TODAY));
    assert_eq!(close(6, 0), Ok(()));
    assert!(matches!(close(6, 3), Err(UnitRefusal::HasMembers(_, 3))));
    assert!(matches!(close(2, 0), Err(UnitRefusal::HasUnits(_, 2))));
    let mut events = tree();
    events.push(changed(6, "机关第一党支部", Some(1), "2026-06-15"));
    events.push(closed(6, "2026-09-01"));
    let units = Units::of(events);
    let unit = units.get(id(6)).unwrap();
    let name = |on: &str| unit.on(day(on)).map(|stage| stage.name.as_str());
    assert_eq!(name("2019-12-31"), None);
    assert_eq!(name("2026-06-14"), Some("机关党支部"));
    assert_eq!(name("2026-06-15"), Some("机关第一党支部"));
    assert_eq!(name("2026-09-01"), None);
    assert!(matches!(
        units.may_close(id(6), day(TODAY), 0, day(TODAY)),
        Err(UnitRefusal::Closed(_, _))
    ));
    // A closed one leaves its name free.
    assert!(units.named("机关第一党支部").is_empty());
}

fn appointed(
    unit: Option<u8>,
    who: u8,
    role: OfficerRole,
    from: &str,
    until: Option<&str>,
) -> Event {
    Event::Appointed(OfficerAppointed {
        unit_id: unit.map(id),
        member_id: member(who),
        role,
        from: day(from),
        until: until.map(day),
        actor: "王".parse().unwrap(),
    })
}

#[test]
fn offices_are_held_until_they_are_ended() {
    let mut events = tree();
    events.push(appointed(
        Some(2),
        1,
        OfficerRole::Secretary,
        "2020-02-01",
        Some("2023-01-31"),
    ));
    let units = Units::of(events.clone());
    let secretary = |units: &Units, on: &str| {
        units
            .officers_of(Some(id(2)), day(on))
            .map(|officer| officer.member)
            .collect::<Vec<_>>()
    };
    assert!(secretary(&units, "2020-01-31").is_empty());
    assert_eq!(secretary(&units, "2026-01-01"), [member(1)]);
    assert!(units.officers()[0].is_overdue(day("2023-02-01")));
    let appoint = |units: &Units, unit: Option<u8>, who, role| {
        units.may_appoint(unit.map(id), member(who), role, day(TODAY), day(TODAY))
    };
    assert_eq!(
        appoint(&units, Some(2), 2, OfficerRole::Secretary),
        Err(UnitRefusal::Held(OfficerRole::Secretary))
    );
    assert_eq!(
        appoint(&units, Some(2), 2, OfficerRole::CommitteeMember),
        Ok(())
    );
    assert_eq!(appoint(&units, None, 2, OfficerRole::Secretary), Ok(()));
    assert_eq!(
        appoint(&units, Some(4), 2, OfficerRole::GroupLeader),
        Ok(())
    );
    assert!(matches!(
        appoint(&units, Some(4), 2, OfficerRole::Secretary),
        Err(UnitRefusal::NoOffice(_, _))
    ));
    assert!(matches!(
        appoint(&units, Some(2), 2, OfficerRole::GroupLeader),
        Err(UnitRefusal::NoOffice(_, _))
    ));
    let end = |units: &Units, who, on: &str| {
        units.may_end(
            Some(id(2)),
            member(who),
            OfficerRole::Secretary,
            day(on),
            day(TODAY),
        )
    };
    assert_eq!(end(&units, 1, "2026-03-01"), Ok(()));
    assert!(matches!(
        end(&units, 1, "2020-01-01"),
        Err(UnitRefusal::Before(_, _))
    ));
    assert!(matches!(
        end(&units, 2, "2026-03-01"),
        Err(UnitRefusal::NotHeld(_))
    ));
    events.push(Event::Ended(OfficerEnded {
        unit_id: Some(id(2)),
        member_id: member(1),
        role: OfficerRole::Secretary,
        ended_on: day("2026-03-01"),
        reason: None,
        actor: "王".parse().unwrap(),
    }));
    let units = Units::of(events);
    assert_eq!(secretary(&units, "2026-03-01"), [member(1)]);
    assert!(secretary(&units, "2026-03-02").is_empty());
    assert_eq!(appoint(&units, Some(2), 2, OfficerRole::Secretary), Ok(()));
    assert_eq!(units.offices_of(member(1), day("2026-01-01")).count(), 1);
}

/// Any wish, most of them refused.
fn wishes() -> impl Strategy<Value = Vec<(u8, u8, u8, bool)>> {
    prop::collection::vec((0..8_u8, 0..8_u8, 0..3_u8, any::<bool>()), 1..60)
}

proptest! {
    /// Whatever is allowed, no unit ever stands below itself, nothing open below something closed, and kinds keep their order.
    #[test]
    fn whatever_is_allowed_keeps_the_tree_a_tree(wishes in wishes()) {
        let today = day(TODAY);
        let mut events = Vec::new();
        for (at, parent, kind, close) in wishes {
            let units = Units::of(events.clone());
            let kind = UnitKind::ALL[usize::from(kind)];
            let parent = (parent > 0).then_some(parent);
            let name = format!("第{at}");
            let found = Found { name: &name, kind, parent: parent.map(id), on: day("2020-01-01") };
            if close {
                if units.may_close(id(at), today, 0, today).is_ok() {
                    events.push(closed(at, TODAY));
                }
            } else if units.get(id(at)).is_none() {
                if units.may_found(found, today).is_ok() {
                    events.push(founded(at, &name, kind, parent));
                }
            } else {
                let change = Change { name: None, place: None, above: parent.map(id).into(), on: today };
                if units.may_change(id(at), change, today).is_ok() {
                    events.push(changed(at, &name, parent, TODAY));
                }
            }
        }
        let units = Units::of(events);
        prop_assert_eq!(units.in_order().len(), units.open().count());
        for unit in units.open() {
            prop_assert!(!units.path(unit.id).is_empty());
            if let Some(parent) = unit.parent() {
                let above = units.get(parent).unwrap();
                prop_assert!(above.is_open() && above.kind < unit.kind);
            }
        }
    }
}
