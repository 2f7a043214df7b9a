//! What the committee decided about its duties: the policies it adopted, notices of holidays, excuses, screenings. Few entries, so they
//! are kept as they are and read together.

use std::{collections::BTreeMap, sync::Arc};

use hongyan_proto::{
    letter::{Excused, InspectionMade, MeasureTaken, Payload, PolicyText, Screened},
    log::Kind,
    time::Day,
};

use super::{BookError, Shelf};
use crate::{
    domain::{
        calendar::Calendar,
        policy::{Adopted, Policy, PolicyError},
    },
    store::{Draft, View},
};

/// The parts of the view, by the first byte of their keys.
const ADOPTED: (&[u8], Kind) = (b"p", Kind::PolicyAdopted);
const CALENDAR: (&[u8], Kind) = (b"c", Kind::CalendarAmended);
const EXCUSED: (&[u8], Kind) = (b"e", Kind::Excused);
const SCREENED: (&[u8], Kind) = (b"s", Kind::Screened);
const MEASURE: (&[u8], Kind) = (b"m", Kind::MeasureTaken);
const INSPECTION: (&[u8], Kind) = (b"i", Kind::InspectionMade);

/// Everything of it.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// In the order they were adopted.
    pub adopted: Vec<Adopted>,
    /// Where the last adoption stands in the local log.
    pub last_adoption: Option<u64>,
    /// The program's table with every notice that was entered since.
    pub calendar: Calendar,
    /// By duty, those taken back left out; each with its place in the local log.
    pub excused: BTreeMap<[u8; 8], (Excused, u64)>,
    /// In the order they were entered, each with its place in the local log.
    pub screened: Vec<(Screened, u64)>,
    /// What was done about absences, likewise.
    pub measures: Vec<(MeasureTaken, u64)>,
    /// Inspections of units, likewise.
    pub inspections: Vec<(InspectionMade, u64)>,
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    sequence: u64,
    payload: &Payload,
) -> Result<(), BookError> {
    let prefix = [ADOPTED, CALENDAR, EXCUSED, SCREENED, MEASURE, INSPECTION]
        .into_iter()
        .find(|(_, kind)| *kind == payload.kind());
    let Some((prefix, _)) = prefix else {
        return Ok(());
    };
    let key = [prefix, &sequence.to_be_bytes()].concat();
    Ok(draft.put_view(View::Policy, &key, payload.encode())?)
}

/// Where what was done about a duty lies.
fn recording(shelf: &impl Shelf, sequence: u64) -> Result<Option<Vec<u8>>, BookError> {
    for (prefix, _) in [MEASURE, INSPECTION, SCREENED] {
        let key = [prefix, &sequence.to_be_bytes()].concat();
        if shelf.get(View::Policy, &key)?.is_some() {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Is this a measure, an inspection or a screening that counts?
pub fn is_recording(shelf: &impl Shelf, sequence: u64) -> Result<bool, BookError> {
    Ok(recording(shelf, sequence)?.is_some())
}

/// A measure, an inspection or a screening never was; says whether it was one.
pub(super) fn void(draft: &mut Draft<'_>, sequence: u64) -> Result<bool, BookError> {
    let Some(key) = recording(draft, sequence)? else {
        return Ok(false);
    };
    draft.delete_view(View::Policy, &key);
    Ok(true)
}

fn read(
    shelf: &impl Shelf,
    (prefix, kind): (&[u8], Kind),
) -> Result<Vec<(Payload, u64)>, BookError> {
    let bad = || BookError::View("policy");
    shelf
        .scan(View::Policy, prefix)?
        .iter()
        .map(|(key, bytes)| {
            let sequence = key.get(1..).and_then(|rest| rest.try_into().ok());
            let sequence = sequence.map(u64::from_be_bytes).ok_or_else(bad)?;
            let payload = Payload::decode(kind, bytes).map_err(|_| bad())?;
            Ok((payload, sequence))
        })
        .collect()
}

/// The policy in the texts that an adoption keeps; none without a text.
pub fn policy_of(texts: &[PolicyText]) -> Option<Result<Policy, PolicyError>> {
    let texts: Vec<_> = texts
        .iter()
        .map(|one| (one.name.to_string(), format!("{}\n", one.text)))
        .collect();
    Policy::of_texts(&texts)
}

/// Reads everything. What was once adopted was checked then; should a later program refuse it, that is an error and no silence.
pub fn policies(shelf: &impl Shelf) -> Result<Policies, BookError> {
    let mut policies = Policies {
        calendar: Calendar::shipped().clone(),
        ..Policies::default()
    };
    for (payload, sequence) in read(shelf, ADOPTED)? {
        let Payload::PolicyAdopted(adopted) = payload else {
            continue;
        };
        let policy = policy_of(&adopted.texts).and_then(Result::ok);
        policies.last_adoption = Some(sequence);
        policies.adopted.push(Adopted {
            from: adopted.from,
            policy: Arc::new(policy.ok_or(BookError::View("policy"))?),
        });
    }
    for (payload, _) in read(shelf, CALENDAR)? {
        let Payload::CalendarAmended(amended) = payload else {
            continue;
        };
        let newer = Calendar::parse(amended.text.as_str());
        let newer = newer.map_err(|_| BookError::View("calendar"))?;
        policies.calendar = policies.calendar.amended(&newer);
    }
    for (payload, sequence) in read(shelf, EXCUSED)? {
        let Payload::Excused(excused) = payload else {
            continue;
        };
        if excused.reason.is_some() {
            policies.excused.insert(excused.duty, (excused, sequence));
        } else {
            policies.excused.remove(&excused.duty);
        }
    }
    for (payload, sequence) in read(shelf, SCREENED)? {
        if let Payload::Screened(screened) = payload {
            policies.screened.push((screened, sequence));
        }
    }
    for (payload, sequence) in read(shelf, MEASURE)? {
        if let Payload::MeasureTaken(taken) = payload {
            policies.measures.push((taken, sequence));
        }
    }
    for (payload, sequence) in read(shelf, INSPECTION)? {
        if let Payload::InspectionMade(made) = payload {
            policies.inspections.push((made, sequence));
        }
    }
    Ok(policies)
}

impl Policies {
    /// The first day of the policy that was adopted last.
    pub fn last_from(&self) -> Option<Day> {
        self.adopted.iter().map(|one| one.from).max()
    }
}
