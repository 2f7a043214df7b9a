//! The days of a stay, as the letters name them. When a letter was written is the last resort: a return of September may be entered in
//! November, and the months between are home's.

use hongyan_proto::{letter::Payload, time::Day};

use super::{
    derive::{Case, Step},
    state::{Closing, State},
};

/// From when until when, both included; without an end: still.
pub type Stay = (Day, Option<Day>);

/// The day on which a step happened.
fn day_of(step: &Step) -> Day {
    match &step.event.payload {
        Some(Payload::Departed(departed)) => departed.since,
        Some(Payload::Notice(notice)) => notice.since,
        Some(Payload::Accept(accept)) => accept.arrived_on,
        Some(Payload::Place(place)) => place.placed_on,
        Some(Payload::Moved(moved)) => moved.moved_on,
        Some(Payload::LostContact(lost)) => lost.last_contact_on,
        Some(Payload::Found(found)) => found.found_on,
        Some(Payload::Returned(returned)) => returned.returned_on,
        Some(Payload::Transferred(transferred)) => transferred.transferred_on,
        _ => step.event.time.day(),
    }
}

impl Case {
    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.local().iter().chain(self.history())
    }

    fn ended(&self) -> Option<Day> {
        let mut steps = self.steps();
        let ended = steps.find(|step| step.to.is_closed() || step.to == State::Moved);
        ended.map(day_of)
    }

    /// When the member came to the host, as the acceptance says.
    pub fn arrived(&self) -> Option<Day> {
        let mut steps = self.history().iter();
        steps.find(|step| step.to == State::Accepted).map(day_of)
    }

    /// While the host manages the member: from the placement to the end of the case.
    pub fn managed(&self) -> Option<Stay> {
        let mut steps = self.history().iter();
        let from = steps.find(|step| step.to == State::Active).map(day_of)?;
        Some((from, self.ended().map(|until| until.max(from))))
    }

    /// While the member is away from home: from the departure to the end of the case. Nobody was who was registered in error.
    pub fn away(&self) -> Option<Stay> {
        if matches!(
            self.state(),
            Some(State::Closed(
                Closing::RegisteredInError | Closing::Duplicate | Closing::Disowned
            ))
        ) {
            return None;
        }
        let from = self.since()?;
        Some((from, self.ended().map(|until| until.max(from))))
    }

    /// Was contact lost on a day of the stay?
    pub fn is_lost(&self, day: Day) -> bool {
        let mut known = self.history().iter().filter(|step| day_of(step) <= day);
        let last = known.next_back();
        last.is_some_and(|step| step.to == State::LostContact)
    }
}

/// Does a stay cover a day?
pub fn covers((from, until): Stay, day: Day) -> bool {
    from <= day && until.is_none_or(|until| day <= until)
}
