//! Units that a file names and the tree lacks: what they would be.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::UnitId,
    letter::{Text, UnitFounded, UnitKind, UnitPlace},
    time::Day,
};

use crate::domain::unit::{Event, Found, Units};

/// What a word in a unit's name says of its seat. The first that fits counts.
const PLACES: &[(&str, UnitPlace)] = &[
    ("学校", UnitPlace::School),
    ("小学", UnitPlace::School),
    ("中学", UnitPlace::School),
    ("学院", UnitPlace::School),
    ("大学", UnitPlace::School),
    ("医院", UnitPlace::Hospital),
    ("卫生院", UnitPlace::Hospital),
    ("协会", UnitPlace::SocialOrganization),
    ("商会", UnitPlace::SocialOrganization),
    ("公司", UnitPlace::PrivateEnterprise),
    ("厂", UnitPlace::PrivateEnterprise),
    ("企业", UnitPlace::PrivateEnterprise),
    ("机关", UnitPlace::Office),
    ("局", UnitPlace::Office),
    ("办公室", UnitPlace::Office),
    ("社区", UnitPlace::Community),
    ("居委会", UnitPlace::Community),
    ("村", UnitPlace::Village),
];

/// Names that the tree lacks are compared with those it has, up to so many of a file: the others repeat one mistake.
const COMPARED: usize = 20;
/// From here on two names look alike; 1 is the same.
const LIKE: f64 = 0.5;

/// What a text in the unit column means.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// A unit of the tree, with its path.
    Known(UnitId, Text<100>),
    /// There is no tree: stays a text, which stands for a branch.
    Unknown,
    /// Not in the tree, though there is one; what to do about it.
    Missing(String),
    /// Cannot be told, or cannot be founded.
    Refused(String),
}

/// Resolves the unit column, each text once.
pub(super) struct Resolver<'a> {
    pub(super) units: Units,
    next: Option<&'a mut dyn FnMut() -> UnitId>,
    today: Day,
    known: BTreeMap<String, Named>,
    /// Units to be founded, above before below.
    pub(super) founded: Vec<UnitFounded>,
    pub(super) unknown: Vec<String>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        units: Units,
        next: Option<&'a mut dyn FnMut() -> UnitId>,
        today: Day,
    ) -> Self {
        Self {
            units,
            next,
            today,
            known: BTreeMap::new(),
            founded: Vec::new(),
            unknown: Vec::new(),
        }
    }

    pub(super) fn resolve(&mut self, text: &str) -> Named {
        if let Some(named) = self.known.get(text) {
            return named.clone();
        }
        let named = self.look(text);
        self.known.insert(text.to_owned(), named.clone());
        named
    }

    fn look(&mut self, text: &str) -> Named {
        match self.units.named(text).as_slice() {
            [unit] => return self.at(unit.id),
            [] => {}
            several => {
                let paths: Vec<String> = several
                    .iter()
                    .map(|unit| self.units.path(unit.id))
                    .collect();
                return Named::Refused(format!(
                    "有多个党组织叫此名 ({}), 请写全路径 several units are called so: write the whole path",
                    paths.join(", ")
                ));
            }
        }
        if self.next.is_none() {
            self.unknown.push(text.to_owned());
            if self.units.open().next().is_none() {
                return Named::Unknown;
            }
            return Named::Missing(self.missing(text));
        }
        let found = self.found(text);
        if !matches!(found, Named::Refused(_)) {
            self.unknown.push(text.to_owned());
        }
        found
    }

    /// What to do about a name that the tree lacks.
    fn missing(&self, text: &str) -> String {
        let near = if self.unknown.len() > COMPARED {
            String::new()
        } else {
            self.near(text)
        };
        format!(
            "党组织中没有“{text}”{near}; 请更正名称, 新设的用 --found-units 一并设立 not in the tree: correct the name, or --found-units founds it"
        )
    }

    /// The names of the tree that look most like it.
    fn near(&self, text: &str) -> String {
        let own = text.rsplit('/').next().unwrap_or(text);
        let units = self.units.open().map(|unit| {
            let like = strsim::normalized_damerau_levenshtein(own, unit.name());
            (like, self.units.path(unit.id))
        });
        let mut near: Vec<(f64, String)> = units.filter(|(like, _)| *like >= LIKE).collect();
        near.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
        let near: Vec<String> = near.into_iter().take(3).map(|(_, path)| path).collect();
        if near.is_empty() {
            return String::new();
        }
        format!(", 相近的有 {}", near.join("、"))
    }

    fn at(&self, id: UnitId) -> Named {
        match Text::new(self.units.path(id)) {
            Ok(path) => Named::Known(id, path),
            Err(error) => Named::Refused(error.to_string()),
        }
    }

    /// Founds what is missing of a path, from the top down.
    fn found(&mut self, text: &str) -> Named {
        let mut parent = None;
        let mut path = String::new();
        for name in text.split('/').filter(|name| !name.is_empty()) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(name);
            if let [unit] = self.units.named(&path).as_slice() {
                parent = Some(unit.id);
                continue;
            }
            match self.add(name, parent) {
                Ok(id) => parent = Some(id),
                Err(problem) => return Named::Refused(problem),
            }
        }
        match parent {
            Some(id) => self.at(id),
            None => Named::Unknown,
        }
    }

    fn add(&mut self, name: &str, parent: Option<UnitId>) -> Result<UnitId, String> {
        let kind = kind(name);
        let found = Found {
            name,
            kind,
            parent,
            on: self.today,
        };
        self.units
            .may_found(found, self.today)
            .map_err(|refusal| refusal.to_string())?;
        let name = Text::parse(name).map_err(|error| error.to_string())?;
        let Some(next) = &mut self.next else {
            return Err("未设立 not founded".to_owned());
        };
        let place = PLACES
            .iter()
            .find(|(word, _)| name.as_str().contains(word))
            .map_or(UnitPlace::Other, |(_, place)| *place);
        let founded = UnitFounded {
            unit_id: next(),
            name,
            kind,
            place,
            parent,
            // A file does not say since when. The unit is older than the file, and the year's duties are its own.
            founded_on: Day::new(self.today.date().year(), 1, 1).unwrap_or(self.today),
            // Written again with the name of whoever asks.
            actor: Text::parse("-").map_err(|error| error.to_string())?,
        };
        self.units.apply(Event::Founded(founded.clone()));
        let id = founded.unit_id;
        self.founded.push(founded);
        Ok(id)
    }
}

/// A name says what it is; a branch when it does not.
fn kind(name: &str) -> UnitKind {
    if name.contains("总支") {
        UnitKind::GeneralBranch
    } else if name.ends_with("小组") {
        UnitKind::Group
    } else {
        UnitKind::Branch
    }
}
