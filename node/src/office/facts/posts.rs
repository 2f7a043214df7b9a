//! Posts and probation, as the rules of duty read them: from the officers of the tree and the entries of the roster.

use std::collections::BTreeMap;

use hongyan_proto::{
    letter::{OfficerRole, ProbationDecided},
    time::Day,
};

use super::{entry, units::Places};
use crate::{
    book::{AtHome, Former, Member},
    domain::{
        duty::facts::{Entry, Person, Probation, Stay, Who},
        policy::Post,
        unit::Officer,
    },
    office::roster::COMMITTEE,
};

impl Places<'_> {
    /// Gives everyone the posts they hold or held. An office is held until it is ended, even when its term ran out.
    pub(super) fn appoint(&self, people: &mut [Person]) {
        let mut by_who: BTreeMap<Who, Vec<&Officer>> = BTreeMap::new();
        for officer in self.units.officers() {
            let who = Who::Member(officer.member);
            by_who.entry(who).or_default().push(officer);
        }
        for person in people {
            for officer in by_who.get(&person.who).into_iter().flatten() {
                let unit = match officer.unit {
                    Some(unit) => self.name(unit),
                    None => Some(COMMITTEE.into()),
                };
                let Some(unit) = unit else { continue };
                for post in posts(officer) {
                    let stay = Stay {
                        unit: unit.clone(),
                        from: Some(officer.from),
                        until: officer.ended_on,
                    };
                    person.posts.push((*post, stay));
                }
            }
        }
    }
}

/// Which posts an office gives: the committee's own officers are the leading cadres here, a secretary also sits on the unit's committee, and a
/// group's leader holds no post that a policy speaks of.
const fn posts(officer: &Officer) -> &'static [Post] {
    match (officer.unit, officer.role) {
        (_, OfficerRole::GroupLeader) => &[],
        (None, OfficerRole::Secretary) => &[Post::Leader, Post::Secretary, Post::CommitteeMember],
        (None, _) => &[Post::Leader, Post::CommitteeMember],
        (Some(_), OfficerRole::Secretary) => &[Post::Secretary, Post::CommitteeMember],
        (Some(_), _) => &[Post::CommitteeMember],
    }
}

/// Probation as the roster had it: an entry with another end, or none, decided about the one before. When it was decided, the decision says
/// where there is one, kept here or told by letter.
pub(super) fn probation(
    member: &Member,
    formers: &[Former],
    (decisions, letters): (&[AtHome<ProbationDecided>], &[(Day, Entry)]),
) -> Vec<Probation> {
    let until = |member: &Member| member.details.probationary_until;
    let after = formers.iter().skip(1).map(|former| until(&former.member));
    let after = after.chain(std::iter::once(until(member)));
    let before = formers.iter().zip(after).filter_map(|(former, after)| {
        let was = until(&former.member).filter(|was| after != Some(*was))?;
        let mut decisions = decisions.iter().rev();
        let kept = decisions.find(|decision| decision.said.until == was);
        let mut letters = letters.iter().rev();
        let told = letters.find(|(day, _)| (was..=former.written_on).contains(day));
        let decided = match (kept, told) {
            (Some(kept), _) => (kept.said.day, entry(kept.sequence)),
            (None, Some(told)) => told.clone(),
            (None, None) => (former.written_on, entry(former.sequence)),
        };
        Some(Probation {
            until: was,
            decided: Some(decided),
        })
    });
    let now = until(member).map(|until| Probation {
        until,
        decided: None,
    });
    let mut times: Vec<Probation> = Vec::new();
    for time in before.chain(now) {
        // A decision that was taken back: what stands later counts.
        times.retain(|earlier| earlier.until != time.until);
        times.push(time);
    }
    times
}
