//! How a unit's name is compared: officers write 东街党支部, 东街支部 and 中共东街支部委员会 for the same one.

/// How records name the committee itself.
pub const COMMITTEE: &str = "党委";

/// Full names and their short forms; longer ones first.
const SHORT: &[(&str, &str)] = &[
    ("总支部委员会", "总支"),
    ("支部委员会", "支部"),
    ("党总支部", "总支"),
    ("党总支", "总支"),
    ("党支部", "支部"),
    ("党小组", "小组"),
];

/// The name without what says nothing.
pub(super) fn simple(name: &str) -> String {
    let name: String = name.chars().filter(|sign| !sign.is_whitespace()).collect();
    let name = name.strip_prefix("中共").unwrap_or(&name);
    SHORT.iter().fold(name.to_owned(), |name, (long, short)| {
        name.replace(long, short)
    })
}

/// Does a text name the unit with this path? It may leave out what stands above: 东街支部/第一小组 is the group of 总支/东街支部 too.
pub(super) fn ends(path: &str, text: &str) -> bool {
    let mut path = path.rsplit('/');
    text.rsplit('/')
        .all(|name| path.next().is_some_and(|own| simple(own) == simple(name)))
}
