//! Invented people and the spreadsheets officers have them in. Nobody here exists; regions do.

use rand::{Rng, rngs::StdRng, seq::SliceRandom};
use rust_xlsxwriter::{Workbook, XlsxError};

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
];
const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "勇", "军", "杰", "涛", "明", "超", "霞", "平",
    "刚", "桂英", "建国", "志强", "晓燕", "文博",
];
const CLASSES: &[&str] = &["农民工", "大中专毕业生", "离退休", "其他"];

/// One invented member.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// 男 or 女.
    pub sex: &'static str,
    /// Eighteen characters with a right check digit.
    pub id_number: String,
    /// Day of admission.
    pub joined: String,
    /// Branch.
    pub unit: String,
    /// Mobile telephone.
    pub phone: String,
    /// Certificate number.
    pub certificate: String,
    /// 农民工, 大中专毕业生, 离退休 or 其他.
    pub class: &'static str,
}

impl Person {
    /// `count` people of one organization. Certificate numbers are its region and a running number, so unique.
    pub fn invent(rng: &mut StdRng, region: &str, code: &str, count: usize) -> Vec<Self> {
        let serial = code.rsplit('-').next().unwrap_or("0").to_owned();
        (0..count)
            .map(|number| {
                let woman = rng.r#gen::<bool>();
                let (year, month, day) = (
                    rng.gen_range(1955..2002),
                    rng.gen_range(1..13),
                    rng.gen_range(1..29),
                );
                let order = rng.gen_range(0..500) * 2 + u32::from(!woman);
                let stem = format!("{region}{year:04}{month:02}{day:02}{order:03}");
                let pick =
                    |rng: &mut StdRng, list: &[&'static str]| *list.choose(rng).unwrap_or(&"");
                Self {
                    name: format!("{}{}", pick(rng, SURNAMES), pick(rng, GIVEN)),
                    sex: if woman { "女" } else { "男" },
                    id_number: format!("{stem}{}", check_digit(&stem)),
                    joined: format!(
                        "{:04}-{:02}-01",
                        (year + rng.gen_range(20..26)).min(2023),
                        rng.gen_range(1..13)
                    ),
                    unit: format!("第{}党支部", number % 12 + 1),
                    phone: format!("139{:08}", rng.gen_range(0..100_000_000)),
                    certificate: format!("{region}{serial}{number:05}"),
                    class: pick(rng, CLASSES),
                }
            })
            .collect()
    }
}

/// GB 11643: weights 2^(17-i) mod 11.
fn check_digit(stem: &str) -> char {
    let sum: u32 = stem
        .bytes()
        .zip([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize]
}

/// The roster as an officer would have it: a title row, Chinese headers, one person a row.
pub fn spreadsheet(people: &[Person]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("党员名册")?;
    sheet.write(0, 0, "党员名册 (虚构数据)")?;
    let headers = [
        "序号",
        "姓名",
        "性别",
        "公民身份号码",
        "入党时间",
        "所在党支部",
        "手机号码",
        "活动证编号",
        "人员类别",
    ];
    for (column, header) in (0..).zip(headers) {
        sheet.write(1, column, header)?;
    }
    for (row, person) in (2..).zip(people) {
        sheet.write(row, 0, row - 1)?;
        let cells = [
            person.name.as_str(),
            person.sex,
            &person.id_number,
            &person.joined,
            &person.unit,
            &person.phone,
            &person.certificate,
            person.class,
        ];
        for (column, cell) in (1..).zip(cells) {
            sheet.write(row, column, cell)?;
        }
    }
    workbook.save_to_buffer()
}
