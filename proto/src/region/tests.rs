//! Tests of `region`.

use super::*;

fn code(text: &str) -> RegionCode {
    RegionCode::parse(text).unwrap()
}

#[test]
fn the_file_is_ascending_without_repeats_and_every_region_has_its_parents() {
    assert!(REGIONS.windows(2).all(|pair| pair[0].code < pair[1].code));
    assert_eq!(REGIONS.len(), 3351);
    for region in Region::all() {
        assert!(region.province().is_some(), "{region:?}");
        assert_eq!(
            region.city().is_none(),
            region.level() == Level::Province,
            "{region:?}"
        );
    }
}

#[test]
fn a_county_is_named_with_its_city_and_province() {
    assert_eq!(
        Region::lookup(&code("320213")).unwrap().path(),
        "江苏省 无锡市 梁溪区"
    );
    assert_eq!(
        Region::lookup(&code("341702")).unwrap().path(),
        "安徽省 池州市 贵池区"
    );
    assert_eq!(
        Region::lookup(&code("110101")).unwrap().path(),
        "北京市 东城区"
    );
    assert_eq!(Region::lookup(&code("320000")).unwrap().path(), "江苏省");
}

#[test]
fn every_retired_code_leads_to_a_living_one() {
    for (old, name, new, _) in RETIRED {
        assert_eq!(Region::current(old), None);
        assert_eq!(Region::lookup(&code(old)).unwrap().code(), *new);
        assert!(describe(&code(old)).contains(name));
    }
    assert_eq!(
        describe(&code("320202")),
        "江苏省 无锡市 梁溪区 (原崇安区, 2015 年并入)"
    );
    assert_eq!(describe(&code("999999")), "999999");
}

#[test]
fn a_city_lists_its_counties() {
    let wuxi = Region::lookup(&code("320200")).unwrap();
    assert_eq!(wuxi.below().count(), 7);
    assert_eq!(wuxi.province().unwrap().below().count(), 13);
}
