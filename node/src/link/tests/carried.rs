//! The scheduler, letters carried by hand, the check, and entries that were lost.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_goes_out_by_itself_and_comes_back_as_a_receipt() {
    let (mut home, mut host) = partners().await;
    let schedules = [home.wishes.take(), host.wishes.take()]
        .into_iter()
        .zip([home.link.clone(), host.link.clone()])
        .map(|(wishes, link)| tokio::spawn(schedule(link, wishes.unwrap(), [7; 32])))
        .collect::<Vec<_>>();
    let applied = async |node: &Node, other: &Node, size: u64| {
        let mut moved = node.link.store().subscribe();
        while node.partner(other).applied < size {
            moved.changed().await.unwrap();
        }
    };
    let limit = Duration::from_secs(30);
    home.write(&host, 1).await;
    tokio::time::timeout(limit, applied(&home, &host, 1))
        .await
        .unwrap();
    host.write(&home, 1).await;
    tokio::time::timeout(limit, applied(&host, &home, 1))
        .await
        .unwrap();
    home.link.close();
    host.link.close();
    for schedule in schedules {
        schedule.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_carried_by_hand_does_what_a_session_does() {
    let (home, host) = partners().await;
    home.write(&host, 1200).await;
    let letter = home.link.export_letter(host.id(), None).await.unwrap();
    assert_eq!((letter.own.clone(), letter.more), (0..1200, false));
    let read = host.link.import_letter(letter.bytes.clone()).await.unwrap();
    assert_eq!((read.partner, read.outcome.received), (home.id(), 1200));
    assert_eq!(read.outcome.standing, Standing::Behind);
    // Twice is nothing new, and no error.
    let twice = host.link.import_letter(letter.bytes.clone()).await.unwrap();
    assert_eq!(twice.outcome.received, 0);
    // The letter back carries the receipt.
    let back = host.link.export_letter(home.id(), None).await.unwrap();
    assert_eq!(back.own, 0..1);
    home.link.import_letter(back.bytes).await.unwrap();
    assert_equal(&home, &host);
    let partner = home.partner(&host);
    assert_eq!((partner.applied, partner.contact.acked), (1200, 1200));
    // Both have exchanged, though they never met.
    let exchanged = [&partner, &host.partner(&home)].map(|with| with.contact.last_sync.is_some());
    assert_eq!(exchanged, [true; 2]);
    // The first letter again, old by now, is not taken for a loss.
    host.link.import_letter(letter.bytes.clone()).await.unwrap();
    // Not for the home itself, not from a stranger, not cut short.
    let own = home
        .link
        .import_letter(letter.bytes.clone())
        .await
        .unwrap_err();
    assert!(own.to_string().contains("another organization"), "{own}");
    let cut = host
        .link
        .import_letter(letter.bytes[..letter.bytes.len() / 2].to_vec())
        .await;
    assert!(cut.unwrap_err().to_string().contains("cut short"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_letter_is_named_with_the_place_to_export_from() {
    let (home, host) = partners().await;
    home.write(&host, 5).await;
    let first = home.link.export_letter(host.id(), None).await.unwrap();
    home.write(&host, 5).await;
    let second = home.link.export_letter(host.id(), Some(5)).await.unwrap();
    let gap = host
        .link
        .import_letter(second.bytes.clone())
        .await
        .unwrap_err();
    assert!(gap.to_string().contains("letter export --from 0"), "{gap}");
    host.link.import_letter(first.bytes).await.unwrap();
    let read = host.link.import_letter(second.bytes).await.unwrap();
    assert_eq!(read.outcome.received, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_the_first_thing_that_is_wrong() {
    let (home, host) = partners().await;
    home.write(&host, 2).await;
    let steps = home.link.check(host.id()).await.unwrap();
    let state = |steps: &[Check], name| {
        steps
            .iter()
            .find(|step| step.name == name)
            .map(|step| step.state)
            .unwrap()
    };
    for name in [
        CheckName::Name,
        CheckName::Port,
        CheckName::Tls,
        CheckName::Key,
        CheckName::Clock,
    ] {
        assert_eq!(state(&steps, name), CheckState::Ok, "{steps:?}");
    }
    assert_eq!(state(&steps, CheckName::Version), CheckState::Ok);
    assert_eq!(state(&steps, CheckName::Agreement), CheckState::Warn);
    assert_eq!(
        state(&steps, CheckName::Backlog),
        CheckState::Ok,
        "{steps:?}"
    );
    // Somebody else answers there.
    let other = Node::start(3).await;
    home.add(&host, other.address).await;
    let steps = home.link.check(host.id()).await.unwrap();
    assert_eq!(state(&steps, CheckName::Tls), CheckState::Ok, "{steps:?}");
    assert_eq!(state(&steps, CheckName::Key), CheckState::Failed);
    let found = &steps[3].found.zh;
    assert!(
        found.contains(&host.id().spoken()) && found.contains(&other.id().spoken()),
        "{found}"
    );
    assert!(!steps[3].found.en.contains(&steps[3].found.zh), "{steps:?}");
    assert_eq!(state(&steps, CheckName::Clock), CheckState::Skipped);
    // Nobody does.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = port.local_addr().unwrap();
    drop(port);
    home.add(&host, free).await;
    let steps = home.link.check(host.id()).await.unwrap();
    assert_eq!(state(&steps, CheckName::Port), CheckState::Failed);
    assert_eq!(
        steps[1].found.zh,
        format!("{free} 连不上: 没有程序在该端口监听")
    );
    assert!(!steps[1].remedy.zh.is_empty());
}

/// The home as it was before it wrote anything: restored from a backup that is too old.
async fn restored(host: &Node) -> Node {
    let home = Node::start(1).await;
    home.add(host, host.address).await;
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_entries_come_back_from_the_partner_in_a_session() {
    let (home, host) = partners().await;
    home.write(&host, 1300).await;
    host.write(&home, 4).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    let before = home.logs(&host);
    let again = restored(&host).await;
    let outcome = again.sync(&host).await;
    assert_eq!(
        (&outcome.end, outcome.standing),
        (&End::Settled, Standing::LostHere)
    );
    assert_eq!(
        (outcome.recovered, outcome.received),
        (before[0].0, before[1].0)
    );
    assert_equal(&again, &host);
    // Its own entries are the very same; a receipt for what came back may follow them.
    let out = again.partner(&host).out;
    let tree = again.link.store().tree_at(out, before[0].0).unwrap();
    assert_eq!(tree.root(), before[0].1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_entries_come_back_by_letters_too() {
    let (home, host) = partners().await;
    home.write(&host, 5).await;
    host.write(&home, 3).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    let before = home.logs(&host);
    let again = restored(&host).await;
    // The host cannot know it yet, and its letter says what is missing.
    host.write(&home, 1).await;
    let unknowing = host.link.export_letter(again.id(), None).await.unwrap();
    let lost = again.link.import_letter(unknowing.bytes).await.unwrap_err();
    assert!(lost.to_string().contains("are lost here"), "{lost}");
    // A log that lacks entries is not told; what the partner holds of it is asked.
    let early = again.link.export_letter(host.id(), None).await;
    assert!(matches!(early, Err(LetterFailure::Lost)));
    let asking = again.link.export_question(host.id()).await.unwrap();
    assert!(asking.own.is_empty());
    host.link.import_letter(asking.bytes).await.unwrap();
    let giving = host.link.export_letter(again.id(), None).await.unwrap();
    assert_eq!(giving.given_back, 0..before[0].0);
    let read = again.link.import_letter(giving.bytes).await.unwrap();
    assert_eq!(read.outcome.recovered, before[0].0);
    assert_eq!(read.outcome.standing, Standing::LostHere);
    let [own, mirror] = again.logs(&host);
    // Its own entries are as they were, and the receipt for the new one follows them.
    assert_eq!((own.0, mirror.0), (before[0].0 + 1, before[1].0 + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_log_is_unlocked_only_by_an_answer_to_its_own_question() {
    let (home, host) = partners().await;
    home.write(&host, 5).await;
    host.write(&home, 3).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    let old = host.link.export_letter(home.id(), None).await.unwrap();
    home.write(&host, 2).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    let before = home.logs(&host);
    let again = restored(&host).await;
    let out = again.partner(&host).out;
    let lock = move |draft: &mut Draft<'_>| draft.must_recover(out, LogState::UNKNOWN);
    again.link.store().commit(lock).await.unwrap();
    let locked = || again.partner(&host).may_write().is_err();
    // An old letter says what was held then: it unlocks nothing, whatever it brings back.
    again
        .link
        .import_letter(old.bytes.clone())
        .await
        .unwrap_err();
    assert!(locked());
    let asking = again.link.export_question(host.id()).await.unwrap();
    host.link.import_letter(asking.bytes.clone()).await.unwrap();
    let answer = host.link.export_letter(again.id(), None).await.unwrap();
    assert_eq!(answer.given_back, 0..before[0].0);
    assert_eq!(answer.own, 0..before[1].0);
    let read = again.link.import_letter(answer.bytes).await.unwrap();
    assert_eq!(read.outcome.recovered, before[0].0);
    assert!(!locked());
    let [own, mirror] = again.logs(&host);
    assert_eq!((own.0 >= before[0].0, mirror), (true, before[1]));
    // The same question answered once more, and the old letter, change nothing.
    host.link.import_letter(asking.bytes).await.unwrap();
    again.link.import_letter(old.bytes).await.unwrap();
    assert!(!locked());
    let next = again.link.export_letter(host.id(), None).await.unwrap();
    host.link.import_letter(next.bytes).await.unwrap();
    assert_equal(&again, &host);
}

/// The host begins a new epoch of its log to home.
async fn begin_anew(host: &Node, home: &Node) -> (LogOrigin, EpochReset) {
    let log = host.link.store().log(host.partner(home).out).unwrap();
    let (audience, public) = (home.id(), key(2).public());
    let origin = LogOrigin {
        author: public.key_id(),
        audience,
        epoch: epoch(77),
    };
    let reset = EpochReset {
        old_log_id: log.log_id(),
        base: log.size(),
        base_root: log.root(),
        reason: Text::parse("日志分叉").unwrap(),
    };
    let (payload, correspondence) = (Payload::from(reset.clone()), log.no);
    let begin = host.link.store().commit(move |draft| {
        let no = draft.create_log(origin, public, true)?;
        let header = draft.append_entry(no, entry(&payload))?;
        let place = Place {
            log: no,
            author: book::Author::Own,
            partner: Some((audience, correspondence)),
        };
        apply(draft, &place, &header, Some(&payload), false)?;
        book::begin_anew(draft, audience)
    });
    begin.await.unwrap();
    (origin, reset)
}

/// Home agrees to it, as its operator says.
async fn agree(home: &Node, host: &Node) {
    let partner = home.partner(host);
    let (key, correspondence, out) = (partner.key_id, partner.correspondence, partner.out);
    let agree = move |draft: &mut Draft<'_>| {
        let (accepted, _) = book::accept_epoch(draft, key)?.unwrap();
        let payload = Payload::from(accepted);
        let seen = draft.log(out)?.last_seen;
        let header = draft.append_entry(
            out,
            NewEntry {
                seen,
                ..entry(&payload)
            },
        )?;
        let place = Place {
            log: out,
            author: book::Author::Own,
            partner: Some((key, correspondence)),
        };
        apply(draft, &place, &header, Some(&payload), false)
    };
    home.link.store().commit(agree).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_correspondence_still_hears_of_a_new_epoch() {
    let (home, host) = partners().await;
    host.write(&home, 3).await;
    assert_eq!(host.sync(&home).await.end, End::Settled);
    let key = host.id();
    let stop = move |draft: &mut Draft<'_>| book::set_forked(draft, key);
    home.link.store().commit(stop).await.unwrap();
    let (origin, reset) = begin_anew(&host, &home).await;
    let told = host.sync(&home).await;
    assert!(
        matches!(&told.end, End::Stopped(stop) if stop.reason == StopReason::Epoch),
        "{told:?}"
    );
    let mut moved = home.link.store().subscribe();
    let proposal = loop {
        match home.partner(&host).contact.proposal {
            Some(proposal) => break proposal,
            None => moved.changed().await.unwrap(),
        }
    };
    assert_eq!((proposal.origin, proposal.reset), (origin, reset));
    // The check says who must decide, on both sides.
    let waits = async |node: &Node, other: &Node| {
        let steps = node.link.check(other.id()).await.unwrap();
        let last = steps
            .into_iter()
            .find(|step| step.name == CheckName::Backlog);
        last.unwrap().remedy.zh
    };
    let says = waits(&home, &host).await;
    assert!(
        says.contains("partner accept-epoch") && says.contains("日志分叉"),
        "{says}"
    );
    let says = waits(&host, &home).await;
    assert!(says.contains("待对方同意"), "{says}");
}

#[tokio::test(flavor = "multi_thread")]
async fn once_both_agreed_on_a_new_epoch_letters_go_by_themselves_again() {
    let (mut home, mut host) = partners().await;
    host.write(&home, 3).await;
    assert_eq!(host.sync(&home).await.end, End::Settled);
    begin_anew(&host, &home).await;
    let schedules = [home.wishes.take(), host.wishes.take()]
        .into_iter()
        .zip([home.link.clone(), host.link.clone()])
        .map(|(wishes, link)| tokio::spawn(schedule(link, wishes.unwrap(), [7; 32])))
        .collect::<Vec<_>>();
    let until = async |what: &str, node: &Node, done: &dyn Fn() -> bool| {
        let mut moved = node.link.store().subscribe();
        let wait = async {
            while !done() {
                moved.changed().await.unwrap();
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
        assert!(waited.is_ok(), "{what}");
    };
    // Both try, and wait for people.
    host.link.ask(home.id());
    until("the host tries", &host, &|| {
        host.partner(&home).contact.problem.is_some()
    })
    .await;
    home.link.ask(host.id());
    until("home tries", &home, &|| {
        home.partner(&host).contact.proposal.is_some()
    })
    .await;
    agree(&home, &host).await;
    until("the new epoch", &host, &|| host.partner(&home).applied > 0).await;
    let size = home.logs(&host)[1].0;
    host.write(&home, 1).await;
    until("a letter", &home, &|| home.logs(&host)[1].0 > size).await;
    home.link.close();
    host.link.close();
    for schedule in schedules {
        schedule.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_try_is_told_while_a_partner_cannot_be_reached() {
    let mut home = Node::start(1).await;
    let host = Node::start(2).await;
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = port.local_addr().unwrap();
    drop(port);
    home.add(&host, free).await;
    assert_eq!(home.link.next_try(&host.id()), None, "nobody dials yet");
    let dialling = tokio::spawn(schedule(
        home.link.clone(),
        home.wishes.take().unwrap(),
        [7; 32],
    ));
    home.link.ask(host.id());
    let mut moved = home.link.store().subscribe();
    while home.partner(&host).contact.problem.is_none() {
        moved.changed().await.unwrap();
    }
    let next = loop {
        match home.link.next_try(&host.id()) {
            Some(next) => break next,
            None => tokio::task::yield_now().await,
        }
    };
    let wait = next.millis() - NOW.millis();
    assert!((0..=scheduler::LAST_RETRY.as_millis()).contains(&u128::try_from(wait).unwrap()));
    home.link.close();
    dialling.await.unwrap();
}
