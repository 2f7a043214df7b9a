//! The tree of organizations under the gateway's department.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::id::OrganizationCode as Code;

/// Who is directly below whom. A superior that is named but unknown stands directly under the department.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tree {
    root: Code,
    superior: BTreeMap<Code, Code>,
    below: BTreeMap<Code, BTreeSet<Code>>,
}

impl Tree {
    /// Builds the tree from (organization, its superior); `None` is directly under the department `root`.
    pub fn new<'a>(
        root: &Code,
        organizations: impl IntoIterator<Item = (&'a Code, Option<&'a Code>)>,
    ) -> Self {
        let mut superior: BTreeMap<Code, Code> = BTreeMap::new();
        for (code, above) in organizations {
            superior.insert(code.clone(), above.unwrap_or(root).clone());
        }
        let named: Vec<Code> = superior.values().cloned().collect();
        for code in named {
            if code != *root {
                superior.entry(code).or_insert_with(|| root.clone());
            }
        }
        let mut below: BTreeMap<Code, BTreeSet<Code>> = BTreeMap::new();
        for (code, above) in &superior {
            below.entry(above.clone()).or_default().insert(code.clone());
        }
        Self {
            root: root.clone(),
            superior,
            below,
        }
    }

    /// The gateway's department.
    pub fn root(&self) -> &Code {
        &self.root
    }

    /// Is there such an organization, enrolled or only named?
    pub fn contains(&self, code: &Code) -> bool {
        *code == self.root || self.superior.contains_key(code)
    }

    /// The organization above; `None` for the department.
    pub fn superior(&self, code: &Code) -> Option<&Code> {
        self.superior.get(code)
    }

    /// `top` and all below it, depth first, siblings by code, with their depth below `top`.
    pub fn subtree(&self, top: &Code) -> Vec<(Code, u32)> {
        let mut found = Vec::new();
        let mut open = vec![(top.clone(), 0)];
        while let Some((code, depth)) = open.pop() {
            if let Some(below) = self.below.get(&code) {
                open.extend(below.iter().rev().map(|code| (code.clone(), depth + 1)));
            }
            found.push((code, depth));
        }
        found
    }

    /// Is `code` the same as `top`, or below it?
    pub fn is_within(&self, code: &Code, top: &Code) -> bool {
        self.path(code).any(|above| above == top)
    }

    /// The organization directly below `top` on the way down to `code`; `top` itself for `code == top`.
    pub fn branch<'a>(&'a self, code: &'a Code, top: &'a Code) -> Option<&'a Code> {
        let mut last = code;
        for above in self.path(code) {
            if above == top {
                return Some(last);
            }
            last = above;
        }
        None
    }

    /// Would putting `code` under `superior` make it its own superior?
    pub fn would_cycle(&self, code: &Code, superior: &Code) -> bool {
        *code == self.root || self.path(superior).any(|above| above == code)
    }

    /// `code`, the one above it, and so on up to the department.
    fn path<'a>(&'a self, code: &'a Code) -> impl Iterator<Item = &'a Code> {
        std::iter::successors(Some(code), |code| self.superior.get(*code))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
