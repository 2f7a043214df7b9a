//! All agreements of a correspondence, derived from what both sides proposed, signed and ended.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{AgreementHash, KeyId},
    identity::PublicKey,
    letter::{
        AgreementEnded, AgreementSigned, DisclosureSet, Payload, Terms,
        agreement::signature_message,
    },
    time::Day,
};

use crate::domain::{event::Event, order::Position};

/// One agreement. It exists once someone proposed it; it binds once both have signed its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Its hash.
    pub hash: AgreementHash,
    /// What it says.
    pub terms: Terms,
    /// What each party discloses to the other. As the terms say, with the keys' fingerprints at hand: every entry is judged by it.
    discloses: [(KeyId, DisclosureSet); 2],
    /// The first proposal of these terms.
    pub proposed: Position,
    /// The proposal this one answers.
    pub answers: Option<AgreementHash>,
    /// The valid signatures, each party's first, ascending.
    pub signed: Vec<Position>,
    /// Endings: where each stands and the last day it leaves. The earliest day counts.
    pub ended: Vec<(Position, Day)>,
}

impl Agreement {
    /// The entry that completed it: the later of both signatures.
    pub fn completed(&self) -> Option<Position> {
        (self.signed.len() == 2)
            .then(|| self.signed.iter().copied().max())
            .flatten()
    }

    /// The last day it is or was in force, early endings counted.
    pub fn last_day(&self) -> Day {
        self.ended
            .iter()
            .map(|(_, day)| *day)
            .fold(self.terms.valid_until, Day::min)
    }

    /// What this author discloses to the other party; nothing for a stranger.
    pub fn scope(&self, author: KeyId) -> DisclosureSet {
        self.discloses
            .iter()
            .find(|(party, _)| *party == author)
            .map_or(DisclosureSet::EMPTY, |(_, scope)| *scope)
    }

    /// Has this party signed?
    pub fn is_signed_by(&self, party: KeyId) -> bool {
        self.signed
            .iter()
            .any(|position| position.author() == party)
    }

    /// As far as the author of the entry at `reader` could know it; `None` when it did not know of it at all.
    fn known_at(&self, reader: &Position) -> Option<Self> {
        let knows = |position: &Position| knows(reader, position);
        knows(&self.proposed).then(|| Self {
            signed: self.signed.iter().copied().filter(knows).collect(),
            ended: self
                .ended
                .iter()
                .copied()
                .filter(|(position, _)| knows(position))
                .collect(),
            ..self.clone()
        })
    }
}

/// Had the author of `reader` applied the entry at `other` when it wrote?
fn knows(reader: &Position, other: &Position) -> bool {
    if reader.author() == other.author() {
        other.sequence() < reader.sequence()
    } else {
        other.sequence() < reader.seen()
    }
}

/// All agreements of a correspondence, in the order they were proposed. The same on both nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    agreements: Vec<Agreement>,
}

impl Book {
    /// Derives the book from the correspondence's entries, given in any order; entries of other kinds are passed over.
    ///
    /// A proposal whose parties are not the two authors, a signature that does not verify, or that stands before its terms, does not count.
    /// `later`: the keys a party has had since the one that names it; it signs with any of them, for the log itself shows which was valid.
    pub fn derive(parties: [KeyId; 2], later: &[(KeyId, PublicKey)], events: &[Event]) -> Self {
        let mut sorted: Vec<&Event> = events.iter().filter(|event| !event.local).collect();
        sorted.sort_by_key(|event| event.position);
        sorted.dedup_by_key(|event| event.position);
        let mut book = Self::default();
        for event in sorted {
            if !parties.contains(&event.position.author()) {
                continue;
            }
            match &event.payload {
                Some(Payload::AgreementProposed(proposed)) => {
                    book.propose(parties, event.position, &proposed.terms, proposed.answers);
                }
                Some(Payload::AgreementSigned(signed)) => book.sign(later, event.position, signed),
                Some(Payload::AgreementEnded(ended)) => book.end(event, ended),
                _ => {}
            }
        }
        book
    }

    /// Every agreement, in the order they were proposed.
    pub fn agreements(&self) -> &[Agreement] {
        &self.agreements
    }

    /// One by its hash.
    pub fn get(&self, hash: AgreementHash) -> Option<&Agreement> {
        self.agreements
            .iter()
            .find(|agreement| agreement.hash == hash)
    }

    /// The agreement in force on a day: signed by both, valid on the day, and not replaced by one that was already valid then. Of
    /// several (two amendments that crossed) the one completed later in the correspondence's order.
    pub fn in_force(&self, day: Day) -> Option<&Agreement> {
        self.agreements
            .iter()
            .filter(|agreement| agreement.terms.covers(day) && day <= agreement.last_day())
            .filter(|agreement| self.successor(agreement, day).is_none())
            .filter_map(|agreement| {
                agreement
                    .completed()
                    .map(|completed| (completed, agreement))
            })
            .max_by_key(|(completed, _)| *completed)
            .map(|(_, agreement)| agreement)
    }

    /// The first day of the first agreement that both signed.
    pub fn first_day(&self) -> Option<Day> {
        let signed = self.agreements.iter();
        let signed = signed.filter(|agreement| agreement.completed().is_some());
        signed.map(|agreement| agreement.terms.valid_from).min()
    }

    /// The agreement that was in force last within these days, both included. One ceases to be on its last day, or on the day before its
    /// successor's first.
    pub fn last_in_force(&self, from: Day, until: Day) -> Option<&Agreement> {
        let ceasing = self.agreements.iter().flat_map(|agreement| {
            let before = agreement.terms.valid_from.plus_days(-1);
            [agreement.last_day(), before]
        });
        let mut days: Vec<Day> = ceasing
            .chain([until])
            .filter(|day| (from..=until).contains(day))
            .collect();
        days.sort_unstable();
        days.into_iter().rev().find_map(|day| self.in_force(day))
    }

    /// The agreement that has replaced this one on a day: it names it, is signed by both and its first day has come. One that is replaced
    /// does not come back when its successor ends.
    pub fn successor(&self, agreement: &Agreement, day: Day) -> Option<&Agreement> {
        self.agreements
            .iter()
            .filter(|other| {
                other.terms.supersedes == Some(agreement.hash) && other.terms.valid_from <= day
            })
            .filter_map(|other| other.completed().map(|completed| (completed, other)))
            .max_by_key(|(completed, _)| *completed)
            .map(|(_, other)| other)
    }

    /// The agreement, signed by both, with which these terms would hold on one day: while there is one, nobody can sign them. One that they
    /// replace, or that was replaced already, does not stand in their way.
    pub fn rival(&self, terms: &Terms) -> Option<&Agreement> {
        let hash = terms.hash();
        self.agreements.iter().find(|other| {
            other.completed().is_some()
                && terms.supersedes != Some(other.hash)
                && other.hash != hash
                && other.terms.valid_from <= terms.valid_until
                && terms.valid_from <= other.last_day()
                && !self.agreements.iter().any(|later| {
                    later.completed().is_some() && later.terms.supersedes == Some(other.hash)
                })
        })
    }

    /// What an author may disclose on a day. Without an agreement in force: nothing.
    pub fn disclosure(&self, author: KeyId, day: Day) -> DisclosureSet {
        self.in_force(day)
            .map_or(DisclosureSet::EMPTY, |agreement| agreement.scope(author))
    }

    /// The book as the author of an entry could know it when it wrote that entry. Both sides judge an entry by this one, so that a
    /// signature or an ending that was still on its way does not turn an honest letter into a refused one.
    #[must_use]
    pub fn known_at(&self, reader: &Position) -> Self {
        Self {
            agreements: self
                .agreements
                .iter()
                .filter_map(|agreement| agreement.known_at(reader))
                .collect(),
        }
    }

    /// Is everything in the book known to the author of the entry? Then the book need not be cut for it.
    pub fn is_known_at(&self, reader: &Position) -> bool {
        self.agreements.iter().all(|agreement| {
            knows(reader, &agreement.proposed)
                && agreement
                    .signed
                    .iter()
                    .all(|position| knows(reader, position))
                && agreement
                    .ended
                    .iter()
                    .all(|(position, _)| knows(reader, position))
        })
    }

    /// The newest proposal that answers another.
    pub fn answer_to(&self, hash: AgreementHash) -> Option<&Agreement> {
        self.agreements
            .iter()
            .rev()
            .find(|agreement| agreement.answers == Some(hash))
    }

    fn propose(
        &mut self,
        parties: [KeyId; 2],
        position: Position,
        terms: &Terms,
        answers: Option<AgreementHash>,
    ) {
        let ours = parties.iter().all(|party| terms.party(*party).is_some());
        let hash = terms.hash();
        if ours && self.get(hash).is_none() {
            self.agreements.push(Agreement {
                hash,
                terms: terms.clone(),
                discloses: terms
                    .parties
                    .each_ref()
                    .map(|party| (party.key_id(), party.discloses)),
                proposed: position,
                answers,
                signed: Vec::new(),
                ended: Vec::new(),
            });
        }
    }

    fn sign(&mut self, later: &[(KeyId, PublicKey)], position: Position, signed: &AgreementSigned) {
        let Some(agreement) = self
            .agreements
            .iter_mut()
            .find(|agreement| agreement.hash == signed.agreement_hash)
        else {
            return;
        };
        let author = position.author();
        let genuine = agreement.terms.party(author).is_some_and(|party| {
            let named = PublicKey::from_slice(&party.key).ok();
            let since = later.iter().filter(|(name, _)| *name == author);
            let since = since.map(|(_, key)| *key);
            named
                .into_iter()
                .chain(since)
                .any(|key| is_genuine(&key, signed))
        });
        if genuine && !agreement.is_signed_by(author) {
            agreement.signed.push(position);
        }
    }

    /// Nobody can end an agreement backwards: what was disclosed under it until the ending was written stays right.
    fn end(&mut self, event: &Event, ended: &AgreementEnded) {
        if let Some(agreement) = self
            .agreements
            .iter_mut()
            .find(|agreement| agreement.hash == ended.agreement_hash)
            && agreement.completed().is_some()
        {
            agreement
                .ended
                .push((event.position, ended.last_day.max(event.time.day())));
        }
    }
}

fn is_genuine(key: &PublicKey, signed: &AgreementSigned) -> bool {
    key.verify(&signature_message(signed.agreement_hash), &signed.signature)
        .is_ok()
}

/// What each agreement of a book is on a day, for overviews.
pub fn statuses(book: &Book, day: Day) -> BTreeMap<AgreementHash, super::Status> {
    book.agreements()
        .iter()
        .map(|agreement| (agreement.hash, super::status::status(book, agreement, day)))
        .collect()
}
