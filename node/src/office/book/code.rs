//! The member's word: a one-time code that an officer gives, and what is confirmed with it.

use hongyan_proto::{
    id::Hash,
    letter::{BookCode, BookConfirmed, ConfirmedLine, Within},
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

use super::{
    super::{Answer, Office, OfficeError, Request, happened::this_year_or},
    ids, person,
    year::lines_of,
};
use crate::{
    book::{self, Shelf},
    domain::life::{Who, book::tally},
};

/// How long a code is taken, in milliseconds: a week, so that a member who is away can be reached.
const CODE_LIFE_MS: i64 = 7 * 86_400_000;
/// Bytes of chance in a code: eight characters of five bits.
const CODE_BYTES: usize = 5;
/// The characters of a code: without I, L, O and U, which are misread.
const CODE_DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// What is hashed before a code.
const CODE_DOMAIN: &[u8] = b"hongyan book code\n";

/// The hash that a code must have. Spaces, hyphens and small letters are what people type.
fn code_hash(code: &str) -> Hash {
    let plain: String = code
        .chars()
        .filter(|character| !matches!(character, ' ' | '-'))
        .collect();
    let mut hasher = Sha256::new();
    hasher.update(CODE_DOMAIN);
    hasher.update(plain.to_ascii_uppercase());
    Hash::from_bytes(hasher.finalize().into())
}

/// Eight characters out of forty bits, in two groups.
fn spell(bytes: [u8; CODE_BYTES]) -> String {
    let bits = bytes
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut text = String::new();
    for at in (0..8).rev() {
        let digit = usize::try_from(bits >> (at * 5) & 31).unwrap_or_default();
        text.push(char::from(CODE_DIGITS[digit]));
        if at == 4 {
            text.push('-');
        }
    }
    text
}

/// The code of a request: the same when the request is repeated, kept nowhere, and nobody without the store's key can make it.
fn code_of(shelf: &impl Shelf, request: &[u8; 16], who: Who) -> String {
    let hidden = shelf.hide(&[CODE_DOMAIN, request, who.id().as_bytes()].concat());
    let mut bytes = [0; CODE_BYTES];
    bytes.copy_from_slice(&hidden[..CODE_BYTES]);
    spell(bytes)
}

/// A code that was given.
#[derive(Clone, Debug)]
pub(in crate::office) struct Given {
    pub(in crate::office) code: String,
    pub(in crate::office) expires: Timestamp,
    pub(in crate::office) unconfirmed: u32,
}

/// Gives a member a one-time code for a year.
pub(in crate::office) async fn give(
    office: &Office,
    request: Request,
    name: String,
    year: u32,
) -> Result<(Given, Answer), OfficeError> {
    let year = this_year_or(office.today(), year)?;
    let who = person(&office.store, &name)?.who;
    let id = request.id;
    let answer = office
        .write(request, move |desk| {
            let (member_id, case_id) = ids(who);
            let code = BookCode {
                member_id,
                case_id,
                year: within(year)?,
                code_hash: code_hash(&code_of(desk.draft, &id, who)),
                expires_ms: desk.now.plus_millis(CODE_LIFE_MS),
                actor: desk.actor.clone(),
            };
            desk.enter(&code.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    let written = answer.written.first().map_or(0, |written| written.time_ms);
    let lines = lines_of(&office.store, who, year)?;
    let given = Given {
        code: code_of(&office.store, &id, who),
        expires: Timestamp::from_millis(written).plus_millis(CODE_LIFE_MS),
        unconfirmed: tally(&lines).unconfirmed,
    };
    Ok((given, answer))
}

fn within(year: u16) -> Result<Within<1900, 2999>, OfficeError> {
    Ok(Within::new(u32::from(year))?)
}

/// The member confirms with the code: what the book of that year said when the code was given.
pub(in crate::office) async fn confirm(
    office: &Office,
    request: Request,
    name: String,
    code: String,
) -> Result<(u16, u32, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let who = person(desk.draft, &name)?.who;
            let wrong = |problem: &str| OfficeError::field("code", problem);
            let Some(given) = book::book_code(desk.draft, who)? else {
                return Err(wrong(
                    "没有发过确认码, 请先用 book code 发码 no code was given: give one with book code",
                ));
            };
            if given.used || given.hash != code_hash(&code) {
                return Err(wrong(
                    "确认码不对或已用过, 请核对或重新发码 the code is wrong or was used: check it, or give a new one",
                ));
            }
            if desk.now >= given.expires {
                return Err(wrong(
                    "确认码已过期, 请重新发码 the code is too old: give a new one",
                ));
            }
            let lines: Vec<_> = lines_of(desk.draft, who, given.year)?
                .into_iter()
                .filter(|line| line.confirmed.is_none() && line.version < given.sequence)
                .map(|line| ConfirmedLine {
                    record: line.record,
                    digest: line.digest,
                })
                .collect();
            if lines.is_empty() {
                return Err(OfficeError::field(
                    "person",
                    "发码时没有待确认的记录 nothing waited for confirmation when the code was given",
                ));
            }
            let (member_id, case_id) = ids(who);
            let confirmed = BookConfirmed {
                member_id,
                case_id,
                year: within(given.year)?,
                code: given.sequence,
                lines,
                actor: desk.actor.clone(),
            };
            let counts = [
                u32::from(given.year),
                u32::try_from(confirmed.lines.len()).unwrap_or(u32::MAX),
            ];
            desk.enter(&confirmed.into(), None)?;
            Ok(Answer {
                extra: counts.map(u32::to_be_bytes).concat().into(),
                ..Answer::default()
            })
        })
        .await?;
    let number = |at: usize| {
        let bytes = answer.extra.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let year = number(0).and_then(|year| u16::try_from(year).ok());
    Ok((
        year.unwrap_or_default(),
        number(4).unwrap_or_default(),
        answer,
    ))
}

#[cfg(test)]
mod tests {
    use super::{code_hash, spell};

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(spell([0; 5]), "0000-0000");
        assert_eq!(spell([0xff; 5]), "ZZZZ-ZZZZ");
        assert_eq!(spell([0x08, 0x42, 0x10, 0x84, 0x21]), "1111-1111");
        let hash = code_hash("AB12-CD34");
        assert_eq!(code_hash("ab12 cd34"), hash);
        assert_eq!(code_hash("AB12CD34"), hash);
        assert_ne!(code_hash("AB12-CD35"), hash);
    }
}
