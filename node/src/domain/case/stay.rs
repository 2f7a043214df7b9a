//! The days of a stay, as the letters name them. When a letter was written is the last resort: a return of September may be entered in
//! November, and the months between are home's.

use hongyan_proto::{letter::Payload, time::Day};

use super::{
    derive::{Case, Step},
    state::State,
};

/// From when until when, both included; without an end: still.
pub type Stay = (Day, Option<Day>);

impl Case {
    /// The state at the end of a day, by the days on which the steps took effect.
    pub fn state_on(&self, day: Day) -> Option<State> {
        let mut steps = self.history().iter().rev();
        steps.find(|step| step.day() <= day).map(|step| step.to)
    }

    fn first(&self, is: impl Fn(State) -> bool) -> Option<Day> {
        let mut steps = self.local().iter().chain(self.history());
        steps.find(|step| is(step.to)).map(Step::day)
    }

    /// When the member came to the host, as the acceptance or the claim says.
    pub fn arrived(&self) -> Option<Day> {
        let mut steps = self.history().iter();
        steps.find_map(|step| match &step.event.payload {
            Some(Payload::Accept(accept)) => Some(accept.arrived_on),
            Some(Payload::Claim(claim)) => Some(claim.shown_on),
            _ => None,
        })
    }

    /// While the host manages the member: from the placement until they moved on, or the case ended. None too when they were gone by then.
    pub fn managed(&self) -> Option<Stay> {
        let from = self.first(|to| to == State::Active)?;
        let until = self.first(|to| to.is_closed() || to == State::Moved);
        until
            .is_none_or(|until| from <= until)
            .then_some((from, until))
    }

    /// While the member is away from home: from the departure to the end of the case. Nobody was who was registered in error.
    pub fn away(&self) -> Option<Stay> {
        if self.state().is_some_and(State::is_void) {
            return None;
        }
        let from = self.since()?;
        let until = self.first(State::is_closed);
        until
            .is_none_or(|until| from <= until)
            .then_some((from, until))
    }

    /// Was contact lost on a day of the stay? On the day of the last contact it was not.
    pub fn is_lost(&self, day: Day) -> bool {
        let lost = Some(State::LostContact);
        self.state_on(day) == lost && self.state_on(day.plus_days(-1)) == lost
    }
}

/// Does a stay cover a day?
pub fn covers((from, until): Stay, day: Day) -> bool {
    from <= day && until.is_none_or(|until| day <= until)
}
