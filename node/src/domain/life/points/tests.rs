//! Tests of `points`.

use super::*;

const TABLE: [Points; 3] = [
    Points {
        item: PointItem::ActivityDay,
        most: 20,
    },
    Points {
        item: PointItem::Oversight,
        most: 20,
    },
    Points {
        item: PointItem::Training,
        most: 20,
    },
];

#[test]
fn an_item_brings_its_share_and_never_more() {
    let facts = Facts {
        activity_days: Share { done: 2, of: 3 },
        training: Share { done: 500, of: 320 },
        ..Facts::default()
    };
    let scores = scores(&TABLE, &facts);
    let tenths: Vec<_> = scores.iter().map(|score| score.tenths).collect();
    assert_eq!(tenths, [Some(133), None, Some(200)]);
    assert_eq!(total(&scores), 333);
}

#[test]
fn what_was_not_due_yet_is_not_counted() {
    let none = scores(&TABLE, &Facts::default());
    assert!(none.iter().all(|score| score.tenths.is_none()));
    assert_eq!(total(&none), 0);
}
