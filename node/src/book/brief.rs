//! The records of a year in brief, beside the whole ones: what the rules of duty read of thousands at once.

use bytes::Bytes;
use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::{Activity, ActivityKind, Payload, Presence, Text},
    log::Kind,
    time::TimeOfDay,
};
use prost::Message;

use super::{BookError, Shelf, put, shelf::decode};
use crate::{
    domain::life::{Brief, Gathering, Gist, Who},
    store::{Draft, View},
};

/// Bytes of one person's attendance: whose id it is and how they took part, then the id.
const SEAT: usize = 17;
/// Added to the presence when the id is that of a case.
const HOSTED: u8 = 0x80;
/// Minutes of an hour.
const HOUR: u32 = 60;

/// How a record is kept in brief.
#[derive(Clone, PartialEq, Message)]
struct Kept {
    #[prost(int32, tag = "1")]
    kind: i32,
    /// All of a record that is no activity of the next fields.
    #[prost(bytes = "bytes", tag = "2")]
    payload: Bytes,
    #[prost(string, tag = "3")]
    unit: String,
    #[prost(int32, tag = "4")]
    activity: i32,
    #[prost(string, tag = "5")]
    day: String,
    /// Minutes after midnight, and one more.
    #[prost(uint32, tag = "6")]
    begins: u32,
    #[prost(string, tag = "7")]
    lecturer: String,
    #[prost(bytes = "bytes", tag = "8")]
    seats: Bytes,
}

fn key(year: u16, sequence: u64) -> Vec<u8> {
    [&b"b"[..], &year.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

/// Keeps what a record says now.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    (year, sequence): (u16, u64),
    payload: &Payload,
) -> Result<(), BookError> {
    let kept = match payload {
        Payload::Activity(activity) => gathering(activity),
        other => Kept {
            kind: other.kind().code(),
            payload: other.encode().into(),
            ..Kept::default()
        },
    };
    Ok(put(draft, View::Life, &key(year, sequence), &kept)?)
}

/// The record is void.
pub(super) fn forget(draft: &mut Draft<'_>, (year, sequence): (u16, u64)) {
    draft.delete_view(View::Life, &key(year, sequence));
}

fn gathering(activity: &Activity) -> Kept {
    let mut seats = Vec::with_capacity(activity.attendees.len() * SEAT);
    for attendee in &activity.attendees {
        let Some(who) = Who::of(attendee) else {
            continue;
        };
        // There are four of them.
        let presence = u8::try_from(attendee.presence.code()).unwrap_or_default();
        match who {
            Who::Member(id) => {
                seats.push(presence);
                seats.extend_from_slice(id.as_bytes());
            }
            Who::Hosted(id) => {
                seats.push(presence | HOSTED);
                seats.extend_from_slice(id.as_bytes());
            }
        }
    }
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Kept {
        kind: Kind::Activity.code(),
        payload: Bytes::new(),
        unit: activity.unit.to_string(),
        activity: activity.kind.code(),
        day: activity.day.to_string(),
        begins: activity.begins.map_or(0, |time| time.minutes() + 1),
        lecturer: text(activity.lecturer.as_ref().map(Text::as_str)),
        seats: seats.into(),
    }
}

fn read(kept: Kept) -> Option<Gist> {
    let kind = Kind::try_from(kept.kind).ok()?;
    if kind != Kind::Activity {
        return Payload::decode(kind, &kept.payload)
            .ok()
            .map(|payload| Gist::Record(Box::new(payload)));
    }
    let (seats, rest) = kept.seats.as_chunks::<SEAT>();
    if !rest.is_empty() {
        return None;
    }
    // Room for all at once: half a million of them that grow by doubling leave as much behind again.
    let mut attendance = Vec::with_capacity(seats.len());
    for one in seats {
        attendance.push(seat(one)?);
    }
    let time = |minutes: u32| {
        let (hour, minute) = (u8::try_from(minutes / HOUR), u8::try_from(minutes % HOUR));
        TimeOfDay::new(hour.ok()?, minute.ok()?).ok()
    };
    Some(Gist::Activity(Gathering {
        unit: kept.unit,
        kind: ActivityKind::try_from(kept.activity).ok()?,
        day: kept.day.parse().ok()?,
        begins: match kept.begins.checked_sub(1) {
            Some(minutes) => Some(time(minutes)?),
            None => None,
        },
        lecturer: Some(kept.lecturer).filter(|name| !name.is_empty()),
        attendance,
    }))
}

fn seat(seat: &[u8; SEAT]) -> Option<(Who, Presence)> {
    let [how, id @ ..] = *seat;
    let presence = Presence::try_from(i32::from(how & !HOSTED)).ok()?;
    let who = if how & HOSTED == 0 {
        Who::Member(MemberId::from_bytes(id))
    } else {
        Who::Hosted(CaseId::from_bytes(id))
    };
    Some((who, presence))
}

/// A year's records that count, in brief, in the order they were first written.
pub fn life_in_brief(shelf: &impl Shelf, year: u16) -> Result<Vec<Brief>, BookError> {
    let wrong = || BookError::View("life");
    let prefix = [&b"b"[..], &year.to_be_bytes()].concat();
    let mut found = Vec::new();
    shelf.each(View::Life, &prefix, |key, bytes| {
        let sequence = key[prefix.len()..].try_into().map_err(|_| wrong())?;
        found.push(Brief {
            sequence: u64::from_be_bytes(sequence),
            what: read(decode(bytes, "life")?).ok_or_else(wrong)?,
        });
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hongyan_proto::{
        id::{Epoch, LogOrigin},
        identity::IdentityKey,
        letter::{
            Attendee, BookRecord, FormHandedUp, LocalCorrection, LocalReplacement, Role, Training,
            Within,
        },
        time::{Day, Timestamp},
    };

    use super::*;
    use crate::{
        book::{self, Place, life_of_year, rebuild},
        store::{LogNo, NewEntry, Store, Unlock},
    };

    fn text<const MAX: usize>(text: &str) -> Text<MAX> {
        Text::parse(text).unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn activity(kind: ActivityKind, begins: Option<TimeOfDay>) -> Activity {
        let attendee = |number: u8, presence: Presence| Attendee {
            member_id: (!number.is_multiple_of(5)).then(|| MemberId::from_bytes([number; 16])),
            case_id: number
                .is_multiple_of(5)
                .then(|| CaseId::from_bytes([number; 16])),
            presence,
            reason: (presence == Presence::AbsentWithReason).then(|| text("病假")),
            told: None,
        };
        Activity {
            unit: text("第一支部/第一小组"),
            kind,
            day: day("2026-02-05"),
            begins,
            ends: None,
            place: text("会议室"),
            theme: text("学习"),
            headings: Vec::new(),
            content: Some(text("很长的内容")),
            form: None,
            lecturer: (kind == ActivityKind::PartyLecture).then(|| text("王书记")),
            minutes: None,
            attendees: (1..=12)
                .zip(Presence::ALL.iter().copied().cycle())
                .map(|(number, presence)| attendee(number, presence))
                .collect(),
            guests: Vec::new(),
            planned_day: None,
            moved_because: None,
            attachments: Vec::new(),
            actor: text("王"),
        }
    }

    fn write(store: &Store, payload: Payload) -> u64 {
        store
            .commit_blocking(move |draft| {
                let new = NewEntry {
                    seen: 0,
                    time: Timestamp::from_millis(1_790_000_000_000),
                    kind: payload.kind(),
                    case_id: None,
                    agreement: None,
                    payload: payload.encode(),
                };
                let header = draft.append_entry(LogNo::LOCAL, new)?;
                book::apply(draft, &Place::LOCAL, &header, Some(&payload), false)?;
                Ok::<_, BookError>(header.sequence)
            })
            .unwrap()
    }

    /// What the whole records say, in brief.
    fn in_brief(store: &Store) -> Vec<Brief> {
        let whole = life_of_year(store, 2026).unwrap();
        let counting = whole.into_iter().filter(|record| !record.void);
        counting
            .map(|record| Brief {
                sequence: record.sequence,
                what: match record.payload {
                    Payload::Activity(activity) => Gist::Activity(Gathering {
                        unit: activity.unit.to_string(),
                        kind: activity.kind,
                        day: activity.day,
                        begins: activity.begins,
                        lecturer: activity.lecturer.as_ref().map(ToString::to_string),
                        attendance: activity
                            .attendees
                            .iter()
                            .map(|one| (Who::of(one).unwrap(), one.presence))
                            .collect(),
                    }),
                    other => Gist::Record(Box::new(other)),
                },
            })
            .collect()
    }

    #[test]
    fn the_brief_says_what_the_whole_record_says_after_corrections_and_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let unlock = Unlock::KeyFile(folder.path().join("key"));
        let store = Store::create(&folder.path().join("store"), &unlock, [1; 32]).unwrap();
        let key = IdentityKey::from_seed([3; 32]).public();
        let (author, audience) = (key.key_id(), key.key_id());
        let epoch = Epoch::from_bytes([2; 16]);
        let origin = LogOrigin {
            author,
            audience,
            epoch,
        };
        store
            .commit_blocking(move |draft| draft.create_log(origin, key, true))
            .unwrap();
        let midnight = TimeOfDay::new(0, 0).ok();
        let first = write(&store, activity(ActivityKind::ActivityDay, None).into());
        let lecture = activity(ActivityKind::PartyLecture, TimeOfDay::new(23, 59).ok());
        let second = write(&store, lecture.clone().into());
        write(&store, activity(ActivityKind::Talk, midnight).into());
        let form = FormHandedUp {
            activity: first,
            day: day("2026-02-06"),
            superior: None,
            actor: text("王"),
        };
        write(&store, form.into());
        let training = Training {
            member_ids: vec![MemberId::from_bytes([1; 16])],
            day: day("2026-03-01"),
            tenths: Within::new(80).unwrap(),
            title: text("培训"),
            organizer: None,
            actor: text("王"),
        };
        write(&store, training.into());
        let role = BookRecord {
            member_id: Some(MemberId::from_bytes([1; 16])),
            case_id: None,
            award: None,
            role: Some(Role {
                day: day("2026-03-02"),
                description: text("值守"),
            }),
            told: None,
            actor: text("王"),
        };
        write(&store, role.into());
        let mut known = in_brief(&store);
        assert_eq!(known.len(), 6);
        assert_eq!(life_in_brief(&store, 2026).unwrap(), known);
        let right = Activity {
            day: day("2026-02-07"),
            ..lecture
        };
        let corrected = |corrects, replacement| LocalCorrection {
            corrects,
            reason: text("记错"),
            replacement,
            actor: text("王"),
        };
        let right = Some(LocalReplacement::Activity(right));
        write(&store, corrected(second, right).into());
        write(&store, corrected(first, None).into());
        assert_ne!(in_brief(&store), known);
        known = in_brief(&store);
        assert_eq!(known.len(), 5);
        assert_eq!(life_in_brief(&store, 2026).unwrap(), known);
        rebuild(&store, &|_, _| {}).unwrap();
        assert_eq!(life_in_brief(&store, 2026).unwrap(), known);
    }
}
