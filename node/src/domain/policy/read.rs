//! Reading a policy file and the files it is based on.

use toml::de::DeTable;

use super::{
    Policy, Ruled,
    check::check,
    error::{PolicyError, Source},
    read_rule::read_rule,
    table::{Table, Value},
};

/// The version of the format.
const FORMAT: u16 = 1;
/// Most bytes of one file: twice the longest there is; with those it is based on it must fit one entry.
pub(super) const MOST_BYTES: usize = 32 * 1024;
/// Most files, each based on the next.
const MOST_FILES: usize = 4;
/// Most rules of one policy.
const MOST_RULES: usize = 200;
/// Most characters of a policy's or a rule's name.
const MOST_NAME: usize = 40;

impl Policy {
    /// Reads a file. `base` gives the text of a policy it is based on.
    pub fn read(
        file: &str,
        text: &str,
        base: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, PolicyError> {
        let mut texts = vec![(file.to_owned(), text.to_owned())];
        let mut files = Vec::new();
        let mut next = 0;
        while let Some((name, text)) = texts.get(next).cloned() {
            let one = One::read(&name, &text)?;
            if let Some((wanted, missing)) = &one.based_on {
                let text = base(wanted).ok_or_else(|| missing.clone())?;
                if texts.len() == MOST_FILES || texts.iter().any(|(name, _)| name == wanted) {
                    return Err(PolicyError {
                        zh: format!("based-on 不得循环, 且至多 {MOST_FILES} 层"),
                        en: format!(
                            "based-on must not go in a circle, nor deeper than {MOST_FILES}"
                        ),
                        ..missing.clone()
                    });
                }
                texts.push((wanted.clone(), text));
            }
            files.push(one);
            next += 1;
        }
        let mut rules: Vec<Ruled> = Vec::new();
        for one in files.iter().rev() {
            one.lay_over(&mut rules)?;
        }
        check(&rules)?;
        let (told, rules) = rules
            .into_iter()
            .partition(|ruled| ruled.rule == super::Rule::Told);
        // The loop above read at least the file itself.
        let own = files.swap_remove(0);
        Ok(Self {
            name: own.name,
            source: own.source,
            number: own.number,
            rules,
            told,
            texts,
        })
    }
}

/// One file by itself.
struct One {
    name: String,
    /// The name, and the error if there is no such policy.
    based_on: Option<(String, PolicyError)>,
    source: super::Words,
    number: Option<String>,
    rules: Vec<Ruled>,
    /// Names of rules of the base that do not apply, and the error if there is none.
    dropped: Vec<(String, PolicyError)>,
}

impl One {
    fn read(file: &str, text: &str) -> Result<Self, PolicyError> {
        let source = Source { name: file, text };
        if text.len() > MOST_BYTES {
            return Err(source.wrong(
                &(0..0),
                "文件太大, 至多 32 KiB",
                "the file is too large: at most 32 KiB",
            ));
        }
        let document = DeTable::parse(text).map_err(|error| {
            source.wrong(
                &error.span().unwrap_or(0..0),
                format!("不是正确的 TOML: {}", error.message()),
                format!("this is not valid TOML: {}", error.message()),
            )
        })?;
        let top = Table::new(source, 0..0, document.get_ref());
        let format = top.need("format")?;
        if top.number_of(&format, "format", (1, u16::MAX))? != FORMAT {
            return Err(source.wrong(
                &format.at,
                "本程序只认得 format = 1; 请升级程序或改用此格式",
                "this program knows format = 1 only: upgrade it, or use that format",
            ));
        }
        let name = name(&top, "name")?;
        let based_on = match top.get("based-on") {
            None => None,
            Some(at) => {
                let wanted = self::name(&top, "based-on")?;
                let missing = source.wrong(
                    &at.at,
                    format!("没有名为 {wanted} 的政策; 可用的见 policy list"),
                    format!("there is no policy {wanted}: `policy list` names those there are"),
                );
                Some((wanted, missing))
            }
        };
        let mut one = Self {
            name,
            based_on,
            source: super::Words::default(),
            number: None,
            rules: Vec::new(),
            dropped: Vec::new(),
        };
        let described = top.need("source")?;
        let inner = described
            .value
            .as_table()
            .ok_or_else(|| top.like(&described, "source", "[source]"))?;
        let described = Table::new(source, described.at, inner);
        one.source = described.in_words()?;
        one.number = described.optional_text("number")?.map(str::to_owned);
        described.finish()?;
        one.read_rules(&top)?;
        top.finish()?;
        Ok(one)
    }

    fn read_rules(&mut self, top: &Table<'_>) -> Result<(), PolicyError> {
        let mut entries = top.entries("rule")?;
        // As they stand in the file.
        entries.sort_by_key(|(at, ..)| at.at.start);
        if entries.len() > MOST_RULES {
            return Err(top.source.wrong(
                &top.at,
                format!("规则太多, 至多 {MOST_RULES} 条"),
                format!("too many rules: at most {MOST_RULES}"),
            ));
        }
        let wrong = entries
            .into_iter()
            .filter_map(|(at, id, table)| self.read_one(&at, id, &table).err());
        let mut wrong = wrong.collect::<Vec<_>>().into_iter();
        match wrong.next() {
            None => Ok(()),
            Some(first) => Err(PolicyError {
                further: wrong.collect(),
                ..first
            }),
        }
    }

    fn read_one<'a>(
        &mut self,
        at: &Value<'a>,
        id: &str,
        table: &Table<'a>,
    ) -> Result<(), PolicyError> {
        if !is_name(id) {
            return Err(table.like(at, "rule", "[rule.branch-assembly]"));
        }
        let place = table.source.wrong(&at.at, "", "");
        let clause = table.text("clause")?.to_owned();
        let words = table.in_words()?;
        let rule = read_rule(table)?;
        table.finish()?;
        match rule {
            Some(rule) => self.rules.push(Ruled {
                id: id.to_owned(),
                clause,
                words,
                rule,
                file: place.file,
                line: place.line,
            }),
            None => self.dropped.push((
                id.to_owned(),
                PolicyError {
                    zh: format!("所依据的政策中没有规则 {id}, 无从取消"),
                    en: format!("the policy this is based on has no rule {id} to drop"),
                    ..place
                },
            )),
        }
        Ok(())
    }

    /// Its rules replace those of the same name and follow the others.
    fn lay_over(&self, rules: &mut Vec<Ruled>) -> Result<(), PolicyError> {
        for (id, missing) in &self.dropped {
            let before = rules.len();
            rules.retain(|ruled| ruled.id != *id);
            if rules.len() == before {
                return Err(missing.clone());
            }
        }
        for own in &self.rules {
            match rules.iter_mut().find(|ruled| ruled.id == own.id) {
                Some(under) => *under = own.clone(),
                None => rules.push(own.clone()),
            }
        }
        Ok(())
    }
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=MOST_NAME).contains(&text.len()) && text.bytes().all(plain)
}

fn name(table: &Table<'_>, key: &'static str) -> Result<String, PolicyError> {
    let value = table.need(key)?;
    let text = value.value.as_str().filter(|text| is_name(text));
    text.map(str::to_owned)
        .ok_or_else(|| table.like(&value, key, "\"wuxi\""))
}
