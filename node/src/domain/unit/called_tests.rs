//! What a text meant on a day.

use hongyan_proto::{
    id::UnitId,
    letter::{UnitChanged, UnitClosed, UnitFounded, UnitKind, UnitPlace},
    time::Day,
};

use super::{Called, Event, Units};

fn id(number: u8) -> UnitId {
    UnitId::from_bytes([number; 16])
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn founded(number: u8, name: &str, kind: UnitKind, parent: Option<u8>, on: &str) -> Event {
    Event::Founded(UnitFounded {
        unit_id: id(number),
        name: name.parse().unwrap(),
        kind,
        place: UnitPlace::Village,
        parent: parent.map(id),
        founded_on: day(on),
        actor: "王".parse().unwrap(),
    })
}

fn changed(number: u8, name: &str, parent: Option<u8>, on: &str) -> Event {
    Event::Changed(UnitChanged {
        unit_id: id(number),
        name: name.parse().unwrap(),
        place: UnitPlace::Village,
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

/// Which unit's number a text gives on a day.
fn meant(units: &Units, text: &str, on: &str) -> Option<u8> {
    let called = Called::of(units);
    let unit = called.unit(text, Some(day(on)))?;
    Some(unit.id.as_bytes()[0])
}

#[test]
fn a_name_means_the_unit_that_had_it_then() {
    let units = Units::of([
        founded(1, "东街支部", UnitKind::Branch, None, "2020-01-01"),
        changed(1, "东街第一支部", None, "2026-06-01"),
        founded(2, "东街支部", UnitKind::Branch, None, "2026-07-01"),
        founded(3, "西街支部", UnitKind::Branch, None, "2020-01-01"),
        closed(3, "2026-03-01"),
    ]);
    assert_eq!(meant(&units, "东街支部", "2026-05-31"), Some(1));
    // Nobody had the name in June: who had it last.
    assert_eq!(meant(&units, "东街支部", "2026-06-15"), Some(1));
    assert_eq!(meant(&units, "东街支部", "2026-07-01"), Some(2));
    // Entered late under the new name, about a day before it.
    assert_eq!(meant(&units, "东街第一支部", "2026-02-01"), Some(1));
    assert_eq!(meant(&units, "西街支部", "2026-02-01"), Some(3));
    assert_eq!(meant(&units, "中共西街支部委员会", "2026-02-01"), Some(3));
    // A record from before the tree was entered.
    assert_eq!(meant(&units, "西街支部", "2019-02-01"), Some(3));
    // Two were ever called so, and a spelling is no path: what is open counts, when it is one.
    assert_eq!(meant(&units, "东街党支部", "2026-08-01"), Some(2));
    assert_eq!(meant(&units, "北街支部", "2026-02-01"), None);
}

#[test]
fn a_path_changes_with_the_units_above() {
    let units = Units::of([
        founded(1, "东街总支", UnitKind::GeneralBranch, None, "2020-01-01"),
        founded(2, "一支部", UnitKind::Branch, None, "2020-01-01"),
        founded(3, "一组", UnitKind::Group, Some(2), "2020-01-01"),
        changed(2, "一支部", Some(1), "2026-03-01"),
        changed(1, "东城总支", None, "2026-09-01"),
    ]);
    for (path, on) in [
        ("一支部/一组", "2026-02-01"),
        ("东街总支/一支部/一组", "2026-04-01"),
        ("东城总支/一支部/一组", "2026-10-01"),
    ] {
        assert_eq!(meant(&units, path, on), Some(3), "{path}");
        assert_eq!(units.path_on(id(3), day(on)), path);
    }
    assert_eq!(meant(&units, "一支部", "2026-10-01"), Some(2));
    assert_eq!(units.path(id(2)), "东城总支/一支部");
}
