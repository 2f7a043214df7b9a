//! Questions before what cannot be taken back. A program is never asked: it says `--yes` or is refused.

use std::io::{BufRead as _, Write as _};

use super::{Failure, io::Io};

const ATTEMPTS: usize = 3;

/// Returns when the person, or `--yes`, agrees.
pub(super) fn confirm(io: &mut Io, yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io.can_ask {
        return Err(Failure::new(
            "FAILED_PRECONDITION",
            "CONFIRMATION",
            format!(
                "需要确认, 但没有人可以回答 this must be confirmed and nobody can be asked\n{question}"
            ),
            "加上 --yes 表示确认无误 add --yes when you are sure",
        ));
    }
    for _ in 0..ATTEMPTS {
        write!(io.err, "{question} [y/N 是/否] ")?;
        io.err.flush()?;
        let mut answer = String::new();
        if io.input.read_line(&mut answer)? == 0 {
            break;
        }
        match answer.trim().to_lowercase().as_str() {
            "yes" | "y" | "是" | "是的" => return Ok(()),
            "no" | "n" | "否" | "不" | "" => break,
            _ => {}
        }
    }
    Err(Failure::new(
        "CANCELLED",
        "NOT_CONFIRMED",
        "没有确认, 什么都没有改变 not confirmed, nothing was changed",
        "",
    ))
}
