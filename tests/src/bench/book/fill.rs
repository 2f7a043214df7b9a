//! Writes a committee's years into a new node's local log, each entry at the time it would have been written, with everything that is
//! derived from it.

use std::path::Path;

use hongyan_node::{
    book::{self, BookError, Place},
    domain::policy::Policy,
    office::{NewNode, Organization, init},
    store::{LogNo, NewEntry, Store, Unlock},
};
use hongyan_proto::{
    id::{OrganizationCode, RegionCode},
    identity::OrganizationName,
    letter::{Payload, PolicyAdopted, PolicyText, Text},
    time::Day,
};
use rand::{SeedableRng, rngs::StdRng};

use super::{super::BenchError, committee::Committee, dues, entry::Event};

/// How many years are written, the present one included.
const YEARS: i16 = 10;
/// Entries in one commit.
const BATCH: usize = 512;
/// The policy that is adopted.
const POLICY: &str = include_str!("policy.toml");
/// The working day begins, in milliseconds after midnight.
const MORNING_MS: i64 = 9 * 3_600_000;

/// The organization's code.
pub(super) const CODE: &str = "421200-001";
/// Its region.
pub(super) const REGION: &str = "421200";

fn tool(error: &dyn std::fmt::Display) -> BenchError {
    BenchError::Tool(error.to_string())
}

/// Makes an empty node in a folder.
pub(super) fn empty(folder: &Path, seed: u64) -> Result<Unlock, BenchError> {
    let unlock = unlock(folder);
    let node = NewNode {
        organization: Organization {
            code: OrganizationCode::parse(CODE).map_err(|error| tool(&error))?,
            name: OrganizationName::parse("测试区委员会").map_err(|error| tool(&error))?,
            region: RegionCode::parse(REGION).map_err(|error| tool(&error))?,
            endpoint: String::new(),
        },
        unlock: unlock.clone(),
    };
    let mut rng = StdRng::seed_from_u64(seed);
    init(folder, &node, &mut rng).map_err(|error| tool(&error))?;
    Ok(unlock)
}

/// Makes a node with the years up to today; how many entries its local log has.
pub(super) fn years(folder: &Path, members: usize, today: Day) -> Result<u64, BenchError> {
    let unlock = empty(folder, 1)?;
    let (store, _) = Store::open(folder, &unlock, [7; 32])?;
    let mut committee = Committee::of(members, 11);
    let last = today.date().year();
    let first = last - YEARS + 1;
    let begun = Day::new(first, 1, 1).map_err(|error| tool(&error))?;
    write(&store, vec![Event::on(begun, adopted(begun)?)])?;
    write(&store, committee.founding(begun))?;
    for year in first..=last {
        let mut events = committee.year(year);
        events.retain(|event| event.day <= today);
        write(&store, events)?;
    }
    Ok(store.log(LogNo::LOCAL).map_or(0, |log| log.size()))
}

/// Makes a node with the members and their dues of the last months, and nothing else.
pub(super) fn with_dues(folder: &Path, members: usize, today: Day) -> Result<(), BenchError> {
    let unlock = empty(folder, 3)?;
    let (store, _) = Store::open(folder, &unlock, [5; 32])?;
    let mut committee = Committee::of(members, 17);
    let from = dues::first(today);
    write(&store, committee.founding(from.first_day()))?;
    write(&store, dues::events(&committee.members(), (from, today)))
}

/// How many entries the local log of a node has that was made before.
pub(super) fn size(folder: &Path) -> Result<u64, BenchError> {
    let (store, _) = Store::open(folder, &unlock(folder), [9; 32])?;
    Ok(store.log(LogNo::LOCAL).map_or(0, |log| log.size()))
}

fn unlock(folder: &Path) -> Unlock {
    Unlock::KeyFile(folder.join("unlock.key"))
}

fn adopted(from: Day) -> Result<Payload, BenchError> {
    let policy = Policy::of_file("policy.toml", POLICY).map_err(|error| tool(&error))?;
    let texts = policy
        .texts
        .iter()
        .map(|(name, text)| {
            Ok(PolicyText {
                name: Text::parse(name).map_err(|error| tool(&error))?,
                text: Text::parse(text.trim()).map_err(|error| tool(&error))?,
            })
        })
        .collect::<Result<Vec<_>, BenchError>>()?;
    let adopted = PolicyAdopted {
        from,
        texts,
        basis: None,
        actor: Text::parse("李书记").map_err(|error| tool(&error))?,
    };
    Ok(adopted.into())
}

/// Writes the events of one year in their order.
fn write(store: &Store, events: Vec<Event>) -> Result<(), BenchError> {
    let mut placed: Vec<u64> = Vec::with_capacity(events.len());
    let mut left = events.into_iter().peekable();
    while left.peek().is_some() {
        let batch: Vec<Event> = left.by_ref().take(BATCH).collect();
        let before = std::mem::take(&mut placed);
        placed = store
            .commit_blocking(move |draft| {
                let mut placed = before;
                for event in batch {
                    let mut payload = event.payload;
                    if let Some(named) = event.names {
                        name(&mut payload, placed[named]);
                    }
                    let new = NewEntry {
                        seen: 0,
                        time: event.day.start().plus_millis(MORNING_MS),
                        kind: payload.kind(),
                        case_id: None,
                        agreement: None,
                        payload: payload.encode(),
                    };
                    let header = draft.append_entry(LogNo::LOCAL, new)?;
                    book::apply(draft, &Place::LOCAL, &header, Some(&payload), false)?;
                    placed.push(header.sequence);
                }
                Ok::<_, BookError>(placed)
            })
            .map_err(|error| tool(&error))?;
    }
    Ok(())
}

/// Puts the place of the entry that another names into it.
fn name(payload: &mut Payload, place: u64) {
    match payload {
        Payload::FormHandedUp(form) => form.activity = place,
        Payload::PlanFiled(filed) => filed.plan = place,
        Payload::BookConfirmed(confirmed) => confirmed.code = place,
        _ => {}
    }
}
