//! Regions by GB/T 2260: what a code is called and where it lies. The data is `data/regions.csv`.

use std::sync::LazyLock;

use thiserror::Error;

use crate::id::{IdError, RegionCode};

const DATA: &str = include_str!("../data/regions.csv");

/// Ascending by code, as in the file.
static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    DATA.lines()
        .filter_map(|line| line.split_once(','))
        .filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|(code, name)| Region { code, name })
        .collect()
});

/// Codes that were given up, where they went, and since which year. Only those known for certain; an old record still resolves.
const RETIRED: &[(&str, &str, &str, u16)] = &[
    ("110103", "崇文区", "110101", 2010),
    ("110104", "宣武区", "110102", 2010),
    ("310103", "卢湾区", "310101", 2011),
    ("310108", "闸北区", "310106", 2015),
    ("310119", "南汇区", "310115", 2009),
    ("310230", "崇明县", "310151", 2016),
    ("320202", "崇安区", "320213", 2015),
    ("320203", "南长区", "320213", 2015),
    ("320204", "北塘区", "320213", 2015),
    ("320502", "沧浪区", "320508", 2012),
    ("320503", "平江区", "320508", 2012),
    ("320504", "金阊区", "320508", 2012),
    ("320584", "吴江市", "320509", 2012),
];

/// Second-level names that only group counties for the code's sake; nobody writes them in an address.
const GROUPINGS: &[&str] = &[
    "市辖区",
    "县",
    "省直辖县级行政区划",
    "自治区直辖县级行政区划",
];

/// A province, city or county.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Region {
    code: &'static str,
    name: &'static str,
}

/// How deep a region lies.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// 省级.
    Province,
    /// 地级.
    City,
    /// 县级.
    County,
}

impl Region {
    /// Every region, ascending by code.
    pub fn all() -> &'static [Self] {
        &REGIONS
    }

    /// What a code stands for. A retired code gives the region it was merged into.
    pub fn lookup(code: &RegionCode) -> Option<Self> {
        Self::current(code.as_str()).or_else(|| Self::current(retired(code)?.2))
    }

    fn current(code: &str) -> Option<Self> {
        let at = REGIONS
            .binary_search_by(|region| region.code.cmp(code))
            .ok()?;
        REGIONS.get(at).copied()
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Its own name, for example 梁溪区.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// How deep it lies.
    pub fn level(self) -> Level {
        match self.code.as_bytes() {
            [_, _, b'0', b'0', b'0', b'0'] => Level::Province,
            [_, _, _, _, b'0', b'0'] => Level::City,
            _ => Level::County,
        }
    }

    /// The province it lies in; a province's is itself.
    pub fn province(self) -> Option<Self> {
        Self::current(&format!("{}0000", &self.code[..2]))
    }

    /// The city it lies in; a city's is itself, a province has none.
    pub fn city(self) -> Option<Self> {
        match self.level() {
            Level::Province => None,
            _ => Self::current(&format!("{}00", &self.code[..4])),
        }
    }

    /// The regions right below: a country's provinces are not asked for here.
    pub fn below(self) -> impl Iterator<Item = Self> {
        let next = match self.level() {
            Level::Province => Some((2, Level::City)),
            Level::City => Some((4, Level::County)),
            Level::County => None,
        };
        REGIONS.iter().copied().filter(move |region| {
            next.is_some_and(|(digits, level)| {
                region.code[..digits] == self.code[..digits] && region.level() == level
            })
        })
    }

    /// The name people write: 江苏省 无锡市 梁溪区.
    pub fn path(self) -> String {
        let mut names: Vec<&str> = Vec::with_capacity(3);
        for region in [self.province(), self.city(), Some(self)]
            .into_iter()
            .flatten()
        {
            if !GROUPINGS.contains(&region.name) && names.last() != Some(&region.name) {
                names.push(region.name);
            }
        }
        names.join(" ")
    }
}

fn retired(code: &RegionCode) -> Option<&'static (&'static str, &'static str, &'static str, u16)> {
    RETIRED.iter().find(|row| row.0 == code.as_str())
}

/// Why a text is no place.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RegionError {
    /// Not six digits.
    #[error(transparent)]
    Code(#[from] IdError),
    /// In no province.
    #[error(
        "{0} 的前两位不是省级代码 (GB/T 2260), 请核对 its first two digits are no province: check it"
    )]
    Nowhere(RegionCode),
}

/// A code that somebody enters: departments count by it, so it lies in a province that there is. Counties come and go, so a newer one may be
/// missing in this table.
pub fn somewhere(text: &str) -> Result<RegionCode, RegionError> {
    let code = RegionCode::parse(text)?;
    match Region::current(&format!("{}0000", &text[..2])) {
        Some(_) => Ok(code),
        None => Err(RegionError::Nowhere(code)),
    }
}

/// What to print for a code: its path, a retired code's old name with the new one, or the code itself when it is unknown.
pub fn describe(code: &RegionCode) -> String {
    match (retired(code), Region::lookup(code)) {
        (Some((_, old, _, year)), Some(now)) => format!("{} (原{old}, {year} 年并入)", now.path()),
        (None, Some(region)) => region.path(),
        (_, None) => code.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
