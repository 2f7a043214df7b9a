//! A partner's frame: each body judged, the log mirrored without what was refused, the views changed; all in one commit.

use bytes::Bytes;
use hongyan_proto::{
    id::KeyId,
    identity::Keyring,
    letter::{Payload, PayloadError, RefusalReason},
    log::{Entry, Header, Kind, KindGroup, VerifiedFrame},
};

use super::{
    BookError, Shelf as _,
    agreement::agreements,
    apply::{Author, Place, apply_content},
    epoch,
    partner::{self, Partner},
    posting::Postings,
    refusal::{self, Refused},
};
use crate::{
    domain::{
        agreement::Book,
        order::{Position, Stamp},
        scope::{self, Incoming},
    },
    store::{Draft, LogNo, LogRecord, View},
};

/// What became of a frame.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Received {
    /// Entries that were new here.
    pub new: u64,
    /// Bodies that were refused, ascending. The next receipt names them.
    pub refused: Vec<Refused>,
    /// Something else than receipts came: a receipt is owed.
    pub owes_receipt: bool,
}

/// What a body says, or why it cannot be read: the reason and the field.
type Content = Result<Payload, (RefusalReason, String)>;

/// A verified frame whose bodies were read. Reading them needs no store, so it is done before the store's one writer has its turn.
#[derive(Debug)]
pub struct OpenFrame {
    frame: VerifiedFrame,
    contents: Vec<Content>,
}

impl OpenFrame {
    /// Reads the bodies.
    pub fn open(frame: VerifiedFrame) -> Self {
        let contents = frame.entries().iter().map(read).collect();
        Self { frame, contents }
    }

    /// The frame.
    pub fn frame(&self) -> &VerifiedFrame {
        &self.frame
    }
}

/// Takes in frame after frame of a session. What frames are judged by is read once, and again when it may have changed: it holds
/// signatures, which cost as much to check as a hundred entries to store.
#[derive(Debug, Default)]
pub struct Intake {
    judge: Option<(Judge, Ground)>,
}

/// What a judge was read from, and what cannot change without a trace here: the partner's record, and how long the own log, the partner's and
/// the local one are. A commit that was undone leaves a judge of other lengths, which is not asked again.
#[derive(Debug, PartialEq)]
struct Ground {
    partner: Option<Bytes>,
    sizes: [u64; 3],
}

impl Ground {
    fn of(draft: &Draft<'_>, partner: &Partner) -> Result<Self, BookError> {
        let incoming = partner.incoming.ok_or(BookError::OtherLog)?;
        let size = |no| draft.log(no).map(LogRecord::size);
        Ok(Self {
            partner: draft.view(View::Correspondence, partner.key_id.as_bytes())?,
            sizes: [size(partner.out)?, size(incoming)?, size(LogNo::LOCAL)?],
        })
    }
}

impl Intake {
    /// Takes in a verified frame of the partner's log. A frame that is held already changes nothing.
    pub fn receive(
        &mut self,
        draft: &mut Draft<'_>,
        key: KeyId,
        opened: &OpenFrame,
    ) -> Result<Received, BookError> {
        let judge = match self.judge.take() {
            Some((judge, ground))
                if judge.partner.key_id == key && ground == Ground::of(draft, &judge.partner)? =>
            {
                judge
            }
            _ => Judge::new(draft, key)?,
        };
        let facts_only = opened
            .frame
            .entries()
            .iter()
            .all(|entry| entry.header().kind.group() == KindGroup::Fact);
        let (received, judge) = take_in(draft, judge, opened)?;
        if facts_only {
            let ground = Ground::of(draft, &judge.partner)?;
            self.judge = Some((judge, ground));
        }
        Ok(received)
    }
}

fn take_in(
    draft: &mut Draft<'_>,
    mut judge: Judge,
    opened: &OpenFrame,
) -> Result<(Received, Judge), BookError> {
    let OpenFrame { frame, contents } = opened;
    let key = judge.partner.key_id;
    let log = judge.partner.incoming.ok_or(BookError::OtherLog)?;
    let record = draft.log(log)?;
    if record.log_id() != frame.log_id() {
        return Err(BookError::OtherLog);
    }
    if is_held(draft, log, frame)? {
        return Ok((Received::default(), judge));
    }
    let place = Place {
        log,
        author: Author::Partner,
        partner: Some((key, judge.partner.correspondence)),
    };
    let mut received = Received {
        new: frame.entries().len() as u64,
        ..Received::default()
    };
    let mut postings = Postings::of(log);
    let mut book_changed = false;
    for (entry, content) in frame.entries().iter().zip(contents) {
        let header = entry.header();
        received.owes_receipt |= header.kind != Kind::Receipt;
        // Read again only before an entry that is judged by it: a frame full of proposals must not cost their square.
        if header.kind.needs_agreement() && std::mem::take(&mut book_changed) {
            judge.book = agreements(draft, &judge.partner)?;
        }
        let judged = judge.judge(header, content);
        epoch::check_reset(draft, &judge.partner, header, judged.as_ref().ok().copied())?;
        let payload = match judged {
            Ok(payload) => Some(payload),
            Err(refused) => {
                refusal::keep(draft, log, &refused)?;
                received.refused.push(refused);
                None
            }
        };
        apply_content(draft, &place, header, payload, payload.is_none())?;
        postings.keep(draft, header)?;
        book_changed |= payload.is_some() && is_agreement(header);
    }
    postings.end(draft)?;
    let refused: Vec<u64> = received
        .refused
        .iter()
        .map(|refused| refused.sequence)
        .collect();
    draft.mirror(log, frame, &refused)?;
    if received.owes_receipt && !judge.owes_receipt {
        let mut record = partner::record(draft, key)?;
        record.owes_receipt = true;
        partner::put_record(draft, &record)?;
        judge.owes_receipt = true;
    }
    Ok((received, judge))
}

/// Takes back own entries that this node lost and the partner still had. When one of them replaced the key by one that is not in
/// `keys`, this node writes the log no more: it was restored from a backup from before.
pub fn take_back(
    draft: &mut Draft<'_>,
    key: KeyId,
    frame: &VerifiedFrame,
    keys: &Keyring,
) -> Result<u64, BookError> {
    let partner = partner::partner(draft, key)?;
    let log = partner.out;
    let record = draft.record(log)?;
    if record.log_id() != frame.log_id() {
        return Err(BookError::OtherLog);
    }
    if is_held(draft, log, frame)? {
        return Ok(0);
    }
    let place = Place {
        log,
        author: Author::Own,
        partner: Some((key, partner.correspondence)),
    };
    draft.recover(log, frame)?;
    if keys.find(frame.signers().current()).is_none() {
        draft.key_lost(log)?;
    }
    let mut postings = Postings::of(log);
    for entry in frame.entries() {
        let header = entry.header();
        // A body the partner refused comes back without one: it is no event there, so it must be none here.
        let payload = read(entry).ok();
        apply_content(draft, &place, header, payload.as_ref(), payload.is_none())?;
        postings.keep(draft, header)?;
    }
    postings.end(draft)?;
    Ok(frame.entries().len() as u64)
}

/// A frame was verified against what was held when it came; by now it may be held, or something else may be: two sessions of one
/// partner may show two histories, and each is in itself in order.
fn is_held(draft: &Draft<'_>, log: LogNo, frame: &VerifiedFrame) -> Result<bool, BookError> {
    let record = draft.log(log)?;
    let (held, end) = (record.size(), frame.tree().size());
    let same = if frame.first() == held {
        frame.base() == record.root()
    } else if end <= held {
        draft.tree_at(log, end)?.root() == frame.tree().root()
    } else {
        let first = frame.first();
        return Err(BookError::Gap { held, first });
    };
    if same {
        return Ok(frame.first() != held);
    }
    let held = record.checkpoint.iter().map(|held| held.note().clone());
    Err(BookError::OtherHistory {
        at: end,
        notes: held.chain([frame.checkpoint().note().clone()]).collect(),
    })
}

fn is_agreement(header: &Header) -> bool {
    matches!(
        header.kind,
        Kind::AgreementProposed | Kind::AgreementSigned | Kind::AgreementEnded
    )
}

#[derive(Debug)]
struct Judge {
    partner: Partner,
    book: Book,
    /// As it is by now.
    owes_receipt: bool,
}

impl Judge {
    fn new(draft: &Draft<'_>, key: KeyId) -> Result<Self, BookError> {
        let partner = partner::partner(draft, key)?;
        Ok(Self {
            book: agreements(draft, &partner)?,
            owes_receipt: partner.owes_receipt,
            partner,
        })
    }

    fn judge<'content>(
        &self,
        header: &Header,
        content: &'content Content,
    ) -> Result<&'content Payload, Refused> {
        let refuse = |reason, field: &str| Refused {
            sequence: header.sequence,
            reason,
            field: field.to_owned(),
        };
        let payload = content
            .as_ref()
            .map_err(|(reason, field)| refuse(*reason, field))?;
        if header.kind.needs_case() && header.case_id.is_none() {
            return Err(refuse(RefusalReason::Malformed, "case_id"));
        }
        let stamp = Stamp {
            sequence: self.partner.incoming_base + header.sequence,
            seen: header.seen,
        };
        let incoming = Incoming {
            position: Position::new(self.partner.key_id, stamp),
            day: header.time.day(),
            kind: header.kind,
            agreement: header.agreement,
        };
        scope::incoming(&incoming, payload, &self.book)
            .map_err(|refused| refuse(refused.reason, &refused.field))?;
        Ok(payload)
    }
}

fn read(entry: &Entry) -> Content {
    let kind = entry.header().kind;
    let Some(bytes) = entry.payload() else {
        return Err((RefusalReason::Malformed, "body".to_owned()));
    };
    if !kind.travels() || kind.group() == KindGroup::Local {
        return Err((RefusalReason::WrongKind, String::new()));
    }
    Payload::decode(kind, &bytes).map_err(|error| match error {
        PayloadError::WrongKind { .. } => (RefusalReason::WrongKind, String::new()),
        // A receipt's field has room for 120 characters.
        other => (
            RefusalReason::Malformed,
            other.path().unwrap_or_default().chars().take(120).collect(),
        ),
    })
}
