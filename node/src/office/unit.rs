//! The tree of units: founding, changing and closing them, and whose members belong where.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::UnitId,
    letter::{Text, UnitChanged, UnitClosed, UnitFounded, UnitKind, UnitPlace},
    time::Day,
};

use super::{Answer, Office, OfficeError, Request, find, happened::happened, roster};
use crate::{
    book::{self, Former, Member},
    domain::unit::{Above, Called, Change, Found, Unit, Units},
};

/// The tree with the number of members that belong to each unit itself.
pub(super) struct Tree {
    pub(super) units: Units,
    members: BTreeMap<UnitId, u32>,
    /// Members that belong to no unit of the tree.
    pub(super) without_unit: u32,
}

impl Tree {
    fn new(units: Units, members: &[Member]) -> Self {
        let mut tree = Self {
            units,
            members: BTreeMap::new(),
            without_unit: 0,
        };
        // A name is looked up once: older entries have names only, and many members share one.
        let mut named: BTreeMap<&str, Option<UnitId>> = BTreeMap::new();
        for member in members.iter().filter(|member| !member.removed) {
            let unit = match (member.unit_id, &member.unit) {
                (Some(id), _) => tree.units.get(id).map(|unit| unit.id),
                (None, Some(name)) => *named.entry(name.as_str()).or_insert_with(|| {
                    tree.units
                        .unit_of(None, Some(name.as_str()))
                        .map(|unit| unit.id)
                }),
                (None, None) => None,
            };
            match unit {
                Some(id) => *tree.members.entry(id).or_default() += 1,
                None => tree.without_unit += 1,
            }
        }
        tree
    }

    /// How many members belong to a unit itself.
    pub(super) fn members_of(&self, id: UnitId) -> u32 {
        self.members.get(&id).copied().unwrap_or_default()
    }
}

/// The tree as it is.
pub(super) fn tree(office: &Office) -> Result<Tree, OfficeError> {
    let members = book::members(&office.store)?;
    Ok(Tree::new(book::units(&office.store)?, &members))
}

/// The member with its unit as it is called now: the entry has the name it had then.
pub(super) fn called_now(units: &Units, mut member: Member) -> Member {
    if let Some(id) = member.unit_id
        && let Ok(path) = Text::new(units.path(id))
    {
        member.unit = Some(path);
    }
    member
}

/// A unit to be founded.
#[derive(Clone, Debug)]
pub(super) struct Founding {
    pub(super) name: Text<30>,
    pub(super) kind: UnitKind,
    pub(super) place: UnitPlace,
    /// As a person names it; empty: the committee.
    pub(super) above: String,
    pub(super) on: Day,
}

/// Founds a unit. The answer's extra is its id.
pub(super) async fn found(
    office: &Office,
    request: Request,
    founding: Founding,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            happened(founding.on, desk.today, "on")?;
            let units = book::units(desk.draft)?;
            let parent = find::above(&units, &founding.above)?;
            let found = Found {
                name: founding.name.as_str(),
                kind: founding.kind,
                parent,
                on: founding.on,
            };
            units.may_found(found, desk.today)?;
            let unit_id = UnitId::random(desk.draft.rng());
            let entry = UnitFounded {
                unit_id,
                name: founding.name,
                kind: founding.kind,
                place: founding.place,
                parent,
                founded_on: founding.on,
                actor: desk.actor.clone(),
            };
            desk.enter(&entry.into(), None)?;
            Ok(about(unit_id))
        })
        .await
}

fn about(id: UnitId) -> Answer {
    Answer {
        extra: id.to_field(),
        ..Answer::default()
    }
}

/// The unit an answer is about, as it is now.
pub(super) fn of_answer(units: &Units, answer: &Answer) -> Result<UnitId, OfficeError> {
    UnitId::from_slice(&answer.extra)
        .ok()
        .filter(|id| units.get(*id).is_some())
        .ok_or_else(|| OfficeError::Damaged("请求记录 request record".to_owned()))
}

/// What is to be otherwise; none stays.
#[derive(Clone, Debug)]
pub(super) struct Changing {
    pub(super) unit: String,
    pub(super) name: Option<Text<30>>,
    pub(super) place: Option<UnitPlace>,
    /// The unit above as a person names it; empty: the committee.
    pub(super) above: Option<String>,
    pub(super) on: Day,
    pub(super) reason: Option<Text<500>>,
}

/// Changes a unit's name, seat or place in the tree.
pub(super) async fn change(
    office: &Office,
    request: Request,
    changing: Changing,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let units = book::units(desk.draft)?;
            let id = find::unit(&units, &changing.unit)?.id;
            let above = match &changing.above {
                Some(above) => find::above(&units, above)?.into(),
                None => Above::Same,
            };
            let wish = Change {
                name: changing.name.as_ref().map(Text::as_str),
                place: changing.place,
                above,
                on: changing.on,
            };
            let now = units.may_change(id, wish, desk.today)?.now();
            let entry = UnitChanged {
                unit_id: id,
                name: changing.name.unwrap_or_else(|| now.name.clone()),
                place: changing.place.unwrap_or(now.place),
                parent: above.of(now.parent),
                changed_on: changing.on,
                reason: changing.reason,
                actor: desk.actor.clone(),
            };
            desk.enter(&entry.into(), None)?;
            Ok(about(id))
        })
        .await
}

/// Closes a unit that nobody belongs to.
pub(super) async fn close(
    office: &Office,
    request: Request,
    unit: String,
    on: Day,
    reason: Option<Text<500>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let members = book::members(desk.draft)?;
            let tree = Tree::new(book::units(desk.draft)?, &members);
            let id = find::unit(&tree.units, &unit)?.id;
            let members = usize::try_from(tree.members_of(id)).unwrap_or(usize::MAX);
            tree.units.may_close(id, on, members, desk.today)?;
            let entry = UnitClosed {
                unit_id: id,
                closed_on: on,
                reason,
                actor: desk.actor.clone(),
            };
            desk.enter(&entry.into(), None)?;
            Ok(about(id))
        })
        .await
}

/// Members belong to a unit from a day on. Those who do already stay as they are, except that who came later than that day, by the record, came
/// on it. How many that is about is in how many entries were written.
pub(super) async fn assign(
    office: &Office,
    request: Request,
    unit: String,
    members: Vec<String>,
    on: Day,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let units = book::units(desk.draft)?;
            let id = find::unit(&units, &unit)?.id;
            let founded = units.existing(id)?.founded_on();
            let path = Text::new(units.path(id))?;
            if on < founded {
                return Err(OfficeError::field(
                    "on",
                    format!("{path} 自 {founded} 起设立, 请用该日或以后的日期 it was founded then: name that day or a later one"),
                ));
            }
            if members.is_empty() {
                return Err(OfficeError::field(
                    "members",
                    "此项必填 this field is required",
                ));
            }
            let (called, closings) = (Called::of(&units), book::dues_closings(desk.draft)?);
            for text in &members {
                let member = find::member(desk.draft, text)?;
                if member.removed {
                    return Err(OfficeError::field(
                        "members",
                        format!("{text} 已离开名册 left the roster"),
                    ));
                }
                let formers = book::formers_of(desk.draft, member.member_id)?;
                let Some((before, earlier)) = before(&member, &formers, (id, on)) else {
                    continue;
                };
                let from = roster::of_member((&units, &called), before);
                let both = [from.as_deref(), Some(path.as_str())];
                let days = (on, desk.today);
                roster::may_count_from(&closings, (before, earlier), days, &both)?;
                // Only another unit brings another name: the same one under a new name would be another change of the roster.
                let stays = member.unit_id == Some(id);
                let name = member.unit.clone().filter(|_| stays);
                let entry = Member {
                    unit: name.or_else(|| Some(path.clone())),
                    unit_id: Some(id),
                    since: Some(on),
                    actor: desk.actor.clone(),
                    ..member
                };
                desk.enter(&entry.into(), None)?;
            }
            Ok(about(id))
        })
        .await
}

/// What the roster says of a member before the change that brings them to a unit on a day, and what it said before that; none: they belong to
/// the unit since that day or an earlier one.
fn before<'a>(
    member: &'a Member,
    formers: &'a [Former],
    (id, on): (UnitId, Day),
) -> Option<(&'a Member, &'a [Former])> {
    if member.unit_id != Some(id) {
        return Some((member, formers));
    }
    let at = book::last_elsewhere(member, formers)?;
    let (earlier, last) = (&formers[..at], &formers[at]);
    // Where nothing is known of the time before, they belong to their first unit in all of it.
    let told = book::known(formers).any(|known| known.sequence == last.sequence);
    (told && on < last.until).then_some((&last.member, earlier))
}

/// A unit as a person names it; one that is closed by its name too, when no open one has it.
pub(super) fn show<'a>(units: &'a Units, text: &str) -> Result<&'a Unit, OfficeError> {
    let open = find::unit(units, text);
    let is = |unit: &&Unit| unit.name() == text || units.path(unit.id) == text;
    let mut closed = units.all().filter(|unit| !unit.is_open()).filter(is);
    match (open, closed.next(), closed.next()) {
        (Err(OfficeError::NotFound { .. }), Some(only), None) => Ok(only),
        (open, ..) => open,
    }
}
