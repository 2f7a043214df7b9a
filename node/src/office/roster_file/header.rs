//! The header: which column is which, by the titles that offices use.

use super::{
    cell::{Cell, narrow},
    table::{Line, Table},
};

/// The header is looked for in this many lines.
const WITHIN: usize = 20;

/// A line with so few cells and neither name nor ID number is a note: a sum, a signature.
const NOTE_CELLS: usize = 2;

/// What a line below the header is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Weight {
    /// Nothing in a column that is read.
    Empty,
    /// Not about a person.
    Note,
    Person,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::office) enum Column {
    Name,
    Sex,
    Birth,
    IdNumber,
    Joined,
    ProbationaryUntil,
    Class,
    Unit,
    Certificate,
    Phone,
    Address,
}

/// The titles in use, without spaces, brackets and signs; the first is the one an export writes.
const TITLES: &[(Column, &[&str])] = &[
    (Column::Name, &["姓名", "党员姓名", "名字", "党员", "name"]),
    (Column::Sex, &["性别", "sex", "gender"]),
    (
        Column::Birth,
        &[
            "出生年月",
            "出生日期",
            "出生时间",
            "出生年月日",
            "出生",
            "生日",
            "birthmonth",
            "birth",
            "dateofbirth",
        ],
    ),
    (
        Column::IdNumber,
        &[
            "公民身份号码",
            "公民身份证号码",
            "公民身份证号",
            "居民身份证号码",
            "居民身份证号",
            "身份证号",
            "身份证号码",
            "身份证",
            "身份证件号码",
            "证件号码",
            "身份号码",
            "idnumber",
            "idcard",
        ],
    ),
    (
        Column::Joined,
        &[
            "入党时间",
            "入党日期",
            "入党年月",
            "入党年月日",
            "加入党组织日期",
            "加入党组织时间",
            "加入中共组织的时间",
            "党龄起算日期",
            "joined",
            "dateofjoining",
        ],
    ),
    (
        Column::ProbationaryUntil,
        &[
            "预备期满日期",
            "预备期满",
            "预备期满时间",
            "预备期至",
            "预备期到期日",
            "预备期截止日期",
            "probationaryuntil",
        ],
    ),
    (
        Column::Class,
        &[
            "人员类别",
            "类别",
            "党员类别",
            "流动党员类别",
            "流动人员类别",
            "class",
        ],
    ),
    (
        Column::Unit,
        &[
            "所在党支部",
            "所在支部",
            "党支部",
            "所属支部",
            "所属党支部",
            "支部",
            "支部名称",
            "党支部名称",
            "所在党组织",
            "所属党组织",
            "党组织名称",
            "所在组织",
            "党小组",
            "所在党小组",
            "unit",
            "branch",
        ],
    ),
    (
        Column::Certificate,
        &[
            "流动党员活动证编号",
            "流动党员活动证号",
            "流动党员活动证号码",
            "活动证编号",
            "活动证号",
            "活动证号码",
            "党员活动证编号",
            "党员活动证号",
            "活动证",
            "certificate",
            "certificatenumber",
        ],
    ),
    (
        Column::Phone,
        &[
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "移动电话",
            "电话",
            "电话号码",
            "联系方式",
            "联系手机",
            "本人电话",
            "phone",
            "telephone",
            "mobile",
        ],
    ),
    (
        Column::Address,
        &[
            "住址",
            "家庭住址",
            "现居住地",
            "现住址",
            "居住地",
            "居住地址",
            "家庭地址",
            "通讯地址",
            "联系地址",
            "地址",
            "address",
        ],
    ),
];

impl Column {
    /// Every column, in the order of an export.
    pub(in crate::office) const ALL: [Self; 11] = [
        Self::Name,
        Self::Sex,
        Self::Birth,
        Self::IdNumber,
        Self::Joined,
        Self::ProbationaryUntil,
        Self::Class,
        Self::Unit,
        Self::Certificate,
        Self::Phone,
        Self::Address,
    ];

    /// The title an export gives it.
    pub(in crate::office) fn title(self) -> &'static str {
        TITLES
            .iter()
            .find(|(column, _)| *column == self)
            .and_then(|(_, titles)| titles.first())
            .copied()
            .unwrap_or_default()
    }

    fn of(title: &str) -> Option<Self> {
        let plain: String = narrow(title)
            .chars()
            // What stands in brackets explains.
            .take_while(|sign| !matches!(sign, '(' | '/' | '[' | '【' | '〔'))
            .filter(|sign| {
                !sign.is_whitespace() && !matches!(sign, '*' | '_' | ':' | '.' | '、' | '-')
            })
            .flat_map(char::to_lowercase)
            .collect();
        TITLES
            .iter()
            .find(|(_, titles)| titles.contains(&plain.as_str()))
            .map(|(column, _)| *column)
    }
}

/// The titles of a table, and what each column holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    /// Its line.
    pub(super) number: u32,
    columns: Vec<(String, Option<Column>)>,
}

/// The first line that has a column for the name. A header of two lines, with the name merged over both, ends with its last.
pub(super) fn find(table: &Table) -> Option<Header> {
    let mut first = table.lines.iter().take(WITHIN).enumerate();
    let (at, line) = first.find(|(_, line)| has_name(line))?;
    let below: &[Line] = table.lines.get(at + 1..).unwrap_or_default();
    let more = below.iter().take_while(|line| has_name(line)).count();
    let last = below.get(..more).and_then(<[Line]>::last).unwrap_or(line);
    let columns = last
        .cells
        .iter()
        .map(|cell| {
            let title = cell.text();
            let column = Column::of(&title);
            (title, column)
        })
        .collect();
    Some(Header {
        number: last.number,
        columns,
    })
}

fn has_name(line: &Line) -> bool {
    let found: Vec<Column> = line
        .cells
        .iter()
        .filter(|cell| matches!(cell, Cell::Text(_)))
        .filter_map(|cell| Column::of(&cell.text()))
        .collect();
    // A person may be called 党员 or have a title's word in a remark, but no second title beside it.
    found.contains(&Column::Name) && (found.len() > 1 || line.cells.len() <= 2)
}

impl Header {
    /// The columns that are read: place, title, what it holds.
    pub(super) fn known(&self) -> impl Iterator<Item = (usize, &str, Column)> {
        self.columns
            .iter()
            .enumerate()
            .filter_map(|(at, (title, column))| Some((at, title.as_str(), (*column)?)))
    }

    /// The title of a column that is there, or the usual one.
    pub(super) fn title(&self, column: Column) -> &str {
        self.known()
            .find(|(_, _, known)| *known == column)
            .map_or(column.title(), |(_, title, _)| title)
    }

    /// Is a line below the header a person at all? Forms have numbered empty lines, sums and signatures.
    pub(super) fn weigh(&self, line: &Line) -> Weight {
        let said: Vec<Column> = self
            .known()
            .filter(|(at, _, _)| line.cells.get(*at).is_some_and(|cell| !cell.is_empty()))
            .map(|(_, _, column)| column)
            .collect();
        if self.is_footer(line) {
            return Weight::Note;
        }
        let is_person = said.contains(&Column::Name) || said.contains(&Column::IdNumber);
        match said.len() {
            0 => Weight::Empty,
            1..=NOTE_CELLS if !is_person => Weight::Note,
            _ => Weight::Person,
        }
    }

    /// A sum or a signature where a name should stand: nobody is called so.
    fn is_footer(&self, line: &Line) -> bool {
        const SUMS: [&str; 4] = ["合计", "小计", "总计", "共计"];
        const SIGNED: [&str; 8] = [
            "制表",
            "填表",
            "填报",
            "审核人",
            "审批人",
            "复核人",
            "联系人",
            "负责人",
        ];
        let plain = |cell: &Cell| narrow(&cell.text()).replace(' ', "");
        let figures = |rest: &str| {
            let mut signs = rest.chars();
            signs.all(|sign| sign.is_ascii_digit() || ":()共人名".contains(sign))
        };
        let is_sum = |text: &str| {
            let mut sums = SUMS.iter().filter_map(|sum| text.strip_prefix(sum));
            sums.any(figures)
        };
        let mut known = self.known();
        let Some((at, _, _)) = known.find(|(_, _, column)| *column == Column::Name) else {
            return false;
        };
        let name = line.cells.get(at).map(plain).unwrap_or_default();
        if is_sum(&name) || SIGNED.iter().any(|sign| name.starts_with(sign)) {
            return true;
        }
        // The word may stand before the count, in the column of numbers or of branches.
        figures(&name) && line.cells.iter().any(|cell| is_sum(&plain(cell)))
    }

    /// Puts what stands above in the place of ditto marks. Where nothing does, the mark stays, for the row to be refused; and so it does where
    /// two people cannot have the same.
    pub(super) fn repeat(&self, line: &mut Line, above: &Line) {
        for (at, _, column) in self.known() {
            let own = matches!(
                column,
                Column::Name | Column::IdNumber | Column::Certificate
            );
            let Some(cell) = line.cells.get_mut(at) else {
                continue;
            };
            if !own
                && cell.is_ditto()
                && let Some(said) = above.cells.get(at).filter(|said| !said.is_empty())
            {
                *cell = said.clone();
            }
        }
    }

    /// The titles of the columns that are not read.
    pub(super) fn ignored(&self) -> Vec<String> {
        self.columns
            .iter()
            .filter(|(title, column)| column.is_none() && !title.is_empty())
            .map(|(title, _)| title.clone())
            .collect()
    }

    /// A column that means the same as one before it.
    pub(super) fn repeated(&self) -> Option<&str> {
        self.known()
            .enumerate()
            .find(|(at, (_, _, column))| {
                // Branch and group are two levels of one unit.
                *column != Column::Unit
                    && self.known().take(*at).any(|(_, _, known)| known == *column)
            })
            .map(|(_, (_, title, _))| title)
    }
}
