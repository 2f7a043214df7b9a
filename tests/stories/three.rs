//! One home with two hosts: nothing of one correspondence reaches the other.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use hongyan_tests::town::Town;
use x::correction::Replacement as Fact;

use crate::{HOME, HOST, alike};

const OTHER: &str = "330100-001";

#[tokio::test]
async fn what_one_host_says_the_other_never_sees() {
    let mut town = Town::new(71, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOME, "320200").await.unwrap();
    let host = town.node(HOST, "341700").await.unwrap();
    let other = town.node(OTHER, "330100").await.unwrap();
    town.pair(home, host).await.unwrap();
    town.pair(home, other).await.unwrap();
    let people = town.members(home, 2).await.unwrap();
    let mut cases = Vec::new();
    for (person, side) in people.iter().zip([host, other]) {
        let partner = town.code(side);
        let region = &partner[..6];
        let case = town
            .desk(home)
            .notice(&partner, &person.certificate, "2025-10-08", region)
            .await
            .unwrap();
        town.settle(home, side).await.unwrap();
        let desk = town.desk(side);
        desk.accept(&case, "2025-10-12").await.unwrap();
        desk.place(&case, "第一支部", "2025-10-15").await.unwrap();
        let canary = x::Role {
            day: "2025-12-01".to_owned(),
            description: format!("只说给本方 {}", person.certificate),
        };
        desk.record(&case, Fact::Role(canary)).await.unwrap();
        town.settle(home, side).await.unwrap();
        cases.push(case);
    }
    // The first host's member moves to the second host: the second learns that a case came before, not what was in it.
    let desk = town.desk(host);
    desk.moved(&cases[0], "2026-02-01", "330100").await.unwrap();
    town.settle(home, host).await.unwrap();
    let next = town
        .desk(home)
        .notice(OTHER, &people[0].certificate, "2026-02-03", "330100")
        .await
        .unwrap();
    for side in [host, other] {
        town.settle(home, side).await.unwrap();
        alike(&town, home, side).await;
    }
    // Of that the first host hears nothing, and waits for nothing: neither is home late there, nor is anything due.
    let left = town.desk(host).case(&cases[0]).await.unwrap().case.unwrap();
    assert_eq!((left.next_case.as_str(), left.due.as_str()), ("", ""));
    let at_other = town.desk(other);
    // A case is one correspondence's, also when it was declined.
    at_other
        .decline(&next, x::DeclineReason::NotArrived)
        .await
        .unwrap();
    town.settle(home, other).await.unwrap();
    let at_home = town.desk(home);
    let again = at_home
        .notice_again(HOST, &next, "2026-02-04", "341700")
        .await;
    let refused = again.unwrap_err().to_string();
    assert!(refused.contains("previous-case"), "{refused}");
    at_home
        .notice_again(OTHER, &next, "2026-02-04", "330100")
        .await
        .unwrap();
    town.settle(home, other).await.unwrap();
    let known = at_other.case(&next).await.unwrap().case.unwrap();
    assert_eq!(known.state(), o::CaseState::Notified);
    assert_eq!(known.previous_case, cases[0]);
    at_other.case(&cases[0]).await.unwrap_err();
    for (side, secret) in [
        (host, format!("只说给本方 {}", people[1].certificate)),
        (other, format!("只说给本方 {}", people[0].certificate)),
        (host, people[1].phone.clone()),
    ] {
        let out = town.folder_of(side).join("out.jsonl");
        let path = out.to_str().unwrap().to_owned();
        let export = ["export", "--out", path.as_str(), "--purpose", "查验"];
        town.at(side).command(&export).await.unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains("只说给本方"), "the export shows payloads");
        assert!(
            !text.contains(&secret),
            "{secret} reached {}",
            town.code(side)
        );
        std::fs::remove_file(out).unwrap();
    }
}
