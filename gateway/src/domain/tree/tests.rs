//! Tests of `tree`.

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
