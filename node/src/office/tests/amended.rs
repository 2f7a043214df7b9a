//! Terms that change while letters are under way.

use hongyan_proto::letter::{Contact, Text};

use super::{
    pair::deliver,
    stories::{accept, day, notice, place, propose, ready, sign, write},
};
use crate::{
    book,
    office::agreement::{Draft, Proposal},
};

fn contact(summary: &str) -> Contact {
    Contact {
        day: day("2026-04-01"),
        means: Text::parse("电话").unwrap(),
        summary: Some(Text::parse(summary).unwrap()),
    }
}

/// What a session's frames are judged by is read once for many. A signature of one's own makes new terms binding: from then on the partner
/// writes under them, and its next frame must not be judged by what was read before.
#[tokio::test]
async fn a_signature_between_two_frames_counts_for_the_second() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    write(host, case, accept()).await.unwrap();
    write(host, case, place()).await.unwrap();
    let today = host.office.today();
    let old = book::in_force(host.office.store(), &host.partner(), today).unwrap();
    let old = old.unwrap().hash;
    let longer = Draft {
        valid_until: Some(day("2028-12-31")),
        ..Draft::default()
    };
    let amend = Proposal::Amend(old.to_string(), Box::new(longer));
    let new = propose(host, amend).await;
    pair.sync().await;

    write(host, case, contact("按旧协议")).await.unwrap();
    assert_eq!(deliver(host, home).await.refused, []);
    sign(home, new).await;
    deliver(home, host).await;
    write(host, case, contact("按新协议")).await.unwrap();
    let received = deliver(host, home).await;
    assert_eq!((received.new, received.refused), (1, Vec::new()));
}
