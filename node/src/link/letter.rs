//! Sealed letters out of the store and into it: what a session would do, with the partner far away.

use std::sync::Arc;

use hongyan_proto::{
    id::{KeyId, LogId},
    log::SignedCheckpoint,
    message::{Hello, PROTOCOL, Stop, StopReason},
    sealed::{self, Inquiry, LetterWriter, MAX_SEALED_BYTES, SealedError},
    time::Timestamp,
};
use thiserror::Error;
use tokio::runtime::Handle;

use super::{
    End, Link, Outcome,
    feed::Feed,
    keep::{Write, start},
    newest,
    outcome::{Sizes, blank},
};
use crate::{
    book::{self, BookError, Hindrance, OpenFrame, Partner, PartnerState},
    store::LogNo,
    sync::{
        Roots, Start, WINDOW_BYTES,
        letter::{Contents, Greeting, Known, LetterError, Reading, Step, contents},
    },
};

/// Why a letter was not written or not taken in.
#[derive(Debug, Error)]
pub enum LetterFailure {
    /// The sealed file.
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// What it says does not fit what is here.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// Nobody here knows its author.
    #[error(
        "信件作者 {0} 不是本组织的结对单位; 请先用邀请结对 the letter's author is no partner of this organization: become partners by an invitation first"
    )]
    UnknownAuthor(KeyId),
    /// Signed with a key that its author has given up.
    #[error("信件由已停用的密钥 {} 签署 (自 {until} 起停用), 未处理; 请对方重新导出 the letter is signed with a key that its author gave up, which is accepted no more since then: ask for it again", .key.spoken())]
    KeyRetired {
        /// The old key.
        key: KeyId,
        /// When its time ended.
        until: Timestamp,
    },
    /// The pin was taken away.
    #[error("与该单位的结对已撤销, 信件未处理 the partner is revoked: the letter was not taken in")]
    Revoked,
    /// The correspondence stopped.
    #[error(
        "日志出现分叉, 互通已停止, 须由双方人员核对处理 the log has two histories and the correspondence has stopped: people on both sides must decide"
    )]
    Forked,
    /// The file is longer than any letter.
    #[error("文件超过 {MAX_SEALED_BYTES} 字节, 不是信件 the file is longer than any letter")]
    TooLong,
    /// The own log must be whole first.
    #[error(
        "本节点可能缺少自己写过的条目, 不能写信; 请先联网同步, 或用 `hongyan-node letter export --ask` 写信询问对方 this node may lack entries it wrote, so it writes no letter: synchronize, or ask the partner by `hongyan-node letter export --ask`"
    )]
    Lost,
    /// The book.
    #[error(transparent)]
    Book(#[from] BookError),
}

impl From<Stop> for LetterFailure {
    fn from(stop: Stop) -> Self {
        Self::Letter(LetterError::Stop(stop))
    }
}

/// A letter that was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exported {
    /// The sealed bytes.
    pub bytes: Vec<u8>,
    /// Own entries in it: from, until (exclusive).
    pub own: std::ops::Range<u64>,
    /// Entries of the partner's own log that it seems to have lost.
    pub given_back: std::ops::Range<u64>,
    /// Not everything fitted: export again from `own.end`.
    pub more: bool,
}

/// A letter that was taken in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Imported {
    /// Who wrote it.
    pub partner: KeyId,
    /// What it brought; nothing, when it was taken in before.
    pub outcome: Outcome,
}

fn store(error: impl ToString) -> Stop {
    Stop::new(StopReason::Store, error)
}

impl Link {
    /// Everything a partner is not known to have, sealed to its key. `from` begins earlier: for a file that was lost on its way.
    pub async fn export_letter(
        &self,
        key: KeyId,
        from: Option<u64>,
    ) -> Result<Exported, LetterFailure> {
        let link = self.clone();
        on_a_thread(move || link.export(key, from)).await
    }

    /// A letter without entries that asks what the partner holds of the own log: for a node that was restored.
    pub async fn export_question(&self, key: KeyId) -> Result<Exported, LetterFailure> {
        let link = self.clone();
        on_a_thread(move || link.question(key)).await
    }

    /// Takes a sealed file in. The second time it brings nothing, and that is no error.
    pub async fn import_letter(&self, bytes: Vec<u8>) -> Result<Imported, LetterFailure> {
        let (link, runtime) = (self.clone(), Handle::current());
        on_a_thread(move || runtime.block_on(link.import(bytes.as_slice()))).await
    }

    fn letter_partner(&self, key: KeyId) -> Result<(Partner, LogNo), LetterFailure> {
        let partner = book::partner(self.store(), key).map_err(|error| match error {
            BookError::UnknownPartner(key) => LetterFailure::UnknownAuthor(key),
            other => other.into(),
        })?;
        match partner.state {
            PartnerState::Revoked => return Err(LetterFailure::Revoked),
            PartnerState::Frozen | PartnerState::Active | PartnerState::AwaitingEpoch => {}
        }
        let mirror = partner
            .incoming
            .ok_or_else(|| store("the partner's epoch is not known"))?;
        Ok((partner, mirror))
    }

    fn export(&self, key: KeyId, from: Option<u64>) -> Result<Exported, LetterFailure> {
        let (partner, mirror) = self.letter_partner(key)?;
        match partner.may_write() {
            Ok(()) => {}
            Err(Hindrance::Revoked) => return Err(LetterFailure::Revoked),
            Err(Hindrance::Forked) => return Err(LetterFailure::Forked),
            Err(Hindrance::Unconfirmed | Hindrance::Lost { .. }) => {
                return Err(LetterFailure::Lost);
            }
            Err(Hindrance::KeyLost) => {
                return Err(Stop::new(StopReason::Key, "the new key is not here").into());
            }
        }
        let (start, own) = start(self, &partner, mirror)?;
        let known = Known {
            own,
            held_there: partner.contact.acked,
            mirror: start.mirror.tree.size(),
            lost_there: newest::size(self.store(), key)?,
            from,
        };
        let Contents { give_back, own } = contents(&known);
        let author = self.keys().current();
        let (own_id, mirror_id) = (start.own.origin().log_id(), start.mirror.origin.log_id());
        let answer = partner.contact.to_answer;
        let answer = answer.map(|question| (question, start.mirror.tree.size()));
        let mut letter =
            LetterWriter::begin(Vec::new(), &author.public(), &partner.signer, hello(start))?;
        letter.inquire(Inquiry { ask: None, answer })?;
        let mut feed = Feed::new(
            self.store().clone(),
            self.keys().clone(),
            partner.out,
            mirror,
        );
        let mut fill = |log: LogId, range: &std::ops::Range<u64>| {
            let mut next = range.start;
            while next < range.end {
                let read = feed.read(log, next, range.end)?;
                let end = next + read.frame.entries.len() as u64;
                if !letter.push(read.frame)? {
                    break;
                }
                next = end;
            }
            Ok::<_, LetterFailure>(range.start..next)
        };
        let given_back = fill(mirror_id, &give_back)?;
        let written = if given_back == give_back {
            fill(own_id, &own)?
        } else {
            own.start..own.start
        };
        Ok(Exported {
            more: written.end < own.end || given_back != give_back,
            bytes: letter.finish(&author)?,
            own: written,
            given_back,
        })
    }

    fn question(&self, key: KeyId) -> Result<Exported, LetterFailure> {
        let (partner, mirror) = self.letter_partner(key)?;
        let ask = self
            .store()
            .commit_blocking(move |draft| book::ask(draft, key))?;
        let (start, own) = start(self, &partner, mirror)?;
        let held = start.mirror.tree.size();
        let author = self.keys().current();
        let mut letter =
            LetterWriter::begin(Vec::new(), &author.public(), &partner.signer, hello(start))?;
        letter.inquire(Inquiry {
            ask: Some(ask),
            // Two nodes that were both restored answer each other's questions.
            answer: partner.contact.to_answer.map(|asked| (asked, held)),
        })?;
        Ok(Exported {
            bytes: letter.finish(&author)?,
            own: own..own,
            given_back: held..held,
            more: false,
        })
    }

    async fn import(&self, bytes: &[u8]) -> Result<Imported, LetterFailure> {
        if bytes.len() > MAX_SEALED_BYTES {
            return Err(LetterFailure::TooLong);
        }
        let opened = self.open_letter(bytes)?;
        let (name, author) = self.letter_author(&opened)?;
        let (partner, mirror) = self.letter_partner(name)?;
        let letter = opened.verify(&author)?;
        self.in_time(&author, &partner)?;
        let mut outcome = blank(End::Settled);
        outcome.hello = Some(letter.hello.clone());
        // A forked log is not continued, but a letter may propose a new epoch.
        if partner.state == PartnerState::Frozen && self.proposed(&partner, &outcome).is_none() {
            return Err(LetterFailure::Forked);
        }
        let result = self.take_in(&partner, mirror, letter, &mut outcome).await;
        if let Err(LetterFailure::Letter(LetterError::Stop(stop))) = &result {
            outcome.end = End::Stopped(stop.clone());
            self.record(&partner, &outcome).await;
        }
        result?;
        Ok(Imported {
            partner: partner.key_id,
            outcome,
        })
    }

    async fn take_in(
        &self,
        partner: &Partner,
        mirror: LogNo,
        letter: sealed::SealedLetter,
        outcome: &mut Outcome,
    ) -> Result<(), LetterFailure> {
        let (start, own_size) = start(self, partner, mirror)?;
        let greeting = Greeting::read(&letter.hello, &start.own_follow, &start.mirror)?;
        let (held, theirs) = greeting.sizes();
        let mirror_size = start.mirror.tree.size();
        outcome.standing = Sizes {
            own_here: own_size,
            own_there: held.unwrap_or(0),
            mirror_here: mirror_size,
            // An old letter's shorter log is no loss.
            mirror_there: theirs.max(mirror_size),
        }
        .standing();
        let roots = Roots {
            own_at_held: self.root(partner.out, held, own_size)?,
            mirror_at_own: self.root(mirror, Some(theirs), mirror_size)?,
        };
        let own = (start.own_follow, start.own_base);
        let mut reading = Reading::begin(own, start.mirror, start.held.as_ref(), &greeting, roots)?;
        if let Some(until) = reading.must_recover() {
            let own = partner.out;
            let locked = self
                .store()
                .commit(move |draft| draft.must_recover(own, until));
            locked.await.map_err(store)?;
        }
        let mut waiting = Vec::new();
        let mut failure = None;
        for frame in letter.frames {
            match reading.frame(frame) {
                Ok(Step::Held) => {}
                Ok(Step::Mirror(frame)) => waiting.push(Write::Mirror(OpenFrame::open(frame))),
                Ok(Step::TakeBack(frame)) => waiting.push(Write::TakeBack(frame)),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
            if waiting.iter().map(Write::bytes).sum::<usize>() >= WINDOW_BYTES {
                self.put(partner.key_id, std::mem::take(&mut waiting), outcome)
                    .await?;
            }
        }
        // What was verified before the trouble is whole, and is kept.
        self.put(partner.key_id, waiting, outcome).await?;
        if let Some(error) = failure {
            return Err(error.into());
        }
        reading.end()?;
        let said = (&letter.hello, letter.inquiry);
        self.letter_read((partner.key_id, partner.out), &reading, said, outcome)
            .await
    }

    async fn put(&self, key: KeyId, writes: Vec<Write>, outcome: &mut Outcome) -> Result<(), Stop> {
        if writes.is_empty() {
            return Ok(());
        }
        let stored = self.keep(key, writes, &Arc::default()).await?;
        outcome.received += stored.received;
        outcome.recovered += stored.recovered;
        outcome.refused += stored.refused;
        Ok(())
    }

    /// Notes what the letter proved, and writes the receipt that the next letter back carries.
    async fn letter_read(
        &self,
        (key, log): (KeyId, LogNo),
        reading: &Reading,
        (hello, inquiry): (&Hello, Inquiry),
        outcome: &mut Outcome,
    ) -> Result<(), LetterFailure> {
        outcome.acknowledged = Some(reading.held_there());
        let (held, size, time) = (
            reading.held_there(),
            reading.size_there(),
            hello.time.millis(),
        );
        let now = self.now();
        let noted = self.store().commit(move |draft| {
            book::note_ack(draft, key, log, held)?;
            if newest::note(draft, key, (time, size))? {
                book::note_letter(draft, key, time, now)?;
                if let Some(question) = inquiry.ask {
                    book::note_question(draft, key, question)?;
                    // Who asks was restored, and holds no more than it says: what it lost of this side's log goes out again.
                    book::note_held(draft, key, log, held)?;
                }
            }
            if let Some(answer) = inquiry.answer {
                book::note_answer(draft, key, log, answer)?;
            }
            book::acknowledge_receipt(draft, key, now)
        });
        noted.await?;
        Ok(())
    }

    pub(super) fn root(
        &self,
        no: LogNo,
        size: Option<u64>,
        here: u64,
    ) -> Result<Option<hongyan_proto::id::Hash>, Stop> {
        match size {
            Some(size) if size <= here => self
                .store()
                .tree_at(no, size)
                .map(|tree| Some(tree.root()))
                .map_err(store),
            _ => Ok(None),
        }
    }
}

fn hello(start: Start) -> Hello {
    Hello {
        protocol: PROTOCOL,
        own: start.own.note().clone(),
        held: start.held.as_ref().map(SignedCheckpoint::note).cloned(),
        time: start.now,
        agreements: start.agreements,
        reset: start.reset,
        rotations: start.rotations,
        held_rotations: start.held_rotations,
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LetterFailure> + Send + 'static,
) -> Result<T, LetterFailure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(store("信件处理异常终止 the letter's work broke down").into()))
}
