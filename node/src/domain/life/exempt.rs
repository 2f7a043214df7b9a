//! Who is exempt from what, and when, on approved application. An exemption may be approved after an activity was recorded: what adds a
//! year up asks here again, so that nobody is counted as missing on a day of theirs.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::MemberId,
    letter::{Exemption, ExemptionFrom, Presence},
    time::Day,
};

use super::roll::Who;

/// The exemptions that count, by member.
#[derive(Clone, Debug, Default)]
pub struct Exempted(BTreeMap<MemberId, Vec<Exemption>>);

impl FromIterator<Exemption> for Exempted {
    fn from_iter<T: IntoIterator<Item = Exemption>>(exemptions: T) -> Self {
        let mut found = Self::default();
        for exemption in exemptions {
            let own = found.0.entry(exemption.member_id).or_default();
            own.push(exemption);
        }
        found
    }
}

impl Exempted {
    /// Is the person free of this on that day? A hosted member is exempted at home, and nothing of it is known here.
    pub fn is(&self, who: Who, from: ExemptionFrom, day: Day) -> bool {
        let Who::Member(id) = who else { return false };
        let own = self.0.get(&id).into_iter().flatten();
        own.into_iter().any(|one| one.covers(from, day))
    }

    /// Was the person away from an activity without being expected there? Who comes all the same counts like everyone else.
    pub fn misses(&self, who: Who, day: Day, presence: Presence) -> bool {
        !presence.was_there() && self.is(who, ExemptionFrom::Attendance, day)
    }
}
