//! What a policy says an activity day is made of, and where a record departs from it. A remark, not a duty: what was held was held.

use super::{Heading, Policy, Rule, Words};

impl Heading {
    fn is(&self, name: &str) -> bool {
        [&*self.id, &*self.words.zh, &*self.words.en].contains(&name)
    }
}

fn names<'a>(headings: impl Iterator<Item = &'a Heading> + Clone) -> Words {
    let zh: Vec<_> = headings.clone().map(|one| &*one.words.zh).collect();
    let en: Vec<_> = headings.map(|one| &*one.words.en).collect();
    Words {
        zh: zh.join("、"),
        en: en.join(", "),
    }
}

/// Which headings an activity day has; a word that is none of them belongs to the free one, where there is one.
fn written<'a>(headings: &'a [Heading], words: &[&str]) -> Vec<&'a Heading> {
    let unknown = words
        .iter()
        .any(|word| !headings.iter().any(|one| one.is(word)));
    let has = |one: &&Heading| words.iter().any(|word| one.is(word)) || (one.free && unknown);
    headings.iter().filter(has).collect()
}

/// What one list of headings has to say about an activity day: Chinese and English.
fn remarks(headings: &[Heading], words: &[&str]) -> Vec<(String, String)> {
    let mut remarks = Vec::new();
    let is_known = |word: &&&str| headings.iter().any(|one| one.is(word) || one.free);
    let unknown: Vec<&str> = words
        .iter()
        .filter(|word| !is_known(word))
        .copied()
        .collect();
    if !unknown.is_empty() {
        let all = names(headings.iter());
        remarks.push((
            format!(
                "该月执行的政策没有内容类别“{}”, 有: {}",
                unknown.join("”、“"),
                all.zh
            ),
            format!(
                "the policy of that month has no heading {}, but {}",
                unknown.join(", "),
                all.en
            ),
        ));
    }
    let written = written(headings, words);
    let missing = headings
        .iter()
        .filter(|one| one.required && !written.contains(one));
    if missing.clone().next().is_some() {
        let missing = names(missing);
        remarks.push((
            format!("应有的内容未写明: {}", missing.zh),
            format!("it should have {}", missing.en),
        ));
    }
    if unknown.is_empty() && !written.is_empty() && written.iter().all(|one| !one.alone) {
        let alone = names(written.iter().copied());
        remarks.push((
            format!("不能仅以{}代替活动日", alone.zh),
            format!("an activity day is never {} alone", alone.en),
        ));
    }
    remarks
}

impl Policy {
    /// What people should look at in the headings of an activity day; nothing where the policy names none.
    pub fn remarks_on(&self, words: &[&str]) -> Vec<Words> {
        let rules = self.pick(|rule| match rule {
            Rule::Contents(headings) => Some(headings),
            _ => None,
        });
        let said = rules.flat_map(|(ruled, headings)| {
            let clause = &ruled.clause;
            let remarks = remarks(headings, words).into_iter();
            remarks.map(move |(zh, en)| Words {
                zh: format!("{zh} ({clause})"),
                en: format!("{en} ({clause})"),
            })
        });
        said.collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::shipped;

    fn said(policy: &str, written: &[&str]) -> Vec<String> {
        let remarks = shipped(policy).unwrap().unwrap().remarks_on(written);
        remarks.into_iter().map(|one| one.zh).collect()
    }

    #[test]
    fn headings_are_looked_at_as_each_policy_says() {
        let both = ["学习教育", "党员管理"];
        assert_eq!(said("chizhou", &both), [""; 0]);
        let clause = "(C 三(一)-(二))";
        let missing = format!("应有的内容未写明: 学习教育、党员管理 {clause}");
        assert_eq!(
            said("chizhou", &["service", "业务学习"]),
            [
                missing.clone(),
                format!("不能仅以联系服务群众、业务学习代替活动日 {clause}")
            ]
        );
        assert_eq!(said("chizhou", &[]), [missing]);
        let typed = said("wuxi", &["学习教音"]);
        assert!(typed[0].contains("没有内容类别“学习教音”"), "{typed:?}");
        assert_eq!(said("wuxi", &[]), [""; 0]);
        assert_eq!(
            said("chuzhou", &["养老服务"]),
            [""; 0],
            "a theme of their own"
        );
        // The branch designs the plus itself, and never holds it alone.
        let plus = said("xianning", &["服务精准扶贫"]);
        let has = |part: &str| plus.iter().any(|one| one.contains(part));
        assert!(!has("没有内容类别") && has("不能仅以“+”内容"), "{plus:?}");
    }
}
