//! What each finding is called.

use std::time::Instant;

use bytes::Bytes;
use hongyan_proto::{
    channel::{CertificateError, ChannelError},
    id::{AgreementHash, KeyId},
    identity::Succession,
    message::Hello,
    time::Timestamp,
};

use super::{
    CheckName, CheckState, Report, Words,
    session::{SKEW_LIMIT_MS, agreement, clock, version},
    verdict::{STEPS, bad, ok},
    way::{tls, wrong_key},
};
use crate::link::LinkError;

fn hello(protocol: (u32, u32), agreements: Vec<AgreementHash>) -> Hello {
    Hello {
        protocol,
        own: Bytes::new(),
        held: None,
        time: Timestamp::default(),
        agreements,
        reset: None,
        rotations: Succession::NONE,
        held_rotations: Succession::NONE,
    }
}

#[test]
fn clocks_are_named_when_they_differ_by_more_than_five_minutes() {
    for (skew, state) in [
        (0, CheckState::Ok),
        (SKEW_LIMIT_MS, CheckState::Ok),
        (-SKEW_LIMIT_MS - 1, CheckState::Warn),
        (3_600_000, CheckState::Warn),
    ] {
        let (found, words, remedy) = clock(skew);
        assert_eq!(found, state, "{words:?}");
        assert_eq!(remedy == Words::default(), state == CheckState::Ok);
    }
    assert!(clock(-400_000).1.en.contains("-400.0s"));
}

#[test]
fn the_older_side_is_told_to_upgrade() {
    assert_eq!(version(&hello((1, 3), vec![])).0, CheckState::Ok);
    assert_eq!(version(&hello((2, 3), vec![])).2.en, "upgrade this program");
    assert_eq!(version(&hello((0, 0), vec![])).2.en, "ask them to upgrade");
}

#[test]
fn agreements_are_compared() {
    let (a, b) = (
        AgreementHash::from_bytes([1; 32]),
        AgreementHash::from_bytes([2; 32]),
    );
    assert_eq!(
        agreement(&[a, b], &hello((1, 1), vec![b, a])).0,
        CheckState::Ok
    );
    assert_eq!(agreement(&[a], &hello((1, 1), vec![b])).0, CheckState::Warn);
    assert_eq!(agreement(&[], &hello((1, 1), vec![])).0, CheckState::Warn);
}

#[test]
fn a_wrong_key_shows_both_fingerprints_and_tls_itself_is_well() {
    let (expected, found) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
    let error = CertificateError::WrongKey { expected, found };
    let error = LinkError::Channel(ChannelError::Certificate(error));
    let (_, words, remedy) = wrong_key(&error);
    assert!(words.zh.contains(&expected.spoken()) && words.zh.contains(&found.spoken()));
    assert!(remedy.zh.contains("电话"));
    assert_eq!(tls(&Err(error)).0, CheckState::Ok);
    assert_eq!(
        tls(&Err(LinkError::Channel(ChannelError::NotTls))).0,
        CheckState::Failed
    );
}

#[test]
fn after_a_failed_step_the_rest_is_skipped_but_the_backlog_is_known() {
    use CheckState::{Failed, Ok, Skipped};
    let mut report = Report::default();
    let since = Instant::now();
    assert!(report.add(CheckName::Name, ok("", ""), since));
    let failed = bad(Failed, Words::default(), "", "");
    assert!(!report.add(CheckName::Port, failed, since));
    let steps = report.finish(&ok("无", "none"));
    assert!(steps.iter().map(|step| step.name).eq(STEPS));
    let states: Vec<_> = steps.iter().map(|step| step.state).collect();
    assert_eq!(
        states,
        [Ok, Failed, Skipped, Skipped, Skipped, Skipped, Skipped, Ok]
    );
}
