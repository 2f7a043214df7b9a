//! Two honest partners over a connection: up to date, cut, introduced, refused.

use tonic::{Status, transport::Channel};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn both_logs_come_up_to_date_and_receipts_cross() {
    let (home, host) = partners().await;
    home.write(&host, 1500).await;
    host.write(&home, 700).await;
    let outcome = home.sync(&host).await;
    assert_eq!(
        (&outcome.end, outcome.standing),
        (&End::Settled, Standing::Both)
    );
    assert_eq!(outcome.skew_ms, Some(0));
    assert!(
        outcome.received >= 700 && outcome.sent >= 1500,
        "{outcome:?}"
    );
    // Both receipts are in, and neither led to another.
    assert_equal(&home, &host);
    let [own, mirror] = home.logs(&host);
    assert_eq!((own.0, mirror.0), (1501, 701));
    let partner = home.partner(&host);
    assert_eq!((partner.contact.acked, partner.applied), (1501, 1500));
    assert_eq!(
        (partner.contact.last_sync, partner.owes_receipt),
        (Some(NOW), false)
    );
    let again = home.sync(&host).await;
    assert_eq!(
        (again.standing, again.sent, again.received),
        (Standing::Equal, 0, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_in_the_middle_loses_nothing_and_the_next_session_goes_on() {
    let (home, host) = partners().await;
    let relay = scissors(host.address, 500_000).await;
    home.add(&host, relay).await;
    home.write(&host, 4000).await;
    let cut = home.sync(&host).await;
    assert!(matches!(cut.end, End::Cut(_)), "{cut:?}");
    assert!(home.partner(&host).contact.problem.is_some());
    // What got through is stored, a moment after the home saw the cut.
    let mut moved = host.link.store().subscribe();
    let mirror = host.partner(&home).incoming.unwrap();
    while host.link.store().log(mirror).unwrap().size() == 0 {
        moved.changed().await.unwrap();
    }
    let outcome = home.sync(&host).await;
    assert_eq!(outcome.end, End::Settled);
    assert!(
        outcome.sent < 4000,
        "what was stored was not sent again: {}",
        outcome.sent
    );
    assert_equal(&home, &host);
    assert_eq!(home.partner(&host).contact.problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_may_only_redeem_an_invitation() {
    let (home, host) = (Node::start(1).await, Node::start(2).await);
    // The home has pinned the host, the host has not pinned the home.
    home.add(&host, host.address).await;
    let refused = home.link.sync(host.id(), |_| {}).await.unwrap_err();
    assert!(
        matches!(refused, LinkError::Refused(Reason::NotPinned)),
        "{refused}"
    );
    assert!(
        home.partner(&host)
            .contact
            .problem
            .unwrap()
            .contains("not pinned")
    );
    let channel = connect(
        &host.address.to_string(),
        key(host.seed).public(),
        &tls(&key(1)),
        clock(),
    )
    .await
    .unwrap();
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let request = tonic_health::pb::HealthCheckRequest {
        service: String::new(),
    };
    let status = health.check(request.clone()).await.unwrap_err();
    assert_eq!(Reason::of(&status), Some(Reason::NotPinned));
    let refused = services(channel.clone()).await.unwrap_err();
    assert_eq!(Reason::of(&refused), Some(Reason::NotPinned));
    host.add(&home, home.address).await;
    health.check(request).await.unwrap();
    let listed = services(channel).await.unwrap();
    assert_eq!(listed, ["hongyan.exchange.v1.ExchangeService"]);
}

/// The services that standard reflection names to whoever dials.
async fn services(channel: Channel) -> Result<Vec<String>, Status> {
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::once(request))
        .await?
        .into_inner();
    let answer = answers.message().await?.unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("not a list: {answer:?}");
    };
    Ok(list.service.into_iter().map(|one| one.name).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_makes_partners_of_two_once() {
    let (home, host) = (Node::start(1).await, Node::start(2).await);
    let secret = InvitationSecret::from_slice(&[5; 16]).unwrap();
    *host.secret.lock().unwrap() = Some(secret.clone());
    let who = host.identity();
    let mut invitation = Invitation {
        endpoint: who.endpoint.clone().unwrap(),
        code: who.code,
        name: who.name,
        region: who.region,
        key: key(2).public(),
        secret: InvitationSecret::from_slice(&[6; 16]).unwrap(),
        expires: NOW.plus_millis(1000),
        purpose: Purpose::Partner,
    };
    let introduce = async |invitation: &Invitation| {
        let met = home.link.meet(invitation).await?;
        let (key, who) = (met.key, home.identity());
        let said = met.introduce(&invitation.secret, &who, (epoch(1), None));
        said.await.map(|said| (key, said))
    };
    let wrong = introduce(&invitation).await.unwrap_err();
    assert!(
        matches!(wrong, LinkError::Refused(Reason::InvitationUnknown)),
        "{wrong}"
    );
    invitation.secret = secret;
    let (met_key, met) = introduce(&invitation).await.unwrap();
    assert_eq!((met_key, met.epoch), (key(2).public(), epoch(2)));
    assert_eq!(met.identity, host.identity());
    home.add(&host, host.address).await;
    home.write(&host, 3).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    assert_equal(&home, &host);
    let second = introduce(&invitation).await.unwrap_err();
    assert!(
        matches!(second, LinkError::Refused(Reason::InvitationUnknown)),
        "{second}"
    );
    // Another key answers at the address than the invitation names.
    invitation.key = key(3).public();
    let other = introduce(&invitation).await.unwrap_err();
    assert!(matches!(other, LinkError::Channel(_)), "{other}");
}
