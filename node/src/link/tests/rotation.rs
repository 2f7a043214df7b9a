//! Identity keys replaced under real links: what is refused when their time is over, or when somebody else tries.

use hongyan_proto::{
    channel::{CertificateError, ChannelError},
    identity::KeyRotation,
    letter::KeyRotated,
    sealed::SealedError,
};

use super::*;

impl Node {
    /// Replaces the key by that of another seed, in every log, as the office does.
    async fn rotate(&self, seed: u8, overlap_until: Timestamp) {
        let (old, new) = (self.link.keys().current(), Arc::new(key(seed)));
        let rotation = KeyRotation::sign(&old, &new, overlap_until).unwrap();
        self.link.keys().prepare(Arc::clone(&new));
        let commit = self.link.store().commit(move |draft| {
            let logs: Vec<_> = draft.logs().iter().filter(|log| log.own).cloned().collect();
            for log in logs {
                let payload = Payload::from(KeyRotated::from(&rotation));
                let entry = NewEntry {
                    seen: log.last_seen,
                    time: NOW,
                    kind: payload.kind(),
                    case_id: None,
                    agreement: None,
                    payload: payload.encode(),
                };
                draft.rotate(log.no, entry, (&rotation, &old))?;
            }
            Ok::<_, StoreError>(())
        });
        commit.await.unwrap();
        self.link.keys().promote(&new.public());
        self.link.renew_tls().unwrap();
    }
}

const LATER: Timestamp = NOW.plus_millis(86_400_000);

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_time_is_over_opens_nothing() {
    let (home, host) = partners().await;
    home.write(&host, 3).await;
    let old_letter = host.link.export_letter(home.id(), None).await.unwrap();
    home.sync(&host).await;
    host.write(&home, 2).await;
    let late = host.link.export_letter(home.id(), None).await.unwrap();
    // No overlap at all: the old key ends with the rotation.
    host.rotate(12, NOW).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    let partner = home.partner(&host);
    assert_eq!(partner.signer, key(12).public());
    assert_eq!(partner.key, key(2).public());
    for letter in [late, old_letter] {
        let refused = home.link.import_letter(letter.bytes).await.unwrap_err();
        assert!(
            matches!(refused, LetterFailure::KeyRetired { .. }),
            "{refused}"
        );
    }
    // Nor does a connection with it come about, from either side.
    let address = home.address.to_string();
    let knocking = connect(&address, key(1).public(), &tls(&key(2)), clock()).await;
    assert_eq!(knocking.unwrap_err(), ChannelError::RefusedByPeer);
    let expect = channel::Expect::pinned(host.id(), home.link.pins());
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let impostor = tcp.local_addr().unwrap().to_string();
    let (pins, quiet) = (home.link.pins().clone(), Arc::new(|_: &_| {}));
    let _impostor = Listener::start(tcp, &tls(&key(2)), pins, clock(), quiet);
    let answered = connect(&impostor, expect, home.link.tls(), clock()).await;
    assert!(matches!(
        answered.unwrap_err(),
        ChannelError::Certificate(CertificateError::Retired { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_sealed_to_the_old_key_is_opened_until_the_key_is_erased() {
    let (home, host) = partners().await;
    host.write(&home, 2).await;
    let letter = host.link.export_letter(home.id(), None).await.unwrap();
    home.rotate(11, LATER).await;
    let again = letter.bytes.clone();
    let read = home.link.import_letter(again).await.unwrap();
    assert_eq!(read.outcome.received, 2);
    home.link.keys().retain(|_| false);
    let refused = home.link.import_letter(letter.bytes).await.unwrap_err();
    assert!(
        matches!(refused, LetterFailure::Sealed(SealedError::NotForUs)),
        "{refused}"
    );
    // The partner seals to the new key once it knows it.
    home.sync(&host).await;
    host.write(&home, 1).await;
    let letter = host.link.export_letter(home.id(), None).await.unwrap();
    home.link.import_letter(letter.bytes).await.unwrap();
    assert_eq!(home.sync(&host).await.end, End::Settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_node_of_the_old_name_is_followed_only_by_its_own_statement() {
    let (home, host) = partners().await;
    home.write(&host, 1).await;
    home.sync(&host).await;
    // Somebody shows a good certificate of its own, and the statement of a key that the home never pinned.
    let until = LATER;
    let stranger = KeyRotation::sign(&key(8), &key(9), until).unwrap();
    let shown = Succession::new(vec![stranger]).unwrap();
    let (from, to) = (NOW.plus_millis(-1000), LATER);
    let forged = TlsIdentity::issue_after(&key(9), &shown, from, to).unwrap();
    let address = home.address.to_string();
    let knocking = connect(&address, key(1).public(), &forged, clock()).await;
    assert_eq!(knocking.unwrap_err(), ChannelError::RefusedByPeer);
    // The host's own statement is followed, and its log goes on under its name.
    host.rotate(12, LATER).await;
    host.write(&home, 700).await;
    assert_eq!(host.sync(&home).await.end, End::Settled);
    assert_eq!(home.partner(&host).signer, key(12).public());
    // A second thief with the key that was given up is not, though that key is still accepted for the overlap.
    let theft = KeyRotation::sign(&key(2), &key(9), until).unwrap();
    let shown = Succession::new(vec![theft]).unwrap();
    let forged = TlsIdentity::issue_after(&key(9), &shown, from, to).unwrap();
    let knocking = connect(&address, key(1).public(), &forged, clock()).await;
    assert_eq!(knocking.unwrap_err(), ChannelError::RefusedByPeer);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tls_key_is_replaced_before_its_certificate_ends() {
    let (home, host) = partners().await;
    // The harness's certificates end within a day.
    let before = home.link.tls().current();
    assert!(home.link.renew_tls_in_time().unwrap());
    let after = home.link.tls().current();
    assert!(after.not_after() > before.not_after());
    assert_ne!(after.peer().spki_hash, before.peer().spki_hash);
    assert!(!home.link.renew_tls_in_time().unwrap());
    home.write(&host, 1).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    host.write(&home, 1).await;
    assert_eq!(host.sync(&home).await.end, End::Settled);
}
