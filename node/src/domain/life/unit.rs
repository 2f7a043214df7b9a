//! Which unit somebody belongs to. A group inside a branch is written `branch/group`.

/// What stands between a branch and its group.
const INSIDE: char = '/';

/// Does somebody who is placed in `placed` belong to `unit`: is it that unit, or one inside it?
pub fn belongs(placed: &str, unit: &str) -> bool {
    placed
        .strip_prefix(unit)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(INSIDE))
}

/// Is one of them the other, or inside it?
pub fn within_each_other(one: &str, other: &str) -> bool {
    belongs(one, other) || belongs(other, one)
}

#[cfg(test)]
mod tests {
    use super::belongs;

    #[test]
    fn a_group_belongs_to_its_branch_and_not_the_other_way_round() {
        assert!(belongs("东街支部", "东街支部"));
        assert!(belongs("东街支部/第一党小组", "东街支部"));
        assert!(!belongs("东街支部", "东街支部/第一党小组"));
        assert!(!belongs("东街支部二", "东街支部"));
        assert!(!belongs("", "东街支部"));
    }
}
