//! The levels of GB/T 2260 regions, and what lies in what.

use hongyan_proto::id::RegionCode;

/// How finely regions are told apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RegionLevel {
    /// 省: the first two digits.
    Province,
    /// 市: the first four digits.
    City,
    /// 县: all six digits.
    County,
}

impl RegionLevel {
    /// The region of this level in which `region` lies. A code that is coarser already stays what it is.
    pub fn of(self, region: &RegionCode) -> RegionCode {
        match self {
            Self::Province => region.province(),
            Self::City => region.city(),
            Self::County => region.clone(),
        }
    }
}

/// Does `inner` lie in `outer`? A province (…0000) includes its cities, a city (…00) its counties, every region itself.
pub fn includes(outer: &RegionCode, inner: &RegionCode) -> bool {
    inner == outer || inner.city() == *outer || inner.province() == *outer
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_code_includes_all_below_it() {
        let code = |text: &str| RegionCode::parse(text).unwrap();
        for outer in ["320000", "320200", "320282"] {
            assert!(includes(&code(outer), &code("320282")), "{outer}");
        }
        for outer in ["320281", "320100", "330000", "322820"] {
            assert!(!includes(&code(outer), &code("320282")), "{outer}");
        }
        assert!(!includes(&code("320282"), &code("320200")));
        assert_eq!(RegionLevel::City.of(&code("320282")), code("320200"));
        assert_eq!(RegionLevel::Province.of(&code("320282")), code("320000"));
    }
}
