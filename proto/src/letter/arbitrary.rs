//! Any value of the small types, for property tests.

use proptest::{prelude::*, sample::select, strategy::BoxedStrategy};

use super::{
    class::{Disclosure, DisclosureSet},
    number::Within,
    text::Text,
};
use crate::{
    id::{
        AgreementHash, CaseId, CertificateNumber, Epoch, Fen, Hash, KeyId, LogId, MemberId,
        OrganizationCode, RegionCode, UnitId,
    },
    time::{Day, Month, Quarter, TimeOfDay, Timestamp},
};

macro_rules! any {
    ($($type:ty = $strategy:expr;)+) => {
        $(impl Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                $strategy.boxed()
            }
        })+
    };
}

any! {
    AgreementHash = proptest::array::uniform32(0_u8..).prop_map(Self::from_bytes);
    Hash = proptest::array::uniform32(0_u8..).prop_map(Self::from_bytes);
    KeyId = proptest::array::uniform32(0_u8..).prop_map(Self::from_bytes);
    LogId = proptest::array::uniform32(0_u8..).prop_map(Self::from_bytes);
    CaseId = proptest::array::uniform16(0_u8..).prop_map(Self::from_bytes);
    Epoch = proptest::array::uniform16(0_u8..).prop_map(Self::from_bytes);
    MemberId = proptest::array::uniform16(0_u8..).prop_map(Self::from_bytes);
    UnitId = proptest::array::uniform16(0_u8..).prop_map(Self::from_bytes);
    OrganizationCode = "[A-Z0-9-]{1,32}".prop_filter_map("code", |text| Self::parse(&text).ok());
    CertificateNumber = "[A-Z0-9-]{1,32}".prop_filter_map("number", |text| Self::parse(&text).ok());
    RegionCode = "[0-9]{6}".prop_filter_map("region", |text| Self::parse(&text).ok());
    Fen = (0..100_000_000_000_i64).prop_map(Self);
    Timestamp = (0..253_402_300_800_000_i64).prop_map(Self::from_millis);
    Day = (1950_i16..2100, 1_i8..=12, 1_i8..=28)
        .prop_filter_map("day", |(year, month, day)| Self::new(year, month, day).ok());
    Month = any::<Day>().prop_map(Day::month);
    Quarter = any::<Day>().prop_map(Self::of);
    TimeOfDay = (0..24_u8, 0..60_u8).prop_filter_map("time", |(hour, minute)| Self::new(hour, minute).ok());
    DisclosureSet = proptest::collection::vec(select(Disclosure::ALL), 0..10)
        .prop_map(|classes| classes.into_iter().collect());
}

impl<const MAX: usize> Arbitrary for Text<MAX> {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        "[\\p{Han}a-zA-Z0-9.,-]{1,12}( [\\p{Han}a-z]{1,12}){0,2}"
            .prop_filter_map("text", |text| Self::parse(&text).ok())
            .boxed()
    }
}

impl<const MIN: u32, const MAX: u32> Arbitrary for Within<MIN, MAX> {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (MIN..=MAX)
            .prop_filter_map("range", |value| Self::new(value).ok())
            .boxed()
    }
}
