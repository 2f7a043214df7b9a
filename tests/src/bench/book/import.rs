//! The import of a large roster into an empty node: by a command alone, and by a node that runs.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::StdRng};
use tokio::process::Command;

use super::{Figure, fill, median, open::memory};
use crate::{
    bench::{BenchError, process},
    roster::{Person, spreadsheet},
    town::Node,
};

/// How often a command's memory is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// Imports of each file, each into a new node.
const ROUNDS: usize = 3;
/// Branches of the roster.
const BRANCHES: usize = 400;

pub(super) async fn measure(
    program: &Path,
    folder: &Path,
    rows: usize,
) -> Result<Vec<Figure>, BenchError> {
    let mut figures = Vec::new();
    for file in files(folder, rows)? {
        let kind = file.extension().unwrap_or_default().to_string_lossy();
        let kind = kind.to_uppercase();
        let (mut seconds, mut peak) = (Vec::new(), Vec::new());
        let (mut served_seconds, mut served_peak) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let data = folder.join(format!("alone-{kind}-{round}"));
            fill::empty(&data, 3)?;
            let (took, most) = import(program, &data, &file).await?;
            seconds.push(took);
            peak.push(most);
            fs::remove_dir_all(&data)?;
            let data = folder.join(format!("served-{kind}-{round}"));
            fill::empty(&data, 3)?;
            let mut node = Node::over(program, &data, fill::CODE, fill::REGION).await?;
            node.start_passive().await?;
            let (took, _) = import(program, &data, &file).await?;
            served_seconds.push(took);
            served_peak.push(memory(&node, "VmHWM")?);
            node.stop().await?;
            fs::remove_dir_all(&data)?;
        }
        let mut tell = |what: String, samples, most| {
            figures.push(Figure::new(what, median(samples), Some(most)));
        };
        tell(format!("{kind} of {rows} rows, s"), seconds, 20.0);
        tell("  peak of the command, MiB".to_owned(), peak, 300.0);
        tell("  through a node, s".to_owned(), served_seconds, 20.0);
        tell("  peak of the node, MiB".to_owned(), served_peak, 300.0);
    }
    Ok(figures)
}

/// Runs the command; seconds, and the most memory it had.
async fn import(program: &Path, data: &Path, file: &Path) -> Result<(f64, f64), BenchError> {
    let mut arguments: Vec<OsString> = vec!["node".into(), "--data".into(), data.into()];
    arguments.extend(["--json", "--yes", "--actor", "bench", "member", "import"].map(Into::into));
    arguments.extend([file.into(), "--found-units".into()]);
    let output = fs::File::create(data.with_extension("out"))?;
    let begin = Instant::now();
    let mut command = Command::new(program)
        .args(arguments)
        .stdout(output)
        .kill_on_drop(true)
        .spawn()?;
    let mut most = 0.0_f64;
    loop {
        tokio::select! {
            ended = command.wait() => {
                let seconds = begin.elapsed().as_secs_f64();
                if ended?.success() {
                    return Ok((seconds, most));
                }
                let said = fs::read_to_string(data.with_extension("out"))?;
                let said: String = said.chars().take(2000).collect();
                return Err(BenchError::Tool(format!("the import failed: {said}")));
            }
            () = tokio::time::sleep(LOOK) => {
                // It only ever grows; a process that is just ending has none.
                let seen = command.id().and_then(|pid| process::memory_mib(pid, "VmHWM").ok());
                most = most.max(seen.unwrap_or_default());
            }
        }
    }
}

/// The same people as XLSX and as CSV.
fn files(folder: &Path, rows: usize) -> Result<[PathBuf; 2], BenchError> {
    let mut rng = StdRng::seed_from_u64(5);
    let mut known = BTreeSet::new();
    let mut people: Vec<Person> = Person::invent(&mut rng, "422202", fill::CODE, rows + rows / 50)
        .into_iter()
        .filter(|person| known.insert(person.id_number.clone()))
        .take(rows)
        .collect();
    for (number, person) in people.iter_mut().enumerate() {
        person.unit = format!("第{}党支部", number % BRANCHES + 1);
    }
    let [xlsx, csv] = ["xlsx", "csv"].map(|kind| folder.join("roster").with_extension(kind));
    let book = spreadsheet(&people).map_err(|error| BenchError::Tool(error.to_string()))?;
    fs::write(&xlsx, book)?;
    let mut text =
        "姓名,性别,公民身份号码,入党时间,所在党支部,手机号码,活动证编号,人员类别\n".to_owned();
    for person in &people {
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
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    fs::write(&csv, text)?;
    Ok([xlsx, csv])
}
