//! The county: two committees that are partners, two departments that count.

use std::path::{Path, PathBuf};

use hongyan_proto::time::Quarter;

use super::{Options, gateway::Gateway};
use crate::town::{Desk, Id, Town, TownError};

/// 无锡市, 江苏省.
pub(super) const EAST: (&str, &str) = ("320200-001", "320200");
/// 池州市, 安徽省.
pub(super) const WEST: (&str, &str) = ("341700-001", "341700");

pub(super) struct County {
    pub(super) town: Town,
    pub(super) east: Id,
    pub(super) west: Id,
    pub(super) gateways: [Gateway; 2],
    departments: tempfile::TempDir,
    quiet: bool,
}

impl County {
    pub(super) async fn build(options: &Options) -> Result<Self, TownError> {
        let mut town = Town::new(options.seed, &options.program)?;
        let departments = tempfile::Builder::new()
            .prefix("hongyan-departments-")
            .tempdir()?;
        let east = town.node(EAST.0, EAST.1).await?;
        let west = town.node(WEST.0, WEST.1).await?;
        let folder = |name: &str| -> PathBuf { departments.path().join(name) };
        let gateways = [
            Gateway::start(
                &options.program,
                &folder("wuxi"),
                "320200",
                "无锡市委组织部",
                "320200",
            )
            .await?,
            Gateway::start(
                &options.program,
                &folder("chizhou"),
                "341700",
                "池州市委组织部",
                "341700",
            )
            .await?,
        ];
        let mut county = Self {
            town,
            east,
            west,
            gateways,
            departments,
            quiet: options.json,
        };
        county.say("两个党委、两个组织部已运行 two committees and two departments are up");
        county.town.pair(east, west).await?;
        county.say("结对, 共管协议生效 partners, the agreement is in force");
        Ok(county)
    }

    pub(super) fn desks(&self) -> [Desk; 2] {
        [self.town.desk(self.east), self.town.desk(self.west)]
    }

    pub(super) async fn settle(&self) -> Result<(), TownError> {
        self.town.settle(self.east, self.west).await
    }

    /// Both committees report the quarter to each department in turn: a department must hear both sides to compare them.
    pub(super) async fn report(&self, quarter: Quarter) -> Result<(), TownError> {
        for gateway in &self.gateways {
            for (id, code) in [(self.east, EAST.0), (self.west, WEST.0)] {
                let answer = gateway.ask(&["invite", "--code", code]).await?;
                let desk = self.town.desk(id);
                desk.enroll(answer["text"].as_str().unwrap_or_default())
                    .await?;
                desk.report(&quarter.to_string()).await?;
            }
        }
        self.say("已向两个组织部报数 both reported their counts to both departments");
        Ok(())
    }

    /// One line about what happens, for people who watch.
    #[allow(clippy::print_stderr)]
    pub(super) fn say(&self, words: &str) {
        if !self.quiet {
            eprintln!("· {words}");
        }
    }

    /// Where things lie that belong to neither node.
    pub(super) fn folder(&self) -> &Path {
        self.departments.path()
    }

    pub(super) async fn stop(mut self) -> Result<(), TownError> {
        self.town.at(self.east).stop().await?;
        self.town.at(self.west).stop().await?;
        let [one, other] = self.gateways;
        one.stop().await?;
        other.stop().await
    }
}
