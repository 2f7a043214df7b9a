//! Disclosure classes: which fields about a member an agreement lets through. What no class names does not leave the node.

use super::{
    error::{At, PayloadError},
    record::closed,
    wire::{Slot, Wire},
};

closed! {
    /// A class of fields about a member (domain §3). Every such field belongs to exactly one.
    Disclosure {
        /// Name, sex, birth month, ID number.
        Identity "身份信息" "identity",
        /// Telephone, address, and contacts made.
        Contact "联系信息" "contact",
        /// Joined, probationary until, class of member.
        Membership "党籍信息" "membership",
        /// Certificate number and how it was checked.
        Certificate "活动证" "certificate",
        /// Activities and presence.
        Attendance "组织生活" "attendance",
        /// Dues paid.
        Dues "党费" "dues",
        /// Awards and penalties.
        Awards "奖惩" "awards",
        /// Roles played.
        Role "发挥作用" "role",
        /// Conduct, accounts of the stay, major events.
        Conduct "现实表现" "conduct",
        /// Opinion and decision at the end of probation.
        Probation "预备期转正" "probation",
    }
}

/// A set of classes: what one party discloses to the other.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct DisclosureSet(u16);

impl DisclosureSet {
    /// Nothing.
    pub const EMPTY: Self = Self(0);

    /// Every class there is.
    pub fn all() -> Self {
        Disclosure::ALL.iter().copied().collect()
    }

    const fn bit(class: Disclosure) -> u16 {
        1 << class.code()
    }

    /// Adds a class; false when it was there already.
    pub const fn insert(&mut self, class: Disclosure) -> bool {
        let added = !self.contains(class);
        self.0 |= Self::bit(class);
        added
    }

    /// Is the class in the set?
    pub const fn contains(self, class: Disclosure) -> bool {
        self.0 & Self::bit(class) != 0
    }

    /// Is there no class at all?
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many classes.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The classes, ascending.
    pub fn iter(self) -> impl Iterator<Item = Disclosure> {
        Disclosure::ALL
            .iter()
            .copied()
            .filter(move |class| self.contains(*class))
    }

    /// The classes that are in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The classes that are in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Disclosure> for DisclosureSet {
    fn from_iter<I: IntoIterator<Item = Disclosure>>(classes: I) -> Self {
        let mut set = Self::EMPTY;
        for class in classes {
            set.insert(class);
        }
        set
    }
}

impl Wire<Vec<i32>> for DisclosureSet {
    fn read(wire: Vec<i32>, at: &At<'_>) -> Result<Self, PayloadError> {
        let mut set = Self::EMPTY;
        let mut last = 0;
        for (index, code) in wire.into_iter().enumerate() {
            let class = Disclosure::read(code, &at.line(index))?;
            if code <= last {
                return Err(at.rule(
                    "各类须按顺序排列且不重复",
                    "classes must be ascending, each at most once",
                ));
            }
            last = code;
            set.insert(class);
        }
        Ok(set)
    }

    fn write(&self) -> Vec<i32> {
        self.iter().map(Disclosure::code).collect()
    }
}

impl Slot for DisclosureSet {}

/// A record that knows the class of each of its fields.
pub(super) trait Classed {
    /// Names every set field that belongs to a class. `parent` is the path of the record that holds this one.
    fn visit(&self, parent: &'static str, found: &mut dyn FnMut(&'static str, Disclosure));

    /// Clears what is outside the scope and can be left out. Required fields stay; the caller checks again.
    fn narrow(&mut self, scope: DisclosureSet);

    /// Every field's path and class; no class for the skeleton of a case.
    fn classes(parent: &'static str) -> Vec<(&'static str, Option<Disclosure>)>;
}

impl<T: Classed> Classed for Vec<T> {
    fn visit(&self, parent: &'static str, found: &mut dyn FnMut(&'static str, Disclosure)) {
        for line in self {
            line.visit(parent, found);
        }
    }

    fn narrow(&mut self, scope: DisclosureSet) {
        for line in self {
            line.narrow(scope);
        }
    }

    fn classes(parent: &'static str) -> Vec<(&'static str, Option<Disclosure>)> {
        T::classes(parent)
    }
}
