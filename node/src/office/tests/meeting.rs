//! Two that met before meet again: nothing that was written is lost, and a stranger to the correspondence changes nothing.

use hongyan_proto::{
    id::Epoch,
    identity::{IdentityKey, Invitation, KeyRotation, Succession},
    letter::Text,
};

use super::{
    pair::{Pair, Town, introduce},
    stories::{accept, digests, notice, ready, write},
};
use crate::{
    book::{self, PartnerState},
    office::{
        OfficeError, find,
        partner::{self, Introduction},
        rotation, status,
    },
};

async fn invited(town: &Town) -> Invitation {
    let invited = partner::invite(&town.office, town.request(), "", 0).await;
    invited.unwrap().0
}

async fn meet(asks: &Town, inviter: &Town) -> Result<(), OfficeError> {
    introduce(asks, inviter, &invited(inviter).await.to_text()).await
}

async fn revoke(town: &Town) {
    let code = town.partner().code.to_string();
    let reason = Text::parse("协议终止").unwrap();
    let revoked = partner::revoke(&town.office, town.request(), code, reason).await;
    revoked.unwrap();
}

/// How the correspondence stands, without what changes with each contact.
fn standing(town: &Town) -> (PartnerState, Vec<book::LogRef>, Vec<book::LogRef>, u64) {
    let partner = town.partner();
    (
        partner.state,
        partner.out_logs,
        partner.incoming_logs,
        partner.applied,
    )
}

#[tokio::test]
async fn a_renewed_pin_keeps_the_logs_and_a_rebuild_says_the_same() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    let before = standing(&pair.home);
    for (asks, inviter) in [(&pair.home, &pair.host), (&pair.host, &pair.home)] {
        revoke(asks).await;
        assert_eq!(asks.partner().state, PartnerState::Revoked);
        meet(asks, inviter).await.unwrap();
        assert_eq!(standing(&pair.home), before);
        book::rebuild(asks.office.store(), &|_, _| {}).unwrap();
        assert_eq!(standing(&pair.home), before);
    }
    write(&pair.host, case, accept()).await.unwrap();
    pair.sync().await;
    assert_eq!(digests(&pair.home), digests(&pair.host));
}

/// Somebody with the host's key, who says that the log begins elsewhere.
fn other_epoch(pair: &Pair) -> Introduction {
    Introduction {
        key: pair.host.office.public(),
        succession: Succession::NONE,
        organization: pair.host.office.organization().clone(),
        epoch: Epoch::from_bytes([9; 16]),
        held: None,
    }
}

#[tokio::test]
async fn who_speaks_of_another_correspondence_is_refused_and_nothing_changes() {
    let pair = ready().await;
    pair.sync().await;
    for revoked in [false, true] {
        if revoked {
            revoke(&pair.home).await;
        }
        let before = standing(&pair.home);
        let secret = invited(&pair.home).await.secret;
        let redeemed = pair.home.office.redeem(secret, other_epoch(&pair)).await;
        let refused = redeemed.unwrap_err();
        assert!(
            matches!(refused, OfficeError::AlreadyPartner(_)),
            "{refused}"
        );
        assert_eq!(standing(&pair.home), before);
    }
}

#[tokio::test]
async fn before_anything_was_received_the_other_side_may_begin_again() {
    // The host lost the answer to the first invitation, and asks with a second one.
    let pair = Pair::met().await;
    let secret = invited(&pair.home).await.secret;
    let redeemed = pair
        .home
        .office
        .redeem(secret.clone(), other_epoch(&pair))
        .await;
    let (out, incoming) = book::met(pair.home.office.store(), &pair.home.partner()).unwrap();
    assert_eq!(redeemed.unwrap().epoch, out);
    assert_eq!(incoming, Some(Epoch::from_bytes([9; 16])));
    // The secret worked once: whoever has it now is somebody else.
    let thief = Introduction {
        key: IdentityKey::from_seed([8; 32]).public(),
        ..other_epoch(&pair)
    };
    let again = pair.home.office.redeem(secret, thief).await;
    assert!(matches!(again, Err(OfficeError::InvitationUsed)));
}

#[tokio::test]
async fn an_inviter_that_was_restored_from_before_the_meeting_pins_nobody() {
    let pair = ready().await;
    pair.sync().await;
    // As an inviter that has forgotten everything sees it: the other one holds letters of a log that is not known here.
    let forgotten = Pair::met().await.host;
    let before = forgotten.size(crate::store::LogNo::LOCAL);
    let invitation = invited(&forgotten).await;
    let caller = Introduction {
        held: Some(Epoch::from_bytes([9; 16])),
        ..other_epoch(&pair)
    };
    let caller = Introduction {
        key: pair.home.office.public(),
        ..caller
    };
    let redeemed = forgotten.office.redeem(invitation.secret, caller).await;
    let refused = redeemed.unwrap_err();
    assert!(
        matches!(refused, OfficeError::AlreadyPartner(_)),
        "{refused}"
    );
    // The invitation is all that was written.
    assert_eq!(forgotten.size(crate::store::LogNo::LOCAL), before + 1);
}

/// Whoever has the key that was given up must speak for nobody: what replaced it is known before the two have exchanged a letter.
#[tokio::test]
async fn a_key_replaced_while_the_pin_was_away_is_known_at_the_meeting() {
    for asks_rotated in [true, false] {
        let pair = ready().await;
        pair.sync().await;
        revoke(&pair.home).await;
        let (asks, inviter) = (&pair.host, &pair.home);
        let rotates = if asks_rotated { asks } else { inviter };
        let old = rotates.office.public();
        rotation::rotate(&rotates.office, rotates.request(), 0)
            .await
            .unwrap();
        let before = standing(if asks_rotated { inviter } else { asks });
        meet(asks, inviter).await.unwrap();
        let known = if asks_rotated { inviter } else { asks }.partner();
        assert_eq!((known.key, known.signer), (old, rotates.office.public()));
        let after = standing(if asks_rotated { inviter } else { asks });
        assert_eq!((&after.1, &after.2), (&before.1, &before.2));
        pair.sync().await;
        for town in [asks, inviter] {
            let seen = standing(town);
            book::rebuild(town.office.store(), &|_, _| {}).unwrap();
            assert_eq!(standing(town), seen);
            assert_eq!(book::partners(town.office.store()).unwrap().len(), 1);
        }
    }
}

#[tokio::test]
async fn who_lost_the_answer_and_has_another_key_since_is_met_as_new() {
    let pair = Pair::met().await;
    let secret = invited(&pair.home).await.secret;
    let (old, new) = (
        IdentityKey::from_seed([21; 32]),
        IdentityKey::from_seed([22; 32]),
    );
    let caller = |key: &IdentityKey, epoch: u8, succession| Introduction {
        key: key.public(),
        succession,
        epoch: Epoch::from_bytes([epoch; 16]),
        ..other_epoch(&pair)
    };
    let first = caller(&old, 5, Succession::NONE);
    let first = pair.home.office.redeem(secret, first).await.unwrap();
    let until = pair.home.office.now();
    let rotation = KeyRotation::sign(&old, &new, until).unwrap();
    let again = caller(&new, 6, Succession::new(vec![rotation]).unwrap());
    let secret = invited(&pair.home).await.secret;
    let second = pair.home.office.redeem(secret, again).await.unwrap();
    assert_ne!(second.epoch, first.epoch);
    let partners = book::partners(pair.home.office.store()).unwrap();
    let met = partners.iter().find(|one| one.key == new.public()).unwrap();
    let (out, incoming) = book::met(pair.home.office.store(), met).unwrap();
    assert_eq!(
        (out, incoming),
        (second.epoch, Some(Epoch::from_bytes([6; 16])))
    );
}

#[tokio::test]
async fn a_partner_that_lost_its_key_is_named_by_both_fingerprints_until_the_old_one_is_revoked() {
    let pair = ready().await;
    let home = &pair.home;
    let again = Town::new("320200-001", "320200", 77);
    meet(&again, home).await.unwrap();
    let keys = [&pair.host, &again].map(|town| town.office.public().key_id());
    let unclear = find::partner(home.office.store(), "320200-001").unwrap_err();
    let words = unclear.to_string();
    for key in keys {
        assert!(words.contains(&key.to_string()), "{words}");
    }
    assert_eq!(unclear.reason(), "AMBIGUOUS");
    assert!(unclear.remedy().contains("partner revoke"));
    let old = keys[0].to_string()[..8].to_owned();
    for view in status::partners(&home.office).unwrap() {
        let (zh, en) = view.notice.unwrap();
        assert!(zh.contains(&format!("partner revoke {old}")), "{zh}");
        assert!(en.contains(&keys[1].to_string()[..8]), "{en}");
    }
    let reason = Text::parse("密钥丢失").unwrap();
    let revoked = partner::revoke(&home.office, home.request(), old.clone(), reason).await;
    revoked.unwrap();
    let found = |text: &str| find::partner(home.office.store(), text).unwrap().key_id;
    assert_eq!((found("320200-001"), found(&old)), (keys[1], keys[0]));
    let views = status::partners(&home.office).unwrap();
    let new = views.iter().find(|view| view.partner.key_id == keys[1]);
    assert_eq!(new.unwrap().notice, None);
}
