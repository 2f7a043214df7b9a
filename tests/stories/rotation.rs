//! Identity keys replaced: partners and departments follow by themselves, whatever carrier there is, and nobody else can.

use std::{ffi::OsString, path::Path, time::Duration};

use hongyan_proto::pb::{
    exchange::v1::{Presence, StopReason},
    office::v1::{
        CaseState as S, GetKeyRequest, GetKeyResponse, Partner, PartnerState, RenewTlsRequest,
        node_service_client::NodeServiceClient,
    },
};
use hongyan_tests::town::{Desk, Id, Process, Town};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{HOME, HOST, stay, two};

async fn rotate(town: &mut Town, id: Id) {
    town.at(id).command(&["key", "rotate"]).await.unwrap();
}

async fn key_of(desk: &Desk) -> GetKeyResponse {
    NodeServiceClient::new(desk.channel())
        .get_key(GetKeyRequest {})
        .await
        .unwrap()
        .into_inner()
}

async fn partner_of(desk: &Desk) -> Partner {
    desk.partners().await.unwrap().pop().unwrap()
}

/// Both sides know each other's valid key, everything is applied, and every log verifies.
async fn all_is_well(town: &mut Town, home: Id, host: Id) {
    town.settle(home, host).await.unwrap();
    for (one, other) in [(home, host), (host, home)] {
        let own = key_of(&town.desk(one)).await;
        assert_eq!(
            partner_of(&town.desk(other)).await.fingerprint,
            own.fingerprint
        );
        let bad = town.desk(one).verify_logs().await.unwrap();
        assert_eq!(bad, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_connected_partner_follows_at_once() {
    let (mut town, home, host, people) = two(61, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let before = key_of(&town.desk(home)).await;
    rotate(&mut town, home).await;
    let after = key_of(&town.desk(home)).await;
    assert_ne!(after.fingerprint, before.fingerprint);
    assert_ne!(after.tls_fingerprint, before.tls_fingerprint);
    assert_eq!(after.previous[0].fingerprint, before.fingerprint);
    all_is_well(&mut town, home, host).await;
    let seen = partner_of(&town.desk(host)).await;
    assert_eq!(seen.state(), PartnerState::Rotating);
    assert!(seen.key_changed_ms > 0 && seen.old_key_until_ms > seen.key_changed_ms);
    // The work goes on in both directions, and whoever dials.
    town.desk(home).contact(&case, "2026-02-01").await.unwrap();
    town.desk(host)
        .attendance(&case, "2026-02-05", Presence::Present)
        .await
        .unwrap();
    town.settle(host, home).await.unwrap();
    let checked = town.at(host).command(&["partner", "check", HOME]).await;
    assert!(checked.unwrap().contains(&after.spoken));
    // It is the same after both have started anew: nothing was held in memory only.
    for id in [home, host] {
        town.at(id).stop().await.unwrap();
        town.at(id).start().await.unwrap();
    }
    all_is_well(&mut town, home, host).await;
}

#[tokio::test]
async fn two_that_replaced_their_keys_while_cut_off_find_each_other() {
    let (mut town, home, host, people) = two(62, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    town.cut(home, host);
    rotate(&mut town, home).await;
    rotate(&mut town, host).await;
    town.desk(home).contact(&case, "2026-02-01").await.unwrap();
    town.desk(host)
        .attendance(&case, "2026-02-05", Presence::Present)
        .await
        .unwrap();
    town.heal(home, host);
    all_is_well(&mut town, home, host).await;
}

#[tokio::test]
async fn a_partner_that_slept_through_two_rotations_follows_both() {
    let (mut town, home, host, people) = two(63, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    town.at(host).stop().await.unwrap();
    rotate(&mut town, home).await;
    town.desk(home).contact(&case, "2026-02-01").await.unwrap();
    rotate(&mut town, home).await;
    town.desk(home).contact(&case, "2026-02-02").await.unwrap();
    town.at(host).start().await.unwrap();
    all_is_well(&mut town, home, host).await;
}

/// The parties are called by the keys they began with; the new ones sign.
#[tokio::test]
async fn an_agreement_is_signed_with_the_keys_of_its_day() {
    println!("seed 69");
    let mut town = Town::new(69, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOME, "320200").await.unwrap();
    let host = town.node(HOST, "341700").await.unwrap();
    town.introduce(home, host).await.unwrap();
    rotate(&mut town, home).await;
    let everything = Desk::everything();
    let hash = town.desk(home).propose(HOST, &everything).await.unwrap();
    town.settle(home, host).await.unwrap();
    town.desk(home).sign(&hash).await.unwrap();
    rotate(&mut town, host).await;
    town.settle(home, host).await.unwrap();
    town.desk(host).sign(&hash).await.unwrap();
    town.settle(home, host).await.unwrap();
    town.desk(host).require_agreement(HOME).await.unwrap();
    town.desk(home).require_agreement(HOST).await.unwrap();
    let people = town.members(home, 1).await.unwrap();
    let case = stay(&town, home, host, &people[0].certificate).await;
    assert_eq!(town.desk(home).state(&case).await.unwrap(), S::Active);
    all_is_well(&mut town, home, host).await;
}

/// An invitation is redeemed after its writer has replaced its key, and by one that had replaced its own before.
#[tokio::test]
async fn an_invitation_outlives_a_rotation() {
    println!("seed 70");
    let mut town = Town::new(70, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOME, "320200").await.unwrap();
    let host = town.node(HOST, "341700").await.unwrap();
    let invitation = town.desk(home).invite().await.unwrap();
    rotate(&mut town, home).await;
    rotate(&mut town, host).await;
    let accepting = town.desk(host);
    accepting.accept_invitation(&invitation).await.unwrap();
    all_is_well(&mut town, home, host).await;
    rotate(&mut town, home).await;
    all_is_well(&mut town, home, host).await;
}

#[tokio::test]
async fn letters_cross_a_rotation() {
    let (mut town, home, host, people) = two(64, 2).await;
    let first = stay(&town, home, host, &people[0]).await;
    town.cut(home, host);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // Sealed to the key the home had when it was written.
    town.desk(host)
        .attendance(&first, "2026-02-05", Presence::Present)
        .await
        .unwrap();
    let on_its_way = path("host.letter");
    let export = ["letter", "export", HOME, "--out", &on_its_way];
    town.at(host).command(&export).await.unwrap();
    rotate(&mut town, home).await;
    // Signed by a key of which the host hears in this very letter.
    let second = town
        .desk(home)
        .notice(HOST, &people[1], "2025-11-08", "341700")
        .await
        .unwrap();
    let news = path("home.letter");
    let export = ["letter", "export", HOST, "--out", &news];
    town.at(home).command(&export).await.unwrap();
    let import = ["letter", "import", &news];
    town.at(host).command(&import).await.unwrap();
    assert_eq!(town.desk(host).state(&second).await.unwrap(), S::Notified);
    let import = ["letter", "import", &on_its_way];
    town.at(home).command(&import).await.unwrap();
    let own = key_of(&town.desk(home)).await.fingerprint;
    assert_eq!(partner_of(&town.desk(host)).await.fingerprint, own);
    town.heal(home, host);
    all_is_well(&mut town, home, host).await;
}

#[tokio::test]
async fn a_backup_from_before_the_rotation_is_told_so_and_writes_nothing() {
    let (mut town, home, host, people) = two(65, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (backup, secret) = (path("node.backup"), path("secret"));
    std::fs::write(&secret, "a long enough passphrase\n").unwrap();
    let guarded = ["--backup-passphrase-file", &secret];
    let make = [&["backup", "--out", &backup][..], &guarded].concat();
    town.at(home).command(&make).await.unwrap();
    rotate(&mut town, home).await;
    town.desk(home).contact(&case, "2026-02-01").await.unwrap();
    town.settle(home, host).await.unwrap();
    town.at(home).stop().await.unwrap();
    std::fs::remove_dir_all(town.folder_of(home)).unwrap();
    let restore = [&["restore", &backup][..], &guarded].concat();
    town.at(home).command(&restore).await.unwrap();
    town.at(home).start_passive().await.unwrap();
    // The old key is still accepted: it hears from its partner what it lost, and that it may not go on.
    let outcome = town.desk(home).sync(HOST).await.unwrap();
    assert!(outcome.recovered >= 2, "{outcome:?}");
    assert_eq!(outcome.stop(), StopReason::Key, "{outcome:?}");
    let size = own_size(&town.desk(home)).await;
    let refused = town.desk(home).contact(&case, "2026-02-02").await;
    let words = refused.unwrap_err().to_string();
    assert!(words.contains("newer key than this node has"), "{words}");
    assert_eq!(own_size(&town.desk(home)).await, size);
    let notice = partner_of(&town.desk(home)).await.notice.unwrap();
    assert!(notice.en.contains("newer backup"), "{notice:?}");
    assert_eq!(
        town.desk(home).verify_logs().await.unwrap(),
        Vec::<String>::new()
    );
    // The partner has lost nothing and nothing of it was overwritten.
    assert_eq!(town.desk(host).state(&case).await.unwrap(), S::Active);
    assert_eq!(
        town.desk(host).verify_logs().await.unwrap(),
        Vec::<String>::new()
    );
}

async fn own_size(desk: &Desk) -> u64 {
    let logs = desk.status().await.unwrap().logs;
    let own = hongyan_proto::pb::office::v1::Author::Own as i32;
    let mut own = logs
        .iter()
        .filter(|log| log.author == own && !log.partner.is_empty());
    own.next().unwrap().size
}

/// Rotations under which the node is killed.
const ROUNDS: usize = 12;

#[tokio::test]
async fn a_kill_during_a_rotation_leaves_one_key_or_the_other() {
    let (mut town, home, host, people) = two(66, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let mut rng = StdRng::seed_from_u64(66);
    let mut rotations = 0;
    for round in 0..ROUNDS {
        let before = key_of(&town.desk(home)).await;
        let program = env!("CARGO_BIN_EXE_hongyan-demo");
        let mut arguments: Vec<OsString> = vec!["node".into(), "--data".into()];
        arguments.push(town.folder_of(home).into());
        let rest = ["--json", "--yes", "--actor", "town", "key", "rotate"];
        arguments.extend(rest.map(OsString::from));
        let rotating =
            tokio::spawn(async move { Process::run(Path::new(program), &arguments).await.is_ok() });
        tokio::time::sleep(Duration::from_millis(rng.gen_range(0..60))).await;
        town.at(home).kill().await.unwrap();
        let answered = rotating.await.unwrap();
        town.at(home).start().await.unwrap();
        let after = key_of(&town.desk(home)).await;
        let rotated = after.fingerprint != before.fingerprint;
        assert!(
            rotated || !answered,
            "round {round}: answered and not there"
        );
        let newest = after.previous.first().map(|key| key.fingerprint.clone());
        assert_eq!(rotated, newest == Some(before.fingerprint), "round {round}");
        rotations += usize::from(rotated);
        town.desk(home).contact(&case, "2026-02-01").await.unwrap();
        // More rotations in a row than a certificate shows would need a new invitation.
        all_is_well(&mut town, home, host).await;
    }
    println!("{ROUNDS} kills, {rotations} rotations");
}

#[tokio::test]
async fn a_department_follows_and_keeps_the_organizations_history() {
    let (mut town, home, host, people) = two(67, 1).await;
    stay(&town, home, host, &people[0]).await;
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_hongyan-demo"));
    let arguments = |rest: &[&str]| {
        let mut all: Vec<OsString> = vec!["gateway".into(), "--data".into()];
        all.push(folder.path().join("gateway").into());
        all.push("--json".into());
        all.extend(rest.iter().map(OsString::from));
        all
    };
    let name = ["--name", "市委组织部", "--region", "320200"];
    let init = [&["init", "--code", "320200"][..], &name].concat();
    Process::run(program, &arguments(&init)).await.unwrap();
    let serve = arguments(&["serve", "--listen", "127.0.0.1:0"]);
    let gateway = Process::start(program, &serve).await.unwrap();
    let invite = arguments(&["invite", "--code", HOME]);
    let answer = Process::run(program, &invite).await.unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let invitation = answer["text"].as_str().unwrap();
    town.desk(home).enroll(invitation).await.unwrap();
    let revision = |report: hongyan_proto::pb::office::v1::SubmitReportResponse| report.revision;
    let first = revision(town.desk(home).report("2025-Q4").await.unwrap());
    rotate(&mut town, home).await;
    let second = revision(town.desk(home).report("2025-Q4").await.unwrap());
    assert!(second > first, "{first} {second}");
    // And after the department has started anew, with nothing but what it wrote down.
    gateway.stop().await.unwrap();
    let serve = arguments(&["serve", "--listen", "127.0.0.1:0"]);
    let gateway = Process::start(program, &serve).await.unwrap();
    let _ = gateway.ready();
}

#[tokio::test]
async fn the_tls_key_is_replaced_under_a_running_node() {
    let (mut town, home, host, people) = two(68, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let before = key_of(&town.desk(home)).await;
    let request = RenewTlsRequest {
        actor: "town".to_owned(),
    };
    let mut client = NodeServiceClient::new(town.desk(home).channel());
    let renewed = client.renew_tls(request).await.unwrap().into_inner();
    let after = key_of(&town.desk(home)).await;
    assert_eq!(after.fingerprint, before.fingerprint);
    assert_ne!(after.tls_fingerprint, before.tls_fingerprint);
    assert_eq!(after.tls_fingerprint, renewed.tls_fingerprint);
    town.desk(home).contact(&case, "2026-02-01").await.unwrap();
    town.settle(host, home).await.unwrap();
    all_is_well(&mut town, home, host).await;
    assert_eq!(
        partner_of(&town.desk(host)).await.state(),
        PartnerState::Pinned
    );
}
