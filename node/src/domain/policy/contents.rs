//! What a policy says an activity day is made of, and where a record departs from it. A remark, not a duty: what was held was held.

use super::{Heading, Policy, Rule, Words};

/// The heading under which branches write what they choose themselves.
const OWN: &str = "own";

impl Heading {
    fn is(&self, name: &str) -> bool {
        [&*self.id, &*self.words.zh, &*self.words.en].contains(&name)
    }
}

fn names(headings: &[&Heading]) -> Words {
    let say = |pick: fn(&Words) -> &str, between: &str| {
        let names: Vec<_> = headings.iter().map(|one| pick(&one.words)).collect();
        names.join(between)
    };
    Words {
        zh: say(|words| &words.zh, "、"),
        en: say(|words| &words.en, ", "),
    }
}

impl Policy {
    /// What people should look at in the headings of an activity day; nothing where the policy names none.
    pub fn remarks_on(&self, written: &[&str]) -> Vec<Words> {
        let rules = self.pick(|rule| match rule {
            Rule::Contents(headings) => Some(headings),
            _ => None,
        });
        let mut remarks = Vec::new();
        for (ruled, headings) in rules {
            let mut remark = |zh: String, en: String| {
                remarks.push(Words {
                    zh: format!("{zh} ({})", ruled.clause),
                    en: format!("{en} ({})", ruled.clause),
                });
            };
            let all: Vec<&Heading> = headings.iter().collect();
            let known = |name: &&&str| headings.iter().any(|one| one.is(name));
            let unknown: Vec<&str> = written
                .iter()
                .filter(|name| !known(name))
                .copied()
                .collect();
            // Where branches choose themes of their own, any word is one.
            if !unknown.is_empty() && !headings.iter().any(|one| one.id == OWN) {
                let all = names(&all);
                remark(
                    format!(
                        "现行政策没有内容类别“{}”, 有: {}",
                        unknown.join("”、“"),
                        all.zh
                    ),
                    format!(
                        "the policy has no heading {}, but {}",
                        unknown.join(", "),
                        all.en
                    ),
                );
            }
            let is_written = |one: &Heading| written.iter().any(|name| one.is(name));
            let missing: Vec<_> = headings
                .iter()
                .filter(|one| one.required && !is_written(one))
                .collect();
            if !missing.is_empty() {
                let missing = names(&missing);
                remark(
                    format!("应有的内容未写明: {}", missing.zh),
                    format!("it should have {}", missing.en),
                );
            }
            let alone: Vec<_> = headings.iter().filter(|one| is_written(one)).collect();
            if !alone.is_empty() && alone.iter().all(|one| !one.alone) {
                let alone = names(&alone);
                remark(
                    format!("不能仅以{}代替活动日", alone.zh),
                    format!("an activity day is never {} alone", alone.en),
                );
            }
        }
        remarks
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
    }
}
