//! A table of a policy file under the hand: every key is taken once and checked, and what is left over is an error.

use std::{cell::RefCell, ops::Range};

use toml::de::{DeTable, DeValue};

use super::{
    Words,
    error::{PolicyError, Source},
    word::Word,
};

/// Most signs in which a key that was meant for another differs from it.
const TYPO: usize = 2;
/// Most characters of a clause's name and of a short text.
const CLAUSE: usize = 80;
/// Most characters of a rule in own words.
const WORDS: usize = 400;

pub(super) struct Table<'a> {
    pub(super) source: Source<'a>,
    /// Where it begins.
    pub(super) at: Range<usize>,
    inner: &'a DeTable<'a>,
    /// The keys that were asked for: what may stand here.
    known: RefCell<Vec<&'static str>>,
}

/// A value and where it stands.
pub(super) struct Value<'a> {
    pub(super) at: Range<usize>,
    pub(super) value: &'a DeValue<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn new(source: Source<'a>, at: Range<usize>, inner: &'a DeTable<'a>) -> Self {
        Self {
            source,
            at,
            inner,
            known: RefCell::new(Vec::new()),
        }
    }

    pub(super) fn get(&self, key: &'static str) -> Option<Value<'a>> {
        // Some keys are asked for twice; people are to read them once.
        let mut known = self.known.borrow_mut();
        if !known.contains(&key) {
            known.push(key);
        }
        self.inner.get(key).map(|value| Value {
            at: value.span(),
            value: value.get_ref(),
        })
    }

    pub(super) fn need(&self, key: &'static str) -> Result<Value<'a>, PolicyError> {
        self.get(key).ok_or_else(|| match self.meant(key) {
            Some((at, other)) => self.source.wrong(
                &at,
                format!("缺少 {key}; {other} 是否应为 {key}? 请改名或补上"),
                format!("{key} is missing: is {other} meant? Rename it, or add it"),
            ),
            None => self.source.wrong(
                &self.at,
                format!("缺少 {key}; 请在此表中补上"),
                format!("{key} is missing: add it to this table"),
            ),
        })
    }

    /// A key that stands here, was not asked for, and is nearly the one that is missing.
    fn meant(&self, missing: &str) -> Option<(Range<usize>, &str)> {
        let known = self.known.borrow();
        // Of a short key every other short one is near.
        let near = TYPO.min(missing.len() - 1);
        let others = self.inner.iter().filter(|(key, _)| {
            let key: &str = key.get_ref();
            !known.contains(&key) && strsim::osa_distance(key, missing) <= near
        });
        let other = others.map(|(key, _)| (key.span(), key.get_ref().as_ref()));
        other.min_by_key(|(at, _)| at.start)
    }

    fn text_of(&self, value: &Value<'a>, key: &str, most: usize) -> Result<&'a str, PolicyError> {
        let text = value.value.as_str().filter(|text| {
            let plain = !text.chars().any(char::is_control);
            !text.trim().is_empty() && text.chars().count() <= most && plain
        });
        text.ok_or_else(|| {
            self.source.wrong(
                &value.at,
                format!("{key} 应为一行引号中的文字, 1 至 {most} 字"),
                format!("{key} must be one line of text in quotes, 1 to {most} characters"),
            )
        })
    }

    pub(super) fn text(&self, key: &'static str) -> Result<&'a str, PolicyError> {
        self.text_of(&self.need(key)?, key, CLAUSE)
    }

    pub(super) fn optional_text(&self, key: &'static str) -> Result<Option<&'a str>, PolicyError> {
        self.get(key)
            .map(|value| self.text_of(&value, key, CLAUSE))
            .transpose()
    }

    /// `zh` and `en` of this table.
    pub(super) fn in_words(&self) -> Result<Words, PolicyError> {
        let long = |key| self.text_of(&self.need(key)?, key, WORDS);
        Ok(Words {
            zh: long("zh")?.to_owned(),
            en: long("en")?.to_owned(),
        })
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<bool, PolicyError> {
        let Some(value) = self.get(key) else {
            return Ok(false);
        };
        value.value.as_bool().ok_or_else(|| {
            self.source.wrong(
                &value.at,
                format!("{key} 应为 true 或 false"),
                format!("{key} must be true or false"),
            )
        })
    }

    pub(super) fn number_of(
        &self,
        value: &Value<'a>,
        key: &str,
        (least, most): (u16, u16),
    ) -> Result<u16, PolicyError> {
        let number = value.value.as_integer().and_then(|number| {
            let number = u16::from_str_radix(number.as_str(), number.radix()).ok()?;
            (least..=most).contains(&number).then_some(number)
        });
        number.ok_or_else(|| {
            self.source.wrong(
                &value.at,
                format!("{key} 应为 {least} 至 {most} 的整数"),
                format!("{key} must be a whole number from {least} to {most}"),
            )
        })
    }

    pub(super) fn number(&self, key: &'static str, range: (u16, u16)) -> Result<u16, PolicyError> {
        self.number_of(&self.need(key)?, key, range)
    }

    pub(super) fn optional_number(
        &self,
        key: &'static str,
        range: (u16, u16),
    ) -> Result<Option<u16>, PolicyError> {
        self.get(key)
            .map(|value| self.number_of(&value, key, range))
            .transpose()
    }

    fn word_of<T: Word>(&self, value: &Value<'a>, key: &str) -> Result<T, PolicyError> {
        let found = value.value.as_str();
        let fits = T::ALL
            .iter()
            .copied()
            .find(|word| found == Some(word.name()));
        fits.ok_or_else(|| {
            let list: Vec<_> = T::ALL.iter().map(|word| word.name()).collect();
            let list = list.join(", ");
            self.source.wrong(
                &value.at,
                format!("{key} 应为下列之一: {list}"),
                format!("{key} must be one of: {list}"),
            )
        })
    }

    pub(super) fn word<T: Word>(&self, key: &'static str) -> Result<T, PolicyError> {
        self.word_of(&self.need(key)?, key)
    }

    /// A list; empty when the key is not there.
    pub(super) fn list(&self, key: &'static str) -> Result<Vec<Value<'a>>, PolicyError> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let array = value.value.as_array().filter(|array| !array.is_empty());
        let array = array.ok_or_else(|| {
            self.source.wrong(
                &value.at,
                format!("{key} 应为方括号中的列表, 至少一项"),
                format!("{key} must be a list in square brackets with at least one item"),
            )
        })?;
        Ok(array
            .iter()
            .map(|item| Value {
                at: item.span(),
                value: item.get_ref(),
            })
            .collect())
    }

    /// A list of different words.
    pub(super) fn word_list<T: Word + PartialEq>(
        &self,
        key: &'static str,
    ) -> Result<Vec<T>, PolicyError> {
        let mut words = Vec::new();
        for value in self.list(key)? {
            let word = self.word_of::<T>(&value, key)?;
            if words.contains(&word) {
                return Err(self.twice(&value, word.name()));
            }
            words.push(word);
        }
        Ok(words)
    }

    pub(super) fn need_word_list<T: Word + PartialEq>(
        &self,
        key: &'static str,
    ) -> Result<Vec<T>, PolicyError> {
        self.need(key)?;
        self.word_list(key)
    }

    /// A list of tables.
    pub(super) fn tables(&self, key: &'static str) -> Result<Vec<Table<'a>>, PolicyError> {
        self.need(key)?;
        self.list(key)?
            .into_iter()
            .map(|value| match value.value.as_table() {
                Some(inner) => Ok(Table::new(self.source, value.at, inner)),
                None => Err(self.source.wrong(
                    &value.at,
                    format!("{key} 的每一项应为花括号中的表"),
                    format!("every item of {key} must be a table in braces"),
                )),
            })
            .collect()
    }

    pub(super) fn like(&self, value: &Value<'a>, key: &str, example: &str) -> PolicyError {
        self.source.wrong(
            &value.at,
            format!("{key} 应如 {example}"),
            format!("{key} must look like {example}"),
        )
    }

    pub(super) fn twice(&self, value: &Value<'a>, what: &str) -> PolicyError {
        self.source.wrong(
            &value.at,
            format!("{what} 写了两次; 请删去一个"),
            format!("{what} stands here twice: take one away"),
        )
    }

    /// Entries of a table whose keys are names.
    pub(super) fn entries(
        &self,
        key: &'static str,
    ) -> Result<Vec<(Value<'a>, &'a str, Table<'a>)>, PolicyError> {
        let value = self.need(key)?;
        let shape = |at: &Range<usize>| {
            self.source.wrong(
                at,
                format!("{key} 应写作 [{key}.名称] 的表"),
                format!("{key} must be tables written [{key}.name]"),
            )
        };
        let inner = value.value.as_table().ok_or_else(|| shape(&value.at))?;
        inner
            .iter()
            .map(|(name, value)| {
                let table = value
                    .get_ref()
                    .as_table()
                    .ok_or_else(|| shape(&value.span()))?;
                let at = Value {
                    at: name.span(),
                    value: value.get_ref(),
                };
                Ok((
                    at,
                    name.get_ref().as_ref(),
                    Table::new(self.source, name.span(), table),
                ))
            })
            .collect()
    }

    /// Every key was asked for; another is refused.
    pub(super) fn finish(&self) -> Result<(), PolicyError> {
        let known = self.known.borrow();
        for (key, _) in self.inner {
            if !known.contains(&key.get_ref().as_ref()) {
                let list = known.join(", ");
                return Err(self.source.wrong(
                    &key.span(),
                    format!("未知的键 {}; 此处可用: {list}", key.get_ref()),
                    format!("unknown key {}; what may stand here: {list}", key.get_ref()),
                ));
            }
        }
        Ok(())
    }
}
