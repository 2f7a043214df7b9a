//! Who is in the story, and what will happen to whom.

use hongyan_proto::time::{Day, Quarter};

use super::county::{County, EAST, WEST};
use crate::{
    roster::Person,
    town::{Desk, TownError},
};

/// What happens to one member in the year.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    /// Stays all year.
    Stays,
    /// Declined as not arrived, noticed again, accepted.
    ArrivesLate,
    /// Declined, and withdrawn in the second quarter.
    NeverCame,
    /// The host claims before any notice came; confirmed.
    ClaimedFirst,
    /// A claim for a certificate that nobody issued.
    Stranger,
    /// Moves on within the host's city in the second quarter: a new case with the same partner follows.
    MovesWithin,
    /// Moves on in the third quarter, to where there is no partner: a case that home keeps alone follows.
    MovesAway,
    /// Lost in the second quarter, found in the third.
    LostAndFound,
    /// Lost in the third quarter, and both sides say so.
    Lost,
    /// Comes home in the last quarter.
    Returns,
    /// Formally transferred in the last quarter.
    Transfers,
    /// Pays dues on both sides for the same months.
    PaysTwice,
}

/// Fates by turns of twenty: rare things are rare, but each happens.
const FATES: [(usize, Fate); 11] = [
    (1, Fate::ArrivesLate),
    (3, Fate::NeverCame),
    (5, Fate::ClaimedFirst),
    (7, Fate::Stranger),
    (9, Fate::MovesWithin),
    (10, Fate::MovesAway),
    (11, Fate::LostAndFound),
    (13, Fate::Lost),
    (15, Fate::Returns),
    (17, Fate::Transfers),
    (19, Fate::PaysTwice),
];

/// One member away from home.
#[derive(Clone)]
pub(super) struct Flow {
    pub(super) person: Person,
    pub(super) fate: Fate,
    pub(super) home: Desk,
    pub(super) host: Desk,
    pub(super) home_code: &'static str,
    pub(super) host_code: &'static str,
    pub(super) host_region: &'static str,
    /// A part of the host's city.
    pub(super) host_district: &'static str,
    /// Known once the case is opened; after a move the one that follows.
    pub(super) case: String,
    /// Since when the host has the member and knows where: facts are recorded. None: it does not, or not any more.
    pub(super) placed: Option<Day>,
}

type Side = (&'static str, &'static str, &'static str);

fn flow(number: usize, person: Person, home: (&Desk, Side), host: (&Desk, Side)) -> Flow {
    Flow {
        person,
        fate: FATES
            .iter()
            .find(|(turn, _)| number % 20 == *turn)
            .map_or(Fate::Stays, |(_, fate)| *fate),
        home: home.0.clone(),
        host: host.0.clone(),
        home_code: home.1.0,
        host_code: host.1.0,
        host_region: host.1.1,
        host_district: host.1.2,
        case: String::new(),
        placed: None,
    }
}

/// Imports both rosters and casts the members: two thirds go from east to west, a third the other way.
pub(super) async fn cast(
    county: &mut County,
    members: usize,
    first: Quarter,
) -> Result<Vec<Flow>, TownError> {
    let eastern = members * 2 / 3;
    let from_east = county.town.members(county.east, eastern).await?;
    let from_west = county.town.members(county.west, members - eastern).await?;
    let [east, west] = county.desks();
    let (east, west) = ((&east, EAST), (&west, WEST));
    let outward = from_east
        .into_iter()
        .enumerate()
        .map(|(number, person)| flow(number, person, east, west));
    let inward = from_west
        .into_iter()
        .enumerate()
        .map(|(number, person)| flow(number, person, west, east));
    let flows: Vec<Flow> = outward.chain(inward).collect();
    county.say(&format!("名册已导入: {members} 名流动党员, 自 {first} 起 rosters imported: {members} flow members from {first} on"));
    Ok(flows)
}
