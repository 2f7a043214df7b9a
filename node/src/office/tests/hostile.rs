//! A partner that lies, a node that lost something: both sides must still see the same, and nobody may be stalled.

use hongyan_proto::{
    id::{CaseId, Hash},
    letter::{Payload, Receipt, Refusal, RefusalReason, Text},
    log::NewHeader,
};

use super::{
    pair::{Pair, Town, session, unlock},
    stories::{accept, attendance, digests, notice, ready, state, write},
};
use crate::{
    book::{self, Author, Place},
    domain::case::State,
    office::{OfficeError, backup, partner},
    store::{Draft, LogState, NewEntry},
};

async fn change<T: Send + 'static>(
    town: &Town,
    work: impl FnOnce(&mut Draft<'_>) -> Result<T, book::BookError> + Send + 'static,
) -> T {
    town.office.store().commit(work).await.unwrap()
}

/// Writes an entry as a program would that keeps no rule.
async fn append(town: &Town, payload: impl Into<Payload>, case: Option<CaseId>) {
    let (partner, now, payload) = (town.partner(), town.office.now(), payload.into());
    let seen = partner.incoming_base + town.size(partner.incoming.unwrap());
    let agreement = book::in_force(town.office.store(), &partner, town.office.today()).unwrap();
    let agreement = agreement
        .filter(|_| payload.kind().needs_agreement())
        .map(|agreement| agreement.hash);
    let new = NewEntry {
        seen,
        time: now,
        kind: payload.kind(),
        case_id: case,
        agreement,
        payload: payload.encode(),
    };
    change(town, move |draft| Ok(draft.append(partner.out, new)?)).await;
}

/// Home proposes a new epoch, and the host hears of it as a hello would tell it.
async fn propose(pair: &Pair) {
    let (home, host) = (&pair.home, &pair.host);
    let reason = Text::parse("磁盘损坏").unwrap();
    partner::reset_epoch(&home.office, home.request(), String::new(), reason)
        .await
        .unwrap();
    let origin = home.office.store().log(home.partner().out).unwrap().origin;
    let reset = book::beginning(home.office.store(), &home.partner()).unwrap();
    let (key, reset) = (host.partner().key_id, reset.unwrap());
    let author = home.office.public();
    change(host, move |draft| {
        book::propose_epoch(draft, key, (origin, author), &reset)
    })
    .await;
}

/// The host's operator agrees, and is told why.
async fn agree(pair: &Pair) -> Result<(), OfficeError> {
    let host = &pair.host;
    let accepted = partner::accept_epoch(&host.office, host.request(), String::new()).await;
    accepted.map(|(_, _, reason)| assert_eq!(reason, "磁盘损坏"))
}

/// Home begins a new epoch, the host accepts it.
async fn begin_anew(pair: &Pair) {
    lock(&pair.home).await;
    propose(pair).await;
    agree(pair).await.unwrap();
}

/// As after a restore.
async fn lock(town: &Town) {
    let out = town.partner().out;
    change(town, move |draft| {
        Ok(draft.must_recover(out, LogState::UNKNOWN)?)
    })
    .await;
}

/// What the host holds of home's log, as its hello shows it.
async fn hear_hello(pair: &Pair) {
    let (key, mirror) = (
        pair.home.partner().key_id,
        pair.host.partner().incoming.unwrap(),
    );
    let held = pair.host.office.store().log(mirror).unwrap();
    let held = held.checkpoint.clone().unwrap();
    change(&pair.home, move |draft| book::note_hello(draft, key, &held)).await;
}

#[tokio::test]
async fn what_the_partner_never_had_is_left_behind_by_a_new_epoch_on_both_sides() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let lost = notice(&pair, "李四").await;
    begin_anew(&pair).await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    pair.sync().await;
    assert_eq!(state(&pair.home, case), Some(State::Accepted));
    let live = |town| -> Vec<_> {
        digests(town)
            .into_iter()
            .filter(|(id, _)| *id != lost)
            .collect()
    };
    assert_eq!(live(&pair.home), live(&pair.host));
    let file = book::case(pair.home.office.store(), Some(&pair.home.partner()), lost).unwrap();
    let state = file.and_then(|file| file.case.state());
    assert_eq!(
        state,
        Some(State::Departed),
        "its notice never arrived: only the departure stands"
    );
}

#[tokio::test]
async fn an_epoch_after_what_the_partner_does_not_hold_is_refused_and_proposed_again() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    notice(&pair, "李四").await;
    // Home believes that the host has all of it.
    let (key, out) = (pair.home.partner().key_id, pair.home.partner().out);
    let size = pair.home.size(out);
    change(&pair.home, move |draft| {
        book::note_held(draft, key, out, size)
    })
    .await;
    lock(&pair.home).await;
    propose(&pair).await;
    let before = pair.host.partner();
    let refused = agree(&pair).await;
    assert!(
        matches!(refused, Err(OfficeError::EpochDiffers(_))),
        "{refused:?}"
    );
    assert_eq!(pair.host.partner(), before, "nothing was accepted");
    hear_hello(&pair).await;
    propose(&pair).await;
    agree(&pair).await.unwrap();
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    notice(&pair, "李四").await;
    pair.sync().await;
    assert_eq!(state(&pair.home, case), Some(State::Accepted));
    alike(&pair);
}

/// Both sides see the same of every case they share, also when all views are made again.
fn alike(pair: &Pair) {
    let shared = |town: &Town| -> Vec<_> {
        digests(town)
            .into_iter()
            .filter(|(id, _)| state(town, *id) != Some(State::Departed))
            .collect()
    };
    let before = shared(&pair.home);
    assert_eq!(before, shared(&pair.host));
    for town in [&pair.home, &pair.host] {
        let partner = town.partner();
        book::rebuild(town.office.store(), &|_, _| {}).unwrap();
        assert_eq!(shared(town), before);
        assert_eq!(town.partner().out_logs, partner.out_logs);
        assert_eq!(town.partner().incoming_logs, partner.incoming_logs);
    }
}

#[tokio::test]
async fn a_fork_ends_where_both_histories_are_alike() {
    let mut pair = ready().await;
    let kept = notice(&pair, "张三").await;
    pair.sync().await;
    let mut saved = Vec::new();
    let passphrase = "correct horse battery";
    backup::backup(&pair.home.office, passphrase, &mut saved, &|_, _| {}).unwrap();
    // One machine goes on with the host.
    let there = notice(&pair, "李四").await;
    pair.sync().await;
    write(&pair.host, there, accept()).await.unwrap();
    pair.sync().await;
    // Another one, made of the backup, is written as well, and longer.
    let data = pair.home.folder.path().join("second");
    let (unlock, clock) = (unlock(&data), pair.home.clock());
    let quiet = &|_, _| {};
    backup::restore(
        &data,
        saved.as_slice(),
        passphrase,
        &unlock,
        [9; 32],
        clock,
        quiet,
    )
    .unwrap();
    let second =
        crate::office::Office::open(&data, &unlock, [10; 32], pair.home.clock(), &|_, _| {})
            .unwrap();
    pair.home.reopen_from(second);
    let out = pair.home.partner().out;
    change(&pair.home, move |draft| Ok(draft.confirmed(out)?)).await;
    let here = notice(&pair, "金丝雀").await;
    for _ in 0..10 {
        append(&pair.home, attendance("2026-04-01"), None).await;
    }
    let refused = session(&pair.home, &pair.host).await.unwrap_err();
    assert!(refused.contains("two histories"), "{refused}");
    for town in [&pair.home, &pair.host] {
        let key = town.partner().key_id;
        change(town, move |draft| book::set_forked(draft, key)).await;
    }
    hear_hello(&pair).await;
    propose(&pair).await;
    agree(&pair).await.unwrap();
    pair.sync().await;
    write(&pair.host, kept, accept()).await.unwrap();
    let again = notice(&pair, "金丝雀").await;
    pair.sync().await;
    for town in [&pair.home, &pair.host] {
        assert_eq!(state(town, kept), Some(State::Accepted));
        assert_eq!(state(town, again), Some(State::Notified));
        assert_eq!(town.partner().state, book::PartnerState::Active);
    }
    // Neither branch behind the fork counts: the departure of before is noticed once more.
    assert_eq!(again, here);
    assert_ne!(state(&pair.host, there), Some(State::Accepted));
    alike(&pair);
}

#[tokio::test]
async fn the_note_of_the_last_hello_says_where_a_new_epoch_begins() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let (key, out) = (pair.home.partner().key_id, pair.home.partner().out);
    change(&pair.home, move |draft| book::note_held(draft, key, out, 1)).await;
    hear_hello(&pair).await;
    begin_anew(&pair).await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    pair.sync().await;
    assert_eq!(state(&pair.home, case), Some(State::Accepted));
    assert_eq!(digests(&pair.home), digests(&pair.host));
}

#[tokio::test]
async fn an_entry_once_applied_cannot_be_refused_later() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let (home, host) = (&pair.home, &pair.host);
    let before = digests(home);
    let log_id = home
        .office
        .store()
        .log(home.partner().out)
        .unwrap()
        .log_id();
    let size = home.size(home.partner().out);
    let refuse = |sequence| Refusal {
        sequence,
        reason: RefusalReason::Malformed,
        field: None,
    };
    let refusals: Vec<_> = (0..size).map(refuse).collect();
    append(
        host,
        Receipt {
            log_id,
            size,
            root: Hash::from_bytes([0; 32]),
            refusals,
        },
        None,
    )
    .await;
    pair.sync().await;
    assert!(
        book::refusals(home.office.store(), home.partner().out)
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        (state(home, case), digests(home)),
        (Some(State::Notified), before)
    );
}

#[tokio::test]
async fn a_refusal_that_was_not_yet_told_survives_views_made_again() {
    let pair = ready().await;
    // Well-formed, but about no case.
    append(&pair.host, attendance("2026-04-01"), None).await;
    session(&pair.home, &pair.host).await.unwrap();
    let mirror = pair.home.partner().incoming.unwrap();
    let refused = |town: &Town, log| -> Vec<u64> {
        book::refusals(town.office.store(), log)
            .unwrap()
            .iter()
            .map(|refused| refused.sequence)
            .collect()
    };
    let before = refused(&pair.home, mirror);
    assert_eq!(before.len(), 1);
    book::rebuild(pair.home.office.store(), &|_, _| {}).unwrap();
    assert_eq!(refused(&pair.home, mirror), before);
    pair.sync().await;
    assert_eq!(refused(&pair.host, pair.host.partner().out), before);
}

#[tokio::test]
async fn a_case_with_many_entries_never_outgrows_its_place() {
    const MANY: u64 = 20_000;
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    let (partner, now) = (pair.home.partner(), pair.home.office.now());
    let log_id = pair.home.office.store().log(partner.out).unwrap().log_id();
    let place = Place {
        log: partner.out,
        author: Author::Own,
        partner: Some((partner.key_id, partner.correspondence)),
    };
    change(&pair.home, move |draft| {
        let payload = Payload::from(accept());
        for sequence in (1_000..).take(usize::try_from(MANY).unwrap()) {
            let (kind, body_hash) = (payload.kind(), Hash::from_bytes([0; 32]));
            let header = NewHeader {
                log_id,
                sequence,
                seen: 0,
                time: now,
                kind,
                case_id: Some(case),
                agreement: None,
                body_hash,
            };
            book::apply(draft, &place, &header.encode(), Some(&payload), false)?;
        }
        Ok(())
    })
    .await;
    let events = book::case(pair.home.office.store(), Some(&pair.home.partner()), case)
        .unwrap()
        .unwrap()
        .records;
    assert!(events.len() as u64 > MANY);
}

#[tokio::test]
async fn acknowledgements_fall_with_a_hello_and_rise_with_a_letter_and_stay_in_their_log() {
    let pair = ready().await;
    let home = &pair.home;
    let (key, out, other) = (
        home.partner().key_id,
        home.partner().out,
        home.partner().incoming.unwrap(),
    );
    let steps = [
        (true, out, 3, 3),
        (false, out, 2, 3),
        (false, out, 4, 4),
        (false, other, 9, 4),
        (true, other, 9, 4),
    ];
    for (hello, log, size, expected) in steps {
        change(home, move |draft| {
            if hello {
                book::note_held(draft, key, log, size)
            } else {
                book::note_ack(draft, key, log, size)
            }
        })
        .await;
        assert_eq!(
            home.partner().contact.acked,
            expected,
            "{hello} {log} {size}"
        );
    }
}

#[tokio::test]
async fn no_receipt_is_written_that_would_have_seen_less_than_the_one_before() {
    let pair = ready().await;
    let (town, now) = (&pair.home, pair.home.office.now());
    let partner = town.partner();
    append(&pair.host, attendance("2026-04-01"), None).await;
    session(&pair.home, &pair.host).await.unwrap();
    assert!(town.partner().owes_receipt);
    // As after a restore: the own log came back whole, the mirror did not.
    let seen = town.size(partner.incoming.unwrap()) + 5;
    let payload = Payload::from(attendance("2026-04-01"));
    let new = NewEntry {
        seen,
        time: now,
        kind: payload.kind(),
        case_id: None,
        agreement: None,
        payload: payload.encode(),
    };
    change(town, move |draft| Ok(draft.append(partner.out, new)?)).await;
    let written = change(town, move |draft| {
        book::acknowledge_receipt(draft, partner.key_id, now)
    })
    .await;
    assert!(!written && town.partner().owes_receipt);
}
