//! Some content of each kind that a partner writes into a case, no two alike.

use hongyan_proto::{
    id::{CertificateNumber, Fen},
    letter::{Award, Correction, Dues, Payload, Text, Withdraw, WithdrawReason, sample},
    log::Kind,
    time::Day,
};
use rand::{Rng, rngs::StdRng, seq::SliceRandom as _};

/// Why a notice is withdrawn here.
const WITHDRAWN: [WithdrawReason; 2] =
    [WithdrawReason::RegisteredInError, WithdrawReason::Deceased];

/// Content of this kind; none for a kind that belongs into no case.
pub(super) fn invent(
    kind: Kind,
    certificate: &CertificateNumber,
    rng: &mut StdRng,
) -> Option<Payload> {
    let on = Day::new(2026, 7, rng.gen_range(1..=28)).expect("a valid day");
    let payload = match sample::payload(kind, certificate, on)? {
        Payload::Dues(dues) => Dues {
            fen: Fen(rng.gen_range(1..10_000)),
            receipt: Text::parse(&format!("R-{}", rng.r#gen::<u32>())).expect("a valid text"),
            ..dues
        }
        .into(),
        Payload::Award(award) => Award {
            penalty: rng.r#gen(),
            ..award
        }
        .into(),
        Payload::Correction(correction) => Correction {
            corrects: rng.gen_range(0..20),
            ..correction
        }
        .into(),
        Payload::Withdraw(withdraw) => Withdraw {
            reason: *WITHDRAWN.choose(rng)?,
            ..withdraw
        }
        .into(),
        other => other,
    };
    Some(payload)
}
