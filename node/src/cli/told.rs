//! What a record did not tell partners, as the last lines of an answer.

use hongyan_proto::pb::office::v1::NotTold;

use super::{
    lang::Lang,
    table::{WARN, short},
};

/// One line for each case, each on a line of its own.
pub(super) fn stays(not_told: &[NotTold], lang: Lang) -> String {
    let lines = not_told.iter().map(|one| {
        let what = lang.say("未告知对方, 案卷", "partner not told, case");
        let why = lang.words(one.why.as_ref());
        format!("\n{WARN} {what} {}: {why}", short(&one.case_id))
    });
    lines.collect()
}
