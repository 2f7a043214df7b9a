//! One person with everything that bears on their dues, as the book and the letters of their cases have it.

use hongyan_proto::{id::CaseId, letter::Payload, log::Kind, time::Day};

use crate::{
    book::{self, CaseFile, Former, Partner, Shelf},
    domain::{
        case::State,
        dues::{Account, Elsewhere, Person, Stay, Told},
        fact::effective,
        life::Who,
        unit::Units,
    },
    office::{
        OfficeError, find,
        view::{latest, person},
    },
    store::Store,
};

/// One person with everything that bears on their dues.
pub(in crate::office) struct Loaded {
    pub(in crate::office) person: Person,
    pub(in crate::office) account: Account,
    pub(in crate::office) elsewhere: Vec<Elsewhere>,
}

/// Loads one person. Facts of cases are read from the logs, so the store is at hand beside a commit under way; own payments are seen by both.
pub(super) fn load(shelf: &impl Shelf, store: &Store, who: Who) -> Result<Loaded, OfficeError> {
    let units = book::units(shelf)?;
    match who {
        Who::Member(id) => {
            let member = book::member(shelf, id)?
                .ok_or_else(|| OfficeError::not_found(("党员", "member"), id.to_string()))?;
            load_member(shelf, store, &units, &member)
        }
        Who::Hosted(id) => {
            let (file, partner) = find::case_by_id(shelf, id)?;
            load_hosted(shelf, store, &file, partner.as_ref())
        }
    }
}

fn load_member(
    shelf: &impl Shelf,
    store: &Store,
    units: &Units,
    member: &book::Member,
) -> Result<Loaded, OfficeError> {
    let who = Who::Member(member.member_id);
    let account = book::dues_account(shelf, who)?;
    let formers = book::formers_of(shelf, member.member_id)?;
    member_with((shelf, store, units), member, (account, &formers))
}

/// A member of whom the account, and what the roster said before, are at hand.
pub(super) fn member_with<S: Shelf>(
    (shelf, store, units): (&S, &Store, &Units),
    member: &book::Member,
    (account, formers): (Account, &[Former]),
) -> Result<Loaded, OfficeError> {
    let who = Who::Member(member.member_id);
    let mut away = Vec::new();
    let mut elsewhere = Vec::new();
    for id in book::cases_of_member(shelf, member.member_id)? {
        let (file, partner) = find::case_by_id(shelf, id)?;
        away.extend(managed(&file));
        if let Some(partner) = &partner {
            elsewhere.extend(letters(store, partner, id, &account)?);
        }
    }
    let details = &member.details;
    Ok(Loaded {
        person: Person {
            who,
            name: details
                .name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            joined: details.joined,
            stays: stays(units, member, formers),
            away,
        },
        account,
        elsewhere,
    })
}

pub(super) fn load_hosted(
    shelf: &impl Shelf,
    store: &Store,
    file: &CaseFile,
    partner: Option<&Partner>,
) -> Result<Loaded, OfficeError> {
    let who = Who::Hosted(file.id);
    let account = book::dues_account(shelf, who)?;
    let details = person(shelf, file)?;
    let unit = latest(file, Kind::Place).and_then(|place| match place {
        Payload::Place(place) => Some(place.unit.to_string()),
        _ => None,
    });
    let stays = managed(file).map(|(from, until)| Stay {
        unit,
        from: Some(from),
        until,
    });
    let elsewhere = match partner {
        Some(partner) => letters(store, partner, file.id, &account)?,
        None => Vec::new(),
    };
    Ok(Loaded {
        person: Person {
            who,
            name: details
                .name
                .map(|name| name.to_string())
                .unwrap_or_default(),
            joined: details.joined,
            stays: stays.into_iter().collect(),
            away: Vec::new(),
        },
        account,
        elsewhere,
    })
}

/// Where a member belonged, each unit as it is called now. What was on the roster first was there before this node was.
fn stays(units: &Units, member: &book::Member, formers: &[Former]) -> Vec<Stay> {
    let mut stays = Vec::new();
    let mut from = None;
    let mut add = |member: &book::Member, from, until| {
        if !member.removed {
            let path = member.unit_id.map(|id| units.path(id));
            let path = path.filter(|path| !path.is_empty());
            // An entry from before there was a tree has a name that the tree may know by now.
            let named = |text: &str| {
                let unit = units.unit_of(None, Some(text));
                unit.map_or_else(|| text.to_owned(), |unit| units.path(unit.id))
            };
            stays.push(Stay {
                unit: path.or_else(|| member.unit.as_ref().map(|text| named(text.as_str()))),
                from,
                until,
            });
        }
    };
    for former in formers {
        add(&former.member, from, Some(former.changed_on.plus_days(-1)));
        from = Some(former.changed_on);
    }
    add(member, from, None);
    stays
}

/// From when until when the host manages the member of a case: from the placement to its end.
fn managed(file: &CaseFile) -> Option<(Day, Option<Day>)> {
    let steps = file.case.history();
    let placed = steps.iter().find(|step| step.to == State::Active)?;
    let from = match &placed.event.payload {
        Some(Payload::Place(place)) => place.placed_on,
        _ => placed.event.time.day(),
    };
    let ended = steps
        .iter()
        .find(|step| step.to.is_closed() || step.to == State::Moved);
    Some((from, ended.map(|step| step.event.time.day())))
}

/// What letters of a case say was paid: to the other side, and what that side was told of here.
fn letters(
    store: &Store,
    partner: &Partner,
    case: CaseId,
    account: &Account,
) -> Result<Vec<Elsewhere>, OfficeError> {
    let Some(file) = book::case_with_facts(store, Some(partner), case)? else {
        return Ok(Vec::new());
    };
    let side = file.side();
    let own = |receipt: &str| {
        let payments = account.payments.iter().map(|noted| &noted.entry);
        let corrected = account.corrections.iter();
        payments
            .chain(corrected.filter_map(|noted| noted.entry.payment.as_ref()))
            .any(|payment| payment.receipt() == receipt)
    };
    let mut found = Vec::new();
    for fact in effective(&file.case) {
        let Payload::Dues(dues) = fact.payload else {
            continue;
        };
        let ours = Some(fact.side) == side;
        let told = match (ours, own(dues.receipt.as_str())) {
            (false, _) => Told::Theirs,
            (true, false) => Told::Ours,
            (true, true) => Told::Kept,
        };
        let mut facts = file.case.facts().iter();
        let base = facts
            .find(|one| one.event.position == fact.position)
            .map_or(0, |one| one.event.base);
        found.push(Elsewhere {
            told,
            case,
            month: dues.month,
            months: dues.months.get(),
            fen: dues.fen,
            paid_on: dues.paid_on,
            receipt: dues.receipt.to_string(),
            place: format!(
                "{}:{}/{}",
                if ours { "out" } else { "in" },
                partner.code,
                fact.position.sequence().saturating_sub(base)
            ),
        });
    }
    found.sort_by(|a, b| (a.month, &a.place).cmp(&(b.month, &b.place)));
    Ok(found)
}
