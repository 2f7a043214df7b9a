//! Tests of `tree`.

use proptest::prelude::*;

use super::*;

/// The definition, straight from RFC 6962 §2.1.
fn definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::from_bytes(Sha256::digest([]).into()),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            node_hash(&definition(&leaves[..split]), &definition(&leaves[split..]))
        }
    }
}

#[test]
fn agrees_with_the_definition_at_every_size() {
    let mut tree = Tree::new();
    let mut leaves = Vec::new();
    for number in 0..130_u32 {
        assert_eq!(tree.root(), definition(&leaves), "size {number}");
        assert_eq!(Tree::from_bytes(&tree.to_bytes()), Ok(tree.clone()));
        let leaf = leaf_hash(&number.to_be_bytes());
        tree.append(leaf);
        leaves.push(leaf);
    }
}

#[test]
fn a_subtree_is_its_leaves() {
    let leaves: Vec<_> = (0..16_u8).map(|number| leaf_hash(&[number])).collect();
    let mut one_by_one = Tree::new();
    for leaf in &leaves {
        one_by_one.append(*leaf);
    }
    let mut at_once = Tree::new();
    at_once.append_subtree(definition(&leaves[..8]), 3);
    at_once.append_subtree(definition(&leaves[8..]), 3);
    assert_eq!(one_by_one, at_once);
}

#[test]
fn the_last_leaf_of_a_tile_gives_its_root() {
    let leaves: Vec<_> = (0..600_u32)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect();
    let mut tree = Tree::new();
    let roots: Vec<_> = leaves
        .iter()
        .filter_map(|leaf| tree.append_to_tile(*leaf).map(|root| (tree.size(), root)))
        .collect();
    assert_eq!(
        roots,
        [
            (256, definition(&leaves[..256])),
            (512, definition(&leaves[256..512]))
        ]
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(tree) = Tree::from_bytes(&bytes) {
            prop_assert_eq!(tree.to_bytes(), bytes);
        }
    }
}
