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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(number: usize) -> Code {
        Code::parse(&format!("O{number:02}")).unwrap()
    }

    /// Organization i has a superior with a smaller number, or one that is only named, or none.
    fn forest() -> impl Strategy<Value = Vec<Option<usize>>> {
        proptest::collection::vec(proptest::option::of(0_usize..60), 1..30).prop_map(|above| {
            let numbered = above.into_iter().enumerate();
            numbered
                .map(|(index, above)| {
                    above
                        .map(|above| {
                            if above < 50 {
                                above % (index + 1)
                            } else {
                                above
                            }
                        })
                        .filter(|above| *above != index)
                })
                .collect()
        })
    }

    fn build(above: &[Option<usize>]) -> Tree {
        let codes: Vec<(Code, Option<Code>)> = above
            .iter()
            .enumerate()
            .map(|(index, above)| (code(index), above.map(code)))
            .collect();
        Tree::new(
            &Code::parse("ROOT").unwrap(),
            codes.iter().map(|(code, above)| (code, above.as_ref())),
        )
    }

    proptest! {
        #[test]
        fn a_subtree_is_what_reaches_its_top(above in forest(), top in 0_usize..30) {
            let tree = build(&above);
            let top = top % above.len();
            let reaches = |mut index: usize| loop {
                if index == top {
                    return true;
                }
                match above.get(index).copied().flatten() {
                    Some(next) => index = next,
                    None => return false,
                }
            };
            let expected: BTreeSet<Code> = (0..above.len()).filter(|index| reaches(*index)).map(code).collect();
            let found: Vec<Code> = tree.subtree(&code(top)).into_iter().map(|(code, _)| code).collect();
            prop_assert_eq!(found.len(), expected.len(), "each once");
            prop_assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), expected.clone());
            for index in 0..above.len() {
                prop_assert_eq!(tree.is_within(&code(index), &code(top)), expected.contains(&code(index)));
            }
        }

        #[test]
        fn branches_part_a_subtree(above in forest()) {
            let tree = build(&above);
            let root = tree.root().clone();
            for (code, depth) in tree.subtree(&root) {
                let branch = tree.branch(&code, &root).unwrap();
                prop_assert!(tree.is_within(&code, branch));
                prop_assert!(depth == 0 || tree.superior(branch) == Some(&root));
            }
        }
    }

    #[test]
    fn nobody_becomes_their_own_superior() {
        let tree = build(&[None, Some(0), Some(1), Some(55)]);
        assert!(tree.would_cycle(&code(0), &code(2)));
        assert!(tree.would_cycle(&code(0), &code(0)));
        assert!(tree.would_cycle(tree.root(), &code(2)));
        assert!(
            tree.would_cycle(&code(55), &code(3)),
            "one that is only named so far"
        );
        assert!(!tree.would_cycle(&code(3), &code(2)));
        assert!(!tree.would_cycle(&code(9), &code(2)));
        assert!(tree.contains(&code(55)));
        assert!(!tree.contains(&code(56)));
    }
}
