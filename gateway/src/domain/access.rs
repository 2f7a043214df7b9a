//! Who may ask for what. Default deny: a key without a grant may ask nothing.

use std::collections::BTreeSet;

use hongyan_proto::{id::OrganizationCode as Code, time::Timestamp};
use thiserror::Error;

use super::tree::Tree;

/// A caller asked for what it may not see, or for what there is not.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AccessError {
    /// Outside the granted subtree.
    #[error(
        "{0} 不在授权范围内; 请向组织部申请  {0} is outside what you were granted; ask the department"
    )]
    OutOfSubtree(Code),
    /// Not in the tree.
    #[error("找不到该组织 no such organization: {0}; 用 `organization list` 查看 see the list")]
    NoSuchOrganization(Code),
}

/// What a caller is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Role {
    /// The department itself: everything, exact.
    Department,
    /// The department above: the whole tree, small cells suppressed, for the numbers leave the department.
    Superior,
    /// A department below: its own subtree exact; of the rest only what others say about its subtree, suppressed.
    SubDepartment(Code),
}

/// A key's right to ask.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// As what.
    pub role: Role,
    /// For people.
    pub note: String,
    /// Since when.
    pub granted: Timestamp,
}

/// What one question looks at, after the caller's rights were checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct View {
    /// The top of what was asked for.
    pub top: Code,
    /// The organizations asked for.
    pub organizations: BTreeSet<Code>,
    /// The organizations whose numbers the caller may see exactly.
    pub exact: BTreeSet<Code>,
}

impl Role {
    /// Checks the right to see `subtree` (empty: all that may be seen).
    pub fn view(
        &self,
        tree: &Tree,
        subtree: Option<&Code>,
        release: bool,
    ) -> Result<View, AccessError> {
        let own = match self {
            Self::Department | Self::Superior => tree.root(),
            Self::SubDepartment(code) => code,
        };
        let top = subtree.unwrap_or(own);
        // The right comes first: a refusal must not tell whether an organization outside exists.
        if matches!(self, Self::SubDepartment(_)) && !tree.is_within(top, own) {
            return Err(AccessError::OutOfSubtree(top.clone()));
        }
        if !tree.contains(top) {
            return Err(AccessError::NoSuchOrganization(top.clone()));
        }
        let below = |code: &Code| {
            tree.subtree(code)
                .into_iter()
                .map(|(code, _)| code)
                .collect()
        };
        let exact = if release || *self == Self::Superior {
            BTreeSet::new()
        } else {
            below(own)
        };
        Ok(View {
            top: top.clone(),
            organizations: below(top),
            exact,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        Code::parse(text).unwrap()
    }

    fn tree() -> Tree {
        let (city, county, town, other) =
            (code("CITY"), code("COUNTY"), code("TOWN"), code("OTHER"));
        Tree::new(
            &city,
            [(&county, None), (&town, Some(&county)), (&other, None)],
        )
    }

    #[test]
    fn a_sub_department_sees_its_own_subtree_only() {
        let role = Role::SubDepartment(code("COUNTY"));
        let view = role.view(&tree(), None, false).unwrap();
        assert_eq!(
            view.organizations,
            BTreeSet::from([code("COUNTY"), code("TOWN")])
        );
        assert_eq!(view.exact, view.organizations);
        for outside in ["CITY", "OTHER", "NOWHERE"] {
            let refused = role.view(&tree(), Some(&code(outside)), false);
            assert_eq!(refused, Err(AccessError::OutOfSubtree(code(outside))));
        }
        assert!(role.view(&tree(), Some(&code("TOWN")), false).is_ok());
    }

    #[test]
    fn the_department_is_exact_and_what_leaves_it_is_not() {
        let all = BTreeSet::from(["CITY", "COUNTY", "TOWN", "OTHER"].map(code));
        let view = |role: Role, release| role.view(&tree(), None, release).unwrap();
        assert_eq!(view(Role::Department, false).exact, all);
        assert!(view(Role::Department, true).exact.is_empty());
        assert!(view(Role::Superior, false).exact.is_empty());
        assert_eq!(view(Role::Superior, false).organizations, all);
        let refused = Role::Department.view(&tree(), Some(&code("NOWHERE")), false);
        assert_eq!(
            refused,
            Err(AccessError::NoSuchOrganization(code("NOWHERE")))
        );
    }
}
