//! The county: two committees that are partners, two departments that count, one clock for all of them.

use std::path::{Path, PathBuf};

use hongyan_proto::time::{Day, Quarter};

use super::{Options, gateway::Gateway};
use crate::{
    played::PlayedClock,
    town::{Desk, Id, Town, TownError},
};

/// 无锡市, 江苏省; 锡山区 in it.
pub(super) const EAST: (&str, &str, &str) = ("320200-001", "320200", "320205");
/// 池州市, 安徽省; 贵池区 in it.
pub(super) const WEST: (&str, &str, &str) = ("341700-001", "341700", "341702");

/// The hour at which an office opens, in milliseconds.
const OPENING_MS: i64 = 9 * 3_600_000;

pub(super) struct County {
    pub(super) town: Town,
    pub(super) east: Id,
    pub(super) west: Id,
    pub(super) gateways: [Gateway; 2],
    clock: PlayedClock,
    departments: tempfile::TempDir,
    quiet: bool,
}

impl County {
    /// Everything set up on the morning of a day.
    pub(super) async fn build(options: &Options, day: Day) -> Result<Self, TownError> {
        let program = &options.program;
        let mut town = Town::new(options.seed, program)?;
        let departments = tempfile::Builder::new()
            .prefix("hongyan-departments-")
            .tempdir()?;
        let folder = |name: &str| -> PathBuf { departments.path().join(name) };
        let clock = PlayedClock::new(folder("clock"), options.machine);
        clock.set(day.start().plus_millis(OPENING_MS))?;
        let read = clock.file();
        let east = town.node_on(read, EAST.0, EAST.1).await?;
        let west = town.node_on(read, WEST.0, WEST.1).await?;
        let wuxi = ("320200", "无锡市委组织部");
        let chizhou = ("341700", "池州市委组织部");
        let gateways = [
            Gateway::start(program, read, &folder("wuxi"), wuxi).await?,
            Gateway::start(program, read, &folder("chizhou"), chizhou).await?,
        ];
        let mut county = Self {
            town,
            east,
            west,
            gateways,
            clock,
            departments,
            quiet: options.json,
        };
        county.say("两个党委、两个组织部已运行 two committees and two departments are up");
        county.town.pair(east, west).await?;
        county.say("结对, 共管协议生效 partners, the agreement is in force");
        county.enroll().await?;
        Ok(county)
    }

    /// Both committees at both departments: a department must hear both sides to compare them.
    async fn enroll(&self) -> Result<(), TownError> {
        for gateway in &self.gateways {
            for (desk, code) in self.desks().into_iter().zip([EAST.0, WEST.0]) {
                let answer = gateway.ask(&["invite", "--code", code]).await?;
                let text = answer["text"].as_str().unwrap_or_default();
                desk.enroll(text).await?;
            }
        }
        self.say("两个党委已向两个组织部登记 both committees are enrolled at both departments");
        Ok(())
    }

    pub(super) fn desks(&self) -> [Desk; 2] {
        [self.town.desk(self.east), self.town.desk(self.west)]
    }

    pub(super) async fn settle(&self) -> Result<(), TownError> {
        self.town.settle(self.east, self.west).await
    }

    /// It is the morning of that many days after a quarter began, unless it is later already.
    pub(super) fn on(&self, quarter: Quarter, days: i32) -> Result<(), TownError> {
        self.morning(quarter.first_day().plus_days(days))
    }

    /// It is the morning of that many days after a quarter's last day, unless it is later already.
    pub(super) fn after(&self, quarter: Quarter, days: i32) -> Result<(), TownError> {
        self.morning(quarter.last_day().plus_days(days))
    }

    fn morning(&self, day: Day) -> Result<(), TownError> {
        Ok(self.clock.set(day.start().plus_millis(OPENING_MS))?)
    }

    /// From now on it is today.
    pub(super) fn today(&self, options: &Options) -> Result<(), TownError> {
        Ok(self.clock.set((options.machine)())?)
    }

    /// Both committees report the quarter to both departments.
    pub(super) async fn report(&self, quarter: Quarter) -> Result<(), TownError> {
        self.after(quarter, 10)?;
        for desk in self.desks() {
            let said = desk.report(&quarter.to_string()).await?;
            if let Some(problem) = said.receipts.into_iter().find_map(|said| said.problem) {
                return Err(TownError::Unsettled(problem.en));
            }
        }
        self.say(&format!(
            "{quarter}: 已向两个组织部报数 both reported their counts to both departments"
        ));
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
