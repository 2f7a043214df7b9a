//! One person with everything that bears on their dues, as the book and the letters of their cases have it.

use hongyan_proto::{
    id::CaseId,
    letter::{Dues, DuesNumber, DuesPayment, DuesWay, Payload, Text},
    log::Kind,
};

use super::{ids, words};
use crate::{
    book::{self, CaseFile, Former, Partner, Shelf},
    domain::{
        dues::{Account, Elsewhere, NO_ENTRY, Noted, Person, Stay, Told},
        fact::effective,
        life::Who,
        unit::{Called, Units},
    },
    office::{
        OfficeError, find, roster,
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

/// What is read once for any number of people.
pub(super) struct Room<'a, S> {
    shelf: &'a S,
    store: &'a Store,
    units: &'a Units,
    called: Called<'a>,
}

impl<'a, S: Shelf> Room<'a, S> {
    pub(super) fn of(shelf: &'a S, store: &'a Store, units: &'a Units) -> Self {
        Self {
            shelf,
            store,
            units,
            called: Called::of(units),
        }
    }
}

/// Loads one person. Facts of cases are read from the logs, so the store is at hand beside a commit under way; own payments are seen by both.
pub(super) fn load(shelf: &impl Shelf, store: &Store, who: Who) -> Result<Loaded, OfficeError> {
    let units = book::units(shelf)?;
    let room = Room::of(shelf, store, &units);
    match who {
        Who::Member(id) => {
            let member = book::member(shelf, id)?
                .ok_or_else(|| OfficeError::not_found(("党员", "member"), id.to_string()))?;
            let account = book::dues_account(shelf, who)?;
            let formers = book::formers_of(shelf, id)?;
            member_with(&room, &member, (account, &formers))
        }
        Who::Hosted(id) => {
            let (file, partner) = find::case_by_id(shelf, id)?;
            load_hosted(&room, &file, partner.as_ref())
        }
    }
}

/// A member of whom the account, and what the roster said before, are at hand.
pub(super) fn member_with(
    room: &Room<'_, impl Shelf>,
    member: &book::Member,
    (account, formers): (Account, &[Former]),
) -> Result<Loaded, OfficeError> {
    let who = Who::Member(member.member_id);
    let details = &member.details;
    let person = Person {
        who,
        name: details
            .name
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        joined: details.joined,
        stays: stays(room, member, formers),
        away: Vec::new(),
    };
    let mut loaded = Loaded::new(person, account);
    for id in book::cases_of_member(room.shelf, member.member_id)? {
        let (file, partner) = find::case_by_id(room.shelf, id)?;
        loaded.person.away.extend(file.case.managed());
        if let Some(partner) = &partner {
            loaded.hear(room.store, (partner, id))?;
        }
    }
    Ok(loaded)
}

pub(super) fn load_hosted(
    room: &Room<'_, impl Shelf>,
    file: &CaseFile,
    partner: Option<&Partner>,
) -> Result<Loaded, OfficeError> {
    let mut loaded = hosted(room, file)?;
    if let Some(partner) = partner {
        loaded.hear(room.store, (partner, file.id))?;
    }
    Ok(loaded)
}

/// A hosted member of whose case the facts are at hand.
pub(super) fn hosted_with(
    room: &Room<'_, impl Shelf>,
    file: &CaseFile,
    partner: &Partner,
) -> Result<Loaded, OfficeError> {
    let mut loaded = hosted(room, file)?;
    loaded.take_in(file, partner)?;
    Ok(loaded)
}

/// A hosted member before anything was heard of.
fn hosted(room: &Room<'_, impl Shelf>, file: &CaseFile) -> Result<Loaded, OfficeError> {
    let who = Who::Hosted(file.id);
    let account = book::dues_account(room.shelf, who)?;
    let details = person(room.shelf, file)?;
    let unit = latest(file, Kind::Place).and_then(|place| match place {
        Payload::Place(place) => {
            let unit = place.unit.as_str();
            Some(room.called.now(unit, Some(place.placed_on)))
        }
        _ => None,
    });
    let stays = file.case.managed().map(|(from, until)| Stay {
        unit,
        from: Some(from),
        until,
    });
    let person = Person {
        who,
        name: details
            .name
            .map(|name| name.to_string())
            .unwrap_or_default(),
        joined: details.joined,
        stays: stays.into_iter().collect(),
        away: Vec::new(),
    };
    Ok(Loaded::new(person, account))
}

/// Where a member belonged, each unit as it is called now. What was on the roster first was there before this node was.
fn stays(room: &Room<'_, impl Shelf>, member: &book::Member, formers: &[Former]) -> Vec<Stay> {
    let mut stays = Vec::new();
    let mut from = None;
    let mut add = |member: &book::Member, from, until| {
        if !member.removed {
            let unit = roster::of_member((room.units, &room.called), member);
            stays.push(Stay { unit, from, until });
        }
    };
    for former in book::known(formers) {
        add(&former.member, from, Some(former.until.plus_days(-1)));
        from = Some(former.until);
    }
    add(member, from, None);
    stays
}

impl Loaded {
    const fn new(person: Person, account: Account) -> Self {
        Self {
            person,
            account,
            elsewhere: Vec::new(),
        }
    }

    /// Takes in what letters of a case say was paid: to the other side, and what that side was told of here.
    fn hear(
        &mut self,
        store: &Store,
        (partner, case): (&Partner, CaseId),
    ) -> Result<(), OfficeError> {
        if let Some(file) = book::case_with_facts(store, Some(partner), case)? {
            self.take_in(&file, partner)?;
        }
        Ok(())
    }

    fn take_in(&mut self, file: &CaseFile, partner: &Partner) -> Result<(), OfficeError> {
        let side = file.side();
        let (mut found, mut lost) = (Vec::new(), Vec::new());
        for fact in effective(&file.case) {
            let Payload::Dues(dues) = &fact.payload else {
                continue;
            };
            let ours = Some(fact.side) == side;
            let way = if ours { "out" } else { "in" };
            let sequence = fact.position.in_log(fact.base);
            let told = match (ours, self.is_kept(dues)) {
                (false, _) => Told::Theirs,
                (true, false) => Told::Ours,
                (true, true) => Told::Kept,
            };
            if told == Told::Ours {
                lost.push(self.lost(dues)?);
            }
            found.push(Elsewhere {
                told,
                case: file.id,
                month: dues.month,
                months: dues.months.get(),
                fen: dues.fen,
                paid_on: dues.paid_on,
                receipt: dues.receipt.to_string(),
                place: format!("{way}:{}/{sequence}", partner.code),
            });
        }
        found.sort_by(|a, b| (a.month, &a.place).cmp(&(b.month, &b.place)));
        self.elsewhere.extend(found);
        self.account.payments.extend(lost);
        Ok(())
    }

    /// A payment whose entry was lost, as the letter tells of it: the money was taken here all the same.
    fn lost(&self, dues: &Dues) -> Result<Noted<DuesPayment>, OfficeError> {
        let (member_id, case_id) = ids(self.person.who);
        let entry = DuesPayment {
            member_id,
            case_id,
            month: dues.month,
            months: dues.months,
            fen: dues.fen,
            paid_on: dues.paid_on,
            way: DuesWay::Cash,
            number: DuesNumber::new(1)?,
            paper: Some(dues.receipt.clone()),
            unit: words(&self.person, dues.paid_on),
            part: false,
            told: None,
            actor: Text::parse("—")?,
        };
        Ok(Noted {
            sequence: NO_ENTRY,
            entry,
        })
    }

    /// Is the payment that an own letter tells of in the account?
    fn is_kept(&self, dues: &Dues) -> bool {
        let payments = self.account.payments.iter().map(|noted| &noted.entry);
        let corrected = self.account.corrections.iter();
        payments
            .chain(corrected.filter_map(|noted| noted.entry.payment.as_ref()))
            .any(|payment| payment.receipt() == dues.receipt.as_str())
    }
}
