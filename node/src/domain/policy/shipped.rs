//! The policies that come with the program: the five localities and the two-sided rules they share.

use super::{Policy, PolicyError};

/// Names and texts. `two-way` is what the others are based on: an agreement brings it wherever the locality's own papers are silent.
pub const SHIPPED: [(&str, &str); 6] = [
    ("wuxi", include_str!("../../../policies/wuxi.toml")),
    ("chizhou", include_str!("../../../policies/chizhou.toml")),
    ("xianning", include_str!("../../../policies/xianning.toml")),
    ("chuzhou", include_str!("../../../policies/chuzhou.toml")),
    ("jiaxing", include_str!("../../../policies/jiaxing.toml")),
    ("two-way", include_str!("../../../policies/two-way.toml")),
];

/// The text of a shipped policy.
pub(super) fn text(name: &str) -> Option<String> {
    SHIPPED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| (*text).to_owned())
}

/// A shipped policy by name.
pub fn shipped(name: &str) -> Option<Result<Policy, PolicyError>> {
    text(name).map(|own| Policy::read(name, &own, text))
}

impl Policy {
    /// Reads a file of the committee's own, which may be based on a shipped policy.
    pub fn of_file(file: &str, content: &str) -> Result<Self, PolicyError> {
        Self::read(file, content, text)
    }

    /// Reads what an adoption kept: its own file first, then those it is based on.
    pub fn of_texts(texts: &[(String, String)]) -> Option<Result<Self, PolicyError>> {
        let (file, content) = texts.first()?;
        let base = |name: &str| {
            let mut bases = texts.iter().skip(1);
            let found = bases.find(|(known, _)| known == name);
            found.map(|(_, text)| text.clone())
        };
        Some(Self::read(file, content, base))
    }
}
