//! From an officer's spreadsheet to a card that the partner verifies offline, over the nodes' own API.

use hongyan_proto::pb::{exchange::v1 as exchange, office::v1 as o};
use o::{
    certificate_service_client::CertificateServiceClient, import_roster_response::Event,
    member_service_client::MemberServiceClient, unit_service_client::UnitServiceClient,
};
use tonic::Code;

use crate::two;

const FILE: &str = "党员花名册\n序号,党员姓名,性别,出生年月,入党时间,所在党支部,联系方式\n\
    1,周 一平,男,1980.7,２００５年7月1日,东街村党支部/第一党小组,139 0000 1111\n\
    2,吴小芳,女,1985-03,2010/7/1,东街村党支部,无\n\
    3,郑向阳,男,1990-01,1998.13,东街村党支部,13900002222\n\
    ,,,,,填表人: 某某,\n";

#[tokio::test]
async fn from_a_spreadsheet_to_a_card_that_the_partner_verifies() {
    let (town, home, host, _) = two(131, 1).await;
    let desk = town.desk(home);
    let mut members = MemberServiceClient::new(desk.channel());
    let (gb, _, _) = encoding_rs::GB18030.encode(FILE);
    let import = o::ImportMembersRequest {
        actor: desk.actor(),
        request_id: desk.request_id().await,
        content: gb.into_owned().into(),
        filename: "花名册.csv".to_owned(),
        found_units: true,
        ..Default::default()
    };
    let mut events = members
        .import_roster(o::ImportRosterRequest {
            import: Some(import),
        })
        .await
        .unwrap()
        .into_inner();
    let mut result = None;
    while let Some(event) = events.message().await.unwrap() {
        if let Some(Event::Result(found)) = event.event {
            result = Some(found);
        }
    }
    let result = result.unwrap();
    assert_eq!((result.added, result.refused), (2, 1), "{result:?}");
    assert_eq!(result.ignored_columns, ["序号", "第 6 行"]);
    assert_eq!(result.rows[2].problems[0].column, "入党时间");

    let tree = UnitServiceClient::new(desk.channel())
        .list_units(o::ListUnitsRequest { closed: false })
        .await
        .unwrap()
        .into_inner();
    let found: Vec<_> = tree
        .units
        .iter()
        .map(|unit| (unit.path.as_str(), unit.place(), unit.members))
        .collect();
    let expected = [
        ("东街村党支部", exchange::UnitPlace::Village, 1),
        ("东街村党支部/第一党小组", exchange::UnitPlace::Other, 1),
    ];
    assert_eq!(found, expected);

    let mut certificates = CertificateServiceClient::new(desk.channel());
    let range = o::AddCertificateRangeRequest {
        actor: desk.actor(),
        request_id: desk.request_id().await,
        kind: exchange::CertificateKind::Flow.into(),
        first: "TEST0001".to_owned(),
        last: "TEST0100".to_owned(),
        received_on: "2020-01-05".to_owned(),
        ..Default::default()
    };
    let answer = certificates.add_certificate_range(range).await.unwrap();
    assert_eq!(answer.into_inner().numbers, 100);
    let issue = o::IssueCertificateRequest {
        actor: desk.actor(),
        request_id: desk.request_id().await,
        member: "周一平".to_owned(),
        kind: exchange::CertificateKind::Flow.into(),
        issued_on: "2020-02-01".to_owned(),
        ..Default::default()
    };
    let answer = certificates.issue_certificate(issue.clone()).await.unwrap();
    let number = answer.into_inner().certificate.unwrap().number;
    assert_eq!(number, "TEST0001");
    let twice = o::IssueCertificateRequest {
        request_id: desk.request_id().await,
        member: "吴小芳".to_owned(),
        number: number.clone(),
        ..issue
    };
    let refused = certificates.issue_certificate(twice).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);

    let shown = certificates
        .get_certificate(o::GetCertificateRequest { number })
        .await
        .unwrap()
        .into_inner();
    let verified = CertificateServiceClient::new(town.desk(host).channel())
        .verify_certificate(o::VerifyCertificateRequest {
            text: shown.card.clone(),
        })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(verified.signer(), o::CardSigner::Partner);
    assert_eq!(
        (verified.name.as_str(), verified.partner.as_str()),
        ("周一平", shown.organization_code.as_str())
    );
}
