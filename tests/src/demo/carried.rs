//! A quarter without a line: nothing gets through until sealed files catch both sides up, and only by them.

use hongyan_proto::time::Quarter;

use super::{
    check::{Check, number},
    county::{County, EAST, WEST},
};
use crate::town::TownError;

/// How a quarter without a line was caught up.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    pub(super) quarter: Quarter,
    /// Letters of each side that came by file, east's first.
    pub(super) letters: [u64; 2],
    pub(super) files: u64,
    problems: Vec<String>,
}

impl Carried {
    /// Did nothing get through before the files, and everything with them?
    pub(super) fn check(&self) -> Check {
        let [east, west] = self.letters;
        let name =
            "断线一季, 只凭密封文件补齐 a quarter without a line, caught up by sealed files alone";
        let Self { quarter, files, .. } = self;
        let detail =
            format!("{quarter}: {east} + {west} letters in {files} files, 0 by connection");
        Check::of(name, &self.problems, detail)
    }
}

/// The line is down.
pub(super) struct Silence {
    quarter: Quarter,
    /// How much of the other's log each side holds.
    held: [u64; 2],
}

impl Silence {
    /// Cuts the line between the partners.
    pub(super) async fn begin(county: &mut County, quarter: Quarter) -> Result<Self, TownError> {
        county.town.cut(county.east, county.west);
        let held = held(county).await?;
        Ok(Self { quarter, held })
    }

    /// Has the files carried, and mends the line when both sides have everything.
    pub(super) async fn end(self, county: &mut County) -> Result<Carried, TownError> {
        let mut problems = self.what_got_through(county).await?;
        let waiting = waiting(county, self.held).await?;
        // The first pair of files brings what waited, the second the receipts for it, which are letters too.
        let (first, second) = (carry(county).await?, carry(county).await?);
        let letters = [first[0] + second[0], first[1] + second[1]];
        let [of_west, of_east] = held(county).await?;
        let gained = [of_east - self.held[1], of_west - self.held[0]];
        if gained != letters {
            problems.push(format!(
                "the files had {letters:?} letters, {gained:?} arrived"
            ));
        }
        if waiting.contains(&0)
            || letters
                .iter()
                .zip(waiting)
                .any(|(had, waited)| *had < waited)
        {
            problems.push(format!(
                "{waiting:?} letters waited, the files had {letters:?}"
            ));
        }
        for (desk, partner) in county.desks().into_iter().zip([WEST.0, EAST.0]) {
            if !desk.nothing_open(partner).await? {
                problems.push(format!("letters to {partner} are open after the files"));
            }
        }
        let [east, west] = letters;
        county.say(&format!(
            "{}: 密封文件由人带到, {east} + {west} 封信 sealed files were carried by hand, {east} + {west} letters",
            self.quarter
        ));
        county.town.heal(county.east, county.west);
        county.settle().await?;
        Ok(Carried {
            quarter: self.quarter,
            letters,
            files: 4,
            problems,
        })
    }

    /// Dials once more from both sides, and looks whether anything came over in all the time.
    async fn what_got_through(&self, county: &County) -> Result<Vec<String>, TownError> {
        let mut problems = Vec::new();
        for (desk, partner) in county.desks().into_iter().zip([WEST.0, EAST.0]) {
            // That nobody is there is the point.
            if desk
                .sync(partner)
                .await
                .is_ok_and(|outcome| outcome.complete)
            {
                problems.push(format!("{partner} could be reached"));
            }
        }
        let now = held(county).await?;
        if now != self.held {
            problems.push(format!(
                "held {:?}, and {now:?} before the files",
                self.held
            ));
        }
        Ok(problems)
    }
}

/// How much of the other's log east and west hold.
async fn held(county: &County) -> Result<[u64; 2], TownError> {
    let [east, west] = county.desks();
    Ok([
        east.sync_status(WEST.0).await?.held,
        west.sync_status(EAST.0).await?.held,
    ])
}

/// How many letters of east and west the other does not hold.
async fn waiting(county: &County, [of_west, of_east]: [u64; 2]) -> Result<[u64; 2], TownError> {
    let [east, west] = county.desks();
    Ok([
        east.sync_status(WEST.0).await?.own_size - of_east,
        west.sync_status(EAST.0).await?.own_size - of_west,
    ])
}

/// Each side seals what the other lacks into a file, which the other takes in. The letters inside, east's first.
async fn carry(county: &mut County) -> Result<[u64; 2], TownError> {
    let folder = county.folder().to_owned();
    let ways = [
        (county.east, county.west, WEST.0),
        (county.west, county.east, EAST.0),
    ];
    let mut letters = [0; 2];
    for ((from, to, partner), letters) in ways.into_iter().zip(&mut letters) {
        let file = folder.join(format!("{partner}.letter"));
        let path = file.to_string_lossy();
        let export = ["letter", "export", partner, "--out", &path];
        let sealed = county.town.at(from).command(&export).await?;
        let sealed: serde_json::Value = serde_json::from_str(&sealed)
            .map_err(|error| TownError::Process(format!("{export:?}: {error}: {sealed}")))?;
        *letters = number(&sealed["until"]) - number(&sealed["from"]);
        county
            .town
            .at(to)
            .command(&["letter", "import", &path])
            .await?;
        std::fs::remove_file(&file)?;
    }
    Ok(letters)
}
